//! `--resume FILE` alone: the command line that the journal was begun with.

use std::ffi::{OsStr, OsString};
use std::path::Path;

use muster_nmap::options::quoted;

use super::keeping::find;
use crate::failure::Failure;
use crate::output::{say, unbroken};
use crate::sweep::as_calling_user;

/// The command line of the journal, to go on with it, where `arguments` are those of `scan --resume FILE` and nothing
/// else; `None` where they are not.
///
/// # Errors
/// If the file is no journal, or none of a scan.
pub(crate) fn resumed_words(arguments: &[OsString]) -> Result<Option<Vec<OsString>>, Failure> {
    let Some(file) = resumed_file(arguments) else { return Ok(None) };
    let found = as_calling_user(|| find(Path::new(&file)))?;
    let words: Vec<OsString> = found.header().arguments.iter().map(OsString::from).collect();
    if words.get(1).is_none_or(|word| word != SCAN) {
        let message = format!("the journal is not of muster scan: {}", Path::new(&file).display());
        return Err(Failure::usage(message).hint("repeat the arguments beside --resume".to_owned()));
    }
    say(&format!("going on with: {}\n", unbroken(&quoted(&words))));
    Ok(Some(going_on(words, &file)))
}

/// The file, if nothing else is named.
fn resumed_file(arguments: &[OsString]) -> Option<OsString> {
    let [_, command, words @ ..] = arguments else { return None };
    if command != SCAN {
        return None;
    }
    match words {
        [option, file] if RESUME.iter().any(|word| option == word) => Some(file.clone()),
        [option] => {
            let (option, file) = option.to_str()?.split_once('=')?;
            RESUME.contains(&option).then(|| file.into())
        }
        _ => None,
    }
}

/// The same words with the journal to go on with in place of the one to begin.
fn going_on(words: Vec<OsString>, file: &OsStr) -> Vec<OsString> {
    let mut rest = words.into_iter();
    let mut going_on: Vec<OsString> = rest.by_ref().take(2).collect();
    going_on.extend([OsString::from(RESUME[0]), file.to_owned()]);
    while let Some(word) = rest.next() {
        if word == JOURNAL {
            rest.next();
        } else if !word.as_encoded_bytes().starts_with(JOURNAL_IS.as_bytes()) {
            going_on.push(word);
        }
    }
    going_on
}

const SCAN: &str = "scan";
const JOURNAL: &str = "--journal";
const JOURNAL_IS: &str = "--journal=";
/// Nmap's parser takes its long options with one dash too.
const RESUME: [&str; 2] = ["--resume", "-resume"];

#[cfg(test)]
mod tests {
    use super::*;

    fn words(line: &str) -> Vec<OsString> {
        line.split(' ').map(OsString::from).collect()
    }

    #[test]
    fn only_a_file_and_nothing_else_takes_the_arguments_of_the_journal() {
        for line in ["m scan --resume f", "m scan -resume f", "m scan --resume=f", "m scan -resume=f"] {
            assert_eq!(resumed_file(&words(line)), Some("f".into()), "{line}");
        }
        for line in
            ["m", "m scan", "m audit --resume f", "m scan --resume", "m scan f", "m scan --resume f -v"]
        {
            assert_eq!(resumed_file(&words(line)), None, "{line}");
        }
    }

    #[test]
    fn the_journal_to_begin_becomes_the_one_to_go_on_with() {
        for (line, expected) in [
            ("m scan -p 1 --journal old -oG - 127.0.0.1", "m scan --resume new -p 1 -oG - 127.0.0.1"),
            ("m scan --journal=old -- 127.0.0.1", "m scan --resume new -- 127.0.0.1"),
        ] {
            assert_eq!(going_on(words(line), OsStr::new("new")), words(expected));
        }
    }
}
