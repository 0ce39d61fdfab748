//! IPv4 (RFC 791) and IPv6 (RFC 8200), by one code path: what differs between them is in [`Address`].

use std::hash::Hasher;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use siphasher::sip::SipHasher13;

use super::checksum::Sum;
use super::query::Query;

/// An address of one of the two families, and how the family's packets are laid out.
pub(super) trait Address: Copy + Eq + Into<IpAddr> {
    /// The header's length, without options.
    const HEADER: usize;
    /// The protocol number of ICMP in this family.
    const ICMP: u8;
    /// The requests of ICMP that a host of this family can be sent.
    const QUERIES: &'static [Query];
    /// The largest TCP segment that fits Ethernet: 1500 bytes less both headers.
    const SEGMENT: u16;

    /// Takes two addresses into a hash.
    fn hash(one: Self, other: Self, hasher: &mut SipHasher13);

    /// The address as a piece of a checksum.
    fn sum(self) -> Sum;

    /// Writes the header of a packet from `self`, all but target and checksum.
    fn prepare(self, protocol: u8, ttl: u8, packet: &mut [u8]);

    /// Puts target, length of the body and checksum into a prepared header; gives the packet's source and its body.
    fn stamp(target: Self, length: usize, packet: &mut [u8]) -> (Self, &mut [u8]);

    /// Reads a packet: whole, not a fragment, its header in order. The body ends where the header says.
    fn read(packet: &[u8]) -> Option<Packet<'_, Self>>;

    /// Reads the beginning of a packet as an error message quotes it. What routers change on the way, or mix up when they
    /// quote, is not looked at: time-to-live, checksum, total length, flags.
    fn read_quoted(quote: &[u8]) -> Option<Quoted<'_, Self>>;

    /// Whether an ICMP message of this family says that a packet of ours did not arrive; that it was too long does not
    /// concern frames as short as ours.
    fn is_error(kind: u8, code: u8) -> bool;

    /// What else an ICMP message's checksum covers.
    fn icmp_sum(ours: Self, theirs: Self, length: usize) -> Sum;
}

/// A packet that came in.
#[derive(Clone, Copy, Debug)]
pub(super) struct Packet<'a, A> {
    pub(super) source: A,
    pub(super) target: A,
    pub(super) ttl: u8,
    pub(super) protocol: u8,
    pub(super) body: &'a [u8],
}

/// The beginning of a packet of ours.
#[derive(Clone, Copy, Debug)]
pub(super) struct Quoted<'a, A> {
    pub(super) source: A,
    pub(super) target: A,
    pub(super) protocol: u8,
    pub(super) body: &'a [u8],
}

/// The pseudo-header that the checksums of TCP, UDP and ICMPv6 cover (RFC 9293 section 3.1, RFC 8200 section 8.1).
pub(super) fn pseudo_header<A: Address>(ours: A, theirs: A, protocol: u8, length: usize) -> Sum {
    ours.sum().and(theirs.sum()).with(u32::from(protocol)).with(length as u32)
}

impl Address for Ipv4Addr {
    const HEADER: usize = 20;
    const ICMP: u8 = 1;
    const QUERIES: &'static [Query] = &[Query::ECHO, Query::TIMESTAMP, Query::ADDRESS_MASK];
    const SEGMENT: u16 = 1460;

    fn hash(one: Self, other: Self, hasher: &mut SipHasher13) {
        hasher.write_u64(u64::from(one.to_bits()) | u64::from(other.to_bits()) << 32);
    }

    fn sum(self) -> Sum {
        Sum::ZERO.with(self.to_bits())
    }

    /// Not to be cut (DF), and so without an identification: RFC 6864 section 4.1.
    fn prepare(self, protocol: u8, ttl: u8, packet: &mut [u8]) {
        packet[..12].copy_from_slice(&[0x45, 0, 0, 0, 0, 0, 0x40, 0, ttl, protocol, 0, 0]);
        packet[12..16].copy_from_slice(&self.octets());
        packet[16..20].fill(0);
    }

