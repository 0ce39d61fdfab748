//! Sets of numbers kept as intervals: all of IPv4 is one entry, not 2^32.
//!
//! Members are numbered in ascending order from 0: [`rank`](IntervalSet::rank) gives a member's number,
//! [`select`](IntervalSet::select) the member of a number, both by binary search over prefix sums. A sweep asks for
//! every probe it makes, so these two are the reason for the form.

use std::fmt;
use std::ops::RangeInclusive;

/// The most intervals that a union or a target may have; such a set of IPv6 addresses takes some 60 MB.
pub const MAX_INTERVALS: usize = 1 << 20;

/// A set of numbers as sorted, disjoint ranges with a gap between any two.
#[derive(Clone, PartialEq, Eq)]
pub struct IntervalSet<T> {
    ranges: Vec<RangeInclusive<T>>,
    /// How many members lie before each range; `u64::MAX` where they are more, which no sweep reaches.
    before: Vec<u64>,
    len: u128,
}

impl<T: Number> IntervalSet<T> {
    /// The set without members.
    pub const fn empty() -> Self {
        Self { ranges: Vec::new(), before: Vec::new(), len: 0 }
    }

    /// The set of all numbers.
    pub fn full() -> Self {
        Self::of(vec![T::MIN..=T::MAX])
    }

    /// The numbers in any of `ranges`, which may overlap and come in any order; a backwards range is empty.
    /// Takes O(n log n) time, and memory for at most twice [`MAX_INTERVALS`] ranges however many come in.
    ///
    /// # Errors
    /// If more than [`MAX_INTERVALS`] ranges are left when those that touch are joined.
    pub fn from_ranges(ranges: impl IntoIterator<Item = RangeInclusive<T>>) -> Result<Self, TooManyRanges> {
        let mut pending = Vec::new();
        for range in ranges {
            if range.is_empty() {
                continue;
            }
            pending.push(range);
            if pending.len() > 2 * MAX_INTERVALS {
                pending = bounded(joined(pending))?;
            }
        }
        Ok(Self::of(bounded(joined(pending))?))
    }

    /// Takes ranges that are sorted, disjoint and apart.
    fn of(ranges: Vec<RangeInclusive<T>>) -> Self {
        let mut before = Vec::with_capacity(ranges.len());
        let mut len = 0_u128;
        for range in &ranges {
            before.push(u64::try_from(len).unwrap_or(u64::MAX));
            len = len.saturating_add(T::distance(*range.start(), *range.end())).saturating_add(1);
        }
        Self { ranges, before, len }
    }

    /// How many members there are; `u128::MAX` also stands for 2^128.
    pub fn len(&self) -> u128 {
        self.len
    }

    /// Whether there is no member.
    pub fn is_empty(&self) -> bool {
        self.ranges.is_empty()
    }

    /// The ranges in ascending order; no two touch.
    pub fn ranges(&self) -> &[RangeInclusive<T>] {
        &self.ranges
    }

    /// Whether `value` is a member.
    pub fn contains(&self, value: T) -> bool {
        self.position(value).is_some()
    }

    /// How many members are less than `value`, if it is a member itself. `None` also for the members of a larger set
    /// from number `u64::MAX` on.
    #[inline]
    pub fn rank(&self, value: T) -> Option<u64> {
        let at = self.position(value)?;
        let offset = u64::try_from(T::distance(*self.ranges[at].start(), value)).ok()?;
        self.before[at].checked_add(offset).filter(|&rank| rank < u64::MAX)
    }

    /// The member of rank `index`.
    ///
    /// # Panics
    /// If the set has no more than `index` members, or `index` is `u64::MAX`, a rank that no member has.
    #[inline]
    pub fn select(&self, index: u64) -> T {
        assert!(u128::from(index) < self.len && index < u64::MAX, "member {index} of a set of {}", self.len);
        // One range is the usual case, in which there is nothing to look for.
        if let [range] = &self.ranges[..] {
            return range.start().forward(index);
        }
        let at = self.before.partition_point(|&before| before <= index) - 1;
        self.ranges[at].start().forward(index - self.before[at])
    }

    /// How many members lie from `first` to `last`; `u64::MAX` also stands for more.
    pub fn count_within(&self, first: T, last: T) -> u64 {
        let from = self.ranges.partition_point(|range| *range.end() < first);
        let within = self.ranges[from..].iter().take_while(|range| *range.start() <= last);
        let count = within.fold(0_u128, |sum, range| {
            let steps = T::distance(first.max(*range.start()), last.min(*range.end()));
            sum.saturating_add(steps).saturating_add(1)
        });
        u64::try_from(count).unwrap_or(u64::MAX)
    }

