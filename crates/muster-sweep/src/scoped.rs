//! The last check before a probe leaves.

use muster_engine::{Drops, Network, NetworkError, Probe, Reply};
use muster_model::Instant;

use crate::scope::Scope;

/// A network that lets no probe out of its scope.
///
/// A plan is held against the scope before the sweep begins, so that a refusal here means a fault of ours; the sweep
/// ends, and the probe was not sent.
#[derive(Debug)]
pub struct Scoped<N> {
    inner: N,
    scope: Scope,
}

impl<N: Network> Scoped<N> {
    /// Fences `inner` in.
    pub fn new(inner: N, scope: Scope) -> Self {
        Self { inner, scope }
    }

    /// The network inside, to look at.
    pub fn inner(&self) -> &N {
        &self.inner
    }

    /// The network inside, to end what else it does. Probes go through the fence.
    pub fn inner_mut(&mut self) -> &mut N {
        &mut self.inner
    }
}

impl<N: Network> Network for Scoped<N> {
    fn now(&self) -> Instant {
        self.inner.now()
    }

    fn room(&self) -> usize {
        self.inner.room()
    }

    fn send(&mut self, probes: &[Probe]) -> Result<usize, NetworkError> {
        match probes.iter().find(|probe| self.scope.check(probe.endpoint.address).is_err()) {
            Some(probe) => Err(NetworkError::OutOfScope(probe.endpoint)),
            None => self.inner.send(probes),
        }
    }

    fn receive(&mut self, until: Instant, replies: &mut Vec<Reply>) -> Result<Drops, NetworkError> {
        self.inner.receive(until, replies)
    }
}
