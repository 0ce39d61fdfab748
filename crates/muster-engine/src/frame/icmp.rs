//! What ICMP (RFC 792) and ICMPv6 (RFC 4443) say of a probe: a reply, or an error that quotes it.

use muster_model::{IcmpError, Nature, PortState, Reason};

use super::ip::{Address, Packet};
use super::{Forge, Recognition, query, tcp, udp};
use crate::questions::ProbeKind;

/// Where an error's quotation begins.
pub(super) const HEADER: usize = 8;

pub(super) fn recognize<A: Address>(forge: &Forge, packet: &Packet<'_, A>) -> Option<Recognition> {
    let [kind, code, ..] = *packet.body else { return None };
    if A::is_error(kind, code) {
        return quoted(forge, packet, IcmpError { kind, code, from: packet.source.into() });
    }
    let query = A::QUERIES.iter().find(|query| [kind, code] == [query.types[1], 0])?;
    query::recognize(forge, packet, query)
}

/// The probe that an error quotes. Old routers quote no more than the first eight bytes after the IP header, which is why
/// the cookies of all kinds stand within them.
fn quoted<A: Address>(forge: &Forge, packet: &Packet<'_, A>, error: IcmpError) -> Option<Recognition> {
    let quoted = A::read_quoted(packet.body.get(HEADER..)?)?;
    let head = *quoted.body.first_chunk::<8>()?;
    // Whom the error is addressed to is who sent the probe.
    if quoted.source != packet.target {
        return None;
    }
    let addresses = (quoted.source, quoted.target);
    let (kind, ends, attempt) = match quoted.protocol {
        tcp::PROTOCOL => tcp::quoted(forge, addresses, head),
        udp::PROTOCOL => udp::quoted(forge, addresses, head),
        protocol if protocol == A::ICMP => query::quoted(forge, addresses, head),
        _ => None,
    }?;
    let (state, nature) = meaning(kind, error, packet.source == quoted.target);
    let recognition = Recognition::new(kind, &ends, attempt, packet.ttl, (state, error.reason()));
    Some(Recognition { nature, icmp: Some(error), ..recognition })
}

/// Nmap's table: only the target itself can say that nothing listens on its UDP port; all else says that somebody, now,
/// did not let the probe through.
fn meaning(kind: ProbeKind, error: IcmpError, is_targets_own: bool) -> (PortState, Nature) {
    match (kind, error.reason()) {
        (ProbeKind::Udp, Reason::PortUnreach) if is_targets_own => (PortState::Closed, Nature::Answer),
        _ => (PortState::Filtered, Nature::Soft),
    }
}
