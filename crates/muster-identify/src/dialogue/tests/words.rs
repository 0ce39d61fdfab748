//! What was sent and what came, where it is to be kept.

use super::*;
use crate::Community;

const KEEPS: fn() -> Limits = || Limits { keeps_words: true, ..Limits::default() };

/// A conversation in which every request is answered alike, over as many connections as are wanted.
fn conversation(at: Endpoint, limits: Limits, answers: &[&[u8]]) -> Service {
    let mut dialogue = Dialogue::new(Catalog::builtin(), at, limits, Instant::START);
    let mut now = Instant::START;
    while !dialogue.is_over() {
        dialogue.reconnect(now);
        dialogue.handle_connected(now);
        if dialogue.poll_transmit().is_some() {
            answers.iter().for_each(|answer| dialogue.handle_bytes(now, answer));
            dialogue.handle_end(now, Conversation::Closed);
        } else {
            now = dialogue.poll_timeout().unwrap_or(now);
            dialogue.handle_timeout(now);
        }
    }
    dialogue.into_service()
}

fn udp(port: u16) -> Endpoint {
    Endpoint { protocol: Protocol::Udp, ..at(port) }
}

#[test]
fn both_sides_are_kept_from_their_beginning() {
    let long = [&b"HTTP/1.1 200 OK\r\n\r\n"[..], &[b'a'; 2_000]].concat();
    let service = conversation(at(8081), KEEPS(), &[&long]);
    let [exchange] = &service.exchanges[..] else { panic!("{:?}", service.exchanges) };
    assert!(exchange.sent.bytes().starts_with(b"GET / HTTP/1.1\r\nHost: 127.0.0.1:8081\r\n"), "{exchange:?}");
    assert_eq!(exchange.sent.total(), exchange.sent.bytes().len() as u64);
    assert_eq!((exchange.heard.bytes(), exchange.heard.total()), (&long[..512], long.len() as u64));
    assert!(!exchange.is_in_tls);
    assert_eq!(conversation(at(8081), Limits::default(), &[&long]).exchanges, [], "unless asked for");
}

#[test]
fn every_connection_has_its_own() {
    let service = conversation(at(443), KEEPS(), &[]);
    assert!(service.exchanges.len() > 1, "a hello of today and one of the time before: {service:?}");
    for exchange in &service.exchanges {
        assert!(!exchange.sent.is_nothing() && exchange.heard.is_nothing(), "{exchange:?}");
    }
    let service = conversation(at(22), KEEPS(), &[]);
    assert_eq!(service.exchanges, [], "nothing was said by anybody");
}

#[test]
fn a_greeting_is_kept_without_a_question() {
    let mut dialogue = Dialogue::new(Catalog::builtin(), at(22), KEEPS(), Instant::START);
    dialogue.handle_bytes(later(5), b"SSH-2.0-\x1b[2J\r\n");
    dialogue.handle_end(later(6), Conversation::Closed);
    let [exchange] = &dialogue.into_service().exchanges[..] else { panic!("a greeting is an exchange") };
    assert!(exchange.sent.is_nothing());
    assert_eq!(exchange.heard.to_string(), "SSH-2.0-\\x1b[2J\\r\\n");
}

#[test]
fn a_datagram_is_kept_as_it_was() {
    let answer = [&[0; 2][..], b"\x84\x00rest"].concat();
    let service = conversation(udp(53), KEEPS(), &[&answer]);
    assert_eq!(service.exchanges[0].heard.bytes(), answer);
}

#[test]
fn no_byte_with_the_community_is_kept() {
    let word = b"hushhush";
    let limits = Limits { community: Community::new(word), ..KEEPS() };
    let sent = crate::service::snmp::get(limits.community.as_ref().unwrap());
    assert!(sent.windows(word.len()).any(|bytes| bytes == word), "else nothing is tested");
    let service = conversation(udp(161), limits, &[&sent]);
    assert!(!service.exchanges.is_empty());
    for Exchange { sent, heard, .. } in &service.exchanges {
        assert!(sent.is_secret() && heard.is_secret(), "{sent:?} {heard:?}");
    }
    assert!(!format!("{service:?}").contains("hush"));
}

proptest! {
    #[test]
    fn keeping_words_changes_nothing_else(
        bytes in proptest::collection::vec(any::<u8>(), 0..1_500), port in port(), is_udp in any::<bool>(),
    ) {
        let at = if is_udp { udp(port) } else { at(port) };
        let mut kept = conversation(at, KEEPS(), &[&bytes]);
        for Exchange { sent, heard, .. } in std::mem::take(&mut kept.exchanges) {
            prop_assert!(sent.bytes().len() <= Said::MOST && heard.bytes().len() <= Said::MOST);
        }
        let plain = conversation(at, Limits::default(), &[&bytes]);
        // Two hellos are never alike, nor is what is made of an answer to them.
        prop_assume!(!plain.asked.iter().any(|asked| matches!(asked, Request::TlsHello | Request::HttpsGet)));
        prop_assert_eq!(kept, plain);
    }
}
