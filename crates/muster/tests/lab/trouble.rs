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

#[test]
#[ignore = "needs root and the lab"]
fn after_an_interface_went_the_hints_are_commands_that_work() {
    let Some(lab) = lab(LabPlan::of("10.77.3.0/26").unwrap()) else { return };
    let folder = tempfile::TempDir::new().unwrap();
    let in_lab = |script: &str| {
        let mut command = lab.command(Side::Near, "sh");
        command.args(["-c", script]).current_dir(folder.path());
        finish(command)
    };
    let scan = format!("exec {MUSTER} scan -n -Pn --max-rate 20 -p 2967 --journal journal 10.77.3.0/26");
    // The kernel forgets the routes of an interface that goes down.
    in_lab("ip route show dev lab0 > routes").ok();
    let cut_off = in_lab(&format!("(sleep 1; ip link set lab0 down) & {scan}"));
    assert_eq!(cut_off.code, 3, "{}", cut_off.stderr);
    let hint = "\nhint: when the interface is as it was: muster scan --resume journal\n";
    assert!(cut_off.stderr.contains(hint), "{}", cut_off.stderr);
    let resume = format!("{MUSTER} scan --resume journal");
    let gone = in_lab(&resume);
    assert_eq!(gone.code, 3, "{}", gone.stderr);
    let hint = "\nhint: when it is there again: muster scan --resume journal\n";
    assert!(
        gone.stderr.contains("error: no way leads to any target") && gone.stderr.contains(hint),
        "{}",
        gone.stderr
    );
    let again =
        "ip link set lab0 up; while read route; do ip route replace $route dev lab0; done < routes; sleep 1";
    let ran = in_lab(&format!("{again}; {resume}")).ok();
    assert!(!ran.stderr.contains("had come to its end"), "{}", ran.stderr);
    let again = in_lab(&resume).ok();
    assert!(again.stderr.contains("the scan of this journal had come to its end: "), "{}", again.stderr);
}
