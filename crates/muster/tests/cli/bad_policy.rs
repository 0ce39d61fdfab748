//! A policy that is wrong is told before anything is sent: exit code 2, file, line, and what to write instead.

use std::fmt::Write as _;
use std::fs;
use std::io::ErrorKind;
use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::process::Command;

use tempfile::TempDir;

use crate::common::{Ran, finish, json_lines, of_type};
use crate::support::{address, muster};

/// An audit of one address of a test's own.
fn audit(folder: &Path, test: u8, words: &[&str]) -> Command {
    let mut command = muster();
    command.args(["audit", "-n", "-T5", "--no-store", "--no-devices"]).args(words);
    command.arg(address(test, 1).to_string()).current_dir(folder);
    command
}

#[track_caller]
fn audited(test: u8, policy: &[u8]) -> Ran {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("policy.toml"), policy).unwrap();
    finish(audit(folder.path(), test, &["--dry-run", "--policy", "policy.toml"]))
}

const ZONE: &str = "[[zone]]\nname = \"a\"\nranges = [\"127.0.0.0/8\"]\n";
const EXEMPTION: &str = "[[exemption]]\nhosts = [\"127.0.0.1\"]\nreason = \"r\"\nowner = \"o\"\n";

/// Wrong policies, and what is wrong with them.
fn wrong() -> Vec<(&'static str, String)> {
    let zone = |rest: &str| format!("{ZONE}{rest}\n");
    vec![
        ("no TOML", zone("products = [\"clamav\"")),
        ("no TOML at all", "dear muster,\nplease\n".to_owned()),
        ("control characters", "# \u{7}\nname = \"\u{1b}[31m\"\n".to_owned()),
        ("a key twice", zone("name = \"b\"")),
        ("an unknown key", zone("product = [\"clamav\"]")),
        ("an unknown table", "[[zones]]\nname = \"a\"\n".to_owned()),
        ("an unknown key with an escape sequence", zone("\"\\u001b[31m\\u202e\" = 1")),
        ("an unknown product", zone("products = [\"symantec-savce10\"]")),
        ("a product like no other", zone("products = [\"zzz\"]")),
        ("a bad range", "[[zone]]\nname = \"a\"\nranges = [\"10.0.0.0/33\"]\n".to_owned()),
        ("a name as a range", "[[zone]]\nname = \"a\"\nranges = [\"office\"]\n".to_owned()),
        ("no name", "[[zone]]\nranges = [\"127.0.0.0/8\"]\n".to_owned()),
        ("no ranges", "[[zone]]\nname = \"a\"\n".to_owned()),
        ("a text for a list", zone("products = \"clamav\"")),
        ("a table for a list of tables", "[zone]\nname = \"a\"\n".to_owned()),
        (
            "an unknown word about listeners",
            zone("products = [\"symantec-savce-10\"]\nlistener = \"require\""),
        ),
        ("required of what never listens", zone("products = [\"crowdstrike\"]\nlistener = \"required\"")),
        ("required of what need not listen", zone("products = [\"trellix-agent\"]\nlistener = \"required\"")),
        ("required of nothing", zone("listener = \"required\"")),
        ("a zone twice", format!("{ZONE}{}", ZONE.replace("127", "10"))),
        ("a range in two zones", format!("{ZONE}{}", ZONE.replace("\"a\"", "\"b\""))),
        ("a bad date", format!("{EXEMPTION}expires = \"2027-02-30\"\n")),
        ("a day in words", format!("{EXEMPTION}expires = \"next year\"\n")),
        ("no end", EXEMPTION.to_owned()),
        ("an empty reason", format!("{}expires = 2027-01-01\n", EXEMPTION.replace("\"r\"", "\" \""))),
        ("a bad host", format!("{}expires = 2027-01-01\n", EXEMPTION.replace("127.0.0.1", "1.2.3"))),
        ("a bad scope", "[scope]\nallow = [\"everything!\"]\n".to_owned()),
        ("a zone out of scope", format!("[scope]\nallow = [\"10.0.0.0/8\"]\n{ZONE}")),
        ("a decoy that is a port of agents", "decoy = 2967\n".to_owned()),
        ("a decoy that is no port", "decoy = 65536\n".to_owned()),
        ("a bad length of time", "[freshness]\nsignatures = \"soon\"\n".to_owned()),
    ]
}

#[test]
fn every_fault_has_its_line_and_a_hint() {
    let mut told = String::new();
    for (what, policy) in wrong() {
        let ran = audited(210, policy.as_bytes());
        assert_eq!((ran.code, ran.stdout.as_str()), (2, ""), "{what}: {}", ran.stderr);
        assert!(ran.stderr.starts_with("error: policy.toml: line "), "{what}: {}", ran.stderr);
        assert!(ran.stderr.contains("\nhint: "), "{what}: {}", ran.stderr);
        assert!(!ran.stderr.contains(['\x1b', '\u{202e}']), "{what}: {:?}", ran.stderr);
        let _ = writeln!(told, "# {what}\n{}", ran.stderr);
    }
    insta::assert_snapshot!("policies", told);
}

