//! A sweep that goes on where another was cut off finds the same, and does not ask again what is known.

use std::collections::{BTreeMap, BTreeSet};

use muster_engine::{Seed, Sweep, SweepKind, SweepPlan};
use muster_model::{Endpoint, Observation, PortState};
use muster_sweep::{Ending, drive};
use muster_testkit::simulation::{Behaviour, NetworkModel, SimulatedNetwork};
use proptest::prelude::*;

use crate::world::{Events, Outcome, assert_counts, hosts, model, observations, ports, rejected, swept};

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn whatever_was_known_the_end_is_the_same(
        behaviours in prop::collection::vec(steady(), 1..60),
        count in 1_u16..4,
        (kept, is_discovery) in (prop::collection::vec(any::<bool>(), 240), any::<bool>()),
        loss in prop_oneof![Just(0.0), 0.0..0.2],
        seed: u64,
    ) {
        let mut plan = SweepPlan::new(hosts(behaviours.len() as u32), ports(count));
        plan.kind = if is_discovery { SweepKind::Discovery } else { SweepKind::Ports };
        let unbroken = swept(&plan, seed, &mut SimulatedNetwork::new(model(&behaviours), Seed(seed)));
        let known: Vec<Observation> = observations(&unbroken.events)
            .zip(&kept)
            .filter_map(|(observation, kept)| kept.then_some(observation))
            .collect();
        let model = NetworkModel { loss, ..model(&behaviours) };
        let mut network = SimulatedNetwork::new(model, Seed(seed)).with_log();
        let resumed = resumed(&plan, seed ^ 1, &known, &mut network);

        let answered = answered(&known);
        prop_assert_eq!(resumed.summary.restored, answered.len() as u64);
        prop_assert!(resumed.summary.answered >= resumed.summary.restored);
        let asked_again = network.log().iter().map(|(_, probe)| *probe).find(|probe| {
            probe.attempt.purpose == muster_engine::Purpose::Target && answered.contains(&probe.endpoint)
        });
        prop_assert_eq!(asked_again, None);
        prop_assert!(resumed.events.iter().all(|event| match event {
            muster_engine::SweepEvent::Observed(seen) => !answered.contains(&seen.endpoint),
            _ => true,
        }), "an event about what was known");
        let found: u64 = resumed.summary.rounds.iter().map(|round| round.found).sum();
        prop_assert_eq!(found, resumed.summary.answered - resumed.summary.restored);
        prop_assert_eq!(resumed.summary.bounds.found, found);
        if loss == 0.0 && !is_discovery {
            let mut states = states(&known);
            states.extend(resumed.states());
            prop_assert_eq!(states, unbroken.states());
            prop_assert_eq!(resumed.summary.silent, unbroken.summary.silent);
        }
    }
}

#[test]
fn what_was_known_is_asked_as_a_control() {
    let behaviours: Vec<Behaviour> =
        (0..200).map(|number| if number < 100 { Behaviour::Open } else { Behaviour::Silent }).collect();
    let plan = SweepPlan::new(hosts(200), ports(1));
    let unbroken = swept(&plan, 1, &mut SimulatedNetwork::new(model(&behaviours), Seed(1)));
    let known: Vec<Observation> = observations(&unbroken.events).collect();
    let mut network = SimulatedNetwork::new(model(&behaviours), Seed(2));
    let summary = resumed(&plan, 1, &known, &mut network).summary;
    assert_eq!((summary.restored, summary.answered, summary.silent), (100, 100, 100));
    assert_eq!(summary.open_controls.sent, 100, "one each in round 2");
    assert_eq!(summary.bounds.found, 0);
    assert_eq!(summary.bounds.alike, Some(0), "they answer: the loss is measured, and it is small");
}

/// An earlier part may have asked more, and by other means.
#[test]
fn foreign_observations_are_ignored() {
    let behaviours = [Behaviour::Open; 8];
    let wide = SweepPlan::new(hosts(8), ports(3));
    let known = swept(&wide, 1, &mut SimulatedNetwork::new(model(&behaviours), Seed(1)));
    let known: Vec<Observation> = observations(&known.events).collect();
    let narrow = SweepPlan::new(hosts(4), ports(1));
    let mut network = SimulatedNetwork::new(model(&behaviours), Seed(1));
    let summary = resumed(&narrow, 1, &known, &mut network).summary;
    assert_eq!((summary.restored, summary.endpoints, summary.sent), (4, 4, 0));
}

fn resumed(plan: &SweepPlan, seed: u64, known: &[Observation], network: &mut SimulatedNetwork) -> Outcome {
    let mut sweep = Sweep::new(plan.clone(), Seed(seed)).unwrap();
    sweep.restore(known.iter().copied());
    let mut events = Events::default();
    assert_eq!(drive(&mut sweep, network, &mut events).unwrap(), Ending::Finished);
    let summary = sweep.summary();
    assert_counts(&summary);
    Outcome { summary, events: events.0 }
}

fn answered(known: &[Observation]) -> BTreeSet<Endpoint> {
    let answered = known.iter().filter(|seen| matches!(seen.state, PortState::Open | PortState::Closed));
    answered.map(|seen| seen.endpoint).collect()
}

fn states(known: &[Observation]) -> BTreeMap<Endpoint, PortState> {
    known.iter().map(|seen| (seen.endpoint, seen.state)).collect()
}

/// Hosts that give the same answer whenever they are asked.
fn steady() -> impl Strategy<Value = Behaviour> {
    prop_oneof![Just(Behaviour::Open), Just(Behaviour::Closed), Just(Behaviour::Silent), Just(rejected())]
}
