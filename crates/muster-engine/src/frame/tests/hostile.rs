//! Frames that mean us no good.

use proptest::prelude::*;

use super::*;
use crate::random::Random;

/// Every answer that there is, as frames of both kinds.
fn good_frames() -> Vec<(Framing, Vec<u8>)> {
    let forge = forge();
    let mut packets = Vec::new();
    for (family, kind) in of_families() {
        let arrived = Arrived::of(&forge, family, kind, 123, SECOND);
        packets.push(arrived.answer(kind));
        packets.push(arrived.error(arrived.target, ([3, 1][family], [3, 4][family]), 8));
    }
    let framed = |framing| packets.iter().map(move |packet| (framing, framed(framing, packet)));
    let mut frames: Vec<_> = FRAMINGS.into_iter().flat_map(framed).collect();
    frames.push((Framing::Ethernet, arp_reply()));
    frames.push((Framing::Ethernet, advertisement(ADDRESSES[1].1, 0x60, &[2, 1, 2, 0, 0, 0, 0, 9], 255)));
    frames
}

#[test]
fn truncated_frames_are_none() {
    let forge = forge();
    for (framing, frame) in good_frames() {
        assert!(forge.recognize(framing, &frame).is_some());
        for length in 0..frame.len() {
            assert_eq!(forge.recognize(framing, &frame[..length]), None, "{length} of {}", frame.len());
            assert!(!describe(framing, &frame[..length]).to_string().is_empty());
        }
    }
}

#[test]
fn no_flipped_bit_leads_to_another_endpoint() {
    let forge = forge();
    for (framing, frame) in good_frames() {
        let good = forge.recognize(framing, &frame).unwrap();
        for bit in 0..frame.len() * 8 {
            let mut frame = frame.clone();
            frame[bit / 8] ^= 1 << (bit % 8);
            let _ = describe(framing, &frame).to_string();
            let Some(found) = forge.recognize(framing, &frame) else { continue };
            // ARP has nothing to hold an address against; there the caller must know whom it asked.
            let is_arp = good.reason == Reason::ArpResponse;
            assert!(is_arp || found.endpoint == good.endpoint, "bit {bit} of {good:?}");
        }
    }
}

/// A million answers from the right host to the right ports, with numbers out of the air.
///
/// Of 2^32 numbers 60 are believed: 26 bits of cookie, 30 tries, each acknowledged in two ways; and each try has its one
/// port of 16,384. A million draws of both find 60 × 10^6 / (2^32 × 16,384) < 10^-6 on average: none. Of ICMP it is
/// 30 in 2^32, and of echoes 64 bits more of what was said, of times 31. Datagrams have the port alone: 30 of 16,384, 1,831 in a million on
/// average, and 2,100 would be six standard deviations above.
#[test]
fn forged_answers_are_believed_by_chance_alone() {
    let forge = forge();
    let mut random = Random::new(5);
    for (family, kind, most) in [
        (0, ProbeKind::Syn, 0),
        (1, ProbeKind::Syn, 0),
        (0, ProbeKind::Ack, 0),
        (0, ProbeKind::Udp, 2_100),
        (0, ProbeKind::Echo, 0),
        (0, ProbeKind::Timestamp, 0),
        (0, ProbeKind::AddressMask, 0),
    ] {
        let mut packet = Arrived::of(&forge, family, kind, 53, SECOND).answer(kind);
        let body = [20, 40][family];
        let believed = (0..1_000_000).filter(|_| {
            let number = random.next().to_be_bytes();
            match kind {
                _ if !has_port(kind) => packet[body + 4..body + 8].copy_from_slice(&number[..4]),
                _ => {
                    let port = 40_000 + random.below(16_384) as u16;
                    packet[body + 2..body + 4].copy_from_slice(&port.to_be_bytes());
                }
            }
            if matches!(kind, ProbeKind::Syn | ProbeKind::Ack) {
                packet[body + 4..body + 12].copy_from_slice(&number);
            }
            forge.recognize(Framing::RawIp, &packet).is_some()
        });
        let believed = believed.count();
        assert!(believed <= most, "{kind:?}: {believed}");
    }
}

/// The same from hosts that were never asked: their number does not help.
#[test]
fn a_flood_from_everywhere_is_not_believed() {
    let forge = forge();
    let arrived = Arrived::of(&forge, 0, ProbeKind::Syn, 53, SECOND);
    let mut packet = arrived.syn_ack(arrived.numbers.0 + 1);
    let mut random = Random::new(6);
    for _ in 0..1_000_000 {
        let draw = random.next().to_be_bytes();
        packet[12..16].copy_from_slice(&draw[..4]);
        packet[20..22].copy_from_slice(&draw[4..6]);
        packet[10..12].fill(0);
        let checksum = checksum::Sum::of(&packet[..20]).checksum().to_be_bytes();
        packet[10..12].copy_from_slice(&checksum);
        assert_eq!(forge.recognize(Framing::RawIp, &packet), None);
    }
}

#[test]
fn partial_checksums_do_not_matter() {
    let forge = forge();
    let arrived = Arrived::of(&forge, 0, ProbeKind::Syn, 53, SECOND);
    let mut packet = arrived.syn_ack(arrived.numbers.0 + 1);
    packet[36..38].copy_from_slice(&[0x12, 0x34]);
    assert!(forge.recognize(Framing::RawIp, &packet).is_some(), "captured before a card finished it");
}

#[test]
fn headers_between_ip_and_ours_and_tags_are_not_read() {
    let forge = forge();
    let arrived = Arrived::of(&forge, 1, ProbeKind::Syn, 53, SECOND);
    let packet = arrived.syn_ack(arrived.numbers.0 + 1);
    let mut extended = [&packet[..40], &[6, 0, 1, 4, 0, 0, 0, 0], &packet[40..]].concat();
    extended[5] += 8;
    extended[6] = 0;
    assert_eq!(forge.recognize(Framing::RawIp, &extended), None);
    let frame = framed(Framing::Ethernet, &packet);
    let tagged = [&frame[..12], &[0x81, 0, 0, 1], &frame[12..]].concat();
    assert_eq!(forge.recognize(Framing::Ethernet, &tagged), None);
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        for framing in FRAMINGS {
            let _ = forge().recognize(framing, &bytes);
            let line = describe(framing, &bytes).to_string();
            prop_assert!(line.chars().all(|letter| letter.is_ascii_graphic() || letter == ' '), "{line:?}");
        }
    }

    #[test]
    fn no_changes_make_it_panic(which: prop::sample::Index, changes in prop::collection::vec(any::<(prop::sample::Index, u8)>(), 0..8)) {
        let frames = good_frames();
        let (framing, mut frame) = frames[which.index(frames.len())].clone();
        for (place, value) in changes {
            let place = place.index(frame.len());
            frame[place] = value;
        }
        let _ = (forge().recognize(framing, &frame), describe(framing, &frame).to_string());
    }
}
