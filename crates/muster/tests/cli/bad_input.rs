//! What is wrong with the arguments or the input is said before anything is sent: exit code 2, the place, and a hint.
//!
//! Every line is a dry run all the same, so that a fault here sends nothing either.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use tempfile::TempDir;

use crate::common::{finish, finish_with};
use crate::support::{muster, scan, scanned, scanned_in};

/// Holds what is said about each of the lines against a snapshot; `''` is an empty word.
#[track_caller]
fn refused_in(folder: &Path, snapshot: &str, lines: &[&str]) {
    let mut told = String::new();
    for line in lines {
        let words = line.split(' ').map(|word| if word == "''" { "" } else { word });
        let mut command = muster();
        command
            .args(["scan", "--dry-run"])
            .args(words.filter(|word| !word.is_empty() || line.contains("''")));
        command.current_dir(folder);
        let ran = finish(command);
        assert_eq!((ran.code, ran.stdout.as_str()), (2, ""), "{line}: {}", ran.stderr);
        assert!(
            ran.stderr.starts_with("error: ") && ran.stderr.contains("\nhint: "),
            "{line}: {}",
            ran.stderr
        );
        let _ = writeln!(told, "$ muster scan {line}\n{}", ran.stderr);
    }
    insta::assert_snapshot!(snapshot, told);
}

#[track_caller]
fn refused(snapshot: &str, lines: &[&str]) {
    refused_in(Path::new("."), snapshot, lines);
}

#[test]
fn targets() {
    refused(
        "targets",
        &[
            "-p 1 10.0.0.256",
            "-p 1 10.0.0.0/33",
            "-p 1 10.0.0.1/",
            "-p 1 10.0.0.1/a",
            "-p 1 10.0.0.9-1",
            "-p 1 10..0.1",
            "-p 1 10.0.0",
            "-p 1 *",
            "-p 1 10.0.0.1,10.0.0.2",
            "-p 1 fd00::/129",
            "-p 1 fd00::g",
            "-p 1 fd00::1-5",
            "-p 1 host_name!",
            "-p 1 -- -host",
            "-p 1 http://10.0.0.1/",
            "-p 1 ''",
            "-p 1",
        ],
    );
}

#[test]
fn ports() {
    refused(
        "ports",
        &[
            "127.0.0.1",
            "-p 65536 127.0.0.1",
            "-p 99999999999 127.0.0.1",
            "-p 20-10 127.0.0.1",
            "-p 80,,443 127.0.0.1",
            "-p T: 127.0.0.1",
            "-p nosuchservice 127.0.0.1",
            "-p [80 127.0.0.1",
            "-p U:53 127.0.0.1",
            "-p T:80,U:53 127.0.0.1",
            "-p S:80 127.0.0.1",
            "-p '' 127.0.0.1",
        ],
    );
}

#[test]
fn options() {
    refused(
        "options",
        &[
            "--colour 127.0.0.1",
            "-z 127.0.0.1",
            "-sSU -p 1 127.0.0.1",
            "-sS -sT -p 1 127.0.0.1",
            "-sS --privileged --unprivileged -p 1 127.0.0.1",
            "-sU -sn 127.0.0.1",
            "-sU -p T:80 127.0.0.1",
            "-sS -sU -p T:80 127.0.0.1",
            "--udp-empty -p 80 127.0.0.1",
            "--udp-empty -sn -PS 127.0.0.1",
            "--min-rate 500 --max-rate 100 -p 80 127.0.0.1",
            "--capture - -p 80 127.0.0.1",
            "-sV -sn 127.0.0.1",
            "-PP -p 1 127.0.0.1",
            "-PP -sn ::1",
            "-PM -PE -sn 10.0.0.1 fd00::1",
            "-PQ -p 1 127.0.0.1",
            "-PO -p 1 127.0.0.1",
            "-sO 127.0.0.1",
            "--traceroute -p 1 127.0.0.1",
            "--max-r 5 -p 1 127.0.0.1",
            "--min-parallelism",
            "-F -p 1 127.0.0.1",
            "-F --top-ports 5 127.0.0.1",
            "-F -sn 127.0.0.1",
            "-sL -p 1 127.0.0.1",
            "-sL -oJ - 127.0.0.1",
            "-r --shard 1/2 --seed 1 -Pn -p 1 127.0.0.1",
            "-iL list -iL list -p 1 127.0.0.1",
            "-S 127.0.0.1 -S 127.0.0.2 -p 1 127.0.0.1",
            "-p 1-3 --exclude-ports 1 --exclude-ports 2 127.0.0.1",
            "--debug=x -p 1 127.0.0.1",
            "--min-rtt-timeout 2s --max-rtt-timeout 1s -p 1 127.0.0.1",
            "--initial-rtt-timeout 5s --max-rtt-timeout 1s -p 1 127.0.0.1",
            "--shard 1/2 --seed 1 -p 1 127.0.0.1",
            "--shard 1/2 -Pn -p 1 127.0.0.1",
            "--journal a --resume a -p 1 127.0.0.1",
            "-A -p 1 127.0.0.1",
            "--script=x -p 1 127.0.0.1",
            "-iR 5 -p 1",
            "-D 10.0.0.1 -p 1 127.0.0.1",
            "-oGfile -p 1 127.0.0.1",
            "-oS - -p 1 127.0.0.1",
            "-sn -p 1 127.0.0.1",
            "-p",
        ],
    );
}

