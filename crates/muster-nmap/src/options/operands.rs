//! A command line that somebody else's program noted: which of its words are options, values and targets. Nothing is done with
//! them, and nothing is refused: what cannot be read is not read at all.

use super::reading::{begun_with, divided, long_option, option_called, word_of};
use super::table::{NmapOption, OWN_WORDS, Value};
use super::{OwnOption, typed};

/// An item of a command line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Item {
    /// A target.
    Operand(String),
    /// An option: as people write it in full, with its value.
    Option(String, Option<String>),
}

/// The items of a command line in one string, as Nmap puts it in its headers, behind the program's name and the first `verbs`
/// words. `own` are the options that Nmap does not have.
///
/// `None` where a word is not known, since it might have the next one as its value, or where quotes are left open.
pub fn items(line: &str, verbs: usize, own: &[OwnOption]) -> Option<Vec<Item>> {
    let words = words(line)?;
    let mut items = Items { words: words.into_iter().skip(1 + verbs), own, items: Vec::new() };
    while let Some(word) = items.words.next() {
        if word == "--" {
            break;
        }
        items.word(word)?;
    }
    let Items { words, mut items, .. } = items;
    items.extend(words.map(Item::Operand));
    Some(items)
}

/// Takes apart what [`quoted`](super::quoted) joins.
fn words(line: &str) -> Option<Vec<String>> {
    let (mut words, mut word, mut is_quoted) = (Vec::new(), None::<String>, false);
    let mut characters = line.chars();
    while let Some(character) = characters.next() {
        match character {
            '\\' => word.get_or_insert_default().push(characters.next()?),
            '"' => {
                is_quoted = !is_quoted;
                word.get_or_insert_default();
            }
            blank if blank.is_ascii_whitespace() && !is_quoted => words.extend(word.take()),
            other => word.get_or_insert_default().push(other),
        }
    }
    words.extend(word);
    (!is_quoted).then_some(words)
}

struct Items<'a, W> {
    words: W,
    own: &'a [OwnOption],
    items: Vec<Item>,
}

