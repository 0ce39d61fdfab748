//! Answers of the targets themselves.

use muster_model::Protocol;

use super::*;

/// What is said of an answer.
fn said(recognition: &Recognition) -> String {
    let Recognition { kind, state, reason, nature, ttl, .. } = recognition;
    format!("{kind:?} {state} {reason} {nature:?} {ttl}")
}

#[test]
fn every_kind_of_answer_gives_its_probe_back() {
    for (family, kind, answer, expected) in answers() {
        let arrived = Arrived::of(&forge(), family, kind, 53, SECOND);
        let packet = answer(&arrived);
        for framing in FRAMINGS {
            let recognition = forge().recognize(framing, &framed(framing, &packet)).unwrap();
            let port = if has_port(kind) { 53 } else { 0 };
            let endpoint = Endpoint { address: arrived.target, protocol: kind.protocol(), port };
            assert_eq!((recognition.endpoint, recognition.attempt), (endpoint, SECOND), "{expected}");
            assert_eq!(said(&recognition), expected);
            assert_eq!((recognition.icmp, recognition.hardware), (None, None));
        }
    }
}

type Answer = fn(&Arrived) -> Vec<u8>;

fn answers() -> impl Iterator<Item = (usize, ProbeKind, Answer, &'static str)> {
    let answers: [(ProbeKind, Answer, &str); 12] = [
        (ProbeKind::Syn, |at| at.syn_ack(at.numbers.0 + 1), "Syn open syn-ack Answer 55"),
        (ProbeKind::Syn, |at| at.syn_ack(at.numbers.0), "Syn open syn-ack Answer 55"),
        (ProbeKind::Syn, |at| at.reset_ack(at.numbers.0 + 1), "Syn closed reset Answer 55"),
        (ProbeKind::Syn, |at| at.reset_ack(at.numbers.0), "Syn closed reset Answer 55"),
        (ProbeKind::Syn, unflagged_reset, "Syn closed reset Answer 55"),
        (ProbeKind::Syn, Arrived::split, "Syn open split-handshake-syn Soft 55"),
        (ProbeKind::Ack, |at| at.reset(at.numbers.1), "Ack closed reset Answer 55"),
        (ProbeKind::Ack, reset_with_both, "Ack closed reset Answer 55"),
        (ProbeKind::Udp, Arrived::datagram, "Udp open udp-response Answer 55"),
        (ProbeKind::Echo, Arrived::echo, "Echo open echo-reply Answer 55"),
        (ProbeKind::Timestamp, Arrived::timestamp, "Timestamp open timestamp-reply Answer 55"),
        (ProbeKind::AddressMask, Arrived::address_mask, "AddressMask open addressmask-reply Answer 55"),
    ];
    let of_families = |(kind, answer, said)| [(0, kind, answer, said), (1, kind, answer, said)];
    answers.into_iter().flat_map(of_families).filter(|(family, kind, ..)| kind.is_of_family(*family == 0))
}

/// A number, and no flag that says so.
fn unflagged_reset(at: &Arrived) -> Vec<u8> {
    let mut packet = at.reset_ack(at.numbers.0 + 1);
    let flags = packet.len() - 7;
    packet[flags] = 4;
    packet
}

/// A reset that acknowledges although it need not.
fn reset_with_both(at: &Arrived) -> Vec<u8> {
    written(|bytes| at.tcp(at.numbers.1).rst().ack(at.numbers.0).write(bytes, &[]).unwrap())
}

#[test]
fn segments_show_how_the_stack_looks() {
    let forge = forge();
    let arrived = Arrived::of(&forge, 0, ProbeKind::Syn, 53, SECOND);
    let stack = |packet: Vec<u8>| {
        forge.recognize(Framing::RawIp, &packet).unwrap().stack.map(|stack| stack.to_string())
    };
    assert_eq!(stack(arrived.syn_ack(arrived.numbers.0 + 1)).as_deref(), Some("8192 1460 MNWNNS"));
    assert_eq!(stack(arrived.reset_ack(arrived.numbers.0 + 1)).as_deref(), Some("8192 - "));
    let datagram = Arrived::of(&forge, 0, ProbeKind::Udp, 53, SECOND).datagram();
    assert_eq!(stack(datagram), None);
}

