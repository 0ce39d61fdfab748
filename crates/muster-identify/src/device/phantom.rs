//! Phantoms: answers for addresses where nobody is.
//!
//! A SYN proxy or a firewall may answer for every address of a network, a tarpit for the unused ones, and a proxy or an
//! antivirus beside the scanner for the whole world. What gives them away is a *decoy*: a port on which nothing listens
//! and an address at which nobody is. Whoever is open even there proves nothing by being open.
//!
//! | file | owns |
//! |---|---|
//! | `decoys` | which addresses should be asked at the decoy port |
//! | `rules` | when answers are phantoms |
//! | `sentence` | what is printed |
//!
//! The rules are cautious: equal signs alone never convict, since a network of equal computers has them as well.

mod decoys;
mod rules;
mod sentence;
#[cfg(test)]
mod tests;

use std::net::IpAddr;
use std::time::Duration;

use muster_engine::{AddressSet, Prefix};
use muster_model::{Answered, Endpoint, Observation, PortState, Protocol, Stack};

pub use self::decoys::decoy_addresses;
use self::rules::{Answers, beside_scanner, proxies, refusers};

/// Where somebody answers who is not the host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Phantom {
    /// Which addresses.
    pub prefix: Prefix,
    /// Who answers instead.
    pub kind: PhantomKind,
    /// How many addresses of the prefix answered alike.
    pub addresses: u64,
    /// How they answered.
    pub signs: CommonSigns,
    /// Addresses of the prefix that were asked at the decoy port.
    pub decoys_asked: u64,
    /// How many of them answered like the rest.
    pub decoys_answered: u64,
}

/// Who answers in a host's stead.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PhantomKind {
    /// Something on or right beside the scanning machine, a proxy or an antivirus: it opens whatever is asked.
    BesideScanner,
    /// A firewall or a SYN proxy that takes every connection in the network's stead.
    Proxy,
    /// A firewall that resets every connection in the network's stead.
    Refuser,
    /// A tarpit: it takes every connection for unused addresses and then holds it.
    Tarpit,
}

/// What all answers have in common. An unknown sign is none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct CommonSigns {
    /// The time-to-live they arrive with.
    pub ttl: Option<u8>,
    /// The window and the options, where segments were seen.
    pub stack: Option<Answered>,
    /// The middle of their round-trip times.
    pub rtt: Option<Duration>,
}

/// What was asked at decoy ports, and what came back.
#[derive(Clone, Copy, Debug, Default)]
pub struct Decoys<'a> {
    /// Each an address with a port on which nothing is known to listen.
    pub asked: &'a [Endpoint],
    /// The answers; silence is none.
    pub answers: &'a [Observation],
}

impl Phantom {
    /// Whether an observation is of the phantom and not of a host: of a TCP port in the prefix, in the state that the
    /// phantom feigns, and contradicting none of the common signs.
    pub fn covers(&self, observation: &Observation) -> bool {
        self.prefix.contains(observation.endpoint.address)
            && observation.endpoint.protocol == Protocol::Tcp
            && observation.state == self.kind.feigned()
            && self.signs.ttl.zip(observation.ttl).is_none_or(|(ours, theirs)| ours == theirs)
            && self.signs.stack.zip(stack_of(observation)).is_none_or(|(ours, theirs)| ours == theirs)
    }
}

impl PhantomKind {
    /// All of them.
    pub const ALL: &'static [Self] = &[Self::BesideScanner, Self::Proxy, Self::Refuser, Self::Tarpit];

    /// The stable name, for files and JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::BesideScanner => "beside-scanner",
            Self::Proxy => "proxy",
            Self::Refuser => "refuser",
            Self::Tarpit => "tarpit",
        }
    }

    /// The state that it makes ports seem to be in.
    pub fn feigned(self) -> PortState {
        match self {
            Self::BesideScanner | Self::Proxy | Self::Tarpit => PortState::Open,
            Self::Refuser => PortState::Closed,
        }
    }
}

/// Where somebody answers who is not the host, by the `observations` of a sweep of `targets` and those of its decoys.
/// In the order of addresses; no two overlap and feign the same.
pub fn phantoms(observations: &[Observation], targets: &AddressSet, decoys: &Decoys<'_>) -> Vec<Phantom> {
    let answers = Answers::of(observations, decoys);
    // Whoever opens everything near the scanner explains every open port further away.
    let mut found = match beside_scanner(&answers) {
        Some(phantom) => vec![phantom],
        None => proxies(&answers),
    };
    found.extend(refusers(&answers, targets));
    found.sort_by_key(|phantom| (phantom.prefix, phantom.kind));
    found
}

/// How the segment looked, where it was seen. What a connection agreed on is no sign: of two that something takes and
/// resets at once, the system may have looked at one in time and not at the other.
fn stack_of(observation: &Observation) -> Option<Answered> {
    observation.stack.and_then(Stack::answered)
}

/// The network in which one device is looked for: the usual size of a subnet of either family.
fn block(address: IpAddr) -> Prefix {
    Prefix::new(address, if address.is_ipv4() { 24 } else { 120 }).unwrap_or(Prefix::from(address))
}
