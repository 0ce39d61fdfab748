//! Probes as they go out.

use etherparse::{
    NetHeaders, PacketHeaders, SlicedPacket, TcpOptionElement, TransportHeader, TransportSlice,
};
use proptest::prelude::*;

use super::*;

/// The frame between the addresses of a family, of the second round's control.
fn frame(kind: ProbeKind, family: usize, framing: Framing) -> Vec<u8> {
    let (source, target) = ADDRESSES[family];
    let probe = probe(kind, target.parse().unwrap(), 53, SECOND);
    stamped(&forge(), &probe, &departure(framing, source.parse().unwrap()))
}

#[test]
fn frames_are_these_bytes() {
    for (kind, family, expected) in GOLDEN {
        let expected: String = expected.split_whitespace().collect();
        let hex: String =
            frame(kind, family, Framing::Ethernet).iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(hex, expected, "{kind:?} {family}");
    }
}

#[test]
fn a_link_of_bare_ip_carries_the_same_packet() {
    for (family, kind) in of_families() {
        let ethernet = frame(kind, family, Framing::Ethernet);
        assert_eq!(ethernet[14..], frame(kind, family, Framing::RawIp), "{kind:?} {family}");
    }
    let source = "10.77.0.1".parse().unwrap();
    let mut untouched = [0xa5; 128];
    assert_eq!(forge().prepare(ProbeKind::Neighbor, &departure(Framing::RawIp, source), &mut untouched), 0);
    for kind in [ProbeKind::Timestamp, ProbeKind::AddressMask] {
        let departure = departure(Framing::RawIp, "fd00:77::1".parse().unwrap());
        assert_eq!(forge().prepare(kind, &departure, &mut untouched), 0, "ICMPv6 has none");
    }
    assert_eq!(untouched, [0xa5; 128]);
}

