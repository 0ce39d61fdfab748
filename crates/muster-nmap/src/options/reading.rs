//! One argument after the other: which option it is, and what the parser is given for it.
//!
//! The order in which meanings are tried is that of `getopt_long_only(3)`: a whole long option, then its beginning, also
//! behind one dash, and only then letters.

use std::ffi::OsString;

use super::table::{FAMILIES, NmapOption, OPTIONS, OWN_WORDS, Standing, Value};
use super::{Canonical, Note, OptionError, OwnOption};

/// The arguments that are left, and what was made of those before.
pub(super) struct Reading<'a, I> {
    arguments: I,
    own: &'a [OwnOption],
    read: Canonical,
}

/// What a name stands for.
enum Named<'a> {
    Own(&'a OwnOption),
    Nmaps(&'static NmapOption),
}

impl<'a, I: Iterator<Item = OsString>> Reading<'a, I> {
    pub(super) fn new(arguments: I, own: &'a [OwnOption]) -> Self {
        Self { arguments, own, read: Canonical::default() }
    }

    pub(super) fn all(mut self) -> Result<Canonical, OptionError> {
        while let Some(argument) = self.arguments.next() {
            if argument == "--" {
                self.push(argument);
                break;
            }
            match argument.to_str() {
                Some(text) => self.word(text)?,
                None => self.foreign(argument)?,
            }
        }
        self.read.words.extend(self.arguments);
        Ok(self.read)
    }

    fn word(&mut self, text: &str) -> Result<(), OptionError> {
        let Some(body) = text.strip_prefix('-').filter(|body| !body.is_empty()) else {
            self.push(text);
            return Ok(());
        };
        match body.strip_prefix('-') {
            Some(long) => self.long(text, long),
            None => self.behind_one_dash(text, body),
        }
    }

    /// `--max-rate=5`, `--max_ra 5`.
    fn long(&mut self, text: &str, body: &str) -> Result<(), OptionError> {
        let (name, value) = divided(body);
        match self.named(text, name)? {
            Some(Named::Own(option)) => {
                self.own_option(option, value);
                Ok(())
            }
            Some(Named::Nmaps(option)) => self.apply(option, text, value),
            None => {
                self.push(text);
                Ok(())
            }
        }
    }

    /// `-open`, `-oG`, `-PS22`, `-sSV`, `-p80`, `-nv`.
    fn behind_one_dash(&mut self, text: &str, body: &str) -> Result<(), OptionError> {
        let (name, value) = divided(body);
        let is_one_letter = name.chars().nth(1).is_none();
        if !is_one_letter && word_of(name).is_none() {
            let name = name.replace('_', "-");
            if let Some(option) = long_option(text, &name)? {
                return self.apply(option, text, value);
            }
        }
        self.letters(text, body)
    }

    /// Words of two letters, and letters that stand for an option each.
    fn letters(&mut self, text: &str, body: &str) -> Result<(), OptionError> {
        let (name, value) = divided(body);
        if let Some((_, read)) = OWN_WORDS.iter().find(|(typed, _)| typed[1..] == *name) {
            self.valued(read, value);
            return Ok(());
        }
        if let Some(option) = word_of(name) {
            return self.apply(option, text, value);
        }
        if let Some((option, rest)) = begun_with(body) {
            return self.followed(option, text, rest);
        }
        if body.len() > 1
            && let Some(types) = body.strip_prefix('s')
        {
            return self.scan_types(text, types);
        }
        let is_option = option_called(&format!("-{body}")).is_some();
        if let Some((_, why)) = family(body).filter(|_| !is_option) {
            return Err(OptionError::Unknown { typed: text.to_owned(), why });
        }
        self.letter(text, body)
    }

    /// The first letter, and then those behind it, unless they are its value.
    fn letter(&mut self, text: &str, body: &str) -> Result<(), OptionError> {
        let Some(first) = body.chars().next() else { return Ok(()) };
        let rest = &body[first.len_utf8()..];
        let Some(option) = option_called(&format!("-{first}")) else {
            self.push(format!("-{body}"));
            return Ok(());
        };
        let is_level = matches!(first, 'v' | 'd') && !rest.is_empty();
        if let Some(level) = rest.parse::<usize>().ok().filter(|_| is_level) {
            (0..level.min(MOST_LEVEL)).for_each(|_| self.push(option.typed));
            return Ok(());
        }
        if option.value == Value::Needed {
            let value = Some(rest).filter(|rest| !rest.is_empty());
            return self.apply(option, text, value);
        }
        self.apply(option, text, None)?;
        if rest.is_empty() { Ok(()) } else { self.letters(text, rest) }
    }

    /// `-sSUV` is `-sS -sU -sV`.
    fn scan_types(&mut self, text: &str, types: &str) -> Result<(), OptionError> {
        let one = |letter: char| {
            let why = family("s").map_or("", |(_, why)| why);
            option_called(&format!("-s{letter}"))
                .ok_or_else(|| OptionError::Unknown { typed: text.to_owned(), why })
        };
        let options = types.chars().map(one).collect::<Result<Vec<_>, _>>()?;
        options.into_iter().try_for_each(|option| self.apply(option, text, None))
    }

    /// A word of two letters with something right behind it.
    fn followed(&mut self, option: &'static NmapOption, text: &str, rest: &str) -> Result<(), OptionError> {
        let rest = rest.strip_prefix('=').unwrap_or(rest);
        match (option.value, option.standing) {
            (Value::Needed, Standing::Supported(_)) => {
                let apart = format!("{} {rest}", option.typed);
                Err(OptionError::Glued { typed: text.to_owned(), apart })
            }
            _ => self.apply(option, text, Some(rest)),
        }
    }

    /// Does with an option what the table says.
    fn apply(
        &mut self,
        option: &'static NmapOption,
        text: &str,
        value: Option<&str>,
    ) -> Result<(), OptionError> {
        let typed = || text.to_owned();
        match option.standing {
            Standing::ByDesign(why) => Err(OptionError::Refused { typed: typed(), why }),
            _ if option.value == Value::None && value.is_some() => {
                self.push(text);
                Ok(())
            }
            Standing::WithoutEffect(why) => {
                let is_lacking = option.value == Value::Needed && value.is_none();
                if is_lacking && self.arguments.next().is_none() {
                    return Err(OptionError::NoValue { typed: typed() });
                }
                self.note(Note { option: option.typed, why });
                Ok(())
            }
            Standing::Supported(&["-d"]) => {
                let level = level(value.unwrap_or_default());
                let level = level.ok_or_else(|| OptionError::NoLevel { typed: typed() })?;
                (0..level).for_each(|_| self.push("-d"));
                Ok(())
            }
            Standing::Supported(words) => {
                self.supported(option, words, value);
                Ok(())
            }
        }
    }

    fn supported(&mut self, option: &NmapOption, words: &[&'static str], value: Option<&str>) {
        let Some((last, before)) = words.split_last() else { return };
        before.iter().for_each(|word| self.push(*word));
        match option.value {
            Value::Needed => self.valued(last, value),
            Value::None | Value::Glued => self.push(joined(last, value)),
        }
    }

    fn own_option(&mut self, option: &OwnOption, value: Option<&str>) {
        match option.takes_value {
            true => self.valued(&option.name, value),
            false => self.push(joined(&option.name, value)),
        }
    }

    /// An option with its value, which is the next argument where it is not there.
    fn valued(&mut self, word: &str, value: Option<&str>) {
        self.push(joined(word, value));
        if value.is_none() {
            self.read.words.extend(self.arguments.next());
        }
    }

    /// What a long name stands for, without its dashes: whole, or the beginning of one of Nmap's names, or else of one of
    /// the command's own.
    fn named(&self, text: &str, name: &str) -> Result<Option<Named<'a>>, OptionError> {
        let name = name.replace('_', "-");
        let whole = format!("--{name}");
        if let Some(own) = self.own.iter().find(|option| option.name == whole) {
            return Ok(Some(Named::Own(own)));
        }
        if let Some(option) = long_option(text, &name)? {
            return Ok(Some(Named::Nmaps(option)));
        }
        let own: Vec<&OwnOption> =
            self.own.iter().filter(|option| !name.is_empty() && option.name.starts_with(&whole)).collect();
        match own[..] {
            [] => Ok(None),
            [only] => Ok(Some(Named::Own(only))),
            _ => Err(ambiguous(text, own.iter().map(|option| option.name.clone()))),
        }
    }

    /// An argument that is not UTF-8 is a value, or has one behind `=`.
    fn foreign(&mut self, argument: OsString) -> Result<(), OptionError> {
        let text = argument.to_string_lossy();
        let Some(body) = text.strip_prefix('-').filter(|body| !body.starts_with('-')) else {
            self.push(argument);
            return Ok(());
        };
        let (name, value) = divided(body);
        let own_dash = words_read(name).filter(|read| value.is_some() && read[2..] == *name);
        if own_dash.is_some() {
            let mut long = OsString::from("-");
            long.push(&argument);
            self.push(long);
            return Ok(());
        }
        if let Some((option, rest)) = begun_with(body) {
            return self.followed(option, &text, rest);
        }
        self.push(argument);
        Ok(())
    }

    fn note(&mut self, note: Note) {
        if !self.read.notes.contains(&note) {
            self.read.notes.push(note);
        }
    }

    fn push(&mut self, word: impl Into<OsString>) {
        self.read.words.push(word.into());
    }
}

/// More of `-v` or `-d` say nothing more.
const MOST_LEVEL: usize = 10;

/// How often `-d` is meant by what stands behind it: `3`, `dd`, nothing.
fn level(text: &str) -> Option<usize> {
    let counted = || text.bytes().all(|byte| byte == b'd').then_some(text.len() + 1);
    text.parse().ok().or_else(counted).map(|level| level.min(MOST_LEVEL))
}

pub(super) fn divided(body: &str) -> (&str, Option<&str>) {
    body.split_once('=').map_or((body, None), |(name, value)| (name, Some(value)))
}

/// `--name=value`, `-xvalue`.
fn joined(word: &str, value: Option<&str>) -> String {
    match value {
        Some(value) if word.starts_with("--") => format!("{word}={value}"),
        Some(value) => format!("{word}{value}"),
        None => word.to_owned(),
    }
}

pub(super) fn option_called(typed: &str) -> Option<&'static NmapOption> {
    OPTIONS.iter().find(|option| option.typed == typed)
}