    /// The members of either set.
    ///
    /// # Errors
    /// If that is more than [`MAX_INTERVALS`] ranges.
    pub fn union(&self, other: &Self) -> Result<Self, TooManyRanges> {
        Self::from_ranges(self.ranges.iter().chain(&other.ranges).cloned())
    }

    /// The members of both sets; has at most as many ranges as the two together.
    pub fn intersection(&self, other: &Self) -> Self {
        let (mut left, mut right) = (self.ranges.as_slice(), other.ranges.as_slice());
        let mut ranges = Vec::new();
        while let ([a, left_rest @ ..], [b, right_rest @ ..]) = (left, right) {
            let common = *a.start().max(b.start())..=*a.end().min(b.end());
            if !common.is_empty() {
                ranges.push(common);
            }
            if a.end() < b.end() {
                left = left_rest;
            } else {
                right = right_rest;
            }
        }
        Self::of(ranges)
    }

    /// The members that `other` does not have; has at most as many ranges as the two together, and one more.
    pub fn difference(&self, other: &Self) -> Self {
        self.intersection(&other.complement())
    }

    /// The numbers that are not members.
    pub fn complement(&self) -> Self {
        let mut ranges = Vec::with_capacity(self.ranges.len() + 1);
        let mut next = Some(T::MIN);
        for range in &self.ranges {
            if let Some((first, last)) = next.zip(range.start().predecessor())
                && first <= last
            {
                ranges.push(first..=last);
            }
            next = range.end().successor();
        }
        ranges.extend(next.map(|first| first..=T::MAX));
        Self::of(ranges)
    }

    /// The place in `ranges` of the one that holds `value`.
    fn position(&self, value: T) -> Option<usize> {
        if let [range] = &self.ranges[..] {
            return range.contains(&value).then_some(0);
        }
        let at = self.ranges.partition_point(|range| *range.start() <= value).checked_sub(1)?;
        (value <= *self.ranges[at].end()).then_some(at)
    }
}

impl<T: Number> Default for IntervalSet<T> {
    fn default() -> Self {
        Self::empty()
    }
}

impl<T: Number> From<RangeInclusive<T>> for IntervalSet<T> {
    fn from(range: RangeInclusive<T>) -> Self {
        if range.is_empty() { Self::empty() } else { Self::of(vec![range]) }
    }
}

impl<T: fmt::Debug> fmt::Debug for IntervalSet<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(&self.ranges).finish()
    }
}

/// What an [`IntervalSet`] can hold: unsigned integers.
pub trait Number: Copy + Ord + fmt::Debug {
    /// The least.
    const MIN: Self;
    /// The greatest.
    const MAX: Self;
    /// The next number, if there is one.
    fn successor(self) -> Option<Self>;
    /// The number before, if there is one.
    fn predecessor(self) -> Option<Self>;
    /// Steps from `first` to `last`, which is not less.
    fn distance(first: Self, last: Self) -> u128;
    /// The number `steps` further, which the caller knows to exist.
    fn forward(self, steps: u64) -> Self;
}

macro_rules! number {
    ($($type:ty),*) => {$(
        impl Number for $type {
            const MIN: Self = <$type>::MIN;
            const MAX: Self = <$type>::MAX;

            fn successor(self) -> Option<Self> {
                self.checked_add(1)
            }

            fn predecessor(self) -> Option<Self> {
                self.checked_sub(1)
            }

            fn distance(first: Self, last: Self) -> u128 {
                u128::from(last - first)
            }

            fn forward(self, steps: u64) -> Self {
                self + steps as $type
            }
        }
    )*};
}

number!(u16, u32, u128);

/// A set that is too scattered to be kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("too scattered: {count} separate ranges or more, at most {MAX_INTERVALS}")]
pub struct TooManyRanges {
    /// Ranges counted when it was given up.
    pub count: usize,
}

fn bounded<T>(ranges: Vec<RangeInclusive<T>>) -> Result<Vec<RangeInclusive<T>>, TooManyRanges> {
    if ranges.len() > MAX_INTERVALS { Err(TooManyRanges { count: ranges.len() }) } else { Ok(ranges) }
}

