//! A device of bare IP packets: nothing before the IP header, and AF_PACKET to send.

use std::io::{Read, Write};

use muster_platform::link::{Framing, Sender, SenderChoice};
use muster_platform::open_tun;

use crate::frames::{batch, ipv4, ipv6, to_port};
use crate::network::{ip, link, received, received_later, try_link, with_cable};

#[test]
fn bare_packets_go_both_ways() {
    with_cable(|| {
        let mut other_end = open_tun("tunnel").unwrap();
        ip("link set tunnel addrgenmode none mtu 1300\nlink set tunnel up");
        let mut link = link("tunnel", SenderChoice::Best);
        let capabilities = link.capabilities();
        assert_eq!((capabilities.framing, capabilities.mtu), (Framing::RawIp, 1300));
        assert_eq!(capabilities.sender, Sender::AfPacketBypass);
        assert_eq!(capabilities.instead.as_deref(), Some("AF_XDP: it sends Ethernet frames alone"));
        assert!(try_link("tunnel", SenderChoice::AfXdp, 0).is_err());

        let packets = [ipv4(6, 0, &to_port(1001)), ipv6(17, &to_port(1002))];
        let mut room = [0; 2048];
        for packet in &packets {
            assert_eq!(link.send(&batch(std::slice::from_ref(packet)), 0..1).unwrap(), 1);
            let length = other_end.read(&mut room).unwrap();
            assert_eq!(&room[..length], packet);
            assert_eq!(other_end.write(packet).unwrap(), packet.len());
        }
        assert_eq!(received(link.as_mut(), 2), packets);
        assert_eq!(other_end.write(&ipv4(6, 0, &to_port(99))).unwrap(), 28);
        assert!(received_later(link.as_mut()).is_empty());
    });
}
