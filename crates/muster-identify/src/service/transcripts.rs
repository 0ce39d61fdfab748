//! All against all: what each protocol says, read by every other's reader.
//!
//! Texts are those of the programs' own documentation or of a server that was asked; binary messages are made here, after the
//! document that is named in the protocol's file.

use muster_catalog::Catalog;
use muster_model::{Protocol, Request, Speech};

use super::{RECOGNIZERS, Recognition, dns, mdns, netbios, recognize, recognize_answer, smb};
use crate::testing::{CERTIFICATE, Script, at, converse_with, tls_flight, tls_records};

/// What a service says, and what it is asked before.
struct Transcript {
    speech: Speech,
    asked: Option<Request>,
    bytes: Vec<u8>,
}

fn greets(speech: Speech, bytes: &[u8]) -> Transcript {
    Transcript { speech, asked: None, bytes: bytes.to_vec() }
}

fn answers(speech: Speech, request: Request, bytes: &[u8]) -> Transcript {
    Transcript { speech, asked: Some(request), bytes: bytes.to_vec() }
}

/// No agent is among them.
fn transcripts() -> Vec<Transcript> {
    let mut all: Vec<Transcript> = [
        (Speech::Ssh, &b"SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u7\r\n"[..]),
        (Speech::Ssh, b"SSH-1.99-Cisco-1.25\n"),
        (Speech::Ftp, b"220 (vsFTPd 3.0.3)\r\n"),
        (Speech::Ftp, b"220 ProFTPD Server (Debian) [::ffff:127.0.0.1]\r\n"),
        (Speech::Smtp, b"220 mail.office.test ESMTP Postfix (Debian)\r\n"),
        (Speech::Imap, b"* OK [CAPABILITY IMAP4rev1 STARTTLS] Dovecot (Debian) ready.\r\n"),
        (Speech::Pop3, b"+OK Dovecot (Debian) ready.\r\n"),
        (Speech::Irc, b":irc.office.test NOTICE * :*** Looking up your hostname...\r\n"),
        (Speech::Mysql, b"\x4a\x00\x00\x00\x0a8.0.36\x00\x08\x00\x00\x00"),
        (Speech::RemoteFramebuffer, b"RFB 003.008\n"),
        (Speech::Telnet, b"\xff\xfd\x18\xff\xfd\x20\xff\xfd\x23\xff\xfd\x27"),
        (Speech::WindowsProgram, b"MZ\x90\x00\x03\x00\x00\x00\x04\x00\x00\x00\xff\xff"),
        (Speech::CorbaReference, b"IOR:010000002600000049444c3a"),
    ]
    .into_iter()
    .map(|(speech, bytes)| greets(speech, bytes))
    .collect();
    let flight = tls_records(&tls_flight(CERTIFICATE), 16_384);
    all.extend([
        answers(
            Speech::Http,
            Request::HttpGet,
            b"HTTP/1.1 200 OK\r\nServer: nginx/1.22.1\r\n\r\n<title>x</title>",
        ),
        answers(
            Speech::Http,
            Request::HttpGet,
            b"HTTP/1.1 426 Upgrade Required\r\nServer: CUPS/2.4 IPP/2.1\r\n\r\n",
        ),
        answers(Speech::Tls, Request::TlsHello, &flight),
        answers(Speech::Tls, Request::TlsHello, b"\x15\x03\x01\x00\x02\x02\x46"),
        answers(Speech::Clamd, Request::ClamdVersion, b"UNKNOWN COMMAND\n"),
        answers(Speech::Redis, Request::RedisPing, b"+PONG\r\n"),
        answers(Speech::Redis, Request::RedisPing, b"-NOAUTH Authentication required.\r\n"),
        answers(Speech::Postgres, Request::PostgresTls, b"S"),
        answers(Speech::Smb, Request::SmbNegotiate, &smb::negotiate()),
        answers(Speech::Dns, Request::DnsVersion, &replied(dns::version_over_tcp(), 2)),
        answers(Speech::MulticastDns, Request::MdnsName, &replied(mdns::name_query(&at(5353)), 0)),
        answers(Speech::NetbiosNames, Request::NetbiosStatus, &replied(netbios::status(), 0)),
    ]);
    all
}

