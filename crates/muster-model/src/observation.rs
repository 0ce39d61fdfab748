//! What one probe, or the lack of an answer to several, showed.

use std::net::IpAddr;
use std::time::Duration;

use crate::{Endpoint, Instant, Nature, PortState, Reason, Stack};

/// The state of an endpoint with everything that says why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Observation {
    /// What was asked.
    pub endpoint: Endpoint,
    /// What it is.
    pub state: PortState,
    /// Why we say so.
    pub reason: Reason,
    /// The ICMP error behind the reason, if one was seen. Without it, `host-unreach` means that nobody answered to
    /// the address on the local link; with it, somebody on the way said no.
    pub icmp: Option<IcmpError>,
    /// The IP time-to-live of the reply, where the network could read it.
    pub ttl: Option<u8>,
    /// How the host's TCP showed itself, where the network could read it.
    pub stack: Option<Stack>,
    /// From sending the probe to its reply.
    pub rtt: Option<Duration>,
    /// The round whose probe was answered, from 1; 0 if none was.
    pub round: u8,
    /// When the reply was seen.
    pub at: Instant,
}

impl Observation {
    /// Whether the host itself gave a sign of life. Errors from the way and `user-set` are none; that a port or a
    /// protocol is not there is an error that the host itself can send. This machine itself needs to give none.
    pub fn is_sign_of_life(&self) -> bool {
        match self.icmp {
            None => self.reason == Reason::LocalhostResponse || self.reason.nature() == Nature::Answer,
            Some(icmp) => icmp.from == self.endpoint.address && icmp.is_of_end_host(),
        }
    }
}

/// An ICMP or ICMPv6 error message about a probe (RFC 792, RFC 4443).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct IcmpError {
    /// The message's type; the numbers of ICMP or ICMPv6 by the family of `from`.
    pub kind: u8,
    /// The message's code.
    pub code: u8,
    /// Who sent it.
    pub from: IpAddr,
}

impl IcmpError {
    /// Whether it is one that the asked host itself sends: no such port or protocol.
    pub fn is_of_end_host(&self) -> bool {
        matches!(self.reason(), Reason::PortUnreach | Reason::ProtoUnreach)
    }

    /// Nmap's word for the message (its port-reason table for ICMP type 3 and 11, ICMPv6 type 1, 3 and 4).
    pub fn reason(&self) -> Reason {
        match (self.from.is_ipv4(), self.kind, self.code) {
            (true, 3, 0) => Reason::NetUnreach,
            (true, 3, 1) => Reason::HostUnreach,
            (true, 3, 2) => Reason::ProtoUnreach,
            (true, 3, 3) => Reason::PortUnreach,
            (true, 3, 9) => Reason::NetProhibited,
            (true, 3, 10) => Reason::HostProhibited,
            (true, 3, 13) => Reason::AdminProhibited,
            (true, 11, _) | (false, 3, _) => Reason::TimeExceeded,
            (true, 12, _) | (false, 4, _) => Reason::ParamProblem,
            (false, 1, 0) => Reason::NoRoute,
            (false, 1, 1 | 5) => Reason::AdminProhibited,
            (false, 1, 2) => Reason::BeyondScope,
            (false, 1, 3) => Reason::HostUnreach,
            (false, 1, 4) => Reason::PortUnreach,
            (false, 1, 6) => Reason::RejectRoute,
            _ => Reason::DestUnreach,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn observation(state: PortState, reason: Reason, icmp: Option<IcmpError>) -> Observation {
        let endpoint = Endpoint::tcp([192, 0, 2, 1].into(), 80);
        let (ttl, stack, rtt, round, at) = (None, None, None, 1, Instant::START);
        Observation { endpoint, state, reason, icmp, ttl, stack, rtt, round, at }
    }

    #[test]
    fn answers_and_this_machine_itself_are_alive() {
        let is_alive = |reason| observation(PortState::Open, reason, None).is_sign_of_life();
        for reason in [Reason::SynAck, Reason::ConnRefused, Reason::ArpResponse, Reason::LocalhostResponse] {
            assert!(is_alive(reason), "{reason:?}");
        }
        for reason in [Reason::UserSet, Reason::PermDenied, Reason::HostUnreach, Reason::NoResponse] {
            assert!(!is_alive(reason), "{reason:?}");
        }
    }

    #[test]
    fn only_the_host_itself_says_that_it_has_no_such_port() {
        let is_alive = |from: [u8; 4], code| {
            let icmp = IcmpError { kind: 3, code, from: from.into() };
            observation(PortState::Closed, icmp.reason(), Some(icmp)).is_sign_of_life()
        };
        assert!(is_alive([192, 0, 2, 1], 3));
        assert!(!is_alive([192, 0, 2, 254], 3) && !is_alive([192, 0, 2, 1], 13));
    }

    #[test]
    fn icmp_messages_have_nmaps_words() {
        let word =
            |from: &str, kind, code| IcmpError { kind, code, from: from.parse().unwrap() }.reason().name();
        for (kind, code, expected) in [
            (3, 0, "net-unreach"),
            (3, 1, "host-unreach"),
            (3, 2, "proto-unreach"),
            (3, 3, "port-unreach"),
            (3, 9, "net-prohibited"),
            (3, 10, "host-prohibited"),
            (3, 13, "admin-prohibited"),
            (3, 7, "dest-unreach"),
            (11, 0, "time-exceeded"),
        ] {
            assert_eq!(word("192.0.2.1", kind, code), expected, "ICMP {kind}/{code}");
        }
        for (kind, code, expected) in [
            (1, 0, "no-route"),
            (1, 1, "admin-prohibited"),
            (1, 2, "beyond-scope"),
            (1, 3, "host-unreach"),
            (1, 4, "port-unreach"),
            (1, 5, "admin-prohibited"),
            (1, 6, "reject-route"),
            (3, 0, "time-exceeded"),
            (4, 1, "param-problem"),
        ] {
            assert_eq!(word("2001:db8::1", kind, code), expected, "ICMPv6 {kind}/{code}");
        }
    }
}
