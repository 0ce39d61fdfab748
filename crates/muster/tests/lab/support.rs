//! A lab and `muster scan` inside it.

use std::process::Command;
use std::thread;

use muster_model::{PortState, Reason};
use muster_testkit::lab::{Lab, LabPlan, Side};
use std::net::IpAddr;

use crate::common::{Findings, MUSTER, Ran, finish, skip, xml_findings};

/// On a veth pair the answer comes back before `connect` has let go of its socket. Linux then drops an ICMPv6 error
/// unless the socket asked for `IPV6_RECVERR`, which Nmap does not; the SYN it repeats after a second brings it again.
pub(crate) const PAST_A_REPEAT: &str = "--min-rtt-timeout 2s --max-rtt-timeout 2s --max-retries 2";

/// A lab, or a visible line that there is none.
pub(crate) fn lab(plan: LabPlan) -> Option<Lab> {
    if let Err(reason) = Lab::available() {
        skip(&format!("lab {reason}"));
        return None;
    }
    Some(Lab::start(plan).unwrap())
}

/// `muster scan` by connections in the near namespace.
pub(crate) fn scan(lab: &Lab, line: &str) -> Command {
    by_frames(lab, &format!("-sT {line}"))
}

/// Runs it to its end.
#[track_caller]
pub(crate) fn scanned(lab: &Lab, line: &str) -> Ran {
    finish(scan(lab, line))
}

/// `muster scan` in the near namespace, as root has it: by frames.
pub(crate) fn by_frames(lab: &Lab, line: &str) -> Command {
    muster(lab, &format!("scan {line}"))
}

/// `muster` in the near namespace, for nobody but whoever runs the tests.
pub(crate) fn muster(lab: &Lab, line: &str) -> Command {
    let mut command = lab.command(Side::Near, MUSTER);
    command.args(line.split_whitespace());
    for variable in ["SUDO_UID", "SUDO_GID", "SUDO_USER", "SUDO_COMMAND", "DOAS_USER", "PKEXEC_UID"] {
        command.env_remove(variable);
    }
    command
}

/// Runs a scan by frames to its end.
#[track_caller]
pub(crate) fn by_frames_ok(lab: &Lab, line: &str) -> Ran {
    let ran = finish(by_frames(lab, line)).ok();
    let is_plan = line.contains("--dry-run");
    assert!(is_plan || ran.stderr.contains("asked by frames: "), "{line}: {}", ran.stderr);
    ran
}

/// Runs all of them at the same time, each to its end.
#[track_caller]
pub(crate) fn finish_all(commands: Vec<Command>) -> Vec<Ran> {
    let running: Vec<_> = commands.into_iter().map(|command| thread::spawn(|| finish(command))).collect();
    running.into_iter().map(|running| running.join().unwrap()).collect()
}

/// What Nmap's XML says about the same.
#[track_caller]
pub(crate) fn nmap_xml(lab: &Lab, line: &str) -> String {
    let mut command = lab.command(Side::Near, "nmap");
    command.args(["--unprivileged", "-n", "-oX", "-"]).args(line.split_whitespace());
    finish(command).ok().stdout
}

/// What Nmap's connect scan finds.
#[track_caller]
pub(crate) fn nmap(lab: &Lab, line: &str) -> Findings {
    xml_findings(&nmap_xml(lab, &format!("-sT -Pn {line}")))
}

pub(crate) fn expected(truth: impl Iterator<Item = (IpAddr, u16, PortState, Reason)>) -> Findings {
    truth.map(|(at, port, state, why)| ((at, port), (state.to_string(), why.name().to_owned()))).collect()
}

/// Fails with the first few differences, not with all of them.
#[track_caller]
pub(crate) fn assert_same(found: &Findings, truth: &Findings) {
    let wrong = truth.iter().filter(|(at, says)| found.get(at) != Some(says));
    let wrong: Vec<_> = wrong.map(|(at, says)| (at, found.get(at), says)).collect();
    assert!(
        wrong.is_empty(),
        "{} wrong, (at, found, truth): {:?}",
        wrong.len(),
        &wrong[..wrong.len().min(10)]
    );
    assert_eq!(found.len(), truth.len(), "more found than there is");
}
