//! Privilege: used for frames alone, given up at once, and made up for where there is none.

use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown};
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
