//! An echo request of ICMP (RFC 792) or ICMPv6 (RFC 4443 section 4.1), which brings its whole cookie back.

use muster_model::{PortState, Reason};

use super::checksum::Sum;
use super::cookie::{Cookie, Ends};
use super::ip::{Address, Packet};
use super::{Forge, Recognition};
use crate::probe::{Attempt, Probe};
use crate::questions::ProbeKind;

/// The message's length: identifier, sequence number and eight bytes to be echoed.
pub(super) const LENGTH: usize = 16;

pub(super) fn prepare<A: Address>(ttl: u8, source: A, packet: &mut [u8]) -> usize {
    source.prepare(A::ICMP, ttl, packet);
    let message = &mut packet[A::HEADER..A::HEADER + LENGTH];
    message.fill(0);
    message[0] = A::ECHO[0];
    A::HEADER + LENGTH
}

pub(super) fn stamp<A: Address>(forge: &Forge, probe: &Probe, theirs: A, packet: &mut [u8]) -> usize {
    let (ours, body) = A::stamp(theirs, LENGTH, packet);
    let message = body.first_chunk_mut::<LENGTH>().expect("a message fits the frame");
    let cookie = forge.key.cookie(ProbeKind::Echo, &Ends { ours, theirs, port: 0 });
    let number = u32::from(cookie.identifier()) << 16 | u32::from(cookie.echo_sequence(probe.attempt));
    let said = cookie.bytes();
    let sum =
        Sum::of(&said).and(A::icmp_sum(ours, theirs, LENGTH)).with(u32::from(A::ECHO[0]) << 8).with(number);
    message[2..4].copy_from_slice(&sum.checksum().to_be_bytes());
    message[4..8].copy_from_slice(&number.to_be_bytes());
    message[8..].copy_from_slice(&said);
    A::HEADER + LENGTH
}

/// An echo reply: the host lives. RFC 1122 section 3.2.2.6 has everything come back.
pub(super) fn recognize<A: Address>(forge: &Forge, packet: &Packet<'_, A>) -> Option<Recognition> {
    let (head, said) = packet.body.split_first_chunk::<8>()?;
    let ends = Ends { ours: packet.target, theirs: packet.source, port: 0 };
    let cookie = forge.key.cookie(ProbeKind::Echo, &ends);
    let attempt = attempt(cookie, *head).filter(|_| *said == cookie.bytes())?;
    let outcome = (PortState::Open, Reason::EchoReply);
    Some(Recognition::new(ProbeKind::Echo, &ends, attempt, packet.ttl, outcome))
}

/// The probe whose header is quoted.
pub(super) fn quoted<A: Address>(
    forge: &Forge,
    (ours, theirs): (A, A),
    head: [u8; 8],
) -> Option<(ProbeKind, Ends<A>, Attempt)> {
    let ends = Ends { ours, theirs, port: 0 };
    let cookie = forge.key.cookie(ProbeKind::Echo, &ends);
    let attempt = attempt(cookie, head).filter(|_| head[..2] == [A::ECHO[0], 0])?;
    Some((ProbeKind::Echo, ends, attempt))
}

fn attempt(cookie: Cookie, [_, _, _, _, i0, i1, s0, s1]: [u8; 8]) -> Option<Attempt> {
    let attempt = cookie.attempt_of_echo(u16::from_be_bytes([s0, s1]))?;
    (cookie.identifier() == u16::from_be_bytes([i0, i1])).then_some(attempt)
}
