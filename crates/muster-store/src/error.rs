//! What can go wrong with a store, sorted by what the user can do about it.

use std::error::Error;
use std::io;
use std::path::{Path, PathBuf};

use muster_model::RunId;
use rusqlite::{Error as Sqlite, ErrorCode};

/// Why a store could not be opened, read or written. Nothing that was stored before is lost by any of them.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// There is no file to read.
    #[error("there is no store: {path}", path = path.display())]
    NotFound {
        /// The store's file.
        path: PathBuf,
    },
    /// The file is something else.
    #[error("not a muster store: {path}", path = path.display())]
    NotAStore {
        /// The file.
        path: PathBuf,
    },
    /// The file is damaged.
    #[error("the store is damaged: {path}: {source}", path = path.display())]
    Corrupt {
        /// The store's file.
        path: PathBuf,
        /// What was found.
        source: Box<dyn Error + Send + Sync>,
    },
    /// A newer release wrote the file.
    #[error(
        "the store is from a newer release: {path}: version {found}, this release knows {known}",
        path = path.display()
    )]
    Newer {
        /// The store's file.
        path: PathBuf,
        /// The version of the file's form.
        found: i64,
        /// The newest version this release knows.
        known: i64,
    },
    /// An older release wrote the file, and it was opened to be read only.
    #[error(
        "the store is from an older release: {path}: version {found}, this release reads {known}",
        path = path.display()
    )]
    Older {
        /// The store's file.
        path: PathBuf,
        /// The version of the file's form.
        found: i64,
        /// The version this release reads.
        known: i64,
    },
    /// Another process writes.
    #[error("the store is in use by another process: {path}", path = path.display())]
    Locked {
        /// The store's file.
        path: PathBuf,
    },
    /// The file or its folder must not be written.
    #[error("the store cannot be written: {path}", path = path.display())]
    ReadOnly {
        /// The store's file.
        path: PathBuf,
    },
    /// There is no room left.
    #[error("the disk is full: {path}", path = path.display())]
    Full {
        /// The store's file.
        path: PathBuf,
    },
    /// The run was recorded before, and recorded runs never change.
    #[error("the run is recorded already: {id}")]
    AlreadyRecorded {
        /// The run's number.
        id: RunId,
    },
    /// No run of this number was begun.
    #[error("there is no such run: {id}")]
    NoSuchRun {
        /// The number.
        id: RunId,
    },
    /// The operating system refused.
    #[error("cannot open the store: {path}: {source}", path = path.display())]
    Io {
        /// The store's file.
        path: PathBuf,
        /// What it said.
        source: io::Error,
    },
    /// Anything else that SQLite refused.
    #[error("the store failed: {path}: {source}", path = path.display())]
    Sql {
        /// The store's file.
        path: PathBuf,
        /// What it said.
        source: Box<dyn Error + Send + Sync>,
    },
}

impl StoreError {
    /// What the user can do.
    pub fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::NotFound { .. } => "`muster audit` makes one; another file is named by `--store FILE`",
            Self::NotAStore { .. } => "name another file by `--store FILE`; this one is left as it is",
            Self::Corrupt { .. } => {
                "put a copy from a backup in its place, or move the file away: the next audit begins a new one"
            }
            Self::Newer { .. } => "use the newer release, or another file by `--store FILE`",
            Self::Older { .. } => "run one audit that may write to the file: it brings the store up to date",
            Self::Locked { .. } => "wait until the other muster has ended, and try again",
            Self::ReadOnly { .. } => {
                "get leave to write to the file and to its folder, or name another file by `--store FILE`"
            }
            Self::Full { .. } => "make room on the disk and try again; all earlier runs are unharmed",
            Self::AlreadyRecorded { .. } => "a recorded run never changes: begin a new one",
            Self::NoSuchRun { .. } => "`muster history` lists the runs",
            Self::Io { .. } => "see whether the folder is there and the file may be read",
            Self::Sql { .. } => return None,
        };
        Some(hint.to_owned())
    }

    /// Sorts an error of SQLite, or of the reading of a row.
    pub(crate) fn of(path: &Path, error: Sqlite) -> Self {
        let path = path.to_owned();
        match error.sqlite_error_code() {
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::Locked { path },
            // A journal that cannot be made beside the file is "cannot open", too: the file itself was open by then.
            Some(ErrorCode::ReadOnly | ErrorCode::CannotOpen | ErrorCode::PermissionDenied) => {
                Self::ReadOnly { path }
            }
            Some(ErrorCode::DiskFull) => Self::Full { path },
            Some(ErrorCode::NotADatabase) => Self::NotAStore { path },
            _ if is_damage(&error) => Self::Corrupt { path, source: bare(error) },
            _ => Self::Sql { path, source: bare(error) },
        }
    }
}

/// An error of a row whose content makes no sense.
pub(crate) fn damage(what: &'static str) -> Sqlite {
    Sqlite::FromSqlConversionFailure(0, rusqlite::types::Type::Null, what.into())
}

/// The error without the number of the column in which it was found: that says nothing outside this crate.
fn bare(error: Sqlite) -> Box<dyn Error + Send + Sync> {
    match error {
        Sqlite::FromSqlConversionFailure(_, _, source) | Sqlite::ToSqlConversionFailure(source) => source,
        error => Box::new(error),
    }
}

/// Whether only a damaged file explains the error. That a statement of ours does not fit the schema is one: the file
/// claims the version it was written for.
fn is_damage(error: &Sqlite) -> bool {
    match error {
        Sqlite::FromSqlConversionFailure(..)
        | Sqlite::IntegralValueOutOfRange(..)
        | Sqlite::Utf8Error(..)
        | Sqlite::QueryReturnedNoRows
        | Sqlite::InvalidColumnType(..)
        | Sqlite::SqlInputError { .. } => true,
        Sqlite::SqliteFailure(failure, _) => {
            matches!(failure.code, ErrorCode::DatabaseCorrupt | ErrorCode::Unknown)
        }
        _ => false,
    }
}

/// Whether a writer was killed in the middle, and a reader may not clear its remains away.
pub(crate) fn is_left_unfinished(error: &Sqlite) -> bool {
    error
        .sqlite_error()
        .is_some_and(|failure| failure.extended_code == rusqlite::ffi::SQLITE_READONLY_ROLLBACK)
}
