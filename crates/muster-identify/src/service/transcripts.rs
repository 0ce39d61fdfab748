//! No protocol claims another's transcript: each is shown the beginnings of all.

use muster_catalog::Catalog;
use muster_model::Request;

use super::*;
use crate::testing::{CERTIFICATE, Script, at, converse_with, tls_flight, tls_records};

/// What a server says in each protocol, and what it was asked. Made after the protocols' own documents.
fn transcripts() -> Vec<(Speech, Option<Request>, Vec<u8>)> {
    use Speech::*;
    let mut transcripts: Vec<(Speech, Option<Request>, Vec<u8>)> =
        WORDS.iter().map(|(speech, asked, words)| (*speech, *asked, words.to_vec())).collect();
    let dns = [&[0, 42][..], &version_answer()].concat();
    let netbios =
        [b"mu\x84\0\0\0\0\x01\0\0\0\0\x20CK", &[b'A'; 30][..], b"\0\0\x21\0\x01\0\0\0\0\0\x0b\0"].concat();
    let mdns = [b"\0\x26mn\x84\0\0\x01\0\0\0\0\0\0", &b"\x01110\x00127\x07in-addr\x04arpa\0\0\x0c\0\x01"[..]]
        .concat();
    let snmp = b"\x30\x1c\x02\x01\x01\x04\x02hi\xa2\x13\x02\x02mu\x02\x01\x00\x02\x01\x00\x30\x07\x30\x05\x06\x01\x2b\x05\x00";
    transcripts.extend([
        (Dns, Some(Request::DnsVersion), dns),
        (NetbiosNames, Some(Request::NetbiosStatus), netbios),
        (MulticastDns, Some(Request::MdnsName), mdns),
        (Snmp, Some(Request::SnmpSystem), snmp.to_vec()),
        (Tls, Some(Request::TlsHello), tls_records(&tls_flight(CERTIFICATE), 16_384)),
    ]);
    transcripts
}

/// An answer to `version.bind`, as a datagram carries it.
fn version_answer() -> Vec<u8> {
    [
        b"mu\x84\0\0\x01\0\x01\0\0\0\0",
        &b"\x07version\x04bind\0\0\x10\0\x03\xc0\x0c\0\x10\0\x03\0\0\0\0\0\x02\x019"[..],
    ]
    .concat()
}

const WORDS: &[(Speech, Option<Request>, &[u8])] = &[
    (Speech::Clamd, Some(Request::ClamdVersion), b"ClamAV 1.4.1/27500/Tue Dec 24 09:32:11 2024\n"),
    (Speech::CorbaReference, None, b"IOR:010000002600000049444c3a"),
    (Speech::Ftp, None, b"220 (vsFTPd 3.0.3)\r\n"),
    (Speech::Http, Some(Request::HttpGet), b"HTTP/1.1 200 OK\r\nServer: a\r\n\r\n"),
    (Speech::Imap, None, b"* OK [CAPABILITY IMAP4rev1] ready\r\n"),
    (Speech::Irc, None, b":irc.example NOTICE * :*** Looking up your hostname\r\n"),
    (Speech::Mysql, None, b"\x4a\0\0\0\x0a8.0.36\0\x08\0\0\0"),
    (Speech::Pop3, None, b"+OK Dovecot ready.\r\n"),
    (Speech::Postgres, Some(Request::PostgresTls), b"S"),
    (Speech::Redis, Some(Request::RedisPing), b"+PONG\r\n"),
    (Speech::RemoteFramebuffer, None, b"RFB 003.008\n"),
    (Speech::Smb, Some(Request::SmbNegotiate), b"\0\0\0\x40\xfeSMB\x40\0\0\0\0\0\0\0"),
    (Speech::Smtp, None, b"220 mail.example ESMTP Postfix\r\n"),
    (Speech::Ssh, None, b"SSH-2.0-OpenSSH_9.6\r\n"),
    (Speech::Telnet, None, b"\xff\xfd\x18\xff\xfd\x20\xff\xfd\x23"),
    (Speech::WindowsProgram, None, b"MZ\x90\x00\x03\x00\x00\x00\x04\x00\x00\x00"),
];

/// Every reader, those too that are only asked about the answer to their own question.
fn readers() -> impl Iterator<Item = fn(&[u8]) -> Recognition> {
    let own: [fn(&[u8]) -> Recognition; 4] =
        [mdns::recognize, netbios::recognize, postgres::recognize, snmp::recognize];
    RECOGNIZERS.iter().copied().chain(own)
}

#[test]
fn every_protocol_has_a_transcript_and_knows_it() {
    let transcripts = transcripts();
    for speech in Speech::ALL {
        assert!(transcripts.iter().any(|(of, _, _)| of == speech), "{speech}");
    }
    for (speech, asked, bytes) in transcripts {
        assert_eq!(recognize_answer(&bytes, asked), Recognition::Is(speech), "{}", bytes.escape_ascii());
    }
}

#[test]
fn no_protocol_claims_another_s_transcript() {
    for (speech, _, bytes) in transcripts() {
        for reader in readers() {
            let claim = reader(&bytes);
            let is_honest = !matches!(claim, Recognition::Is(other) if other != speech);
            assert!(is_honest, "{claim:?} claims {speech}: {}", bytes.escape_ascii());
        }
    }
}

/// Whatever was asked: who answers in another protocol is known by that one, or not at all.
#[test]
fn a_question_does_not_make_the_answer() {
    for (speech, _, bytes) in transcripts() {
        for asked in Request::ALL {
            let claim = recognize_answer(&bytes, Some(*asked));
            assert!(
                !matches!(claim, Recognition::Is(other) if other != speech),
                "{asked}: {claim:?} claims {speech}"
            );
        }
    }
}

#[test]
fn a_transcript_cut_anywhere_is_nobody_elses() {
    for (speech, asked, bytes) in transcripts() {
        for length in 0..bytes.len() {
            // One letter is an answer of its own.
            let claim = recognize_answer(&bytes[..length], asked);
            assert!(!matches!(claim, Recognition::Is(other) if other != speech), "{claim:?} claims {speech}");
        }
    }
    assert!(told(Speech::Snmp, &at(161), b"S").is_empty());
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
    for (_, asked, bytes) in transcripts().iter().filter(|(speech, ..)| !AGENTS_OWN.contains(speech)) {
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
