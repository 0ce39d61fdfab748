//! What ends a sweep by frames before its time: its outputs are whole and say so.

use muster_testkit::lab::{LabPlan, Side};

use crate::common::{MUSTER, finish, json_lines, of_type};
use crate::support::lab;

#[test]
#[ignore = "needs root and the lab"]
fn interrupted_it_says_what_it_saw() {
    let Some(lab) = lab(LabPlan::of("10.77.3.0/24").unwrap()) else { return };
    let mut command = lab.command(Side::Near, "timeout");
    command.args(["--preserve-status", "-s", "INT", "1", MUSTER]);
    command.args("scan -n -Pn --max-rate 20 -p 2967 -oG - 10.77.3.0/24".split(' '));
    let ran = finish(command);
    assert_eq!(ran.code, 130, "{}", ran.stderr);
    let last = ran.stdout.lines().last().unwrap();
    assert!(last.starts_with("# muster interrupted at ") && last.contains("(SIGINT), partial -- "), "{last}");
}

#[test]
#[ignore = "needs root and the lab"]
fn an_interface_that_goes_down_ends_it() {
    let Some(lab) = lab(LabPlan::of("10.77.3.0/24").unwrap()) else { return };
    let mut command = lab.command(Side::Near, "sh");
    let scan = format!("exec {MUSTER} scan -n -Pn --max-rate 20 -p 2967 -oJ - 10.77.3.0/24");
    command.args(["-c", &format!("(sleep 1; ip link set lab0 down) & {scan}")]);
    let ran = finish(command);
    assert_eq!(ran.code, 3, "{}", ran.stderr);
    assert!(
        ran.stderr.contains("interface lab0") && ran.stderr.contains("\nhint: what was found"),
        "{}",
        ran.stderr
    );
    let lines = json_lines(&ran.stdout);
    let end = of_type(&lines, "summary")[0];
    assert_eq!(end["complete"], false);
    assert!(end["not_tried"].as_u64().unwrap() > 0, "{end}");
}
