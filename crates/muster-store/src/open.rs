//! Opening a store: is it one, is it ours to read, is it of our time.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use muster_platform::{create_private_folder, open_private};
use rusqlite::{Connection, OpenFlags};

use crate::error::StoreError;
use crate::migrations::{self, MIGRATIONS};
use crate::{Store, error};

/// How long to wait for another process that writes.
pub(crate) const PATIENCE: Duration = Duration::from_secs(5);

/// Marks a SQLite file as ours: "mstr".
pub(crate) const APPLICATION: i64 = 0x6d73_7472;

/// [`Store::open`], waiting for others no longer than `patience`.
pub(crate) fn to_write(path: &Path, patience: Duration) -> Result<Store, StoreError> {
    let path = &absolute(path)?;
    make(path).map_err(|error| refused(path, error))?;
    let mut connection = connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE, patience)?;
    let sorted = |error| StoreError::of(path, error);
    if connection.is_readonly("main").map_err(sorted)? {
        return Err(StoreError::ReadOnly { path: path.clone() });
    }
    match standing(&connection).map_err(sorted)? {
        Standing::Foreign => return Err(StoreError::NotAStore { path: path.clone() }),
        Standing::Store(version) => refuse_newer(path, version)?,
        Standing::Empty => {}
    }
    connection.execute_batch(FOR_WRITING).map_err(sorted)?;
    migrations::migrate(&mut connection, MIGRATIONS).map_err(sorted)?;
    Ok(Store { connection, path: path.clone() })
}

/// [`Store::open_to_read`], waiting for others no longer than `patience`.
pub(crate) fn to_read(path: &Path, patience: Duration) -> Result<Store, StoreError> {
    let path = &absolute(path)?;
    look(path).map_err(|error| refused_reading(path, error))?;
    let mut connection = connect(path, OpenFlags::SQLITE_OPEN_READ_ONLY, patience)?;
    let mut found = standing(&connection);
    if found.as_ref().is_err_and(error::is_left_unfinished) {
        let healing = connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE, patience)?;
        standing(&healing).map_err(|error| StoreError::of(path, error))?;
        connection = connect(path, OpenFlags::SQLITE_OPEN_READ_ONLY, patience)?;
        found = standing(&connection);
    }
    match found.map_err(|error| StoreError::of(path, error))? {
        Standing::Store(version) => refuse_newer(path, version).and_then(|()| refuse_older(path, version))?,
        Standing::Empty | Standing::Foreign => return Err(StoreError::NotAStore { path: path.clone() }),
    }
    Ok(Store { connection, path: path.clone() })
}

/// An absolute path is never taken for one of SQLite's special names, as `:memory:` is.
fn absolute(path: &Path) -> Result<PathBuf, StoreError> {
    std::path::absolute(path).map_err(|error| refused(path, error))
}

/// Makes folder and file, for their owner alone: a run lists what is weak in a network. SQLite would do the latter too, but could not say why it did not.
fn make(path: &Path) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        create_private_folder(folder)?;
    }
    open_private(path).map(drop)
}

fn look(path: &Path) -> io::Result<()> {
    match File::open(path)?.metadata()?.is_dir() {
        true => Err(io::ErrorKind::IsADirectory.into()),
        false => Ok(()),
    }
}

fn refused(path: &Path, source: io::Error) -> StoreError {
    let path = path.to_owned();
    match source.kind() {
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => StoreError::ReadOnly { path },
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => StoreError::Full { path },
        io::ErrorKind::IsADirectory => StoreError::NotAStore { path },
        _ => StoreError::Io { path, source },
    }
}

fn refused_reading(path: &Path, source: io::Error) -> StoreError {
    let path = path.to_owned();
    match source.kind() {
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => StoreError::NotFound { path },
        io::ErrorKind::IsADirectory => StoreError::NotAStore { path },
        _ => StoreError::Io { path, source },
    }
}

fn connect(path: &Path, mode: OpenFlags, patience: Duration) -> Result<Connection, StoreError> {
    let sorted = |error| StoreError::of(path, error);
    let connection =
        Connection::open_with_flags(path, mode | OpenFlags::SQLITE_OPEN_NO_MUTEX).map_err(sorted)?;
    connection.busy_timeout(patience).map_err(sorted)?;
    connection.execute_batch(FOR_ALL).map_err(sorted)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    Ok(connection)
}

/// What a file that SQLite can read is to us.
enum Standing {
    /// Nothing yet.
    Empty,
    /// A store, its form of this version.
    Store(i64),
    /// Another program's.
    Foreign,
}

fn standing(connection: &Connection) -> rusqlite::Result<Standing> {
    let number = |sql: &str| connection.query_row(sql, [], |row| row.get::<_, i64>(0));
    let application = number("SELECT application_id FROM pragma_application_id")?;
    let version = number("SELECT user_version FROM pragma_user_version")?;
    let objects = number("SELECT count(*) FROM sqlite_schema")?;
    Ok(match (application, version, objects) {
        (APPLICATION, ..) => Standing::Store(version),
        (0, 0, 0) => Standing::Empty,
        _ => Standing::Foreign,
    })
}

fn refuse_newer(path: &Path, found: i64) -> Result<(), StoreError> {
    match migrations::KNOWN {
        known if found > known => Err(StoreError::Newer { path: path.to_owned(), found, known }),
        _ => Ok(()),
    }
}

fn refuse_older(path: &Path, found: i64) -> Result<(), StoreError> {
    match migrations::KNOWN {
        known if found < known => Err(StoreError::Older { path: path.to_owned(), found, known }),
        _ => Ok(()),
    }
}

/// Room for every statement of this crate.
const STATEMENTS: usize = 64;

/// A file may come from anywhere: functions in its schema are not called, and its pages are looked at twice.
const FOR_ALL: &str = "PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON;";

/// The cache holds 64 MiB, so that a usual run is written once, when it is committed.
const FOR_WRITING: &str = "
    PRAGMA journal_mode = DELETE;
    PRAGMA synchronous = EXTRA;
    PRAGMA foreign_keys = ON;
    PRAGMA cache_size = -65536;
";