#[test]
fn a_file_that_is_no_policy() {
    let folder = TempDir::new().unwrap();
    let write = |name: &str, bytes: &[u8]| fs::write(folder.path().join(name), bytes).unwrap();
    write("latin1", b"# gr\xfc\xdfe\n");
    write("later", b"# fine\n\n# \xff\n");
    write("utf16", b"\xff\xfe[\x00]\x00");
    write("large", "# a line that says nothing\n".repeat(200_000).as_bytes());
    write("nulls", &[0; 100]);
    fs::create_dir(folder.path().join("folder")).unwrap();
    let mut told = String::new();
    for name in ["missing", "nowhere/policy", "folder", "latin1", "later", "utf16", "large", "nulls", ""] {
        let ran = finish(audit(folder.path(), 210, &["--dry-run", "--policy", name]));
        assert_eq!((ran.code, ran.stdout.as_str()), (2, ""), "{name}: {}", ran.stderr);
        let _ = writeln!(told, "$ muster audit --policy '{name}'\n{}", ran.stderr);
    }
    insta::assert_snapshot!("policy_files", told);
}

#[test]
fn what_reads_the_same_works_the_same() {
    let good = format!("{ZONE}products = [\"clamav\"]\n");
    for policy in
        [good.clone(), good.replace('\n', "\r\n"), format!("\u{feff}{good}"), good.trim().to_owned()]
    {
        let ran = audited(211, policy.as_bytes()).ok();
        assert!(ran.stdout.contains("policy     1 zone"), "{policy:?}: {}", ran.stdout);
        assert!(ran.stdout.contains("(a): TCP 2967-2968,3310,5168,7239\n"), "{policy:?}: {}", ran.stdout);
    }
    let empty = audited(211, b"").ok();
    assert!(empty.stdout.contains("policy     0 zones, 0 exemptions"), "{}", empty.stdout);
    let later =
        audited(211, format!("\u{feff}{}", good.replace("clamav", "x")).replace('\n', "\r\n").as_bytes());
    assert!(later.stderr.starts_with("error: policy.toml: line 4: unknown product"), "{}", later.stderr);
}

/// `muster.toml` of the folder is used without being named.
#[test]
fn the_usual_policy_can_be_wrong_too() {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("muster.toml"), "[[zones]]\n").unwrap();
    let ran = finish(audit(folder.path(), 211, &["--dry-run"]));
    assert_eq!(ran.code, 2);
    assert_eq!(ran.stderr, "error: muster.toml: line 1: unknown key: `zones`\nhint: did you mean `zone`?\n");
}

#[test]
fn an_exemption_that_is_over_exempts_nobody_and_is_told() {
    let folder = TempDir::new().unwrap();
    let host = address(212, 1).to_string();
    let policy = |expires: &str| EXEMPTION.replace("127.0.0.1", &host) + expires;
    for (expires, verdict, finding) in
        [("expires = 2020-01-01", "unknown", true), ("expires = 2999-01-01", "exempt", false)]
    {
        fs::write(folder.path().join("policy"), policy(expires)).unwrap();
        let words = ["--policy", "policy", "--jsonl", "-"];
        let lines = json_lines(&finish(audit(folder.path(), 212, &words)).ok().stdout);
        let hosts = of_type(&lines, "host");
        assert_eq!(hosts[0]["verdict"], verdict, "{lines:?}");
        assert_eq!(hosts[0]["findings"].to_string().contains("exemption-expired"), finding, "{lines:?}");
    }
}

#[test]
fn products_and_zones_that_nobody_knows() {
    let folder = TempDir::new().unwrap();
    fs::write(
        folder.path().join("policy"),
        format!("{ZONE}{}", ZONE.replace("\"a\"", "\"b\"").replace("/8", "/9")),
    )
    .unwrap();
    let mut told = String::new();
    for line in [
        "--product symantec-savce10",
        "--product zzz",
        "--product crowdstrike",
        "--product clamav --product sentinelone",
        "--product clamav -p 80",
        "--zone c",
        "--policy policy --zone c",
        "--policy policy --zone A",
        "-p U:2967",
        "-p nosuchservice",
        "--decoy 65536",
        "--fail-on impostor",
        "--fail-on new:high",
    ] {
        let words: Vec<&str> = line.split(' ').collect();
        let ran = finish(audit(folder.path(), 210, &[&["--dry-run"], &words[..]].concat()));
        assert_eq!((ran.code, ran.stdout.as_str()), (2, ""), "{line}: {}", ran.stderr);
        assert!(
            ran.stderr.starts_with("error: ") && ran.stderr.contains("\nhint: "),
            "{line}: {}",
            ran.stderr
        );
        let _ = writeln!(told, "$ muster audit {line}\n{}", ran.stderr);
    }
    insta::assert_snapshot!("products_and_zones", told);
}

#[test]
fn nothing_is_sent_before_the_policy_is_read() {
    let folder = TempDir::new().unwrap();
    let Ok(listener) = TcpListener::bind(SocketAddr::new(address(213, 1), 2967)) else {
        return crate::common::skip("this machine has one loopback address only");
    };
    listener.set_nonblocking(true).unwrap();
    let is_asked = || listener.accept().map(drop).map_err(|error| error.kind());
    for policy in ["[[zone]]\n", ""] {
        fs::write(folder.path().join("policy"), policy).unwrap();
        let ran = finish(audit(folder.path(), 213, &["-p", "2967", "--policy", "policy"]));
        let (code, asked) = if policy.is_empty() { (0, Ok(())) } else { (2, Err(ErrorKind::WouldBlock)) };
        assert_eq!((ran.code, is_asked()), (code, asked), "{}", ran.stderr);
    }
}
