//! Redis: `PING`, which asks for nothing but a sign of life (Redis serialization protocol specification, "Inline commands").

use muster_model::Speech;

use super::{Recognition, by_magic};

/// The request.
pub(crate) const PING: &[u8] = b"PING\r\n";

/// A reply to `PING`: a pong, or the refusal of who is not logged in or not local.
pub(crate) fn recognize(bytes: &[u8]) -> Recognition {
    let replies: [&[u8]; 3] = [b"+PONG\r\n", b"-NOAUTH ", b"-DENIED Redis "];
    let found = replies.into_iter().map(|reply| by_magic(bytes, reply, Speech::Redis));
    found
        .reduce(|one, other| if one == Recognition::Unknown { other } else { one })
        .unwrap_or(Recognition::Unknown)
}

/// Where the reply ends: behind its line.
pub(crate) fn end(bytes: &[u8]) -> Option<usize> {
    bytes.iter().position(|&byte| byte == b'\n').map(|place| place + 1)
}
