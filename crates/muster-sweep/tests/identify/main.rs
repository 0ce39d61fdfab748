//! Conversations with real listeners on loopback, friendly and hostile ones.
//!
//! Every listener has an address of its own in 127.95.0.0/16, ends by itself, and is met with limits so short that the
//! whole file takes seconds. Port 8000 is asked for a page, port 21980 is one that nothing is known of: it is only
//! listened to.

mod descriptors;
mod hostile;
mod listener;
mod order;
mod tls;
mod watch;

use std::io::{Read as _, Write as _};
use std::time::{Duration, Instant};

use muster_catalog::Catalog;
use muster_identify::Limits;
use muster_model::{Conversation, Request, Speech, Told};
use muster_sweep::{Identification, Scope};

use listener::{Listener, endpoint, is_left_within, read_all, read_request};
use watch::{LIMITS, PACE, Watch, meet, meet_one};

const WEB: u16 = 8000;
const UNKNOWN: u16 = 21_980;

#[test]
fn who_stays_silent_is_asked_waited_for_and_left_in_order() {
    let server = Listener::start("127.95.0.1", WEB, |mut stream| read_all(&mut stream));
    let began = Instant::now();
    let service = meet_one(server.endpoint);
    let took = began.elapsed();
    assert_eq!((service.end, service.speech), (Conversation::TimedOut, None));
    assert_eq!((service.asked, service.told), (vec![Request::HttpGet], vec![]));
    assert!(took >= LIMITS.greeting + LIMITS.answer, "{took:?}");
    assert!(took < LIMITS.greeting + LIMITS.answer + Duration::from_secs(1), "{took:?}");
    let (heard, is_in_order) = server.join().unwrap();
    assert!(heard.starts_with(b"GET / HTTP/1."), "{}", String::from_utf8_lossy(&heard));
    assert!(is_in_order, "the connection was reset");
}

#[test]
fn a_web_server_answers() {
    let server = Listener::start("127.95.0.2", WEB, |mut stream| {
        read_request(&mut stream);
        let page = "<html><title>Depot 4</title></html>";
        let head = format!("HTTP/1.1 200 OK\r\nServer: shelf/1\r\nContent-Length: {}\r\n\r\n", page.len());
        // In pieces, the second when the first has certainly been read.
        stream.write_all(head.as_bytes()).unwrap();
        assert!(!is_left_within(Duration::from_millis(30), &mut stream));
        stream.write_all(page.as_bytes()).unwrap();
        read_all(&mut stream)
    });
    let service = meet_one(server.endpoint);
    assert_eq!((service.end, service.speech), (Conversation::Satisfied, Some(Speech::Http)));
    assert_eq!(service.asked, [Request::HttpGet]);
    for (label, value) in [("status", "200 OK"), ("server", "shelf/1"), ("title", "Depot 4")] {
        let told = service.told.iter().find(|told| told.label() == label).map(Told::value);
        assert!(told.as_deref().is_some_and(|told| told.ends_with(value)), "{label}: {told:?}");
    }
    let (_, is_in_order) = server.join().unwrap();
    assert!(is_in_order, "the connection was reset");
}

#[test]
fn who_greets_is_heard_and_not_asked() {
    let server = Listener::start("127.95.0.3", WEB, |mut stream| {
        stream.write_all(b"220 mail.example ESMTP\r\n").unwrap();
        read_all(&mut stream)
    });
    let service = meet_one(server.endpoint);
    assert_eq!((service.end, service.speech), (Conversation::Satisfied, Some(Speech::Smtp)));
    assert!(service.asked.is_empty());
    let greeting = service.told.iter().find(|told| told.label() == "greeting").map(Told::value);
    assert!(greeting.is_some_and(|greeting| greeting.starts_with("220 mail.example ESMTP")));
    let (heard, is_in_order) = server.join().unwrap();
    assert!(heard.is_empty(), "something was sent: {heard:?}");
    assert!(is_in_order, "the connection was reset");
}

/// More than one turn reads, sent in one go.
#[test]
fn a_long_page_is_read_to_its_end() {
    const LENGTH: usize = 300_000;
    let server = Listener::start("127.95.0.7", WEB, |mut stream| {
        read_request(&mut stream);
        let mut answer = format!("HTTP/1.1 200 OK\r\nContent-Length: {LENGTH}\r\n\r\n").into_bytes();
        answer.resize(answer.len() + LENGTH, b'x');
        stream.write_all(&answer).unwrap();
        read_all(&mut stream)
    });
    let (scope, catalog) = (Scope::new(&[], &[]).unwrap(), Catalog::builtin());
    let limits = Limits { bytes: 2 * LENGTH, ..LIMITS };
    let identification = Identification { catalog, scope: &scope, limits, pace: PACE };
    let identified = identification.run(&[server.endpoint], &mut Watch::default()).unwrap();
    assert_eq!(identified.services[0].end, Conversation::Satisfied);
    // With anything unread left, the connection would have been reset.
    let (_, is_in_order) = server.join().unwrap();
    assert!(is_in_order, "the connection was reset");
}

#[test]
fn clamd_tells_its_version() {
    let server = Listener::start("127.95.0.4", 3310, |mut stream| {
        let mut command = [0; 64];
        let length = stream.read(&mut command).unwrap();
        stream.write_all(b"ClamAV 1.0.3/27007/Mon Aug 21 07:30:01 2023\n").unwrap();
        command[..length].to_vec()
    });
    let service = meet_one(server.endpoint);
    assert_eq!((service.end, service.speech), (Conversation::Satisfied, Some(Speech::Clamd)));
    assert_eq!(service.asked, [Request::ClamdVersion]);
    assert!(service.told.iter().any(|told| told.value() == "1.0.3"), "{service:?}");
    let command = server.join().unwrap();
    assert!(command.windows(7).any(|bytes| bytes == b"VERSION"), "{command:?}");
}

#[test]
fn nobody_there_is_no_failure() {
    let service = meet_one(endpoint("127.95.0.5", UNKNOWN));
    assert_eq!(service.end, Conversation::NotConnected);
    assert!(service.asked.is_empty() && service.told.is_empty());
}

#[test]
fn over_ipv6_as_well() {
    let Some(server) =
        Listener::try_start("::1", 21_981, |mut stream| stream.write_all(b"hello\r\n").unwrap())
    else {
        return; // A machine without IPv6.
    };
    let service = meet_one(server.endpoint);
    assert!(service.told.iter().any(|told| told.value().starts_with("hello")), "{service:?}");
    server.join().unwrap();
}

/// What is sent to such a port is printed.
#[test]
fn a_print_server_is_not_even_connected_to() {
    let server = std::net::TcpListener::bind("127.95.0.6:9100").unwrap();
    server.set_nonblocking(true).unwrap();
    let service = meet_one(endpoint("127.95.0.6", 9100));
    assert_eq!(service.end, Conversation::NotAsked);
    assert_eq!(server.accept().unwrap_err().kind(), std::io::ErrorKind::WouldBlock);
}

#[test]
fn without_endpoints_there_is_nothing_to_do() {
    let (identified, watch) = meet(&[]);
    assert!(identified.is_complete && identified.services.is_empty());
    assert!(watch.seen.is_empty());
}
