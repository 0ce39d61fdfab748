//! What has become of each endpoint, in two bits: 4 MB for 16.7 million.

/// What the sweep knows of an endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Mark {
    /// Nothing has come back.
    Silent = 0,
    /// The endpoint itself answered.
    Answered = 1,
    /// An ICMP error, or nobody on the link: asked at least twice, and an answer still counts.
    Soft = 2,
    /// Not asked, or no longer: no route, excluded, its host timed out or, in discovery, answered elsewhere.
    Withheld = 3,
}

impl Mark {
    const ALL: [Self; 4] = [Self::Silent, Self::Answered, Self::Soft, Self::Withheld];
}

/// A [`Mark`] for every endpoint of a sweep, and how many there are of each.
///
/// The memory is zeroed by the allocator, which for large sets hands out pages only when they are written: a sweep of
/// a silent /8 stays small.
#[derive(Clone, Debug)]
pub struct Ledger {
    words: Vec<u64>,
    counts: [u64; 4],
}

impl Ledger {
    /// `size` endpoints, all silent.
    pub fn new(size: u64) -> Self {
        Self { words: vec![0; size.div_ceil(32) as usize], counts: [size, 0, 0, 0] }
    }

    /// The mark of the endpoint at `index`, which must be below the ledger's size.
    pub fn mark(&self, index: u64) -> Mark {
        Mark::ALL[(self.words[(index / 32) as usize] >> (index % 32 * 2) & 3) as usize]
    }

    /// Replaces the mark at `index` and returns the one before.
    pub fn set(&mut self, index: u64, mark: Mark) -> Mark {
        let before = self.mark(index);
        let word = &mut self.words[(index / 32) as usize];
        let shift = index % 32 * 2;
        *word = *word & !(3 << shift) | (mark as u64) << shift;
        self.counts[before as usize] -= 1;
        self.counts[mark as usize] += 1;
        before
    }

    /// How many endpoints have `mark`.
    pub fn count(&self, mark: Mark) -> u64 {
        self.counts[mark as usize]
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn behaves_like_a_vector(changes in prop::collection::vec((0_u64..100, 0_usize..4), 0..300)) {
            let mut ledger = Ledger::new(100);
            let mut model = [Mark::Silent; 100];
            for (index, mark) in changes {
                let before = std::mem::replace(&mut model[index as usize], Mark::ALL[mark]);
                prop_assert_eq!(ledger.set(index, Mark::ALL[mark]), before);
            }
            for (index, &mark) in model.iter().enumerate() {
                prop_assert_eq!(ledger.mark(index as u64), mark);
            }
            for mark in Mark::ALL {
                prop_assert_eq!(ledger.count(mark), model.iter().filter(|&&m| m == mark).count() as u64);
            }
        }
    }
}
