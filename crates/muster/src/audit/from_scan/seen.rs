//! What a port of a file is worth as an observation. States count as far as somebody answered: silence is none, nor is what
//! the user said.

use std::net::IpAddr;

use muster_model::{Endpoint, IcmpError, Instant, Nature, Observation, PortState, Protocol, Reason};
use muster_nmap::read::{Host, Port, Status};

use super::asked::FileAsked;

/// What a port is worth.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Worth {
    /// An observation.
    Seen(Observation),
    /// That somebody is there, and nothing of the port.
    Life(Reason),
    /// Nothing.
    Nothing,
}

/// A state with its reason, of some port.
#[derive(Clone, Copy, Debug)]
pub(super) struct Said {
    pub(super) state: PortState,
    pub(super) reason: Option<Reason>,
    pub(super) ttl: u8,
    pub(super) from: Option<IpAddr>,
    pub(super) at: Instant,
}

impl Said {
    pub(super) fn of(port: &Port, at: Instant) -> Self {
        Self { state: port.state, reason: port.reason, ttl: port.reason_ttl, from: port.reason_from, at }
    }

    /// What it is worth at an endpoint.
    pub(super) fn worth(&self, endpoint: Endpoint, asked: &FileAsked) -> Worth {
        use PortState::{Closed, Filtered, Open};
        let answers = self.reason.is_some_and(|reason| reason.nature() == Nature::Answer);
        match (endpoint.protocol, self.state) {
            (Protocol::Tcp, Open | Closed) if !asked.is_plain => match self.reason {
                Some(reason) if answers => Worth::Life(reason),
                _ => Worth::Nothing,
            },
            (Protocol::Tcp, Open) => self.answered(endpoint, Reason::SynAck, &[Reason::SplitHandshakeSyn]),
            (Protocol::Tcp, Closed) if asked.by_connections => {
                self.answered(endpoint, Reason::ConnRefused, &[Reason::Reset])
            }
            (Protocol::Tcp, Closed) => self.answered(endpoint, Reason::Reset, &[Reason::ConnRefused]),
            (Protocol::Udp, Open) => self.answered(endpoint, Reason::UdpResponse, &[]),
            (Protocol::Udp, Closed) if self.reason.is_none_or(|reason| reason == Reason::PortUnreach) => {
                self.refused(endpoint, Reason::PortUnreach)
            }
            (Protocol::Tcp, Filtered) => match self.reason {
                Some(reason) if reason.nature() == Nature::Soft => self.refused(endpoint, reason),
                _ => Worth::Nothing,
            },
            _ => Worth::Nothing,
        }
    }

    /// The endpoint's own word; a file that gives no reason means the `usual` one.
    fn answered(&self, endpoint: Endpoint, usual: Reason, others: &[Reason]) -> Worth {
        match self.reason.unwrap_or(usual) {
            reason if reason == usual || others.contains(&reason) => {
                Worth::Seen(self.observation(endpoint, reason, None))
            }
            reason if reason.nature() == Nature::Answer => Worth::Life(reason),
            _ => Worth::Nothing,
        }
    }

    /// An error; that a port is not there is said by the host itself where the file names nobody else.
    fn refused(&self, endpoint: Endpoint, reason: Reason) -> Worth {
        let is_own = matches!(reason, Reason::PortUnreach | Reason::ProtoUnreach);
        let from = self.from.or_else(|| is_own.then_some(endpoint.address));
        let icmp = from.and_then(|from| icmp(reason, from));
        Worth::Seen(self.observation(endpoint, reason, icmp))
    }

    fn observation(&self, endpoint: Endpoint, reason: Reason, icmp: Option<IcmpError>) -> Observation {
        let ttl = Some(self.ttl).filter(|&ttl| ttl > 0);
        let (state, at) = (self.state, self.at);
        Observation { endpoint, state, reason, icmp, ttl, stack: None, rtt: None, round: 0, at }
    }
}

/// A sign of life that is of no port. An error is one as far as the host itself sent it.
pub(super) fn life(address: IpAddr, reason: Reason, ttl: u8, at: Instant) -> Observation {
    let protocol = match reason {
        Reason::ArpResponse | Reason::NdResponse => Protocol::Neighbor,
        _ => Protocol::Icmp,
    };
    let said = Said { state: PortState::Filtered, reason: None, ttl, from: None, at };
    said.observation(Endpoint { address, protocol, port: 0 }, reason, icmp(reason, address))
}

/// Why a file says that a host is up, if that is a sign of life. A hardware address came from the host itself, and so did an
/// error for which it is called up.
pub(super) fn life_of(host: &Host) -> Option<Reason> {
    let by_link = if host.address.is_ipv4() { Reason::ArpResponse } else { Reason::NdResponse };
    let is_life = |reason: &Reason| life(host.address, *reason, 0, Instant::START).is_sign_of_life();
    match host.status {
        Status::Up => host.reason.filter(is_life).or(host.hardware.map(|_| by_link)),
        Status::Down | Status::Unknown => None,
    }
}

