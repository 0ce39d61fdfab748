//! A network that loses packets: every open and closed address is found, but for the number that the sweep states.

use muster_model::PortState;
use muster_testkit::lab::{LabPlan, Loss};

use crate::common::{json_lines, of_type};
use crate::support::{lab, scanned};

#[test]
#[ignore = "needs root and the lab"]
fn no_more_is_missed_than_stated() {
    let plan = LabPlan { loss: Loss { to_far: 5, to_near: 5 }, ..LabPlan::of("10.77.0.0/22").unwrap() };
    let Some(lab) = lab(plan) else { return };
    for seed in 1..=3 {
        let ran = scanned(&lab, &format!("-n -Pn -p 2967 --seed {seed} -oJ - 10.77.0.0/22")).ok();
        let lines = json_lines(&ran.stdout);
        let end = lines.last().unwrap();
        let answers = lab.truth().filter(|(.., state, _)| *state != PortState::Filtered);
        let told = of_type(&lines, "port");
        let missed = answers
            .filter(|(address, _, state, _)| {
                !told
                    .iter()
                    .any(|line| line["address"] == address.to_string() && line["state"] == state.name())
            })
            .count() as u64;
        let bound = end["missed_if_losses_alike"].as_u64().unwrap();
        assert!(missed <= bound, "{missed} missed, at most {bound} stated: {end}");
        assert!(bound <= 10, "a bound of {bound} says nothing: {end}");
        assert!(end["controls"]["silent"].as_u64().unwrap() > 0, "5 % loss each way went unseen: {end}");
    }
    assert_eq!(lab.overflows().unwrap(), 0);
}

#[test]
#[ignore = "needs root and the lab"]
fn what_is_found_is_never_wrong() {
    let plan = LabPlan { loss: Loss { to_far: 20, to_near: 20 }, ..LabPlan::of("10.77.0.0/23").unwrap() };
    let Some(lab) = lab(plan) else { return };
    let ran = scanned(&lab, "-n -T4 -Pn -p 2967 -oJ - 10.77.0.0/23").ok();
    let lines = json_lines(&ran.stdout);
    let truth: std::collections::BTreeMap<String, PortState> =
        lab.truth().map(|(address, _, state, _)| (address.to_string(), state)).collect();
    for line in of_type(&lines, "port") {
        let address = line["address"].as_str().unwrap();
        assert_eq!(line["state"], truth[address].name(), "{address}");
    }
}
