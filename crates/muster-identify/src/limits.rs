//! How long and how much a conversation may take.

use std::time::Duration;

/// How long and how much a conversation may take. Every part of it ends by the total, whatever the other side does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Until the connection stands.
    pub connect: Duration,
    /// How long to listen before anything is asked, and between two pieces of a greeting.
    pub greeting: Duration,
    /// How long to wait for an answer, and between two pieces of one.
    pub answer: Duration,
    /// The whole conversation.
    pub total: Duration,
    /// How far a service is asked of which nobody knows anything.
    pub depth: Depth,
    /// How many bytes of a connection are kept; more are not heard. Within TLS it is one record more, since nothing can be
    /// read of half a record.
    pub bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(3),
            greeting: Duration::from_secs(1),
            answer: Duration::from_secs(2),
            total: Duration::from_secs(8),
            depth: Depth::Known,
            bytes: 16 * 1024,
        }
    }
}

/// How far a service is asked of which neither the catalogue nor convention knows anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Depth {
    /// It is only listened to.
    Known,
    /// It is asked for a page, and if that leads to nothing for one within TLS over a second connection.
    Unknown,
    /// So is one that a product is known to have, but whose answer the catalogue does not know: for hosts that whoever asks
    /// vouches for.
    Unlearnt,
}
