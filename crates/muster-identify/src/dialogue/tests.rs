//! The course of a conversation: what is sent when, how it ends, and that nothing prolongs it.

mod words;

use muster_model::{Excerpt, Said, Speech, Told};
use proptest::prelude::*;

use super::*;
use crate::Depth;
use crate::service::tls::LONGEST_RECORD;
use crate::testing::{CERTIFICATE, Script, at, converse, office, say, tls_flight, tls_records};

fn labels(service: &Service) -> Vec<String> {
    service.told.iter().map(|told| format!("{}: {}", told.label(), told.value())).collect()
}

fn later(milliseconds: u64) -> Instant {
    Instant::START + Duration::from_millis(milliseconds)
}

#[test]
fn it_listens_before_it_asks() {
    let office = office();
    let mut dialogue = Dialogue::among(&office, at(8081), Limits::default(), Instant::START);
    assert_eq!(dialogue.poll_timeout(), Some(later(3000)));
    dialogue.handle_connected(later(10));
    assert_eq!((dialogue.poll_transmit(), dialogue.poll_timeout()), (None, Some(later(1010))));
    dialogue.handle_timeout(later(1009));
    assert_eq!(dialogue.poll_transmit(), None, "too early");
    dialogue.handle_timeout(later(1010));
    let request = String::from_utf8(dialogue.poll_transmit().unwrap()).unwrap();
    assert!(request.starts_with("GET / HTTP/1.1\r\nHost: 127.0.0.1:8081\r\n"), "{request}");
    assert_eq!((dialogue.poll_transmit(), dialogue.poll_timeout()), (None, Some(later(3010))));
    dialogue.handle_bytes(later(1020), b"HTTP/1.1 204 No Content\r\n\r\nrest");
    assert!(dialogue.is_over() && dialogue.poll_timeout().is_none());
    let service = dialogue.into_service();
    assert_eq!((service.end, service.asked), (Conversation::Satisfied, vec![Request::HttpGet]));
}

#[test]
fn who_greets_is_asked_nothing() {
    let office = office();
    let mut dialogue = Dialogue::among(&office, at(2967), Limits::default(), Instant::START);
    dialogue.handle_connected(Instant::START);
    dialogue.handle_bytes(later(5), b"220 ready\r\n");
    assert_eq!(dialogue.poll_timeout(), Some(later(255)), "a line is probably all");
    dialogue.handle_bytes(later(100), b"more");
    assert_eq!(dialogue.poll_timeout(), Some(later(1100)), "half a line is not");
    dialogue.handle_timeout(later(1100));
    assert!(dialogue.is_over() && dialogue.poll_transmit().is_none());
    let service = dialogue.into_service();
    assert_eq!((service.end, service.asked.len()), (Conversation::Satisfied, 0));
    assert_eq!(labels(&service), ["greeting: 220 ready\\r\\nmore"]);
}

#[test]
fn a_printers_port_is_left_alone() {
    let dialogue = Dialogue::new(Catalog::builtin(), at(9100), Limits::default(), Instant::START);
    assert!(dialogue.is_over() && dialogue.poll_timeout().is_none());
    let service = dialogue.into_service();
    assert_eq!((service.end, service.identity, service.told.len()), (Conversation::NotAsked, None, 0));
}

#[test]
fn ends_are_kept_as_they_were() {
    let office = office();
    let ended = |after_asking: bool, end: Option<Conversation>| {
        let mut dialogue = Dialogue::among(&office, at(8081), Limits::default(), Instant::START);
        if after_asking {
            dialogue.handle_connected(Instant::START);
            dialogue.handle_timeout(later(1000));
        }
        match end {
            Some(end) => dialogue.handle_end(later(1000), end),
            None => dialogue.handle_timeout(dialogue.poll_timeout().unwrap()),
        }
        assert!(dialogue.is_over() && dialogue.poll_transmit().is_none());
        dialogue.handle_bytes(later(1001), b"too late");
        dialogue.handle_end(later(1001), Conversation::Reset);
        dialogue.into_service()
    };
    assert_eq!(ended(false, None).end, Conversation::NotConnected);
    assert_eq!(ended(false, Some(Conversation::NotConnected)).end, Conversation::NotConnected);
    assert_eq!(ended(true, None).end, Conversation::TimedOut);
    for end in [Conversation::Closed, Conversation::Reset, Conversation::Stopped] {
        let service = ended(true, Some(end));
        assert_eq!((service.end, service.told.len()), (end, 0));
    }
    let unfinished = Dialogue::among(&office, at(8081), Limits::default(), Instant::START);
    assert_eq!(unfinished.into_service().end, Conversation::Stopped);
}

