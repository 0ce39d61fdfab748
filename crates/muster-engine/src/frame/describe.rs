//! A frame as one line, in the manner of tcpdump: `10.0.0.1:40000 > 10.0.0.2:2967 tcp SYN seq 12 …`. Reads more than
//! [`Forge::recognize`](super::Forge::recognize), and any bytes; prints nothing of theirs but numbers.

use std::fmt::{self, Display, Formatter};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use muster_model::{IcmpError, Options};

use super::arp::{self, Arp};
use super::ethernet::{self, Ethernet};
use super::ip::{Address, Packet};
use super::nd::{self, Discovery};
use super::tcp::{self, Segment};
use super::{Framing, icmp, udp};

/// A frame as one line, in the manner of tcpdump; for any bytes.
pub fn describe(framing: Framing, frame: &[u8]) -> impl Display {
    Line { framing, frame }
}

struct Line<'a> {
    framing: Framing,
    frame: &'a [u8],
}

impl Display for Line<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self.framing {
            Framing::RawIp => match self.frame.first().map(|first| first >> 4) {
                Some(4) => packet::<Ipv4Addr>(f, self.frame),
                Some(6) => packet::<Ipv6Addr>(f, self.frame),
                _ => malformed(f, "packet", self.frame),
            },
            Framing::Ethernet => match Ethernet::read(self.frame) {
                Some(frame) => ethernet(f, &frame),
                None => malformed(f, "ethernet", self.frame),
            },
        }
    }
}

fn ethernet(f: &mut Formatter<'_>, frame: &Ethernet<'_>) -> fmt::Result {
    match frame.kind {
        ethernet::IPV4 => packet::<Ipv4Addr>(f, frame.body),
        ethernet::IPV6 => packet::<Ipv6Addr>(f, frame.body),
        ethernet::ARP => match Arp::read(frame.body) {
            Some(arp) => resolution(f, &arp),
            None => malformed(f, "arp", frame.body),
        },
        kind => {
            let (source, target) = (Hardware(frame.source), Hardware(frame.target));
            write!(f, "{source} > {target} type {kind:#06x}, {} bytes", frame.body.len())
        }
    }
}

fn resolution(f: &mut Formatter<'_>, arp: &Arp) -> fmt::Result {
    let ((hardware, sender), (_, target)) = (arp.sender, arp.target);
    let hardware = Hardware(hardware);
    match arp.operation {
        arp::REQUEST => write!(f, "arp who has {target}, asks {sender} at {hardware}"),
        arp::REPLY => write!(f, "arp {sender} is at {hardware}, to {target}"),
        other => write!(f, "arp operation {other}, {sender} at {hardware}"),
    }
}

fn packet<A: Address>(f: &mut Formatter<'_>, bytes: &[u8]) -> fmt::Result {
    let Some(packet) = A::read(bytes) else { return malformed(f, "ip", bytes) };
    match packet.protocol {
        tcp::PROTOCOL => segment(f, &packet),
        udp::PROTOCOL => datagram(f, &packet),
        protocol if protocol == A::ICMP => message(f, &packet),
        protocol => {
            ends(f, &packet, None)?;
            write!(f, " protocol {protocol}, {} bytes", packet.body.len())
        }
    }?;
    write!(f, ", ttl {}", packet.ttl)
}

fn segment<A: Address>(f: &mut Formatter<'_>, packet: &Packet<'_, A>) -> fmt::Result {
    let Some(segment) = Segment::read(packet.body) else { return broken(f, packet, "tcp") };
    ends(f, packet, Some((segment.source, segment.target)))?;
    f.write_str(" tcp")?;
    for (_, name) in FLAGS.iter().filter(|(flag, _)| segment.flags & flag != 0) {
        write!(f, " {name}")?;
    }
    let stack = segment.stack();
    write!(f, " seq {} ack {} win {}", segment.sequence, segment.acknowledgment, stack.window)?;
    if let Some(mss) = stack.mss {
        write!(f, " mss {mss}")?;
    }
    if stack.options != Options::default() {
        write!(f, " options {}", stack.options)?;
    }
    Ok(())
}

fn datagram<A: Address>(f: &mut Formatter<'_>, packet: &Packet<'_, A>) -> fmt::Result {
    let Some([s0, s1, t0, t1, ..]) = packet.body.first_chunk::<{ udp::HEADER }>() else {
        return broken(f, packet, "udp");
    };
    ends(f, packet, Some((u16::from_be_bytes([*s0, *s1]), u16::from_be_bytes([*t0, *t1]))))?;
    write!(f, " udp, {} bytes", packet.body.len() - udp::HEADER)
}