/// The message at the offset with the bit that makes a question an answer (RFC 1035, 4.1.1). Where NetBIOS leaves out the
/// question, name and type stand where they stood.
fn replied(mut message: Vec<u8>, offset: usize) -> Vec<u8> {
    message[offset + 2] |= 0x80;
    message
}

const REQUESTS: &[Request] = &[
    Request::ClamdVersion,
    Request::DnsVersion,
    Request::HttpGet,
    Request::HttpsGet,
    Request::MdnsName,
    Request::NetbiosStatus,
    Request::PostgresTls,
    Request::RedisPing,
    Request::SmbNegotiate,
    Request::TlsHello,
];

#[test]
fn each_is_recognised_as_what_it_is() {
    for Transcript { speech, asked, bytes } in transcripts() {
        let found = recognize_answer(&bytes, asked);
        assert_eq!(found, Recognition::Is(speech), "{}", bytes.escape_ascii());
    }
}

/// Nor any beginning of it.
#[test]
fn nobody_claims_what_another_says() {
    for Transcript { speech, bytes, .. } in transcripts() {
        for length in 0..=bytes.len() {
            let heard = &bytes[..length];
            for recognizer in RECOGNIZERS {
                if let Recognition::Is(claimed) = recognizer(heard) {
                    assert_eq!(claimed, speech, "{}", heard.escape_ascii());
                }
            }
        }
    }
}

/// Whatever was asked: the answer to another question proves nothing else. A letter alone is an answer to one question
/// only, and then it is all there is to be said.
#[test]
fn no_question_makes_an_answer_another() {
    for Transcript { speech, bytes, .. } in transcripts() {
        for request in REQUESTS {
            if let Recognition::Is(claimed) = recognize_answer(&bytes, Some(*request)) {
                assert_eq!(claimed, speech, "{} after {request:?}", bytes.escape_ascii());
            }
        }
    }
}

#[test]
fn no_two_protocols_recognise_the_same() {
    for Transcript { bytes, .. } in transcripts() {
        let claims = RECOGNIZERS.iter().filter(|recognizer| matches!(recognizer(&bytes), Recognition::Is(_)));
        assert!(claims.count() <= 1, "{}", bytes.escape_ascii());
        let _ = recognize(&bytes);
    }
}

/// On none of the ports of the catalogue.
#[test]
fn an_ordinary_service_is_no_agent_wherever_it_listens() {
    let products = Catalog::builtin().products();
    let listeners = products.iter().flat_map(|product| &product.listeners);
    let tcp = listeners.filter(|listener| listener.protocol == Protocol::Tcp);
    let mut ports: Vec<u16> = tcp.flat_map(|listener| listener.ports.iter().copied()).collect();
    ports.sort_unstable();
    ports.dedup();
    assert!(ports.len() > 60, "{}", ports.len());
    let ordinary = transcripts();
    let ordinary = ordinary.iter().filter(|said| !AGENTS_OWN.contains(&said.speech));
    for Transcript { asked, bytes, .. } in ordinary {
        for port in &ports {
            let script = match asked {
                None => Script { greeting: bytes, ..Script::default() },
                Some(_) => Script { answer: bytes, ..Script::default() },
            };
            let service = converse_with(products, *port, &script);
            assert!(service.genuine().is_none(), "{port}: {} {:?}", bytes.escape_ascii(), service.identity);
        }
    }
}

/// What only agents speak: the catalogue may take it for one.
const AGENTS_OWN: [Speech; 2] = [Speech::Clamd, Speech::CorbaReference];
