//! A network with little room, or one that refuses or drops: the sweep gets slower and loses nothing.

use muster_engine::{Seed, SweepPlan};
use muster_testkit::simulation::{Behaviour, NetworkModel, SimulatedNetwork};
use proptest::prelude::*;

use crate::world::{Trouble, Troubled, asked, hosts, model, ports, swept};

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn little_room_changes_nothing_but_the_time(
        behaviours in prop::collection::vec(steady(), 1..12),
        count in 1_u16..5,
        room in prop_oneof![Just(1_usize), Just(3)],
        seed: u64,
    ) {
        let plan = plan(&behaviours, count);
        let run = |room| {
            let model = NetworkModel { room, ..model(&behaviours) };
            swept(&plan, seed, &mut SimulatedNetwork::new(model, Seed(seed)))
        };
        let (narrow, wide) = (run(room), run(usize::MAX));
        prop_assert_eq!(narrow.states(), wide.states());
        prop_assert_eq!(narrow.summary.silent, wide.summary.silent);
    }

    #[test]
    fn what_is_not_taken_is_offered_again_and_sent_once(
        behaviours in prop::collection::vec(steady(), 1..100),
        count in 1_u16..5,
        troubles in prop::collection::vec(
            prop_oneof![(0_usize..5).prop_map(Trouble::Part), Just(Trouble::Drops)], 1..200),
        seed: u64,
    ) {
        let plan = plan(&behaviours, count);
        let mut untroubled = SimulatedNetwork::new(model(&behaviours), Seed(seed));
        let expected = swept(&plan, seed, &mut untroubled);
        let mut network = Troubled::new(SimulatedNetwork::new(model(&behaviours), Seed(seed)), &troubles);
        let outcome = swept(&plan, seed, &mut network);
        prop_assert_eq!(outcome.states(), expected.states());
        prop_assert_eq!(outcome.summary.sent, network.inner.sent());
        let asked = asked(network.log.iter().map(|(_, probe)| *probe), 1);
        prop_assert_eq!(asked.len(), behaviours.len() * usize::from(count));
        prop_assert!(asked.values().all(|&times| times == 1));
    }
}

#[test]
fn drops_slow_the_sweep_down() {
    let behaviours = [Behaviour::Closed; 2_000];
    let time = |troubles: &[Trouble]| {
        let mut network = Troubled::new(SimulatedNetwork::new(model(&behaviours), Seed(1)), troubles);
        let outcome = swept(&plan(&behaviours, 1), 1, &mut network);
        assert_eq!(outcome.states().len(), behaviours.len());
        (network.passed().since_start().as_secs_f64(), outcome.summary.local_drops)
    };
    let (free, none) = time(&[]);
    let (slowed, counted) = time(&[Trouble::Drops; 4]);
    assert_eq!((none, counted), (0, 4));
    assert!(slowed > 2.0 * free, "{slowed} s with drops, {free} s without");
}

fn plan(behaviours: &[Behaviour], count: u16) -> SweepPlan {
    SweepPlan::new(hosts(behaviours.len() as u32), ports(count))
}

/// Hosts that give the same answer whenever they are asked.
fn steady() -> impl Strategy<Value = Behaviour> {
    prop_oneof![Just(Behaviour::Open), Just(Behaviour::Closed), Just(Behaviour::Silent)]
}
