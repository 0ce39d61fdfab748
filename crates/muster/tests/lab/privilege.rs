//! Privilege: used for frames alone, given up at once, and made up for where there is none.

use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown};
use std::path::PathBuf;
use std::process::Command;

use muster_testkit::lab::{Lab, LabPlan, Side};
use tempfile::TempDir;

use crate::common::{MUSTER, finish, has, json_lines, of_type, xml_findings};
use crate::support::{by_frames_ok, lab, muster, scanned};

/// The user whom every system has.
const NOBODY: (&str, u32) = ("nobody", 65_534);

/// `muster` as if that user had called it by sudo.
fn by_sudo(lab: &Lab, line: &str) -> Command {
    let mut command = muster(lab, line);
    command.env("SUDO_USER", NOBODY.0).env("SUDO_UID", NOBODY.1.to_string());
    command.env("SUDO_GID", NOBODY.1.to_string());
    command
}

#[test]
#[ignore = "needs root and the lab"]
fn under_sudo_files_are_those_of_the_user_who_called() {
    let Some(lab) = lab(LabPlan::of("10.77.3.0/28").unwrap()) else { return };
    let folder = TempDir::new().unwrap();
    chown(folder.path(), Some(NOBODY.1), Some(NOBODY.1)).unwrap();
    fs::set_permissions(folder.path(), Permissions::from_mode(0o700)).unwrap();
    let mut command =
        by_sudo(&lab, "scan -n -Pn -p 2967 -oX out.xml -oJ lines --capture frames 10.77.3.0/28");
    command.current_dir(folder.path());
    let ran = finish(command).ok();
    assert!(ran.stderr.contains("asked by frames"), "{}", ran.stderr);
    for name in ["out.xml", "lines", "frames"] {
        let file = fs::metadata(folder.path().join(name)).unwrap();
        assert_eq!((file.uid(), file.gid()), (NOBODY.1, NOBODY.1), "{name}");
        assert!(file.len() > 0, "{name}");
    }
    let mut audit = by_sudo(&lab, "audit -n --store store/muster.db -p 2967 10.77.3.0/28");
    audit.current_dir(folder.path());
    let ran = finish(audit).ok();
    assert!(ran.stderr.contains("asked by frames"), "{}", ran.stderr);
    assert_eq!(fs::metadata(folder.path().join("store/muster.db")).unwrap().uid(), NOBODY.1);
}

#[test]
#[ignore = "needs root and the lab"]
fn under_sudo_nothing_is_written_where_the_user_may_not() {
    let Some(lab) = lab(LabPlan::of("10.77.3.0/30").unwrap()) else { return };
    let folder = TempDir::new().unwrap();
    fs::set_permissions(folder.path(), Permissions::from_mode(0o755)).unwrap();
    for option in ["-oX out", "--capture out"] {
        let mut command = by_sudo(&lab, &format!("scan -n -Pn -p 2967 {option} 10.77.3.0/30"));
        command.current_dir(folder.path());
        let ran = finish(command);
        assert_eq!(ran.code, 2, "{}", ran.stderr);
        assert!(ran.stderr.contains("error: cannot write out: Permission denied"), "{}", ran.stderr);
        assert!(!folder.path().join("out").exists());
    }
}

#[test]
#[ignore = "needs root and the lab"]
fn under_sudo_nothing_is_read_that_the_user_may_not() {
    let Some(lab) = lab(LabPlan::of("10.77.3.0/30").unwrap()) else { return };
    let folder = TempDir::new().unwrap();
    fs::set_permissions(folder.path(), Permissions::from_mode(0o755)).unwrap();
    let secret = folder.path().join("secret");
    for (text, line) in [
        ("!words-of-root!\n", "scan -sT -n -Pn -p 2967 -iL secret"),
        ("!words-of-root!\n", "scan -sT -n -Pn -p 2967 --excludefile secret 10.77.3.0/30"),
        ("!words-of-root!\n", "scan -sS -n -Pn -p 2967 --dry-run -iL secret"),
        ("!words-of-root!\n", "audit -n --no-store -p 2967 -iL secret"),
        ("!words-of-root!\n", "audit -n --no-store -p 2967 --policy secret 10.77.3.0/30"),
        ("# Nmap words-of-root\n", "scan --resume secret"),
        ("# Nmap words-of-root\n", "scan -sT -n -Pn -p 2967 --resume secret 10.77.3.0/30"),
    ] {
        fs::write(&secret, text).unwrap();
        fs::set_permissions(&secret, Permissions::from_mode(0o600)).unwrap();
        let mut command = by_sudo(&lab, line);
        command.current_dir(folder.path());
        let ran = finish(command);
        assert_eq!(ran.code, 2, "{line}: {}", ran.stderr);
        assert!(ran.stderr.contains("secret: Permission denied"), "{line}: {}", ran.stderr);
        assert!(ran.stderr.contains("\nhint: the user who called must be able to read"), "{}", ran.stderr);
        assert!(!ran.stderr.contains("words-of-root") && !ran.stderr.contains("Nmap"), "{}", ran.stderr);
        let mut as_root = muster(&lab, line);
        as_root.current_dir(folder.path());
        let ran = finish(as_root);
        assert!(!ran.stderr.contains("Permission denied"), "{line}: {}", ran.stderr);
    }
}

