//! TLS in two ways: a session of today's versions (RFC 8446, RFC 5246), and where that fails one ClientHello of old and a
//! reader of the server's first messages.
//!
//! The old handshake is not continued. Up to TLS 1.2 the certificate follows in the clear, so that it can be read without
//! keys that no library of today would agree on, and also where the server wants a certificate of ours.

mod certificate;
mod hello;
mod records;
mod session;

use muster_model::Speech;

use super::Recognition;
pub(crate) use certificate::Certificate;
pub(crate) use hello::client_hello;
pub(crate) use records::{Flight, end, first_record};
pub(crate) use session::Session;

/// A record with its header.
pub(crate) const LONGEST_RECORD: usize = records::HEADER + records::LONGEST;

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
