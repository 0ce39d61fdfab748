//! Whole frames, held against an implementation that is not ours: etherparse reads our probes and writes the answers.

mod answers;
mod errors;
mod hostile;
mod lines;
mod probes;

use std::net::IpAddr;

use etherparse::{IpHeaders, Ipv4Header, Ipv6Header, PacketBuilder, PacketBuilderStep};
use muster_model::{Endpoint, Instant};

use super::*;
use crate::probe::Purpose;

const OUR_HARDWARE: [u8; 6] = [0x02, 0, 0, 0, 0, 0x01];
const THEIR_HARDWARE: [u8; 6] = [0x02, 0, 0, 0, 0, 0x02];
const ADDRESSES: [(&str, &str); 2] = [("10.77.0.1", "10.77.3.4"), ("fd00:77::1", "fd00:77::3:4")];
/// The kinds that travel in IP packets.
const IP_KINDS: [ProbeKind; 6] = [
    ProbeKind::Syn,
    ProbeKind::Ack,
    ProbeKind::Udp,
    ProbeKind::Echo,
    ProbeKind::Timestamp,
    ProbeKind::AddressMask,
];
const FRAMINGS: [Framing; 2] = [Framing::Ethernet, Framing::RawIp];
const SECOND: Attempt = Attempt { round: 2, purpose: Purpose::Control };

/// The families, by the numbers of their addresses, with the kinds that each has.
fn of_families() -> impl Iterator<Item = (usize, ProbeKind)> {
    let kinds = |family| IP_KINDS.into_iter().map(move |kind| (family, kind));
    [0, 1].into_iter().flat_map(kinds).filter(|(family, kind)| kind.is_of_family(*family == 0))
}

fn forge() -> Forge {
    forge_of(7, 40_000..=56_383)
}

fn forge_of(key: u8, source_ports: RangeInclusive<u16>) -> Forge {
    let payloads = [(53, b"abc".to_vec()), (123, vec![0x23; 48])].into_iter().collect();
    Forge::new([key; 16], ForgeSettings { source_ports, ttl: 64, payloads, udp_empty: true })
}

fn probe(kind: ProbeKind, address: IpAddr, port: u16, attempt: Attempt) -> Probe {
    let port = if has_port(kind) { port } else { 0 };
    Probe {
        endpoint: Endpoint { address, protocol: kind.protocol(), port },
        kind,
        attempt,
        expires: Instant::NEVER,
    }
}

fn has_port(kind: ProbeKind) -> bool {
    matches!(kind, ProbeKind::Syn | ProbeKind::Ack | ProbeKind::Udp)
}

fn departure(framing: Framing, source: IpAddr) -> Departure {
    Departure { framing, hardware: OUR_HARDWARE, source }
}

/// The probe as a frame, in a buffer that held something else before.
fn stamped(forge: &Forge, probe: &Probe, departure: &Departure) -> Vec<u8> {
    let mut frame = vec![0xa5; forge.longest(probe.kind)];
    let prepared = forge.prepare(probe.kind, departure, &mut frame);
    let next_hop = (departure.framing == Framing::Ethernet).then_some(THEIR_HARDWARE);
    let length = forge.stamp(probe, next_hop, &mut frame);
    assert!(length >= prepared, "{length} {prepared}");
    frame.truncate(length);
    frame
}

/// A probe that has arrived, as far as whoever answers it needs to know.
struct Arrived {
    packet: Vec<u8>,
    source: IpAddr,
    target: IpAddr,
    ports: (u16, u16),
    /// The numbers of TCP, the identifier and the number of ICMP.
    numbers: (u32, u32),
    said: Vec<u8>,
}

impl Arrived {
    /// Between the addresses of the family with this number.
    fn of(forge: &Forge, family: usize, kind: ProbeKind, port: u16, attempt: Attempt) -> Self {
        let (source, target) = ADDRESSES[family];
        let (source, target) = (source.parse().unwrap(), target.parse().unwrap());
        let probe = probe(kind, target, port, attempt);
        let packet = stamped(forge, &probe, &departure(Framing::RawIp, source));
        let body = packet[if source.is_ipv4() { 20 } else { 40 }..].to_vec();
        let half = |at: usize| u16::from_be_bytes([body[at], body[at + 1]]);
        let word = |at: usize| u32::from(half(at)) << 16 | u32::from(half(at + 2));
        let numbers = match kind {
            ProbeKind::Syn | ProbeKind::Ack => (word(4), word(8)),
            _ => (u32::from(half(4)), u32::from(half(6))),
        };
        Self { ports: (half(0), half(2)), numbers, said: body[8..].to_vec(), source, target, packet }
    }

    /// The beginning of a packet back to us.
    fn reply(&self) -> PacketBuilderStep<IpHeaders> {
        packet(self.target, self.source)
    }

    fn tcp(&self, sequence: u32) -> PacketBuilderStep<etherparse::TcpHeader> {
        self.reply().tcp(self.ports.1, self.ports.0, sequence, 8192)
    }

    /// A SYN-ACK as Windows sends it.
    fn syn_ack(&self, acknowledgment: u32) -> Vec<u8> {
        let options = [2, 4, 5, 0xb4, 1, 3, 3, 8, 1, 1, 4, 2];
        let step = self.tcp(99).syn().ack(acknowledgment).options_raw(&options).unwrap();
        written(|bytes| step.write(bytes, &[]).unwrap())
    }

    fn reset(&self, sequence: u32) -> Vec<u8> {
        written(|bytes| self.tcp(sequence).rst().write(bytes, &[]).unwrap())
    }

    fn reset_ack(&self, acknowledgment: u32) -> Vec<u8> {
        written(|bytes| self.tcp(0).rst().ack(acknowledgment).write(bytes, &[]).unwrap())
    }

