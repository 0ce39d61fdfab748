//! Listeners that mean no good: none costs more time or memory than the limits say, and none holds up another.

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

use muster_model::{Conversation, Excerpt, Speech, Told};
use muster_sweep::IdentifyPace;
use socket2::{Domain, SockRef, Socket, Type};

use crate::listener::{Listener, endpoint, is_left_within, read_all, read_request};
use crate::watch::{LIMITS, PACE, Watch, meet, meet_before, meet_one};
use crate::{UNKNOWN, WEB};

/// The most a hostile listener sends in a test that goes wrong.
const PLENTY: usize = 1 << 30;

/// Sends `bytes` over and over until nobody listens any more; gives back how much that was.
fn flood(stream: &mut TcpStream, bytes: &[u8]) -> usize {
    let piece = bytes.repeat(65_536 / bytes.len());
    let mut sent = 0;
    while sent < PLENTY {
        match stream.write(&piece) {
            Ok(count) => sent += count,
            Err(_) => break,
        }
    }
    sent
}

#[test]
fn an_endless_banner_is_cut_off() {
    let server = Listener::start("127.95.1.1", UNKNOWN, |mut stream| flood(&mut stream, b"you are welcome "));
    let began = Instant::now();
    let service = meet_one(server.endpoint);
    assert_eq!(service.end, Conversation::TooLong);
    assert!(began.elapsed() < LIMITS.total);
    assert!(server.join().unwrap() < PLENTY / 8, "it was listened to for long");
}

#[test]
fn endless_headers_are_cut_off() {
    let server = Listener::start("127.95.1.2", WEB, |mut stream| {
        read_request(&mut stream);
        stream.write_all(b"HTTP/1.1 200 OK\r\n").unwrap();
        flood(&mut stream, b"X-Padding: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\r\n")
    });
    let began = Instant::now();
    let service = meet_one(server.endpoint);
    assert_eq!((service.end, service.speech), (Conversation::TooLong, Some(Speech::Http)));
    assert!(began.elapsed() < LIMITS.total);
    assert!(server.join().unwrap() < PLENTY / 8, "it was listened to for long");
}

/// Whoever answers with a redirection is not followed, to no other address and not to himself.
#[test]
fn a_redirection_leads_nowhere() {
    let elsewhere = TcpListener::bind("127.95.1.31:8000").unwrap();
    elsewhere.set_nonblocking(true).unwrap();
    for (last, location) in [(32, "http://127.95.1.31:8000/"), (33, "http://127.95.1.33:8000/"), (34, "//")] {
        let server = Listener::start(&format!("127.95.1.{last}"), WEB, move |mut stream| {
            read_request(&mut stream);
            let head = format!("HTTP/1.1 302 Found\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n");
            stream.write_all(head.as_bytes()).unwrap();
            read_all(&mut stream)
        });
        let service = meet_one(server.endpoint);
        assert_eq!((service.end, service.asked.len()), (Conversation::Satisfied, 1));
        let (more, is_in_order) = server.join().unwrap();
        assert!(more.is_empty() && is_in_order, "{more:?}");
    }
    assert!(elsewhere.accept().is_err(), "somebody came");
}

/// A gigabyte of zeroes in a megabyte: it is taken as it comes, and nothing is unpacked.
#[test]
fn what_is_packed_stays_packed() {
    let server = Listener::start("127.95.1.35", WEB, |mut stream| {
        read_request(&mut stream);
        let head = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nServer: bomb\r\n\r\n\x1f\x8b\x08\0";
        stream.write_all(head).unwrap();
        flood(&mut stream, &[0; 64])
    });
    let service = meet_one(server.endpoint);
    assert_eq!(service.end, Conversation::TooLong);
    assert!(service.told.contains(&Told::Server(Excerpt::of("bomb"))), "{service:?}");
    assert!(server.join().unwrap() < PLENTY / 8, "it was listened to for long");
}

