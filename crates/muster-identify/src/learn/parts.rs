//! Which parts of an answer may be a trait.

use muster_catalog::AnswerPart;
use muster_model::Speech;

use crate::answer::Answer;
use crate::service::http::Response;

/// The parts of an answer, each once, in order.
pub(super) fn of(answer: &Answer<'_>) -> Vec<(AnswerPart, Vec<u8>)> {
    let mut parts = Vec::new();
    for part in [AnswerPart::CertificateSubject, AnswerPart::CertificateIssuer, AnswerPart::Status] {
        parts.extend(answer.part(&part).map(|value| (part, value.into_owned())));
    }
    let fields = answer.page().into_iter().flat_map(Response::fields);
    for (name, value) in fields.take(MOST_FIELDS) {
        let part = AnswerPart::Field(String::from_utf8_lossy(name).trim().to_ascii_lowercase());
        if !parts.iter().any(|(one, _)| *one == part) {
            parts.push((part, value.to_vec()));
        }
    }
    for part in [AnswerPart::Title, AnswerPart::Body] {
        parts.extend(answer.part(&part).map(|value| (part, value.into_owned())));
    }
    if parts.is_empty() && answer.speech() != Some(Speech::Tls) {
        parts.push((AnswerPart::Whole, answer.bytes.to_vec()));
    }
    if parts.is_empty() {
        parts.push((AnswerPart::Whole, Vec::new()));
    }
    for (_, value) in &mut parts {
        value.truncate(MOST_BYTES);
    }
    parts
}

/// Pages that have more were made to have more.
const MOST_FIELDS: usize = 64;
/// Whatever tells a product stands at the beginning.
const MOST_BYTES: usize = 512;

/// Why a part is never a trait, whatever is in it.
pub(super) fn reason_against(part: &AnswerPart) -> Option<&'static str> {
    match part {
        AnswerPart::Status => Some("every web server says so"),
        AnswerPart::Field(name) => reason_against_field(name),
        _ => None,
    }
}

fn reason_against_field(name: &str) -> Option<&'static str> {
    let is_of_moment = |word: &&str| name.contains(word);
    if ["date", "expires", "age", "last-modified", "timing", "retry-after"].contains(&name) {
        return Some("it is of the moment");
    }
    if ["cookie", "etag", "nonce", "request-id", "trace", "token", "session", "csrf", "correlation"]
        .iter()
        .any(is_of_moment)
    {
        return Some("it is drawn for each answer or each host");
    }
    if ["location", "host", "via", "forwarded", "alt-svc", "refresh", "link"].iter().any(is_of_moment) {
        return Some("it names hosts");
    }
    let is_policy = ["security", "policy", "access-control", "frame", "xss", "accept", "content", "report"];
    let is_usual =
        ["connection", "keep-alive", "cache-control", "pragma", "transfer-encoding", "vary", "nel"];
    let is_common = is_policy.iter().any(is_of_moment) || is_usual.contains(&name);
    (is_common || name.is_empty()).then_some("every web server says so")
}

/// What of a part is looked at: of a certificate's name each attribute that is not of the host, of a page's text and of
/// what programs say first the first line.
pub(super) fn pieces<'a>(part: &AnswerPart, value: &'a [u8], is_whole: bool) -> Vec<Piece<'a>> {
    match part {
        AnswerPart::CertificateSubject | AnswerPart::CertificateIssuer => attributes(value, is_whole),
        AnswerPart::Whole | AnswerPart::Body => {
            let line = value.split(|byte| matches!(byte, b'\r' | b'\n' | 0)).next().unwrap_or_default();
            vec![Piece { text: line, is_whole: false, is_inside: false }]
        }
        _ => vec![Piece { text: value, is_whole, is_inside: false }],
    }
}

/// Something to be made general.
#[derive(Clone, Copy, Debug)]
pub(super) struct Piece<'a> {
    pub(super) text: &'a [u8],
    /// Whether it is all of the part.
    pub(super) is_whole: bool,
    /// Whether something stands before it.
    pub(super) is_inside: bool,
}

/// `CN=…` and `O=…`; places, serial numbers and addresses are the host's or its owner's.
fn attributes(value: &[u8], is_whole: bool) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut start = 0;
    while start < value.len() {
        let rest = &value[start..];
        let end = rest.windows(2).position(|pair| pair == b", ");
        let text = &rest[..end.unwrap_or(rest.len())];
        let is_told = [&b"CN="[..], b"O=", b"OU="].iter().any(|kind| text.starts_with(kind));
        // What was cut where answers differ is no attribute.
        if is_told && (end.is_some() || is_whole) {
            pieces.push(Piece { text, is_whole: false, is_inside: true });
        }
        start += text.len() + 2;
    }
    if pieces.is_empty() {
        pieces.push(Piece { text: b"", is_whole: false, is_inside: true });
    }
    pieces
}
