//! The seam between the sweep and whatever carries its probes.

use std::io;

use muster_model::{Endpoint, Instant};

use crate::probe::{Probe, Reply};

/// Carries probes to hosts and brings replies back.
///
/// Implemented by sockets (`muster-sweep`) and by a simulation with a virtual clock (`muster-testkit`).
pub trait Network {
    /// The time, which only the network knows: real, or virtual in a simulation.
    fn now(&self) -> Instant;

    /// How many probes can be taken right now: free sockets or ring slots.
    fn room(&self) -> usize;

    /// Sends probes from the front and says how many were taken; only those count as sent. What was not taken is
    /// offered again first. A probe that was taken and cannot leave comes back as a reply of passing or local nature
    /// without ICMP error, time-to-live and time: it does not count as sent after all.
    ///
    /// # Errors
    /// Only what ends the sweep: a probe that cannot be sent to *its* target comes back as a reply.
    fn send(&mut self, probes: &[Probe]) -> Result<usize, NetworkError>;

    /// Waits until `until`, or until there is a reply or more room, and adds what came to `replies`.
    ///
    /// # Errors
    /// Only what ends the sweep.
    fn receive(&mut self, until: Instant, replies: &mut Vec<Reply>) -> Result<Drops, NetworkError>;
}

/// What this machine itself lost since the last call. The path's losses are not among them: controls find those.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Drops {
    /// Probes the kernel refused for want of buffers, ports or descriptors; they were offered again.
    pub sending: u64,
    /// Replies that a full ring could not hold.
    pub receiving: u64,
}

impl Drops {
    /// Adds what was lost since.
    pub(crate) fn add(&mut self, further: Self) {
        self.sending += further.sending;
        self.receiving += further.receiving;
    }

    /// Whether nothing was lost.
    pub fn is_empty(self) -> bool {
        self == Self::default()
    }
}

/// What ends a sweep.
#[derive(Debug, thiserror::Error)]
pub enum NetworkError {
    /// The system refused an operation that the sweep cannot do without.
    #[error("cannot {operation}: {source}")]
    Io {
        /// What was tried, as a verb phrase.
        operation: &'static str,
        /// The system's answer.
        source: io::Error,
    },
    /// Not even one socket could be opened.
    #[error("no free descriptor for a socket: the limit is {limit}")]
    NoDescriptors {
        /// The limit in force.
        limit: u64,
    },
    /// The scope forbids a probe that the plan contains: a fault of ours, and nothing was sent.
    #[error("internal error: a probe for {0} is outside the scope")]
    OutOfScope(Endpoint),
}
