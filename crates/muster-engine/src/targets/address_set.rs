//! Sets of IPv4 and IPv6 addresses.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::ops::RangeInclusive;

use super::Prefix;
use super::interval::{IntervalSet, TooManyRanges};

/// A set of addresses, ordered: IPv4 first, each family by number. An IPv4-mapped IPv6 address is an IPv6 address.
///
/// `Display` writes it in the target grammar, at most eight pieces of it; `{:#}` writes it whole.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AddressSet {
    v4: IntervalSet<u32>,
    v6: IntervalSet<u128>,
}

impl AddressSet {
    /// The set without addresses.
    pub fn empty() -> Self {
        Self::default()
    }

    /// The set of these IPv4 and these IPv6 addresses.
    pub fn new(v4: IntervalSet<u32>, v6: IntervalSet<u128>) -> Self {
        Self { v4, v6 }
    }

    /// The set of these addresses, in any order and as often as they come.
    ///
    /// # Errors
    /// If they are more than [`MAX_INTERVALS`](super::MAX_INTERVALS) ranges of a family.
    pub fn of_addresses(addresses: impl IntoIterator<Item = IpAddr>) -> Result<Self, TooManyRanges> {
        let (mut v4, mut v6) = (Vec::new(), Vec::new());
        for address in addresses {
            match address {
                IpAddr::V4(address) => v4.push(address.to_bits()..=address.to_bits()),
                IpAddr::V6(address) => v6.push(address.to_bits()..=address.to_bits()),
            }
        }
        Ok(Self { v4: IntervalSet::from_ranges(v4)?, v6: IntervalSet::from_ranges(v6)? })
    }

    /// The addresses of all `sets`, in one go.
    ///
    /// # Errors
    /// If they are more than [`MAX_INTERVALS`](super::MAX_INTERVALS) ranges of a family.
    pub fn union_all<'a, Sets>(sets: Sets) -> Result<Self, TooManyRanges>
    where
        Sets: IntoIterator<Item = &'a Self, IntoIter: Clone>,
    {
        let sets = sets.into_iter();
        let v4 = IntervalSet::from_ranges(sets.clone().flat_map(|set| set.v4.ranges()).cloned())?;
        let v6 = IntervalSet::from_ranges(sets.flat_map(|set| set.v6.ranges()).cloned())?;
        Ok(Self { v4, v6 })
    }

    /// The IPv4 addresses by number.
    pub fn v4(&self) -> &IntervalSet<u32> {
        &self.v4
    }

    /// The IPv6 addresses by number.
    pub fn v6(&self) -> &IntervalSet<u128> {
        &self.v6
    }

    /// How many addresses there are; `u128::MAX` also stands for more.
    pub fn len(&self) -> u128 {
        self.v4.len().saturating_add(self.v6.len())
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.v4.is_empty() && self.v6.is_empty()
    }

    /// Whether `address` is one of them.
    pub fn contains(&self, address: IpAddr) -> bool {
        match address {
            IpAddr::V4(v4) => self.v4.contains(v4.to_bits()),
            IpAddr::V6(v6) => self.v6.contains(v6.to_bits()),
        }
    }

    /// How many come before `address`, if it is one of them; `None` also past the first 2^64.
    #[inline]
    pub fn rank(&self, address: IpAddr) -> Option<u64> {
        match address {
            IpAddr::V4(v4) => self.v4.rank(v4.to_bits()),
            IpAddr::V6(v6) => self.v6.rank(v6.to_bits())?.checked_add(self.v4_len()),
        }
    }

    /// The address of rank `index`.
    ///
    /// # Panics
    /// If there are no more than `index`.
    #[inline]
    pub fn select(&self, index: u64) -> IpAddr {
        match index.checked_sub(self.v4_len()) {
            None => Ipv4Addr::from_bits(self.v4.select(index)).into(),
            Some(index) => Ipv6Addr::from_bits(self.v6.select(index)).into(),
        }
    }

    /// How many of them are in a network; `u64::MAX` also stands for more.
    pub fn count_within(&self, network: Prefix) -> u64 {
        match (network.first(), network.last()) {
            (IpAddr::V4(first), IpAddr::V4(last)) => self.v4.count_within(first.to_bits(), last.to_bits()),
            (IpAddr::V6(first), IpAddr::V6(last)) => self.v6.count_within(first.to_bits(), last.to_bits()),
            _ => 0,
        }
    }

    /// All addresses in order.
    pub fn iter(&self) -> impl Iterator<Item = IpAddr> {
        let v4 = self.v4.ranges().iter().cloned().flatten().map(|bits| Ipv4Addr::from_bits(bits).into());
        let v6 = self.v6.ranges().iter().cloned().flatten().map(|bits| Ipv6Addr::from_bits(bits).into());
        v4.chain(v6)
    }

