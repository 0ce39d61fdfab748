//! What the kernel's ways mean for a probe: by which interface it leaves, and who takes it there.

use std::net::IpAddr;

use muster_engine::{AddressSet, ProbeKind};
use muster_model::{Nature, PortState, Reason};
use muster_platform::Unreachable;

use super::ways::Ways;

/// The road of every target.
#[derive(Debug)]
pub(super) struct Roads {
    ways: Ways,
    /// What each way means, by its number.
    meanings: Vec<Road>,
    on_link: AddressSet,
    /// Targets without a road, by the reason.
    unreachable: Vec<(Barrier, AddressSet)>,
}

/// Where probes to a target go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Road {
    /// By a connection, since no frame of ours gets there.
    Connect(Why),
    /// Out by an interface.
    Out(Exit),
    /// Nowhere.
    Nowhere(Barrier),
}

/// Why nothing gets to a target.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Barrier {
    /// The kernel knows no way.
    Kernel(Unreachable),
    /// The interface that the way leads by is down; by its place among those that are.
    Down(usize),
}

/// Why no frame of ours gets to a target that can be reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Why {
    /// The kernel wraps what goes there, by MPLS or the like.
    Encapsulated,
    /// It is this machine.
    Own,
}

/// By which interface, as whom, and to whom.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Exit {
    /// The number of the lane.
    pub(super) lane: usize,
    /// The number of the departure.
    pub(super) departure: usize,
    pub(super) hop: Hop,
}

/// Who takes a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Hop {
    /// The router with this number.
    Gateway(usize),
    /// Whoever is at the other end.
    OtherEnd,
    /// The target itself.
    Target,
}

impl Roads {
    pub(super) fn new(
        ways: Ways,
        meanings: Vec<Road>,
        on_link: AddressSet,
        unreachable: Vec<(Barrier, AddressSet)>,
    ) -> Self {
        Self { ways, meanings, on_link, unreachable }
    }

    /// The road to a target; an address that is none has no route.
    pub(super) fn to(&mut self, address: IpAddr) -> Road {
        let none = Road::Nowhere(Barrier::Kernel(Unreachable::NoRoute));
        self.ways.of(address).map_or(none, |number| self.meanings[number])
    }

    /// The number of the lane on whose link a target is.
    pub(super) fn link_of(&mut self, target: IpAddr) -> Option<usize> {
        match self.to(target) {
            Road::Out(Exit { lane, hop: Hop::Target, .. }) if self.on_link.contains(target) => Some(lane),
            _ => None,
        }
    }

    pub(super) fn on_link(&self) -> &AddressSet {
        &self.on_link
    }

    pub(super) fn unreachable(&self) -> &[(Barrier, AddressSet)] {
        &self.unreachable
    }

    pub(super) fn all(&self) -> &[Road] {
        &self.meanings
    }
}

/// What `connect` would be told of a target without a way, by the words of a connect scan.
pub(super) fn word(barrier: Barrier) -> Reason {
    let Barrier::Kernel(unreachable) = barrier else { return Reason::NetUnreach };
    match unreachable {
        Unreachable::Blackhole => Reason::NoRoute,
        Unreachable::NotOneHost | Unreachable::Prohibited => Reason::AdminProhibited,
        Unreachable::Unreachable => Reason::HostUnreach,
        Unreachable::Encapsulated | Unreachable::NoRoute | Unreachable::NoSource => Reason::NetUnreach,
    }
}

/// Why a probe is not sent: the state, the word and how far it settles the matter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Unsent(pub(super) PortState, pub(super) Reason, pub(super) Nature);

impl Unsent {
    /// Nobody answers to the address that the frame would be for: the kernel's own neighbour discovery says the same.
    pub(super) const NOBODY: Self = Self(PortState::Filtered, Reason::HostUnreach, Nature::Soft);
    /// The datagram is longer than the interface carries.
    pub(super) const TOO_LONG: Self = Self(PortState::Filtered, Reason::DestUnreach, Nature::Local);
    /// There is nothing to say to the UDP port.
    pub(super) const NO_QUESTION: Self = Self(PortState::OpenFiltered, Reason::PermDenied, Nature::Local);

    /// The interface has taken no frame for a while.
    pub(super) const STALLED: Self = Self(PortState::Filtered, Reason::NetUnreach, Nature::Local);

    pub(super) fn nowhere(barrier: Barrier) -> Self {
        Self(PortState::Filtered, word(barrier), Nature::Local)
    }

    /// Connections answer for TCP alone. That this machine is there is known, its UDP ports are not.
    pub(super) fn no_connection(why: Why, kind: ProbeKind) -> Self {
        match (why, kind) {
            (Why::Encapsulated, _) => Self::nowhere(Barrier::Kernel(Unreachable::Encapsulated)),
            (Why::Own, ProbeKind::Udp) => {
                Self(PortState::OpenFiltered, Reason::LocalhostResponse, Nature::Local)
            }
            (Why::Own, _) => Self(PortState::Open, Reason::LocalhostResponse, Nature::Local),
        }
    }
}