/// Sorts the ranges, none of them empty, and joins those that overlap or touch.
fn joined<T: Number>(mut ranges: Vec<RangeInclusive<T>>) -> Vec<RangeInclusive<T>> {
    ranges.sort_unstable_by_key(|range| *range.start());
    let mut last = 0;
    for next in 1..ranges.len() {
        let (start, end) = (*ranges[next].start(), *ranges[next].end());
        let touches = ranges[last].end().successor().is_none_or(|after| start <= after);
        if touches {
            ranges[last] = *ranges[last].start()..=end.max(*ranges[last].end());
        } else {
            last += 1;
            ranges[last] = start..=end;
        }
    }
    ranges.truncate(last + 1);
    ranges
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    /// Small numbers and numbers at the upper end, so that everything collides.
    fn numbers() -> impl Strategy<Value = u32> {
        prop_oneof![0_u32..48, u32::MAX - 15..=u32::MAX]
    }

    fn ranges() -> impl Strategy<Value = Vec<RangeInclusive<u32>>> {
        let range = (numbers(), 0_u32..9).prop_map(|(first, more)| first..=first.saturating_add(more));
        prop::collection::vec(range, 0..12)
    }

    fn set(ranges: &[RangeInclusive<u32>]) -> IntervalSet<u32> {
        IntervalSet::from_ranges(ranges.iter().cloned()).unwrap()
    }

    fn model(ranges: &[RangeInclusive<u32>]) -> BTreeSet<u32> {
        ranges.iter().cloned().flatten().collect()
    }

    fn members(set: &IntervalSet<u32>) -> BTreeSet<u32> {
        assert!(set.ranges().windows(2).all(|pair| pair[0].end().checked_add(1).unwrap() < *pair[1].start()));
        let members: BTreeSet<u32> = set.ranges().iter().cloned().flatten().collect();
        assert_eq!(set.len(), members.len() as u128);
        members
    }

    proptest! {
        #[test]
        fn algebra_is_that_of_sets(a in ranges(), b in ranges()) {
            let (left, right) = (set(&a), set(&b));
            let (model_a, model_b) = (model(&a), model(&b));
            prop_assert_eq!(&members(&left), &model_a);
            prop_assert_eq!(members(&left.union(&right).unwrap()), &model_a | &model_b);
            prop_assert_eq!(members(&left.intersection(&right)), &model_a & &model_b);
            prop_assert_eq!(members(&left.difference(&right)), &model_a - &model_b);
            prop_assert_eq!(left.complement().complement(), left);
        }

        #[test]
        fn rank_and_select_are_inverse(ranges in ranges(), probe in numbers()) {
            let set = set(&ranges);
            for (index, member) in model(&ranges).into_iter().enumerate() {
                prop_assert_eq!(set.select(index as u64), member);
                prop_assert_eq!(set.rank(member), Some(index as u64));
            }
            prop_assert_eq!(set.contains(probe), model(&ranges).contains(&probe));
            let last = probe.saturating_add(7);
            let within = model(&ranges).range(probe..=last).count() as u64;
            prop_assert_eq!(set.count_within(probe, last), within);
            prop_assert_eq!(set.rank(probe).is_some(), set.contains(probe));
        }
    }

    #[test]
    fn the_largest_sets_count_right() {
        let all = IntervalSet::<u32>::full();
        assert_eq!((all.len(), all.ranges().len()), (1 << 32, 1));
        assert_eq!(all.select(u64::from(u32::MAX)), u32::MAX);
        assert!(all.complement().is_empty());
        assert_eq!(all.complement().complement(), all);

        let all = IntervalSet::<u128>::full();
        assert_eq!(all.len(), u128::MAX);
        assert_eq!(all.rank(77), Some(77));
        assert_eq!(all.rank(u128::MAX), None);
        assert!(all.contains(u128::MAX));
        let far = IntervalSet::from_ranges([0..=1_u128 << 70, (1 << 80)..=(1 << 80) + 5]).unwrap();
        assert_eq!(far.select(u64::MAX - 1), u128::from(u64::MAX - 1));
        assert_eq!(far.rank(1 << 80), None);
    }

    #[test]
    #[should_panic(expected = "member 3 of a set of 3")]
    fn there_is_no_member_past_the_last() {
        IntervalSet::from(5_u32..=7).select(3);
    }

    #[test]
    fn scattered_sets_are_refused_and_touching_ones_are_not() {
        let every_second = (0..=MAX_INTERVALS as u32).map(|n| 2 * n..=2 * n);
        assert_eq!(IntervalSet::from_ranges(every_second), Err(TooManyRanges { count: MAX_INTERVALS + 1 }));
        let every = (0..3 * MAX_INTERVALS as u32).map(|n| n..=n);
        assert_eq!(IntervalSet::from_ranges(every).unwrap().ranges().len(), 1);
        assert!(IntervalSet::from_ranges([RangeInclusive::new(9_u32, 3)]).unwrap().is_empty());
    }
}