/// The message behind an error (RFC 792, RFC 4443).
fn icmp(reason: Reason, from: IpAddr) -> Option<IcmpError> {
    let table = if from.is_ipv4() { &ICMP[..] } else { &ICMPV6[..] };
    let (_, kind, code) = table.iter().find(|(known, ..)| *known == reason)?;
    Some(IcmpError { kind: *kind, code: *code, from })
}

const ICMP: [(Reason, u8, u8); 10] = [
    (Reason::NetUnreach, 3, 0),
    (Reason::HostUnreach, 3, 1),
    (Reason::ProtoUnreach, 3, 2),
    (Reason::PortUnreach, 3, 3),
    (Reason::DestUnreach, 3, 7),
    (Reason::NetProhibited, 3, 9),
    (Reason::HostProhibited, 3, 10),
    (Reason::AdminProhibited, 3, 13),
    (Reason::TimeExceeded, 11, 0),
    (Reason::ParamProblem, 12, 0),
];
const ICMPV6: [(Reason, u8, u8); 8] = [
    (Reason::NoRoute, 1, 0),
    (Reason::AdminProhibited, 1, 1),
    (Reason::BeyondScope, 1, 2),
    (Reason::HostUnreach, 1, 3),
    (Reason::PortUnreach, 1, 4),
    (Reason::RejectRoute, 1, 6),
    (Reason::TimeExceeded, 3, 0),
    (Reason::ParamProblem, 4, 0),
];

#[cfg(test)]
mod tests {
    use super::*;

    const HOST: [u8; 4] = [10, 0, 0, 7];
    const ROUTER: [u8; 4] = [10, 0, 0, 1];

    fn worth(protocol: Protocol, state: PortState, reason: Option<Reason>, from: Option<IpAddr>) -> Worth {
        let said = Said { state, reason, ttl: 0, from, at: Instant::START };
        let asked = FileAsked { is_plain: true, ..FileAsked::default() };
        said.worth(Endpoint { address: HOST.into(), protocol, port: 2967 }, &asked)
    }

    /// Whether it is an observation, and whether that is a sign of life.
    fn kind(worth: &Worth) -> (bool, bool) {
        match worth {
            Worth::Seen(seen) => (true, seen.is_sign_of_life()),
            Worth::Life(_) => (false, true),
            Worth::Nothing => (false, false),
        }
    }

    #[test]
    fn states_count_as_far_as_somebody_answered() {
        use PortState::{Closed, Filtered, Open, OpenFiltered};
        use Protocol::{Tcp, Udp};
        let router = Some(ROUTER.into());
        for (protocol, state, reason, from, expected) in [
            (Tcp, Open, Some(Reason::SynAck), None, (true, true)),
            (Tcp, Open, None, None, (true, true)),
            (Tcp, Open, Some(Reason::Reset), None, (false, true)),
            (Tcp, Open, Some(Reason::NoResponse), None, (false, false)),
            (Tcp, Closed, Some(Reason::Reset), None, (true, true)),
            (Tcp, Closed, Some(Reason::ConnRefused), None, (true, true)),
            (Tcp, Closed, None, None, (true, true)),
            (Tcp, Closed, Some(Reason::UserSet), None, (false, false)),
            (Tcp, Filtered, Some(Reason::NoResponse), None, (false, false)),
            (Tcp, Filtered, None, None, (false, false)),
            (Tcp, Filtered, Some(Reason::AdminProhibited), router, (true, false)),
            (Tcp, Filtered, Some(Reason::HostUnreach), None, (true, false)),
            (Tcp, Filtered, Some(Reason::PortUnreach), None, (true, true)),
            (Tcp, Filtered, Some(Reason::PortUnreach), router, (true, false)),
            (Tcp, OpenFiltered, Some(Reason::NoResponse), None, (false, false)),
            (Udp, Open, Some(Reason::UdpResponse), None, (true, true)),
            (Udp, Closed, Some(Reason::PortUnreach), None, (true, true)),
            (Udp, Closed, Some(Reason::PortUnreach), router, (true, false)),
            (Udp, OpenFiltered, Some(Reason::NoResponse), None, (false, false)),
            (Udp, Filtered, Some(Reason::AdminProhibited), router, (false, false)),
        ] {
            let worth = worth(protocol, state, reason, from);
            assert_eq!(kind(&worth), expected, "{protocol} {state} {reason:?}: {worth:?}");
        }
    }

    #[test]
    fn an_odd_scans_states_say_only_that_somebody_is_there() {
        let said = Said {
            state: PortState::Closed,
            reason: Some(Reason::Reset),
            ttl: 0,
            from: None,
            at: Instant::START,
        };
        let endpoint = Endpoint::tcp(HOST.into(), 2967);
        assert_eq!(said.worth(endpoint, &FileAsked::default()), Worth::Life(Reason::Reset));
    }

    #[test]
    fn messages_are_those_of_their_reason() {
        for (table, from) in [(&ICMP[..], "10.0.0.1"), (&ICMPV6[..], "2001:db8::1")] {
            for (reason, ..) in table {
                let icmp = icmp(*reason, from.parse().unwrap()).unwrap();
                assert_eq!(icmp.reason(), *reason);
            }
        }
    }
}
