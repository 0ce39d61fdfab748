//! Why a journal cannot be written, read or gone on with.

use std::io;
use std::path::PathBuf;

use super::header::Difference;

/// What is wrong with a journal.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum JournalError {
    /// The system refuses.
    #[error("cannot {operation} the journal {}: {source}", path.display())]
    Io {
        /// What was tried.
        operation: &'static str,
        /// Where.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// A folder, a pipe, a device.
    #[error("not a file that can be a journal: {}", path.display())]
    NotAFile {
        /// Where.
        path: PathBuf,
    },
    /// A new journal was asked for where there is something.
    #[error("there is something in it already: {}", path.display())]
    Taken {
        /// Where.
        path: PathBuf,
    },
    /// Another process has it.
    #[error("another sweep is writing this journal: {}", path.display())]
    Locked {
        /// Where.
        path: PathBuf,
    },
    /// A file of no bytes.
    #[error("the journal is empty: {}", path.display())]
    Empty {
        /// Where.
        path: PathBuf,
    },
    /// Some other file.
    #[error("not a journal of muster: {}", path.display())]
    Foreign {
        /// Where.
        path: PathBuf,
    },
    /// Written in a form that is not known yet.
    #[error("the journal has form {version}, and this version of muster knows forms up to {known}: {}", path.display())]
    Newer {
        /// Where.
        path: PathBuf,
        /// Its form.
        version: u16,
        /// The newest form that is known.
        known: u16,
    },
    /// It does not say which sweep it belongs to.
    #[error("the journal is damaged in its first record, which says what it belongs to: {}", path.display())]
    Headless {
        /// Where.
        path: PathBuf,
    },
    /// It belongs to another sweep.
    #[error("the journal belongs to another sweep: {}: {difference}", path.display())]
    OtherPlan {
        /// Where.
        path: PathBuf,
        /// In what they differ.
        difference: Box<Difference>,
    },
    /// Its plan is this one, but what was to be done next is not.
    #[error("the journal went on otherwise: {}: stage {number} is {here} now and was {journal}", path.display())]
    OtherStage {
        /// Where.
        path: PathBuf,
        /// Which stage, from 1.
        number: usize,
        /// The stage in the journal.
        journal: String,
        /// The stage of this sweep.
        here: String,
    },
    /// It changed while it was read.
    #[error("the journal changed while it was read: {}", path.display())]
    Changed {
        /// Where.
        path: PathBuf,
    },
}

impl JournalError {
    /// What can be done.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Io { source, .. } if source.kind() == io::ErrorKind::NotFound => {
                "check the name and the folder of the journal"
            }
            Self::Io { operation: WRITE, .. } => {
                "what is in it stands: free some space and go on with --resume"
            }
            Self::Io { operation: CREATE, source, .. }
                if source.kind() == io::ErrorKind::PermissionDenied =>
            {
                "name a file in a folder that the user who called may write to, under sudo too"
            }
            Self::Io { source, .. } if source.kind() == io::ErrorKind::PermissionDenied => {
                "the user who called must be able to read and write it, under sudo too"
            }
            Self::Io { .. } => "name a file on a local disk, in a folder that you may write to",
            Self::NotAFile { .. } => "name an ordinary file",
            Self::Taken { .. } => "go on with it by --resume, or name a new file",
            Self::Locked { .. } => "wait for its end, or stop it first",
            Self::Empty { .. } | Self::Headless { .. } => "nothing is lost by beginning anew with --journal",
            Self::Foreign { .. } => "name a file that --journal wrote",
            Self::Newer { .. } => "go on with the version of muster that wrote it",
            Self::OtherPlan { .. } => {
                "--resume without any other argument takes those of the journal; --journal with a new file begins anew"
            }
            Self::OtherStage { .. } => {
                "other interfaces or routes than then: see to them and try again, or begin anew with --journal and a new \
                 file"
            }
            Self::Changed { .. } => "see that no other program writes it, and try again",
        }
    }

    /// Whether the fault lies with what was typed and named, rather than with the machine.
    pub fn is_usage(&self) -> bool {
        !matches!(self, Self::Io { operation: WRITE | LOCK, .. } | Self::Changed { .. })
    }
}

pub(super) const CREATE: &str = "create";
pub(super) const WRITE: &str = "write";
pub(super) const LOCK: &str = "lock";
