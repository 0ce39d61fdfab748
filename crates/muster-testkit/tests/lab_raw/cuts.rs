//! The line breaks while a sweep runs: it ends soon, says so, and what it said until then is true.

use std::io::Read as _;
use std::process::Stdio;
use std::time::{Duration, Instant};

use muster_testkit::lab::{Asked, Lab, LabPlan, Running, Side};

use crate::support::{await_lines, expected, lab, read, scan, scratch};

/// From the cut to the end of the program, which has its outputs to write.
const SOON: Duration = Duration::from_secs(5);

#[test]
#[ignore = "needs root and the lab"]
fn an_interface_that_goes_down_ends_the_sweep_and_says_so() {
    ends_in_mid_sweep(|lab| lab.set_line(false).unwrap(), "down");
}

#[test]
#[ignore = "needs root and the lab"]
fn an_interface_that_is_deleted_ends_the_sweep_and_says_so() {
    ends_in_mid_sweep(|lab| ip(lab, Side::Near, "link del lab0"), "");
}

/// Somebody pulls the plug at the other end: the interface is still there, and up.
#[test]
#[ignore = "needs root and the lab"]
fn a_carrier_that_is_lost_ends_the_sweep_and_says_so() {
    ends_in_mid_sweep(|lab| ip(lab, Side::Far, "link set lab0 down"), "the interface has no carrier");
}

/// What is asked over the other interface does not go on in silence, as if all were well.
#[test]
#[ignore = "needs root and the lab"]
fn one_interface_of_two_that_is_deleted_ends_the_sweep_too() {
    let plan = LabPlan { relay: Some(Default::default()), ..LabPlan::of("10.77.0.0/18").unwrap() };
    let Some(lab) = lab(plan) else { return };
    ip(&lab, Side::Near, "route replace 10.77.32.0/19 via 10.78.0.2 dev lab0");
    ends(&lab, |lab| ip(lab, Side::Near, "link del lab0"), "");
}

#[track_caller]
fn ends_in_mid_sweep(cut: impl FnOnce(&Lab), cause: &str) {
    let Some(lab) = lab(LabPlan::of("10.77.0.0/18").unwrap()) else { return };
    ends(&lab, cut, cause);
}

#[track_caller]
fn ends(lab: &Lab, cut: impl FnOnce(&Lab), cause: &str) {
    let out = scratch("cut");
    let mut command = scan(lab, "-n -sS -Pn --max-rate 5000 -p 2967 10.77.0.0/18 -oJ");
    command.arg(&out).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
    let mut running = Running::start(command).unwrap();
    await_lines(&out, 200);
    cut(lab);
    let before = Instant::now();
    let status = running.wait(Duration::from_secs(30)).unwrap();
    let (took, said) = (before.elapsed(), stderr(&mut running));
    assert_eq!(status.code(), Some(3), "{said}");
    assert!(said.contains("interface lab0: ") && said.contains(cause), "{said}");
    assert!(said.contains("\nhint: "), "{said}");
    assert!(took < SOON, "{took:?}: {said}");
    let scanned = read(&out);
    let truth = expected(lab.raw_truth(Asked::Syn));
    let found = scanned.findings("tcp");
    assert!(found.len() < truth.len(), "it was over before the line was cut");
    let wrong: Vec<_> = found.iter().filter(|(at, says)| truth.get(at) != Some(says)).take(5).collect();
    assert!(wrong.is_empty(), "{wrong:?}");
    assert_eq!(scanned.end()["complete"], false, "{}", scanned.end());
    assert!(scanned.end()["not_tried"].as_u64().unwrap() > 0, "{}", scanned.end());
}

fn stderr(running: &mut Running) -> String {
    let mut said = String::new();
    running.child().stderr.take().unwrap().read_to_string(&mut said).unwrap();
    said
}

#[track_caller]
fn ip(lab: &Lab, side: Side, line: &str) {
    let output = lab.command(side, "ip").args(line.split(' ')).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}
