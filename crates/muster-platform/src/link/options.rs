//! What is wanted of a link.

use std::ops::RangeInclusive;

/// How to open a link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinkOptions {
    /// What is wanted of what arrives.
    pub filter: Filter,
    /// How to send.
    pub sender: SenderChoice,
    /// How much memory for what arrives and has not been received yet, in bytes; rounded down to whole blocks of 16 KiB,
    /// at least two. A block holds some hundred small frames, or what comes in a millisecond if that is less.
    pub ring_bytes: usize,
}

/// What is wanted of what arrives; the kernel drops the rest, and whatever this machine sends.
///
/// Of IPv4, whole packets only; of IPv6, packets without extension headers before TCP, UDP or ICMPv6.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filter {
    /// Destination ports of TCP and UDP.
    pub ports: RangeInclusive<u16>,
    /// Whether ICMP and ICMPv6, with its Neighbour Discovery, is wanted.
    pub icmp: bool,
    /// Whether ARP is wanted; there is none where frames are bare IP packets.
    pub arp: bool,
}

/// Which way to send.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SenderChoice {
    /// AF_XDP where it works, else AF_PACKET.
    #[default]
    Best,
    /// AF_XDP or nothing.
    AfXdp,
    /// AF_PACKET, past the queueing discipline where that can be had.
    AfPacket,
}
