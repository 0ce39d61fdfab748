//! Which systems a TCP stack may belong to, by its answer to a SYN, or by what a connection agreed on.
//!
//! The order of the options is the strong sign; the life that packets have left and the window say more. Connections show
//! neither, but which options and by how many bits windows are shifted. A sign only: what stands before a host answers
//! with a stack of its own.

mod agreed;

use std::collections::BTreeMap;
use std::sync::LazyLock;

pub use muster_model::SystemFamily;
use muster_model::{Answered, DeviceClass, Stack};
use serde::Deserialize;

use crate::product::Confidence;

/// A stack that is known.
#[derive(Clone, Debug)]
pub struct StackSignature {
    /// Which system has it, for a sentence.
    pub system: String,
    /// The family of that system.
    pub family: SystemFamily,
    /// What kind of device has it, if no computer does.
    pub class: Option<DeviceClass>,
    /// Keys of [`Source`](crate::Source).
    pub source: Vec<String>,
    ttl: u8,
    options: Vec<String>,
    windows: Vec<u16>,
    window_segments: Vec<u16>,
    scales: Vec<u8>,
}

/// A family that a stack may belong to.
#[derive(Clone, Debug)]
pub struct FamilyGuess {
    /// The family.
    pub family: SystemFamily,
    /// High: the order of options, the life of the packets and the window are those of a known system. Medium: the order,
    /// and one of the two others. Low: the order alone. Where the order is one option, which much has, it is one lower.
    /// Where several families fit alike, none is surer than medium. By a connection: medium if no other family fits, and
    /// several options and the shift are those of a known system; else low.
    pub confidence: Confidence,
    /// The signatures that speak for it as strongly as that.
    pub by: Vec<&'static StackSignature>,
}

impl FamilyGuess {
    /// The class of devices that has this stack: only if all that speaks for the family speaks for that class.
    pub fn class(&self) -> Option<DeviceClass> {
        let class = self.by.first()?.class?;
        self.by.iter().all(|signature| signature.class == Some(class)).then_some(class)
    }
}

/// The families that the answer to a SYN may be of, the surest first; none for a reset, which has no options. `ttl` is the
/// one of the packet as it came; a connection shows none.
///
/// ```
/// use muster_catalog::stack::{SystemFamily, families};
///
/// let [guess] = &families(&"65535 1460 MNWST".parse().unwrap(), Some(126))[..] else { panic!() };
/// assert_eq!(guess.family, SystemFamily::Windows);
/// ```
pub fn families(stack: &Stack, ttl: Option<u8>) -> Vec<FamilyGuess> {
    match stack {
        Stack::Answered(answered) => by_segment(answered, ttl),
        Stack::Agreed(agreed) => agreed::families(agreed),
    }
}

fn by_segment(stack: &Answered, ttl: Option<u8>) -> Vec<FamilyGuess> {
    let order = stack.options.to_string();
    let mut guesses = fitting(|signature| signature.fits(stack, &order, ttl));
    let surest = guesses.iter().map(|guess| guess.confidence).max();
    guesses.retain(|guess| Some(guess.confidence) == surest);
    if guesses.len() > 1 {
        guesses.iter_mut().for_each(|guess| guess.confidence = guess.confidence.min(Confidence::Medium));
    }
    guesses
}

/// Each family that fits, by the signatures that fit best.
fn fitting(fits: impl Fn(&StackSignature) -> Option<Confidence>) -> Vec<FamilyGuess> {
    let mut found: BTreeMap<SystemFamily, FamilyGuess> = BTreeMap::new();
    for signature in signatures() {
        let Some(confidence) = fits(signature) else { continue };
        let family = signature.family;
        let guess = found.entry(family).or_insert(FamilyGuess { family, confidence, by: Vec::new() });
        if guess.confidence < confidence {
            guess.confidence = confidence;
            guess.by.clear();
        }
        if guess.confidence == confidence {
            guess.by.push(signature);
        }
    }
    found.into_values().collect()
}

/// Every stack that is known.
pub fn signatures() -> &'static [StackSignature] {
    static SIGNATURES: LazyLock<Vec<StackSignature>> = LazyLock::new(|| {
        let file: File = toml::from_str(FILE)
            .unwrap_or_else(|error| unreachable!("a test reads this very file: stacks.toml: {error}"));
        file.stack.into_iter().map(StackSignature::of).collect()
    });
    &SIGNATURES
}

/// What a packet started with, by what it had left: the next of the values that systems use.
pub fn initial_ttl(seen: u8) -> u8 {
    STARTS.into_iter().find(|start| seen <= *start).unwrap_or(u8::MAX)
}

const STARTS: [u8; 4] = [32, 64, 128, 255];

impl StackSignature {
    /// How well an answer fits, if it does: the order of the options has to be the same, and the life of its packet not
    /// another.
    fn fits(&self, stack: &Answered, order: &str, ttl: Option<u8>) -> Option<Confidence> {
        if !self.options.iter().any(|own| own == order) || ttl.is_some_and(|ttl| initial_ttl(ttl) != self.ttl)
        {
            return None;
        }
        let says_much = order.len() > 1;
        match (says_much, self.has_window(stack), ttl.is_some()) {
            (true, true, true) => Some(Confidence::High),
            (true, true, false) | (_, true, true) | (true, false, true) => Some(Confidence::Medium),
            (true, false, false) | (false, true, false) => Some(Confidence::Low),
            // One option, any window: that is half of all devices.
            (false, false, _) => None,
        }
    }

    fn has_window(&self, stack: &Answered) -> bool {
        let is_multiple =
            |count: &u16| stack.mss.is_some_and(|mss| mss.checked_mul(*count) == Some(stack.window));
        self.windows.contains(&stack.window) || self.window_segments.iter().any(is_multiple)
    }

    fn of(row: Row) -> Self {
        let class = row.class.map(|name| {
            let class = DeviceClass::ALL.iter().copied().find(|class| class.name() == name);
            class.unwrap_or_else(|| unreachable!("a test reads this very file: stacks.toml: {name}"))
        });
        let family = SystemFamily::ALL.iter().copied().find(|family| family.name() == row.family);
        let family = family
            .unwrap_or_else(|| unreachable!("a test reads this very file: stacks.toml: {}", row.family));
        let Row { system, ttl, options, windows, window_segments, scales, source, .. } = row;
        Self { system, family, class, source, ttl, options, windows, window_segments, scales }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    stack: Vec<Row>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    system: String,
    family: String,
    class: Option<String>,
    ttl: u8,
    options: Vec<String>,
    #[serde(default)]
    windows: Vec<u16>,
    #[serde(default)]
    window_segments: Vec<u16>,
    #[serde(default)]
    scales: Vec<u8>,
    source: Vec<String>,
}

const FILE: &str = include_str!("../data/stacks.toml");

#[cfg(test)]
mod tests;
