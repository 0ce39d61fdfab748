//! Errors that quote a probe.

use super::*;

/// Somebody on the way, of a family.
const ROUTERS: [&str; 2] = ["10.77.255.254", "fd00:77::ffff"];

#[test]
fn errors_from_the_way_are_filtered_with_their_word() {
    let forge = forge();
    for kind in IP_KINDS {
        for (family, message, word) in [
            (0, (3, 0), "net-unreach"),
            (0, (3, 1), "host-unreach"),
            (0, (3, 2), "proto-unreach"),
            (0, (3, 3), "port-unreach"),
            (0, (3, 9), "net-prohibited"),
            (0, (3, 10), "host-prohibited"),
            (0, (3, 13), "admin-prohibited"),
            (0, (3, 6), "dest-unreach"),
            (0, (11, 0), "time-exceeded"),
            (1, (1, 0), "no-route"),
            (1, (1, 1), "admin-prohibited"),
            (1, (1, 3), "host-unreach"),
            (1, (1, 4), "port-unreach"),
            (1, (3, 0), "time-exceeded"),
            (1, (4, 1), "param-problem"),
        ] {
            if !kind.is_of_family(family == 0) {
                continue;
            }
            let arrived = Arrived::of(&forge, family, kind, 53, SECOND);
            let from: IpAddr = ROUTERS[family].parse().unwrap();
            let found = forge.recognize(Framing::RawIp, &arrived.error(from, message, 8)).unwrap();
            assert_eq!((found.endpoint.address, found.kind, found.attempt), (arrived.target, kind, SECOND));
            assert_eq!((found.state, found.reason.name()), (PortState::Filtered, word));
            assert_eq!((found.nature, found.ttl, found.stack), (Nature::Soft, 55, None));
            assert_eq!(found.icmp, Some(IcmpError { kind: message.0, code: message.1, from }));
        }
    }
}

#[test]
fn only_the_target_itself_closes_its_udp_port() {
    let forge = forge();
    for (family, kind) in of_families() {
        let message = [(3, 3), (1, 4)][family];
        let arrived = Arrived::of(&forge, family, kind, 53, SECOND);
        let frame = arrived.error(arrived.target, message, 8);
        let found = forge.recognize(Framing::RawIp, &frame).unwrap();
        let expected = match kind {
            ProbeKind::Udp => (PortState::Closed, Nature::Answer),
            _ => (PortState::Filtered, Nature::Soft),
        };
        assert_eq!((found.state, found.nature), expected, "{kind:?}");
        assert_eq!((found.reason, found.icmp.unwrap().from), (Reason::PortUnreach, arrived.target));
    }
}

#[test]
fn a_quotation_may_be_long_and_changed_on_the_way() {
    let forge = forge();
    for (family, kind) in of_families() {
        let mut arrived = Arrived::of(&forge, family, kind, 123, SECOND);
        let (header, from): (_, IpAddr) = ([20, 40][family], ROUTERS[family].parse().unwrap());
        let whole = arrived.packet.len() - header;
        // Time-to-live, traffic class, header checksum, and what the transport's checksum became.
        let changes: &[usize] = if family == 0 { &[1, 2, 3, 8, 10, 11] } else { &[1, 2, 3, 7] };
        changes.iter().for_each(|place| arrived.packet[*place] ^= 0x11);
        let checksum = header
            + match kind {
                ProbeKind::Syn | ProbeKind::Ack => 16,
                ProbeKind::Udp => 6,
                _ => 2,
            };
        arrived.packet[checksum] ^= 0x11;
        for bytes in 8..=whole {
            let found = forge.recognize(Framing::RawIp, &arrived.error(from, ([3, 1][family], 1), bytes));
            assert_eq!(found.map(|found| (found.kind, found.attempt)), Some((kind, SECOND)), "{bytes} bytes");
        }
        for bytes in 0..8 {
            let frame = arrived.error(from, ([3, 1][family], 1), bytes);
            assert_eq!(forge.recognize(Framing::RawIp, &frame), None, "{bytes} bytes");
        }
    }
}

#[test]
fn options_of_the_quoted_header_are_passed_over() {
    let forge = forge();
    let arrived = Arrived::of(&forge, 0, ProbeKind::Syn, 53, SECOND);
    let (header, body) = arrived.packet.split_at(20);
    let mut quoted = [header, &[1; 8], &body[..8]].concat();
    quoted[0] = 0x47;
    let frame = quoting(ROUTERS[0].parse().unwrap(), arrived.source, (3, 13), &quoted);
    assert_eq!(forge.recognize(Framing::RawIp, &frame).unwrap().reason, Reason::AdminProhibited);
}

#[test]
fn errors_about_packets_of_others_are_none() {
    let forge = forge();
    let router: IpAddr = ROUTERS[0].parse().unwrap();
    for kind in IP_KINDS {
        let arrived = Arrived::of(&forge, 0, kind, 53, SECOND);
        let changed = |place: usize, mask: u8| {
            let mut quoted = arrived.packet.clone();
            quoted[place] ^= mask;
            quoting(router, arrived.source, (3, 1), &quoted)
        };
        // Both addresses, and all that is ours of the first eight bytes.
        let ours: &[usize] = match kind {
            ProbeKind::Udp => &[20, 22, 23],
            ProbeKind::Echo | ProbeKind::Timestamp | ProbeKind::AddressMask => &[20, 21, 24, 25, 27],
            _ => &[20, 21, 22, 23, 25, 26, 27],
        };
        for place in (12..20).chain(ours.iter().copied()) {
            let frame = changed(place, 0xc0);
            assert_eq!(forge.recognize(Framing::RawIp, &frame), None, "{kind:?}, byte {place}");
        }
        assert_eq!(forge.recognize(Framing::RawIp, &changed(0, 0x20)), None, "another version");
        assert_eq!(forge.recognize(Framing::RawIp, &changed(9, 0xff)), None, "another protocol");
        let elsewhere = quoting(router, [10, 77, 0, 9].into(), (3, 1), &arrived.packet);
        assert_eq!(forge.recognize(Framing::RawIp, &elsewhere), None, "not to us");
        for message in [(3, 4), (4, 0), (5, 1), (8, 0), (0, 1), (255, 0)] {
            let frame = arrived.error(router, message, 8);
            assert_eq!(forge.recognize(Framing::RawIp, &frame), None, "{message:?} is no failure");
        }
    }
    let odd = Arrived::of(&forge, 0, ProbeKind::Syn, 53, SECOND);
    let mut quoted = odd.packet.clone();
    quoted[27] |= 1;
    let frame = quoting(router, odd.source, (3, 1), &quoted);
    assert_eq!(forge.recognize(Framing::RawIp, &frame), None, "our numbers are even");
}
