//! What the scans behind files were told to ask: by that two scans of the same network are known as such, while hardly ever
//! the same hosts answer them.

use std::collections::BTreeSet;
use std::net::{Ipv4Addr, Ipv6Addr};

use muster_engine::{AddressSet, TargetSpec, parse_exclude};
use muster_model::{AddressRange, Excerpt, RunHeader};
use muster_nmap::options::{Item, OwnOption, items};

use super::file::ScanFile;
use crate::cli::parser;
use crate::dialect::own_options;
use crate::output::count;

/// Whom an audit of files was narrowed to, as ranges in order; `None`: it was not, or is something else. Empty: it was, and its
/// targets are too many to have been noted one by one.
pub(crate) fn narrowed_to(header: &RunHeader) -> Option<Vec<AddressRange>> {
    let mut words = header.arguments.split(' ');
    let is_audit =
        words.next().is_some_and(|program| program.ends_with("muster")) && words.next() == Some("audit");
    let (verbs, own) = options(&header.arguments);
    let names_targets = |item: &Item| match item {
        Item::Operand(_) => true,
        Item::Option(option, _) => option == "--zone",
    };
    let is_narrowed =
        || items(&header.arguments, verbs, &own).is_none_or(|items| items.iter().any(names_targets));
    (is_audit && is_narrowed()).then(|| ranges_of(&header.targets).unwrap_or_default())
}

/// The ranges of targets in words, unless some of them are left out there.
fn ranges_of(targets: &str) -> Option<Vec<AddressRange>> {
    let sets = targets.split(", ").map(|word| match TargetSpec::parse(word) {
        Ok(TargetSpec::Addresses(addresses)) => Some(addresses),
        _ => None,
    });
    let all = AddressSet::union_all(&sets.collect::<Option<Vec<_>>>()?).ok()?;
    let v4 = all.v4().ranges().iter().map(|range| AddressRange {
        first: Ipv4Addr::from_bits(*range.start()).into(),
        last: Ipv4Addr::from_bits(*range.end()).into(),
    });
    let v6 = all.v6().ranges().iter().map(|range| AddressRange {
        first: Ipv6Addr::from_bits(*range.start()).into(),
        last: Ipv6Addr::from_bits(*range.end()).into(),
    });
    Some(v4.chain(v6).collect())
}

/// The targets of a scan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Targets {
    /// Addresses that were written out.
    Addresses(AddressSet),
    /// What was typed, where names, lists or zones are part of it.
    Words(BTreeSet<String>),
}

impl Targets {
    /// Those of all files together, unless one of them does not say.
    pub(super) fn of(files: &[ScanFile]) -> Option<Self> {
        let mut all: Option<Self> = None;
        for command in files.iter().map(|file| file.commands.as_ref()) {
            for command in command.filter(|commands| !commands.is_empty())? {
                let one = Self::of_command(command)?;
                all = Some(match all {
                    Some(all) => all.and(one),
                    None => one,
                });
            }
        }
        all
    }

    /// Those of a command line of nmap or muster.
    pub(super) fn of_command(command: &str) -> Option<Self> {
        let (verbs, own) = options(command);
        let mut typed = Typed::default();
        for item in items(command, verbs, &own)? {
            typed.add(item)?;
        }
        typed.finish()
    }

    /// How many addresses they are, where that is known.
    pub(super) fn len(&self) -> Option<u128> {
        match self {
            Self::Addresses(addresses) => Some(addresses.len()),
            Self::Words(_) => None,
        }
    }

    fn and(self, other: Self) -> Self {
        let (one, other) = match (self, other) {
            (Self::Addresses(one), Self::Addresses(other)) => match one.union(&other) {
                Ok(both) => return Self::Addresses(both),
                Err(_) => (Self::Addresses(one), Self::Addresses(other)),
            },
            both => both,
        };
        Self::Words(one.words().into_iter().chain(other.words()).collect())
    }

    fn words(self) -> BTreeSet<String> {
        match self {
            Self::Addresses(addresses) => [addresses.to_string()].into(),
            Self::Words(words) => words,
        }
    }
}

impl std::fmt::Display for Targets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let words = match self {
            Self::Addresses(addresses) => return addresses.fmt(f),
            Self::Words(words) => words,
        };
        match (words.first(), words.last()) {
            (Some(first), Some(last)) if words.len() > MOST_WORDS => {
                write!(f, "{} from {first} to {last}", count(words.len() as u64, "target"))
            }
            _ => f.write_str(&words.iter().map(String::as_str).collect::<Vec<_>>().join(", ")),
        }
    }
}

/// How many words stand before the options, and which options there are beside those of Nmap.
fn options(command: &str) -> (usize, Vec<OwnOption>) {
    let mut words = command.split(' ');
    let is_own = words.next().is_some_and(|program| program.ends_with("muster"));
    match words.next().filter(|verb| is_own && ["scan", "audit"].contains(verb)) {
        Some(verb) => (1, own_options(&parser(), verb)),
        // What is called nmap may be muster under that name.
        None => (0, own_options(&parser(), "scan")),
    }
}

/// What was typed of targets.
#[derive(Default)]
struct Typed {
    addresses: Vec<AddressSet>,
    excluded: Vec<AddressSet>,
    words: BTreeSet<String>,
    is_literal: Option<bool>,
}

