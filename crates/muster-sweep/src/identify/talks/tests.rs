//! One conversation among all of them.

use std::io::Write as _;
use std::net::TcpListener;

use mio::Poll;
use muster_catalog::Catalog;
use muster_identify::Limits;
use muster_model::{Conversation, Endpoint};

use crate::identify::IdentifyPace;
use crate::identify::agenda::Agenda;

use super::*;

/// The system tells once that something has come, however much it is.
#[test]
fn what_a_turn_left_is_read_without_another_event() {
    let listener = TcpListener::bind("127.95.9.2:0").unwrap();
    let endpoint = Endpoint::tcp([127, 95, 9, 2].into(), listener.local_addr().unwrap().port());
    let pace = IdentifyPace { most_at_once: 1, rate: 1.0, host_spacing: Duration::ZERO, per_host: 1 };
    let errand = Agenda::new(&[endpoint], pace).poll_errand(Instant::START).unwrap();
    let limits = Limits { bytes: 10 * BUFFER, ..Limits::default() };
    let dialogue = Dialogue::new(Catalog::builtin(), endpoint, limits, Instant::START);
    let (poll, mut talks) = (Poll::new().unwrap(), Talks::new());
    talks.begin(poll.registry(), errand, dialogue).unwrap();
    let (mut peer, _) = listener.accept().unwrap();
    peer.write_all(&[b'x'; 4 * BUFFER + 1]).unwrap();
    drop(peer);

    talks.handle_event(0, Instant::START);
    assert_eq!(talks.poll_timeout(), Some(Instant::START), "there is more to be read at once");
    assert!(talks.take_over().is_empty());
    talks.read_on(Instant::START);
    let mut over = talks.take_over();
    assert_eq!((over.len(), over[0].0), (1, errand));
    assert_eq!(over.remove(0).1.into_service().end, Conversation::Closed);
    assert_eq!((talks.poll_timeout(), talks.len()), (None, 0));
}
