//! Packets that come: answers made from what was sent.

use std::net::Ipv4Addr;

use etherparse::{NetSlice, PacketBuilder, SlicedPacket, TransportSlice};
use muster_engine::ProbeKind;

pub(super) const ROUTER: [u8; 6] = [2, 0, 0, 0, 0, 2];

/// The destination of an IPv4 packet or ARP request; the frame begins with Ethernet unless it begins with IP.
pub(super) fn destination(frame: &[u8]) -> Ipv4Addr {
    let at = match frame {
        _ if is_arp(frame) => 38,
        [0x45, ..] => 16,
        _ => 30,
    };
    Ipv4Addr::from(<[u8; 4]>::try_from(&frame[at..at + 4]).unwrap())
}

pub(super) fn is_arp(frame: &[u8]) -> bool {
    frame[12..14] == [8, 6]
}

/// An answer to an ARP request from this hardware address (RFC 826).
pub(super) fn arp_answer(request: &[u8], hardware: [u8; 6]) -> Vec<u8> {
    let asker = &request[22..32];
    [&asker[..6], &hardware, &request[12..20], &[0, 2], &hardware, &request[38..42], asker].concat()
}

/// Routers answer for themselves.
pub(super) fn router_answers(frame: &[u8]) -> Option<Vec<u8>> {
    let is_router = is_arp(frame) && destination(frame).octets()[3] == 254;
    is_router.then(|| arp_answer(frame, ROUTER))
}

/// What a packet says, turned round: the answers to it.
pub(super) struct Asked {
    ethernet: Option<[[u8; 6]; 2]>,
    packet: Vec<u8>,
    pub(super) to: Ipv4Addr,
    from: Ipv4Addr,
    pub(super) kind: ProbeKind,
    pub(super) port: u16,
    back: u16,
    sequence: u32,
    query: [u8; 4],
}

impl Asked {
    /// `None` for ARP.
    pub(super) fn of(frame: &[u8]) -> Option<Self> {
        let is_bare = frame[0] == 0x45;
        let ethernet = (!is_bare).then(|| [&frame[..6], &frame[6..12]].map(|half| half.try_into().unwrap()));
        let packet = if is_bare { frame } else { &frame[14..] };
        if !is_bare && is_arp(frame) {
            return None;
        }
        let sliced = SlicedPacket::from_ip(packet).unwrap();
        let Some(NetSlice::Ipv4(ip)) = &sliced.net else { panic!("not IPv4") };
        let header = ip.header();
        let mut asked = Self {
            ethernet,
            packet: packet.to_vec(),
            to: header.destination_addr(),
            from: header.source_addr(),
            kind: ProbeKind::Echo,
            port: 0,
            back: 0,
            sequence: 0,
            query: [0; 4],
        };
        match sliced.transport.unwrap() {
            TransportSlice::Tcp(tcp) => {
                asked.kind = if tcp.syn() { ProbeKind::Syn } else { ProbeKind::Ack };
                (asked.port, asked.back) = (tcp.destination_port(), tcp.source_port());
                asked.sequence = if tcp.syn() { tcp.sequence_number() } else { tcp.acknowledgment_number() };
            }
            TransportSlice::Udp(udp) => {
                asked.kind = ProbeKind::Udp;
                (asked.port, asked.back) = (udp.destination_port(), udp.source_port());
            }
            TransportSlice::Icmpv4(icmp) => {
                let kinds = [(13, ProbeKind::Timestamp), (17, ProbeKind::AddressMask)];
                let kind = kinds.into_iter().find(|(number, _)| *number == icmp.slice()[0]);
                asked.kind = kind.map_or(ProbeKind::Echo, |(_, kind)| kind);
                asked.query = icmp.bytes5to8();
            }
            other => panic!("{other:?}"),
        }
        Some(asked)
    }

    /// As if somebody else had been asked the same.
    pub(super) fn by(&self, to: Ipv4Addr) -> Self {
        let mut packet = self.packet.clone();
        packet[16..20].copy_from_slice(&to.octets());
        Self { packet, to, ..*self }
    }

    pub(super) fn syn_ack(&self) -> Vec<u8> {
        let builder = PacketBuilder::ipv4(self.to.octets(), self.from.octets(), 60);
        let builder = builder.tcp(self.port, self.back, 77, 29_200).syn().ack(self.sequence.wrapping_add(1));
        let mut packet = Vec::new();
        builder.write(&mut packet, &[]).unwrap();
        self.framed(packet)
    }

    pub(super) fn reset(&self) -> Vec<u8> {
        let builder = PacketBuilder::ipv4(self.to.octets(), self.from.octets(), 60);
        let mut packet = Vec::new();
        if self.kind == ProbeKind::Ack {
            builder.tcp(self.port, self.back, self.sequence, 0).rst().write(&mut packet, &[]).unwrap();
        } else {
            let builder = builder.tcp(self.port, self.back, 0, 0).rst().ack(self.sequence.wrapping_add(1));
            builder.write(&mut packet, &[]).unwrap();
        }
        self.framed(packet)
    }

    pub(super) fn datagram(&self) -> Vec<u8> {
        let builder = PacketBuilder::ipv4(self.to.octets(), self.from.octets(), 60);
        let mut packet = Vec::new();
        builder.udp(self.port, self.back).write(&mut packet, b"yes").unwrap();
        self.framed(packet)
    }

    pub(super) fn echo_reply(&self) -> Vec<u8> {
        self.reply_of_type(0)
    }

    /// Says the same again: of a request for the time or the mask, as if both were zero.
    pub(super) fn reply_of_type(&self, kind: u8) -> Vec<u8> {
        let builder = PacketBuilder::ipv4(self.to.octets(), self.from.octets(), 60);
        let mut packet = Vec::new();
        builder.icmpv4_raw(kind, 0, self.query).write(&mut packet, &self.packet[28..]).unwrap();
        self.framed(packet)
    }

    /// "Destination unreachable" with this code, from `by`, quoting the whole probe.
    pub(super) fn unreachable(&self, code: u8, by: Ipv4Addr) -> Vec<u8> {
        let builder = PacketBuilder::ipv4(by.octets(), self.from.octets(), 60);
        let mut packet = Vec::new();
        builder.icmpv4_raw(3, code, [0; 4]).write(&mut packet, &self.packet).unwrap();
        self.framed(packet)
    }

    fn framed(&self, packet: Vec<u8>) -> Vec<u8> {
        match self.ethernet {
            Some([to, from]) => [&from[..], &to, &[8, 0], &packet].concat(),
            None => packet,
        }
    }
}
