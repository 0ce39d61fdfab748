//! Which journal a run keeps: none, a new one, or one that is gone on with.

use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use jiff::{Timestamp, Zoned, tz::TimeZone};
use muster_engine::Seed;
use muster_sweep::{Blank, Found, Header, Journal, JournalError};

use super::journal_failure;
use crate::failure::Failure;
use crate::output::say;

/// What is to be kept, before the run is planned.
#[derive(Debug)]
pub(crate) enum Keeping {
    /// Nothing.
    Nothing,
    /// A new journal.
    New(PathBuf),
    /// One that is there.
    Old(Box<Found>),
}

/// A journal that can be begun, or fits the plan: nothing was written yet.
#[derive(Debug)]
pub(crate) enum Claimed {
    /// None.
    Nothing,
    /// A new one.
    New(Blank, Box<Header>),
    /// One that is there.
    Old(Box<Found>),
}

impl Keeping {
    /// Reads the journal that is gone on with (`--resume`); a new one (`--journal`) is not touched yet.
    ///
    /// # Errors
    /// If the old one cannot be gone on with.
    pub(crate) fn look(new: Option<&Path>, old: Option<&Path>) -> Result<Self, Failure> {
        match (new, old) {
            (_, Some(path)) => Ok(Self::Old(Box::new(find(path)?))),
            (Some(path), None) if path == Path::new("-") => {
                Err(Failure::usage("a journal cannot go to stdout").hint("name a file".to_owned()))
            }
            (Some(path), None) => Ok(Self::New(path.to_owned())),
            (None, None) => Ok(Self::Nothing),
        }
    }

    /// The seed that was typed, or else that of the journal, or else a new one.
    pub(crate) fn seed(&self, typed: Option<u64>, new: Seed) -> Seed {
        match (self, typed) {
            (Self::Old(found), None) => Seed(found.header().seed),
            _ => new,
        }
    }

    /// When the run began; now, where none did.
    pub(crate) fn start(&self) -> Zoned {
        match self {
            Self::Old(found) => start_of(found.header()).to_zoned(TimeZone::system()),
            _ => Zoned::now(),
        }
    }

    /// The command line that began the run; `now` where none did.
    pub(crate) fn arguments(&self, now: &str) -> String {
        match self {
            Self::Old(found) => muster_nmap::options::quoted(&found.header().arguments),
            _ => now.to_owned(),
        }
    }

    /// Sees that the journal can be begun, or belongs to the run that `header` is of.
    ///
    /// # Errors
    /// If it cannot, or does not.
    pub(crate) fn claim(self, header: Header) -> Result<Claimed, Failure> {
        let claimed = match self {
            Self::Nothing => Ok(Claimed::Nothing),
            Self::New(path) => Blank::open(&path).map(|blank| Claimed::New(blank, Box::new(header))),
            Self::Old(found) => found.check(&header).map(|()| Claimed::Old(found)),
        };
        claimed.map_err(|error| journal_failure(&error))
    }
}

impl Claimed {
    /// Begins the journal, or goes on with it.
    ///
    /// # Errors
    /// If it cannot be written.
    pub(crate) fn begin(self) -> Result<Option<Journal>, Failure> {
        let begun = match self {
            Self::Nothing => return Ok(None),
            Self::New(blank, header) => blank.begin(*header),
            Self::Old(found) => {
                if let Some(torn) = found.torn() {
                    say(&format!("warning: the journal is torn: {torn}\n"));
                }
                let since_start = Timestamp::now().duration_since(start_of(found.header()));
                Journal::go_on(*found, since_start.try_into().unwrap_or_default())
            }
        };
        begun.map(Some).map_err(|error| journal_failure(&error))
    }
}

fn start_of(header: &Header) -> Timestamp {
    Timestamp::from_nanosecond(header.start.into()).unwrap_or_default()
}

/// The journal at `path`; whatever else it is has a name.
pub(super) fn find(path: &Path) -> Result<Found, Failure> {
    Found::open(path).map_err(|error| match (&error, kind_of(path)) {
        (JournalError::Foreign { .. }, Some(kind)) => {
            let message = format!("{} is {kind}: a sweep is taken up from its journal alone", path.display());
            Failure::usage(message).hint("name the file that --journal wrote".to_owned())
        }
        _ => journal_failure(&error),
    })
}

/// What a file is that somebody may take for a journal.
fn kind_of(path: &Path) -> Option<&'static str> {
    let mut bytes = Vec::new();
    File::open(path).ok()?.take(MOST_LOOKED_AT).read_to_end(&mut bytes).ok()?;
    let text = String::from_utf8_lossy(&bytes);
    match text.as_ref() {
        text if text.starts_with("# Nmap ") => Some("a log of Nmap's, which tells too little to go on from"),
        text if text.starts_with("# muster ") => Some("an output of muster"),
        text if text.contains("<nmaprun") && text.contains("scanner=\"muster\"") => {
            Some("an output of muster")
        }
        text if text.contains("<nmaprun") => {
            Some("an XML output of Nmap's, which tells too little to go on from")
        }
        _ => None,
    }
}

const MOST_LOOKED_AT: u64 = 4_096;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn logs_are_told_from_journals_by_what_is_in_them() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("log");
        for (text, words) in [
            ("# Nmap 7.93 scan initiated Sun", "is a log of Nmap's, which tells too little to go on from"),
            ("<?xml version=\"1.0\"?>\n<nmaprun scanner=\"nmap\" args=", "is an XML output of Nmap's"),
            ("<?xml version=\"1.0\"?>\n<nmaprun scanner=\"muster\" args=", "is an output of muster"),
            ("# muster 0.1.0 scan initiated", "is an output of muster"),
            ("something else", "not a journal of muster"),
            ("", "the journal is empty"),
        ] {
            std::fs::write(&path, text).unwrap();
            let failure = find(&path).unwrap_err();
            assert!(failure.message().contains(words), "{}", failure.message());
        }
    }
}
