//! A sweep that is stopped ends at once, and says what it did not get to.

use std::collections::BTreeSet;

use muster_engine::{Network, Seed, Sweep, SweepEvent, SweepKind, SweepPlan};
use muster_model::Instant;
use muster_sweep::{Ending, Flow, Sink, drive};
use muster_testkit::simulation::SimulatedNetwork;
use proptest::prelude::*;

use crate::world::{assert_counts, behaviour, hosts, model, ports};

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn a_stop_counts_what_was_not_tried(
        behaviours in prop::collection::vec(behaviour(), 1..100),
        count in 1_u16..5,
        (ticks, events) in (0_u32..200, 0_u32..200),
        is_discovery: bool,
        room in prop_oneof![Just(usize::MAX), 1_usize..5],
        seed: u64,
    ) {
        let mut plan = SweepPlan::new(hosts(behaviours.len() as u32), ports(count));
        plan.kind = if is_discovery { SweepKind::Discovery } else { SweepKind::Ports };
        let mut model = model(&behaviours);
        model.room = room;
        let mut network = SimulatedNetwork::new(model, Seed(seed)).with_log();
        let mut sweep = Sweep::new(plan, Seed(seed)).unwrap();
        let mut sink = Impatient { ticks, events, stopped: None };
        let ending = drive(&mut sweep, &mut network, &mut sink).unwrap();
        if ending == Ending::Finished {
            return Ok(());
        }
        prop_assert_eq!(sink.stopped, Some(Ending::Stopped));
        let summary = sweep.summary();
        assert_counts(&summary);
        prop_assert_eq!(summary.sent, network.sent());
        let tried: BTreeSet<_> = network.log().iter().map(|(_, probe)| probe.endpoint).collect();
        let untried = summary.endpoints - tried.len() as u64;
        if is_discovery {
            // What an answered host need not be asked any more is withheld, not untried.
            prop_assert!(summary.not_tried <= untried && untried <= summary.not_tried + summary.withheld);
        } else {
            prop_assert_eq!(summary.not_tried, untried);
        }
    }
}

/// A stop is not asked about twice: no event and no tick comes after it, and no probe leaves.
#[test]
fn nothing_happens_after_a_stop() {
    let behaviours = [muster_testkit::simulation::Behaviour::Open; 64];
    let plan = SweepPlan::new(hosts(64), ports(1));
    let mut sweep = Sweep::new(plan, Seed(1)).unwrap();
    let mut network = SimulatedNetwork::new(model(&behaviours), Seed(1)).with_log();
    let mut sink = Impatient { ticks: u32::MAX, events: 5, stopped: None };
    assert_eq!(drive(&mut sweep, &mut network, &mut sink).unwrap(), Ending::Stopped);
    assert!(network.now() < Instant::from_nanos(100_000_000), "{}", network.now());
    assert!(network.sent() < 20, "{} probes", network.sent());
}

/// Stops after so many ticks or events, whichever comes first, and takes no call after that.
struct Impatient {
    ticks: u32,
    events: u32,
    stopped: Option<Ending>,
}

impl Impatient {
    fn after(&mut self, left: fn(&mut Self) -> &mut u32) -> Flow {
        assert_eq!(self.stopped, None, "asked after a stop");
        let left = left(self);
        if *left == 0 {
            self.stopped = Some(Ending::Stopped);
            return Flow::Stop;
        }
        *left -= 1;
        Flow::Continue
    }
}

impl Sink for Impatient {
    fn event(&mut self, _event: SweepEvent) -> Flow {
        self.after(|sink| &mut sink.events)
    }

    fn tick(&mut self, _sweep: &Sweep, _now: Instant) -> Flow {
        self.after(|sink| &mut sink.ticks)
    }
}
