//! Names, packed: sorted, each with what it shares with the one before, and the commonest endings by number.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use crate::error::Error;

/// Names in their order, each once.
#[derive(Debug)]
pub(super) struct Names<'a> {
    names: Vec<&'a str>,
}

impl<'a> Names<'a> {
    pub(super) fn new(names: impl Iterator<Item = &'a String>) -> Self {
        let names: BTreeSet<&str> = names.map(String::as_str).collect();
        Self { names: names.into_iter().collect() }
    }

    pub(super) fn len(&self) -> usize {
        self.names.len()
    }

    /// Its place in the order.
    pub(super) fn number(&self, name: &str) -> Option<u16> {
        self.names.binary_search(&name).ok().map(|place| place as u16)
    }

    /// Where each block of names begins, where each ending ends, the endings, the names.
    pub(super) fn packed(&self) -> Result<Vec<u8>, Error> {
        let endings = self.endings();
        let (mut starts, mut text, mut before) = (Vec::new(), Vec::new(), &[][..]);
        for (place, name) in self.names.iter().enumerate() {
            if place % BLOCK == 0 {
                starts.extend(&(text.len() as u32).to_be_bytes()[1..]);
                before = &[];
            }
            let is_its = |ending: &&&str| name.len() > ending.len() && name.ends_with(**ending);
            let longest = endings.iter().enumerate().filter(|(_, ending)| is_its(ending));
            let (number, ending) = longest.max_by_key(|(_, ending)| ending.len()).unwrap_or((0, &""));
            let stem = &name.as_bytes()[..name.len() - ending.len()];
            let shared = before.iter().zip(stem).take_while(|(one, other)| one == other).count();
            let [shared_byte, own] = [shared, stem.len() - shared].map(u8::try_from);
            let fits = |_| Error::unexpected("makers", &format!("too long a name: {name}"));
            text.extend([shared_byte.map_err(fits)?, own.map_err(fits)?, number as u8]);
            text.extend(&stem[shared..]);
            before = stem;
        }
        let mut end = 0;
        for ending in &endings {
            end += ending.len();
            starts.extend((end as u16).to_be_bytes());
        }
        endings.iter().for_each(|ending| starts.extend(ending.as_bytes()));
        starts.extend(text);
        Ok(starts)
    }

    /// The endings that save most: "no ending", and as many as a byte can number.
    fn endings(&self) -> Vec<&'a str> {
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        for name in &self.names {
            for (place, _) in name.match_indices([' ', ',', '(']).filter(|(place, _)| *place > 0) {
                *counts.entry(&name[place..]).or_default() += 1;
            }
        }
        let mut endings: Vec<(&str, usize)> = counts.into_iter().collect();
        endings.sort_by_key(|(ending, count)| (Reverse(ending.len() * count), *ending));
        let mut best: Vec<&str> = endings.into_iter().map(|(ending, _)| ending).take(ENDINGS - 1).collect();
        best.sort_unstable();
        best.resize(ENDINGS - 1, "");
        best.insert(0, "");
        best
    }
}

/// Names that are read from the same start.
const BLOCK: usize = 16;
const ENDINGS: usize = 256;
