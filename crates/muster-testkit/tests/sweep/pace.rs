//! No host and no line is asked more than the plan allows, also when the clock or the machine misbehaves.

use std::collections::HashMap;
use std::time::Duration;

use muster_engine::{Probe, ProbeKind, Seed, SweepKind, SweepPlan};
use muster_model::Instant;
use muster_testkit::simulation::{Behaviour, NetworkModel, SimulatedNetwork};
use proptest::prelude::*;

use crate::world::{Trouble, Troubled, behaviour, hosts, model, ports, swept};

const HOUR: Duration = Duration::from_secs(3_600);

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn no_host_is_asked_twice_within_the_spacing(
        behaviours in prop::collection::vec(behaviour(), 1..8),
        (count, is_discovery) in (1_u16..30, any::<bool>()),
        (spacing, rate) in (1_u64..400, 10.0..100_000.0),
        troubles in prop::collection::vec(prop_oneof![3 => Just(Trouble::Nothing), 1 => stall(), 1 => back(), 1 => part()], 0..30),
        seed: u64,
    ) {
        let mut plan = plan(&behaviours, count, rate);
        plan.kind = if is_discovery { SweepKind::Discovery } else { SweepKind::Ports };
        plan.host_spacing = Duration::from_millis(spacing);
        let network = SimulatedNetwork::new(model(&behaviours), Seed(seed));
        let mut network = Troubled::new(network, &troubles);
        swept(&plan, seed, &mut network);
        prop_assert_eq!(too_close(&network.log, plan.host_spacing), None);
    }

    #[test]
    fn an_untroubled_sweep_keeps_to_the_rate_and_one_burst(
        (behaviours, count) in (prop::collection::vec(behaviour(), 1..300), 1_u16..4),
        rate in 10.0..100_000.0,
        loss in prop_oneof![Just(0.0), 0.0..0.9],
        seed: u64,
    ) {
        let plan = plan(&behaviours, count, rate);
        let model = NetworkModel { loss, ..model(&behaviours) };
        let mut network = Troubled::new(SimulatedNetwork::new(model, Seed(seed)), &[]);
        swept(&plan, seed, &mut network);
        let burst = largest_burst(&network.log, rate);
        prop_assert!(burst <= (rate * 0.01).max(1.0) + 1e-3, "{} probes more than the rate gives", burst);
    }

    #[test]
    fn never_more_than_the_rate_and_one_burst_after_trouble(
        (behaviours, count) in (prop::collection::vec(behaviour(), 1..300), 1_u16..4),
        rate in 10.0..100_000.0,
        loss in prop_oneof![Just(0.0), 0.0..0.9],
        troubles in prop::collection::vec(prop_oneof![
            3 => Just(Trouble::Nothing), 1 => stall(), 1 => back(), 1 => part(), 1 => Just(Trouble::Drops),
        ], 0..30),
        jumps in prop::collection::vec(forward(), 0..3),
        seed: u64,
    ) {
        let plan = plan(&behaviours, count, rate);
        let model = NetworkModel { loss, ..model(&behaviours) };
        let troubles = [jumps.clone(), troubles].concat();
        let mut network = Troubled::new(SimulatedNetwork::new(model, Seed(seed)), &troubles);
        swept(&plan, seed, &mut network);
        // A clock that jumps forward cannot be told from a stall: one burst more each.
        let most = (rate * 0.01).max(1.0) * (1 + jumps.len()) as f64;
        let burst = largest_burst(&network.log, rate);
        prop_assert!(burst <= most + 1e-3, "{} probes more than the rate gives, {} allowed", burst, most);
    }
}

/// An hour's jump must not make a sweep wait for an hour.
#[test]
fn a_clock_that_jumps_does_not_hold_the_sweep_up() {
    for jump in [Trouble::Forward(HOUR), Trouble::Back(HOUR), Trouble::Back(Duration::from_millis(700))] {
        for at in 0..60 {
            let behaviours = [Behaviour::Open, Behaviour::Closed, Behaviour::Silent, Behaviour::Silent];
            let mut troubles = vec![Trouble::Forward(HOUR * 2)];
            troubles.extend(std::iter::repeat_n(Trouble::Nothing, at));
            troubles.push(jump);
            let network = SimulatedNetwork::new(model(&behaviours), Seed(1));
            let mut network = Troubled::new(network, &troubles);
            swept(&plan(&behaviours, 1, 2_000.0), 1, &mut network);
            let passed = network.passed();
            assert!(passed < Instant::START + Duration::from_secs(10), "{jump:?} with call {at}: {passed}");
        }
    }
}

fn plan(behaviours: &[Behaviour], count: u16, rate: f64) -> SweepPlan {
    let mut plan = SweepPlan::new(hosts(behaviours.len() as u32), ports(count));
    plan.rate = rate;
    plan
}

fn stall() -> impl Strategy<Value = Trouble> {
    (0_u64..5_000).prop_map(|length| Trouble::Stall(Duration::from_millis(length)))
}

fn back() -> impl Strategy<Value = Trouble> {
    prop_oneof![Just(HOUR), (0_u64..500).prop_map(Duration::from_millis)].prop_map(Trouble::Back)
}

fn forward() -> impl Strategy<Value = Trouble> {
    prop_oneof![Just(HOUR), (0_u64..500).prop_map(Duration::from_millis)].prop_map(Trouble::Forward)
}

fn part() -> impl Strategy<Value = Trouble> {
    (0_usize..20).prop_map(Trouble::Part)
}

/// Two probes to one host with less than `spacing` between them.
fn too_close(log: &[(Instant, Probe)], spacing: Duration) -> Option<(Instant, Instant, Probe)> {
    let mut last = HashMap::new();
    log.iter().find_map(|&(at, probe)| {
        let before = last.insert(probe.endpoint.address, at)?;
        (at.since(before) < spacing).then_some((before, at, probe))
    })
}

/// By how many probes the fullest of all windows exceeds what `rate` gives in its time.
fn largest_burst(log: &[(Instant, Probe)], rate: f64) -> f64 {
    let mut lead = f64::MIN;
    let mut largest = 0.0_f64;
    for (number, (at, _)) in log.iter().enumerate() {
        let given = at.since_start().as_secs_f64() * rate;
        lead = lead.max(given - number as f64);
        largest = largest.max(number as f64 + 1.0 - given + lead);
    }
    largest
}

#[test]
fn the_measure_of_bursts_is_right() {
    let probe = |at| {
        let attempt = muster_engine::Attempt { round: 1, purpose: muster_engine::Purpose::Target };
        let endpoint = muster_model::Endpoint::tcp([10, 0, 0, 1].into(), 1);
        (Instant::from_nanos(at), Probe { kind: ProbeKind::Syn, endpoint, attempt, expires: Instant::NEVER })
    };
    let second = 1_000_000_000;
    assert_eq!(largest_burst(&[probe(0), probe(second), probe(2 * second)], 1.0), 1.0);
    assert_eq!(
        largest_burst(&[probe(0), probe(9 * second), probe(9 * second), probe(10 * second)], 1.0),
        2.0
    );
}
