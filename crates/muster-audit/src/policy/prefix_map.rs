//! From an address to the networks around it, however many there are.

use std::collections::HashMap;
use std::net::IpAddr;

use muster_engine::Prefix;

/// Numbers filed under networks.
#[derive(Clone, Debug, Default)]
pub(super) struct PrefixMap {
    entries: HashMap<Prefix, Vec<usize>>,
    /// The lengths in use, the longest first: each is one look-up.
    lengths: Vec<u8>,
}

impl PrefixMap {
    pub(super) fn insert(&mut self, prefix: Prefix, number: usize) {
        self.entries.entry(prefix).or_default().push(number);
        if let Err(place) = self.lengths.binary_search_by(|length| prefix.bits().cmp(length)) {
            self.lengths.insert(place, prefix.bits());
        }
    }

    /// What is filed under exactly this network.
    pub(super) fn at(&self, prefix: &Prefix) -> &[usize] {
        self.entries.get(prefix).map_or(&[], Vec::as_slice)
    }

    /// What is filed under the networks that hold `address`, the narrowest network first.
    pub(super) fn around(&self, address: IpAddr) -> impl Iterator<Item = usize> {
        let networks = self.lengths.iter().filter_map(move |&length| Prefix::new(address, length));
        networks.flat_map(|network| self.at(&network)).copied()
    }

    /// The networks of a length, for every length in use, the longest first.
    pub(super) fn lengths(&self) -> &[u8] {
        &self.lengths
    }

    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }
}