#[test]
#[ignore = "needs root and the lab"]
fn under_sudo_a_journal_of_roots_is_neither_read_nor_gone_on_with() {
    let Some(lab) = lab(LabPlan::of("10.77.3.0/30").unwrap()) else { return };
    let folder = TempDir::new().unwrap();
    fs::set_permissions(folder.path(), Permissions::from_mode(0o755)).unwrap();
    let journal = folder.path().join("journal");
    let line = "scan -sS -n -Pn -p 2967 10.77.3.0/30";
    let mut begun = muster(&lab, &format!("{line} --journal journal"));
    begun.current_dir(folder.path());
    finish(begun).ok();
    let before = fs::read(&journal).unwrap();
    for resumed in ["scan --resume journal".to_owned(), format!("{line} --resume journal")] {
        fs::set_permissions(&journal, Permissions::from_mode(0o600)).unwrap();
        let mut command = by_sudo(&lab, &resumed);
        command.current_dir(folder.path());
        let ran = finish(command);
        assert_eq!(ran.code, 2, "{resumed}: {}", ran.stderr);
        assert!(ran.stderr.contains("journal: Permission denied"), "{resumed}: {}", ran.stderr);
        assert!(!ran.stderr.contains("going on with"), "{resumed}: {}", ran.stderr);
        assert_eq!(fs::read(&journal).unwrap(), before, "{resumed}");
        chown(&journal, Some(NOBODY.1), Some(NOBODY.1)).unwrap();
        let mut of_their_own = by_sudo(&lab, &resumed);
        of_their_own.current_dir(folder.path());
        let ran = finish(of_their_own).ok();
        assert!(ran.stderr.contains("asked by frames"), "{resumed}: {}", ran.stderr);
        chown(&journal, Some(0), Some(0)).unwrap();
        fs::write(&journal, &before).unwrap();
    }
}

#[test]
#[ignore = "needs root and the lab"]
fn set_to_run_as_root_nothing_is_written_where_a_caller_whom_nobody_knows_may_not() {
    let Some(lab) = lab(LabPlan::of("10.77.3.0/30").unwrap()) else { return };
    if !has("setpriv") {
        return;
    }
    let folder = TempDir::new().unwrap();
    let program = set_to_run_as_root(&folder);
    let closed = folder.path().join("closed");
    fs::create_dir(&closed).unwrap();
    fs::set_permissions(&closed, Permissions::from_mode(0o700)).unwrap();
    for way in ["-sT", "-sS"] {
        let mut command = as_stranger(&lab);
        command.arg(&program).args(["scan", way, "-n", "-Pn", "-p", "2967", "10.77.3.0/30", "-oN"]);
        command.arg(closed.join("out"));
        let ran = finish(command);
        assert_eq!(ran.code, 2, "{way}: {}", ran.stderr);
        assert!(ran.stderr.contains("closed/out: Permission denied"), "{way}: {}", ran.stderr);
        assert!(!closed.join("out").exists());
    }
}

#[test]
#[ignore = "needs root and the lab"]
fn set_to_run_as_root_a_list_comes_by_the_callers_pipe() {
    let Some(lab) = lab(LabPlan::of("10.77.3.0/30").unwrap()) else { return };
    if !has("setpriv") {
        return;
    }
    let folder = TempDir::new().unwrap();
    let program = set_to_run_as_root(&folder);
    for name in ["-", "/dev/stdin"] {
        let line = format!("echo 10.77.3.1 | \"$0\" scan -sS -n -Pn -p 2967 -oJ - -iL {name}");
        let mut command = as_stranger(&lab);
        command.args(["sh", "-c", &line]).arg(&program);
        let ran = finish(command).ok();
        assert!(ran.stdout.contains("10.77.3.1"), "{name}: {}", ran.stdout);
        assert!(ran.stderr.contains("asked by frames"), "{name}: {}", ran.stderr);
    }
}

