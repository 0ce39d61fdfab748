//! Addresses that every link has for itself: the interface has to be named where there are several.

use muster_testkit::lab::{LabPlan, Side};

use crate::common::{MUSTER, Ran, finish};
use crate::support::lab;

#[test]
#[ignore = "needs root and the lab"]
fn the_interface_is_named_or_asked_for() {
    let Some(lab) = lab(LabPlan::of("10.77.3.0/30").unwrap()) else { return };
    let run = |script: &str| -> Ran {
        let mut command = lab.command(Side::Near, "sh");
        command.args(["-c", script]);
        finish(command)
    };
    run("ip link add name more0 type veth peer name more1 && ip link set more0 up && ip link set more1 up")
        .ok();
    let scan = format!("{MUSTER} scan -n -Pn -T5 -p 2967");
    let lost = run(&format!("{scan} fe80::1234"));
    assert_eq!(lost.code, 2, "{}", lost.stderr);
    assert!(
        lost.stderr.contains("error: fe80::1234 is an address of a link, and there are several: "),
        "{}",
        lost.stderr
    );
    assert!(
        lost.stderr.contains("\nhint: name the interface that leads there, as in -e "),
        "{}",
        lost.stderr
    );
    let named = run(&format!("{scan} -e more0 fe80::1234")).ok();
    assert!(named.stderr.contains("  more0: from fe80::"), "{}", named.stderr);
    let zoned = run(&format!("{scan} fe80::1234%more0"));
    assert!(
        zoned.stderr.contains("\nhint: leave %more0 out and name the interface by -e more0\n"),
        "{}",
        zoned.stderr
    );
    let connected = run(&format!("{scan} -sT fe80::1234")).ok();
    assert!(
        connected.stderr.contains("hint: leave out -sT and name the interface by -e "),
        "{}",
        connected.stderr
    );
}
