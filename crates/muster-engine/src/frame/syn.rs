//! The beginning of a handshake: a SYN with the options that Linux sends, in their order. A bare SYN loses hosts behind
//! devices that drop what no system sends.

use muster_model::{Nature, PortState, Reason};

use super::checksum::Sum;
use super::cookie::Ends;
use super::ip::{Address, Packet, pseudo_header};
use super::tcp::{self, Segment};
use super::{Forge, Recognition};
use crate::probe::Probe;
use crate::questions::ProbeKind;

/// The segment's length.
pub(super) const LENGTH: usize = 40;

pub(super) fn prepare<A: Address>(ttl: u8, source: A, packet: &mut [u8]) -> usize {
    source.prepare(tcp::PROTOCOL, ttl, packet);
    let segment = &mut packet[A::HEADER..A::HEADER + LENGTH];
    segment.copy_from_slice(&SEGMENT);
    segment[MSS].copy_from_slice(&A::SEGMENT.to_be_bytes());
    A::HEADER + LENGTH
}

pub(super) fn stamp<A: Address>(forge: &Forge, probe: &Probe, theirs: A, packet: &mut [u8]) -> usize {
    let (ours, body) = A::stamp(theirs, LENGTH, packet);
    let segment = body.first_chunk_mut::<LENGTH>().expect("a segment fits the frame");
    let port = probe.endpoint.port;
    let cookie = forge.key.cookie(ProbeKind::Syn, &Ends { ours, theirs, port });
    let ports = u32::from(forge.ports.port(cookie, probe.attempt)) << 16 | u32::from(port);
    let sequence = cookie.sequence(probe.attempt);
    let time = cookie.time_stamp();
    let constant = const { Sum::of(&SEGMENT) }.with(u32::from(A::SEGMENT));
    let sum = constant
        .and(pseudo_header(ours, theirs, tcp::PROTOCOL, LENGTH))
        .with(ports)
        .with(sequence)
        .with(time);
    segment[..4].copy_from_slice(&ports.to_be_bytes());
    segment[4..8].copy_from_slice(&sequence.to_be_bytes());
    segment[16..18].copy_from_slice(&sum.checksum().to_be_bytes());
    segment[TIME].copy_from_slice(&time.to_be_bytes());
    A::HEADER + LENGTH
}

/// A SYN-ACK: somebody listens.
pub(super) fn accepted<A: Address>(
    forge: &Forge,
    packet: &Packet<'_, A>,
    segment: &Segment<'_>,
) -> Option<Recognition> {
    acknowledged(forge, packet, segment, (PortState::Open, Reason::SynAck))
}

/// A reset: nobody does.
pub(super) fn refused<A: Address>(
    forge: &Forge,
    packet: &Packet<'_, A>,
    segment: &Segment<'_>,
) -> Option<Recognition> {
    acknowledged(forge, packet, segment, (PortState::Closed, Reason::Reset))
}

/// A SYN in answer to ours (RFC 9293 section 3.5, "simultaneous open"). It acknowledges nothing, so that all there is to
/// hold it against is the port it comes to, which one forged segment in a few hundred hits: it is asked again. With too
/// few source ports it proves nothing at all.
pub(super) fn split<A: Address>(
    forge: &Forge,
    packet: &Packet<'_, A>,
    segment: &Segment<'_>,
) -> Option<Recognition> {
    if !forge.ports.tells_attempts() {
        return None;
    }
    let ends = tcp::ends(packet, segment);
    let cookie = forge.key.cookie(ProbeKind::Syn, &ends);
    let attempt = forge.ports.attempt_of(cookie, segment.target)?;
    let outcome = (PortState::Open, Reason::SplitHandshakeSyn);
    let recognition = Recognition::new(ProbeKind::Syn, &ends, attempt, packet.ttl, outcome);
    Some(Recognition { nature: Nature::Soft, stack: Some(segment.stack().into()), ..recognition })
}

fn acknowledged<A: Address>(
    forge: &Forge,
    packet: &Packet<'_, A>,
    segment: &Segment<'_>,
    outcome: (PortState, Reason),
) -> Option<Recognition> {
    let ends = tcp::ends(packet, segment);
    let attempt = tcp::attempt(forge, ProbeKind::Syn, &ends, segment.acknowledgment, segment.target)?;
    let recognition = Recognition::new(ProbeKind::Syn, &ends, attempt, packet.ttl, outcome);
    Some(Recognition { stack: Some(segment.stack().into()), ..recognition })
}

/// Ports, number, checksum, largest segment and time stamp are still to come.
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
    0xa0,
    tcp::SYN,
    0xfa,
    0xf0,
    0,
    0,
    0,
    0, // ten words, flags, window 64240, checksum, urgent
    2,
    4,
    0,
    0, // largest segment
    4,
    2, // selective acknowledgement permitted
    8,
    10,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0, // time stamps
    1, // no operation
    3,
    3,
    7, // window scale
];
const MSS: std::ops::Range<usize> = 22..24;
const TIME: std::ops::Range<usize> = 28..32;
