//! Who is asked in which order.

use muster_engine::{Seed, Shard, SweepPlan};
use muster_testkit::simulation::{NetworkModel, SimulatedNetwork};
use proptest::prelude::*;

use crate::world::{asked, behaviour, hosts, model, ports, swept};

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn round_one_asks_every_endpoint_exactly_once(
        behaviours in prop::collection::vec(behaviour(), 1..60),
        count in 1_u16..20,
        shards in 1_u64..9,
        seed: u64,
    ) {
        let mut probes = Vec::new();
        for index in 0..shards {
            let mut plan = fast(behaviours.len(), count);
            plan.shard = Shard::new(index, shards).unwrap();
            let mut network = SimulatedNetwork::new(model(&behaviours), Seed(seed)).with_log();
            swept(&plan, seed, &mut network);
            probes.extend(network.log().iter().map(|(_, probe)| *probe));
        }
        let asked = asked(probes, 1);
        prop_assert_eq!(asked.len(), behaviours.len() * usize::from(count));
        prop_assert!(asked.values().all(|&times| times == 1));
    }

    #[test]
    fn plan_seed_and_network_decide_everything(
        behaviours in prop::collection::vec(behaviour(), 20..80),
        loss in prop_oneof![Just(0.0), 0.0..0.5],
        seed: u64,
    ) {
        let run = |seed| {
            let model = NetworkModel { loss, ..model(&behaviours) };
            let mut network = SimulatedNetwork::new(model, Seed(1)).with_log();
            let outcome = swept(&fast(behaviours.len(), 2), seed, &mut network);
            (network.log().to_vec(), outcome.events, outcome.summary)
        };
        prop_assert_eq!(run(seed), run(seed));
        prop_assert_ne!(run(seed).0, run(seed ^ 1).0);
    }
}

fn fast(hosts_count: usize, ports_count: u16) -> SweepPlan {
    let mut plan = SweepPlan::new(hosts(hosts_count as u32), ports(ports_count));
    plan.rate = 100_000.0;
    plan
}
