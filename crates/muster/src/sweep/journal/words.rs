//! `--resume FILE` alone: the command line that the journal was begun with.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use muster_nmap::options::quoted;

use super::keeping::find;
use crate::failure::Failure;
use crate::output::{say, unbroken};
use crate::sweep::as_calling_user;

/// A scan that is gone on with in the words that began it.
#[derive(Debug)]
pub(crate) struct Resumed {
    /// The command line that began it; the journal that it names, if it names one, is to be gone on with and not begun.
    pub(crate) words: Vec<OsString>,
    /// The journal.
    pub(crate) journal: PathBuf,
}

/// The command line of the journal, where `arguments`, as the parser reads them, are those of `scan --resume FILE` and
/// nothing else; `None` where they are not.
///
/// # Errors
/// If the file is no journal, or none of a scan.
pub(crate) fn resumed(arguments: &[OsString]) -> Result<Option<Resumed>, Failure> {
    let Some(journal) = resumed_file(arguments) else { return Ok(None) };
    let found = as_calling_user(|| find(&journal))?;
    let words: Vec<OsString> = found.header().arguments.iter().map(OsString::from).collect();
    if words.get(1).is_none_or(|word| word != SCAN) {
        let message = format!("the journal is not of muster scan: {}", journal.display());
        return Err(Failure::usage(message).hint("repeat the arguments beside --resume".to_owned()));
    }
    say(&format!("going on with: {}\n", unbroken(&quoted(&words))));
    Ok(Some(Resumed { words, journal }))
}

/// The file, if nothing else is named.
fn resumed_file(arguments: &[OsString]) -> Option<PathBuf> {
    let [_, command, words @ ..] = arguments else { return None };
    match words {
        _ if command != SCAN => None,
        [option, file] => (option == RESUME).then(|| Path::new(file).to_owned()),
        [option] => {
            let (option, file) = option.to_str()?.split_once('=')?;
            (option == RESUME).then(|| file.into())
        }
        _ => None,
    }
}

const SCAN: &str = "scan";
const RESUME: &str = "--resume";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::rewritten;

    #[test]
    fn only_a_file_and_nothing_else_takes_the_arguments_of_the_journal() {
        let file = |line: &str| {
            let words: Vec<OsString> = line.split(' ').map(OsString::from).collect();
            resumed_file(&rewritten(&words).unwrap())
        };
        for line in [
            "m scan --resume f",
            "m scan -resume f",
            "m scan --resume=f",
            "m scan -resume=f",
            "m scan --resu f",
            "m scan -resu=f",
        ] {
            assert_eq!(file(line), Some("f".into()), "{line}");
        }
        for line in
            ["m", "m scan", "m audit --resume f", "m scan --resume", "m scan f", "m scan --resume f -v"]
        {
            assert_eq!(file(line), None, "{line}");
        }
    }
}
