//! Ethernet II frames: two addresses and a type. Tagged frames are not read: the kernel takes the tag away before anybody
//! sees it.

use std::net::{IpAddr, Ipv6Addr};

/// The header's length.
pub(super) const HEADER: usize = 14;

/// IANA, "Ethernet Numbers".
pub(super) const ARP: u16 = 0x0806;
pub(super) const IPV4: u16 = 0x0800;
pub(super) const IPV6: u16 = 0x86dd;

pub(super) const BROADCAST: [u8; 6] = [0xff; 6];

/// A frame that came in.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ethernet<'a> {
    pub(super) target: [u8; 6],
    pub(super) source: [u8; 6],
    pub(super) kind: u16,
    pub(super) body: &'a [u8],
}

impl<'a> Ethernet<'a> {
    pub(super) fn read(frame: &'a [u8]) -> Option<Self> {
        let (target, rest) = frame.split_first_chunk()?;
        let (source, rest) = rest.split_first_chunk()?;
        let (kind, body) = rest.split_first_chunk()?;
        Some(Self { target: *target, source: *source, kind: u16::from_be_bytes(*kind), body })
    }
}

/// Writes a header; its target, where it is not the same for all, is left to [`stamp`].
pub(super) fn prepare(target: [u8; 6], source: [u8; 6], kind: u16, frame: &mut [u8]) {
    frame[..6].copy_from_slice(&target);
    frame[6..12].copy_from_slice(&source);
    frame[12..14].copy_from_slice(&kind.to_be_bytes());
}

/// Puts the target into a prepared frame; gives what follows the header.
pub(super) fn stamp(target: [u8; 6], frame: &mut [u8]) -> &mut [u8] {
    let (header, body) = frame.split_first_chunk_mut::<HEADER>().expect("a header fits the frame");
    header[..6].copy_from_slice(&target);
    body
}

/// The type of frames that carry packets of the address's family.
pub(super) fn kind_of(address: IpAddr) -> u16 {
    if address.is_ipv4() { IPV4 } else { IPV6 }
}

/// Where frames for a multicast address go (RFC 2464 section 7).
pub(super) fn multicast(address: Ipv6Addr) -> [u8; 6] {
    let [.., a, b, c, d] = address.octets();
    [0x33, 0x33, a, b, c, d]
}

/// Whether it can be the address of one interface: neither a group's nor empty.
pub(super) fn is_of_one(hardware: [u8; 6]) -> bool {
    hardware[0] & 1 == 0 && hardware != [0; 6]
}
