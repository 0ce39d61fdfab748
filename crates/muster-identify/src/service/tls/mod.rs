//! TLS: one ClientHello, and a reader of the server's first messages (RFC 5246, RFC 8446).
//!
//! The handshake is not continued. Up to TLS 1.2 the certificate follows in the clear, so it can be read without it. A
//! server that speaks only TLS 1.3 answers with an alert (RFC 8446, 4.2.1): it still counts as speaking TLS, and its
//! certificate stays unread.

mod certificate;
mod hello;
mod records;

use muster_model::Speech;

use super::Recognition;
pub(crate) use certificate::Certificate;
pub(crate) use hello::client_hello;
pub(crate) use records::{Flight, end};

/// A record's header: alert or handshake, a version 3.x, a length that TLS allows (RFC 5246, 6.2).
pub(crate) fn recognize(bytes: &[u8]) -> Recognition {
    let is_kind = |kind: &u8| matches!(*kind, records::ALERT | records::HANDSHAKE);
    let fits = bytes.first().is_some_and(is_kind)
        && bytes.get(1).is_none_or(|&major| major == 3)
        && bytes.get(2).is_none_or(|&minor| minor <= 4)
        && bytes.get(3).is_none_or(|&high| usize::from(high) << 8 <= records::LONGEST);
    match fits {
        true if bytes.len() >= records::HEADER => Recognition::Is(Speech::Tls),
        true => Recognition::Perhaps,
        false => Recognition::Unknown,
    }
}