    /// The addresses of either set.
    ///
    /// # Errors
    /// If they are more than [`MAX_INTERVALS`](super::MAX_INTERVALS) ranges of a family.
    pub fn union(&self, other: &Self) -> Result<Self, TooManyRanges> {
        Self::union_all([self, other])
    }

    /// The addresses of both sets.
    pub fn intersection(&self, other: &Self) -> Self {
        Self { v4: self.v4.intersection(&other.v4), v6: self.v6.intersection(&other.v6) }
    }

    /// The addresses that `other` does not have.
    pub fn difference(&self, other: &Self) -> Self {
        Self { v4: self.v4.difference(&other.v4), v6: self.v6.difference(&other.v6) }
    }

    /// At most 2^32.
    fn v4_len(&self) -> u64 {
        self.v4.len() as u64
    }

    fn pieces(&self) -> impl Iterator<Item = String> {
        self.v4.ranges().iter().flat_map(v4_pieces).chain(self.v6.ranges().iter().flat_map(v6_pieces))
    }
}

impl From<IntervalSet<u32>> for AddressSet {
    fn from(v4: IntervalSet<u32>) -> Self {
        Self { v4, v6: IntervalSet::empty() }
    }
}

impl From<IntervalSet<u128>> for AddressSet {
    fn from(v6: IntervalSet<u128>) -> Self {
        Self { v4: IntervalSet::empty(), v6 }
    }
}

impl From<RangeInclusive<Ipv4Addr>> for AddressSet {
    fn from(range: RangeInclusive<Ipv4Addr>) -> Self {
        IntervalSet::from(range.start().to_bits()..=range.end().to_bits()).into()
    }
}

impl From<RangeInclusive<Ipv6Addr>> for AddressSet {
    fn from(range: RangeInclusive<Ipv6Addr>) -> Self {
        IntervalSet::from(range.start().to_bits()..=range.end().to_bits()).into()
    }
}

impl From<IpAddr> for AddressSet {
    fn from(address: IpAddr) -> Self {
        Prefix::from(address).into()
    }
}

impl fmt::Display for AddressSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let most = if f.alternate() { usize::MAX } else { 8 };
        let mut pieces = self.pieces();
        if let Some(first) = pieces.next() {
            f.write_str(&first)?;
        }
        for piece in pieces.by_ref().take(most - 1) {
            write!(f, ", {piece}")?;
        }
        if pieces.next().is_some() {
            write!(f, ", … ({} addresses)", self.len())?;
        }
        Ok(())
    }
}

/// A range in the target grammar: a prefix if it is one, else octet ranges, of which it takes at most seven.
fn v4_pieces(range: &RangeInclusive<u32>) -> impl Iterator<Item = String> + use<> {
    let mut rest = Some((*range.start(), *range.end()));
    std::iter::from_fn(move || {
        let (first, last) = rest?;
        if let Some(bits) = prefix_bits(first, last - first) {
            rest = None;
            return Prefix::new(Ipv4Addr::from_bits(first).into(), bits).map(|prefix| prefix.to_string());
        }
        let (text, end) = octet_run(first, last);
        rest = end.checked_add(1).filter(|&next| next <= last).map(|next| (next, last));
        Some(text)
    })
}

/// The longest piece at the start of a range that varies in one octet and leaves those behind it open.
fn octet_run(first: u32, last: u32) -> (String, u32) {
    let fits = |level: &u32| first.is_multiple_of(1 << level) && last - first >= (1 << level) - 1;
    let level = [24, 16, 8].into_iter().find(fits).unwrap_or(0);
    let from = first >> level & 0xff;
    // The last whole block, within the octet the run is in.
    let to = from + (((last - first + 1) >> level) - 1).min(0xff - from);
    let octets: Vec<String> = (0..4)
        .map(|place| match (24 - 8 * place).cmp(&level) {
            std::cmp::Ordering::Greater => (first >> (24 - 8 * place) & 0xff).to_string(),
            std::cmp::Ordering::Equal if from == to => from.to_string(),
            std::cmp::Ordering::Equal => format!("{from}-{to}"),
            std::cmp::Ordering::Less => "*".to_owned(),
        })
        .collect();
    (octets.join("."), first + (((to - from + 1) << level) - 1))
}