fn message<A: Address>(f: &mut Formatter<'_>, packet: &Packet<'_, A>) -> fmt::Result {
    let Some((&[kind, code, _, _, i0, i1, s0, s1], rest)) = packet.body.split_first_chunk() else {
        return broken(f, packet, "icmp");
    };
    ends(f, packet, None)?;
    let found = if A::ICMP == Ipv6Addr::ICMP { Discovery::read(packet.body) } else { None };
    if let Some(query) = A::QUERIES.iter().find(|query| query.types.contains(&kind)) {
        let part = if kind == query.types[0] { "request" } else { "reply" };
        let (identifier, number) = (u16::from_be_bytes([i0, i1]), u16::from_be_bytes([s0, s1]));
        return write!(f, " {} {part} id {identifier} seq {number}, {} bytes", query.name, rest.len());
    }
    if let Some(found) = found {
        return discovery(f, &found);
    }
    if !A::is_error(kind, code) {
        return write!(f, " icmp {kind}/{code}, {} bytes", rest.len());
    }
    let error = IcmpError { kind, code, from: packet.source.into() };
    write!(f, " icmp {} ({kind}/{code}) of ", error.reason())?;
    quotation::<A>(f, packet.body.get(icmp::HEADER..).unwrap_or_default())
}

fn discovery(f: &mut Formatter<'_>, found: &Discovery) -> fmt::Result {
    let target = found.target;
    match (found.kind, found.hardware.map(Hardware)) {
        (nd::ADVERTISEMENT, Some(hardware)) => write!(f, " nd {target} is at {hardware}"),
        (nd::ADVERTISEMENT, None) => write!(f, " nd {target} is here"),
        (_, Some(hardware)) => write!(f, " nd who has {target}, asks {hardware}"),
        (_, None) => write!(f, " nd who has {target}"),
    }
}

fn quotation<A: Address>(f: &mut Formatter<'_>, bytes: &[u8]) -> fmt::Result {
    let Some(quoted) = A::read_quoted(bytes) else { return malformed(f, "ip", bytes) };
    let (source, target) = (quoted.source.into(), quoted.target.into());
    match (quoted.protocol, quoted.body) {
        (tcp::PROTOCOL | udp::PROTOCOL, [s0, s1, t0, t1, ..]) => {
            let source = SocketAddr::new(source, u16::from_be_bytes([*s0, *s1]));
            let target = SocketAddr::new(target, u16::from_be_bytes([*t0, *t1]));
            let name = if quoted.protocol == tcp::PROTOCOL { "tcp" } else { "udp" };
            write!(f, "{source} > {target} {name}")
        }
        (protocol, _) => write!(f, "{source} > {target} protocol {protocol}"),
    }
}

fn ends<A: Address>(f: &mut Formatter<'_>, packet: &Packet<'_, A>, ports: Option<(u16, u16)>) -> fmt::Result {
    let (source, target): (IpAddr, IpAddr) = (packet.source.into(), packet.target.into());
    match ports {
        None => write!(f, "{source} > {target}"),
        Some((from, to)) => write!(f, "{} > {}", SocketAddr::new(source, from), SocketAddr::new(target, to)),
    }
}

fn broken<A: Address>(f: &mut Formatter<'_>, packet: &Packet<'_, A>, what: &str) -> fmt::Result {
    ends(f, packet, None)?;
    f.write_str(" ")?;
    malformed(f, what, packet.body)
}

fn malformed(f: &mut Formatter<'_>, what: &str, bytes: &[u8]) -> fmt::Result {
    write!(f, "malformed {what}, {} bytes", bytes.len())
}

/// Six bytes as people write them.
struct Hardware([u8; 6]);

impl Display for Hardware {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let [a, b, c, d, e, g] = self.0;
        write!(f, "{a:02x}:{b:02x}:{c:02x}:{d:02x}:{e:02x}:{g:02x}")
    }
}

const FLAGS: [(u8, &str); 6] =
    [(tcp::SYN, "SYN"), (tcp::RST, "RST"), (0x01, "FIN"), (0x08, "PSH"), (0x20, "URG"), (tcp::ACK, "ACK")];
