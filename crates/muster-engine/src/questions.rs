//! What every target of a sweep is asked.

use std::ops::RangeInclusive;

use muster_model::Protocol;

use crate::PortSet;
use crate::targets::IntervalSet;

/// How an endpoint is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ProbeKind {
    /// A TCP segment that asks for a connection: the beginning of a handshake, by a frame or by a socket.
    Syn,
    /// A TCP segment that belongs to no connection, which a living host answers with a reset.
    Ack,
    /// A UDP datagram.
    Udp,
    /// An ICMP or ICMPv6 echo request; its port is 0.
    Echo,
    /// A request of ICMP for the host's time, which ICMPv6 has not; its port is 0.
    Timestamp,
    /// A request of ICMP for the host's address mask, which ICMPv6 has not; its port is 0.
    AddressMask,
    /// An ARP request or a Neighbour Solicitation; its port is 0.
    Neighbor,
}

impl ProbeKind {
    /// All of them, in the order in which a target is asked.
    pub const ALL: [Self; 7] =
        [Self::Syn, Self::Ack, Self::Udp, Self::Echo, Self::Timestamp, Self::AddressMask, Self::Neighbor];

    /// The protocol of an endpoint that is asked so.
    pub fn protocol(self) -> Protocol {
        match self {
            Self::Syn | Self::Ack => Protocol::Tcp,
            Self::Udp => Protocol::Udp,
            Self::Echo | Self::Timestamp | Self::AddressMask => Protocol::Icmp,
            Self::Neighbor => Protocol::Neighbor,
        }
    }

    /// Whether a host can be asked so by its IPv4 address, or else by its IPv6 address.
    pub fn is_of_family(self, is_ipv4: bool) -> bool {
        is_ipv4 || !matches!(self, Self::Timestamp | Self::AddressMask)
    }
}

/// The questions to each target: kinds of probes with their ports, numbered by kind and port.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Questions {
    ports: [IntervalSet<u16>; ProbeKind::ALL.len()],
}

impl Questions {
    /// No question.
    pub fn none() -> Self {
        Self::default()
    }

    /// Whether somebody answers to the address on the local link.
    pub fn neighbor() -> Self {
        Self::none().with_host(ProbeKind::Neighbor)
    }

    /// The same questions and one of a kind that asks for no port.
    #[must_use]
    pub fn with_host(self, kind: ProbeKind) -> Self {
        self.with(kind, (0..=0).into())
    }

    /// The same questions with these ports for a kind in place of those it had.
    #[must_use]
    pub fn with(mut self, kind: ProbeKind, ports: IntervalSet<u16>) -> Self {
        self.ports[kind as usize] = ports;
        self
    }

    /// The ports that are asked so.
    pub fn ports(&self, kind: ProbeKind) -> &IntervalSet<u16> {
        &self.ports[kind as usize]
    }

    /// The ranges of the ports that are asked so, in order.
    pub fn ranges(&self, kind: ProbeKind) -> &[RangeInclusive<u16>] {
        self.ports(kind).ranges()
    }

    /// How many there are; at most 3 × 65,536 and four.
    pub fn total(&self) -> u32 {
        self.ports.iter().map(|ports| ports.len() as u32).sum()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.total() == 0
    }

    /// The question of number `index`.
    ///
    /// # Panics
    /// If there are no more than `index`.
    pub fn select(&self, index: u32) -> (ProbeKind, u16) {
        let mut index = u64::from(index);
        for kind in ProbeKind::ALL {
            let ports = self.ports(kind);
            match index.checked_sub(ports.len() as u64) {
                None => return (kind, ports.select(index)),
                Some(rest) => index = rest,
            }
        }
        panic!("no such question");
    }

    /// How many come before the question, if it is one of them.
    pub fn rank(&self, kind: ProbeKind, port: u16) -> Option<u32> {
        let before: u64 =
            ProbeKind::ALL[..kind as usize].iter().map(|kind| self.ports(*kind).len() as u64).sum();
        self.ports(kind).rank(port).map(|rank| (before + rank) as u32)
    }

    /// The ports of TCP and UDP of which the state is asked: no pings.
    pub fn port_set(&self) -> PortSet {
        PortSet::new(self.ports(ProbeKind::Syn).clone(), self.ports(ProbeKind::Udp).clone())
    }

    /// Those of them that a host can be asked by its IPv4 address, or else by its IPv6 address.
    #[must_use]
    pub fn of_family(&self, is_ipv4: bool) -> Self {
        let others = ProbeKind::ALL.into_iter().filter(|kind| !kind.is_of_family(is_ipv4));
        others.fold(self.clone(), |questions, kind| questions.with(kind, IntervalSet::empty()))
    }
}

/// The state of every port: TCP by the beginning of a handshake, UDP by a datagram.
impl From<PortSet> for Questions {
    fn from(ports: PortSet) -> Self {
        let (tcp, udp) = ports.into_sets();
        Self::none().with(ProbeKind::Syn, tcp).with(ProbeKind::Udp, udp)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn questions_are_numbered_by_kind_and_port() {
        let ports = |range: RangeInclusive<u16>| IntervalSet::from(range);
        let questions = Questions::none()
            .with(ProbeKind::Syn, ports(80..=81))
            .with(ProbeKind::Ack, ports(80..=80))
            .with(ProbeKind::Udp, ports(53..=53))
            .with_host(ProbeKind::Echo);
        let all: Vec<_> = (0..questions.total()).map(|index| questions.select(index)).collect();
        let expected = [
            (ProbeKind::Syn, 80),
            (ProbeKind::Syn, 81),
            (ProbeKind::Ack, 80),
            (ProbeKind::Udp, 53),
            (ProbeKind::Echo, 0),
        ];
        assert_eq!(all, expected);
        for (index, (kind, port)) in expected.into_iter().enumerate() {
            assert_eq!(questions.rank(kind, port), Some(index as u32));
        }
        assert_eq!(questions.rank(ProbeKind::Ack, 81), None);
        assert_eq!(questions.rank(ProbeKind::Neighbor, 0), None);
    }
}
