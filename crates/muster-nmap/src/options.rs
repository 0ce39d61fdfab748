//! Nmap's option words, made ready for a parser that knows only `-x` and `--long`.
//!
//! Nmap reads `-oG` as one word; a POSIX parser reads it as `-o` with the value `G`. [`canonical`] rewrites such words
//! before parsing (`-oG -` becomes `--oG -`, `-PS22` becomes `--PS=22`), with the habits of `getopt_long_only(3)`: long
//! options may have one dash, `_` for `-`, and may be cut short where that leaves no doubt. What Nmap has and muster has
//! not is refused by name, with the reason; what changes nothing here is left out, with a note. [`OPTIONS`] says which
//! is which.
//! It does not check values; that is the parser's part.

mod operands;
mod reading;
mod table;

use std::ffi::{OsStr, OsString};
use std::fmt;

pub use operands::{Item, items};
use reading::Reading;
pub use table::{NmapOption, OPTIONS, Standing, Value};

/// An option of the command that the words are for, as its parser knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnOption {
    /// With its dashes: `--oG`, `-p`.
    pub name: String,
    /// Whether the next argument is its value, unless that is glued on.
    pub takes_value: bool,
}

/// Words for the parser.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Canonical {
    /// The words.
    pub words: Vec<OsString>,
    /// Which of Nmap's options were left out, each once.
    pub notes: Vec<Note>,
}

/// An option of Nmap's that changes nothing here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// The option, in full.
    pub option: &'static str,
    /// Why, in one sentence.
    pub why: &'static str,
}

/// Rewrites Nmap's words into options of the parser's; everything else passes untouched.
///
/// `arguments` are those after the program's name and verb, `own` the options of the verb. Left alone are: values (the
/// argument after an option that takes one, even if it looks like an option: tell the parser to allow hyphen values),
/// everything after `--`, and targets.
///
/// # Errors
///
/// [`OptionError`] for the first word of Nmap that is refused by design, that is none of its options, that may mean
/// several options, or to which a file name is glued.
pub fn canonical(
    arguments: impl IntoIterator<Item = OsString>,
    own: &[OwnOption],
) -> Result<Canonical, OptionError> {
    Reading::new(arguments.into_iter(), own).all()
}

/// Joins arguments into the one line that Nmap puts in its headers: an argument with white space in double quotes,
/// `"` and `\` after a backslash. What is not UTF-8 is replaced.
pub fn quoted(arguments: impl IntoIterator<Item = impl AsRef<OsStr>>) -> String {
    let words: Vec<_> =
        arguments.into_iter().map(|argument| quoted_word(&argument.as_ref().to_string_lossy())).collect();
    words.join(" ")
}

/// The word to show people for a long option, without its dashes (`oG` gives `-oG`), if it has another.
pub fn typed(long: &str) -> Option<&'static str> {
    words().find(|(_, read)| read.strip_prefix("--") == Some(long)).map(|(typed, _)| typed)
}

/// The words of one dash and several letters: as people type them, and as the parser reads them.
pub fn words() -> impl Iterator<Item = (&'static str, &'static str)> {
    let nmaps = OPTIONS.iter().filter_map(|option| match option.standing {
        Standing::Supported([read]) if read[1..] == *option.typed => Some((option.typed, *read)),
        _ => None,
    });
    nmaps.chain(table::OWN_WORDS.iter().copied())
}

/// A word of Nmap's that muster does not take.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum OptionError {
    /// The beginning of several options.
    #[error("option may mean {}: {typed}", candidates.join(" or "))]
    Ambiguous {
        /// What was typed.
        typed: String,
        /// What it may mean.
        candidates: Vec<String>,
    },
    /// `-oGfile` or `-oG-`: Nmap refuses it too, since `-oG-` once meant something else.
    #[error("value glued to its option: {typed}")]
    Glued {
        /// What was typed.
        typed: String,
        /// The same with the value apart.
        apart: String,
    },
    /// An option that changes nothing, and lacks its value all the same.
    #[error("option without its value: {typed}")]
    NoValue {
        /// What was typed.
        typed: String,
    },
    /// `--debug=x`: what is behind it says nothing of how much.
    #[error("not a level: {typed}")]
    NoLevel {
        /// What was typed.
        typed: String,
    },
    /// A word that begins like options of Nmap's and is none.
    #[error("no such option: {typed}: {why}")]
    Unknown {
        /// What was typed.
        typed: String,
        /// Which there are, in one sentence.
        why: &'static str,
    },
    /// An option that muster will not have.
    #[error("option refused by design: {typed}: {why}")]
    Refused {
        /// What was typed.
        typed: String,
        /// Why, in one sentence.
        why: &'static str,
    },
}

impl OptionError {
    /// What to type instead, where there is such a thing.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Ambiguous { .. } => Some("write one of them in full".to_owned()),
            Self::Glued { apart, .. } => Some(format!("put a space before the value: {apart}")),
            Self::NoLevel { .. } => Some("write it as in --debug=2, or -dd".to_owned()),
            Self::NoValue { .. } | Self::Unknown { .. } | Self::Refused { .. } => None,
        }
    }
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} changes nothing: {}", self.option, self.why)
    }
}

fn quoted_word(argument: &str) -> String {
    let escaped = argument.replace('\\', r"\\").replace('"', r#"\""#);
    if escaped.contains(|character: char| character.is_ascii_whitespace() || character == '\x0b') {
        return format!("\"{escaped}\"");
    }
    escaped
}

#[cfg(test)]
mod tests;
