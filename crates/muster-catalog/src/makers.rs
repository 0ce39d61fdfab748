//! Who made a network card, by its hardware address.
//!
//! `makers.bin` is packed from the public listing of IEEE's Registration Authority: MA-L (24 bits of the address), MA-M
//! (28), MA-S (36) and its predecessor IAB. The facts are IEEE's, [`listed`] says of which day. Names are as IEEE writes
//! them. `cargo xtask makers DATE FILES…` writes the file; all numbers in it have their highest byte first:
//!
//! ```text
//! "makers" date 4 × u32 │ 24-bit blocks, 3 bytes each │ u16: a name, or from DIVIDED on a divided block
//!   │ u16 for each divided block: its first part; and where the last ends
//!   │ u16 for each part: 12 further bits of the address, and how many of them count │ u16: a name
//!   │ 3 bytes for each sixteen names: where they begin │ 256 × u16: where an ending ends │ endings
//!   │ names: bytes shared with the name before, own bytes, ending; the own bytes
//! ```
//!
//! Nothing is unpacked beforehand: a look-up is a search in the bytes as they lie in the program.

use std::fmt;
use std::sync::LazyLock;

/// Who made the card with this address. `None` where IEEE names nobody, and for an address that nobody was given: one of
/// a group, one that was drawn or set by the system it belongs to ([`Administration`]), all zeros.
///
/// ```
/// use muster_catalog::makers::maker;
///
/// let axis = maker([0x00, 0x40, 0x8C, 1, 2, 3]).unwrap();
/// assert_eq!(axis.to_string(), "Axis Communications AB");
/// assert_eq!(maker([0x02, 0x40, 0x8C, 1, 2, 3]), None);
/// ```
pub fn maker(address: [u8; 6]) -> Option<Maker> {
    if administration(address) != Administration::Universal || address == [0; 6] {
        return None;
    }
    let [a, b, c, d, e, _] = address;
    let table = &*TABLE;
    // As numbers: the search of byte strings branches at every step, and costs half as much again.
    let number = |[a, b, c]: [u8; 3]| u32::from_be_bytes([0, a, b, c]);
    let place = table.blocks.binary_search_by_key(&number([a, b, c]), |block| number(*block)).ok()?;
    let found = u16::from_be_bytes(table.owners[place]);
    match found.checked_sub(DIVIDED) {
        None => Some(Maker(found)),
        Some(divided) => table.part(divided, u16::from_be_bytes([d, e]) >> 4),
    }
}

/// A maker of the listing. Two are the same if IEEE writes their names alike: `CANON INC.` is another than `Canon Inc`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Maker(u16);

impl Maker {
    /// All of them, in the order of their names' bytes.
    pub fn all() -> impl Iterator<Item = Self> {
        (0..TABLE.names).map(Self)
    }

    /// The name as IEEE writes it.
    pub fn name(self) -> String {
        String::from_utf8_lossy(&TABLE.name(self.0).unwrap_or_default()).into_owned()
    }
}

/// Whether a maker's name begins with these words, without regard to ASCII case: `CANON INC.` with `Canon`, but not
/// `Canonical`.
pub fn begins(name: &str, words: &str) -> bool {
    let Some((start, rest)) = name.split_at_checked(words.len()) else { return false };
    start.eq_ignore_ascii_case(words) && !rest.starts_with(char::is_alphanumeric)
}

impl fmt::Display for Maker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.name())
    }
}

impl fmt::Debug for Maker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Maker({self})")
    }
}

/// Who gives out an address, by the two lowest bits of its first byte (IEEE 802, section 8.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Administration {
    /// IEEE gave the block to a maker.
    Universal,
    /// The system itself, or who runs it: virtual machines, containers, telephones that draw a new one for each network.
    Local,
    /// It is that of a group, not of a card.
    Group,
}

/// Who gives out this address.
pub fn administration(address: [u8; 6]) -> Administration {
    match address[0] & 3 {
        0 => Administration::Universal,
        2 => Administration::Local,
        _ => Administration::Group,
    }
}

/// An address as people and programs write it: six pairs of digits with colons or dashes, or Cisco's three groups of
/// four with dots.
pub fn address(text: &str) -> Option<[u8; 6]> {
    let (separator, digits) =
        [(':', 2), ('-', 2), ('.', 4)].into_iter().find(|(mark, _)| text.contains(*mark))?;
    let groups: Vec<&str> = text.split(separator).collect();
    let is_group = |group: &&str| group.len() == digits && group.bytes().all(|byte| byte.is_ascii_hexdigit());
    if groups.len() * digits != 12 || !groups.iter().all(is_group) {
        return None;
    }
    let number = u64::from_str_radix(&groups.concat(), 16).ok()?;
    let [_, _, address @ ..] = number.to_be_bytes();
    Some(address)
}

