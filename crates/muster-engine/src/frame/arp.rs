//! ARP (RFC 826): who on this link has an IPv4 address. There is no room for a cookie: answers are known by their shape,
//! and the caller knows whom it asked.

use std::net::Ipv4Addr;

use muster_model::{PortState, Reason};

use super::cookie::{Ends, FIRST};
use super::ethernet::{self, Ethernet};
use super::{Departure, Recognition};
use crate::questions::ProbeKind;

/// The message's length.
pub(super) const LENGTH: usize = 28;

pub(super) const REQUEST: u8 = 1;
pub(super) const REPLY: u8 = 2;

/// A message about IPv4 on Ethernet.
#[derive(Clone, Copy, Debug)]
pub(super) struct Arp {
    pub(super) operation: u8,
    pub(super) sender: ([u8; 6], Ipv4Addr),
    pub(super) target: ([u8; 6], Ipv4Addr),
}

impl Arp {
    pub(super) fn read(body: &[u8]) -> Option<Self> {
        let (head, body) = body.first_chunk::<LENGTH>()?.split_first_chunk::<8>()?;
        let (sender, target) = body.split_first_chunk::<10>()?;
        let &[0, 1, 8, 0, 6, 4, 0, operation] = head else { return None };
        Some(Self { operation, sender: party(sender), target: party(target.first_chunk()?) })
    }
}

pub(super) fn prepare(departure: &Departure, source: Ipv4Addr, frame: &mut [u8]) -> usize {
    ethernet::prepare(ethernet::BROADCAST, departure.hardware, ethernet::ARP, frame);
    let message = &mut frame[ethernet::HEADER..ethernet::HEADER + LENGTH];
    message[..8].copy_from_slice(&[0, 1, 8, 0, 6, 4, 0, REQUEST]);
    message[8..14].copy_from_slice(&departure.hardware);
    message[14..18].copy_from_slice(&source.octets());
    message[18..].fill(0);
    ethernet::HEADER + LENGTH
}

pub(super) fn stamp(target: Ipv4Addr, frame: &mut [u8]) -> usize {
    let end = ethernet::HEADER + LENGTH;
    frame[end - 4..end].copy_from_slice(&target.octets());
    end
}

/// A reply to one interface alone, from another address than it goes to. Announcements (RFC 5227) are not.
pub(super) fn recognize(frame: &Ethernet<'_>) -> Option<Recognition> {
    let arp = Arp::read(frame.body)?;
    let (hardware, theirs) = arp.sender;
    let (our_hardware, ours) = arp.target;
    let is_answer = arp.operation == REPLY
        && ethernet::is_of_one(hardware)
        && ethernet::is_of_one(our_hardware)
        && frame.target == our_hardware
        && theirs != ours
        && [theirs, ours].iter().all(is_of_one);
    if !is_answer {
        return None;
    }
    let ends = Ends { ours, theirs, port: 0 };
    let outcome = (PortState::Open, Reason::ArpResponse);
    let recognition = Recognition::new(ProbeKind::Neighbor, &ends, FIRST, 0, outcome);
    Some(Recognition { hardware: Some(hardware), ..recognition })
}

fn is_of_one(address: &Ipv4Addr) -> bool {
    !address.is_unspecified() && !address.is_multicast() && !address.is_broadcast()
}

fn party(bytes: &[u8; 10]) -> ([u8; 6], Ipv4Addr) {
    let [h0, h1, h2, h3, h4, h5, a0, a1, a2, a3] = *bytes;
    ([h0, h1, h2, h3, h4, h5], Ipv4Addr::new(a0, a1, a2, a3))
}
