//! Frames as lines.

use super::*;

#[test]
fn frames_become_lines() {
    let forge = forge();
    let lines: Vec<String> =
        frames(&forge).iter().map(|(framing, frame)| describe(*framing, frame).to_string()).collect();
    assert_eq!(lines.join("\n"), LINES.join("\n"));
}

fn frames(forge: &Forge) -> Vec<(Framing, Vec<u8>)> {
    let ip = |packet| (Framing::RawIp, packet);
    let of = |family, kind| Arrived::of(forge, family, kind, 53, SECOND);
    let probes = of_families().map(|(family, kind)| ip(of(family, kind).packet));
    let mut frames: Vec<_> = probes.collect();
    let (syn, udp, echo) = (of(0, ProbeKind::Syn), of(0, ProbeKind::Udp), of(0, ProbeKind::Echo));
    let other = of(1, ProbeKind::Udp);
    frames.extend([
        ip(syn.syn_ack(syn.numbers.0 + 1)),
        ip(syn.reset_ack(syn.numbers.0 + 1)),
        ip(udp.datagram()),
        ip(echo.echo()),
        ip(of(0, ProbeKind::Timestamp).timestamp()),
        ip(of(0, ProbeKind::AddressMask).address_mask()),
        ip(udp.error(udp.target, (3, 3), 8)),
        ip(other.error(other.target, (1, 4), 8)),
        ip(echo.error(echo.target, (3, 1), 8)),
        ip(quoting(echo.target, echo.source, (3, 1), &[0x45])),
        ip(quoting(echo.target, echo.source, (10, 0), &[])),
        (Framing::Ethernet, arp_reply()),
        (Framing::Ethernet, advertisement(ADDRESSES[1].1, 0x60, &[2, 1, 2, 0, 0, 0, 0, 9], 255)),
        (Framing::Ethernet, advertisement(ADDRESSES[1].1, 0x60, &[], 255)),
    ]);
    for (source, target) in ADDRESSES {
        let probe = probe(ProbeKind::Neighbor, target.parse().unwrap(), 0, SECOND);
        let departure = departure(Framing::Ethernet, source.parse().unwrap());
        frames.push((Framing::Ethernet, stamped(forge, &probe, &departure)));
    }
    let mut igmp = udp.packet.clone();
    igmp[9] = 2;
    let checksum = checksum::Sum::of(&[&igmp[..10], &[0, 0], &igmp[12..20]].concat()).checksum();
    igmp[10..12].copy_from_slice(&checksum.to_be_bytes());
    frames.push(ip(igmp));
    frames.push((Framing::Ethernet, [&OUR_HARDWARE[..], &THEIR_HARDWARE, &[0x88, 0xcc, 1, 2, 3]].concat()));
    frames.push((Framing::Ethernet, vec![1, 2, 3]));
    frames.push(ip(vec![0x50]));
    frames.push(ip(vec![0x45]));
    frames
}

const LINES: [&str; 31] = [
    "10.77.0.1:50123 > 10.77.3.4:53 tcp SYN seq 2514212822 ack 0 win 64240 mss 1460 options MSTNW, ttl 64",
    "10.77.0.1:49160 > 10.77.3.4:53 tcp ACK seq 2424118766 ack 2424118766 win 502, ttl 64",
    "10.77.0.1:48470 > 10.77.3.4:53 udp, 3 bytes, ttl 64",
    "10.77.0.1 > 10.77.3.4 echo request id 35590 seq 38338, 8 bytes, ttl 64",
    "10.77.0.1 > 10.77.3.4 timestamp request id 64923 seq 38399, 12 bytes, ttl 64",
    "10.77.0.1 > 10.77.3.4 address mask request id 44169 seq 37010, 4 bytes, ttl 64",
    "[fd00:77::1]:46154 > [fd00:77::3:4]:53 tcp SYN seq 2510905254 ack 0 win 64240 mss 1440 options MSTNW, ttl 64",
    "[fd00:77::1]:42769 > [fd00:77::3:4]:53 tcp ACK seq 2505217618 ack 2505217618 win 502, ttl 64",
    "[fd00:77::1]:46559 > [fd00:77::3:4]:53 udp, 3 bytes, ttl 64",
    "fd00:77::1 > fd00:77::3:4 echo request id 15089 seq 38158, 8 bytes, ttl 64",
    "10.77.3.4:53 > 10.77.0.1:50123 tcp SYN ACK seq 99 ack 2514212823 win 8192 mss 1460 options MNWNNS, ttl 55",
    "10.77.3.4:53 > 10.77.0.1:50123 tcp RST ACK seq 0 ack 2514212823 win 8192, ttl 55",
    "10.77.3.4:53 > 10.77.0.1:48470 udp, 4 bytes, ttl 55",
    "10.77.3.4 > 10.77.0.1 echo reply id 35590 seq 38338, 8 bytes, ttl 55",
    "10.77.3.4 > 10.77.0.1 timestamp reply id 64923 seq 38399, 12 bytes, ttl 55",
    "10.77.3.4 > 10.77.0.1 address mask reply id 44169 seq 37010, 4 bytes, ttl 55",
    "10.77.3.4 > 10.77.0.1 icmp port-unreach (3/3) of 10.77.0.1:48470 > 10.77.3.4:53 udp, ttl 55",
    "fd00:77::3:4 > fd00:77::1 icmp port-unreach (1/4) of [fd00:77::1]:46559 > [fd00:77::3:4]:53 udp, ttl 55",
    "10.77.3.4 > 10.77.0.1 icmp host-unreach (3/1) of 10.77.0.1 > 10.77.3.4 protocol 1, ttl 55",
    "10.77.3.4 > 10.77.0.1 icmp host-unreach (3/1) of malformed ip, 1 bytes, ttl 55",
    "10.77.3.4 > 10.77.0.1 icmp 10/0, 0 bytes, ttl 55",
    "arp 10.77.3.4 is at 02:00:00:00:00:02, to 10.77.0.1",
    "fd00:77::3:4 > fd00:77::1 nd fd00:77::3:4 is at 02:00:00:00:00:09, ttl 255",
    "fd00:77::3:4 > fd00:77::1 nd fd00:77::3:4 is here, ttl 255",
    "arp who has 10.77.3.4, asks 10.77.0.1 at 02:00:00:00:00:01",
    "fd00:77::1 > ff02::1:ff03:4 nd who has fd00:77::3:4, asks 02:00:00:00:00:01, ttl 255",
    "10.77.0.1 > 10.77.3.4 protocol 2, 11 bytes, ttl 64",
    "02:00:00:00:00:02 > 02:00:00:00:00:01 type 0x88cc, 3 bytes",
    "malformed ethernet, 3 bytes",
    "malformed packet, 1 bytes",
    "malformed ip, 1 bytes",
];
