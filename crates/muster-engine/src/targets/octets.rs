//! Nmap's octet notation: `10.0.0-3.1,5,7`, `192.168.*.-20`, each with an optional prefix.

use std::ops::RangeInclusive;

use super::error::{Fault, TargetProblem};
use super::interval::{IntervalSet, MAX_INTERVALS};

/// The addresses of four octets, and with a prefix of fewer than 32 bits also all others of their networks.
pub(super) fn parse(body: &str, bits: u8) -> Result<IntervalSet<u32>, Fault> {
    let mut octets = Vec::new();
    for (at, piece) in pieces(body, '.') {
        octets.push(Octet::parse(piece).map_err(|(offset, problem)| (at + offset, problem))?);
    }
    let count = octets.len();
    let mut octets: [Octet; 4] = octets.try_into().map_err(|_| (0, TargetProblem::OctetCount { count }))?;
    for (octet, place) in octets.iter_mut().zip([0, 8, 16, 24]) {
        octet.widen(bits.saturating_sub(place).min(8));
    }
    addresses(&octets)
}

/// The values that one place of an address may have.
#[derive(Debug)]
struct Octet([bool; 256]);

impl Octet {
    /// `*`, or a comma list of `n`, `a-b`, `-b`, `a-` and `-`.
    fn parse(piece: &str) -> Result<Self, Fault> {
        if piece == "*" {
            return Ok(Self([true; 256]));
        }
        let mut values = [false; 256];
        for (at, item) in pieces(piece, ',') {
            let range = range(item).map_err(|(offset, problem)| (at + offset, problem))?;
            values[usize::from(*range.start())..=usize::from(*range.end())].fill(true);
        }
        Ok(Self(values))
    }

    /// Adds every value that shares its first `fixed` bits with one that is there. The prefix of an address is cut
    /// octet by octet, so that this, done to each, adds exactly the networks of all addresses.
    fn widen(&mut self, fixed: u8) {
        for block in self.0.chunks_mut(256 >> fixed) {
            if block.contains(&true) {
                block.fill(true);
            }
        }
    }

    fn is_full(&self) -> bool {
        !self.0.contains(&false)
    }

    fn values(&self) -> impl Iterator<Item = u32> {
        (0..).zip(&self.0).filter_map(|(value, &is_there)| is_there.then_some(value))
    }

    fn runs(&self) -> Vec<RangeInclusive<u32>> {
        let mut runs: Vec<RangeInclusive<u32>> = Vec::new();
        for value in self.values() {
            match runs.last_mut() {
                Some(run) if *run.end() + 1 == value => *run = *run.start()..=value,
                _ => runs.push(value..=value),
            }
        }
        runs
    }
}

/// The product of the octets. Full octets at the end lengthen the ranges, all others multiply them, which is counted
/// before any memory is taken: `*.*.*.1` is four characters a range.
fn addresses(octets: &[Octet; 4]) -> Result<IntervalSet<u32>, Fault> {
    let Some(last) = octets.iter().rposition(|octet| !octet.is_full()) else {
        return Ok(IntervalSet::full());
    };
    let runs = octets[last].runs();
    let heads: u64 = octets[..last].iter().map(|octet| octet.values().count() as u64).product();
    let count = heads * runs.len() as u64;
    let too_many = (0, TargetProblem::TooManyRanges { count });
    if count > MAX_INTERVALS as u64 {
        return Err(too_many);
    }
    let heads = octets[..last].iter().fold(vec![0], |heads, octet| {
        heads.iter().flat_map(|head| octet.values().map(move |value| head << 8 | value)).collect()
    });
    let free = 8 * (3 - last);
    let ranges = heads.iter().flat_map(|head| {
        runs.iter().map(move |run| {
            let (first, last) = (head << 8 | run.start(), head << 8 | run.end());
            first << free..=(last << free | ((1 << free) - 1))
        })
    });
    IntervalSet::from_ranges(ranges).map_err(|_| too_many)
}

/// `n`, `a-b`, `-b`, `a-` or `-`; an open end goes to 0 or 255.
fn range(item: &str) -> Result<RangeInclusive<u8>, Fault> {
    let Some((first, last)) = item.split_once('-') else {
        let value = number(item)?.ok_or((0, TargetProblem::EmptyOctet))?;
        return Ok(value..=value);
    };
    let behind_hyphen = |(offset, problem)| (first.len() + 1 + offset, problem);
    let first_value = number(first)?.unwrap_or(0);
    let last_value = number(last).map_err(behind_hyphen)?.unwrap_or(255);
    if first_value > last_value {
        return Err((0, TargetProblem::Reversed { first: first_value, last: last_value }));
    }
    Ok(first_value..=last_value)
}

/// Decimal whatever its leading zeros, as Nmap reads it; `None` if there is nothing.
fn number(digits: &str) -> Result<Option<u8>, Fault> {
    if let Some((at, character)) = digits.char_indices().find(|(_, character)| !character.is_ascii_digit()) {
        return Err((at, TargetProblem::StrayCharacter { character }));
    }
    if digits.is_empty() {
        return Ok(None);
    }
    let significant = digits.trim_start_matches('0');
    let value = if significant.is_empty() { Ok(0) } else { significant.parse() };
    value.map(Some).map_err(|_| (0, TargetProblem::OctetTooLarge { octet: digits.to_owned() }))
}

/// The pieces between separators, each with the byte it starts at.
pub(super) fn pieces(text: &str, separator: char) -> impl Iterator<Item = (usize, &str)> {
    let mut next = 0;
    text.split(separator).map(move |piece| {
        let at = next;
        next += piece.len() + separator.len_utf8();
        (at, piece)
    })
}
