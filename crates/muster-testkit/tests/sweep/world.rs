//! Networks to sweep, the sweep itself, and what is looked at afterwards.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;
use std::time::Duration;

use muster_engine::{
    AddressSet, Drops, Network, NetworkError, PortNames, PortSet, Probe, Purpose, Reply, Seed, Summary,
    Sweep, SweepEvent, SweepPlan, TargetSpec,
};
use muster_model::{Endpoint, IcmpError, Instant, Observation, PortState, Protocol};
use muster_sweep::{Ending, Flow, Sink, drive};
use muster_testkit::simulation::{Behaviour, Host, NetworkModel, SimulatedNetwork};
use proptest::prelude::*;

pub(crate) fn addresses(text: &str) -> AddressSet {
    match TargetSpec::parse(text) {
        Ok(TargetSpec::Addresses(set)) => set,
        other => panic!("{text}: {other:?}"),
    }
}

/// The first `count` addresses from 10.0.0.0 on.
pub(crate) fn hosts(count: u32) -> AddressSet {
    let first = Ipv4Addr::new(10, 0, 0, 0);
    AddressSet::from(first..=Ipv4Addr::from_bits(first.to_bits() + count - 1))
}

/// TCP ports 1 to `count`.
pub(crate) fn ports(count: u16) -> PortSet {
    PortSet::parse(&format!("1-{count}"), &NoNames, &[Protocol::Tcp]).expect("a range")
}

struct NoNames;

impl PortNames for NoNames {
    fn numbers(&self, _pattern: &str, _protocol: Protocol) -> Vec<u16> {
        Vec::new()
    }
}

/// Hosts of every kind, one for each target.
pub(crate) fn behaviour() -> impl Strategy<Value = Behaviour> {
    prop_oneof![
        Just(Behaviour::Open),
        Just(Behaviour::Closed),
        Just(Behaviour::Silent),
        Just(rejected()),
        (0_u8..4).prop_map(Behaviour::OpensAfter),
        (0_u8..4).prop_map(Behaviour::AnswersAfter),
        (0_u64..3_000).prop_map(|end| Behaviour::Until(Duration::from_millis(end))),
    ]
}

/// A router says that it is prohibited.
pub(crate) fn rejected() -> Behaviour {
    Behaviour::Rejected(IcmpError { kind: 3, code: 13, from: [10, 0, 0, 254].into() })
}

/// A network of the first hosts from 10.0.0.0 on.
pub(crate) fn model(behaviours: &[Behaviour]) -> NetworkModel {
    NetworkModel::new(hosts(behaviours.len() as u32), behaviours.iter().copied().map(Host::new).collect())
}

/// A sweep that ended by itself.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) summary: Summary,
    pub(crate) events: Vec<SweepEvent>,
}

impl Outcome {
    /// The last state seen of each endpoint.
    pub(crate) fn states(&self) -> BTreeMap<Endpoint, PortState> {
        let observed = self.events.iter().filter_map(|event| match event {
            SweepEvent::Observed(seen) => Some((seen.endpoint, seen.state)),
            _ => None,
        });
        observed.collect()
    }
}

/// Sweeps `network` to the end.
pub(crate) fn swept(plan: &SweepPlan, seed: u64, network: &mut impl Network) -> Outcome {
    let mut sweep = Sweep::new(plan.clone(), Seed(seed)).expect("a plan");
    let mut events = Events::default();
    assert_eq!(drive(&mut sweep, network, &mut events).expect("no error"), Ending::Finished);
    let summary = sweep.summary();
    assert_counts(&summary);
    Outcome { summary, events: events.0 }
}

/// Every endpoint is counted once.
pub(crate) fn assert_counts(summary: &Summary) {
    let sum = summary.answered + summary.soft + summary.withheld + summary.silent + summary.not_tried;
    assert_eq!(sum, summary.endpoints, "{summary:?}");
}

