//! The makers of network cards: from IEEE's public listing to the file that is compiled in.
//!
//! `muster-catalog/src/makers.rs` says how the file is laid out. Rows that name nobody are left out: makers that wish not
//! to be named, blocks given to several, and addresses with the group or the local bit.

mod names;

use std::collections::BTreeMap;

use crate::error::Error;
use crate::project;

use names::Names;

/// What the catalogue embeds.
const FILE: &str = "crates/muster-catalog/src/makers.bin";

/// Writes the file from IEEE's CSV files (MA-L, MA-M, MA-S and the older IAB), as they were on `date`.
pub(crate) fn run(date: &str, paths: &[&str]) -> Result<(), Error> {
    if date.parse::<jiff::civil::Date>().is_err() || date.len() != DATE_LENGTH || paths.is_empty() {
        return Err(Error::Usage);
    }
    let mut listing = Listing::default();
    for path in paths {
        let text = std::fs::read(path).map_err(Error::file("read", path))?;
        listing.add(path, &text)?;
    }
    let packed = listing.packed(date)?;
    let path = project::root().join(FILE);
    std::fs::write(&path, &packed).map_err(Error::file("write", path))?;
    println!("makers: {} blocks, {} bytes in {FILE}", listing.blocks.len(), packed.len());
    Ok(())
}

const DATE_LENGTH: usize = "2026-10-17".len();

/// IEEE's rows: the hexadecimal digits of a block, and who has it; an empty name for nobody that is named.
#[derive(Debug, Default)]
struct Listing {
    blocks: BTreeMap<String, String>,
}

impl Listing {
    /// Adds a CSV file: registry, assignment, organisation, address.
    fn add(&mut self, path: &str, text: &[u8]) -> Result<(), Error> {
        for record in csv::Reader::from_reader(text).records() {
            let record = record.map_err(|error| Error::unexpected(path, &error))?;
            let [block, name] = [record.get(1), record.get(2)].map(Option::unwrap_or_default);
            if !LENGTHS.contains(&block.len()) || !block.bytes().all(|byte| byte.is_ascii_hexdigit()) {
                return Err(Error::unexpected(path, &format!("no block: {block}")));
            }
            if UNIVERSAL.contains(&block.as_bytes()[1].to_ascii_uppercase()) {
                self.insert(block.to_ascii_uppercase(), named(name));
            }
        }
        Ok(())
    }

    fn insert(&mut self, block: String, name: String) {
        let is_another = |known: &mut String| {
            if *known != name {
                known.clear();
            }
        };
        self.blocks.entry(block).and_modify(is_another).or_insert(name);
    }

    fn packed(&self, date: &str) -> Result<Vec<u8>, Error> {
        let names = Names::new(self.blocks.values().filter(|name| !name.is_empty()));
        if names.len() > usize::from(DIVIDED) {
            return Err(Error::unexpected("makers", &"more names than numbers"));
        }
        let Blocks { large, parts } = self.divided(&names)?;
        let (mut firsts, mut part_keys, mut part_values) = (Vec::new(), Vec::new(), Vec::new());
        for parts in parts.values() {
            firsts.push((part_keys.len() / 2) as u16);
            for (key, value) in parts {
                part_keys.extend(key.to_be_bytes());
                part_values.extend(value.to_be_bytes());
            }
        }
        firsts.push((part_keys.len() / 2) as u16);
        let mut out = format!("makers{date}").into_bytes();
        for count in [large.len(), firsts.len(), part_keys.len() / 2, names.len()] {
            out.extend((count as u32).to_be_bytes());
        }
        large.keys().for_each(|key| out.extend(&key.to_be_bytes()[1..]));
        large.values().for_each(|value| out.extend(value.to_be_bytes()));
        firsts.iter().for_each(|first| out.extend(first.to_be_bytes()));
        out.extend(part_keys);
        out.extend(part_values);
        out.extend(names.packed()?);
        Ok(out)
    }

    /// The large blocks, and the parts of those that are divided.
    fn divided(&self, names: &Names) -> Result<Blocks, Error> {
        let mut blocks = Blocks::default();
        for (block, name) in &self.blocks {
            let number =
                u32::from_str_radix(&block[..6], 16).map_err(|error| Error::unexpected(block, &error))?;
            let Some(value) = names.number(name) else { continue };
            if block.len() == 6 {
                blocks.large.insert(number, value);
            } else {
                let start = u16::from_str_radix(&format!("{:0<3}", &block[6..]), 16);
                let start = start.map_err(|error| Error::unexpected(block, &error))?;
                let bits = (block.len() as u16 - 6) * 4;
                blocks.parts.entry(number).or_default().insert(start << 4 | bits, value);
            }
        }
        blocks.join()
    }
}

