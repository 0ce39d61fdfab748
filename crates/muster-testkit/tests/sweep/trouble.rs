//! A network with little room, or one that refuses or drops: the sweep gets slower and loses nothing.

use std::cell::Cell;

use muster_engine::{Drops, Network, NetworkError, Probe, Reply, RoundLimits, Seed, SweepPlan};
use muster_model::Instant;
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
    let (slowed, counted) = time(&[Trouble::Drops; 60]);
    assert_eq!((none.sending, counted.sending), (0, 60));
    assert!(slowed > 2.0 * free, "{slowed} s with drops, {free} s without");
    assert!(slowed < 8.0 * free, "the rate recovers: {slowed} s with drops, {free} s without");
}

#[test]
fn what_a_full_ring_dropped_is_asked_again() {
    let behaviours = [Behaviour::Closed; 4_000];
    let limits = |most| RoundLimits { least: 1, most, max_missed: Some(1e9) };
    let sweep = |most, ring| {
        let mut plan = plan(&behaviours, 1);
        (plan.rate, plan.rounds) = (100_000.0, limits(most));
        let model = NetworkModel { ring, ..model(&behaviours) };
        swept(&plan, 1, &mut SimulatedNetwork::new(model, Seed(1))).summary
    };
    let (whole, cut, capped) = (sweep(5, usize::MAX), sweep(5, 30), sweep(1, 30));
    assert_eq!((whole.rounds.len(), whole.local_drops.receiving), (1, 0));
    assert!(cut.local_drops.receiving > 10 && cut.rounds.len() > 1, "{cut:#?}");
    assert_eq!((cut.answered, cut.silent), (4_000, 0), "whoever was dropped has answered again");
    assert!(capped.silent > 10 && capped.local_drops.receiving >= capped.silent, "{capped:#?}");
}

/// Whoever has no room is waited for, not asked again and again.
#[test]
fn a_full_network_is_not_asked_in_a_loop() {
    let behaviours = [Behaviour::Silent; 64];
    let mut plan = plan(&behaviours, 1);
    plan.rate = 1e6;
    let model = NetworkModel { room: 4, ..model(&behaviours) };
    let mut network = Counted { inner: SimulatedNetwork::new(model, Seed(1)), calls: 0, clock: Cell::new(0) };
    swept(&plan, 1, &mut network);
    // Each of the 128 probes holds its place for a second; a call for each place that becomes free, and one for each wait.
    let seconds = network.inner.now().since_start().as_secs();
    assert!(seconds >= 30, "{seconds} s");
    assert!(network.calls < 3_000, "{} calls in {seconds} s", network.calls);
    assert!(network.clock.get() <= 3 * network.calls, "{} looks at the clock", network.clock.get());
}

/// Counts the waits, and the looks at the clock.
struct Counted {
    inner: SimulatedNetwork,
    calls: u64,
    clock: Cell<u64>,
}

impl Network for Counted {
    fn now(&self) -> Instant {
        self.clock.set(self.clock.get() + 1);
        self.inner.now()
    }

    fn room(&self) -> usize {
        self.inner.room()
    }

    fn send(&mut self, probes: &[Probe]) -> Result<usize, NetworkError> {
        self.inner.send(probes)
    }

    fn receive(&mut self, until: Instant, replies: &mut Vec<Reply>) -> Result<Drops, NetworkError> {
        self.calls += 1;
        self.inner.receive(until, replies)
    }
}

fn plan(behaviours: &[Behaviour], count: u16) -> SweepPlan {
    SweepPlan::new(hosts(behaviours.len() as u32), ports(count))
}

/// Hosts that give the same answer whenever they are asked.
fn steady() -> impl Strategy<Value = Behaviour> {
    prop_oneof![Just(Behaviour::Open), Just(Behaviour::Closed), Just(Behaviour::Silent)]
}