/// A word of one dash and two letters or more, without the dash.
pub(super) fn word_of(name: &str) -> Option<&'static NmapOption> {
    OPTIONS.iter().find(|option| is_word(option) && option.typed[1..] == *name)
}

/// What the parser reads for a word that has a value.
fn words_read(name: &str) -> Option<&'static str> {
    match word_of(name)?.standing {
        Standing::Supported([read]) => Some(read),
        _ => None,
    }
}

fn is_word(option: &NmapOption) -> bool {
    option.typed.len() > 2 && !option.typed.starts_with("--")
}

/// The word with a value that `body` begins with, and what is behind it.
pub(super) fn begun_with(body: &str) -> Option<(&'static NmapOption, &str)> {
    OPTIONS.iter().filter(|option| is_word(option) || option.value == Value::Glued).find_map(|option| {
        let rest = body.strip_prefix(&option.typed[1..])?;
        (option.value != Value::None && !rest.is_empty()).then_some((option, rest))
    })
}

fn family(body: &str) -> Option<(&'static str, &'static str)> {
    FAMILIES.iter().find(|(begin, _)| body.starts_with(&begin[1..])).copied()
}

/// The long option of Nmap's that is called so, or else the only one that begins so.
pub(super) fn long_option(text: &str, name: &str) -> Result<Option<&'static NmapOption>, OptionError> {
    match option_called(&format!("--{name}")) {
        None => begun(text, name),
        whole => Ok(whole),
    }
}

/// Several that are the same are one.
fn begun(text: &str, name: &str) -> Result<Option<&'static NmapOption>, OptionError> {
    let begins = |option: &&NmapOption| {
        !name.is_empty() && option.typed.strip_prefix("--").is_some_and(|long| long.starts_with(name))
    };
    let mut found: Vec<&'static NmapOption> = Vec::new();
    for option in OPTIONS.iter().filter(begins) {
        if !found.iter().any(|other| (other.value, other.standing) == (option.value, option.standing)) {
            found.push(option);
        }
    }
    match found[..] {
        [] => Ok(None),
        [only] => Ok(Some(only)),
        _ => Err(ambiguous(text, found.iter().map(|option| option.typed.to_owned()))),
    }
}

fn ambiguous(text: &str, candidates: impl Iterator<Item = String>) -> OptionError {
    OptionError::Ambiguous { typed: text.to_owned(), candidates: candidates.collect() }
}