/// A certificate of a megabyte, one of nothing but noise, one that is cut off, and a chain without an end.
#[test]
fn no_certificate_costs_more_than_another() {
    let noise: Vec<u8> = (0..4_000_u32).flat_map(|n| n.wrapping_mul(2_654_435_761).to_be_bytes()).collect();
    let deep = [0x30, 0x80].repeat(2_000);
    for (last, message) in [
        (36, certificate(&vec![0x30; 1 << 20])),
        (37, certificate(&noise)),
        (38, certificate(&[0x30, 0x84, 0xff, 0xff, 0xff, 0xff])),
        (39, certificate(&deep)),
        (40, vec![11, 0xff, 0xff, 0xff]),
    ] {
        let server = Listener::start(&format!("127.95.1.{last}"), SECURE, move |mut stream| {
            let _ = stream.read(&mut [0; 1_024]);
            let _ = stream.write_all(&records(&[HELLO, &message].concat()));
            flood(&mut stream, &records(&[0; 16_000]))
        });
        let began = Instant::now();
        let service = meet_one(server.endpoint);
        assert_eq!(service.speech, Some(Speech::Tls), "{last}: {service:?}");
        assert!(began.elapsed() < 2 * LIMITS.total, "{last}");
        let told = |told: &Told| matches!(told, Told::CertificateSubject(_) | Told::HostName(_));
        assert!(!service.told.iter().any(told), "{last}: {service:?}");
        assert!(server.join().unwrap() < PLENTY / 8, "it was listened to for long");
    }
}

/// A message with one certificate (RFC 5246, 7.4.2).
fn certificate(der: &[u8]) -> Vec<u8> {
    let counted = |bytes: &[u8]| [&u32::try_from(bytes.len()).unwrap().to_be_bytes()[1..], bytes].concat();
    [&[11][..], &counted(&counted(&counted(der)))].concat()
}

/// Records of TLS 1.2 that carry handshake messages.
fn records(messages: &[u8]) -> Vec<u8> {
    let record =
        |part: &[u8]| [&[22, 3, 3][..], &u16::try_from(part.len()).unwrap().to_be_bytes(), part].concat();
    messages.chunks(16_000).flat_map(record).collect()
}

/// The server's part of a handshake of TLS 1.2: a random number, no session, ECDHE with AES-128-GCM.
const HELLO: &[u8] = &[
    2, 0, 0, 38, 3, 3, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7,
    7, 7, 7, 0, 0xc0, 0x2f, 0,
];
const SECURE: u16 = 8443;

#[test]
fn who_drips_has_no_more_time_than_others() {
    let server = Listener::start("127.95.1.3", UNKNOWN, |mut stream| {
        for _ in 0..100 {
            if stream.write_all(b".").is_err() || is_left_within(Duration::from_millis(50), &mut stream) {
                break;
            }
        }
    });
    let began = Instant::now();
    let service = meet_one(server.endpoint);
    let took = began.elapsed();
    assert_eq!(service.end, Conversation::TimedOut);
    assert!(took >= LIMITS.total && took < LIMITS.total + Duration::from_secs(1), "{took:?}");
    server.join().unwrap();
}

/// Slower than the limits have patience for.
#[test]
fn one_byte_a_second_is_one_byte() {
    let server = Listener::start("127.95.1.4", UNKNOWN, |mut stream| {
        for byte in [b"a", b"b", b"c"] {
            if stream.write_all(byte).is_err() || is_left_within(Duration::from_secs(1), &mut stream) {
                break;
            }
        }
    });
    let service = meet_one(server.endpoint);
    assert_eq!(service.told.iter().map(Told::value).collect::<Vec<_>>(), ["a"]);
    server.join().unwrap();
}

#[test]
fn nothing_foreign_reaches_a_terminal() {
    let server = Listener::start("127.95.1.5", UNKNOWN, |mut stream| {
        let text = b"\x1b]0;owned\x07\x1b[2J\xff\xfe\xc3(\xe2\x80\xae=cmd|' /C calc'!A0 <script>\0\r\n";
        stream.write_all(text).unwrap();
    });
    let service = meet_one(server.endpoint);
    let told: String = service.told.iter().map(Told::value).collect();
    assert!(told.contains("owned") && told.contains("<script>"), "{told}");
    assert!(!told.chars().any(|c| c.is_control() || c == '\u{202e}'), "{told:?}");
    server.join().unwrap();
}

#[test]
fn who_closes_at_once_has_closed() {
    let server = Listener::start("127.95.1.6", WEB, drop);
    assert_eq!(meet_one(server.endpoint).end, Conversation::Closed);
    server.join().unwrap();
}

/// Whichever of SYN-ACK and RST is looked at first.
#[test]
fn who_resets_at_once_has_reset() {
    for last in 10..30 {
        let server = Listener::start(&format!("127.95.1.{last}"), WEB, |stream| {
            SockRef::from(&stream).set_linger(Some(Duration::ZERO)).unwrap();
        });
        assert_eq!(meet_one(server.endpoint).end, Conversation::Reset);
        server.join().unwrap();
    }
}

