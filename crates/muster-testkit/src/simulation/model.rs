//! What the simulated network is like.

use std::time::Duration;

use muster_engine::{AddressSet, Seed};
use muster_model::{IcmpError, Stack};

/// Hosts and the way to them.
#[derive(Clone, Debug)]
pub struct NetworkModel {
    /// The addresses that hosts were given for, in the order of [`hosts`](Self::hosts).
    pub addresses: AddressSet,
    /// A host for each address.
    pub hosts: Vec<Host>,
    /// The chance that a probe or its answer gets lost, for every host.
    pub loss: f64,
    /// From a probe to its answer.
    pub delay: Duration,
    /// Added to the delay: evenly between nothing and this.
    pub jitter: Duration,
    /// When everything gets lost for a while.
    pub burst: Option<Burst>,
    /// RSTs that pass in a second, over all hosts; what is more is lost (a firewall's or a kernel's rate limit).
    pub resets_per_second: Option<f64>,
    /// ICMP errors of hosts that pass in a second, over all of them; what is more is lost.
    pub errors_per_second: Option<f64>,
    /// A device that answers every SYN to its addresses itself.
    pub proxy: Option<SynProxy>,
    /// Probes that pass in a second; what is more is lost (a slow line).
    pub capacity: Option<f64>,
    /// How many probes can be in flight; `usize::MAX` for no limit.
    pub room: usize,
    /// How many replies are kept until somebody takes them; further ones are dropped, and counted.
    pub ring: usize,
}

impl NetworkModel {
    /// A flawless network of `hosts` for `addresses`, 1 ms away.
    pub fn new(addresses: AddressSet, hosts: Vec<Host>) -> Self {
        Self {
            addresses,
            hosts,
            loss: 0.0,
            delay: Duration::from_millis(1),
            jitter: Duration::ZERO,
            burst: None,
            resets_per_second: None,
            errors_per_second: None,
            proxy: None,
            capacity: None,
            room: usize::MAX,
            ring: usize::MAX,
        }
    }
}

/// A device that answers every SYN to its addresses with a SYN-ACK of its own, whoever is behind it.
#[derive(Clone, Debug, PartialEq)]
pub struct SynProxy {
    /// Which addresses.
    pub addresses: AddressSet,
    /// The time-to-live of its answers.
    pub ttl: Option<u8>,
    /// Their window and options.
    pub stack: Option<Stack>,
}

/// One address.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Host {
    /// What its TCP and UDP ports do, all of them.
    pub behaviour: Behaviour,
    /// Whether it answers echo requests.
    pub pings: bool,
    /// Whether it answers ARP and Neighbour Discovery.
    pub is_neighbor: bool,
    /// The time-to-live of its answers, if it can be read.
    pub ttl: Option<u8>,
    /// The window and options of its SYN-ACKs, if they can be read.
    pub stack: Option<Stack>,
    /// The host's own loss, on top of the network's.
    pub loss: f64,
    /// The host's own delay, on top of the network's.
    pub delay: Duration,
}

impl Host {
    /// A host without flaws of its own, which answers to everything if its ports ever answer.
    pub fn new(behaviour: Behaviour) -> Self {
        let is_responder = behaviour.is_responder();
        Self {
            behaviour,
            pings: is_responder,
            is_neighbor: is_responder,
            ttl: None,
            stack: None,
            loss: 0.0,
            delay: Duration::ZERO,
        }
    }

    /// Whether it ever answers anything.
    pub fn is_responder(&self) -> bool {
        self.behaviour.is_responder() || self.pings || self.is_neighbor
    }
}

/// How an address answers at its ports. For a probe other than a SYN the answer is the one that means the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Behaviour {
    /// SYN-ACK.
    Open,
    /// RST.
    Closed,
    /// Somebody on the way sends an ICMP error.
    Rejected(IcmpError),
    /// Nothing.
    Silent,
    /// Answers the first so many probes with a RST, then with a SYN-ACK.
    OpensAfter(u8),
    /// Open, but the first so many probes get lost.
    AnswersAfter(u8),
    /// Answers until this time, then no more.
    Until(Duration),
}

impl Behaviour {
    /// Whether the host itself ever answers.
    pub fn is_responder(self) -> bool {
        !matches!(self, Self::Silent | Self::Rejected(_))
    }
}

/// Everything is lost for `length`, once in every `period`; where in the period follows from the seed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Burst {
    /// From one burst to the next.
    pub period: Duration,
    /// How long it lasts.
    pub length: Duration,
}

impl Burst {
    /// Whether `at` (since the start) lies in a burst. Each period has its burst at a place of its own.
    pub fn covers(&self, at: Duration, seed: Seed) -> bool {
        let period = self.period.as_nanos().max(1) as u64;
        let at = at.as_nanos() as u64;
        let free = period.saturating_sub(self.length.as_nanos() as u64).max(1);
        let begin = seed.derive("burst", at / period) % free;
        (begin..begin + self.length.as_nanos() as u64).contains(&(at % period))
    }
}
