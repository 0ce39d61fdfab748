//! A datagram (RFC 768) that asks what any client of the port's service asks. Its cookie is the source port alone: there
//! is nothing else that every answer brings back. Of the datagrams that somebody forges in the name of a target, 30 in as
//! many as there are source ports are believed.

use muster_model::{PortState, Reason};

use super::cookie::Ends;
use super::ip::{Address, Packet, pseudo_header};
use super::{Forge, Recognition};
use crate::probe::{Attempt, Probe};
use crate::questions::ProbeKind;

pub(super) const PROTOCOL: u8 = 17;

/// The header's length.
pub(super) const HEADER: usize = 8;

pub(super) fn prepare<A: Address>(ttl: u8, source: A, packet: &mut [u8]) -> usize {
    source.prepare(PROTOCOL, ttl, packet);
    packet[A::HEADER..A::HEADER + HEADER].fill(0);
    A::HEADER + HEADER
}

pub(super) fn stamp<A: Address>(forge: &Forge, probe: &Probe, theirs: A, packet: &mut [u8]) -> usize {
    let port = probe.endpoint.port;
    let (said, sum) = forge.payloads.said(port);
    let length = HEADER + said.len();
    let (ours, body) = A::stamp(theirs, length, packet);
    let cookie = forge.key.cookie(ProbeKind::Udp, &Ends { ours, theirs, port });
    let ports = u32::from(forge.ports.port(cookie, probe.attempt)) << 16 | u32::from(port);
    let sum = sum.and(pseudo_header(ours, theirs, PROTOCOL, length)).with(ports).with(length as u32);
    let (header, payload) = body.split_first_chunk_mut::<HEADER>().expect("a header fits the frame");
    // The last probe in this frame went to the same port: what it said is still there.
    if header[2..4] != port.to_be_bytes() {
        payload[..said.len()].copy_from_slice(said);
    }
    header[..4].copy_from_slice(&ports.to_be_bytes());
    header[4..6].copy_from_slice(&(length as u16).to_be_bytes());
    header[6..].copy_from_slice(&never_zero(sum.checksum()).to_be_bytes());
    A::HEADER + length
}

/// Any datagram from the port that was asked: somebody is there.
pub(super) fn recognize<A: Address>(forge: &Forge, packet: &Packet<'_, A>) -> Option<Recognition> {
    let [s0, s1, t0, t1, l0, l1, ..] = *packet.body.first_chunk::<HEADER>()?;
    let length = usize::from(u16::from_be_bytes([l0, l1]));
    if !(HEADER..=packet.body.len()).contains(&length) {
        return None;
    }
    let ends = Ends { ours: packet.target, theirs: packet.source, port: u16::from_be_bytes([s0, s1]) };
    let attempt = attempt(forge, &ends, u16::from_be_bytes([t0, t1]))?;
    let outcome = (PortState::Open, Reason::UdpResponse);
    Some(Recognition::new(ProbeKind::Udp, &ends, attempt, packet.ttl, outcome))
}

/// The probe whose header is quoted.
pub(super) fn quoted<A: Address>(
    forge: &Forge,
    (ours, theirs): (A, A),
    head: [u8; 8],
) -> Option<(ProbeKind, Ends<A>, Attempt)> {
    let [s0, s1, t0, t1, ..] = head;
    let ends = Ends { ours, theirs, port: u16::from_be_bytes([t0, t1]) };
    Some((ProbeKind::Udp, ends, attempt(forge, &ends, u16::from_be_bytes([s0, s1]))?))
}

fn attempt<A: Address>(forge: &Forge, ends: &Ends<A>, port: u16) -> Option<Attempt> {
    forge.ports.attempt_of(forge.key.cookie(ProbeKind::Udp, ends), port)
}

/// Zero would mean that there is no checksum.
fn never_zero(checksum: u16) -> u16 {
    if checksum == 0 { u16::MAX } else { checksum }
}