/// A copy of `muster` with the mode to run as root, in a folder that everybody may enter.
fn set_to_run_as_root(folder: &TempDir) -> PathBuf {
    fs::set_permissions(folder.path(), Permissions::from_mode(0o755)).unwrap();
    let program = folder.path().join("muster");
    fs::copy(MUSTER, &program).unwrap();
    fs::set_permissions(&program, Permissions::from_mode(0o4755)).unwrap();
    program
}

/// What runs a program as a user whom no database knows.
fn as_stranger(lab: &Lab) -> Command {
    let mut command = lab.command(Side::Near, "setpriv");
    command.args(["--reuid=4242", "--regid=4242", "--clear-groups"]);
    command
}

#[test]
#[ignore = "needs root and the lab"]
fn who_cannot_be_found_is_not_root() {
    let Some(lab) = lab(LabPlan::of("10.77.3.0/30").unwrap()) else { return };
    let folder = TempDir::new().unwrap();
    for line in ["scan -sT -n -Pn -p 2967 -oN out 10.77.3.0/30", "explain 2967"] {
        let mut command = muster(&lab, line);
        command.env("SUDO_UID", "4242").current_dir(folder.path());
        let ran = finish(command);
        assert_eq!(ran.code, 3, "{line}: {}", ran.stderr);
        let error = "this machine does not know the user who called: SUDO_UID=4242\nhint: ";
        assert!(ran.stderr.contains(error), "{line}: {}", ran.stderr);
        assert!(!folder.path().join("out").exists());
    }
    let mut command = muster(&lab, "doctor");
    command.env("SUDO_UID", "4242");
    let told = finish(command).ok().stdout.replace("\n  ", " ");
    assert!(told.contains("The user who called it is not in this machine's user database"), "{told}");
}

#[test]
#[ignore = "needs root and the lab"]
fn without_privilege_connections_find_the_same() {
    let Some(lab) = lab(LabPlan::of("10.77.3.0/28").unwrap()) else { return };
    if !has("setpriv") {
        return;
    }
    let mut command = lab.command(Side::Near, "setpriv");
    command.args(["--inh-caps=-all", "--bounding-set=-all", MUSTER]);
    command.args("scan -sS -n -Pn -p 2967 -oX - 10.77.3.0/28".split(' '));
    let ran = finish(command).ok();
    let warning = "warning: -sS: ports are asked by connections instead: this process may not send frames\nhint: sudo setcap";
    assert_eq!(ran.stderr.matches(warning).count(), 1, "{}", ran.stderr);
    let connected = scanned(&lab, "-n -Pn -p 2967 -oX - 10.77.3.0/28").ok();
    assert_eq!(xml_findings(&ran.stdout), xml_findings(&connected.stdout));
}

#[test]
#[ignore = "needs root and the lab"]
fn every_frame_can_be_seen() {
    let Some(lab) = lab(LabPlan::of("10.77.3.0/30").unwrap()) else { return };
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("frames.pcapng");
    let line = format!("-n -Pn -p 2967 --packet-trace --capture {} -oJ - 10.77.3.0/30", file.display());
    let ran = by_frames_ok(&lab, &line);
    let sent = ran
        .stderr
        .lines()
        .filter(|line| line.starts_with("SENT ") && line.contains(":2967 tcp SYN "))
        .count();
    let lines = json_lines(&ran.stdout);
    let end = of_type(&lines, "summary")[0];
    assert_eq!(end["probes"], sent, "{}", ran.stderr);
    assert!(ran.stderr.contains("\nRCVD ") || ran.stderr.starts_with("RCVD "), "{}", ran.stderr);
    assert_eq!(fs::read(&file).unwrap()[..4], [0x0a, 0x0d, 0x0d, 0x0a]);
    let over =
        by_frames_ok(&lab, "-n -Pn -p 2967 -oJ - --source-port 40000 --ttl 3 --packet-trace 10.77.3.0/30");
    let frames: Vec<&str> =
        over.stderr.lines().filter(|line| line.contains(" tcp SYN ") && line.starts_with("SENT")).collect();
    assert!(!frames.is_empty());
    assert!(frames.iter().all(|line| line.contains(":40000 > ") && line.ends_with("ttl 3")), "{frames:?}");
}
