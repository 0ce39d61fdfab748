//! Probes as frames: what goes out on the wire, and which of our probes a frame that came in answers.
//!
//! A frame is written in two steps. [`Forge::prepare`] writes all of it once per buffer; [`Forge::stamp`] then changes,
//! for each probe, only what differs: addresses, ports, cookie, checksums. Nothing is remembered of a probe that was
//! sent: it carries a keyed cookie, and [`Forge::recognize`] takes a frame for an answer only if the cookie comes back.
//!
//! ```text
//!  prepare ─▶ [ethernet | ip | syn, ack, udp, query | arp, nd] ◀─ stamp ◀─ cookie ◀─ key, addresses, ports, kind
//!  recognize ─▶ ethernet ─▶ ip ─▶ tcp, udp, icmp (query, quoted probe), arp, nd ─▶ cookie again ─▶ Recognition
//! ```
//!
//! There is one file for each kind of probe, but for the requests of ICMP, which differ in numbers alone. What it does not do: send, receive, tell the time, know whom it asked.

mod ack;
mod arp;
mod checksum;
mod cookie;
mod describe;
mod ethernet;
mod icmp;
mod ip;
mod nd;
mod payloads;
mod query;
mod syn;
mod tcp;
#[cfg(test)]
mod tests;
mod udp;

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::ops::RangeInclusive;

use muster_model::{Endpoint, IcmpError, Nature, PortState, Reason, Stack};

pub use describe::describe;
pub use payloads::{MOST_PAYLOAD, Payloads};

use cookie::{Ends, Key, SourcePorts};
use ethernet::Ethernet;
use ip::{Address, Packet};
use query::Query;

use crate::probe::{Attempt, Probe};
use crate::questions::ProbeKind;

/// Writes probes as frames and recognises their answers.
#[derive(Clone, Debug)]
pub struct Forge {
    key: Key,
    ports: SourcePorts,
    ttl: u8,
    payloads: Payloads,
    udp_empty: bool,
}

/// What a user may want of the frames.
#[derive(Clone, Debug)]
pub struct ForgeSettings {
    /// The ports that probes come from. Which one does, follows from the key. From 32 ports on a UDP answer tells which
    /// try it answers; the more there are, the harder one is forged.
    pub source_ports: RangeInclusive<u16>,
    /// The IP time-to-live or hop limit; that of ARP and Neighbour Discovery is not a matter of choice.
    pub ttl: u8,
    /// What UDP probes say.
    pub payloads: Payloads,
    /// Whether a port that has no request of its own may be sent an empty datagram; [`Forge::asks`] follows it.
    pub udp_empty: bool,
}

/// What a link carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Framing {
    /// Ethernet II.
    Ethernet,
    /// IP packets and nothing before them: tun, WireGuard, PPP.
    RawIp,
}

/// Where probes leave this machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Departure {
    /// What the link carries.
    pub framing: Framing,
    /// The link's own hardware address; all zero where it has none.
    pub hardware: [u8; 6],
    /// The address that answers come back to.
    pub source: IpAddr,
}

/// The probe that a frame answers, and what the answer means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Recognition {
    /// Whose probe it was.
    pub endpoint: Endpoint,
    /// How it asked.
    pub kind: ProbeKind,
    /// Which try it was; the first, where [`Forge::tells_attempts`] denies it.
    pub attempt: Attempt,
    /// What Nmap's table makes of it; for the kinds that ask for no port, open means that somebody is there.
    pub state: PortState,
    /// The word for what was seen.
    pub reason: Reason,
    /// How far it settles the matter.
    pub nature: Nature,
    /// The ICMP error, if it was one.
    pub icmp: Option<IcmpError>,
    /// The IP time-to-live or hop limit of the answer; 0 for ARP, which has none.
    pub ttl: u8,
    /// How the sender's TCP shows itself, of a segment.
    pub stack: Option<Stack>,
    /// The hardware address that an ARP or Neighbour Discovery answer gives.
    pub hardware: Option<[u8; 6]>,
}

/// No frame is longer: a datagram with the longest request, over IPv6 on Ethernet.
pub const MOST_FRAME: usize = ethernet::HEADER + <Ipv6Addr as Address>::HEADER + udp::HEADER + MOST_PAYLOAD;

