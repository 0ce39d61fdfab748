//! The endpoints of a sweep by number: all ports of the first address, then of the next.

use std::net::IpAddr;

use muster_model::Endpoint;

use crate::permutation::{Members, Shard};
use crate::random::Seed;
use crate::{AddressSet, ProbeKind, Questions};

/// A numbering of a plan's endpoints, and of the part that this sweep takes.
#[derive(Clone, Debug)]
pub(crate) struct Space {
    targets: AddressSet,
    v4: Block,
    /// Behind all of IPv4.
    v6: Block,
    size: u64,
    members: Members,
}

/// Hosts that are asked the same, one behind the other.
#[derive(Clone, Debug)]
struct Block {
    questions: Questions,
    per_host: u64,
    /// The question, if there is only one.
    only: Option<(ProbeKind, u16)>,
    /// The numbers of its first host and its first endpoint.
    first_host: u64,
    first: u64,
}

impl Space {
    pub(crate) fn new(
        targets: AddressSet,
        questions: &Questions,
        size: u64,
        shard: Shard,
        seed: Seed,
    ) -> Self {
        let v4 = Block::new(questions.of_family(true), 0, 0);
        let hosts = targets.v4().len() as u64;
        let v6 = Block::new(questions.of_family(false), hosts, hosts * v4.per_host);
        Self { targets, v4, v6, size, members: Members::new(size, shard, seed) }
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
        let (host, (kind, port)) = self.block(index).question(index);
        let address = self.targets.select(host);
        (kind, Endpoint { address, protocol: kind.protocol(), port })
    }

    /// The index of a question of this shard.
    pub(crate) fn index(&self, kind: ProbeKind, endpoint: Endpoint) -> Option<u64> {
        if kind.protocol() != endpoint.protocol {
            return None;
        }
        let block = match endpoint.address {
            IpAddr::V4(_) => &self.v4,
            IpAddr::V6(_) => &self.v6,
        };
        let question = block.rank(kind, endpoint.port)?;
        let host = self.targets.rank(endpoint.address)?;
        let index = block.first_of(host) + u64::from(question);
        Some(index).filter(|&index| self.members.contains(index))
    }

    /// The number of the host that `index` belongs to.
    pub(crate) fn host(&self, index: u64) -> u64 {
        self.block(index).host(index)
    }

    /// All indices of the host that `index` belongs to, as far as they are in this shard.
    pub(crate) fn siblings(&self, index: u64) -> Vec<u64> {
        let block = self.block(index);
        let first = block.first_of(block.host(index));
        (first..first + block.per_host).filter(|&sibling| self.members.contains(sibling)).collect()
    }

    /// How many questions a host is asked at the most.
    pub(crate) fn most_per_host(&self) -> u64 {
        self.v4.per_host.max(self.v6.per_host)
    }

    /// How many hosts are asked something.
    pub(crate) fn hosts(&self) -> u64 {
        let behind = (self.size - self.v6.first).checked_div(self.v6.per_host);
        self.v6.first.checked_div(self.v4.per_host).unwrap_or(0) + behind.unwrap_or(0)
    }

    #[inline]
    fn block(&self, index: u64) -> &Block {
        if index < self.v6.first { &self.v4 } else { &self.v6 }
    }
}

impl Block {
    fn new(questions: Questions, first_host: u64, first: u64) -> Self {
        let per_host = u64::from(questions.total());
        let only = (per_host == 1).then(|| questions.select(0));
        Self { questions, per_host, only, first_host, first }
    }

    #[inline]
    fn question(&self, index: u64) -> (u64, (ProbeKind, u16)) {
        // Divisions take longer than everything else here.
        match self.only {
            Some(only) => (self.host(index), only),
            None => (self.host(index), self.questions.select(((index - self.first) % self.per_host) as u32)),
        }
    }

    #[inline]
    fn host(&self, index: u64) -> u64 {
        let place = index - self.first;
        self.first_host + if self.only.is_some() { place } else { place / self.per_host }
    }

    fn first_of(&self, host: u64) -> u64 {
        self.first + (host - self.first_host) * self.per_host
    }

    fn rank(&self, kind: ProbeKind, port: u16) -> Option<u32> {
        match self.only {
            Some(only) => (only == (kind, port)).then_some(0),
            None => self.questions.rank(kind, port),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::SweepPlan;
    use crate::targets::TargetSpec;

    fn space(targets: &str, questions: &Questions) -> Space {
        let sets = targets.split(' ').map(|text| match TargetSpec::parse(text) {
            Ok(TargetSpec::Addresses(set)) => set,
            other => panic!("{other:?}"),
        });
        let targets = AddressSet::union_all(&sets.collect::<Vec<_>>()).unwrap();
        let size = SweepPlan::new(targets.clone(), questions.clone()).endpoints().unwrap();
        Space::new(targets, questions, size, Shard::WHOLE, Seed(1))
    }

    fn told(space: &Space) -> Vec<String> {
        (0..space.size())
            .map(|index| {
                let (kind, endpoint) = space.question(index);
                assert_eq!(space.index(kind, endpoint), Some(index));
                let siblings = space.siblings(index);
                assert!(siblings.contains(&index));
                assert!(siblings.iter().all(|sibling| space.host(*sibling) == space.host(index)));
                format!("{} {kind:?} {}", space.host(index), endpoint.socket_address())
            })
            .collect()
    }

    #[test]
    fn each_family_is_asked_what_it_has() {
        let questions = Questions::none().with(ProbeKind::Syn, (443..=443).into());
        let questions = questions.with_host(ProbeKind::Timestamp);
        let both = space("10.0.0.1 10.0.0.2 fd00::1 fd00::2", &questions);
        assert_eq!(
            told(&both),
            [
                "0 Syn 10.0.0.1:443",
                "0 Timestamp 10.0.0.1:0",
                "1 Syn 10.0.0.2:443",
                "1 Timestamp 10.0.0.2:0",
                "2 Syn [fd00::1]:443",
                "3 Syn [fd00::2]:443"
            ]
        );
        assert_eq!((both.hosts(), both.most_per_host()), (4, 2));
        let v6 = space("fd00::1 fd00::2", &questions);
        assert_eq!(told(&v6), ["0 Syn [fd00::1]:443", "1 Syn [fd00::2]:443"]);
        let silent = space("10.0.0.1 fd00::1", &Questions::none().with_host(ProbeKind::AddressMask));
        assert_eq!(told(&silent), ["0 AddressMask 10.0.0.1:0"]);
        assert_eq!((silent.hosts(), silent.most_per_host()), (1, 1));
    }
}