#[test]
fn ethernet_and_ip_say_what_was_wanted() {
    for (family, kind) in of_families() {
        let bytes = frame(kind, family, Framing::Ethernet);
        let read = PacketHeaders::from_ethernet_slice(&bytes).unwrap();
        let link = read.link.unwrap().ethernet2().unwrap();
        assert_eq!((link.source, link.destination), (OUR_HARDWARE, THEIR_HARDWARE));
        let (source, target) = ADDRESSES[family];
        match read.net.unwrap() {
            NetHeaders::Ipv4(ip, _) => {
                assert_eq!((ip.time_to_live, ip.dont_fragment, ip.identification), (64, true, 0));
                assert_eq!(ip.header_checksum, ip.calc_header_checksum());
                assert_eq!(usize::from(ip.total_len), bytes.len() - 14);
                assert_eq!(Ipv4Addr::from(ip.source).to_string(), source);
                assert_eq!(Ipv4Addr::from(ip.destination).to_string(), target);
            }
            NetHeaders::Ipv6(ip, _) => {
                assert_eq!((ip.hop_limit, ip.traffic_class, ip.flow_label.value()), (64, 0, 0));
                assert_eq!(usize::from(ip.payload_length), bytes.len() - 54);
                assert_eq!(Ipv6Addr::from(ip.source).to_string(), source);
                assert_eq!(Ipv6Addr::from(ip.destination).to_string(), target);
            }
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn a_syn_looks_like_one_of_linux() {
    for (family, mss) in [(0, 1460), (1, 1440)] {
        let bytes = frame(ProbeKind::Syn, family, Framing::Ethernet);
        let read = PacketHeaders::from_ethernet_slice(&bytes).unwrap();
        let tcp = read.transport.unwrap().tcp().unwrap();
        assert!(tcp.syn && !tcp.ack && !tcp.rst && !tcp.fin && !tcp.psh && !tcp.urg && !tcp.ece && !tcp.cwr);
        assert_eq!((tcp.window_size, tcp.destination_port, tcp.acknowledgment_number), (64_240, 53, 0));
        assert!((40_000..56_384).contains(&tcp.source_port));
        assert_eq!(tcp.sequence_number >> 27, 0b10010, "the second round's control");
        assert_eq!(tcp.sequence_number & 1, 0);
        let options: Vec<_> = tcp.options_iterator().map(Result::unwrap).collect();
        let [TcpOptionElement::MaximumSegmentSize(size), .., TcpOptionElement::WindowScale(7)] = options[..]
        else {
            panic!("{options:?}")
        };
        assert!(matches!(options[1], TcpOptionElement::SelectiveAcknowledgementPermitted));
        assert!(matches!(options[2], TcpOptionElement::Timestamp(_, 0)));
        assert!(matches!(options[3], TcpOptionElement::Noop));
        assert_eq!((size, options.len()), (mss, 5));
    }
    assert_eq!(frame(ProbeKind::Syn, 0, Framing::Ethernet).len(), 74);
}

#[test]
fn an_acknowledgement_carries_its_number_twice() {
    let bytes = frame(ProbeKind::Ack, 0, Framing::Ethernet);
    let tcp = PacketHeaders::from_ethernet_slice(&bytes).unwrap().transport.unwrap().tcp().unwrap();
    assert!(tcp.ack && !tcp.syn && !tcp.rst && !tcp.psh && !tcp.fin);
    assert_eq!((tcp.sequence_number, tcp.header_len()), (tcp.acknowledgment_number, 20));
}

#[test]
fn datagrams_say_what_belongs_to_the_port() {
    let forge = forge();
    let (source, target) = ADDRESSES[0];
    let (departure, target) = (departure(Framing::RawIp, source.parse().unwrap()), target.parse().unwrap());
    let mut frame = vec![0xa5; forge.longest(ProbeKind::Udp)];
    forge.prepare(ProbeKind::Udp, &departure, &mut frame);
    for (port, said) in [(53, &b"abc"[..]), (53, b"abc"), (123, &[0x23; 48]), (2967, b""), (53, b"abc")] {
        let length = forge.stamp(&probe(ProbeKind::Udp, target, port, SECOND), None, &mut frame);
        let read = SlicedPacket::from_ip(&frame[..length]).unwrap();
        let Some(TransportSlice::Udp(udp)) = read.transport else { panic!("no datagram") };
        assert_eq!((udp.destination_port(), udp.payload()), (port, said));
    }
    let asks = |udp_empty| {
        let settings =
            ForgeSettings { source_ports: 1..=1, ttl: 1, payloads: forge.payloads.clone(), udp_empty };
        let forge = Forge::new([0; 16], settings);
        [(ProbeKind::Udp, 53), (ProbeKind::Udp, 54), (ProbeKind::Syn, 54)]
            .map(|(kind, port)| forge.asks(kind, port))
    };
    assert_eq!((asks(false), asks(true)), ([true, false, true], [true; 3]));
}

/// Zero in the place of a checksum says that there is none (RFC 768), which IPv6 forbids (RFC 8200 section 8.1).
#[test]
fn no_datagram_goes_without_a_checksum() {
    let forge = forge();
    for (family, (source, target)) in ADDRESSES.into_iter().enumerate() {
        let mut frame = vec![0; forge.longest(ProbeKind::Udp)];
        forge.prepare(ProbeKind::Udp, &departure(Framing::RawIp, source.parse().unwrap()), &mut frame);
        let (place, target) = ([26, 46][family], target.parse().unwrap());
        let checksums = (1..=u16::MAX).flat_map(|port| [(port, 1), (port, 2), (port, 3), (port, 4)]);
        let checksums = checksums.map(|(port, round)| {
            let attempt = Attempt { round, purpose: Purpose::Target };
            forge.stamp(&probe(ProbeKind::Udp, target, port, attempt), None, &mut frame);
            u16::from_be_bytes([frame[place], frame[place + 1]])
        });
        let (zeros, ones) = checksums.fold((0, 0), |(zeros, ones), checksum| {
            (zeros + u32::from(checksum == 0), ones + u32::from(checksum == u16::MAX))
        });
        assert!(zeros == 0 && ones > 0, "{zeros} without, {ones} of all ones");
    }
}

/// RFC 792 and RFC 950: only what comes back says something, and no time of day is claimed.
#[test]
fn requests_of_icmp_are_standard_ones() {
    for (kind, number, length) in [(ProbeKind::Timestamp, 13, 20), (ProbeKind::AddressMask, 17, 12)] {
        let packet = frame(kind, 0, Framing::RawIp);
        let message = &packet[20..];
        assert_eq!((message.len(), message[..2].to_vec()), (length, vec![number, 0]));
        assert_eq!(message[6] >> 3, 0b10010, "the second round's control");
        let (said, empty) = message[8..].split_at(if kind == ProbeKind::Timestamp { 4 } else { 0 });
        assert!(said.first().is_none_or(|first| first >> 7 == 1) && empty.iter().all(|byte| *byte == 0));
    }
}

#[test]
fn the_port_of_a_probe_is_known_beforehand() {
    let forge = forge();
    for (family, kind) in of_families() {
        let arrived = Arrived::of(&forge, family, kind, 53, SECOND);
        let probe = probe(kind, arrived.target, 53, SECOND);
        let expected = has_port(kind).then_some(arrived.ports.0);
        assert_eq!(forge.source_port(&probe, arrived.source), expected);
        assert_eq!(forge.source_port(&probe, ADDRESSES[1 - family].0.parse().unwrap()), None);
    }
}

#[test]
fn an_arp_request_is_a_standard_one() {
    let (source, target) = ADDRESSES[0];
    let probe = probe(ProbeKind::Neighbor, target.parse().unwrap(), 0, SECOND);
    let bytes = stamped(&forge(), &probe, &departure(Framing::Ethernet, source.parse().unwrap()));
    let read = PacketHeaders::from_ethernet_slice(&bytes).unwrap();
    assert_eq!(read.link.unwrap().ethernet2().unwrap().destination, [0xff; 6]);
    let Some(NetHeaders::Arp(arp)) = read.net else { panic!("no ARP") };
    let arp = arp.try_eth_ipv4().unwrap();
    assert_eq!(arp.operation, etherparse::ArpOperation::REQUEST);
    assert_eq!((arp.sender_mac, arp.target_mac), (OUR_HARDWARE, [0; 6]));
    assert_eq!((arp.sender_ipv4, arp.target_ipv4), ([10, 77, 0, 1], [10, 77, 3, 4]));
    assert_eq!(bytes.len(), 42);
}

#[test]
fn a_solicitation_goes_to_the_group_of_its_target() {
    let (source, target) = ADDRESSES[1];
    let probe = probe(ProbeKind::Neighbor, target.parse().unwrap(), 0, SECOND);
    let bytes = stamped(&forge(), &probe, &departure(Framing::Ethernet, source.parse().unwrap()));
    let read = PacketHeaders::from_ethernet_slice(&bytes).unwrap();
    assert_eq!(read.link.unwrap().ethernet2().unwrap().destination, [0x33, 0x33, 0xff, 3, 0, 4]);
    let Some(NetHeaders::Ipv6(ip, _)) = read.net else { panic!("no IPv6") };
    assert_eq!(ip.hop_limit, 255);
    assert_eq!(Ipv6Addr::from(ip.destination).to_string(), "ff02::1:ff03:4");
    let option = [&[1, 1][..], &OUR_HARDWARE].concat();
    let target = target.parse::<Ipv6Addr>().unwrap().octets();
    assert_eq!(bytes[54..58], [135, 0, bytes[56], bytes[57]]);
    assert_eq!(bytes[58..], [&[0; 4], &target[..], &option].concat());
    assert!(checksums_are_right(&bytes));
}

/// Of every header that has one.
fn checksums_are_right(frame: &[u8]) -> bool {
    let read = PacketHeaders::from_ethernet_slice(frame).unwrap();
    let said = read.payload.slice();
    match (read.net.unwrap(), read.transport.unwrap()) {
        (NetHeaders::Ipv4(ip, _), transport) => {
            let right = match transport {
                TransportHeader::Tcp(tcp) => tcp.checksum == tcp.calc_checksum_ipv4(&ip, said).unwrap(),
                TransportHeader::Udp(udp) => udp.checksum == udp.calc_checksum_ipv4(&ip, said).unwrap(),
                TransportHeader::Icmpv4(icmp) => icmp.checksum == icmp.icmp_type.calc_checksum(said),
                other => panic!("{other:?}"),
            };
            right && ip.header_checksum == ip.calc_header_checksum()
        }
        (NetHeaders::Ipv6(ip, _), transport) => match transport {
            TransportHeader::Tcp(tcp) => tcp.checksum == tcp.calc_checksum_ipv6(&ip, said).unwrap(),
            TransportHeader::Udp(udp) => udp.checksum == udp.calc_checksum_ipv6(&ip, said).unwrap(),
            TransportHeader::Icmpv6(icmp) => {
                let sum = icmp.icmp_type.calc_checksum(ip.source, ip.destination, said).unwrap();
                icmp.checksum == sum
            }
            other => panic!("{other:?}"),
        },
        other => panic!("{other:?}"),
    }
}

fn addresses() -> impl Strategy<Value = (IpAddr, IpAddr)> {
    prop_oneof![
        any::<(u32, u32)>()
            .prop_map(|(one, other)| (Ipv4Addr::from(one).into(), Ipv4Addr::from(other).into())),
        any::<(u128, u128)>()
            .prop_map(|(one, other)| (Ipv6Addr::from(one).into(), Ipv6Addr::from(other).into())),
    ]
}

proptest! {
    #[test]
    fn checksums_are_right_whatever_is_asked(
        key: u8,
        (source, target) in addresses(),
        kind in prop::sample::select(&IP_KINDS[..]),
        ports in prop::collection::vec(prop_oneof![Just(53), Just(123), any::<u16>()], 1..4),
        round in 1_u8..=15,
    ) {
        prop_assume!(kind.is_of_family(source.is_ipv4()));
        let forge = forge_of(key, 1024..=65_535);
        let mut frame = vec![0xa5; forge.longest(kind)];
        forge.prepare(kind, &departure(Framing::Ethernet, source), &mut frame);
        for port in ports {
            let attempt = Attempt { round, purpose: Purpose::Target };
            let length = forge.stamp(&probe(kind, target, port, attempt), Some(THEIR_HARDWARE), &mut frame);
            prop_assert!(checksums_are_right(&frame[..length]));
        }
    }

    #[test]
    fn solicitations_have_right_checksums(source: u128, target: u128) {
        let source = departure(Framing::Ethernet, Ipv6Addr::from(source).into());
        let probe = probe(ProbeKind::Neighbor, Ipv6Addr::from(target).into(), 0, SECOND);
        prop_assert!(checksums_are_right(&stamped(&forge(), &probe, &source)));
    }
}

/// Frames on Ethernet to port 53: a change of any byte is a change of what muster looks like to others.
const GOLDEN: [(ProbeKind, usize, &str); 12] = [
    (
        ProbeKind::Syn,
        0,
        "0200000000020200000000010800 \
         4500003c000040004006231e0a4d00010a4d0304 \
         c3cb003595dbd7d600000000a002faf0102d0000020405b40402080a35b5bddb0000000001030307",
    ),
    (
        ProbeKind::Syn,
        1,
        "02000000000202000000000186dd \
         6000000000280640fd000077000000000000000000000001fd000077000000000000000000030004 \
         b44a003595a95fa600000000a002faf03c7b0000020405a00402080a8637e5a90000000001030307",
    ),
    (
        ProbeKind::Ack,
        0,
        "0200000000020200000000010800 \
         4500002800004000400623320a4d00010a4d0304 \
         c0080035907d1dee907d1dee501001f6792b0000",
    ),
    (
        ProbeKind::Ack,
        1,
        "02000000000202000000000186dd \
         6000000000140640fd000077000000000000000000000001fd000077000000000000000000030004 \
         a71100359552965295529652501001f6b4560000",
    ),
    (
        ProbeKind::Udp,
        0,
        "0200000000020200000000010800 \
         4500001f00004000401123300a4d00010a4d0304 \
         bd560035000b664b616263",
    ),
    (
        ProbeKind::Udp,
        1,
        "02000000000202000000000186dd \
         60000000000b1140fd000077000000000000000000000001fd000077000000000000000000030004 \
         b5df0035000b8a69616263",
    ),
    (
        ProbeKind::Echo,
        0,
        "0200000000020200000000010800 \
         45000024000040004001233b0a4d00010a4d0304 \
         08007aa08b0695c28b06cdc250a5b327",
    ),
    (
        ProbeKind::Echo,
        1,
        "02000000000202000000000186dd \
         6000000000103a40fd000077000000000000000000000001fd000077000000000000000000030004 \
         80001c043af1950e3af1fd0eb376ad42",
    ),
    (
        ProbeKind::Timestamp,
        0,
        "0200000000020200000000010800 \
         4500002800004000400123370a4d00010a4d0304 \
         0d006905fd9b95ffa07c55e20000000000000000",
    ),
    (
        ProbeKind::AddressMask,
        0,
        "0200000000020200000000010800 \
         45000020000040004001233f0a4d00010a4d0304 \
         1100b1e3ac89909200000000",
    ),
    (
        ProbeKind::Neighbor,
        0,
        "ffffffffffff0200000000010806 \
         00010800060400010200000000010a4d00010000000000000a4d0304",
    ),
    (
        ProbeKind::Neighbor,
        1,
        "3333ff03000402000000000186dd \
         6000000000203afffd000077000000000000000000000001ff0200000000000000000001ff030004 \
         87007c9f00000000fd0000770000000000000000000300040101020000000001",
    ),
];