#[test]
fn what_is_told_is_taken_out_of_the_answer() {
    let told = |port, answer: &[u8]| labels(&converse(port, &Script { answer, ..Script::default() }));
    assert_eq!(
        told(3310, b"ClamAV 1.0.3/27007/Mon Aug 21 07:30:01 2023\nmore"),
        [
            "answer: ClamAV 1.0.3/27007/Mon Aug 21 07:30:01 2023",
            "version: 1.0.3",
            "signature date: 2023-08-21"
        ]
    );
    let page = b"HTTP/1.1 200 OK\r\nServer: Agent-ListenServer-HttpSvr/1.0\r\nContent-Length: 85\r\n\r\n\
                 <naLog><ComputerName>PC-7</ComputerName><ePOServerName>EPO1</ePOServerName></naLog>\r\n";
    assert_eq!(
        told(8081, page),
        [
            "status: HTTP/1.1 200 OK",
            "server: Agent-ListenServer-HttpSvr/1.0",
            "host name: PC-7",
            "manager: EPO1"
        ]
    );
    assert_eq!(
        told(443, &tls_records(&tls_flight(CERTIFICATE), 16_384)),
        [
            "certificate subject: CN=Router$printserver-7, C=GB, O=Example Ltd",
            "certificate issuer: CN=Example Certification Manager, O=Example Ltd",
            "host name: printserver-7"
        ]
    );
    assert_eq!(told(443, &[21, 3, 1, 0, 2, 2, 70]), ["answer: TLS alert 70: protocol version"]);
    assert_eq!(told(443, &[21, 3, 1, 0, 2, 2, 99]), ["answer: TLS alert 99"]);
    assert_eq!(
        told(80, b"HTTP/1.0 200 OK\n\n<title>HP LaserJet 4250</title>"),
        ["status: HTTP/1.0 200 OK", "title: HP LaserJet 4250"]
    );
    assert_eq!(told(2967, &[0, 9, 1]), ["answer: \\x00\\t\\x01"]);
}

#[test]
fn hostile_text_is_harmless() {
    let page =
        b"HTTP/1.1 200 \x1b[2J\r\nServer: \xff\xfe=cmd|'/C calc'!A0\r\n\r\n<title><script>\x07</title>";
    let service =
        converse(80, &Script { answer: page, end: Some(Conversation::Closed), ..Script::default() });
    assert_eq!(
        labels(&service),
        ["status: HTTP/1.1 200 \\x1b[2J", "server: \\xff\\xfe=cmd|'/C calc'!A0", "title: <script>\\x07"]
    );
}

#[test]
fn no_more_is_heard_than_there_is_room_for() {
    let limits = Limits::default();
    let office = office();
    // A handshake message that never ends, in records of 1,024 bytes.
    let record = [&[22, 3, 3, 3, 251][..], &[b'a'; 1019]].concat();
    let hello = [&[22, 3, 3, 0, 4, 2, 0xff, 0xff, 0xff][..]].concat();
    for (port, beginning, more) in [
        (2967, &b"HTTP/1.1 200 OK\r\n"[..], &[b'a'; 1024][..]),
        (2967, b"x", &[b'a'; 1024]),
        (443, &hello, &record),
    ] {
        for after in [0, 1000] {
            let mut dialogue = Dialogue::among(&office, at(port), limits, Instant::START);
            dialogue.handle_connected(Instant::START);
            dialogue.handle_timeout(later(after));
            dialogue.handle_bytes(later(after), beginning);
            for _ in 0..1000 {
                dialogue.handle_bytes(later(after), more);
                let heard = &dialogue.turn.heard;
                assert!(heard.len() <= limits.bytes + LONGEST_RECORD);
                assert!(heard.capacity() <= 4 * (limits.bytes + LONGEST_RECORD));
                if dialogue.wants_connection() {
                    dialogue.reconnect(later(after));
                    dialogue.handle_connected(later(after));
                    dialogue.handle_bytes(later(after), beginning);
                }
            }
            assert_eq!(dialogue.into_service().end, Conversation::TooLong);
        }
    }
    let exactly = vec![b'a'; limits.bytes];
    let service = converse(22, &Script { greeting: &exactly, ..Script::default() });
    assert_eq!(service.end, Conversation::Satisfied);
}