#[test]
fn what_answers_another_question_is_no_answer() {
    let forge = forge();
    let at = |kind| Arrived::of(&forge, 0, kind, 53, SECOND);
    let (syn, ack, udp, echo) =
        (at(ProbeKind::Syn), at(ProbeKind::Ack), at(ProbeKind::Udp), at(ProbeKind::Echo));
    let (time, mask) = (at(ProbeKind::Timestamp), at(ProbeKind::AddressMask));
    let (time_said, times) = (time.said.clone(), [0; 8]);
    let another_time = [&[time_said[0], time_said[1], time_said[2], !time_said[3]][..], &times].concat();
    let beyond = Arrived { said: [&echo.said[..], b"x"].concat(), ..at(ProbeKind::Echo) };
    let cut = Arrived { said: echo.said[..7].to_vec(), ..at(ProbeKind::Echo) };
    let elsewhere = Arrived { source: [10, 77, 0, 2].into(), ..at(ProbeKind::Syn) };
    let another = Arrived { target: [10, 77, 3, 5].into(), ..at(ProbeKind::Syn) };
    let to_another_port = Arrived { ports: (syn.ports.0 + 1, 53), ..at(ProbeKind::Syn) };
    let with_flags = |flags: u8| {
        let mut packet = syn.reset_ack(syn.numbers.0 + 1);
        packet[33] = flags;
        packet
    };
    for (why, packet) in [
        ("a SYN-ACK never answers an ACK", ack.syn_ack(ack.numbers.0 + 1)),
        ("the number before", syn.syn_ack(syn.numbers.0 - 1)),
        ("the number after the next", syn.syn_ack(syn.numbers.0 + 2)),
        ("a reset without a number", syn.reset(0)),
        ("not to us", elsewhere.syn_ack(elsewhere.numbers.0 + 1)),
        ("not from the target", another.syn_ack(another.numbers.0 + 1)),
        ("not to the port it came from", to_another_port.syn_ack(syn.numbers.0 + 1)),
        ("SYN and RST", with_flags(0x16)),
        ("an acknowledgement", with_flags(0x10)),
        ("no flag", with_flags(0)),
        ("the probe itself", syn.packet.clone()),
        ("the probe itself", udp.packet.clone()),
        ("the probe itself", echo.packet.clone()),
        ("more than was said", beyond.echo()),
        ("less than was said", cut.echo()),
        ("another time than was said", time.reply_of_type(14, &another_time)),
        ("less than three times", time.reply_of_type(14, &time_said[..4])),
        ("a time with the number of an echo", echo.reply_of_type(14, &time_said)),
        ("a mask with the number of an echo", echo.reply_of_type(18, &[255, 255, 255, 0])),
        ("no mask", mask.reply_of_type(18, &[])),
        ("more than a mask", mask.reply_of_type(18, &[255, 255, 255, 0, 0])),
        ("the probe itself", time.packet.clone()),
        ("the probe itself", mask.packet.clone()),
        ("for another key", Arrived::of(&forge_of(8, 40_000..=56_383), 0, ProbeKind::Syn, 53, SECOND).packet),
    ] {
        assert_eq!(forge.recognize(Framing::RawIp, &packet), None, "{why}");
    }
}

#[test]
fn with_one_source_port_a_datagram_tells_no_try_and_a_syn_nothing() {
    let forge = forge_of(7, 53..=53);
    let of = |kind| Arrived::of(&forge, 0, kind, 53, SECOND);
    let first = Attempt { round: 1, purpose: Purpose::Target };
    let attempt = |packet: &[u8]| forge.recognize(Framing::RawIp, packet).map(|found| found.attempt);
    assert_eq!(attempt(&of(ProbeKind::Udp).datagram()), Some(first));
    assert_eq!(attempt(&of(ProbeKind::Syn).split()), None);
    let syn = of(ProbeKind::Syn);
    assert_eq!(attempt(&syn.syn_ack(syn.numbers.0 + 1)), Some(SECOND));
}

