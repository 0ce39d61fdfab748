//! What is outside the scope gets no packet, even if a plan that should not exist asks for it.

use muster_engine::{Drops, Network, NetworkError, Probe, Reply, Seed, Sweep, SweepEvent, SweepPlan};
use muster_model::Instant;
use muster_sweep::{Flow, Scope, Scoped, Sink, drive};
use muster_testkit::simulation::{NetworkModel, SimulatedNetwork};
use proptest::prelude::*;

use crate::world::{Troubled, addresses, hosts, ports};

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn no_probe_leaves_for_an_address_outside(
        forbidden in prop::sample::select(vec![
            "192.0.2.1", "224.0.0.1", "255.255.255.255", "169.254.169.254", "10.0.0.255", "::ffff:192.0.2.1", "2001:db8::1",
        ]),
        count in 1_u32..200,
        seed: u64,
    ) {
        let targets = hosts(count).union(&addresses(forbidden)).unwrap();
        let scope = Scope::new(&[], &[[10, 0, 0, 255].into()]).unwrap();
        let model = NetworkModel::new(Default::default(), Vec::new());
        let inner = SimulatedNetwork::new(model, Seed(seed));
        let mut seen = Troubled::new(inner, &[]);
        let mut sweep = Sweep::new(SweepPlan::new(targets, ports(1)), Seed(seed)).unwrap();
        let ending = drive(&mut sweep, &mut Scoped::new(Lent(&mut seen), scope), &mut Silent);
        let Err(NetworkError::OutOfScope(endpoint)) = ending else { panic!("{ending:?}") };
        prop_assert_eq!(endpoint.address, forbidden.parse::<std::net::IpAddr>().unwrap());
        prop_assert!(seen.log.iter().all(|(_, probe)| probe.endpoint.address != endpoint.address));
        prop_assert_eq!(sweep.summary().sent, seen.inner.sent());
    }
}

#[test]
fn excluded_addresses_are_never_asked() {
    let targets = hosts(256).difference(&addresses("10.0.0.64/26"));
    let mut network =
        Troubled::new(SimulatedNetwork::new(NetworkModel::new(Default::default(), Vec::new()), Seed(1)), &[]);
    let scope = Scope::new(&[], &[]).unwrap();
    let mut sweep = Sweep::new(SweepPlan::new(targets, ports(2)), Seed(1)).unwrap();
    drive(&mut sweep, &mut Scoped::new(Lent(&mut network), scope), &mut Silent).unwrap();
    let excluded = addresses("10.0.0.64/26");
    assert_eq!(network.log.len(), 2 * 2 * 192);
    assert!(network.log.iter().all(|(_, probe)| !excluded.contains(probe.endpoint.address)));
}

struct Silent;

impl Sink for Silent {
    fn event(&mut self, _event: SweepEvent) -> Flow {
        Flow::Continue
    }
}

/// A network that is looked at after its fence is gone.
struct Lent<'a>(&'a mut Troubled);

impl Network for Lent<'_> {
    fn now(&self) -> Instant {
        self.0.now()
    }

    fn room(&self) -> usize {
        self.0.room()
    }

    fn send(&mut self, probes: &[Probe]) -> Result<usize, NetworkError> {
        self.0.send(probes)
    }

    fn receive(&mut self, until: Instant, replies: &mut Vec<Reply>) -> Result<Drops, NetworkError> {
        self.0.receive(until, replies)
    }
}