#[test]
fn a_byte_now_and_then_prolongs_nothing() {
    let office = office();
    let header = b"HTTP/1.1 200 OK\r\nA: ";
    for (port, is_asked, first) in
        [(22, false, &b"S"[..]), (8081, true, header), (3310, true, b"C"), (443, true, &[22])]
    {
        let mut dialogue = Dialogue::among(&office, at(port), Limits::default(), Instant::START);
        let mut now = Instant::START;
        dialogue.handle_connected(now);
        if is_asked {
            now = dialogue.poll_timeout().unwrap();
            dialogue.handle_timeout(now);
        }
        dialogue.handle_bytes(now, first);
        while !dialogue.is_over() {
            now = (now + Duration::from_millis(900)).min(dialogue.poll_timeout().unwrap());
            dialogue.handle_timeout(now);
            dialogue.handle_bytes(now, b"a");
        }
        assert!(now <= Instant::START + Limits::default().total, "{port} at {now}");
        assert_eq!(now, later(8000), "{port}: patient to the end");
        assert_eq!(dialogue.into_service().end, Conversation::TimedOut);
    }
}

#[test]
fn silence_counts_only_after_the_question() {
    let office = office();
    let limits = Limits { total: Duration::from_millis(500), ..Limits::default() };
    let mut dialogue = Dialogue::among(&office, at(2967), limits, Instant::START);
    dialogue.handle_connected(Instant::START);
    dialogue.handle_timeout(later(500));
    let service = dialogue.into_service();
    assert_eq!((service.end, service.asked.len()), (Conversation::TimedOut, 0));
    assert!(
        matches!(service.identity, Some(muster_model::Identity::Unlearnt { .. })),
        "{:?}",
        service.identity
    );
}

#[test]
fn speech_is_told_even_where_nobody_is_known() {
    let service = converse(22, &Script { greeting: b"SSH-2.0-OpenSSH_9.6\r\n", ..Script::default() });
    assert_eq!((service.identity, service.speech), (None, Some(Speech::Ssh)));
    assert_eq!(service.told, [Told::Greeting(Excerpt::of("SSH-2.0-OpenSSH_9.6"))]);
}

/// Bytes that get far into a parser: beginnings of protocols, their pieces, and noise.
fn speech() -> impl Strategy<Value = Vec<u8>> {
    let flight = tls_records(&tls_flight(CERTIFICATE), 200);
    let pieces: Vec<Vec<u8>> = [
        &b"HTTP/1.1 200 OK\r\n"[..],
        b"Content-Length: 7\r\n",
        b"Transfer-Encoding: chunked\r\n",
        b"\r\n",
        b"\n",
        b"5\r\nabcde\r\n",
        b"0\r\n",
        b"<title>a</title>",
        b"ClamAV 1.0/27007/Mon Aug 21 07:30:01 2023",
        b"IOR:01",
        b"220 ftp",
        b"MZ",
        b"\xff\xfd",
        b"\x15\x03\x01\x00\x02\x02\x28",
        b"\x16\x03\x03\x0a\x0a",
        b"\x16\x03\x03\x00\x04\x0b\x00\x00\x08",
        b"\x00\x00\x05\x00\x00\x02",
        &flight,
    ]
    .into_iter()
    .map(<[u8]>::to_vec)
    .collect();
    let noise = proptest::collection::vec(any::<u8>(), 0..8);
    let part = prop_oneof![3 => proptest::sample::select(pieces), 1 => noise];
    proptest::collection::vec(part, 0..8).prop_map(|parts| parts.concat())
}

fn port() -> impl Strategy<Value = u16> {
    proptest::sample::select(vec![22, 80, 443, 2967, 3310, 7000, 7001, 8081, 8192, 8194, 9100])
}

