//! One connection at a time, looked at when everything has happened already.

use std::io::Write as _;

use socket2::SockRef;

use std::net::{self, TcpListener};
use std::time::Duration;

use mio::{Events, Poll};
use muster_catalog::Catalog;
use muster_identify::Limits;

use super::*;

/// A conversation on its way to a listener, and the listener's end.
fn meet(poll: &Poll) -> (Talk<'static>, net::TcpStream) {
    let listener = TcpListener::bind("127.95.9.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let endpoint = Endpoint::tcp(address.ip(), address.port());
    let stream = connect(endpoint, poll.registry(), Token(0)).unwrap();
    let dialogue = Dialogue::new(Catalog::builtin(), endpoint, Limits::default(), Instant::START);
    (Talk::new(stream, dialogue), listener.accept().unwrap().0)
}

fn reset(mut peer: net::TcpStream, last_words: &[u8]) {
    peer.write_all(last_words).unwrap();
    SockRef::from(&peer).set_linger(Some(Duration::ZERO)).unwrap();
}

/// The error that tells of the reset is gone once it has been read, by whatever call that was.
#[test]
fn a_reset_is_one_whoever_notices_it() {
    let poll = Poll::new().unwrap();
    for is_connected in [false, true] {
        for unsent in [vec![], vec![7; 10]] {
            let (talk, peer) = meet(&poll);
            let mut talk = Talk { is_connected, unsent, ..talk };
            reset(peer, b"go away\r\n");
            assert_eq!(talk.turn(Instant::START, &mut [0; 64]), Turn::Over);
            let service = talk.into_dialogue().into_service();
            assert_eq!(service.end, Conversation::Reset, "{is_connected}");
            let told = service.told.first().map(muster_model::Told::value);
            assert!(told.is_some_and(|told| told.starts_with("go away")), "{is_connected}");
        }
    }
}

#[test]
fn a_turn_reads_no_more_than_its_share() {
    let poll = Poll::new().unwrap();
    let (mut talk, mut peer) = meet(&poll);
    peer.write_all(&[b'x'; 64 * READS_A_TURN + 1]).unwrap();
    assert_eq!(talk.turn(Instant::START, &mut [0; 64]), Turn::Unread);
    assert_eq!(talk.turn(Instant::START, &mut [0; 64]), Turn::Waiting);
    drop(peer);
    assert_eq!(talk.turn(Instant::START, &mut [0; 64]), Turn::Over);
    assert_eq!(talk.into_dialogue().into_service().end, Conversation::Closed);
}

/// After a stall of this machine, what came in time is not lost.
#[test]
fn what_came_is_read_before_time_is_up() {
    let poll = Poll::new().unwrap();
    let (mut talk, mut peer) = meet(&poll);
    assert_eq!(talk.turn(Instant::START, &mut [0; 64]), Turn::Waiting);
    peer.write_all(b"hello\r\n").unwrap();
    talk.handle_timeout(talk.poll_timeout().unwrap(), &mut [0; 64]);
    let told: Vec<String> =
        talk.into_dialogue().into_service().told.iter().map(muster_model::Told::value).collect();
    assert!(told.iter().any(|told| told.starts_with("hello")), "{told:?}");
}

/// No request of today is as long as that; a busy system may still take a short one in two pieces.
#[test]
fn what_the_system_does_not_take_at_once_is_sent_later() {
    const LENGTH: usize = 1 << 20;
    let mut poll = Poll::new().unwrap();
    let (talk, mut peer) = meet(&poll);
    let Wire::Stream(stream) = &talk.wire else { panic!("no stream") };
    SockRef::from(stream).set_send_buffer_size(65_536).unwrap();
    let mut talk = Talk { unsent: vec![7; LENGTH], ..talk };

    let mut events = Events::with_capacity(4);
    let mut buffer = [0; 64];
    assert_eq!(talk.turn(Instant::START, &mut buffer), Turn::Waiting);
    assert!(!talk.unsent.is_empty(), "everything was taken at once");
    let reader = std::thread::spawn(move || io::copy(&mut peer, &mut io::sink()).unwrap());
    while !talk.unsent.is_empty() {
        poll.poll(&mut events, Some(Duration::from_secs(5))).unwrap();
        assert!(!events.is_empty(), "{} are left, and nothing happens", talk.unsent.len());
        assert_eq!(talk.turn(Instant::START, &mut buffer), Turn::Waiting);
    }
    drop(talk);
    assert_eq!(reader.join().unwrap(), LENGTH as u64);
}
