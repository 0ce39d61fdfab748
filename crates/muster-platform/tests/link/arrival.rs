//! What is sent arrives, byte for byte, once and in order; what cannot be sent is said.

use std::io::ErrorKind;
use std::net::UdpSocket;

use muster_platform::link::{Framing, Link, Sender, SenderChoice};

use crate::frames::{batch, numbered, udp};
use crate::network::{SENDERS, ip, link, received, received_later, try_link, with_cable};

/// Sends all, in as many calls as the link wants.
fn send_all(link: &mut dyn Link, frames: &[Vec<u8>]) {
    let batch = batch(frames);
    let mut sent = 0;
    while sent < frames.len() {
        let taken = link.send(&batch, sent..frames.len()).unwrap();
        assert!(taken > 0, "an idle cable takes at least one");
        sent += taken;
    }
}

#[test]
fn frames_arrive_byte_for_byte_in_order() {
    with_cable(|| {
        for sender in SENDERS {
            let (mut near, mut far) = (link("near", sender), link("far", SenderChoice::AfPacket));
            // More than the AF_XDP ring has room for, and more than once around it.
            let frames = numbered(0, 5000);
            send_all(near.as_mut(), &frames);
            let arrived = received(far.as_mut(), frames.len());
            assert_eq!(arrived.len(), frames.len(), "{sender:?}");
            assert!(arrived == frames, "{sender:?}: other bytes or another order");
            assert!(received_later(far.as_mut()).is_empty(), "{sender:?}: more than was sent");
            assert!(received_later(near.as_mut()).is_empty(), "{sender:?}: our own frames");
            assert_eq!(far.drops().unwrap(), 0);
        }
    });
}

#[test]
fn only_the_range_is_sent_and_both_ends_can_send() {
    with_cable(|| {
        for sender in SENDERS {
            let (mut near, mut far) = (link("near", sender), link("far", sender));
            let frames = numbered(0, 10);
            assert_eq!(near.send(&batch(&frames), 3..7).unwrap(), 4);
            assert_eq!(near.send(&batch(&frames), 2..2).unwrap(), 0);
            assert!(received(far.as_mut(), 4) == frames[3..7]);
            assert_eq!(far.send(&batch(&frames), 9..10).unwrap(), 1);
            assert!(received(near.as_mut(), 1) == frames[9..]);
        }
    });
}

#[test]
fn a_frame_of_the_longest_length_arrives_and_a_longer_one_is_refused() {
    with_cable(|| {
        for sender in SENDERS {
            let (mut near, mut far) = (link("near", sender), link("far", SenderChoice::AfPacket));
            let frames = [udp(1000, 0, 1414), udp(1000, 1, 60), udp(1000, 2, 1415), udp(1000, 3, 60)];
            let batch_of_all = batch(&frames);
            assert_eq!(near.send(&batch_of_all, 0..4).unwrap(), 2, "as far as they fit");
            assert_eq!(near.send(&batch_of_all, 2..4).unwrap_err().kind(), ErrorKind::InvalidInput);
            assert_eq!(near.send(&batch_of_all, 3..4).unwrap(), 1);
            assert!(received(far.as_mut(), 3) == [&frames[..2], &frames[3..]].concat());
            for short in [vec![], vec![0; 13]] {
                assert_eq!(near.send(&batch(&[short]), 0..1).unwrap_err().kind(), ErrorKind::InvalidInput);
            }
        }
    });
}

/// A socket's frames pass the taps, those of a link do not: only these show that they are kept out.
#[test]
fn what_this_machine_sends_is_not_received() {
    with_cable(|| {
        ip("addr add 10.9.0.1/24 dev near\nneigh add 10.9.0.2 lladdr 02:00:00:00:00:99 dev near");
        let (mut near, mut far) = (link("near", SenderChoice::AfPacket), link("far", SenderChoice::AfPacket));
        let socket = UdpSocket::bind("10.9.0.1:0").unwrap();
        socket.send_to(b"hello", "10.9.0.2:1000").unwrap();
        assert_eq!(received(far.as_mut(), 1).len(), 1, "it left");
        assert!(received_later(near.as_mut()).is_empty());
    });
}

#[test]
fn what_a_link_can_do_is_found_by_trying() {
    with_cable(|| {
        let first = link("near", SenderChoice::Best);
        let capabilities = first.capabilities();
        assert_eq!((capabilities.sender, &capabilities.instead), (Sender::AfXdpCopy, &None));
        assert_eq!((capabilities.framing, capabilities.mtu), (Framing::Ethernet, 1400));

        let second = link("near", SenderChoice::Best);
        assert_eq!(second.capabilities().sender, Sender::AfPacketBypass);
        let reason = second.capabilities().instead.as_deref();
        assert_eq!(reason, Some("AF_XDP: queue 0 is in use by another program"));

        let refused = try_link("near", SenderChoice::AfXdp, 0).unwrap_err();
        assert!(refused.to_string().starts_with("near: cannot send by AF_XDP: "), "{refused}");
        let chosen = link("near", SenderChoice::AfPacket);
        assert_eq!(
            (chosen.capabilities().sender, &chosen.capabilities().instead),
            (Sender::AfPacketBypass, &None)
        );

        // The kernel lets go of the queue a little after it was closed.
        drop(first);
        assert_eq!(link("near", SenderChoice::Best).capabilities().sender, Sender::AfXdpCopy);
    });
}

#[test]
fn two_links_on_one_device_send_and_receive_alike() {
    with_cable(|| {
        let (mut first, mut second) = (link("near", SenderChoice::Best), link("near", SenderChoice::Best));
        let mut far = link("far", SenderChoice::AfPacket);
        let frames = numbered(0, 200);
        send_all(first.as_mut(), &frames[..100]);
        send_all(second.as_mut(), &frames[100..]);
        assert!(received(far.as_mut(), 200) == frames);
        send_all(far.as_mut(), &frames);
        assert!(received(first.as_mut(), 200) == frames);
        assert!(received(second.as_mut(), 200) == frames);
    });
}
