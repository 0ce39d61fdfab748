//! What a file says in words that muster does not use itself: states that leave open whether something listens, transports
//! that it does not speak, guesses at a host's system. It can be shown and compared, and nothing is judged by it.

use std::fmt;

use muster_model::{Excerpt, PortState, Protocol};

use super::{Script, Service};

/// What a file says of a host that nothing can be judged by.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Unjudged {
    /// Ports of other transports or in other states.
    pub ports: Vec<OtherPort>,
    /// Ports of one such state that are only counted.
    pub rest: Vec<OtherRest>,
    /// What its operating system may be, the likeliest first.
    pub systems: Vec<Excerpt>,
}

/// A port of a transport that muster does not speak, or in a state that it does not use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OtherPort {
    /// The transport.
    pub transport: Transport,
    /// The number; of bare IP that of the protocol.
    pub number: u16,
    /// The state.
    pub state: State,
    /// What is said of the service.
    pub service: Option<Service>,
    /// What scripts say.
    pub scripts: Vec<Script>,
}

/// Ports of one state that are only counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OtherRest {
    /// Their state.
    pub state: State,
    /// How many.
    pub count: u32,
}

/// The states of Nmap.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs, reason = "the words say it")]
pub enum State {
    Open,
    Closed,
    Filtered,
    OpenFiltered,
    Unfiltered,
    ClosedFiltered,
}

/// The transports of Nmap.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs, reason = "the words say it")]
pub enum Transport {
    Tcp,
    Udp,
    Sctp,
    Ip,
}

impl State {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::Open,
        Self::Closed,
        Self::Filtered,
        Self::OpenFiltered,
        Self::Unfiltered,
        Self::ClosedFiltered,
    ];

    /// Nmap's word.
    pub fn name(self) -> &'static str {
        match self {
            Self::Open => PortState::Open.name(),
            Self::Closed => PortState::Closed.name(),
            Self::Filtered => PortState::Filtered.name(),
            Self::OpenFiltered => PortState::OpenFiltered.name(),
            Self::Unfiltered => "unfiltered",
            Self::ClosedFiltered => "closed|filtered",
        }
    }

    /// The one of muster's, if it is one.
    pub(super) fn known(self) -> Option<PortState> {
        match self {
            Self::Open => Some(PortState::Open),
            Self::Closed => Some(PortState::Closed),
            Self::Filtered => Some(PortState::Filtered),
            Self::OpenFiltered => Some(PortState::OpenFiltered),
            Self::Unfiltered | Self::ClosedFiltered => None,
        }
    }

    /// By Nmap's word.
    pub(super) fn of(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == word)
    }
}

impl From<PortState> for State {
    fn from(state: PortState) -> Self {
        match state {
            PortState::Open => Self::Open,
            PortState::Closed => Self::Closed,
            PortState::Filtered => Self::Filtered,
            PortState::OpenFiltered => Self::OpenFiltered,
        }
    }
}

impl Transport {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Tcp, Self::Udp, Self::Sctp, Self::Ip];

    /// Nmap's word.
    pub fn name(self) -> &'static str {
        match self {
            Self::Tcp => Protocol::Tcp.name(),
            Self::Udp => Protocol::Udp.name(),
            Self::Sctp => "sctp",
            Self::Ip => "ip",
        }
    }

    /// That of a protocol of muster's, if it has ports.
    pub fn of_protocol(protocol: Protocol) -> Option<Self> {
        Self::of(protocol.name())
    }

    /// The one that muster speaks, if it is one.
    pub(super) fn known(self) -> Option<Protocol> {
        match self {
            Self::Tcp => Some(Protocol::Tcp),
            Self::Udp => Some(Protocol::Udp),
            Self::Sctp | Self::Ip => None,
        }
    }

    /// By Nmap's word.
    pub(super) fn of(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|transport| transport.name() == word)
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl fmt::Display for Transport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}