    fn stamp(target: Self, length: usize, packet: &mut [u8]) -> (Self, &mut [u8]) {
        let (header, body) = packet.split_first_chunk_mut::<20>().expect("a header fits the frame");
        let [.., ttl, protocol, _, _, s0, s1, s2, s3, _, _, _, _] = *header;
        let source = Self::new(s0, s1, s2, s3);
        let total = (Self::HEADER + length) as u16;
        let constant = const { Sum::of(&[0x45, 0, 0x40, 0]) };
        let sum = constant.with(u32::from(total)).with(u32::from(u16::from_be_bytes([ttl, protocol])));
        header[2..4].copy_from_slice(&total.to_be_bytes());
        header[10..12].copy_from_slice(&sum.and(source.sum()).and(target.sum()).checksum().to_be_bytes());
        header[16..].copy_from_slice(&target.octets());
        (source, body)
    }

    fn read(packet: &[u8]) -> Option<Packet<'_, Self>> {
        let fixed = packet.first_chunk::<20>()?;
        let header = packet.get(..header_length(fixed[0])?)?;
        let total = usize::from(u16::from_be_bytes([fixed[2], fixed[3]]));
        // More fragments, or not the first one.
        let fragment = u16::from_be_bytes([fixed[6], fixed[7]]) & 0x3fff != 0;
        if fragment || Sum::of(header).checksum() != 0 {
            return None;
        }
        Some(Packet {
            source: octets(fixed, 12).into(),
            target: octets(fixed, 16).into(),
            ttl: fixed[8],
            protocol: fixed[9],
            body: packet.get(header.len()..total)?,
        })
    }

    fn read_quoted(quote: &[u8]) -> Option<Quoted<'_, Self>> {
        let fixed = quote.first_chunk::<20>()?;
        Some(Quoted {
            source: octets(fixed, 12).into(),
            target: octets(fixed, 16).into(),
            protocol: fixed[9],
            body: quote.get(header_length(fixed[0])?..)?,
        })
    }

    fn is_error(kind: u8, code: u8) -> bool {
        matches!((kind, code), (3, 0..=3 | 5..) | (11 | 12, _))
    }

    fn icmp_sum(_ours: Self, _theirs: Self, _length: usize) -> Sum {
        Sum::ZERO
    }
}

impl Address for Ipv6Addr {
    const HEADER: usize = 40;
    const ICMP: u8 = 58;
    const QUERIES: &'static [Query] = &[Query::ECHO_OF_IPV6];
    const SEGMENT: u16 = 1440;

    fn hash(one: Self, other: Self, hasher: &mut SipHasher13) {
        for half in [one.to_bits(), other.to_bits()] {
            hasher.write_u64((half >> 64) as u64);
            hasher.write_u64(half as u64);
        }
    }

    fn sum(self) -> Sum {
        let bits = self.to_bits();
        Sum::ZERO
            .with((bits >> 96) as u32)
            .with((bits >> 64) as u32)
            .with((bits >> 32) as u32)
            .with(bits as u32)
    }

    fn prepare(self, protocol: u8, ttl: u8, packet: &mut [u8]) {
        packet[..8].copy_from_slice(&[0x60, 0, 0, 0, 0, 0, protocol, ttl]);
        packet[8..24].copy_from_slice(&self.octets());
        packet[24..40].fill(0);
    }

    fn stamp(target: Self, length: usize, packet: &mut [u8]) -> (Self, &mut [u8]) {
        let (header, body) = packet.split_first_chunk_mut::<40>().expect("a header fits the frame");
        header[4..6].copy_from_slice(&(length as u16).to_be_bytes());
        header[24..].copy_from_slice(&target.octets());
        (octets(header, 8).into(), body)
    }

