//! What a lab is to look like: its networks, what every endpoint does, how much is lost on the way.
//!
//! Pure: the same plan gives the same truth on every machine.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::Arc;

use muster_model::{PortState, Reason};

use super::LabError;
use super::prefix::Prefix;

/// The segment both namespaces are on, and everything that is not behind the far one.
pub(super) const SEGMENT_V4: (Ipv4Addr, u8) = (Ipv4Addr::new(10, 78, 0, 0), 24);
/// The same for IPv6.
pub(super) const SEGMENT_V6: (Ipv6Addr, u8) = (Ipv6Addr::new(0xfd78, 0, 0, 0, 0, 0, 0, 0), 64);
/// The host number of the near namespace on the segment.
pub(super) const NEAR_HOST: u8 = 1;
/// The host number of the far namespace, the router to the networks.
pub(super) const FAR_HOST: u8 = 2;

/// Everything that decides about a lab.
#[derive(Clone, Debug)]
pub struct LabPlan {
    /// Networks behind the far namespace, every address of which the truth is asked about.
    pub networks: Vec<Prefix>,
    /// The TCP ports the truth is about; all others are silent.
    pub ports: Vec<u16>,
    /// What each endpoint does.
    pub truth: Truth,
    /// Hosts with an address of their own on the common segment (10.78.0.0/24 and fd78::/64), by host number. The
    /// segment's other addresses belong to nobody, so that ARP and Neighbour Discovery fail.
    pub segment: Vec<(u8, Behaviour)>,
    /// What the way loses.
    pub loss: Loss,
    /// Whether the kernel's limits on ICMP errors hold (about one a second to one address); without them every
    /// rejected probe gets its answer.
    pub icmp_rate_limit: bool,
    /// What a connection to an open port meets.
    pub welcome: Welcome,
}

impl Default for LabPlan {
    /// A /16 and a /112 on port 2967: 30 % open, 15 % closed, 4 % rejected, the rest silent, nothing lost.
    fn default() -> Self {
        Self {
            networks: vec![Prefix::DEFAULT_V4, Prefix::DEFAULT_V6],
            ports: vec![2967],
            truth: Truth::Seeded(Shares::default(), 0),
            segment: vec![
                (10, Behaviour::Open),
                (11, Behaviour::Closed),
                (12, Behaviour::Rejected),
                (13, Behaviour::Silent),
            ],
            loss: Loss::default(),
            icmp_rate_limit: false,
            welcome: Welcome::Close,
        }
    }
}

impl LabPlan {
    /// The default plan with one network only.
    ///
    /// # Errors
    /// Where `network` is not a prefix a lab can have.
    pub fn of(network: &str) -> Result<Self, LabError> {
        Ok(Self { networks: vec![network.parse()?], ..Self::default() })
    }

    /// Every endpoint of the networks with what it does, by network, address and port.
    pub fn behaviours(&self) -> impl Iterator<Item = (IpAddr, u16, Behaviour)> + '_ {
        let addresses = self.networks.iter().flat_map(Prefix::addresses);
        let endpoints = addresses.flat_map(|address| self.ports.iter().map(move |port| (address, *port)));
        endpoints.map(|(address, port)| (address, port, self.truth.of(address, port)))
    }

    /// The endpoints of the segment's hosts with what they do.
    pub fn segment_behaviours(&self) -> impl Iterator<Item = (IpAddr, u16, Behaviour)> + '_ {
        let hosts =
            self.segment.iter().flat_map(|(host, does)| segment_addresses(*host).map(|at| (at, *does)));
        hosts.flat_map(|(address, does)| self.ports.iter().map(move |port| (address, *port, does)))
    }

    /// Refuses what cannot be built.
    pub(super) fn check(&self) -> Result<(), LabError> {
        let hosts = self.segment.iter().map(|(host, _)| *host);
        match () {
            () if self.ports.is_empty() => Err(LabError::Plan("no ports")),
            () if self.ports.len() > 16 => Err(LabError::Plan("more than 16 ports")),
            () if self.networks.len() > 8 => Err(LabError::Plan("more than 8 networks")),
            () if self.loss.to_far > 99 || self.loss.to_near > 99 => {
                Err(LabError::Plan("loss above 99 percent"))
            }
            () if hosts.clone().any(|host| host <= FAR_HOST || host == 255) => {
                Err(LabError::Plan("segment hosts are 3 to 254"))
            }
            () => Ok(()),
        }
    }
}

/// The two addresses of a host of the common segment.
pub fn segment_addresses(host: u8) -> [IpAddr; 2] {
    let [a, b, c, _] = SEGMENT_V4.0.octets();
    let mut v6 = SEGMENT_V6.0.segments();
    v6[7] = u16::from(host);
    [Ipv4Addr::new(a, b, c, host).into(), Ipv6Addr::from(v6).into()]
}

/// What an endpoint does with a connection request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Behaviour {
    /// Accepts it.
    Open,
    /// Answers with a reset.
    Closed,
    /// Answers with an ICMP error "administratively prohibited" (3/13, ICMPv6 1/1). A veth pair brings it back before
    /// `connect` has let go of its socket: Linux 6.18 then reports the IPv4 one at once, but drops the IPv6 one unless
    /// the socket asked for `IPV6_RECVERR`; without that it comes with the SYN repeated after a second.
    Rejected,
    /// Drops it.
    Silent,
}

impl Behaviour {
    /// The state an oracle must give.
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

/// Percent of the packets that are lost at random, each on its own. The loss happens in the far namespace, so that a
/// capture in the near one sees what a real one would.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Loss {
    /// From near to far, 0 to 99.
    pub to_far: u8,
    /// From far to near, 0 to 99.
    pub to_near: u8,
}

/// What a connection to an open port meets.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Welcome {
    /// It is accepted and closed at once.
    #[default]
    Close,
    /// It is accepted and reset at once: a client that looks a little later is told of the reset instead of the
    /// connection.
    Reset,
    /// It is accepted and kept without a word, the last few thousand at a time.
    Hold,
    /// The same after these words, one line.
    Greet(String),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seeded_shares_are_near_what_was_asked_for() {
        let plan = LabPlan::of("10.77.0.0/16").unwrap();
        let count = |wanted| plan.behaviours().filter(|(_, _, does)| *does == wanted).count();
        for (behaviour, percent) in [(Behaviour::Open, 30), (Behaviour::Closed, 15), (Behaviour::Rejected, 4)]
        {
            assert!(
                count(behaviour).abs_diff(65_536 * percent / 100) < 500,
                "{behaviour:?}: {}",
                count(behaviour)
            );
        }
    }

    #[test]
    fn impossible_plans_are_refused() {
        let plan = LabPlan::default();
        assert!(plan.check().is_ok());
        assert!(LabPlan { ports: Vec::new(), ..plan.clone() }.check().is_err());
        assert!(LabPlan { loss: Loss { to_far: 100, to_near: 0 }, ..plan.clone() }.check().is_err());
        assert!(LabPlan { segment: vec![(2, Behaviour::Open)], ..plan }.check().is_err());
    }
}
