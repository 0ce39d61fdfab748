//! Replies that belong to nothing: strange, repeated, late. They change nothing, whatever they say.

use std::net::IpAddr;

use muster_engine::{
    Attempt, Drops, Network, NetworkError, Probe, ProbeKind, Purpose, Reply, Seed, Shard, Sweep, SweepKind,
    SweepPlan,
};
use muster_model::{Endpoint, Instant, Nature, PortState, Protocol, Reason};
use muster_testkit::simulation::{Behaviour, SimulatedNetwork};
use proptest::prelude::*;

use crate::world::{assert_counts, hosts, model, ports, swept};

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn strays_change_nothing(
        behaviours in prop::collection::vec(steady(), 1..30),
        strays in prop::collection::vec(stray(), 0..60),
        is_discovery: bool,
        (index, count) in (0_u64..3, 1_u64..4),
        seed: u64,
    ) {
        let mut plan = SweepPlan::new(hosts(behaviours.len() as u32), ports(2));
        plan.kind = if is_discovery { SweepKind::Discovery } else { SweepKind::Ports };
        plan.shard = Shard::new(index % count, count).unwrap();
        if Sweep::new(plan.clone(), Seed(seed)).unwrap().is_finished() {
            return Ok(());
        }
        let mut quiet = SimulatedNetwork::new(model(&behaviours), Seed(seed));
        let expected = swept(&plan, seed, &mut quiet);
        let inner = SimulatedNetwork::new(model(&behaviours), Seed(seed));
        let mut network = Strange { inner, strays, delivered: Vec::new() };
        let outcome = swept(&plan, seed, &mut network);
        prop_assert_eq!(outcome.states(), expected.states());
        let (seen, expected) = (&outcome.summary, &expected.summary);
        prop_assert_eq!(seen.conflicts, expected.conflicts);
        prop_assert_eq!(seen.bounds.found, expected.bounds.found);
        prop_assert_eq!(seen.rounds.len(), expected.rounds.len());
        prop_assert_eq!(seen.silent, expected.silent);
    }

    /// A sweep that nobody drives may be told anything at any time.
    #[test]
    fn no_reply_makes_a_sweep_panic(
        replies in prop::collection::vec((reply(), 0_u64..1 << 40), 0..60),
        (index, count) in (0_u64..3, 1_u64..4),
        is_discovery: bool,
    ) {
        let mut plan = SweepPlan::new(hosts(16), ports(4));
        plan.kind = if is_discovery { SweepKind::Discovery } else { SweepKind::Ports };
        plan.shard = Shard::new(index % count, count).unwrap();
        let mut sweep = Sweep::new(plan, Seed(1)).unwrap();
        for (reply, at) in replies {
            sweep.handle_reply(Instant::from_nanos(at), reply);
            sweep.handle_timeout(Instant::from_nanos(at));
            let _ = sweep.poll_event();
        }
        let _ = sweep.progress();
        assert_counts(&sweep.summary());
    }
}

/// A network that adds a stray to each of its first replies.
struct Strange {
    inner: SimulatedNetwork,
    strays: Vec<Stray>,
    delivered: Vec<Reply>,
}

impl Network for Strange {
    fn now(&self) -> Instant {
        self.inner.now()
    }

    fn room(&self) -> usize {
        self.inner.room()
    }

    fn send(&mut self, probes: &[Probe]) -> Result<usize, NetworkError> {
        self.inner.send(probes)
    }

    fn receive(&mut self, until: Instant, replies: &mut Vec<Reply>) -> Result<Drops, NetworkError> {
        let drops = self.inner.receive(until, replies)?;
        self.delivered.extend(replies.iter());
        replies.extend(self.strays.pop().and_then(|stray| stray.reply(&self.delivered)));
        Ok(drops)
    }
}

/// A reply that must change nothing.
#[derive(Clone, Copy, Debug)]
enum Stray {
    /// From an address or port that is not in the plan.
    Outside(Reply),
    /// One of those that came before, once more.
    Again(usize),
    /// For a control of a round that had none, or has not begun.
    NoControl(usize, u8),
}

impl Stray {
    fn reply(self, delivered: &[Reply]) -> Option<Reply> {
        let earlier = |number: usize| delivered.get(number % delivered.len().max(1)).copied();
        match self {
            Self::Outside(reply) => Some(reply),
            Self::Again(number) => earlier(number),
            Self::NoControl(number, round) => {
                let attempt = Attempt { round, purpose: Purpose::Control };
                earlier(number).map(|reply| Reply { attempt: Some(attempt), ..reply })
            }
        }
    }
}

fn stray() -> impl Strategy<Value = Stray> {
    let outside = prop_oneof![
        (0_u8..10).prop_map(|host| Endpoint::tcp([10, 0, 1, host].into(), 1)),
        (0_u8..10).prop_map(|host| Endpoint::tcp([10, 0, 0, host].into(), 3)),
        (0_u8..10).prop_map(|host| Endpoint {
            address: [10, 0, 0, host].into(),
            protocol: Protocol::Udp,
            port: 1
        }),
        Just(Endpoint::tcp(IpAddr::from([0_u8; 16]), 1)),
    ];
    let outside =
        (outside, reply()).prop_map(|(endpoint, reply)| Stray::Outside(Reply { endpoint, ..reply }));
    let round = prop_oneof![Just(0_u8), Just(1), Just(100), Just(255)];
    prop_oneof![
        outside,
        any::<usize>().prop_map(Stray::Again),
        (any::<usize>(), round).prop_map(|(number, round)| Stray::NoControl(number, round)),
    ]
}

fn reply() -> impl Strategy<Value = Reply> {
    let endpoint = (0_u8..20, 0_u16..6).prop_map(|(host, port)| Endpoint::tcp([10, 0, 0, host].into(), port));
    let state = prop_oneof![Just(PortState::Open), Just(PortState::Closed), Just(PortState::Filtered)];
    let nature =
        prop_oneof![Just(Nature::Answer), Just(Nature::Soft), Just(Nature::Local), Just(Nature::Silence)];
    let purpose = prop_oneof![Just(Purpose::Target), Just(Purpose::Control)];
    let rtt = prop_oneof![Just(None), Just(Some(std::time::Duration::from_millis(1)))];
    (endpoint, state, nature, (any::<u8>(), purpose), rtt).prop_map(
        |(endpoint, state, nature, (round, purpose), rtt)| Reply {
            stack: None,
            kind: ProbeKind::Syn,
            endpoint,
            attempt: Some(Attempt { round, purpose }),
            state,
            reason: Reason::SynAck,
            nature,
            icmp: None,
            ttl: None,
            rtt,
        },
    )
}

fn steady() -> impl Strategy<Value = Behaviour> {
    prop_oneof![Just(Behaviour::Open), Just(Behaviour::Closed), Just(Behaviour::Silent)]
}