#[test]
fn values_of_options() {
    refused(
        "values_of_options",
        &[
            "-T6 -p 1 127.0.0.1",
            "-T fast -p 1 127.0.0.1",
            "--max-rate 0 -p 1 127.0.0.1",
            "--min-rate -5 -p 1 127.0.0.1",
            "--max-rate many -p 1 127.0.0.1",
            "--max-retries -1 -p 1 127.0.0.1",
            "--max-retries many -p 1 127.0.0.1",
            "--host-timeout 5d -p 1 127.0.0.1",
            "--host-timeout 30000 -p 1 127.0.0.1",
            "--initial-rtt-timeout 100 -p 1 127.0.0.1",
            "--max-rtt-timeout 1250 -p 1 127.0.0.1",
            "--scan-delay 100 -p 1 127.0.0.1",
            "--stats-every soon -p 1 127.0.0.1",
            "--initial-rtt-timeout 0 -p 1 127.0.0.1",
            "--scan-delay 5d -p 1 127.0.0.1",
            "--top-ports 0 127.0.0.1",
            "--top-ports 0.5 127.0.0.1",
            "-p 80 --exclude-ports 80 127.0.0.1",
            "-p 80 --exclude-ports nosuchservice 127.0.0.1",
            "-p 65535 --top-ports 5 127.0.0.1",
            "--seed -1 -p 1 127.0.0.1",
            "--max-missed 0 -p 1 127.0.0.1",
            "--shard 3/2 --seed 1 -Pn -p 1 127.0.0.1",
            "--ttl 0 -p 1 127.0.0.1",
            "--ttl 256 -p 1 127.0.0.1",
            "-g 0 -p 1 127.0.0.1",
            "--source-port 65536 -p 1 127.0.0.1",
            "-S host -p 1 127.0.0.1",
            "-PS99999 -p 1 127.0.0.1",
            "-PAU:53 -p 1 127.0.0.1",
            "-PUnosuchservice -p 1 127.0.0.1",
            "--allow 10.0.0.0/40 -p 1 127.0.0.1",
            "--allow host -p 1 127.0.0.1",
            "--exclude 10.0.0.999 -p 1 127.0.0.1",
            "--exclude 127.0.0.1 -p 1 127.0.0.1",
            "-e '' -p 1 127.0.0.1",
            "-S fd77::1 -p 1 10.77.0.5",
            "-S 10.77.0.1 -p 1 fd77::5",
            "-S 127.0.0.1 -p 1 10.77.0.5",
            "-S ::1 -p 1 fd77::5",
        ],
    );
}

/// None of these reaches this machine's own addresses by frames, and connections cannot do them.
#[test]
fn what_takes_frames() {
    refused(
        "what_takes_frames",
        &[
            "-sU -p 53 127.0.0.1",
            "-sU -p 2967 127.0.0.1",
            "-p T:80,U:53 127.0.0.1",
            "--udp-empty -sU -p 80 127.0.0.1",
            "-PE -p 80 127.0.0.1",
            "-PA -sn 127.0.0.1",
            "-PU53 -p 80 127.0.0.1",
            "-e lo -p 80 127.0.0.1",
            "-S 127.0.0.1 -p 80 127.0.0.1",
            "-g 53 -p 80 127.0.0.1",
            "--ttl 5 -p 80 127.0.0.1",
            "--packet-trace -p 80 127.0.0.1",
            "--capture frames -p 80 127.0.0.1",
            "-sT -sU -p 53 127.0.0.1",
            "--unprivileged -PE -p 80 127.0.0.1",
        ],
    );
}