impl Forge {
    /// A forge whose cookies follow from `key`, which nobody else should know.
    pub fn new(key: [u8; 16], settings: ForgeSettings) -> Self {
        let ForgeSettings { source_ports, ttl, payloads, udp_empty } = settings;
        Self { key: Key::new(key), ports: SourcePorts::new(&source_ports), ttl, payloads, udp_empty }
    }

    /// The length of the longest frame of a kind: room enough for any probe of it, whatever the link and the family.
    pub fn longest(&self, kind: ProbeKind) -> usize {
        let body = match kind {
            ProbeKind::Syn => syn::LENGTH,
            ProbeKind::Ack => ack::LENGTH,
            ProbeKind::Udp => udp::HEADER + self.payloads.longest(),
            ProbeKind::Echo | ProbeKind::Timestamp | ProbeKind::AddressMask => Query::LONGEST,
            ProbeKind::Neighbor => nd::LENGTH,
        };
        ethernet::HEADER + <Ipv6Addr as Address>::HEADER + body
    }

    /// Whether there is something to ask the port: always but for a UDP port that has no request, where an empty
    /// datagram is not wanted. Who makes the plan leaves such ports out; `stamp` would send them an empty datagram.
    pub fn asks(&self, kind: ProbeKind, port: u16) -> bool {
        kind != ProbeKind::Udp || self.udp_empty || self.payloads.at(port).is_some()
    }

    /// The port that a probe from the address `source` comes from, if it is of TCP or UDP and the target of the same
    /// family.
    pub fn source_port(&self, probe: &Probe, source: IpAddr) -> Option<u16> {
        match (source, probe.endpoint.address) {
            _ if !matches!(probe.kind, ProbeKind::Syn | ProbeKind::Ack | ProbeKind::Udp) => None,
            (IpAddr::V4(ours), IpAddr::V4(theirs)) => Some(self.port_between(probe, ours, theirs)),
            (IpAddr::V6(ours), IpAddr::V6(theirs)) => Some(self.port_between(probe, ours, theirs)),
            _ => None,
        }
    }

    /// Whether the answers to a kind of probe say which attempt they answer: ARP and Neighbour Discovery have no room for
    /// it, nor has UDP with fewer than 32 source ports.
    pub fn tells_attempts(&self, kind: ProbeKind) -> bool {
        match kind {
            ProbeKind::Neighbor => false,
            ProbeKind::Udp => self.ports.tells_attempts(),
            _ => true,
        }
    }

    /// Writes a whole frame, all but what differs from probe to probe; its length. It is 0, and nothing is written, for
    /// [`ProbeKind::Neighbor`] on a link without hardware addresses.
    ///
    /// # Panics
    /// If `frame` is shorter than [`longest`](Self::longest) of the kind.
    pub fn prepare(&self, kind: ProbeKind, departure: &Departure, frame: &mut [u8]) -> usize {
        let (link, packet) = match (kind, departure.framing, departure.source) {
            (ProbeKind::Neighbor, Framing::RawIp, _) => return 0,
            (ProbeKind::Neighbor, _, IpAddr::V4(source)) => return arp::prepare(departure, source, frame),
            (ProbeKind::Neighbor, _, IpAddr::V6(source)) => return nd::prepare(departure, source, frame),
            (_, Framing::RawIp, _) => (0, frame),
            (_, Framing::Ethernet, source) => {
                ethernet::prepare([0; 6], departure.hardware, ethernet::kind_of(source), frame);
                (ethernet::HEADER, &mut frame[ethernet::HEADER..])
            }
        };
        link + match departure.source {
            IpAddr::V4(source) => self.prepare_packet(kind, source, packet),
            IpAddr::V6(source) => self.prepare_packet(kind, source, packet),
        }
    }

