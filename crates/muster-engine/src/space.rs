//! The endpoints of a sweep by number: all ports of the first address, then of the next.

use muster_model::Endpoint;

use crate::permutation::{Members, Shard};
use crate::random::Seed;
use crate::{AddressSet, ProbeKind, Questions};

/// A numbering of a plan's endpoints, and of the part that this sweep takes.
#[derive(Clone, Debug)]
pub(crate) struct Space {
    targets: AddressSet,
    questions: Questions,
    per_host: u64,
    /// The question, if there is only one.
    only: Option<(ProbeKind, u16)>,
    size: u64,
    members: Members,
}

impl Space {
    pub(crate) fn new(
        targets: AddressSet,
        questions: Questions,
        size: u64,
        shard: Shard,
        seed: Seed,
    ) -> Self {
        let per_host = u64::from(questions.total());
        let only = (per_host == 1).then(|| questions.select(0));
        Self { targets, questions, per_host, only, size, members: Members::new(size, shard, seed) }
    }

    /// Endpoints over all shards.
    pub(crate) fn size(&self) -> u64 {
        self.size
    }

    /// Endpoints of this shard.
    pub(crate) fn len(&self) -> u64 {
        self.members.len()
    }

    /// The index of this shard's endpoint `number`.
    pub(crate) fn member(&self, number: u64) -> u64 {
        self.members.at(number)
    }

    pub(crate) fn endpoint(&self, index: u64) -> Endpoint {
        self.question(index).1
    }

    /// How which endpoint is asked.
    #[inline]
    pub(crate) fn question(&self, index: u64) -> (ProbeKind, Endpoint) {
        // Divisions take longer than everything else here.
        let (host, (kind, port)) = match self.only {
            Some(only) => (index, only),
            None => (self.host(index), self.questions.select((index % self.per_host) as u32)),
        };
        let address = self.targets.select(host);
        (kind, Endpoint { address, protocol: kind.protocol(), port })
    }

    /// The index of a question of this shard.
    pub(crate) fn index(&self, kind: ProbeKind, endpoint: Endpoint) -> Option<u64> {
        if kind.protocol() != endpoint.protocol {
            return None;
        }
        let question = match self.only {
            Some(only) => (only == (kind, endpoint.port)).then_some(0),
            None => self.questions.rank(kind, endpoint.port),
        }?;
        let host = self.targets.rank(endpoint.address)?;
        Some(host * self.per_host + u64::from(question)).filter(|&index| self.members.contains(index))
    }

    /// The number of the host that `index` belongs to.
    pub(crate) fn host(&self, index: u64) -> u64 {
        if self.only.is_some() { index } else { index / self.per_host }
    }

    /// All indices of the host that `index` belongs to, as far as they are in this shard.
    pub(crate) fn siblings(&self, index: u64) -> Vec<u64> {
        let first = self.host(index) * self.per_host;
        (first..first + self.per_host).filter(|&sibling| self.members.contains(sibling)).collect()
    }

    pub(crate) fn ports_per_host(&self) -> u64 {
        self.per_host
    }
}