    /// With a header between the IP header and ours it is no answer to a probe of ours: nothing of that kind is read.
    fn read(packet: &[u8]) -> Option<Packet<'_, Self>> {
        let (header, rest) = packet.split_first_chunk::<40>()?;
        if header[0] >> 4 != 6 {
            return None;
        }
        Some(Packet {
            source: octets(header, 8).into(),
            target: octets(header, 24).into(),
            ttl: header[7],
            protocol: header[6],
            body: rest.get(..usize::from(u16::from_be_bytes([header[4], header[5]])))?,
        })
    }

    fn read_quoted(quote: &[u8]) -> Option<Quoted<'_, Self>> {
        let (header, body) = quote.split_first_chunk::<40>()?;
        if header[0] >> 4 != 6 {
            return None;
        }
        let (source, target) = (octets(header, 8).into(), octets(header, 24).into());
        Some(Quoted { source, target, protocol: header[6], body })
    }

    fn is_error(kind: u8, _code: u8) -> bool {
        matches!(kind, 1 | 3 | 4)
    }

    fn icmp_sum(ours: Self, theirs: Self, length: usize) -> Sum {
        pseudo_header(ours, theirs, Self::ICMP, length)
    }
}

/// The header's length by the first byte of an IPv4 packet.
fn header_length(first: u8) -> Option<usize> {
    let length = usize::from(first & 15) * 4;
    (first >> 4 == 4 && length >= Ipv4Addr::HEADER).then_some(length)
}

/// The bytes of a header from `at` on, which lie within it.
fn octets<const N: usize, const M: usize>(header: &[u8; N], at: usize) -> [u8; M] {
    let mut octets = [0; M];
    octets.copy_from_slice(&header[at..at + M]);
    octets
}

#[cfg(test)]
mod tests {
    use super::*;

    const PACKET: [u8; 24] =
        [0x45, 0, 0, 24, 0, 0, 0x40, 0, 64, 6, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2, 1, 2, 3, 4];

    /// The packet with some bytes in other places, and a right checksum.
    fn changed(changes: &[(usize, u8)]) -> Vec<u8> {
        let mut packet = PACKET.to_vec();
        for (place, value) in changes {
            packet[*place] = *value;
        }
        let length = (usize::from(packet[0] & 15) * 4).min(packet.len());
        let checksum = Sum::of(&packet[..length]).checksum().to_be_bytes();
        packet[10..12].copy_from_slice(&checksum);
        packet
    }

    #[test]
    fn packets_in_order_are_read() {
        let packet = changed(&[]);
        let read = Ipv4Addr::read(&packet).unwrap();
        assert_eq!((read.source, read.target), ([10, 0, 0, 1].into(), [10, 0, 0, 2].into()));
        assert_eq!((read.ttl, read.protocol, read.body), (64, 6, &[1, 2, 3, 4][..]));
        let padded = [&packet[..], &[0; 22]].concat();
        assert_eq!(Ipv4Addr::read(&padded).unwrap().body.len(), 4, "padding is no body");
        let with_options = changed(&[(0, 0x46)]);
        assert_eq!(Ipv4Addr::read(&with_options).unwrap().body.len(), 0, "options are no body");
    }

    #[test]
    fn packets_out_of_order_are_not() {
        for (changes, why) in [
            (&[(0, 0x55)][..], "another version"),
            (&[(0, 0x44)], "a header too short"),
            (&[(0, 0x47)], "a header longer than the packet"),
            (&[(3, 19)], "shorter than its header"),
            (&[(3, 25)], "truncated"),
            (&[(6, 0x20)], "more fragments follow"),
            (&[(7, 1)], "not the first fragment"),
        ] {
            assert!(Ipv4Addr::read(&changed(changes)).is_none(), "{why}");
        }
        let mut packet = changed(&[]);
        packet[8] = 63;
        assert!(Ipv4Addr::read(&packet).is_none(), "a wrong checksum");
    }

    #[test]
    fn only_failures_are_errors() {
        let errors =
            |is_error: fn(u8, u8) -> bool| (0..=255).filter(|kind| is_error(*kind, 1)).collect::<Vec<u8>>();
        assert_eq!(errors(Ipv4Addr::is_error), [3, 11, 12]);
        assert_eq!(errors(Ipv6Addr::is_error), [1, 3, 4]);
        assert!(!Ipv4Addr::is_error(3, 4), "to be cut, which our frames never need");
    }
}