/// A range as the fewest prefixes.
fn v6_pieces(range: &RangeInclusive<u128>) -> impl Iterator<Item = String> + use<> {
    let mut rest = Some((*range.start(), *range.end()));
    std::iter::from_fn(move || {
        let (first, last) = rest?;
        let aligned = first.trailing_zeros();
        let free = (last - first).checked_add(1).map_or(128, u128::ilog2).min(aligned);
        let end = first | u128::MAX.checked_shr(128 - free).unwrap_or(0);
        rest = end.checked_add(1).filter(|&next| next <= last).map(|next| (next, last));
        let bits = 128 - free as u8;
        Prefix::new(Ipv6Addr::from_bits(first).into(), bits).map(|prefix| prefix.to_string())
    })
}

/// The length of the prefix that holds exactly `first` and the `more` addresses that follow, if there is one.
fn prefix_bits(first: u32, more: u32) -> Option<u8> {
    let size = u64::from(more) + 1;
    let is_prefix = size.is_power_of_two() && u64::from(first).is_multiple_of(size);
    is_prefix.then(|| 32 - size.trailing_zeros() as u8)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn range4(first: &str, last: &str) -> AddressSet {
        AddressSet::from(first.parse::<Ipv4Addr>().unwrap()..=last.parse().unwrap())
    }

    #[test]
    fn addresses_are_numbered_ipv4_first() {
        let v6 = AddressSet::from("::1".parse::<Ipv6Addr>().unwrap()..="::3".parse().unwrap());
        let set = range4("10.0.0.254", "10.0.1.1").union(&v6).unwrap();
        let shown: Vec<String> = (0..7).map(|index| set.select(index).to_string()).collect();
        assert_eq!(shown, ["10.0.0.254", "10.0.0.255", "10.0.1.0", "10.0.1.1", "::1", "::2", "::3"]);
        assert_eq!(set.len(), 7);
        assert!(
            set.iter().is_sorted()
                && set.iter().zip(0..).all(|(address, index)| set.rank(address) == Some(index))
        );
        assert_eq!(set.rank("::4".parse().unwrap()), None);
        assert_eq!(set.rank("::ffff:10.0.1.0".parse().unwrap()), None);
        let all = AddressSet::new(IntervalSet::full(), IntervalSet::full());
        assert_eq!(all.select(1 << 32).to_string(), "::");
        assert_eq!(all.len(), u128::MAX);
    }

    #[test]
    fn sets_are_shown_in_the_target_grammar() {
        for (first, last, expected) in [
            ("10.0.0.0", "10.255.255.255", "10.0.0.0/8"),
            ("10.0.0.5", "10.0.0.5", "10.0.0.5"),
            ("10.0.0.5", "10.0.0.9", "10.0.0.5-9"),
            ("10.0.0.5", "10.3.7.9", "10.0.0.5-255, 10.0.1-255.*, 10.1-2.*.*, 10.3.0-6.*, 10.3.7.0-9"),
            ("0.0.0.1", "255.255.255.255", "0.0.0.1-255, 0.0.1-255.*, 0.1-255.*.*, 1-255.*.*.*"),
            ("0.0.0.0", "255.255.255.255", "0.0.0.0/0"),
        ] {
            let shown = range4(first, last).to_string();
            assert!(shown.starts_with(expected), "{shown}");
        }
        let from_two = AddressSet::from(Ipv6Addr::from_bits(2)..=Ipv6Addr::from_bits(8)).to_string();
        assert_eq!(from_two, "::2/127, ::4/126, ::8");
        assert_eq!(AddressSet::from(IntervalSet::<u128>::full()).to_string(), "::/0");
        assert_eq!(AddressSet::empty().to_string(), "");
    }

    proptest! {
        #[test]
        fn what_is_shown_covers_the_range(a: u32, more in 0_u32..200_000) {
            let last = a.saturating_add(more);
            let set = AddressSet::from(Ipv4Addr::from_bits(a)..=Ipv4Addr::from_bits(last));
            let shown = format!("{set:#}");
            prop_assert!(shown.split(", ").count() <= 7);
            let sets: Vec<AddressSet> = shown.split(", ").map(|piece| match piece.parse().unwrap() {
                crate::TargetSpec::Addresses(set) => set,
                crate::TargetSpec::Name { .. } => panic!("{piece}"),
            }).collect();
            prop_assert_eq!(AddressSet::union_all(&sets).unwrap(), set);
        }

        #[test]
        fn ipv6_ranges_too(a: u128, b: u128) {
            let set = AddressSet::from(Ipv6Addr::from_bits(a.min(b))..=Ipv6Addr::from_bits(a.max(b)));
            let sets: Vec<AddressSet> = format!("{set:#}").split(", ").map(|piece| piece.parse::<Prefix>().unwrap().into()).collect();
            prop_assert_eq!(AddressSet::union_all(&sets).unwrap(), set);
        }
    }
}
