//! Recording a run while its hosts are still being judged: begun, hosts in batches, finished; all of it or nothing.

use std::fmt;
use std::path::Path;

use muster_model::{Host, Run, RunHeader, RunId};
use rusqlite::{OptionalExtension as _, Transaction, TransactionBehavior};

use crate::write::{self, Hosts};
use crate::{Store, StoreError};

/// A file of another program of which a run was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunFile {
    /// How it was named.
    pub name: String,
    /// Of what it tells. Files of one digest tell the same.
    pub digest: [u8; 16],
    /// Who wrote it; `None`: that was not noted.
    pub scanner: Option<String>,
    /// The program's version.
    pub version: Option<String>,
}

/// A run that is being recorded. Unless it is finished nothing of it stays; until then others cannot write, and once it is
/// larger than the cache they cannot read either.
pub struct Recording<'s> {
    transaction: Transaction<'s>,
    path: &'s Path,
    id: RunId,
    hosts: Hosts,
    files: usize,
}

impl Store {
    /// Begins a run whose hosts come in batches, for runs that need not be in memory. No trace is left of one that is not
    /// finished.
    ///
    /// # Errors
    /// The store cannot be written.
    pub fn recording(&mut self, header: &RunHeader) -> Result<Recording<'_>, StoreError> {
        let Self { connection, path } = self;
        let path: &Path = path;
        let sorted = |error| StoreError::of(path, error);
        let transaction =
            connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(sorted)?;
        let id = write::begin(&transaction, header).map_err(sorted)?;
        let hosts = Hosts::of(&transaction, id).map_err(sorted)?;
        Ok(Recording { transaction, path, id, hosts, files: 0 })
    }

    /// The latest run that was made of a file with this digest.
    ///
    /// # Errors
    /// The store cannot be read.
    pub fn made_of(&self, digest: &[u8; 16]) -> Result<Option<RunId>, StoreError> {
        self.read(|connection| {
            let found: Option<i64> =
                connection.prepare_cached(MADE_OF)?.query_row([digest], |row| row.get(0)).optional()?;
            Ok(found.map(|run| RunId(run.cast_unsigned())))
        })
    }
}

impl Store {
    /// The file that a run was made of, if it was made of one.
    ///
    /// # Errors
    /// The store cannot be read.
    pub fn file_of(&self, run: RunId) -> Result<Option<RunFile>, StoreError> {
        self.read(|connection| {
            let file = |row: &rusqlite::Row<'_>| {
                let (name, digest, scanner, version) = (row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?);
                Ok(RunFile { name, digest, scanner, version })
            };
            connection.prepare_cached(FILE_OF)?.query_row([run.0.cast_signed()], file).optional()
        })
    }
}

impl fmt::Debug for Recording<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Recording").field("id", &self.id).finish_non_exhaustive()
    }
}

impl Recording<'_> {
    /// The run's number, if it is finished.
    pub fn id(&self) -> RunId {
        self.id
    }

    /// Adds hosts; those of one batch after the other in the order of their addresses.
    ///
    /// # Errors
    /// The store cannot be written.
    pub fn hosts(&mut self, hosts: &[Host]) -> Result<(), StoreError> {
        self.hosts.add(&self.transaction, hosts).map_err(|error| StoreError::of(self.path, error))
    }

    /// Notes a file of which the run is made.
    ///
    /// # Errors
    /// The store cannot be written.
    pub fn file(&mut self, file: &RunFile) -> Result<(), StoreError> {
        let key = (self.id, self.files);
        self.files += 1;
        write::file(&self.transaction, key, file).map_err(|error| StoreError::of(self.path, error))
    }

    /// Ends the run: everything but the hosts is taken from `run`, its header too.
    ///
    /// # Errors
    /// The store cannot be written; nothing of the run stays.
    pub fn finish(mut self, run: &Run) -> Result<RunId, StoreError> {
        let Self { id, path, .. } = self;
        self.hosts(&run.hosts)?;
        let Self { transaction, hosts, .. } = self;
        let written = write::rest(&transaction, id, run, &hosts).and_then(|()| transaction.commit());
        written.map(|()| id).map_err(|error| StoreError::of(path, error))
    }
}

const FILE_OF: &str = "
    SELECT name, digest, scanner, version FROM run_file WHERE run = ?1 ORDER BY position LIMIT 1";

const MADE_OF: &str = "
    SELECT run_file.run FROM run_file JOIN run ON run.id = run_file.run
    WHERE digest = ?1 AND run.ended IS NOT NULL ORDER BY run DESC LIMIT 1";