#[test]
fn whoever_is_at_an_address_of_the_link_gives_its_hardware_address() {
    let option = [&[2, 1][..], &[2, 0, 0, 0, 0, 9]].concat();
    let target = ADDRESSES[1].1;
    for (frame, address, hardware, reason, ttl) in [
        (arp_reply(), ADDRESSES[0].1, THEIR_HARDWARE, Reason::ArpResponse, 0),
        (advertisement(target, 0x60, &option, 255), target, [2, 0, 0, 0, 0, 9], Reason::NdResponse, 255),
        (advertisement(target, 0x40, &[], 255), target, THEIR_HARDWARE, Reason::NdResponse, 255),
    ] {
        let found = forge().recognize(Framing::Ethernet, &frame).unwrap();
        let endpoint = Endpoint { address: address.parse().unwrap(), protocol: Protocol::Neighbor, port: 0 };
        assert_eq!((found.endpoint, found.hardware), (endpoint, Some(hardware)));
        assert_eq!((found.state, found.reason, found.ttl), (PortState::Open, reason, ttl));
        assert_eq!((found.kind, found.nature), (ProbeKind::Neighbor, Nature::Answer));
        assert_eq!(found.attempt, Attempt { round: 1, purpose: Purpose::Target });
        assert_eq!(forge().recognize(Framing::RawIp, &frame[14..]), None, "there is no hardware");
    }
}

#[test]
fn announcements_and_broken_messages_of_the_link_are_no_answers() {
    for (why, changes) in [
        ("a request", &[(21, 1)][..]),
        ("another kind of hardware", &[(15, 6)]),
        ("not IPv4", &[(16, 0x86)]),
        ("long hardware addresses", &[(18, 8)]),
        ("short addresses", &[(19, 2)]),
        ("an operation of two bytes", &[(20, 1)]),
        ("a group as sender", &[(22, 3)]),
        ("to everybody", &[(0, 0xff), (1, 0xff), (2, 0xff), (3, 0xff), (4, 0xff), (5, 0xff)]),
        ("meant for somebody else", &[(32, 4)]),
        ("an announcement", &[(30, 0), (31, 1)]),
        ("from nowhere", &[(28, 0), (29, 0), (30, 0), (31, 0)]),
        ("from a group", &[(28, 224)]),
    ] {
        let mut frame = arp_reply();
        changes.iter().for_each(|(place, value)| frame[*place] = *value);
        assert_eq!(forge().recognize(Framing::Ethernet, &frame), None, "{why}");
    }
    let (ours, target) = ADDRESSES[1];
    let mut corrupt = advertisement(target, 0x60, &[], 255);
    corrupt[62] ^= 1;
    let mut solicitation = advertisement(target, 0x60, &[], 255);
    solicitation[54] = 135;
    solicitation[56] += 1;
    for (why, frame) in [
        ("from beyond a router", advertisement(target, 0x60, &[], 254)),
        ("not asked for", advertisement(target, 0x20, &[], 255)),
        ("about a group", advertisement("ff02::1", 0x60, &[], 255)),
        ("about nobody", advertisement("::", 0x60, &[], 255)),
        ("about us", advertisement(ours, 0x60, &[], 255)),
        ("an option without a length", advertisement(target, 0x60, &[2, 0, 0, 0, 0, 0, 0, 0], 255)),
        ("an option cut off", advertisement(target, 0x60, &[2, 1, 0, 0, 0, 0, 0], 255)),
        ("a group's hardware address", advertisement(target, 0x60, &[2, 1, 1, 0, 0, 0, 0, 0], 255)),
        ("a wrong checksum", corrupt),
        ("a question", solicitation),
    ] {
        assert_eq!(forge().recognize(Framing::Ethernet, &frame), None, "{why}");
    }
}