/// All observations among the events, as they came.
pub(crate) fn observations(events: &[SweepEvent]) -> impl Iterator<Item = Observation> {
    events.iter().filter_map(|event| match event {
        SweepEvent::Observed(seen) => Some(*seen),
        _ => None,
    })
}

#[derive(Default)]
pub(crate) struct Events(pub(crate) Vec<SweepEvent>);

impl Sink for Events {
    fn event(&mut self, event: SweepEvent) -> Flow {
        self.0.push(event);
        Flow::Continue
    }
}

/// How often each endpoint was asked in a round, controls apart.
pub(crate) fn asked(probes: impl IntoIterator<Item = Probe>, round: u8) -> BTreeMap<Endpoint, u32> {
    let mut asked = BTreeMap::new();
    for probe in probes {
        if probe.attempt.round == round && probe.attempt.purpose == Purpose::Target {
            *asked.entry(probe.endpoint).or_default() += 1;
        }
    }
    asked
}

/// What can go wrong on the machine that sweeps.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Trouble {
    /// This call goes well.
    Nothing,
    /// The clock jumps, and no time passes.
    Forward(Duration),
    /// The same, back.
    Back(Duration),
    /// Time passes, and nobody looks.
    Stall(Duration),
    /// Of the next batch only so many probes are taken, for want of buffers.
    Part(usize),
    /// The kernel says that probes or replies were dropped.
    Drops,
}

/// A network on a troubled machine: each trouble comes with one call to the network, in turn. It keeps its own log, by the
/// time that really passed.
#[derive(Debug)]
pub(crate) struct Troubled {
    pub(crate) inner: SimulatedNetwork,
    pub(crate) log: Vec<(Instant, Probe)>,
    troubles: Vec<Trouble>,
    /// What the clock is ahead of the time that really passed.
    ahead: i128,
    drops: Drops,
}

impl Troubled {
    pub(crate) fn new(inner: SimulatedNetwork, troubles: &[Trouble]) -> Self {
        let troubles = troubles.iter().rev().copied().collect();
        Self { inner, log: Vec::new(), troubles, ahead: 0, drops: Drops::default() }
    }

    /// The time that really passed.
    pub(crate) fn passed(&self) -> Instant {
        Instant::from_nanos((i128::from(self.inner.now().as_nanos()) - self.ahead) as u64)
    }

    /// Lets the next trouble happen; gives how many probes are taken.
    fn trouble(&mut self) -> usize {
        let before = self.inner.now();
        match self.troubles.pop() {
            Some(Trouble::Forward(length)) => self.jump(before + length),
            Some(Trouble::Back(length)) => self.jump(before - length),
            Some(Trouble::Stall(length)) => self.inner.stall(length),
            Some(Trouble::Part(count)) => return count,
            Some(Trouble::Drops) => self.drops.sending += 1,
            Some(Trouble::Nothing) | None => {}
        }
        usize::MAX
    }

    fn jump(&mut self, to: Instant) {
        self.ahead += i128::from(to.as_nanos()) - i128::from(self.inner.now().as_nanos());
        self.inner.jump(to);
    }
}

impl Network for Troubled {
    fn now(&self) -> Instant {
        self.inner.now()
    }

    fn room(&self) -> usize {
        self.inner.room()
    }

    fn send(&mut self, probes: &[Probe]) -> Result<usize, NetworkError> {
        let most = self.trouble().min(probes.len());
        let taken = self.inner.send(&probes[..most])?;
        let passed = self.passed();
        self.log.extend(probes[..taken].iter().map(|probe| (passed, *probe)));
        Ok(taken)
    }

    fn receive(&mut self, until: Instant, replies: &mut Vec<Reply>) -> Result<Drops, NetworkError> {
        self.inner.receive(until, replies)?;
        if !matches!(self.troubles.last(), Some(Trouble::Part(_))) {
            self.trouble();
        }
        Ok(std::mem::take(&mut self.drops))
    }
}