impl<W: Iterator<Item = String>> Items<'_, W> {
    fn word(&mut self, word: String) -> Option<()> {
        let Some(body) = word.strip_prefix('-').filter(|body| !body.is_empty()) else {
            self.items.push(Item::Operand(word));
            return Some(());
        };
        match body.strip_prefix('-') {
            Some(long) => self.long(long),
            None => self.behind_one_dash(body),
        }
    }

    fn long(&mut self, body: &str) -> Option<()> {
        let (name, value) = divided(body);
        let name = name.replace('_', "-");
        let whole = format!("--{name}");
        let own = self.own.iter().find(|option| option.name == whole);
        match (own, long_option(body, &name).ok()?) {
            (Some(own), _) => self.own(own, value),
            (None, Some(option)) => self.nmaps(option, value),
            (None, None) => {
                let mut begun = self.own.iter().filter(|option| option.name.starts_with(&whole));
                let (own, None) = (begun.next()?, begun.next()) else { return None };
                self.own(own, value)
            }
        }
    }

    fn behind_one_dash(&mut self, body: &str) -> Option<()> {
        let (name, value) = divided(body);
        if let Some((typed, _)) = OWN_WORDS.iter().find(|(typed, _)| typed[1..] == *name) {
            return self.push(typed, Value::Needed, value);
        }
        if let Some(option) = word_of(name) {
            return self.nmaps(option, value);
        }
        if name.chars().nth(1).is_some()
            && let Some(option) = long_option(body, &name.replace('_', "-")).ok()?
        {
            return self.nmaps(option, value);
        }
        match (begun_with(body), body.strip_prefix('s').filter(|types| !types.is_empty())) {
            (Some((option, rest)), _) => self.nmaps(option, Some(rest.strip_prefix('=').unwrap_or(rest))),
            (None, Some(types)) => {
                types.chars().try_for_each(|letter| self.nmaps(option_called(&format!("-s{letter}"))?, None))
            }
            (None, None) => self.letters(body),
        }
    }

    /// Letters that stand for an option each, up to one that has the rest as its value.
    fn letters(&mut self, body: &str) -> Option<()> {
        let mut rest = body;
        while let Some(first) = rest.chars().next() {
            rest = &rest[first.len_utf8()..];
            let option = option_called(&format!("-{first}"))?;
            if matches!(first, 'v' | 'd') {
                rest = rest.trim_start_matches(|digit: char| digit.is_ascii_digit());
            }
            if option.value != Value::None {
                return self.nmaps(option, Some(rest).filter(|rest| !rest.is_empty()));
            }
            self.nmaps(option, None)?;
        }
        Some(())
    }

    fn own(&mut self, option: &OwnOption, value: Option<&str>) -> Option<()> {
        let kind = if option.takes_value { Value::Needed } else { Value::None };
        let name = option.name.strip_prefix("--").and_then(typed).unwrap_or(&option.name);
        self.push(name, kind, value)
    }

    fn nmaps(&mut self, option: &NmapOption, value: Option<&str>) -> Option<()> {
        self.push(option.typed, option.value, value)
    }

    fn push(&mut self, typed: &str, kind: Value, value: Option<&str>) -> Option<()> {
        let value = match (kind, value) {
            (Value::Needed, None) => Some(self.words.next()?),
            (_, value) => value.map(str::to_owned),
        };
        self.items.push(Item::Option(typed.to_owned(), value));
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::options::{OPTIONS, quoted};

    /// The targets, where the line can be read.
    fn operands(line: &str) -> Option<Vec<String>> {
        let own = [
            OwnOption { name: "--allow".to_owned(), takes_value: true },
            OwnOption { name: "--shard".to_owned(), takes_value: true },
        ];
        let items = items(line, 0, &own)?;
        let operand = |item| match item {
            Item::Operand(word) => Some(word),
            Item::Option(..) => None,
        };
        Some(items.into_iter().filter_map(operand).collect())
    }

    #[test]
    fn values_are_no_targets() {
        for (line, expected) in [
            ("nmap 10.0.0.0/24", &["10.0.0.0/24"][..]),
            ("nmap -p 22 -oX out.xml 10.0.0.1 host.example", &["10.0.0.1", "host.example"]),
            ("nmap -p22 -sSU -PS22,80 -PE -vvd2 -T4 -nA a", &["a"]),
            ("nmap -T 4 --max-rate 5 --max-rate=5 -max-rate 5 --max_ra 5 a", &["a"]),
            ("nmap -iL list -oA out -sI zombie --script default,safe --script-args x=1 a -e eth0", &["a"]),
            ("nmap -sn -- -a b", &["-a", "b"]),
            ("nmap -oX \"a file\" \"b c\" d\\\\e \\\"", &["b c", "d\\e", "\""]),
            ("nmap -oJ lines --allow 10.0.0.0/8 --sh 1/2 --shard=1/2 -np- a", &["a"]),
            ("nmap -oX - a", &["a"]),
            ("", &[]),
        ] {
            let expected = expected.iter().map(ToString::to_string).collect::<Vec<_>>();
            assert_eq!(operands(line), Some(expected), "{line}");
        }
    }

    #[test]
    fn what_is_not_clear_is_not_read() {
        for line in
            ["nmap --unknown 10.0.0.1", "nmap -k a", "nmap \"a", "nmap a\\", "nmap -p", "nmap --max- 5 a"]
        {
            assert_eq!(operands(line), None, "{line}");
        }
    }

    #[test]
    fn every_option_of_the_table_is_read_as_the_table_says() {
        for option in OPTIONS {
            let line = format!("nmap {} value", option.typed);
            let expected: &[&str] = if option.value == Value::Needed { &[] } else { &["value"] };
            assert_eq!(
                operands(&line).as_deref(),
                Some(&expected.iter().map(ToString::to_string).collect::<Vec<_>>()[..]),
                "{line}"
            );
        }
    }

    #[test]
    fn what_is_joined_is_taken_apart() {
        let typed = ["nmap", "a b", "c\\d", "\"", "é", "", "\t"];
        let joined = quoted(typed);
        let kept: Vec<&str> = typed.into_iter().filter(|word| !word.is_empty()).collect();
        assert_eq!(words(&joined).unwrap(), kept, "an empty word leaves no trace");
    }
}
