//! What goes out and what comes back.

use std::net::IpAddr;
use std::time::Duration;

use muster_model::{Endpoint, IcmpError, Instant, Nature, PortState, Reason, Stack};

use crate::questions::ProbeKind;

/// One question to one endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Probe {
    /// Where it goes.
    pub endpoint: Endpoint,
    /// How it asks.
    pub kind: ProbeKind,
    /// Which try it is; a network gives it back with the reply.
    pub attempt: Attempt,
    /// When an answer no longer counts: a network that holds something open for the probe closes it then.
    pub expires: Instant,
}

/// Which of the probes to an endpoint one is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Attempt {
    /// The round, from 1.
    pub round: u8,
    /// Why it was sent.
    pub purpose: Purpose,
}

/// Why a probe was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Purpose {
    /// To learn the endpoint's state.
    Target,
    /// To learn how many probes and answers get lost: the endpoint is known to answer.
    Control,
}

/// What came back for a probe. Silence is not a reply.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reply {
    /// Whose probe it was.
    pub endpoint: Endpoint,
    /// How it was asked.
    pub kind: ProbeKind,
    /// Which probe it was; `None` where the answer has no room to tell: then the latest is meant.
    pub attempt: Option<Attempt>,
    /// The state it means, by Nmap's table for the kind of probe.
    pub state: PortState,
    /// The word for what was seen.
    pub reason: Reason,
    /// How far it settles the matter; [`Reason::nature`] unless the network knows better (no route *here* is local).
    pub nature: Nature,
    /// The ICMP error, if it was one and could be read.
    pub icmp: Option<IcmpError>,
    /// The reply's IP time-to-live, where it can be read.
    pub ttl: Option<u8>,
    /// How the sender's TCP showed itself, where the network can tell.
    pub stack: Option<Stack>,
    /// From sending to reply, where the network can tell.
    pub rtt: Option<Duration>,
}

impl Reply {
    /// Who sent the reply: the target, unless an ICMP error came from somebody on the way.
    pub fn from(&self) -> IpAddr {
        self.icmp.map_or(self.endpoint.address, |icmp| icmp.from)
    }

    /// Whether it is a RST segment, or the end of a connection by one.
    pub fn is_reset(&self) -> bool {
        self.icmp.is_none() && matches!(self.reason, Reason::Reset | Reason::ConnRefused)
    }
}

/// Probes on their way to a network: filled by the sweep, drained by the network from the front.
#[derive(Clone, Debug, Default)]
pub struct ProbeBatch {
    probes: Vec<Probe>,
    taken: usize,
    room: usize,
}

impl ProbeBatch {
    /// Empties the batch and lets the sweep add up to `room` probes.
    pub fn reset(&mut self, room: usize) {
        self.probes.clear();
        self.probes.reserve(room.min(MOST_RESERVED));
        self.taken = 0;
        self.room = room;
    }

    /// How many probes can still be added.
    pub fn room(&self) -> usize {
        self.room - self.probes.len().min(self.room)
    }

    /// Adds a probe; the sweep asks for [`room`](Self::room) first.
    pub fn push(&mut self, probe: Probe) {
        self.probes.push(probe);
    }

    /// What the network has not taken yet.
    pub fn waiting(&self) -> &[Probe] {
        &self.probes[self.taken..]
    }

    /// Notes that the network took the first `count` of the waiting probes.
    pub fn take(&mut self, count: usize) {
        self.taken = (self.taken + count).min(self.probes.len());
    }
}

/// A batch is given room for so many probes at once; whoever asks for more waits for it to grow.
const MOST_RESERVED: usize = 4_096;