    /// Makes a frame that was prepared for the probe's kind, for its address family and for the link the one for
    /// `probe`; its length. `next_hop` is the hardware address of the gateway or of the target itself, and `None` on a
    /// link that carries bare IP; ARP and Neighbour Discovery find their own.
    ///
    /// # Panics
    /// If `frame` is shorter than [`longest`](Self::longest) of the kind.
    pub fn stamp(&self, probe: &Probe, next_hop: Option<[u8; 6]>, frame: &mut [u8]) -> usize {
        let target = probe.endpoint.address;
        let (link, packet) = match (probe.kind, target, next_hop) {
            (ProbeKind::Neighbor, IpAddr::V4(target), _) => return arp::stamp(target, frame),
            (ProbeKind::Neighbor, IpAddr::V6(target), _) => return nd::stamp(target, frame),
            (_, _, Some(next_hop)) => (ethernet::HEADER, ethernet::stamp(next_hop, frame)),
            (_, _, None) => (0, frame),
        };
        link + match target {
            IpAddr::V4(target) => self.stamp_packet(probe, target, packet),
            IpAddr::V6(target) => self.stamp_packet(probe, target, packet),
        }
    }

    /// The probe that a frame answers, if it answers one of ours. Everything foreign, malformed, truncated or forged
    /// gives `None`; so does what a filter before us should have kept away, fragments and packets with further headers
    /// between IP and ours among it.
    pub fn recognize(&self, framing: Framing, frame: &[u8]) -> Option<Recognition> {
        if framing == Framing::RawIp {
            return match frame.first()? >> 4 {
                4 => self.recognize_packet(&Ipv4Addr::read(frame)?),
                6 => self.recognize_packet(&Ipv6Addr::read(frame)?),
                _ => None,
            };
        }
        let frame = Ethernet::read(frame)?;
        match frame.kind {
            ethernet::IPV4 => self.recognize_packet(&Ipv4Addr::read(frame.body)?),
            ethernet::IPV6 => {
                let packet = Ipv6Addr::read(frame.body)?;
                self.recognize_packet(&packet).or_else(|| nd::recognize(&frame, &packet))
            }
            ethernet::ARP => arp::recognize(&frame),
            _ => None,
        }
    }

    fn port_between<A: Address>(&self, probe: &Probe, ours: A, theirs: A) -> u16 {
        let cookie = self.key.cookie(probe.kind, &Ends { ours, theirs, port: probe.endpoint.port });
        self.ports.port(cookie, probe.attempt)
    }

    fn prepare_packet<A: Address>(&self, kind: ProbeKind, source: A, packet: &mut [u8]) -> usize {
        match kind {
            ProbeKind::Syn => syn::prepare(self.ttl, source, packet),
            ProbeKind::Ack => ack::prepare(self.ttl, source, packet),
            ProbeKind::Udp => udp::prepare(self.ttl, source, packet),
            ProbeKind::Echo | ProbeKind::Timestamp | ProbeKind::AddressMask => {
                query::prepare(kind, self.ttl, source, packet)
            }
            ProbeKind::Neighbor => 0,
        }
    }

    fn stamp_packet<A: Address>(&self, probe: &Probe, target: A, packet: &mut [u8]) -> usize {
        match probe.kind {
            ProbeKind::Syn => syn::stamp(self, probe, target, packet),
            ProbeKind::Ack => ack::stamp(self, probe, target, packet),
            ProbeKind::Udp => udp::stamp(self, probe, target, packet),
            ProbeKind::Echo | ProbeKind::Timestamp | ProbeKind::AddressMask => {
                query::stamp(self, probe, target, packet)
            }
            ProbeKind::Neighbor => 0,
        }
    }

    fn recognize_packet<A: Address>(&self, packet: &Packet<'_, A>) -> Option<Recognition> {
        match packet.protocol {
            tcp::PROTOCOL => tcp::recognize(self, packet),
            udp::PROTOCOL => udp::recognize(self, packet),
            protocol if protocol == A::ICMP => icmp::recognize(self, packet),
            _ => None,
        }
    }
}

impl Recognition {
    /// What is known of every answer; the kinds add what they alone know.
    fn new<A: Address>(
        kind: ProbeKind,
        ends: &Ends<A>,
        attempt: Attempt,
        ttl: u8,
        (state, reason): (PortState, Reason),
    ) -> Self {
        let address = ends.theirs.into();
        Self {
            endpoint: Endpoint { address, protocol: kind.protocol(), port: ends.port },
            kind,
            attempt,
            state,
            reason,
            nature: reason.nature(),
            icmp: None,
            ttl,
            stack: None,
            hardware: None,
        }
    }
}
