//! The order of a sweep: a pseudo-random permutation that is computed, not stored.
//!
//! A balanced or nearly balanced Feistel network of four rounds permutes the numbers of `bits` bits, where `bits` is
//! the least that holds the set; results outside the set are permuted again until they fall inside ("cycle walking",
//! Black and Rogaway 2002). At most half of the domain lies outside, so two steps are the worst expectation. The place
//! in the order is one number, which is all that resuming needs.

use std::fmt;
use std::str::FromStr;

use crate::random::{Seed, mix};

/// A bijection of `0..size` onto itself.
#[derive(Clone, Debug)]
pub struct Permutation {
    size: u64,
    low_bits: u32,
    low_mask: u64,
    high_mask: u64,
    keys: [u64; 4],
    /// Of an order that is none of chance, how many rows there are; else 0.
    rows: u64,
}

/// In which order a sweep asks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Order {
    /// In one that is drawn: neighbours in it are seldom neighbours in the network.
    #[default]
    Random,
    /// All hosts their first port, then all their second, and so on.
    Ascending,
}

impl Permutation {
    /// The permutation of `0..size` that `key` selects.
    pub fn new(size: u64, key: u64) -> Self {
        let bits = (u64::BITS - size.saturating_sub(1).leading_zeros()).max(2);
        let low_bits = bits / 2;
        Self {
            size,
            low_bits,
            low_mask: mask(low_bits),
            high_mask: mask(bits - low_bits),
            keys: [1, 2, 3, 4].map(|round| mix(key.wrapping_add(round))),
            rows: 0,
        }
    }

    /// The first numbers of `rows` rows of equal length, then their second, and so on; numbers run along the rows. Where
    /// `size` is not a multiple of `rows`, the numbers as they are.
    pub(crate) fn by_columns(size: u64, rows: u64) -> Self {
        let is_even = rows > 0 && size.is_multiple_of(rows);
        Self { rows: if is_even { rows } else { 1 }, ..Self::new(size, 0) }
    }

    /// How many numbers are permuted.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Where `place` goes; `place` must be below [`size`](Self::size).
    #[inline]
    pub fn at(&self, place: u64) -> u64 {
        debug_assert!(place < self.size);
        if let Some(columns) = self.size.checked_div(self.rows) {
            return place % self.rows * columns + place / self.rows;
        }
        let mut value = self.encrypt(place);
        while value >= self.size {
            value = self.encrypt(value);
        }
        value
    }

    /// The place that goes to `value`: what [`at`](Self::at) does, undone. `value` must be below the size.
    pub fn place_of(&self, value: u64) -> u64 {
        debug_assert!(value < self.size);
        if let Some(columns) = self.size.checked_div(self.rows) {
            return value % columns * self.rows + value / columns;
        }
        let mut place = self.decrypt(value);
        while place >= self.size {
            place = self.decrypt(place);
        }
        place
    }

    #[inline]
    fn encrypt(&self, value: u64) -> u64 {
        let mut low = value & self.low_mask;
        let mut high = value >> self.low_bits;
        let [first, second, third, fourth] = self.keys;
        high ^= scramble(low, first) & self.high_mask;
        low ^= scramble(high, second) & self.low_mask;
        high ^= scramble(low, third) & self.high_mask;
        low ^= scramble(high, fourth) & self.low_mask;
        high << self.low_bits | low
    }

    fn decrypt(&self, value: u64) -> u64 {
        let mut low = value & self.low_mask;
        let mut high = value >> self.low_bits;
        for pair in self.keys.chunks_exact(2).rev() {
            low ^= scramble(high, pair[1]) & self.low_mask;
            high ^= scramble(low, pair[0]) & self.high_mask;
        }
        high << self.low_bits | low
    }
}

/// One of `count` equal parts of a sweep; the parts share no endpoint and together are the whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shard {
    index: u64,
    count: u64,
}

impl Shard {
    /// The sweep as one part.
    pub const WHOLE: Self = Self { index: 0, count: 1 };

    /// Part `index` (from 0) of `count`; `None` unless `index < count`.
    pub fn new(index: u64, count: u64) -> Option<Self> {
        (index < count).then_some(Self { index, count })
    }
}

/// `k/n` with `k` from 1, as people count: `1/3`, `2/3` and `3/3` are the three thirds.
impl FromStr for Shard {
    type Err = NotAShard;

    fn from_str(text: &str) -> Result<Self, NotAShard> {
        let number = |text: &str| {
            let is_plain = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
            is_plain.then(|| text.parse::<u64>().ok()).flatten()
        };
        let (part, count) = text.split_once('/').ok_or(NotAShard)?;
        let part = number(part).and_then(|part| part.checked_sub(1)).ok_or(NotAShard)?;
        Self::new(part, number(count).ok_or(NotAShard)?).ok_or(NotAShard)
    }
}

/// As it is read: `2/3`.
impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.index + 1, self.count)
    }
}

/// Text that is not a part and a number of parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a part of a whole like 2/3")]
pub struct NotAShard;

/// The members of a shard by number, the same in every round of a sweep: each shard is a stride through one base
/// permutation, so that neighbours fall into different shards.
#[derive(Clone, Debug)]
pub(crate) struct Members {
    shard: Shard,
    base: Permutation,
    len: u64,
}

