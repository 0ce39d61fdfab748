//! What endpoints do, and what a sweep must find of it: the words depend on how it asked.

use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;

use muster_model::{PortState, Reason};

/// What an endpoint does with a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Behaviour {
    /// Accepts it: a SYN-ACK, a datagram, an echo reply.
    Open,
    /// Refuses it: a reset, "port unreachable".
    Closed,
    /// Answers with an ICMP error "administratively prohibited" (3/13, ICMPv6 1/1). A veth pair brings it back before
    /// `connect` has let go of its socket: Linux 6.18 then reports the IPv4 one at once, but drops the IPv6 one unless
    /// the socket asked for `IPV6_RECVERR`; without that it comes with the SYN repeated after a second.
    Rejected,
    /// Drops it.
    Silent,
}

impl Behaviour {
    /// The state of a TCP port that an oracle must give.
    pub fn state(self) -> PortState {
        match self {
            Self::Open => PortState::Open,
            Self::Closed => PortState::Closed,
            Self::Rejected | Self::Silent => PortState::Filtered,
        }
    }

    /// The reason a connect scan on Linux must give. The kernel maps ICMP 3/13 to `EHOSTUNREACH` and ICMPv6 1/1 to
    /// `EACCES`, so that a rejection has two words.
    pub fn reason(self, address: IpAddr) -> Reason {
        match self {
            Self::Open => Reason::SynAck,
            Self::Closed => Reason::ConnRefused,
            Self::Rejected if address.is_ipv4() => Reason::HostUnreach,
            Self::Rejected => Reason::AdminProhibited,
            Self::Silent => Reason::NoResponse,
        }
    }

    /// State and reason that a question must bring to light.
    pub fn finding(self, asked: Asked, address: IpAddr) -> (PortState, Reason) {
        match (asked, self) {
            (Asked::Connect, _) => (self.state(), self.reason(address)),
            (_, Self::Rejected) => (PortState::Filtered, Reason::AdminProhibited),
            (Asked::Syn, Self::Open) => (PortState::Open, Reason::SynAck),
            (Asked::Syn, Self::Closed) => (PortState::Closed, Reason::Reset),
            (Asked::Syn, Self::Silent) => (PortState::Filtered, Reason::NoResponse),
            (Asked::Udp, Self::Open) => (PortState::Open, Reason::UdpResponse),
            (Asked::Udp, Self::Closed) => (PortState::Closed, Reason::PortUnreach),
            (Asked::Udp, Self::Silent) => (PortState::OpenFiltered, Reason::NoResponse),
        }
    }
}

/// How a port was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked {
    /// By a connection through the socket interface (`-sT`).
    Connect,
    /// By a SYN of our own (`-sS`).
    Syn,
    /// By a datagram (`-sU`).
    Udp,
}

/// Says what each endpoint does.
#[derive(Clone)]
pub enum Truth {
    /// Shares drawn by a seed, each endpoint on its own.
    Seeded(Shares, u64),
    /// A function of address and port; it must always say the same.
    Function(Arc<dyn Fn(IpAddr, u16) -> Behaviour + Send + Sync>),
}

impl Truth {
    /// The same everywhere.
    pub fn all(behaviour: Behaviour) -> Self {
        Self::Function(Arc::new(move |_, _| behaviour))
    }

    /// What this endpoint does.
    pub fn of(&self, address: IpAddr, port: u16) -> Behaviour {
        match self {
            Self::Seeded(shares, seed) => shares.draw(mix(*seed, address, port)),
            Self::Function(function) => function(address, port),
        }
    }
}

impl fmt::Debug for Truth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Seeded(shares, seed) => f.debug_tuple("Seeded").field(shares).field(seed).finish(),
            Self::Function(_) => f.write_str("Function"),
        }
    }
}

/// Percent of the endpoints that do each thing; what is left over is silent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shares {
    /// Percent open.
    pub open: u8,
    /// Percent closed.
    pub closed: u8,
    /// Percent rejected.
    pub rejected: u8,
}

impl Default for Shares {
    fn default() -> Self {
        Self { open: 30, closed: 15, rejected: 4 }
    }
}

impl Shares {
    fn draw(self, random: u64) -> Behaviour {
        let [open, closed, rejected] = [self.open, self.closed, self.rejected].map(u64::from);
        match random % 100 {
            n if n < open => Behaviour::Open,
            n if n < open + closed => Behaviour::Closed,
            n if n < open + closed + rejected => Behaviour::Rejected,
            _ => Behaviour::Silent,
        }
    }
}

/// A hash of an endpoint: SplitMix64's finalizer over the address, the port and the seed.
fn mix(seed: u64, address: IpAddr, port: u16) -> u64 {
    let bits = match address {
        IpAddr::V4(v4) => u128::from(u32::from(v4)),
        IpAddr::V6(v6) => u128::from(v6),
    };
    [(bits >> 64) as u64, bits as u64, u64::from(port)].into_iter().fold(seed, |hash, word| {
        let mut z = (hash ^ word).wrapping_add(0x9e37_79b9_7f4a_7c15);
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    })
}
