//! Randomness that is the same on every machine and in every version: a sweep's order is part of its record.

use std::hash::Hasher;

/// The number a sweep's whole order follows from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seed(pub u64);

impl Seed {
    /// A key for one purpose (`label`) and one instance of it (`number`, a round for example).
    pub fn derive(self, label: &str, number: u64) -> u64 {
        let mut state = mix(self.0 ^ 0x6d75_7374_6572_0001);
        for byte in label.bytes() {
            state = mix(state ^ u64::from(byte));
        }
        mix(state ^ number)
    }
}

/// SplitMix64 (Steele, Lea, Flood 2014). Not for secrets: it only has to look random to the network.
#[derive(Clone, Debug)]
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(key: u64) -> Self {
        Self(key)
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        mix(self.0)
    }

    /// A number below `bound`, which is not 0; by Lemire's multiplication, whose bias of at most `bound / 2^64` is far
    /// below anything a sweep can show.
    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        ((u128::from(self.next()) * u128::from(bound)) >> 64) as u64
    }

    /// Shuffles the first `count` places of `items`, drawing from all of them (Fisher–Yates, stopped early).
    pub(crate) fn shuffle_front<T>(&mut self, items: &mut [T], count: usize) {
        for place in 0..count.min(items.len()) {
            let other = place + self.below((items.len() - place) as u64) as usize;
            items.swap(place, other);
        }
    }
}

/// Hashes the numbers that this sweep gave to its own hosts: nobody else chooses them, so that a quick hash will do.
#[derive(Clone, Debug, Default)]
pub(crate) struct NumberHasher(u64);

impl Hasher for NumberHasher {
    fn write(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.write_u64(byte.into());
        }
    }

    fn write_u64(&mut self, number: u64) {
        self.0 = mix(self.0 ^ number);
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

pub(crate) fn mix(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_differ_by_seed_label_and_number() {
        let keys = [
            Seed(1).derive("round", 1),
            Seed(2).derive("round", 1),
            Seed(1).derive("round", 2),
            Seed(1).derive("shard", 1),
        ];
        for (place, key) in keys.iter().enumerate() {
            assert!(!keys[..place].contains(key));
        }
    }

    #[test]
    fn below_stays_below_and_reaches_everything() {
        let mut random = Random::new(7);
        let mut seen = [0; 5];
        for _ in 0..1_000 {
            seen[random.below(5) as usize] += 1;
        }
        assert!(seen.iter().all(|&count| (150..250).contains(&count)), "{seen:?}");
    }
}
