//! Which way the probes for each target go, asked of the kernel once.
//!
//! The kernel's choice changes only at the ends of the prefixes that its routes and rules name. The addresses between
//! two such ends form a piece, and one of the piece's targets is asked for all: a sweep of ten million addresses asks
//! as often as there are routes.

use std::collections::BTreeSet;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::ops::{Bound, RangeInclusive};

use muster_engine::{AddressSet, IntervalSet, Number, Prefix, TooManyRanges};
use muster_platform::Way;

/// Asks the kernel for the way to one address.
pub(super) type Ask<'a> = dyn FnMut(IpAddr) -> io::Result<Way> + 'a;

/// The way of every target.
#[derive(Debug)]
pub(super) struct Ways {
    all: Vec<Way>,
    v4: Pieces<u32>,
    v6: Pieces<u128>,
}

impl Ways {
    /// Asks for the ways of `targets`, whose choice may change at each of `prefixes` and nowhere else.
    pub(super) fn plan(
        targets: &AddressSet,
        prefixes: &[(IpAddr, u8)],
        ask: &mut Ask<'_>,
    ) -> io::Result<Self> {
        let mut all = Vec::new();
        let (v4_cuts, v6_cuts) = cuts(prefixes);
        let v4 = Pieces::plan(targets.v4(), &v4_cuts, |bits| {
            number(&mut all, ask(Ipv4Addr::from_bits(bits).into())?)
        })?;
        let v6 = Pieces::plan(targets.v6(), &v6_cuts, |bits| {
            number(&mut all, ask(Ipv6Addr::from_bits(bits).into())?)
        })?;
        Ok(Self { all, v4, v6 })
    }

    /// The different ways; a way's number is its place here.
    pub(super) fn all(&self) -> &[Way] {
        &self.all
    }

    /// The number of the way to a target.
    pub(super) fn of(&mut self, address: IpAddr) -> Option<usize> {
        match address {
            IpAddr::V4(v4) => self.v4.way(v4.to_bits()),
            IpAddr::V6(v6) => self.v6.way(v6.to_bits()),
        }
    }

    /// The targets to which a way of such a number leads.
    pub(super) fn targets(
        &self,
        targets: &AddressSet,
        is_such: impl Fn(usize) -> bool,
    ) -> Result<AddressSet, TooManyRanges> {
        let v4 = IntervalSet::from_ranges(self.v4.ranges(&is_such))?;
        let v6 = IntervalSet::from_ranges(self.v6.ranges(&is_such))?;
        Ok(targets.intersection(&AddressSet::new(v4, v6)))
    }
}

/// The pieces of one family, in order.
#[derive(Debug)]
struct Pieces<T> {
    pieces: Vec<Piece<T>>,
    /// The one that was looked up last: targets of one network come in a row when they come in order.
    last: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Piece<T> {
    first: T,
    last: T,
    way: usize,
}

impl<T: Number> Pieces<T> {
    fn plan(
        targets: &IntervalSet<T>,
        cuts: &BTreeSet<T>,
        mut ask: impl FnMut(T) -> io::Result<usize>,
    ) -> io::Result<Self> {
        let mut pieces: Vec<Piece<T>> = Vec::new();
        let mut from = T::MIN;
        while let Some(target) = first_from(targets, from) {
            let next_cut = cuts.range((Bound::Excluded(target), Bound::Unbounded)).next().copied();
            let last = next_cut.and_then(Number::predecessor).unwrap_or(T::MAX);
            let way = ask(target)?;
            match pieces.last_mut() {
                Some(before) if before.way == way => before.last = last,
                _ => pieces.push(Piece { first: target, last, way }),
            }
            let Some(next) = next_cut else { break };
            from = next;
        }
        Ok(Self { pieces, last: 0 })
    }

    fn way(&mut self, address: T) -> Option<usize> {
        let holds = |piece: &&Piece<T>| piece.first <= address && address <= piece.last;
        if let Some(piece) = self.pieces.get(self.last).filter(holds) {
            return Some(piece.way);
        }
        let at = self.pieces.partition_point(|piece| piece.first <= address).checked_sub(1)?;
        let piece = self.pieces.get(at).filter(holds)?;
        self.last = at;
        Some(piece.way)
    }

    fn ranges(&self, is_such: impl Fn(usize) -> bool) -> Vec<RangeInclusive<T>> {
        self.pieces.iter().filter(|piece| is_such(piece.way)).map(|piece| piece.first..=piece.last).collect()
    }
}

/// The least member that is not below `from`.
fn first_from<T: Number>(targets: &IntervalSet<T>, from: T) -> Option<T> {
    let ranges = targets.ranges();
    let at = ranges.partition_point(|range| *range.end() < from);
    ranges.get(at).map(|range| from.max(*range.start()))
}

/// Where each prefix begins, and where what follows it begins.
fn cuts(prefixes: &[(IpAddr, u8)]) -> (BTreeSet<u32>, BTreeSet<u128>) {
    let (mut v4, mut v6) = (BTreeSet::new(), BTreeSet::new());
    for prefix in prefixes.iter().filter_map(|(address, bits)| Prefix::new(*address, *bits)) {
        match (prefix.first(), prefix.last()) {
            (IpAddr::V4(first), IpAddr::V4(last)) => {
                v4.insert(first.to_bits());
                v4.extend(last.to_bits().successor());
            }
            (IpAddr::V6(first), IpAddr::V6(last)) => {
                v6.insert(first.to_bits());
                v6.extend(last.to_bits().successor());
            }
            _ => {}
        }
    }
    (v4, v6)
}

/// The number of `way`, a new one if it is new.
fn number(all: &mut Vec<Way>, way: Way) -> io::Result<usize> {
    Ok(all.iter().position(|known| *known == way).unwrap_or_else(|| {
        all.push(way);
        all.len() - 1
    }))
}
