//! Something that exists, and all that was seen of it.

use std::net::IpAddr;

use crate::{Device, Excerpt, Observation, Service, System};

/// A host that gave a sign of life.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asset {
    /// Where it answered.
    pub address: IpAddr,
    /// What it is called, the most trustworthy first.
    pub names: Vec<HostName>,
    /// The policy's zone it lies in.
    pub zone: Option<Excerpt>,
    /// Every port that answered, in order.
    pub ports: Vec<Observation>,
    /// Every conversation, in order of port.
    pub services: Vec<Service>,
    /// The address of its network card, where it is known.
    pub hardware: Option<[u8; 6]>,
    /// Which system it runs, as far as that shows.
    pub system: Option<System>,
    /// What it looks like, if not like a computer.
    pub device: Option<Device>,
    /// Something on the way answers for it: its open ports prove nothing.
    pub is_phantom: bool,
}

/// A name and who says it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HostName {
    /// The name.
    pub name: Excerpt,
    /// Who says so.
    pub source: NameSource,
}

/// Who says that a host has a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum NameSource {
    /// The agent on it, when it identified itself.
    Agent,
    /// It was given as a target by this name.
    Target,
    /// Its address was looked up (PTR).
    Reverse,
    /// A service of its own that is made to tell names, when it was asked.
    Host,
}

impl NameSource {
    /// All of them.
    pub const ALL: &'static [Self] = &[Self::Agent, Self::Target, Self::Reverse, Self::Host];

    /// The stable name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Agent => "agent",
            Self::Target => "target",
            Self::Reverse => "reverse",
            Self::Host => "host",
        }
    }
}
