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
            bytes: 16 * 1024,
        }
    }
}
