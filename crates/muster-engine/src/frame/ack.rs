//! An acknowledgement of nothing: a living host answers with a reset (RFC 9293 section 3.10.7.1). It says nothing about
//! the port; it finds hosts behind filters that stop SYNs.

use muster_model::{PortState, Reason};

use super::checksum::Sum;
use super::cookie::Ends;
use super::ip::{Address, Packet, pseudo_header};
use super::tcp::{self, Segment};
use super::{Forge, Recognition};
use crate::probe::Probe;
use crate::questions::ProbeKind;

/// The segment's length.
pub(super) const LENGTH: usize = tcp::HEADER;

pub(super) fn prepare<A: Address>(ttl: u8, source: A, packet: &mut [u8]) -> usize {
    source.prepare(tcp::PROTOCOL, ttl, packet);
    packet[A::HEADER..A::HEADER + LENGTH].copy_from_slice(&SEGMENT);
    A::HEADER + LENGTH
}

/// The cookie stands twice: the reset has it from the acknowledgement, a quotation from the sequence number.
pub(super) fn stamp<A: Address>(forge: &Forge, probe: &Probe, theirs: A, packet: &mut [u8]) -> usize {
    let (ours, body) = A::stamp(theirs, LENGTH, packet);
    let segment = body.first_chunk_mut::<LENGTH>().expect("a segment fits the frame");
    let port = probe.endpoint.port;
    let cookie = forge.key.cookie(ProbeKind::Ack, &Ends { ours, theirs, port });
    let ports = u32::from(forge.ports.port(cookie, probe.attempt)) << 16 | u32::from(port);
    let number = cookie.sequence(probe.attempt);
    let sum = const { Sum::of(&SEGMENT) }
        .and(pseudo_header(ours, theirs, tcp::PROTOCOL, LENGTH))
        .with(ports)
        .with(number)
        .with(number);
    segment[..4].copy_from_slice(&ports.to_be_bytes());
    segment[4..8].copy_from_slice(&number.to_be_bytes());
    segment[8..12].copy_from_slice(&number.to_be_bytes());
    segment[16..18].copy_from_slice(&sum.checksum().to_be_bytes());
    A::HEADER + LENGTH
}

/// A reset: the host lives.
pub(super) fn refused<A: Address>(
    forge: &Forge,
    packet: &Packet<'_, A>,
    segment: &Segment<'_>,
) -> Option<Recognition> {
    let ends = tcp::ends(packet, segment);
    let attempt = tcp::attempt(forge, ProbeKind::Ack, &ends, segment.sequence, segment.target)?;
    let outcome = (PortState::Closed, Reason::Reset);
    let recognition = Recognition::new(ProbeKind::Ack, &ends, attempt, packet.ttl, outcome);
    Some(Recognition { stack: Some(segment.stack().into()), ..recognition })
}

/// Ports, numbers and checksum are still to come.
const SEGMENT: [u8; LENGTH] = [
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0, // ports, sequence, acknowledgment
    0x50,
    tcp::ACK,
    0x01,
    0xf6,
    0,
    0,
    0,
    0, // five words, flags, window 502, checksum, urgent
];
