//! What a journal says of the sweep it belongs to.

use std::fmt;

use muster_engine::AddressSet;

use super::bytes::{Put, Rest};
use super::digest::Digest;

/// The first record of a journal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    /// The version of muster that began it.
    pub program: String,
    /// The command line as typed, the program's name first.
    pub arguments: Vec<String>,
    /// When the run began, in nanoseconds since 1970 (UTC).
    pub start: i64,
    /// The number that the order of probes follows from.
    pub seed: u64,
    /// Whatever must be the same for a sweep to go on, in the order in which it is compared.
    pub facts: Vec<Fact>,
}

/// One thing that makes a plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fact {
    /// What it is called in front of the user.
    pub name: String,
    /// What it is, fit to be shown and to be compared.
    pub value: String,
}

/// The first thing in which two plans differ.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// Which.
    pub name: String,
    /// What the journal says; `None` if it does not know such a thing.
    pub journal: Option<String>,
    /// What this sweep says.
    pub here: Option<String>,
}

impl Header {
    /// The first difference to the plan of this sweep: the version of muster, a fact, the seed.
    pub fn difference(&self, here: &Self) -> Option<Difference> {
        let differing = |name: &str, journal: Option<&str>, here: Option<&str>| {
            (journal != here).then(|| Difference {
                name: name.to_owned(),
                journal: journal.map(str::to_owned),
                here: here.map(str::to_owned),
            })
        };
        let names = self.facts.iter().chain(&here.facts).map(|fact| fact.name.as_str());
        differing("version of muster", Some(&self.program), Some(&here.program))
            .or_else(|| names.into_iter().find_map(|name| differing(name, self.fact(name), here.fact(name))))
            .or_else(|| differing("seed", Some(&self.seed.to_string()), Some(&here.seed.to_string())))
    }

    fn fact(&self, name: &str) -> Option<&str> {
        self.facts.iter().find(|fact| fact.name == name).map(|fact| fact.value.as_str())
    }

    pub(super) fn put(&self, out: &mut Vec<u8>) {
        out.text(&self.program);
        out.number(self.start as u64);
        out.number(self.seed);
        out.number(self.arguments.len() as u64);
        self.arguments.iter().for_each(|argument| out.text(argument));
        out.number(self.facts.len() as u64);
        for Fact { name, value } in &self.facts {
            out.text(name);
            out.text(value);
        }
    }

    pub(super) fn take(rest: &mut Rest<'_>) -> Option<Self> {
        let program = rest.text()?.to_owned();
        let (start, seed) = (rest.number()? as i64, rest.number()?);
        // Every item takes at least a byte, so that a forged count cannot grow memory beyond the record.
        let arguments = (0..rest.number()?).map(|_| rest.text().map(str::to_owned)).collect::<Option<_>>()?;
        let fact = |rest: &mut Rest<'_>| {
            Some(Fact { name: rest.text()?.to_owned(), value: rest.text()?.to_owned() })
        };
        let facts = (0..rest.number()?).map(|_| fact(rest)).collect::<Option<_>>()?;
        Some(Self { program, arguments, start, seed, facts })
    }
}

impl Fact {
    /// Which addresses: some of them to be seen, all of them to be compared.
    pub fn of_addresses(name: &str, addresses: &AddressSet) -> Self {
        let (count, digest) = (addresses.len(), Digest::of_addresses(addresses));
        Self::new(name, format!("{addresses} ({count}, {digest:016x})"))
    }

    /// A fact of the plan.
    pub fn new(name: &str, value: impl fmt::Display) -> Self {
        Self { name: name.to_owned(), value: value.to_string() }
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = |value: &Option<String>| value.as_deref().map_or("nothing".to_owned(), shortened);
        let Self { name, journal, here } = self;
        write!(f, "{name}: {} in the journal, {} now", shown(journal), shown(here))
    }
}

/// Foreign text may be of any length.
fn shortened(text: &str) -> String {
    match text.char_indices().nth(MOST_SHOWN) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

const MOST_SHOWN: usize = 120;

#[cfg(test)]
mod tests {
    use super::*;

    type Change<'a> = &'a dyn Fn(&mut Header);

    fn header() -> Header {
        Header {
            program: "1.2.3".to_owned(),
            arguments: vec!["scan".to_owned(), "-p".to_owned(), "2967".to_owned()],
            start: -5,
            seed: 7,
            facts: vec![Fact::new("targets", "10.0.0.0/24"), Fact::new("ports", 2967)],
        }
    }

    #[test]
    fn what_differs_is_told_with_both_values() {
        let said = |change: Change<'_>| {
            let mut here = header();
            change(&mut here);
            header().difference(&here).map(|difference| difference.to_string())
        };
        let expected: [(Change<'_>, Option<&str>); 6] = [
            (&|_| (), None),
            (&|here| here.arguments.clear(), None),
            (&|here| here.program = "2".into(), Some("version of muster: 1.2.3 in the journal, 2 now")),
            (&|here| here.facts[1].value = "80".into(), Some("ports: 2967 in the journal, 80 now")),
            (&|here| here.facts.truncate(1), Some("ports: 2967 in the journal, nothing now")),
            (&|here| here.seed = 8, Some("seed: 7 in the journal, 8 now")),
        ];
        for (change, words) in expected {
            assert_eq!(said(change).as_deref(), words);
        }
        let mut longer = header();
        longer.facts.push(Fact::new("shard", "x".repeat(1_000)));
        let difference = header().difference(&longer).unwrap().to_string();
        assert!(difference.starts_with("shard: nothing in the journal, xxx") && difference.len() < 200);
    }

    #[test]
    fn headers_are_written_and_read() {
        let mut bytes = Vec::new();
        header().put(&mut bytes);
        assert_eq!(Header::take(&mut Rest(&bytes)), Some(header()));
        for length in 0..bytes.len() {
            assert_eq!(Header::take(&mut Rest(&bytes[..length])), None, "{length}");
        }
    }
}
