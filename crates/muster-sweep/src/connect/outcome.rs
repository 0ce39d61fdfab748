//! What the end of a connection attempt means: Nmap's table for `-sT`.

use std::io;

use muster_model::{IcmpError, Nature, PortState, Reason, Stack};
use muster_platform::connecting::ConnectError;

/// A state with its reason, from one connection attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Outcome {
    pub(super) state: PortState,
    pub(super) reason: Reason,
    pub(super) nature: Nature,
    pub(super) icmp: Option<IcmpError>,
    pub(super) stack: Option<Stack>,
}

impl Outcome {
    pub(super) const OPEN: Self = Self::new(PortState::Open, Reason::SynAck, Nature::Answer);
    pub(super) const CLOSED: Self = Self::new(PortState::Closed, Reason::ConnRefused, Nature::Answer);

    const fn new(state: PortState, reason: Reason, nature: Nature) -> Self {
        Self { state, reason, nature, icmp: None, stack: None }
    }

    /// Whether somebody accepted, whatever else is known of it.
    pub(super) fn is_accepted(self) -> bool {
        Self { stack: None, ..self } == Self::OPEN
    }

    /// The outcome of an attempt that failed after it had begun. `None` is silence.
    ///
    /// The words are those that Nmap's connect scan prints for the error, also where the ICMP message behind it, which
    /// is kept, has a finer one.
    pub(super) fn failed(error: &io::Error, icmp: Option<IcmpError>) -> Option<Self> {
        let outcome = match ConnectError::of(error) {
            // A SYN-ACK came, then a RST: somebody listens, and hung up before we could look.
            ConnectError::Reset => Self::OPEN,
            ConnectError::Refused => Self::CLOSED,
            error => Self::new(PortState::Filtered, word(error)?, Nature::Soft),
        };
        Some(match icmp {
            Some(_) => Self { nature: Nature::Soft, icmp, ..outcome },
            None => outcome,
        })
    }

    /// The outcome of an attempt that this machine refused at once: no packet was sent. `None` where there is no word
    /// for it.
    pub(super) fn refused_here(error: ConnectError) -> Option<Self> {
        match error {
            ConnectError::Refused => Some(Self::CLOSED),
            _ => Some(Self::new(PortState::Filtered, word(error)?, Nature::Local)),
        }
    }
}

fn word(error: ConnectError) -> Option<Reason> {
    match error {
        ConnectError::AdminProhibited => Some(Reason::AdminProhibited),
        ConnectError::DestUnreachable => Some(Reason::DestUnreach),
        ConnectError::HostUnreachable => Some(Reason::HostUnreach),
        ConnectError::NetUnreachable => Some(Reason::NetUnreach),
        ConnectError::NoRoute => Some(Reason::NoRoute),
        ConnectError::PermissionDenied => Some(Reason::PermDenied),
        ConnectError::ProtocolUnreachable => Some(Reason::ProtoUnreach),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_mean_what_nmaps_connect_scan_says() {
        use PortState::{Closed, Filtered, Open};
        for (errno, state, word) in [
            (111, Closed, "conn-refused"),
            (104, Open, "syn-ack"),
            (32, Open, "syn-ack"),
            (13, Filtered, "admin-prohibited"),
            (92, Filtered, "proto-unreach"),
            (113, Filtered, "host-unreach"),
            (101, Filtered, "net-unreach"),
            (64, Filtered, "dest-unreach"),
        ] {
            let outcome = Outcome::failed(&io::Error::from_raw_os_error(errno), None).unwrap();
            assert_eq!((outcome.state, outcome.reason.name()), (state, word), "errno {errno}");
        }
        for errno in [110, 112] {
            assert_eq!(
                Outcome::failed(&io::Error::from_raw_os_error(errno), None),
                None,
                "errno {errno} is silence"
            );
        }
    }

    #[test]
    fn an_icmp_error_is_no_answer_of_the_host() {
        let icmp = IcmpError { kind: 3, code: 3, from: [192, 0, 2, 1].into() };
        let outcome = Outcome::failed(&io::Error::from_raw_os_error(111), Some(icmp)).unwrap();
        assert_eq!(
            (outcome.state, outcome.nature, outcome.icmp),
            (PortState::Closed, Nature::Soft, Some(icmp))
        );
    }

    #[test]
    fn a_refusal_by_this_machine_is_not_asked_again() {
        for (errno, word) in
            [(101, "net-unreach"), (113, "host-unreach"), (13, "admin-prohibited"), (1, "perm-denied")]
        {
            let error = ConnectError::of(&io::Error::from_raw_os_error(errno));
            let outcome = Outcome::refused_here(error).unwrap();
            assert_eq!((outcome.nature, outcome.reason.name()), (Nature::Local, word));
        }
    }
}