proptest! {
    #[test]
    fn how_bytes_are_cut_changes_nothing(bytes in speech(), port in port(), greets: bool, piece in 1..40_usize) {
        let (greeting, answer) = if greets { (&bytes[..], &b""[..]) } else { (&b""[..], &bytes[..]) };
        let whole = converse(port, &Script { greeting, answer, end: None, piece: 0 });
        let pieces = converse(port, &Script { greeting, answer, end: None, piece });
        prop_assert_eq!(whole, pieces);
    }

    #[test]
    fn how_bytes_are_cut_changes_nothing_where_room_is_short(
        bytes in speech(), port in port(), piece in 1..40_usize, room in 0..200_usize,
    ) {
        let office = office();
        let limits = Limits { bytes: room, ..Limits::default() };
        let hear = |piece| {
            let mut dialogue = Dialogue::among(&office, at(port), limits, Instant::START);
            dialogue.handle_connected(Instant::START);
            dialogue.handle_timeout(later(1000));
            say(&mut dialogue, later(1000), &bytes, piece);
            dialogue.handle_end(later(1000), Conversation::Closed);
            dialogue.into_service()
        };
        prop_assert_eq!(hear(0), hear(piece));
    }

    #[test]
    fn it_ends_in_time_whatever_happens(
        events in proptest::collection::vec((0..3_000_u64, proptest::collection::vec(any::<u8>(), 0..30), 0..8_u8), 0..20),
        port in port(),
        total in 0..10_000_u64,
    ) {
        let office = office();
        let limits = Limits { total: Duration::from_millis(total), ..Limits::default() };
        let mut dialogue = Dialogue::among(&office, at(port), limits, Instant::START);
        let mut now = Instant::START;
        for (pause, bytes, event) in events {
            now = now + Duration::from_millis(pause);
            match event {
                0 => dialogue.handle_connected(now),
                1 => drop(dialogue.poll_transmit()),
                2 => dialogue.handle_end(now, Conversation::Reset),
                3..5 => dialogue.handle_timeout(now),
                _ => dialogue.handle_bytes(now, &bytes),
            }
            // Waiting for a connection takes no time of the conversation's own, so none is waited for.
            dialogue.reconnect(now);
            prop_assert_eq!(dialogue.poll_timeout().is_none(), dialogue.is_over());
        }
        for _ in 0..10 {
            let Some(until) = dialogue.poll_timeout() else { break };
            prop_assert!(until <= Instant::START + limits.total);
            now = until.max(now);
            dialogue.handle_timeout(now);
            dialogue.reconnect(now);
        }
        prop_assert!(dialogue.is_over());
        let _ = dialogue.into_service();
    }
}

/// A server that does so after everything but `liked`, to which it says `+PONG`; what was sent to it, and what it is.
fn picky(port: u16, depth: Depth, liked: &[u8], end: Option<Conversation>) -> (Vec<Vec<u8>>, Service) {
    let limits = Limits { depth, ..Limits::default() };
    let mut dialogue = Dialogue::new(Catalog::builtin(), at(port), limits, Instant::START);
    let (mut now, mut sent) = (Instant::START, Vec::new());
    while !dialogue.is_over() {
        dialogue.reconnect(now);
        dialogue.handle_connected(now);
        let Some(request) = dialogue.poll_transmit() else {
            now = dialogue.poll_timeout().unwrap_or(now);
            dialogue.handle_timeout(now);
            continue;
        };
        let is_liked = request.starts_with(liked);
        sent.push(request);
        if is_liked {
            dialogue.handle_bytes(now, b"+PONG\r\n");
        }
        end.into_iter().for_each(|end| dialogue.handle_end(now, end));
    }
    (sent, dialogue.into_service())
}

#[test]
fn who_hangs_up_is_asked_in_other_languages_where_the_user_wants_to_know() {
    for hang_up in [Some(Conversation::Closed), Some(Conversation::Reset)] {
        let (sent, service) = picky(52_311, Depth::Unknown, b"PING", hang_up);
        assert_eq!(service.speech, Some(Speech::Redis), "{sent:?}");
        assert_eq!(service.asked.last(), Some(&Request::RedisPing));
        let (sent, service) = picky(52_311, Depth::Known, b"PING", hang_up);
        assert_eq!(
            (sent.len() <= 2, service.speech),
            (true, None),
            "an audit asks what is the port's: {sent:?}"
        );
        let (sent, _) = picky(40_000, Depth::Unknown, b"nothing", hang_up);
        assert!(sent.len() <= 6 && sent.iter().all(|request| !request.is_empty()), "{sent:?}");
    }
}

#[test]
fn who_stays_silent_is_not_pestered() {
    let (sent, service) = picky(8081, Depth::Unknown, b"nothing", None);
    assert_eq!((sent.len(), service.asked), (1, vec![Request::HttpGet]));
}