impl Members {
    pub(crate) fn new(size: u64, shard: Shard, seed: Seed) -> Self {
        let len = size.saturating_sub(shard.index).div_ceil(shard.count);
        Self { shard, base: Permutation::new(size, seed.derive("shard", 0)), len }
    }

    pub(crate) fn len(&self) -> u64 {
        self.len
    }

    #[inline]
    pub(crate) fn at(&self, number: u64) -> u64 {
        if self.shard == Shard::WHOLE {
            return number;
        }
        self.base.at(number * self.shard.count + self.shard.index)
    }

    pub(crate) fn contains(&self, index: u64) -> bool {
        self.shard == Shard::WHOLE || self.base.place_of(index) % self.shard.count == self.shard.index
    }
}

fn mask(bits: u32) -> u64 {
    (1 << bits) - 1
}

/// A round function needs no inverse, only to depend on every bit of its input.
fn scramble(half: u64, key: u64) -> u64 {
    let product = (half ^ key).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    (product ^ (product >> 32)).wrapping_mul(0xd6e8_feb8_6659_fd93) >> 29
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn is_bijection(size: u64, values: impl Iterator<Item = u64>) -> bool {
        let mut seen = vec![false; size as usize];
        let mut count = 0;
        for value in values {
            if std::mem::replace(&mut seen[value as usize], true) {
                return false;
            }
            count += 1;
        }
        count == size
    }

    #[test]
    fn every_size_up_to_two_thousand_is_a_bijection() {
        for size in 1..=2_048 {
            let permutation = Permutation::new(size, size * 31);
            assert!(is_bijection(size, (0..size).map(|place| permutation.at(place))), "size {size}");
        }
    }

    #[test]
    fn rows_are_gone_through_by_columns() {
        let order = Permutation::by_columns(6, 3);
        assert_eq!((0..6).map(|place| order.at(place)).collect::<Vec<_>>(), [0, 2, 4, 1, 3, 5]);
        assert!((0..6).all(|place| order.place_of(order.at(place)) == place));
        for uneven in [Permutation::by_columns(7, 3), Permutation::by_columns(7, 0)] {
            assert!((0..7).all(|place| uneven.at(place) == place && uneven.place_of(place) == place));
        }
    }

    #[test]
    fn shards_are_written_and_read() {
        assert_eq!("1/1".parse(), Ok(Shard::WHOLE));
        assert_eq!("2/3".parse::<Shard>().ok(), Shard::new(1, 3));
        assert_eq!("3/3".parse::<Shard>().unwrap().to_string(), "3/3");
        for text in [
            "",
            "1",
            "/",
            "0/1",
            "4/3",
            "1/0",
            "-1/3",
            "+1/3",
            "1/3/5",
            "a/b",
            "1/99999999999999999999",
            " 1/3",
        ] {
            assert_eq!(text.parse::<Shard>(), Err(NotAShard), "{text}");
        }
    }

    #[test]
    fn shards_of_every_small_size_and_count_are_disjoint_and_complete() {
        for size in 1..40 {
            for count in 1..50 {
                let parts: Vec<Members> = (0..count)
                    .map(|index| Members::new(size, Shard::new(index, count).unwrap(), Seed(size)))
                    .collect();
                let members = parts.iter().flat_map(|part| (0..part.len()).map(|number| part.at(number)));
                assert!(is_bijection(size, members), "{size} in {count}");
                for index in 0..size {
                    let owners = parts.iter().filter(|part| part.contains(index)).count();
                    assert_eq!(owners, 1, "{index} of {size} in {count}");
                }
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(200))]

        #[test]
        fn every_target_exactly_once(size in 1_u64..=1 << 16, seed: u64) {
            let permutation = Permutation::new(size, seed);
            prop_assert!(is_bijection(size, (0..size).map(|place| permutation.at(place))));
            prop_assert!((0..size).all(|place| permutation.place_of(permutation.at(place)) == place));
        }

        #[test]
        fn shards_are_disjoint_and_complete(size in 1_u64..=1 << 16, count in 1_u64..300, seed: u64, key: u64) {
            let members = (0..count).flat_map(|index| {
                let members = Members::new(size, Shard::new(index, count).unwrap(), Seed(seed));
                let order = Permutation::new(members.len(), key);
                (0..members.len()).map(move |place| members.at(order.at(place))).collect::<Vec<_>>()
            });
            prop_assert!(is_bijection(size, members));
            let first = Members::new(size, Shard::new(0, count).unwrap(), Seed(seed));
            prop_assert_eq!((0..size).filter(|&index| first.contains(index)).count() as u64, first.len());
        }
    }

    #[test]
    fn the_order_looks_random() {
        // Neighbours in the order should not be neighbours in the set: of 65,536 steps about 2 are by ±1 if random.
        let permutation = Permutation::new(1 << 16, 5);
        let near =
            (1..1_u64 << 16).filter(|&at| permutation.at(at).abs_diff(permutation.at(at - 1)) == 1).count();
        assert!(near < 12, "{near} steps to a neighbour");
        // Every /24 of a /16 is hit at an even pace: the first tenth of the order holds 16 to 37 of each (mean 25.6).
        let mut hits = [0_u32; 256];
        for place in 0..6_554 {
            hits[(permutation.at(place) >> 8) as usize] += 1;
        }
        assert!(hits.iter().all(|hit| (5..=50).contains(hit)), "{hits:?}");
    }
}