    fn split(&self) -> Vec<u8> {
        written(|bytes| self.tcp(99).syn().write(bytes, &[]).unwrap())
    }

    fn datagram(&self) -> Vec<u8> {
        written(|bytes| self.reply().udp(self.ports.1, self.ports.0).write(bytes, b"here").unwrap())
    }

    fn echo(&self) -> Vec<u8> {
        let (identifier, number) = (self.numbers.0 as u16, self.numbers.1 as u16);
        match self.source {
            IpAddr::V4(_) => {
                let step = self.reply().icmpv4_echo_reply(identifier, number);
                written(|bytes| step.write(bytes, &self.said).unwrap())
            }
            IpAddr::V6(_) => {
                let step = self.reply().icmpv6_echo_reply(identifier, number);
                written(|bytes| step.write(bytes, &self.said).unwrap())
            }
        }
    }

    /// What Linux answers to a request for the time, and a router to one for its mask.
    fn reply_of_type(&self, kind: u8, said: &[u8]) -> Vec<u8> {
        let number = (self.numbers.0 << 16 | self.numbers.1).to_be_bytes();
        let step = self.reply().icmpv4_raw(kind, 0, number);
        written(|bytes| step.write(bytes, said).unwrap())
    }

    fn timestamp(&self) -> Vec<u8> {
        let (sent, _) = self.said.split_at(4);
        self.reply_of_type(14, &[sent, &[4, 5, 0xb5, 0x15, 4, 5, 0xb5, 0x15]].concat())
    }

    fn address_mask(&self) -> Vec<u8> {
        self.reply_of_type(18, &[255, 255, 255, 0])
    }

    /// An ICMP error from somebody, with so many bytes of the probe's own header.
    fn error(&self, from: IpAddr, (kind, code): (u8, u8), bytes: usize) -> Vec<u8> {
        let quoted = if from.is_ipv4() { 20 } else { 40 } + bytes;
        quoting(from, self.source, (kind, code), &self.packet[..quoted])
    }

    /// The usual answer of a living host.
    fn answer(&self, kind: ProbeKind) -> Vec<u8> {
        match kind {
            ProbeKind::Syn => self.syn_ack(self.numbers.0 + 1),
            ProbeKind::Ack => self.reset(self.numbers.1),
            ProbeKind::Udp => self.datagram(),
            ProbeKind::Echo => self.echo(),
            ProbeKind::Timestamp => self.timestamp(),
            ProbeKind::AddressMask => self.address_mask(),
            ProbeKind::Neighbor => unreachable!("travels in no packet of its own"),
        }
    }
}

fn quoting(from: IpAddr, to: IpAddr, (kind, code): (u8, u8), quoted: &[u8]) -> Vec<u8> {
    match from {
        IpAddr::V4(_) => {
            let step = packet(from, to).icmpv4_raw(kind, code, [0; 4]);
            written(|bytes| step.write(bytes, quoted).unwrap())
        }
        IpAddr::V6(_) => {
            let step = packet(from, to).icmpv6_raw(kind, code, [0; 4]);
            written(|bytes| step.write(bytes, quoted).unwrap())
        }
    }
}

/// A packet that has come nine hops.
fn packet(from: IpAddr, to: IpAddr) -> PacketBuilderStep<IpHeaders> {
    PacketBuilder::ip(match (from, to) {
        (IpAddr::V4(from), IpAddr::V4(to)) => {
            let protocol = etherparse::ip_number::TCP;
            let header = Ipv4Header::new(0, 55, protocol, from.octets(), to.octets()).unwrap();
            IpHeaders::Ipv4(header, Default::default())
        }
        (IpAddr::V6(from), IpAddr::V6(to)) => {
            let (source, destination) = (from.octets(), to.octets());
            let header = Ipv6Header { source, destination, hop_limit: 55, ..Default::default() };
            IpHeaders::Ipv6(header, Default::default())
        }
        _ => panic!("two families"),
    })
}

fn written(write: impl FnOnce(&mut Vec<u8>)) -> Vec<u8> {
    let mut bytes = Vec::new();
    write(&mut bytes);
    bytes
}

/// The packet as a frame to us.
fn framed(framing: Framing, packet: &[u8]) -> Vec<u8> {
    let kind: &[u8] = if packet[0] >> 4 == 4 { &[8, 0] } else { &[0x86, 0xdd] };
    match framing {
        Framing::Ethernet => [&OUR_HARDWARE[..], &THEIR_HARDWARE, kind, packet].concat(),
        Framing::RawIp => packet.to_vec(),
    }
}

/// A reply to an ARP request.
fn arp_reply() -> Vec<u8> {
    let head = [0, 1, 8, 0, 6, 4, 0, 2];
    let message = [&head[..], &THEIR_HARDWARE, &[10, 77, 3, 4], &OUR_HARDWARE, &[10, 77, 0, 1]].concat();
    [&OUR_HARDWARE[..], &THEIR_HARDWARE, &[8, 6], &message].concat()
}

/// An advertisement with these flags and options about an address, by way of so many hops.
fn advertisement(target: &str, flags: u8, options: &[u8], hop_limit: u8) -> Vec<u8> {
    let (ours, theirs) = ADDRESSES[1];
    let about = target.parse::<Ipv6Addr>().unwrap().octets();
    let step = packet(theirs.parse().unwrap(), ours.parse().unwrap()).icmpv6_raw(136, 0, [flags, 0, 0, 0]);
    let mut packet = written(|bytes| step.write(bytes, &[&about, options].concat()).unwrap());
    packet[7] = hop_limit;
    framed(Framing::Ethernet, &packet)
}