/// By their first 24 bits; a part by twelve more, and in the last four how many of them count.
#[derive(Debug, Default)]
struct Blocks {
    large: BTreeMap<u32, u16>,
    parts: BTreeMap<u32, BTreeMap<u16, u16>>,
}

impl Blocks {
    /// Puts the number of its parts in the place of who has a divided block.
    fn join(mut self) -> Result<Self, Error> {
        for (place, (block, parts)) in self.parts.iter().enumerate() {
            let whole = parts.keys().filter(|key| **key & 15 == 4);
            let twice = whole
                .clone()
                .find(|whole| parts.keys().any(|key| key & 15 == 12 && key >> 12 == *whole >> 12));
            // A reader that finds parts looks at nothing else.
            if twice.is_some() || self.large.insert(*block, DIVIDED + place as u16).is_some() {
                return Err(Error::unexpected("makers", &format!("{block:06X} is given whole and in parts")));
            }
        }
        if self.parts.len() >= usize::from(u16::MAX - DIVIDED) {
            return Err(Error::unexpected("makers", &"more divided blocks than numbers"));
        }
        Ok(self)
    }
}

/// Digits of MA-L, MA-M, and MA-S or IAB.
const LENGTHS: [usize; 3] = [6, 7, 9];
/// The second digit of an address without the bits for "a group" and "locally administered" (IEEE 802, section 8.2).
const UNIVERSAL: &[u8] = b"048C";
/// From here on a value is the number of a divided block, below it that of a name.
const DIVIDED: u16 = 0xF000;

/// The name as IEEE writes it, with single blanks; empty where it names no maker.
fn named(name: &str) -> String {
    let name = name.split_whitespace().collect::<Vec<_>>().join(" ");
    if NOBODY.contains(&name.as_str()) { String::new() } else { name }
}

/// A maker that pays for not being named, and IEEE itself, which divides a block into smaller ones.
const NOBODY: [&str; 2] = ["Private", "IEEE Registration Authority"];

#[cfg(test)]
mod tests {
    use super::*;

    const ROWS: &str = "Registry,Assignment,Organization Name,Organization Address\n\
        MA-L,00000A,\"Example  One, Ltd\",\"Street\"\n\
        MA-L,00000B,Private,\nMA-L,00000C,IEEE Registration Authority,\n\
        MA-L,02000D,Old Local,\nMA-M,00000C1,Example One GmbH,\nMA-S,00000C2AF,Example Two GmbH,\n";

    fn listing(rows: &str) -> Listing {
        let mut listing = Listing::default();
        listing.add("rows", rows.as_bytes()).unwrap();
        listing
    }

    #[test]
    fn only_blocks_with_a_maker_are_kept() {
        let listing = listing(ROWS);
        let names = Names::new(listing.blocks.values().filter(|name| !name.is_empty()));
        assert_eq!(names.number("Example One, Ltd"), Some(1));
        let blocks = listing.divided(&names).unwrap();
        assert_eq!(blocks.large, BTreeMap::from([(0xA, 1), (0xC, DIVIDED)]));
        assert_eq!(blocks.parts[&0xC], BTreeMap::from([(0x1004, 0), (0x2AFC, 2)]));
        let packed = listing.packed("2026-10-17").unwrap();
        assert!(
            packed.starts_with(b"makers2026-10-17\0\0\0\x02\0\0\0\x02\0\0\0\x02\0\0\0\x03"),
            "{packed:x?}"
        );
    }

    #[test]
    fn what_is_given_to_several_names_nobody() {
        let listing = listing(&format!("{ROWS}MA-L,00000A,Somebody,\n"));
        assert_eq!(listing.blocks["00000A"], "");
    }

    #[test]
    fn rows_that_are_none_are_faults() {
        for rows in [
            format!("{ROWS}MA-L,00000G,Somebody,\n"),
            format!("{ROWS}MA-L,00000,Somebody,\n"),
            format!("{ROWS}MA-L\n"),
        ] {
            assert!(Listing::default().add("rows", rows.as_bytes()).is_err(), "{rows}");
        }
        let nested = listing(&format!("{ROWS}MA-S,00000C1AF,Somebody,\n"));
        assert!(nested.packed("2026-10-17").is_err());
        let mut whole = listing(ROWS);
        whole.blocks.insert("00000C".to_owned(), "Somebody".to_owned());
        assert!(whole.packed("2026-10-17").is_err());
    }
}
