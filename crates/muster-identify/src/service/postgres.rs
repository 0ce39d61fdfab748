//! PostgreSQL: whether it would go on in TLS (PostgreSQL documentation, "Frontend/Backend Protocol", SSLRequest), which it
//! answers by a letter before anything else, and without writing it down.

use muster_model::{Excerpt, Speech, Told};

use super::Recognition;

/// The request: its length, and a number that no version of the protocol has.
pub(crate) const SSL_REQUEST: &[u8] = &[0, 0, 0, 8, 4, 0xd2, 0x16, 0x2f];

/// The answer to [`SSL_REQUEST`], and to nothing else: a letter alone says nothing.
pub(crate) fn recognize(bytes: &[u8]) -> Recognition {
    match bytes {
        b"S" | b"N" => Recognition::Is(Speech::Postgres),
        _ => Recognition::Unknown,
    }
}

/// Whether it offers TLS.
pub(crate) fn told(bytes: &[u8]) -> Vec<Told> {
    let offer = if bytes == b"S" { "TLS offered" } else { "TLS not offered" };
    vec![Told::Protocol(Excerpt::of(offer))]
}
