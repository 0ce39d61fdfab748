//! Filter programs against a table of frames, run by a small interpreter of classic BPF. That the kernel runs them
//! alike is tested with real frames in `tests/link.rs`.

use super::*;

/// A frame as the kernel shows it to a program.
#[derive(Clone)]
struct Seen {
    bytes: Vec<u8>,
    packet_type: u8,
    vlan_tag: u16,
}

/// Runs a program as the kernel would: what it returns is how much of the frame to keep.
fn run(program: &[libc::sock_filter], frame: &Seen) -> u32 {
    let (mut accumulator, mut index, mut next) = (0_u32, 0_u32, 0);
    loop {
        let libc::sock_filter { code, jt, jf, k } = program[next];
        next += 1;
        let mut jump = |is: bool| next += usize::from(if is { jt } else { jf });
        match code {
            0x30 | 0x28 if k > 0xffff_0000 => accumulator = beside(frame, k),
            0x30 => match frame.bytes.get(k as usize) {
                Some(&byte) => accumulator = u32::from(byte),
                None => return 0,
            },
            0x28 | 0x48 => {
                let at = (k + if code == 0x48 { index } else { 0 }) as usize;
                match frame.bytes.get(at..at + 2) {
                    Some(bytes) => accumulator = u32::from(u16::from_be_bytes([bytes[0], bytes[1]])),
                    None => return 0,
                }
            }
            0xb1 => match frame.bytes.get(k as usize) {
                Some(byte) => index = u32::from(byte & 15) * 4,
                None => return 0,
            },
            0x54 => accumulator &= k,
            0x15 => jump(accumulator == k),
            0x25 => jump(accumulator > k),
            0x35 => jump(accumulator >= k),
            0x45 => jump(accumulator & k != 0),
            0x06 => return k,
            _ => panic!("the assembler writes no instruction {code:#x}"),
        }
    }
}

fn beside(frame: &Seen, k: u32) -> u32 {
    match k as i32 - libc::SKF_AD_OFF {
        libc::SKF_AD_PKTTYPE => u32::from(frame.packet_type),
        libc::SKF_AD_VLAN_TAG => u32::from(frame.vlan_tag),
        other => panic!("nothing is loaded from beside the frame at {other}"),
    }
}

const TCP: u8 = 6;
const UDP: u8 = 17;

fn v4(protocol: u8, options: usize, fragment: u16, transport: &[u8]) -> Vec<u8> {
    let mut packet = vec![0; 20 + options];
    packet[0] = 0x45 + (options / 4) as u8;
    packet[6..8].copy_from_slice(&fragment.to_be_bytes());
    packet[9] = protocol;
    packet.extend(transport);
    packet
}

fn v6(next: u8, transport: &[u8]) -> Vec<u8> {
    let mut packet = vec![0; 40];
    packet[0] = 0x60;
    packet[6] = next;
    packet.extend(transport);
    packet
}

/// The front of TCP and UDP alike; the source port is one that would pass.
fn to_port(port: u16) -> Vec<u8> {
    [&1000_u16.to_be_bytes()[..], &port.to_be_bytes(), &[0; 4]].concat()
}

/// What has to become of each packet with the ports 1000 to 1003, and ICMP or not.
fn table(icmp: bool) -> Vec<(&'static str, Vec<u8>, bool)> {
    let t = |port| to_port(port);
    vec![
        ("tcp to the first port", v4(TCP, 0, 0, &t(1000)), true),
        ("tcp to the last port", v4(TCP, 0, 0, &t(1003)), true),
        ("tcp below", v4(TCP, 0, 0, &t(999)), false),
        ("tcp above", v4(TCP, 0, 0, &t(1004)), false),
        ("udp", v4(UDP, 0, 0, &t(1001)), true),
        ("udp elsewhere", v4(UDP, 0, 0, &t(53)), false),
        ("not to be fragmented", v4(TCP, 0, 0x4000, &t(1001)), true),
        ("the first fragment", v4(TCP, 0, 0x2000, &t(1001)), false),
        ("the last fragment", v4(TCP, 0, 0x0001, &t(1001)), false),
        ("an ICMP fragment", v4(1, 0, 0x2000, &t(1001)), false),
        ("one option", v4(TCP, 4, 0, &t(1002)), true),
        ("all the options there can be", v4(UDP, 40, 0, &t(1002)), true),
        ("options, port elsewhere", v4(TCP, 40, 0, &t(7)), false),
        ("icmp", v4(1, 0, 0, &[3, 3, 0, 0]), icmp),
        ("icmpv6 in IPv4", v4(58, 0, 0, &t(1001)), false),
        ("sctp", v4(132, 0, 0, &t(1001)), false),
        ("cut off before the port", v4(TCP, 0, 0, &[0x03, 0xe8]), false),
        ("cut off within the port", v4(TCP, 0, 0, &[0x03, 0xe8, 0x03]), false),
        ("cut off in the header", v4(TCP, 0, 0, &[])[..8].to_vec(), false),
        ("tcp over IPv6", v6(TCP, &t(1000)), true),
        ("udp over IPv6", v6(UDP, &t(1003)), true),
        ("tcp over IPv6 elsewhere", v6(TCP, &t(1004)), false),
        ("udp over IPv6 elsewhere", v6(UDP, &t(999)), false),
        ("icmpv6", v6(58, &[135, 0, 0, 0]), icmp),
        ("icmp in IPv6", v6(1, &t(1001)), false),
        ("a hop-by-hop header", v6(0, &t(1001)), false),
        ("a fragment header", v6(44, &t(1001)), false),
        ("IPv6 cut off in the header", v6(TCP, &[])[..6].to_vec(), false),
        ("nothing", vec![], false),
    ]
}

