//! clamd's text commands (clamd(8), "COMMANDS").
//!
//! A command with the prefix `n` ends in a newline, and so does its reply. Only `VERSION` is ever sent: it is answered
//! without a look at any file.

use muster_model::Speech;

use super::{Recognition, by_magic};

/// The request.
pub(crate) const VERSION: &[u8] = b"nVERSION\n";

/// A reply to `VERSION`, or the refusal of a command.
pub(crate) fn recognize(bytes: &[u8]) -> Recognition {
    match by_magic(bytes, b"ClamAV ", Speech::Clamd) {
        Recognition::Unknown => by_magic(bytes, b"UNKNOWN COMMAND", Speech::Clamd),
        known => known,
    }
}

/// Where the reply ends: behind its line.
pub(crate) fn end(bytes: &[u8]) -> Option<usize> {
    bytes.iter().position(|&byte| byte == b'\n').map(|place| place + 1)
}
