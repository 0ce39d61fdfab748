//! A small office of products and the other side of a conversation, for tests.

use std::time::Duration;

use muster_catalog::{
    AnswerPart, Binding, Comparison, Confidence, Fingerprint, Listener, Manner, Match, Means, Part, Product,
    Proof, Purpose, Status, Tell, TellKind,
};
use muster_model::{Conversation, Endpoint, Instant, Protocol, Request, Service, Speech};

use crate::{Dialogue, Limits};

/// A certificate made for these tests: subject `C=GB, O=Example Ltd, CN=Router$printserver-7`, issuer
/// `CN=Example Certification Manager, O=Example Ltd`.
pub(crate) const CERTIFICATE: &[u8] = include_bytes!("testing/certificate.der");

/// An endpoint on loopback.
pub(crate) fn at(port: u16) -> Endpoint {
    Endpoint::tcp("127.0.0.1".parse().unwrap(), port)
}

/// An agent with one listener.
pub(crate) fn product(id: &str, port: u16, manner: Manner, request: Option<Request>) -> Product {
    Product {
        id: id.parse().unwrap(),
        family: id.parse().unwrap(),
        vendor: "Example".to_owned(),
        name: id.to_owned(),
        versions: String::new(),
        part: Part::Agent,
        purpose: Purpose::Protection,
        status: Status::Current,
        end_of_life: None,
        listeners: vec![listener(port, manner, request)],
        processes: Vec::new(),
        fingerprints: Vec::new(),
        notes: Vec::new(),
        other_evidence: Vec::new(),
        confidence: Confidence::High,
        source: Vec::new(),
    }
}

/// A listener on one TCP port.
pub(crate) fn listener(port: u16, manner: Manner, request: Option<Request>) -> Listener {
    Listener {
        protocol: Protocol::Tcp,
        ports: vec![port],
        role: String::new(),
        is_on_every_client: true,
        binding: Binding::Default,
        only_on: None,
        manner,
        not_servers: Vec::new(),
        request,
        means: Means { open: Proof::Hint, closed: Proof::Nothing, filtered: Proof::Nothing },
        process: None,
        note: None,
        confidence: Confidence::High,
        source: Vec::new(),
    }
}

/// A fingerprint without tells.
pub(crate) fn fingerprint(id: &str, request: Option<Request>, matches: &[(AnswerPart, &str)]) -> Fingerprint {
    let matches = matches.iter().map(|(part, text)| Match {
        part: part.clone(),
        comparison: Comparison::Contains,
        text: (*text).to_owned(),
    });
    Fingerprint {
        id: id.to_owned(),
        request,
        matches: matches.collect(),
        tells: Vec::new(),
        confidence: Confidence::High,
        source: Vec::new(),
    }
}

/// Products that behave as the catalogue's do, one of each manner.
pub(crate) fn office() -> Vec<Product> {
    let http = Manner::Answers(Speech::Http);
    let mut clamd = product("clamd", 3310, Manner::Answers(Speech::Clamd), Some(Request::ClamdVersion));
    clamd.fingerprints =
        vec![fingerprint("clamd-version", Some(Request::ClamdVersion), &[(AnswerPart::Whole, "ClamAV ")])];
    clamd.fingerprints[0].tells = vec![
        tell(TellKind::Version, AnswerPart::Whole, "ClamAV ", "/"),
        tell(TellKind::SignatureDate, AnswerPart::Whole, "ClamAV */*/", ""),
    ];
    let mut router = product("router", 8192, Manner::Greets(Some(Speech::CorbaReference)), None);
    router.fingerprints = vec![fingerprint("router-ior", None, &[(AnswerPart::Whole, "IOR:")])];
    let mut agent = product("trellix", 8081, http, Some(Request::HttpGet));
    let server = AnswerPart::Field("server".to_owned());
    agent.fingerprints = vec![fingerprint(
        "trellix-server",
        Some(Request::HttpGet),
        &[(server, "Agent-ListenServer-HttpSvr/")],
    )];
    agent.fingerprints[0].tells = vec![
        tell(TellKind::HostName, AnswerPart::Body, "<ComputerName>", "</ComputerName>"),
        tell(TellKind::Manager, AnswerPart::Body, "<ePOServerName>", "</ePOServerName>"),
    ];
    let mut tls = product("tls-agent", 8194, Manner::Answers(Speech::Tls), Some(Request::TlsHello));
    let issuer = (AnswerPart::CertificateIssuer, "Certification Manager");
    tls.fingerprints = vec![fingerprint("tls-issuer", Some(Request::TlsHello), &[issuer])];
    tls.fingerprints[0].tells =
        vec![tell(TellKind::HostName, AnswerPart::CertificateSubject, "Router$", ",")];
    let mut console = product("console", 4343, Manner::Answers(Speech::Tls), Some(Request::TlsHello));
    console.part = Part::Server;
    vec![
        clamd,
        console,
        product("greeter", 7001, Manner::Greets(Some(Speech::Ssh)), None),
        product("gup", 2967, http, Some(Request::HttpGet)),
        router,
        product("savce", 2967, Manner::Silent, None),
        tls,
        agent,
        product("vague", 7000, Manner::Unknown, None),
    ]
}

