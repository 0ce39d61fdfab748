//! Reports that cannot be written, or would be written over something: told before anything is sent where that can be
//! known, and no older file is lost.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use muster_testkit::lab::Lab;
use tempfile::TempDir;

use crate::common::{MUSTER, Ran, finish, has, json_lines, of_type, run, skip};
use crate::support::{address, muster, network};

/// An audit of one address with further words; the store is `store`.
#[track_caller]
fn audited(folder: &Path, test: u8, line: &str) -> Ran {
    let mut command = muster();
    command.args(["audit", "-n", "-T5", "--no-devices", "-p", "2967"]).args(line.split_whitespace());
    command.arg(address(test, 1).to_string()).current_dir(folder).env("MUSTER_STORE", "store");
    finish(command)
}

#[track_caller]
fn assert_refused(ran: &Ran, line: &str, message: &str) {
    assert_eq!((ran.code, ran.stdout.as_str()), (2, ""), "{line}: {}", ran.stderr);
    assert!(ran.stderr.starts_with(&format!("error: {message}")), "{line}: {}", ran.stderr);
    assert!(ran.stderr.contains("\nhint: "), "{line}: {}", ran.stderr);
}

#[test]
fn no_report_goes_over_another_file_that_is_in_use() {
    let folder = TempDir::new().unwrap();
    let path = folder.path();
    fs::write(path.join("policy"), "decoy = 7239\n").unwrap();
    fs::write(path.join("list"), "127.0.0.1\n").unwrap();
    audited(path, 230, "").ok();
    let before = fs::read(path.join("store")).unwrap();
    for (line, message) in [
        ("--html a --csv a", "two outputs would be written to one place: a\n"),
        ("--html a --jsonl ./a", "two outputs would be written to one place: "),
        ("--html - --jsonl -", "two outputs would be written to one place: -\n"),
        ("--policy policy --html policy", "the output would overwrite the input: policy\n"),
        ("--policy policy --csv ./policy", "the output would overwrite the input: ./policy\n"),
        ("-iL list --jsonl list", "the output would overwrite the input: list\n"),
        ("--excludefile list --csv list", "the output would overwrite the input: list\n"),
        ("--html store", "the output would overwrite the store: store\n"),
        ("--store store --csv ./store", "the output would overwrite the store: ./store\n"),
        ("--store new --jsonl new", "the output would overwrite the store: new\n"),
        ("--html nowhere/page", "cannot write nowhere/page: "),
        ("--csv .", "cannot write .: "),
        ("--jsonl list/lines", "cannot write list/lines: "),
    ] {
        assert_refused(&audited(path, 230, line), line, message);
    }
    let mut report = muster();
    report.args(["report", "--html", "./store"]).current_dir(path).env("MUSTER_STORE", "store");
    assert_refused(&finish(report), "report", "the output would overwrite the store: ./store\n");
    let mut demo = muster();
    demo.args(["demo", "--store", "store", "--csv", "store"]).current_dir(path);
    assert_refused(&finish(demo), "demo", "the output would overwrite the store: store\n");
    assert_eq!(fs::read(path.join("store")).unwrap(), before);
    assert_eq!(fs::read_to_string(path.join("policy")).unwrap(), "decoy = 7239\n");
    assert_eq!(fs::read_to_string(path.join("list")).unwrap(), "127.0.0.1\n");
    assert!(!path.join("new").exists() && !path.join("a").exists(), "a file was made all the same");
}

#[test]
fn the_file_of_a_store_by_another_name_is_the_same_file() {
    let folder = TempDir::new().unwrap();
    audited(folder.path(), 231, "").ok();
    run("ln", &["-s".as_ref(), "store".as_ref(), folder.path().join("link").as_os_str()]);
    let message = "the output would overwrite the store: link\n";
    assert_refused(&audited(folder.path(), 231, "--html link"), "a link", message);
}

#[test]
fn a_full_disk_under_one_report_leaves_the_others_and_the_run() {
    if !Path::new(FULL).exists() {
        return skip("there is no /dev/full");
    }
    for form in ["--html", "--csv", "--jsonl"] {
        let folder = TempDir::new().unwrap();
        let others =
            ["--html page", "--csv table", "--jsonl lines"].map(|other| match other.starts_with(form) {
                true => format!("{form} {FULL}"),
                false => other.to_owned(),
            });
        let ran = audited(folder.path(), 232, &others.join(" "));
        assert_eq!(ran.code, 3, "{form}: {}", ran.stderr);
        assert_eq!(
            ran.stderr.matches("error: cannot write /dev/full: ").count(),
            1,
            "{form}: {}",
            ran.stderr
        );
        assert!(ran.stdout.contains("coverage "), "{form}: {}", ran.stdout);
        let read = |name: &str| fs::read_to_string(folder.path().join(name)).unwrap_or_default();
        assert_eq!(read("page").contains("</html>"), form != "--html");
        assert_eq!(read("table").lines().count(), if form == "--csv" { 0 } else { 2 });
        assert_eq!(of_type(&json_lines(&read("lines")), "coverage").len(), usize::from(form != "--jsonl"));
        let mut report = muster();
        report.args(["report", form, FULL]).current_dir(folder.path()).env("MUSTER_STORE", "store");
        assert_eq!(finish(report).code, 3, "{form}");
        let mut report = muster();
        report.arg("report").current_dir(folder.path()).env("MUSTER_STORE", "store");
        finish(report).ok();
    }
}

