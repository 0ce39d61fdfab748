//! Runs on disk, for good: one SQLite file, and the only crate that speaks SQL.
//!
//! A run is begun before its first probe ([`Store::begin`]), so that one which is cut short leaves a trace, and recorded
//! in one transaction when it ended ([`Store::record`]), or batch by batch within one ([`Store::recording`]). A recorded run never changes: the code has no statement that
//! would do it, and triggers in the schema refuse those of others.
//!
//! # Why the file is kept as it is
//!
//! - **Rollback journal, not WAL.** A store is written a few times a day and copied, archived and read from read-only
//!   places. With a rollback journal it is one file between two runs, and a reader needs to write nothing, not even
//!   beside it. WAL would want two more files and a writable folder for every reader, and would write each of the new
//!   pages, of which a run is made, twice. The price: a reader waits while a run is being committed.
//! - **`synchronous = EXTRA`.** A run is worth hours of measuring; three `fsync`s more cost milliseconds. EXTRA, since
//!   with FULL a loss of power right after the commit could bring the deleted journal back, and with it the old state.
//! - **Sentences are rows of their own**, and so are the lists of them: 65,536 hosts share a handful. Only what differs
//!   from host to host is written for each.
//! - **Times are RFC 3339 text in UTC:** exact to the nanosecond over every year that can be expressed, while 64 bits of
//!   nanoseconds end in 2262, and a hostile service may well claim signatures from the year 9999.
//! - **Enumerations are words**, not numbers: a file says what it means, and an unknown word is noticed.
//! - **Unsigned numbers of 64 bits** are kept by their bit pattern: above 2⁶³ they look negative to other programs.

mod column;
mod error;
mod history;
mod migrations;
mod open;
mod read;
mod recording;
mod spool;
mod words;
mod write;

#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};

use muster_model::{Run, RunHeader, RunId};
use rusqlite::{Connection, TransactionBehavior};

pub use error::StoreError;
pub use history::HostQuery;
pub use recording::{Recording, RunFile};
pub use spool::Spool;

/// Runs in a file.
#[derive(Debug)]
pub struct Store {
    connection: Connection,
    path: PathBuf,
}

impl Store {
    /// Opens the store at `path` to read and to write. Makes the folder and the file if there are none, and brings a
    /// file of an earlier release up to date.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        open::to_write(path, open::PATIENCE)
    }

    /// Opens the store at `path`, which must exist, to read. Writes nothing, so a read-only file in a read-only folder
    /// will do; but when a writer was killed in the middle of a run, its remains are cleared away first, and that
    /// needs leave to write.
    pub fn open_to_read(path: &Path) -> Result<Self, StoreError> {
        open::to_read(path, open::PATIENCE)
    }

    /// Notes that a run begins: to be called before the first probe. Until it is recorded it has no end.
    pub fn begin(&mut self, header: &RunHeader) -> Result<RunId, StoreError> {
        write::begin(&self.connection, header).map_err(|error| self.error(error))
    }

    /// Stores a run that [`begin`](Self::begin) noted, all of it or nothing.
    ///
    /// What `begin` was told is replaced by the run's own header.
    pub fn record(&mut self, id: RunId, run: &Run) -> Result<(), StoreError> {
        let Self { connection, path } = self;
        let sorted = |error| StoreError::of(path, error);
        let transaction =
            connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(sorted)?;
        match read::ended(&transaction, id).map_err(sorted)? {
            None => Err(StoreError::NoSuchRun { id }),
            Some(true) => Err(StoreError::AlreadyRecorded { id }),
            Some(false) => {
                write::run(&transaction, id, run).and_then(|()| transaction.commit()).map_err(sorted)
            }
        }
    }

    /// A recorded run. `None` if there is none of this number, or if it never was recorded: [`runs`](Self::runs) tells
    /// which.
    pub fn load(&self, id: RunId) -> Result<Option<Run>, StoreError> {
        self.read(|connection| read::run(connection, id))
    }

    /// Reads from one state of the file.
    fn read<T>(&self, query: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> Result<T, StoreError> {
        let snapshot = self.connection.unchecked_transaction().map_err(|error| self.error(error))?;
        query(&snapshot).map_err(|error| self.error(error))
    }

    fn error(&self, error: rusqlite::Error) -> StoreError {
        StoreError::of(&self.path, error)
    }
}