#[test]
fn what_was_said_before_a_reset_is_heard() {
    let server = Listener::start("127.95.1.7", UNKNOWN, |mut stream| {
        stream.write_all(b"go away\r\n").unwrap();
        SockRef::from(&stream).set_linger(Some(Duration::ZERO)).unwrap();
    });
    let service = meet_one(server.endpoint);
    assert_eq!(service.end, Conversation::Reset);
    assert!(service.told.iter().any(|told| told.value().starts_with("go away")), "{service:?}");
    server.join().unwrap();
}

/// On Linux a full accept queue drops SYNs.
#[test]
#[cfg(target_os = "linux")]
fn who_never_lets_anybody_in_is_given_up() {
    let deaf = endpoint("127.95.1.8", UNKNOWN);
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
    socket.bind(&deaf.socket_address().into()).unwrap();
    socket.listen(0).unwrap();
    let _filler = TcpStream::connect(deaf.socket_address()).unwrap();
    let began = Instant::now();
    assert_eq!(meet_one(deaf).end, Conversation::NotConnected);
    let took = began.elapsed();
    assert!(took >= LIMITS.connect && took < LIMITS.connect + Duration::from_secs(1), "{took:?}");
}

#[test]
fn who_talks_much_holds_up_nobody() {
    let talkers: Vec<_> = (100..110)
        .map(|last| {
            Listener::start(&format!("127.95.1.{last}"), UNKNOWN, |mut stream| flood(&mut stream, b"and "))
        })
        .collect();
    let quiet = TcpListener::bind("127.95.1.200:8000").unwrap();
    let mut endpoints: Vec<_> = talkers.iter().map(|talker| talker.endpoint).collect();
    endpoints.push(endpoint("127.95.1.200", WEB));
    let began = Instant::now();
    let (identified, _) = meet(&endpoints);
    let took = began.elapsed();
    let (quiet_one, others) = identified.services.split_last().unwrap();
    assert_eq!(quiet_one.end, Conversation::TimedOut);
    assert!(others.iter().all(|service| service.end == Conversation::TooLong));
    assert!(took < LIMITS.greeting + LIMITS.answer + Duration::from_secs(1), "{took:?}");
    drop(quiet);
    talkers.into_iter().for_each(|talker| assert!(talker.join().unwrap() < PLENTY / 8));
}

/// Not even a host whose every port waits is met by more than its share at once.
#[test]
fn no_host_holds_more_than_two_connections_at_once() {
    const PORTS: u16 = 12;
    let listeners: Vec<TcpListener> =
        (0..PORTS).map(|port| TcpListener::bind(("127.95.1.50", 22_000 + port)).unwrap()).collect();
    let endpoints: Vec<_> = (0..PORTS).map(|port| endpoint("127.95.1.50", 22_000 + port)).collect();
    let host = thread::spawn(move || most_at_once(&listeners));
    let pace = IdentifyPace { per_host: 2, ..PACE };
    assert!(meet_before(&endpoints, pace, &mut Watch::default()).is_complete);
    assert_eq!(host.join().unwrap(), (usize::from(PORTS), 2));
}

/// How many connections came, and how many stood at once.
fn most_at_once(listeners: &[TcpListener]) -> (usize, usize) {
    listeners.iter().for_each(|listener| listener.set_nonblocking(true).unwrap());
    let began = Instant::now();
    let (mut visits, mut most, mut open) = (0, 0, Vec::<TcpStream>::new());
    while visits < listeners.len() && began.elapsed() < Duration::from_secs(10) {
        for listener in listeners {
            let Ok((stream, _)) = listener.accept() else { continue };
            stream.set_nonblocking(true).unwrap();
            open.push(stream);
            visits += 1;
            // Who made room for this one was gone before it came.
            open.retain_mut(|stream| !is_gone(stream));
            most = most.max(open.len());
        }
        thread::park_timeout(Duration::from_millis(1));
    }
    (visits, most)
}

/// Whether it hung up, behind whatever it said.
fn is_gone(stream: &mut TcpStream) -> bool {
    let mut buffer = [0; 1_024];
    loop {
        match stream.read(&mut buffer) {
            Ok(0) => return true,
            Ok(_) => {}
            Err(error) => return error.kind() != ErrorKind::WouldBlock,
        }
    }
}
