//! Neighbour Discovery (RFC 4861): who on this link has an IPv6 address. As with ARP, answers are known by their shape,
//! and the caller knows whom it asked.

use std::net::Ipv6Addr;

use muster_model::{PortState, Reason};

use super::checksum::Sum;
use super::cookie::{Ends, FIRST};
use super::ethernet::{self, Ethernet};
use super::ip::{Address, Packet, pseudo_header};
use super::{Departure, Recognition};
use crate::questions::ProbeKind;

/// The solicitation's length: type, code, checksum, reserved, target, and the option that says where to answer to.
pub(super) const LENGTH: usize = 32;

pub(super) const SOLICITATION: u8 = 135;
pub(super) const ADVERTISEMENT: u8 = 136;

/// Who knows the link sends with this hop limit; nobody beyond a router can (section 11.2).
const ON_LINK: u8 = 255;

/// An advertisement or a solicitation whose options are in order.
#[derive(Clone, Copy, Debug)]
pub(super) struct Discovery {
    pub(super) kind: u8,
    /// Whether it answers a solicitation.
    pub(super) is_solicited: bool,
    pub(super) target: Ipv6Addr,
    /// Of the target in an advertisement, of the source in a solicitation.
    pub(super) hardware: Option<[u8; 6]>,
}

impl Discovery {
    pub(super) fn read(body: &[u8]) -> Option<Self> {
        let (head, rest) = body.split_first_chunk::<8>()?;
        let (target, options) = rest.split_first_chunk::<16>()?;
        let [kind @ (SOLICITATION | ADVERTISEMENT), 0, _, _, flags, ..] = *head else { return None };
        let wanted = if kind == ADVERTISEMENT { 2 } else { 1 };
        let hardware = link_layer_address(options, wanted)?;
        Some(Self { kind, is_solicited: flags & 0x40 != 0, target: (*target).into(), hardware })
    }
}

pub(super) fn prepare(departure: &Departure, source: Ipv6Addr, frame: &mut [u8]) -> usize {
    ethernet::prepare([0; 6], departure.hardware, ethernet::IPV6, frame);
    let packet = &mut frame[ethernet::HEADER..];
    source.prepare(Ipv6Addr::ICMP, ON_LINK, packet);
    let message = &mut packet[Ipv6Addr::HEADER..Ipv6Addr::HEADER + LENGTH];
    message[..24].fill(0);
    message[0] = SOLICITATION;
    message[24..26].copy_from_slice(&[1, 1]);
    message[26..].copy_from_slice(&departure.hardware);
    ethernet::HEADER + Ipv6Addr::HEADER + LENGTH
}

pub(super) fn stamp(target: Ipv6Addr, frame: &mut [u8]) -> usize {
    let group = solicited_node(target);
    let packet = ethernet::stamp(ethernet::multicast(group), frame);
    let (ours, body) = Ipv6Addr::stamp(group, LENGTH, packet);
    let message = body.first_chunk_mut::<LENGTH>().expect("a message fits the frame");
    message[2..4].fill(0);
    message[8..24].copy_from_slice(&target.octets());
    let sum = Sum::of(message).and(pseudo_header(ours, group, Ipv6Addr::ICMP, LENGTH));
    message[2..4].copy_from_slice(&sum.checksum().to_be_bytes());
    ethernet::HEADER + Ipv6Addr::HEADER + LENGTH
}

/// A solicited advertisement that is valid by section 7.1.2. This checksum is looked at: no card is left to finish it, and
/// no cookie stands in for it.
pub(super) fn recognize(frame: &Ethernet<'_>, packet: &Packet<'_, Ipv6Addr>) -> Option<Recognition> {
    if packet.protocol != Ipv6Addr::ICMP || packet.ttl != ON_LINK {
        return None;
    }
    let found = Discovery::read(packet.body).filter(|found| found.kind == ADVERTISEMENT)?;
    let hardware = found.hardware.unwrap_or(frame.source);
    let theirs = found.target;
    let is_answer = found.is_solicited
        && ethernet::is_of_one(hardware)
        && theirs != packet.target
        && [theirs, packet.source, packet.target].iter().all(is_of_one)
        && is_intact(packet);
    if !is_answer {
        return None;
    }
    let ends = Ends { ours: packet.target, theirs, port: 0 };
    let outcome = (PortState::Open, Reason::NdResponse);
    let recognition = Recognition::new(ProbeKind::Neighbor, &ends, FIRST, packet.ttl, outcome);
    Some(Recognition { hardware: Some(hardware), ..recognition })
}

/// The group that every holder of the address has joined (RFC 4291 section 2.7.1).
pub(super) fn solicited_node(target: Ipv6Addr) -> Ipv6Addr {
    const PREFIX: u128 = 0xff02_0000_0000_0000_0000_0001_ff00_0000;
    Ipv6Addr::from_bits(PREFIX | target.to_bits() & 0x00ff_ffff)
}

fn is_of_one(address: &Ipv6Addr) -> bool {
    !address.is_unspecified() && !address.is_multicast()
}

fn is_intact(packet: &Packet<'_, Ipv6Addr>) -> bool {
    let header = pseudo_header(packet.source, packet.target, Ipv6Addr::ICMP, packet.body.len());
    header.and(Sum::of(packet.body)).checksum() == 0
}

/// The hardware address that the wanted option holds, if there is one. An option without a length spoils all of them.
fn link_layer_address(options: &[u8], wanted: u8) -> Option<Option<[u8; 6]>> {
    let (mut rest, mut found) = (options, None);
    while let [kind, words, ..] = *rest {
        let length = usize::from(words) * 8;
        let option = rest.get(..length).filter(|option| !option.is_empty())?;
        if kind == wanted && length == 8 {
            found = found.or(option.last_chunk().copied());
        }
        rest = &rest[length..];
    }
    rest.is_empty().then_some(found)
}
