//! Nmap's option words, made ready for a parser that knows only `-x` and `--long`.
//!
//! Nmap reads `-oG` as one word; a POSIX parser reads it as `-o` with the value `G`. [`canonical`] rewrites such words
//! before parsing (`-oG -` becomes `--oG -`, `-PS22` becomes `--PS=22`) and refuses, with the reason, the words of Nmap
//! that mean nothing here.
//! It does not check values and does not know which long options exist: that is the parser's part.

mod words;

use std::ffi::{OsStr, OsString};

pub use words::{LONG_OPTIONS, LongOption, WORDS, Word};
use words::{REFUSED, Refusal};

/// Rewrites Nmap's one-dash words of several letters into long options; everything else passes untouched.
///
/// `arguments` are those after the program's name and verb. Left alone are: values (the argument after an option that
/// takes one, even if it looks like an option: tell the parser to allow hyphen values), everything after `--`,
/// targets, and options that any parser reads (`-p-`, `-T4`, `-vv`, `-n`, `-6`). Long options of Nmap's own may have
/// one dash, as in Nmap (`-open`).
///
/// # Errors
///
/// [`OptionError`] for the first word of Nmap that is not part of this version or is refused by design, and for a file
/// name glued to its option.
pub fn canonical(arguments: impl IntoIterator<Item = OsString>) -> Result<Vec<OsString>, OptionError> {
    let mut arguments = arguments.into_iter();
    let mut rewritten = Vec::new();
    while let Some(argument) = arguments.next() {
        if argument == "--" {
            rewritten.push(argument);
            break;
        }
        let argument = canonical_word(argument)?;
        let takes_value = takes_value(&argument);
        rewritten.push(argument);
        if takes_value {
            rewritten.extend(arguments.next());
        }
    }
    rewritten.extend(arguments);
    Ok(rewritten)
}

/// Joins arguments into the one line that Nmap puts in its headers: an argument with white space in double quotes,
/// `"` and `\` after a backslash. What is not UTF-8 is replaced.
pub fn quoted(arguments: impl IntoIterator<Item = impl AsRef<OsStr>>) -> String {
    let words: Vec<_> =
        arguments.into_iter().map(|argument| quoted_word(&argument.as_ref().to_string_lossy())).collect();
    words.join(" ")
}

/// The word to show people for a long option, without its dashes (`oG` gives `-oG`), if Nmap has one.
pub fn typed(long: &str) -> Option<&'static str> {
    WORDS.iter().find(|word| word.long.strip_prefix("--") == Some(long)).map(|word| word.typed)
}

/// A word of Nmap's that muster does not take.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum OptionError {
    /// `-oGfile` or `-oG-`: Nmap refuses it too, since `-oG-` once meant something else.
    #[error("value glued to its option: {typed}")]
    Glued {
        /// What was typed.
        typed: String,
        /// The same with the value apart.
        apart: String,
    },
    /// An option that this version does not have.
    #[error("option not part of this version: {typed}: {why}")]
    NotYet {
        /// What was typed.
        typed: String,
        /// Why, in one sentence.
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
            Self::Glued { apart, .. } => Some(format!("put a space before the value: {apart}")),
            Self::NotYet { .. } | Self::Refused { .. } => None,
        }
    }
}

fn canonical_word(argument: OsString) -> Result<OsString, OptionError> {
    let bytes = argument.as_encoded_bytes();
    if bytes.len() < 2 || bytes[0] != b'-' {
        return Ok(argument);
    }
    if let Some(word) = WORDS.iter().find(|word| argument == word.typed) {
        return Ok(word.long.into());
    }
    if is_long_option_with_one_dash(bytes) || is_word_with_equals_sign(bytes) {
        let mut long = OsString::from("-");
        long.push(argument);
        return Ok(long);
    }
    let typed = argument.to_string_lossy();
    if let Some(word) = WORDS.iter().find(|word| word.may_be_followed && typed.starts_with(word.typed)) {
        let list = &typed[word.typed.len()..];
        return Ok(format!("{}={}", word.long, list.strip_prefix('=').unwrap_or(list)).into());
    }
    if let Some(word) = WORDS.iter().find(|word| word.takes_value && typed.starts_with(word.typed)) {
        let apart = format!("{} {}", word.typed, typed[word.typed.len()..].trim_start_matches('='));
        return Err(OptionError::Glued { typed: typed.into_owned(), apart });
    }
    match refusal(&typed) {
        Some(Refusal::NotYet(why)) => Err(OptionError::NotYet { typed: typed.into_owned(), why }),
        Some(Refusal::ByDesign(why)) => Err(OptionError::Refused { typed: typed.into_owned(), why }),
        None => Ok(argument),
    }
}

/// `-open` or `-exclude=…`: Nmap's parser (`getopt_long_only`) takes its long options with one dash.
fn is_long_option_with_one_dash(argument: &[u8]) -> bool {
    let name = argument[1..].split(|byte| *byte == b'=').next().unwrap_or_default();
    LONG_OPTIONS.iter().any(|option| option.is_nmaps && option.name.as_bytes() == name)
}

/// `-oG=file`, which Nmap's parser takes as well. Not for old names (`-oM=file`), where a dash more is not enough.
fn is_word_with_equals_sign(argument: &[u8]) -> bool {
    WORDS.iter().any(|word| {
        let rest = argument.strip_prefix(word.typed.as_bytes());
        word.takes_value && word.long[1..] == *word.typed && rest.is_some_and(|rest| rest.starts_with(b"="))
    })
}

fn takes_value(argument: &OsStr) -> bool {
    ["-p", "-T", "-e", "-S", "-g"].iter().any(|short| argument == *short)
        || WORDS.iter().any(|word| word.takes_value && argument == word.long)
        || argument
            .to_str()
            .and_then(|argument| argument.strip_prefix("--"))
            .is_some_and(|name| LONG_OPTIONS.iter().any(|option| option.takes_value && option.name == name))
}

/// Why a word is not taken: the longest entry of the table that it begins with.
fn refusal(typed: &str) -> Option<Refusal> {
    REFUSED
        .iter()
        .filter(|(word, _)| typed.starts_with(word))
        .max_by_key(|(word, _)| word.len())
        .map(|(_, refusal)| *refusal)
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
