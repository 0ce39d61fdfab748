//! `muster doctor`: what the machine that runs the tests lets muster do, with privilege and without.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::process::CommandExt as _;
use std::process::Command;

use muster_platform::can_send_frames;

use crate::common::{MUSTER, Ran, finish, skip};
use crate::support::{Workplace, muster};

fn examined() -> Ran {
    let mut command = muster();
    command.arg("doctor");
    finish(command).ok()
}

#[test]
fn every_part_has_its_place_in_eighty_columns() {
    let ran = examined();
    assert_eq!(ran.stderr, "");
    let at = |title: &str| ran.stdout.find(&format!("\n{title}\n")).unwrap_or_else(|| panic!("no {title}"));
    assert!(at("Interfaces") < at("Privilege") && at("Privilege") < at("Descriptors"));
    assert!(at("Descriptors") < at("Sweep"), "{}", ran.stdout);
    for line in ran.stdout.lines() {
        let is_command = line.starts_with("    ");
        assert!(line.chars().count() <= 80 || is_command || !line.trim().contains(' '), "{line}");
        assert!(!line.contains(char::is_control), "{line:?}");
    }
}

#[test]
fn interfaces_are_told_with_kind_state_and_addresses() {
    let text = examined().stdout;
    let Some((_, own)) = text.split_once("\n  lo ") else {
        return skip("this machine has no interface lo");
    };
    assert!(own.trim_start().starts_with("loopback, up, MTU "), "{text}");
    assert!(own.lines().nth(1).unwrap().contains("127.0.0.1/8"), "{text}");
}

#[test]
fn a_closed_pipe_is_no_error() {
    let ran = finish(crate::support::shell("($MUSTER doctor; echo $? >&2) | true"));
    assert_eq!(ran.stderr, "0\n");
}

/// The command that it prints, taken at its word.
#[test]
fn what_it_says_about_privilege_is_so() {
    if std::env::consts::OS != "linux" {
        return skip("frames are sent on Linux alone");
    }
    let text = examined().stdout;
    assert_eq!(text.contains("This process may send frames"), can_send_frames(), "{text}");
    if !can_send_frames() {
        return skip("granting a program needs root");
    }
    let workplace = Workplace::new();
    fs::set_permissions(workplace.path(""), fs::Permissions::from_mode(0o755)).unwrap();
    let program = workplace.path("muster");
    fs::copy(MUSTER, &program).unwrap();
    let as_nobody = || {
        let mut command = Command::new(&program);
        command.arg("doctor").uid(NOBODY).gid(NOBODY).current_dir("/");
        finish(command).ok().stdout
    };
    let before = as_nobody();
    assert!(before.contains("may not send frames") && before.contains("By connections"), "{before}");
    assert!(!before.contains("frames by"), "{before}");
    let command = before.lines().find_map(|line| line.trim().strip_prefix("sudo ")).unwrap();
    assert_eq!(command, format!("setcap cap_net_raw+ep {}", program.display()));
    if !Command::new("sh").args(["-c", command]).status().is_ok_and(|status| status.success()) {
        return skip("there is no setcap, or files here carry no capabilities");
    }
    let after = as_nobody();
    assert!(after.contains("This process may send frames") && !after.contains("setcap"), "{after}");
}

/// Interfaces that the test makes, in a network namespace that nothing leads out of and that is gone with the shell.
#[test]
fn links_and_rules_of_a_network_are_told() {
    let script = "ip link add near type veth peer name far && ip link set near address 02:00:00:00:90:01 up && \
        ip link set far up && ip link add idle type veth peer name end && ip addr add 10.90.0.1/24 dev near && \
        ip rule add to 10.94.0.0/24 lookup 100 && exec \"$0\" doctor";
    let mut command = Command::new("unshare");
    command.args(["--net", "sh", "-c", script, MUSTER]);
    if !can_send_frames() || finish(clone(&command)).code != 0 {
        return skip("a network namespace needs root, unshare and ip");
    }
    let text = finish(command).ok().stdout;
    let near = text.split_once("\n  near ").unwrap().1;
    let mut lines = near.lines().map(str::trim);
    assert_eq!(lines.next(), Some("Ethernet (veth), up, MTU 1500, 02:00:00:00:90:01"), "{text}");
    assert!(lines.next().unwrap().starts_with("10.90.0.1/24"), "{text}");
    assert!(lines.next().unwrap().starts_with("frames by AF_"), "{text}");
    assert!(text.contains("\n  idle  Ethernet (veth), down, MTU 1500, "), "{text}");
    assert!(text.contains("policy routing: 1 rule ") && text.contains("IPv4   no default route"), "{text}");
    assert!(text.contains("\nSweep\n  By frames: "), "{text}");
}

fn clone(command: &Command) -> Command {
    let mut same = Command::new(command.get_program());
    same.args(command.get_args());
    same
}

/// A user who owns nothing.
const NOBODY: u32 = 65_534;
