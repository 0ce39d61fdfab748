//! An interface that is down, unplugged or gone, and a caller without privilege: errors that say so, never a hang.

use std::io::ErrorKind;
use std::thread;
use std::time::{Duration, Instant};

use muster_platform::link::{Link, LinkError, SenderChoice, wait};

use crate::frames::{batch, numbered};
use crate::network::{CABLE, SENDERS, ip, link, plug, received, received_later, tap, try_link, with_cable};

fn sending_fails(link: &mut dyn Link, when: &str) {
    let frames = batch(&numbered(0, 300));
    for _ in 0..3 {
        let before = Instant::now();
        let error = link.send(&frames, 0..300).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NetworkDown, "{when}: {error}");
        assert!(before.elapsed() < Duration::from_secs(1), "{when}: it took {:?}", before.elapsed());
    }
}

/// A wait ends at once, a receive soon says why, once, and then waits wait again.
fn receiving_fails_once(link: &mut dyn Link, when: &str) {
    let before = Instant::now();
    let error = loop {
        wait(&[link.descriptor()], Duration::from_secs(20)).unwrap();
        assert!(before.elapsed() < Duration::from_secs(10), "{when}: the wait was not ended");
        if let Err(error) = link.receive(&mut |_, _| {}) {
            break error;
        }
    };
    assert_eq!(error.kind(), ErrorKind::NetworkDown, "{when}: {error}");
    let before = Instant::now();
    wait(&[link.descriptor()], Duration::from_millis(30)).unwrap();
    assert!(before.elapsed() >= Duration::from_millis(30), "{when}: an error that was taken ends no wait");
    link.receive(&mut |_, _| {}).unwrap();
}

#[test]
fn an_interface_set_down_is_an_error_until_it_is_up_again() {
    with_cable(|| {
        for sender in SENDERS {
            let (mut near, mut far) = (link("near", sender), link("far", SenderChoice::AfPacket));
            ip("link set near down");
            sending_fails(near.as_mut(), &format!("{sender:?}, down"));
            receiving_fails_once(near.as_mut(), &format!("{sender:?}, down"));
            ip("link set near up");
            let frames = numbered(7, 5);
            assert_eq!(near.send(&batch(&frames), 0..5).unwrap(), 5, "{sender:?}, up again");
            // And nothing of what was refused meanwhile.
            let arrived = received(far.as_mut(), 5);
            assert!(arrived == frames, "{sender:?}: {} arrived", arrived.len());
            assert!(received_later(far.as_mut()).is_empty(), "{sender:?}");
        }
    });
}

#[test]
fn an_interface_that_is_gone_is_an_error() {
    with_cable(|| {
        for sender in SENDERS {
            let mut near = link("near", sender);
            ip("link del near");
            sending_fails(near.as_mut(), &format!("{sender:?}, gone"));
            receiving_fails_once(near.as_mut(), &format!("{sender:?}, gone"));
            ip(CABLE);
        }
    });
}

#[test]
fn an_interface_without_a_carrier_is_an_error() {
    with_cable(|| {
        for sender in SENDERS {
            let mut near = link("near", sender);
            ip("link set far down");
            sending_fails(near.as_mut(), &format!("{sender:?}, unplugged"));
            ip("link set far up");
            let mut far = link("far", SenderChoice::AfPacket);
            assert_eq!(near.send(&batch(&numbered(0, 5)), 0..5).unwrap(), 5, "{sender:?}, plugged in again");
            assert_eq!(received(far.as_mut(), 5).len(), 5);
            assert!(received_later(far.as_mut()).is_empty(), "{sender:?}");
        }
    });
}

/// The kernel takes `IFF_RUNNING` back once a second at most, so that of a cable pulled twice it may tell late.
#[test]
fn a_cable_that_is_pulled_twice_is_noticed_at_once() {
    with_cable(|| {
        let card = tap("card", 100);
        for sender in SENDERS {
            plug(&card, true);
            let mut link = link("card", sender);
            for is_in in [false, true, false] {
                plug(&card, is_in);
            }
            sending_fails(link.as_mut(), &format!("{sender:?}, unplugged twice"));
        }
    });
}

#[test]
fn a_link_to_an_interface_that_is_down_is_not_opened() {
    with_cable(|| {
        ip("link set near down");
        for sender in [SenderChoice::Best, SenderChoice::AfPacket] {
            let error = try_link("near", sender, 0).unwrap_err();
            let LinkError::System { source, .. } = &error else { panic!("{error}") };
            assert_eq!(source.kind(), ErrorKind::NetworkDown);
            assert!(error.hint().is_some_and(|hint| hint.contains("ip link set")), "{error}");
        }
    });
}

#[test]
fn the_loopback_interface_is_refused_with_a_reason() {
    with_cable(|| {
        let error = try_link("lo", SenderChoice::Best, 0).unwrap_err();
        assert!(matches!(error, LinkError::Unsupported { .. }), "{error}");
        assert!(error.to_string().starts_with("lo: "), "{error}");
    });
}

#[test]
fn nobody_without_privilege_opens_a_link() {
    with_cable(|| {
        let became_nobody = thread::spawn(|| {
            // SAFETY: the call takes numbers alone. Made without the C library, it is this thread's alone.
            assert_eq!(unsafe { libc::syscall(libc::SYS_setresuid, 65534, 65534, 65534) }, 0);
            try_link("near", SenderChoice::Best, 0).unwrap_err()
        });
        let error = became_nobody.join().unwrap();
        let LinkError::System { source, .. } = &error else { panic!("{error}") };
        assert_eq!(source.kind(), ErrorKind::PermissionDenied);
        assert!(error.hint().is_some_and(|hint| hint.contains("setcap cap_net_raw+ep")), "{error}");
    });
}