/// The day of the listing, as in `2026-10-17`.
pub fn listed() -> &'static str {
    TABLE.date
}

/// The parts of the file.
#[derive(Debug, Default)]
struct Table {
    date: &'static str,
    blocks: &'static [[u8; 3]],
    owners: &'static [[u8; 2]],
    firsts: &'static [[u8; 2]],
    parts: &'static [[u8; 2]],
    part_owners: &'static [[u8; 2]],
    names: u16,
    starts: &'static [[u8; 3]],
    endings: &'static [[u8; 2]],
    ending_text: &'static [u8],
    text: &'static [u8],
}

static TABLE: LazyLock<Table> = LazyLock::new(|| {
    Table::of(FILE).unwrap_or_else(|| unreachable!("a test reads this very file: makers.bin"))
});

const FILE: &[u8] = include_bytes!("makers.bin");

impl Table {
    /// `None` if the file is cut short.
    fn of(file: &'static [u8]) -> Option<Self> {
        let mut rest = file.strip_prefix(b"makers")?;
        let (date, numbers) = rest.split_at_checked(10)?;
        rest = numbers;
        let [blocks, firsts, parts, names] = *take::<4>(&mut rest, 4)? else { return None };
        let [blocks, firsts, parts, names] =
            [blocks, firsts, parts, names].map(|n| u32::from_be_bytes(n) as usize);
        let mut table = Self {
            date: std::str::from_utf8(date).ok()?,
            blocks: take(&mut rest, blocks)?,
            owners: take(&mut rest, blocks)?,
            firsts: take(&mut rest, firsts)?,
            parts: take(&mut rest, parts)?,
            part_owners: take(&mut rest, parts)?,
            names: names.try_into().ok()?,
            starts: take(&mut rest, names.div_ceil(BLOCK))?,
            endings: take(&mut rest, ENDINGS)?,
            ..Self::default()
        };
        let endings = usize::from(u16::from_be_bytes(*table.endings.last()?));
        (table.ending_text, table.text) = rest.split_at_checked(endings)?;
        Some(table)
    }

    /// Who has the part of a divided block in which the further twelve bits of an address are.
    fn part(&self, divided: u16, bits: u16) -> Option<Maker> {
        let limit =
            |place: usize| self.firsts.get(place).map(|first| usize::from(u16::from_be_bytes(*first)));
        let (first, end) = (limit(divided.into())?, limit(usize::from(divided) + 1)?);
        let parts = self.parts.get(first..end)?;
        let last = parts.partition_point(|part| u16::from_be_bytes(*part) >> 4 <= bits).checked_sub(1)?;
        let part = u16::from_be_bytes(parts[last]);
        // What counts begins at the left; a part of 28 bits has sixteen times sixteen of 36.
        let ignored = 12_u16.checked_sub(part & 15)?;
        (part >> 4 >> ignored == bits >> ignored)
            .then(|| Maker(u16::from_be_bytes(self.part_owners[first + last])))
    }

    /// The bytes of a name.
    fn name(&self, number: u16) -> Option<Vec<u8>> {
        let (block, place) = (usize::from(number) / BLOCK, usize::from(number) % BLOCK);
        let [high, middle, low] = *self.starts.get(block)?;
        let mut rest = self.text.get(u32::from_be_bytes([0, high, middle, low]) as usize..)?;
        let mut name = Vec::new();
        let mut ending = 0;
        for _ in 0..=place {
            let [shared, own, its_ending, after @ ..] = rest else { return None };
            let (own, after) = after.split_at_checked(usize::from(*own))?;
            name.truncate(usize::from(*shared));
            name.extend(own);
            (ending, rest) = (usize::from(*its_ending), after);
        }
        let end = |ending: usize| self.endings.get(ending).map(|end| usize::from(u16::from_be_bytes(*end)));
        let start = ending.checked_sub(1).map_or(Some(0), end)?;
        name.extend(self.ending_text.get(start..end(ending)?)?);
        Some(name)
    }
}

/// The next `count` groups of bytes.
fn take<const SIZE: usize>(rest: &mut &'static [u8], count: usize) -> Option<&'static [[u8; SIZE]]> {
    let (taken, after) = rest.split_at_checked(count.checked_mul(SIZE)?)?;
    *rest = after;
    Some(taken.as_chunks().0)
}

const DIVIDED: u16 = 0xF000;
const BLOCK: usize = 16;
const ENDINGS: usize = 256;

#[cfg(test)]
mod tests;