impl Typed {
    /// `None`: the targets are not those that are typed.
    fn add(&mut self, item: Item) -> Option<()> {
        match item {
            Item::Operand(word) => self.target(&word),
            Item::Option(option, value) => match (option.as_str(), value) {
                ("--exclude", Some(list)) => self.exclude(&list),
                ("-iL" | "--zone" | "--excludefile" | "--exclude-file", Some(value)) => {
                    self.word(&format!("{option} {value}"));
                }
                ("-iR" | "--from-scan" | "--resume", _) => return None,
                _ => {}
            },
        }
        Some(())
    }

    fn target(&mut self, word: &str) {
        match TargetSpec::parse(word) {
            Ok(TargetSpec::Addresses(addresses)) => {
                self.addresses.push(addresses);
                self.words.insert(Excerpt::of(word).to_string());
                self.is_literal.get_or_insert(true);
            }
            _ => self.word(word),
        }
    }

    fn exclude(&mut self, list: &str) {
        let specs = parse_exclude(list).unwrap_or_default();
        for spec in &specs {
            if let TargetSpec::Addresses(addresses) = spec {
                self.excluded.push(addresses.clone());
            }
        }
        let are_addresses = specs.iter().all(|spec| matches!(spec, TargetSpec::Addresses(_)));
        self.words.insert(Excerpt::of(&format!("--exclude {list}")).to_string());
        if specs.is_empty() || !are_addresses {
            self.is_literal = Some(false);
        }
    }

    /// Something that stands for addresses that are not known.
    fn word(&mut self, word: &str) {
        self.words.insert(Excerpt::of(word).to_string());
        self.is_literal = Some(false);
    }

    fn finish(self) -> Option<Targets> {
        let sets = (AddressSet::union_all(&self.addresses), AddressSet::union_all(&self.excluded));
        match (self.is_literal?, sets) {
            (true, (Ok(named), Ok(excluded))) => Some(Targets::Addresses(named.difference(&excluded))),
            _ => Some(Targets::Words(self.words)),
        }
    }
}

/// Targets that are listed one by one.
const MOST_WORDS: usize = 16;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_are_what_was_typed_and_no_value_of_an_option() {
        for (command, expected) in [
            ("nmap -sS -p 22 -oX out.xml 10.0.0.0/24", Some("10.0.0.0/24")),
            ("nmap -T 4 --script-args 10.0.0.1 10.0.0.1 10.0.0.0", Some("10.0.0.0/31")),
            ("nmap --exclude 10.0.0.0/25 10.0.0.0/24", Some("10.0.0.128/25")),
            ("nmap --exclude gw.example 10.0.0.0/24", Some("--exclude gw.example, 10.0.0.0/24")),
            ("nmap -iL office.txt", Some("-iL office.txt")),
            ("nmap pc7.example 10.0.0.1", Some("10.0.0.1, pc7.example")),
            ("/usr/bin/nmap -oJ lines --allow 10.0.0.0/8 10.0.0.1", Some("10.0.0.1")),
            ("muster scan -p 22 10.0.0.1", Some("10.0.0.1")),
            ("muster audit --zone office", Some("--zone office")),
            ("muster audit --from-scan a.xml 10.0.0.1", None),
            ("nmap -iR 100", None),
            ("nmap --what 10.0.0.1 10.0.0.2", None),
            ("nmap -p 22", None),
            ("masscan -p22 --rate 100 10.0.0.0/8", None),
            ("", None),
        ] {
            let targets = Targets::of_command(command).map(|targets| targets.to_string());
            assert_eq!(targets.as_deref(), expected, "{command}");
        }
    }

    fn header(arguments: &str, targets: &str) -> RunHeader {
        RunHeader {
            start: jiff::Timestamp::UNIX_EPOCH,
            arguments: arguments.to_owned(),
            operator: String::new(),
            version: String::new(),
            policy: None,
            targets: targets.to_owned(),
            addresses: 0,
            seed: 0,
            network: None,
        }
    }

    #[test]
    fn an_audit_of_files_was_narrowed_if_targets_or_zones_were_named() {
        let told = |arguments: &str, targets: &str| {
            let ranges = narrowed_to(&header(arguments, targets))?;
            Some(ranges.iter().map(ToString::to_string).collect::<Vec<_>>().join(" "))
        };
        for (arguments, targets, expected) in [
            ("muster audit --from-scan a.xml", "10.0.0.0/24", None),
            ("muster audit --from-scan a.xml --policy b.toml --no-store", "10.0.0.0/24", None),
            (
                "muster audit --from-scan a.xml 10.0.0.9 10.0.0.0/31",
                "10.0.0.0/31, 10.0.0.9",
                Some("10.0.0.0-10.0.0.1 10.0.0.9"),
            ),
            ("/usr/bin/muster audit --zone b --from-scan a.xml", "fd00::/127", Some("fd00::-fd00::1")),
            ("muster audit --from-scan a.xml 10.0.0.0/8", "10.0.0.1, … (9 addresses)", Some("")),
            ("nmap -sS 10.0.0.0/24", "10.0.0.0/24", None),
            ("", "", None),
        ] {
            assert_eq!(told(arguments, targets).as_deref(), expected, "{arguments}");
        }
    }

    #[test]
    fn strange_words_are_harmless_and_many_are_counted() {
        let targets = Targets::of_command("nmap a\u{1b}[2Jb").unwrap().to_string();
        assert!(!targets.contains('\u{1b}'), "{targets:?}");
        let names: Vec<String> = (0..100).map(|number| format!("pc{number:03}")).collect();
        let many = Targets::of_command(&format!("nmap {}", names.join(" "))).unwrap();
        assert_eq!((many.to_string().as_str(), many.len()), ("100 targets from pc000 to pc099", None));
    }
}
