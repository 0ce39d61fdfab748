//! Multicast DNS, asked of one host alone: the name that belongs to its address (RFC 6762, 4 and 6.7).
//!
//! A question from any port but 5353 is one of a simple resolver, which is answered to nobody else.

use std::net::IpAddr;

use muster_model::{Endpoint, Excerpt, Speech, Told};

use super::{Recognition, find};
use crate::names::{NameAnswer, ptr_query, read_ptr_answer};

/// The question.
pub(crate) fn name_query(endpoint: &Endpoint) -> Vec<u8> {
    ptr_query(ID, endpoint.address)
}

/// An answer to it, as far as the header and the question show, which is repeated (RFC 6762, 6.7).
pub(crate) fn recognize(bytes: &[u8]) -> Recognition {
    let is_answer =
        bytes.starts_with(&ID.to_be_bytes()) && bytes.get(2).is_some_and(|flags| flags & 0x80 != 0);
    if is_answer && find(bytes, QUESTION).is_some() {
        Recognition::Is(Speech::MulticastDns)
    } else {
        Recognition::Unknown
    }
}

/// The name.
pub(crate) fn told(address: IpAddr, bytes: &[u8]) -> Vec<Told> {
    match read_ptr_answer(ID, address, bytes) {
        Some(NameAnswer::Name(name)) => vec![Told::HostName(Excerpt::of(&name))],
        _ => Vec::new(),
    }
}

/// How the question ends: below `arpa`, for a pointer of the Internet.
const QUESTION: &[u8] = b"\x04arpa\x00\x00\x0c\x00\x01";
/// Which question it is.
const ID: u16 = u16::from_be_bytes(*b"mu");