#[test]
fn lists() {
    let folder = TempDir::new().unwrap();
    let write = |name: &str, bytes: &[u8]| fs::write(folder.path().join(name), bytes).unwrap();
    write("empty", b"# nobody\n");
    write("bad", b"127.0.0.1\n\n127.0.0.2 # fine\n127.0.0.3 127.0.0.256\n10.0.0.0/99\n");
    write("utf16", b"\xff\xfe1\x002\x007\x00");
    write("binary", b"\x00\x01\x02\xff\n");
    refused_in(
        folder.path(),
        "lists",
        &[
            "-p 1 -iL missing",
            "-p 1 -iL .",
            "-p 1 -iL empty",
            "-p 1 -iL bad",
            "-p 1 -iL utf16",
            "-p 1 -iL binary",
            "-p 1 --excludefile missing 127.0.0.1",
            "-p 1 --excludefile bad 127.0.0.1",
        ],
    );
}

#[test]
fn a_bad_line_on_stdin() {
    let ran = finish_with(scan("--dry-run -p 1 -iL -"), "127.0.0.1\n300.0.0.1\n");
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.starts_with("error: stdin: line 2: bad target 300.0.0.1: "), "{}", ran.stderr);
    let nothing = finish_with(scan("--dry-run -p 1 -iL -"), "");
    assert!(nothing.code == 2 && nothing.stderr.starts_with("error: no targets\n"), "{}", nothing.stderr);
}

#[test]
fn a_list_longer_than_any_list() {
    let folder = TempDir::new().unwrap();
    let file = fs::File::create(folder.path().join("huge")).unwrap();
    file.set_len((64 << 20) + 1).unwrap();
    let ran = scanned_in(folder.path(), "--dry-run -p 1 -iL huge");
    assert_eq!(
        (ran.code, ran.stderr.as_str()),
        (2, "error: huge is longer than 64 MB\nhint: name whole networks, or sweep it in parts\n")
    );
}

#[test]
fn places_that_cannot_be_written() {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("in"), "127.0.0.1\n").unwrap();
    let folder = folder.path();
    // No dry run here, since outputs are opened for a real one only: nothing is sent where that fails.
    for (line, place) in [
        ("-oN nowhere/out", "cannot write nowhere/out: "),
        ("-oX .", "cannot write .: "),
        ("-oG /sys/muster.gnmap", "cannot write /sys/muster.gnmap: "),
        ("-oJ in/out", "cannot write in/out: "),
        ("-oA nowhere/all", "cannot write nowhere/all.nmap: "),
        ("-oX in -iL in", "the output would overwrite the input: in"),
        ("-oX ./in -iL in", "the output would overwrite the input: ./in"),
        ("-oJ in --excludefile in", "the output would overwrite the input: in"),
        ("-oX out -oG out", "two outputs would be written to one place: out"),
        ("-oX out -oG ./out", "two outputs would be written to one place: out"),
        ("-oX all.nmap -oA all", "two outputs would be written to one place: all.nmap"),
        ("-oX - -oJ -", "two outputs would be written to one place: -"),
    ] {
        let ran = scanned_in(folder, &format!("-Pn -p 2967 {line} 127.0.0.2"));
        assert_eq!((ran.code, ran.stdout.as_str()), (2, ""), "{line}: {}", ran.stderr);
        assert!(ran.stderr.starts_with(&format!("error: {place}")), "{line}: {}", ran.stderr);
        assert!(ran.stderr.contains("\nhint: "), "{line}: {}", ran.stderr);
    }
    assert_eq!(fs::read_to_string(folder.join("in")).unwrap(), "127.0.0.1\n", "the input was overwritten");
}

#[test]
fn a_name_without_an_address_of_the_family() {
    // Known to be in the file of hosts on every system; nobody is asked.
    let ran = scanned("--dry-run -p 1 localhost/40");
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.starts_with("error: ") && ran.stderr.contains("localhost/40"), "{}", ran.stderr);
}

#[test]
fn a_command_that_does_not_exist() {
    let mut command = muster();
    command.arg("scam");
    let ran = finish(command);
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.starts_with("error: unrecognized subcommand 'scam'\nhint: "), "{}", ran.stderr);
    let alone = finish(muster());
    assert_eq!((alone.code, alone.stdout.as_str()), (2, ""));
    assert!(alone.stderr.contains("Usage: muster"), "{}", alone.stderr);
}
