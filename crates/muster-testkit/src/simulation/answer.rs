//! What a host sends back for each kind of probe.

use std::time::Duration;

use muster_engine::{Probe, ProbeKind, Reply};
use muster_model::{IcmpError, Nature, PortState, Reason, Stack};

use super::model::{Behaviour, Host, SynProxy};

/// What a host's ports have to say, whatever the protocol.
#[derive(Clone, Copy, Debug)]
pub(super) enum Said {
    Open,
    Closed,
    Rejected(IcmpError),
}

/// What comes back for one probe.
#[derive(Clone, Copy, Debug)]
pub(super) struct Answer {
    state: PortState,
    reason: Reason,
    nature: Nature,
    icmp: Option<IcmpError>,
    ttl: Option<u8>,
    stack: Option<Stack>,
}

impl Answer {
    /// The answer of `host`, whose ports have `said` something or nothing, to `probe`.
    pub(super) fn of(host: &Host, said: Option<Said>, probe: &Probe) -> Option<Self> {
        let answer = match (probe.kind, said) {
            (ProbeKind::Neighbor, _) if !host.is_neighbor => return None,
            (ProbeKind::Neighbor, _) if probe.endpoint.address.is_ipv4() => Self::open(Reason::ArpResponse),
            (ProbeKind::Neighbor, _) => Self::open(Reason::NdResponse),
            (_, Some(Said::Rejected(icmp))) => {
                return Some(Self::error(icmp, PortState::Filtered, Nature::Soft));
            }
            (ProbeKind::Echo, _) if host.pings => Self::open(Reason::EchoReply),
            (ProbeKind::Echo | ProbeKind::Timestamp | ProbeKind::AddressMask, _) => return None,
            (ProbeKind::Syn, Some(Said::Open)) => Self { stack: host.stack, ..Self::open(Reason::SynAck) },
            (ProbeKind::Syn, Some(Said::Closed)) => Self::closed(Reason::ConnRefused),
            (ProbeKind::Ack, Some(_)) => Self::closed(Reason::Reset),
            (ProbeKind::Udp, Some(Said::Open)) => Self::open(Reason::UdpResponse),
            (ProbeKind::Udp, Some(Said::Closed)) => {
                Self::error(no_such_port(probe), PortState::Closed, Nature::Answer)
            }
            (_, None) => return None,
        };
        Some(Self { ttl: host.ttl, ..answer })
    }

    pub(super) fn is_reset(&self) -> bool {
        matches!(self.reason, Reason::ConnRefused | Reason::Reset)
    }

    pub(super) fn is_error(&self) -> bool {
        self.icmp.is_some()
    }

    pub(super) fn reply(self, probe: &Probe, rtt: Duration) -> Reply {
        Reply {
            endpoint: probe.endpoint,
            kind: probe.kind,
            attempt: Some(probe.attempt),
            state: self.state,
            reason: self.reason,
            nature: self.nature,
            icmp: self.icmp,
            ttl: self.ttl,
            stack: self.stack,
            rtt: Some(rtt),
        }
    }

    fn open(reason: Reason) -> Self {
        Self { state: PortState::Open, reason, nature: Nature::Answer, icmp: None, ttl: None, stack: None }
    }

    fn closed(reason: Reason) -> Self {
        Self { state: PortState::Closed, ..Self::open(reason) }
    }

    fn error(icmp: IcmpError, state: PortState, nature: Nature) -> Self {
        Self { state, nature, icmp: Some(icmp), ..Self::open(icmp.reason()) }
    }
}

impl SynProxy {
    /// Its answer to a SYN, and the host that it is itself.
    pub(super) fn answer(&self) -> (Host, Answer) {
        let answer = Answer { ttl: self.ttl, stack: self.stack, ..Answer::open(Reason::SynAck) };
        (Host::new(Behaviour::Open), answer)
    }
}

/// The host's own "port unreachable": RFC 1122 section 3.2.2.1, RFC 4443 section 3.1.
fn no_such_port(probe: &Probe) -> IcmpError {
    let from = probe.endpoint.address;
    let (kind, code) = if from.is_ipv4() { (3, 3) } else { (1, 4) };
    IcmpError { kind, code, from }
}
