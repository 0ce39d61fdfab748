//! An output that fails: the others are complete, and the exit code tells.

use std::fs;
use std::path::Path;
use std::process::Stdio;

use tempfile::TempDir;

use crate::common::{assert_valid_xml, finish, json_lines, skip};
use crate::support::{address, network, scan, scanned_in};

const FULL: &str = "/dev/full";

fn is_there() -> bool {
    let is_there = Path::new(FULL).exists();
    if !is_there {
        skip("there is no /dev/full");
    }
    is_there
}

#[test]
fn a_full_disk_under_one_format_leaves_the_others_complete() {
    if !is_there() {
        return;
    }
    for format in ["-oN", "-oG", "-oX", "-oJ"] {
        let folder = TempDir::new().unwrap();
        let json = if format == "-oJ" { "" } else { "-oJ lines" };
        let line = format!("-Pn -p 2967 {format} {FULL} -oA all {json} {}/26", network(40));
        let ran = scanned_in(folder.path(), &line);
        assert_eq!(ran.code, 3, "{format}: {}", ran.stderr);
        assert!(
            ran.stderr.contains("\nerror: cannot write /dev/full: ") && ran.stderr.contains("\nhint: "),
            "{}",
            ran.stderr
        );
        assert!(ran.stdout.contains("muster done: 64 IP addresses (64 hosts up)"), "{}", ran.stdout);
        assert_complete(folder.path());
        if format != "-oJ" {
            let lines = json_lines(&fs::read_to_string(folder.path().join("lines")).unwrap());
            assert_eq!(lines[lines.len() - 1]["complete"], true);
        }
    }
}

#[track_caller]
fn assert_complete(folder: &Path) {
    let read = |name: &str| fs::read_to_string(folder.join(name)).unwrap();
    for name in ["all.nmap", "all.gnmap"] {
        let text = read(name);
        assert!(
            text.matches("127.").count() >= 64
                && text.trim_end().lines().last().unwrap().contains(" done at "),
            "{text}"
        );
    }
    assert!(read("all.xml").contains("exit=\"success\""));
    assert_valid_xml(&folder.join("all.xml"));
}

#[test]
fn a_full_disk_under_stdout() {
    if !is_there() {
        return;
    }
    for format in ["", "-oN -", "-oG -", "-oX -", "-oJ -"] {
        let mut command = scan(&format!("-Pn -p 2967 {format} {}", address(41, 1)));
        command.stdin(Stdio::null()).stdout(fs::OpenOptions::new().write(true).open(FULL).unwrap());
        let output = command.stderr(Stdio::piped()).output().unwrap();
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(3), "{format}: {stderr}");
        assert!(stderr.contains("\nerror: cannot write stdout: "), "{format}: {stderr}");
    }
    for words in [&["scan", "--dry-run", "-p1", "127.0.0.1"][..], &["demo", "--help"]] {
        let mut command = crate::support::muster();
        command.args(words).stdout(fs::OpenOptions::new().write(true).open(FULL).unwrap());
        let stderr = String::from_utf8(command.output().unwrap().stderr).unwrap();
        assert!(!stderr.contains("panicked"), "{stderr}");
    }
}

#[test]
fn several_failures_are_one_error() {
    if !is_there() {
        return;
    }
    let folder = TempDir::new().unwrap();
    let mut command = scan(&format!("-Pn -p 2967 -oX {FULL} {}", address(42, 1)));
    command.current_dir(folder.path());
    let ran = finish(command);
    assert_eq!((ran.code, ran.stderr.matches("error: ").count()), (3, 1), "{}", ran.stderr);
}

/// The scan does not begin, so what an earlier one wrote stays.
#[test]
fn an_output_that_cannot_be_opened_loses_no_older_file() {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("old.xml"), "precious").unwrap();
    let line = format!("-Pn -p 2967 -oX old.xml -oG nowhere/new {}/30", network(41));
    let ran = scanned_in(folder.path(), &line);
    assert_eq!(ran.code, 2, "{}", ran.stderr);
    assert_eq!(fs::read_to_string(folder.path().join("old.xml")).unwrap(), "precious");
}