/// Something to take out of an answer.
pub(crate) fn tell(what: TellKind, part: AnswerPart, after: &str, before: &str) -> Tell {
    Tell { what, part, after: after.to_owned(), before: before.to_owned() }
}

/// What the other side does in a test.
#[derive(Clone, Debug, Default)]
pub(crate) struct Script<'a> {
    /// Said as soon as the connection stands.
    pub(crate) greeting: &'a [u8],
    /// Said as soon as it is asked.
    pub(crate) answer: &'a [u8],
    /// What happens after that; `None`: nothing.
    pub(crate) end: Option<Conversation>,
    /// The longest piece in which it speaks; 0: all at once.
    pub(crate) piece: usize,
}

/// A whole conversation with the products of [`office`].
pub(crate) fn converse(port: u16, script: &Script<'_>) -> Service {
    converse_with(&office(), port, script)
}

/// A whole conversation: every time-out is waited for.
pub(crate) fn converse_with(products: &[Product], port: u16, script: &Script<'_>) -> Service {
    let mut now = Instant::START;
    let mut dialogue = Dialogue::among(products, at(port), Limits::default(), now);
    dialogue.handle_connected(now);
    say(&mut dialogue, now, script.greeting, script.piece);
    if !script.greeting.is_empty() || script.answer.is_empty() {
        script.end.into_iter().for_each(|end| dialogue.handle_end(now, end));
    }
    for _ in 0..100 {
        if dialogue.wants_connection() {
            dialogue.reconnect(now);
            dialogue.handle_connected(now);
        } else {
            let Some(until) = dialogue.poll_timeout() else { return dialogue.into_service() };
            assert!(until <= Instant::START + Limits::default().total);
            now = until.max(now + Duration::from_nanos(1));
            dialogue.handle_timeout(now);
        }
        if dialogue.poll_transmit().is_some() {
            say(&mut dialogue, now, script.answer, script.piece);
            script.end.into_iter().for_each(|end| dialogue.handle_end(now, end));
        }
    }
    panic!("no end: {dialogue:?}");
}

/// Bytes in pieces.
pub(crate) fn say(dialogue: &mut Dialogue<'_>, now: Instant, bytes: &[u8], piece: usize) {
    let piece = if piece == 0 { bytes.len().max(1) } else { piece };
    bytes.chunks(piece).for_each(|bytes| dialogue.handle_bytes(now, bytes));
}

/// ServerHello, a Certificate message with one certificate, ServerHelloDone.
pub(crate) fn tls_flight(certificate: &[u8]) -> Vec<u8> {
    let counted = |bytes: &[u8]| {
        let length = u32::try_from(bytes.len()).unwrap().to_be_bytes();
        [&length[1..], bytes].concat()
    };
    let hello = counted(&[&[3, 3][..], &[7; 32], &[0, 0xc0, 0x2f, 0]].concat());
    let list = counted(&counted(&counted(certificate)));
    [&[2][..], &hello, &[11], &list, &[14, 0, 0, 0]].concat()
}

/// Handshake messages in records of at most `size` bytes.
pub(crate) fn tls_records(messages: &[u8], size: usize) -> Vec<u8> {
    let record = |part: &[u8]| {
        let length = u16::try_from(part.len()).unwrap().to_be_bytes();
        [&[22, 3, 3][..], &length, part].concat()
    };
    messages.chunks(size).flat_map(record).collect()
}