#[test]
fn a_full_disk_under_stdout() {
    if !Path::new(FULL).exists() {
        return skip("there is no /dev/full");
    }
    let folder = TempDir::new().unwrap();
    audited(folder.path(), 233, "").ok();
    let at = address(233, 1).to_string();
    let audit = ["audit", "-n", "-T5", "--no-devices", "-p", "2967", &at];
    let lines = [
        audit.to_vec(),
        [&audit[..], &["--csv", "-"]].concat(),
        [&audit[..], &["--html", "-"]].concat(),
        [&audit[..], &["--dry-run"]].concat(),
        vec!["report"],
        vec!["report", "--jsonl", "-"],
        vec!["history"],
        vec!["history", &at],
        vec!["why", &at],
    ];
    for line in lines {
        let mut command = muster();
        command.args(&line).current_dir(folder.path()).env("MUSTER_STORE", "store").stdin(Stdio::null());
        command.stdout(fs::OpenOptions::new().write(true).open(FULL).unwrap()).stderr(Stdio::piped());
        let output = command.output().unwrap();
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(3), "{line:?}: {stderr}");
        assert!(stderr.contains("error: cannot write stdout: "), "{line:?}: {stderr}");
    }
}

/// Runs a script where `$DISK` is a small disk of its own; `None` where there can be none.
fn on_a_small_disk(size: &str, script: &str) -> Option<Ran> {
    if Lab::available().is_err() || !has("unshare") {
        skip("only root can have a small disk");
        return None;
    }
    let disk = TempDir::new().unwrap();
    let mut command = Command::new("unshare");
    let mounted =
        format!("mount -t tmpfs -o size={size} tmpfs \"$DISK\" && cd \"$DISK\" || exit 99\n{script}");
    command.args(["-m", "sh", "-c", &mounted]).env("DISK", disk.path()).env("MUSTER", MUSTER);
    let ran = finish(command);
    assert_ne!(ran.code, 99, "{}", ran.stderr);
    Some(ran)
}

/// A small run fits, and then a large one does not.
#[test]
fn a_disk_that_fills_up_when_the_run_is_over_costs_that_run_alone() {
    let (one, many) = (address(234, 1), network(234));
    let script = format!(
        "audit() {{ \"$MUSTER\" audit -n -T5 --no-devices -p 2967 --store store \"$@\"; }}
         audit --html page --csv table {one} >/dev/null 2>&1 || exit 90
         before=$(cat page table | cksum)
         head -c 70k /dev/zero >ballast
         audit --html page --csv table {many}/22
         echo \"code $?\"
         [ \"$before\" = \"$(cat page table | cksum)\" ] && echo 'older reports are whole'
         ls -A
         \"$MUSTER\" report 1 --store store >/dev/null && echo 'the earlier run is there'
         \"$MUSTER\" history --store store"
    );
    let Some(ran) = on_a_small_disk("400k", &script) else { return };
    assert!(ran.stdout.contains("code 3\n"), "{}\n{}", ran.stdout, ran.stderr);
    assert!(ran.stderr.contains("error: the run could not be stored: the disk is full: "), "{}", ran.stderr);
    for line in ["coverage ", "older reports are whole\n", "the earlier run is there\n"] {
        assert!(ran.stdout.contains(line), "no {line} in {}", ran.stdout);
    }
    assert!(!ran.stdout.contains("store-journal") && !ran.stdout.contains(".tmp"), "{}", ran.stdout);
}

#[test]
fn a_disk_that_is_full_before_the_run_is_told_before_it() {
    let at = address(235, 1);
    let script = format!(
        "head -c 200k /dev/zero >ballast
         \"$MUSTER\" audit -n -T5 --no-devices -p 2967 --store store {at}
         echo \"code $?\""
    );
    let Some(ran) = on_a_small_disk("200k", &script) else { return };
    assert_eq!(ran.stdout, "code 3\n", "{}", ran.stderr);
    assert!(ran.stderr.starts_with("error: the disk is full: "), "{}", ran.stderr);
    assert!(ran.stderr.contains("\nhint: --no-store audits without one\n"), "{}", ran.stderr);
}

const FULL: &str = "/dev/full";
