//! What a lab is to look like: its networks, what every endpoint does, how much is lost on the way.
//!
//! Pure: the same plan gives the same truth on every machine.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::LabError;
use super::prefix::Prefix;
use super::relay::Relay;
use super::truth::{Behaviour, Shares, Truth};

/// The segment both namespaces are on, and everything that is not behind the far one.
pub(super) const SEGMENT_V4: (Ipv4Addr, u8) = (Ipv4Addr::new(10, 78, 0, 0), 24);
/// The same for IPv6.
pub(super) const SEGMENT_V6: (Ipv6Addr, u8) = (Ipv6Addr::new(0xfd78, 0, 0, 0, 0, 0, 0, 0), 64);
/// Where the two ends of a relay have their addresses.
pub(super) const RELAY_V4: (Ipv4Addr, u8) = (Ipv4Addr::new(10, 79, 0, 0), 24);
/// The same for IPv6.
pub(super) const RELAY_V6: (Ipv6Addr, u8) = (Ipv6Addr::new(0xfd79, 0, 0, 0, 0, 0, 0, 0), 64);
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
    /// The UDP ports the truth is about; all others are silent.
    pub udp_ports: Vec<u16>,
    /// What each UDP endpoint does, those of the segment included.
    pub udp: Truth,
    /// Who answers an echo request ("open"), who has it rejected; the others are silent. It is asked for port 0.
    pub echo: Truth,
    /// The same of requests for the time, and of those for the address mask, which only IPv4 has. No kernel answers the
    /// latter any more: the lab does in its stead.
    pub times: Truth,
    /// See `times`.
    pub masks: Truth,
    /// What the stacks of the networks' hosts look like; one that is in no prefix looks like Linux.
    pub makes: Vec<(Prefix, Make)>,
    /// Further networks, behind something that answers TCP in the place of every host.
    pub middleboxes: Vec<(Prefix, Middlebox)>,
    /// Packets to the networks and back go through a program that delays them, instead of over the segment.
    pub relay: Option<Relay>,
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
            udp_ports: Vec::new(),
            udp: Truth::all(Behaviour::Silent),
            echo: Truth::all(Behaviour::Silent),
            times: Truth::all(Behaviour::Silent),
            masks: Truth::all(Behaviour::Silent),
            makes: Vec::new(),
            middleboxes: Vec::new(),
            relay: None,
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

    /// Every UDP endpoint of the networks and of the segment's hosts with what it does.
    pub fn udp_behaviours(&self) -> impl Iterator<Item = (IpAddr, u16, Behaviour)> + '_ {
        let endpoints =
            self.hosts().flat_map(|address| self.udp_ports.iter().map(move |port| (address, *port)));
        endpoints.map(|(address, port)| (address, port, self.udp.of(address, port)))
    }

    /// Every address of the networks and of the segment's hosts with what it does with an echo request.
    pub fn echo_behaviours(&self) -> impl Iterator<Item = (IpAddr, Behaviour)> + '_ {
        self.of_hosts(&self.echo)
    }

    /// Every IPv4 address of them with what it does with a request for the time.
    pub fn time_behaviours(&self) -> impl Iterator<Item = (IpAddr, Behaviour)> + '_ {
        self.of_hosts(&self.times).filter(|(at, _)| at.is_ipv4())
    }

    /// The same of requests for the address mask.
    pub fn mask_behaviours(&self) -> impl Iterator<Item = (IpAddr, Behaviour)> + '_ {
        self.of_hosts(&self.masks).filter(|(at, _)| at.is_ipv4())
    }

    /// Every prefix that is behind the far namespace.
    pub(super) fn prefixes(&self) -> impl Iterator<Item = Prefix> + '_ {
        self.networks.iter().copied().chain(self.middleboxes.iter().map(|(prefix, _)| *prefix))
    }

    fn of_hosts<'a>(&'a self, truth: &'a Truth) -> impl Iterator<Item = (IpAddr, Behaviour)> + 'a {
        self.hosts().map(|address| (address, truth.of(address, 0)))
    }

    fn hosts(&self) -> impl Iterator<Item = IpAddr> + '_ {
        let segment = self.segment.iter().flat_map(|(host, _)| segment_addresses(*host));
        self.networks.iter().flat_map(Prefix::addresses).chain(segment)
    }

    /// Refuses what cannot be built.
    pub(super) fn check(&self) -> Result<(), LabError> {
        let hosts = self.segment.iter().map(|(host, _)| *host);
        match () {
            () if self.ports.is_empty() => Err(LabError::Plan("no ports")),
            () if self.ports.len() > 16 => Err(LabError::Plan("more than 16 ports")),
            () if self.udp_ports.len() > 16 => Err(LabError::Plan("more than 16 UDP ports")),
            () if self.prefixes().count() > 8 => Err(LabError::Plan("more than 8 networks")),
            () if self.makes.len() > 8 => Err(LabError::Plan("more than 8 makes of stacks")),
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

/// What the stack of a host looks like in its SYN-ACKs and resets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Make {
    /// TTL 128, no time stamps, window 65,535.
    Windows,
    /// TTL 255, the largest segment as its only option, window 8,192.
    Printer,
}

impl Make {
    /// The TTL, or hop limit, of everything it sends.
    pub fn ttl(self) -> u8 {
        match self {
            Self::Windows => 128,
            Self::Printer => 255,
        }
    }

    /// The window of its SYN-ACK.
    pub fn window(self) -> u16 {
        match self {
            Self::Windows => 65_535,
            Self::Printer => 8_192,
        }
    }
}

/// What answers TCP for every address and port of a network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Middlebox {
    /// A SYN proxy: every SYN gets its SYN-ACK, with a cookie and without a host (`nft` "synproxy").
    SynProxy,
    /// A firewall that resets every SYN.
    Resets,
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

#[cfg(test)]
mod tests {
    use super::super::truth::Asked;
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

    #[test]
    fn the_words_depend_on_how_it_was_asked() {
        let at = segment_addresses(10)[0];
        let words = |does: Behaviour| {
            [Asked::Connect, Asked::Syn, Asked::Udp].map(|asked| does.finding(asked, at).1.name())
        };
        assert_eq!(words(Behaviour::Open), ["syn-ack", "syn-ack", "udp-response"]);
        assert_eq!(words(Behaviour::Closed), ["conn-refused", "reset", "port-unreach"]);
        assert_eq!(words(Behaviour::Rejected), ["host-unreach", "admin-prohibited", "admin-prohibited"]);
        assert_eq!(words(Behaviour::Silent), ["no-response"; 3]);
    }
}
