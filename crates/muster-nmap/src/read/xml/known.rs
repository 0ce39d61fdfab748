//! Ports that were read before. In a network the same ports are open on host after host, and a scanner writes each of them
//! in the same words: what those words mean is looked up, not read again.

use memchr::memmem::Finder;

use crate::read::Port;

/// Ports by their text, a bounded number of them.
#[derive(Debug)]
pub(super) struct KnownPorts {
    slots: Vec<Option<(Box<[u8]>, Port)>>,
    end: Finder<'static>,
}

impl KnownPorts {
    pub(super) fn new() -> Self {
        Self { slots: Vec::new(), end: Finder::new(END) }
    }

    /// The port that the text begins with, and how long its text is. The sign before its name is taken.
    pub(super) fn find(&self, text: &str) -> Option<(&Port, usize)> {
        let text = text.as_bytes();
        if self.slots.is_empty() || !text.starts_with(BEGINNING) {
            return None;
        }
        let near = &text[..text.len().min(LONGEST)];
        let text = &near[..self.end.find(near)? + END.len()];
        let (known, port) = self.slots[slot(text)].as_ref()?;
        (**known == *text).then_some((port, text.len()))
    }

    /// Remembers what a text means. What scripts say is seldom said twice.
    pub(super) fn learn(&mut self, text: &str, port: &Port) {
        if text.len() > LONGEST || !port.scripts.is_empty() {
            return;
        }
        self.slots.resize_with(SLOTS, || None);
        self.slots[slot(text.as_bytes())] = Some((text.as_bytes().into(), port.clone()));
    }
}

/// Where a text would be. Two texts with one place drive each other out, which costs time and nothing else.
fn slot(text: &[u8]) -> usize {
    let (words, _) = text.as_chunks::<8>();
    let mix = |sum: u64, word: &[u8; 8]| (sum.rotate_left(5) ^ u64::from_le_bytes(*word)).wrapping_mul(ODD);
    (words.iter().fold(0, mix) >> (u64::BITS - SLOTS.ilog2())) as usize
}

const BEGINNING: &[u8] = b"port ";
const END: &[u8] = b"</port>";

/// The longest text that is remembered.
const LONGEST: usize = 512;

/// How many are: together less than a megabyte.
const SLOTS: usize = 1024;

/// The golden ratio, as hashes have it (Knuth, TAOCP 6.4).
const ODD: u64 = 0x9e37_79b9_7f4a_7c15;
