//! A CORBA object reference as a string: `IOR:` and hexadecimal digits (CORBA 3.3, 7.6.9).

use muster_model::Speech;

use super::{Recognition, by_magic};

/// The prefix and at least one octet.
pub(crate) fn recognize(bytes: &[u8]) -> Recognition {
    match by_magic(bytes, b"IOR:", Speech::CorbaReference) {
        Recognition::Is(speech) => match bytes.get(4..6) {
            Some(octet) if octet.iter().all(u8::is_ascii_hexdigit) => Recognition::Is(speech),
            Some(_) => Recognition::Unknown,
            None => Recognition::Perhaps,
        },
        other => other,
    }
}