fn filter(icmp: bool, arp: bool) -> Filter {
    Filter { ports: 1000..=1003, icmp, arp }
}

fn incoming(bytes: Vec<u8>) -> Seen {
    Seen { bytes, packet_type: libc::PACKET_HOST, vlan_tag: 0 }
}

fn ethernet(kind: u16, packet: &[u8]) -> Seen {
    incoming([&[0xff; 12][..], &kind.to_be_bytes(), packet].concat())
}

fn ethernet_of(packet: &[u8]) -> Seen {
    ethernet(if packet.first().is_some_and(|first| first >> 4 == 6) { 0x86dd } else { 0x0800 }, packet)
}

#[test]
fn bare_packets_pass_as_planned() {
    for icmp in [false, true] {
        let program = compile(&filter(icmp, true), Framing::RawIp);
        for (name, packet, passes) in table(icmp) {
            assert_eq!(run(&program, &incoming(packet)) != 0, passes, "{name}, icmp {icmp}");
        }
        let neither = incoming([&[0x50], &v4(TCP, 0, 0, &to_port(1001))[1..]].concat());
        assert_eq!(run(&program, &neither), 0, "of version 5");
    }
}

#[test]
fn ethernet_frames_pass_as_planned() {
    for icmp in [false, true] {
        let program = compile(&filter(icmp, false), Framing::Ethernet);
        for (name, packet, passes) in table(icmp) {
            assert_eq!(run(&program, &ethernet_of(&packet)) != 0, passes, "{name}, icmp {icmp}");
        }
        let foreign = ethernet(0x88cc, &v4(TCP, 0, 0, &to_port(1001)));
        assert_eq!(run(&program, &foreign), 0, "another protocol whose bytes look like ours");
    }
}

#[test]
fn arp_passes_where_it_is_wanted() {
    let request = ethernet(0x0806, &[0; 28]);
    assert_ne!(run(&compile(&filter(false, true), Framing::Ethernet), &request), 0);
    assert_eq!(run(&compile(&filter(true, false), Framing::Ethernet), &request), 0);
}

#[test]
fn our_own_frames_and_those_of_a_vlan_never_pass() {
    let program = compile(&filter(true, true), Framing::Ethernet);
    let good = ethernet_of(&v4(TCP, 0, 0, &to_port(1000)));
    let of_type = |packet_type| Seen { packet_type, ..good.clone() };
    let tagged = |vlan_tag| Seen { vlan_tag, ..good.clone() };
    for (frame, passes) in [
        (of_type(libc::PACKET_HOST), true),
        (of_type(libc::PACKET_BROADCAST), true),
        (of_type(libc::PACKET_MULTICAST), true),
        (of_type(libc::PACKET_OUTGOING), false),
        (tagged(0xe000), true),
        (tagged(0x0001), false),
        (tagged(0xe064), false),
    ] {
        assert_eq!(run(&program, &frame) != 0, passes, "{} {:#x}", frame.packet_type, frame.vlan_tag);
    }
    let raw = compile(&filter(true, true), Framing::RawIp);
    let packet = Seen { packet_type: libc::PACKET_OUTGOING, ..incoming(v4(TCP, 0, 0, &to_port(1000))) };
    assert_eq!(run(&raw, &packet), 0);
}

#[test]
fn every_port_range_is_exact_at_its_edges() {
    for (start, end) in [(0, 0), (0, 65535), (1, 1), (65535, 65535), (32768, 61000)] {
        let filter = Filter { ports: start..=end, icmp: false, arp: false };
        let program = compile(&filter, Framing::RawIp);
        for port in [0, 1, 2, 32767, 32768, 61000, 61001, 65534, 65535] {
            let passes = run(&program, &incoming(v4(TCP, 0, 0, &to_port(port)))) != 0;
            assert_eq!(passes, (start..=end).contains(&port), "{port} in {start}..={end}");
        }
    }
}

#[test]
fn what_passes_is_kept_whole() {
    let program = compile(&filter(true, true), Framing::RawIp);
    assert!(run(&program, &incoming(v4(TCP, 0, 0, &to_port(1000)))) > 65_535);
}
