//! The kernel runs our programs as our interpreter does: a few frames of each sort, really sent.

use muster_platform::link::SenderChoice;

use crate::frames::{batch, ethernet, ipv4, ipv6, to_port, udp};
use crate::network::{SENDERS, link, received, received_later, with_cable};

/// What each is, and whether it must arrive.
fn table() -> Vec<(&'static str, Vec<u8>, bool)> {
    let tagged = |tag: u16| ethernet(0x8100, &[&tag.to_be_bytes()[..], &udp(1000, 0, 60)[12..]].concat());
    vec![
        ("tcp to the first port", ethernet(0x0800, &ipv4(6, 0, &to_port(1000))), true),
        ("udp to the last port", ethernet(0x0800, &ipv4(17, 0x4000, &to_port(1003))), true),
        ("udp above", ethernet(0x0800, &ipv4(17, 0, &to_port(1004))), false),
        ("tcp below", ethernet(0x0800, &ipv4(6, 0, &to_port(999))), false),
        ("a fragment", ethernet(0x0800, &ipv4(6, 0x2000, &to_port(1000))), false),
        ("icmp", ethernet(0x0800, &ipv4(1, 0, &[3, 1, 0, 0])), true),
        ("tcp over IPv6", ethernet(0x86dd, &ipv6(6, &to_port(1001))), true),
        ("udp over IPv6 elsewhere", ethernet(0x86dd, &ipv6(17, &to_port(5353))), false),
        ("icmpv6", ethernet(0x86dd, &ipv6(58, &[129, 0, 0, 0])), true),
        ("a hop-by-hop header", ethernet(0x86dd, &ipv6(0, &to_port(1001))), false),
        ("arp", ethernet(0x0806, &[0; 28]), true),
        ("lldp", ethernet(0x88cc, &[0; 28]), false),
        ("cut off", ethernet(0x0800, &ipv4(6, 0, &[0x9c, 0x40, 0x03])), false),
        ("of another VLAN", tagged(0x0007), false),
        ("with a priority", tagged(0xe000), true),
    ]
}

#[test]
fn what_is_wanted_arrives_and_nothing_else() {
    with_cable(|| {
        for sender in SENDERS {
            let (mut near, mut far) = (link("near", sender), link("far", SenderChoice::AfPacket));
            for (name, frame, passes) in table() {
                // The last one is always wanted: when it has come, all before it have had their chance.
                let last = udp(1000, 77, 60);
                assert_eq!(near.send(&batch(&[frame, last.clone()]), 0..2).unwrap(), 2, "{name}");
                let arrived = received(far.as_mut(), 1 + usize::from(passes));
                assert_eq!(arrived.len(), 1 + usize::from(passes), "{name}, {sender:?}");
                assert_eq!(arrived.last(), Some(&last), "{name}, {sender:?}");
            }
            assert!(received_later(far.as_mut()).is_empty());
        }
    });
}
