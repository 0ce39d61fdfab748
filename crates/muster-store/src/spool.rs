//! Pieces that come in any order of address and are wanted in order, however many: put on disk, sorted, and taken up again.
//! The file has no name and is gone with the spool.

use std::env;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::path::{Path, PathBuf};

use rusqlite::{Connection, params};

use crate::StoreError;
use crate::error::damage;

/// Pieces of bytes, each of an address.
#[derive(Debug)]
pub struct Spool {
    connection: Connection,
}

impl Spool {
    /// An empty one, in the folder for temporary files.
    ///
    /// # Errors
    /// No file can be made there.
    pub fn new() -> Result<Self, StoreError> {
        // An empty name is a file that SQLite makes when it needs one, and removes.
        let connection = Connection::open("").map_err(sorted)?;
        connection.execute_batch(SET_UP).map_err(sorted)?;
        Ok(Self { connection })
    }

    /// Puts a piece down.
    ///
    /// # Errors
    /// There is no room left.
    pub fn put(&mut self, address: IpAddr, piece: &str) -> Result<(), StoreError> {
        let put = || self.connection.prepare_cached(PUT)?.execute(params![key(address), piece]);
        put().map(drop).map_err(sorted)
    }

    /// Takes all of them up, in order of address; those of one address in the order they were put down.
    ///
    /// # Errors
    /// What `take` gives, or the file cannot be read.
    pub fn take_up<E: From<StoreError>>(
        &self,
        mut take: impl FnMut(IpAddr, &str) -> Result<(), E>,
    ) -> Result<(), E> {
        let failed = |error| E::from(sorted(error));
        let mut statement = self.connection.prepare(TAKE).map_err(failed)?;
        let mut rows = statement.query([]).map_err(failed)?;
        while let Some(row) = rows.next().map_err(failed)? {
            let address = row.get_ref(0).map_err(failed)?.as_blob().ok().and_then(address);
            let address = address.ok_or_else(|| failed(damage("no address")))?;
            let piece = row.get_ref(1).map_err(failed)?;
            take(address, piece.as_str().map_err(|_| failed(damage("no text")))?)?;
        }
        Ok(())
    }
}

fn sorted(error: rusqlite::Error) -> StoreError {
    let named = NAMED.iter().filter_map(env::var_os).map(PathBuf::from);
    StoreError::of(&folder(named), error)
}

/// Where SQLite makes files without a name: of the folders that are `named` and the usual ones the first that will do. None of
/// them, and it tries where it was started.
fn folder(named: impl Iterator<Item = PathBuf>) -> PathBuf {
    let usual = USUAL.iter().map(PathBuf::from);
    named.chain(usual).find(|folder| takes_files(folder)).unwrap_or_else(|| PathBuf::from("."))
}

/// That a disk is full is no reason to take another folder; that it is not this user's is one.
fn takes_files(folder: &Path) -> bool {
    use std::io::ErrorKind::{NotADirectory, NotFound, PermissionDenied, ReadOnlyFilesystem};
    let tried = folder.join(format!(".muster-{}", std::process::id()));
    let made = std::fs::File::create_new(&tried);
    if made.is_ok() {
        // It was to see whether it can be made.
        let _ = std::fs::remove_file(&tried);
    }
    !made.is_err_and(|error| {
        matches!(error.kind(), NotADirectory | NotFound | PermissionDenied | ReadOnlyFilesystem)
    })
}

/// SQLite's own variables and folders, in its order.
const NAMED: [&str; 2] = ["SQLITE_TMPDIR", "TMPDIR"];
const USUAL: [&str; 3] = ["/var/tmp", "/usr/tmp", "/tmp"];

/// Bytes that sort as addresses do.
fn key(address: IpAddr) -> Vec<u8> {
    match address {
        IpAddr::V4(address) => [&[4][..], &address.octets()].concat(),
        IpAddr::V6(address) => [&[6][..], &address.octets()].concat(),
    }
}

fn address(key: &[u8]) -> Option<IpAddr> {
    match key {
        [4, rest @ ..] => Some(Ipv4Addr::from(<[u8; 4]>::try_from(rest).ok()?).into()),
        [6, rest @ ..] => Some(Ipv6Addr::from(<[u8; 16]>::try_from(rest).ok()?).into()),
        _ => None,
    }
}

/// 16 MiB of cache, for putting and for sorting. Nothing in the file outlives the process, so nothing guards it.
const SET_UP: &str = "
    PRAGMA journal_mode = OFF;
    PRAGMA synchronous = OFF;
    PRAGMA cache_size = -16384;
    CREATE TABLE piece (id INTEGER PRIMARY KEY, address BLOB NOT NULL, what TEXT NOT NULL) STRICT;
    BEGIN;";

const PUT: &str = "INSERT INTO piece (address, what) VALUES (?1, ?2)";

const TAKE: &str = "SELECT address, what FROM piece ORDER BY address, id";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_come_in_the_order_of_addresses() {
        let mut spool = Spool::new().unwrap();
        for (address, piece) in
            [("::1", "a"), ("10.0.0.9", "b"), ("10.0.0.10", "c"), ("10.0.0.9", "d"), ("9.0.0.1", "e")]
        {
            spool.put(address.parse().unwrap(), piece).unwrap();
        }
        let mut seen = Vec::new();
        spool
            .take_up(|address, piece| {
                seen.push(format!("{address} {piece}"));
                Ok::<_, StoreError>(())
            })
            .unwrap();
        assert_eq!(seen, ["9.0.0.1 e", "10.0.0.9 b", "10.0.0.9 d", "10.0.0.10 c", "::1 a"]);
    }

    #[test]
    fn the_folder_is_the_first_that_takes_files() {
        let (first, second) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let named = |paths: &[&Path]| folder(paths.iter().map(|path| path.to_path_buf()));
        let missing = first.path().join("missing");
        let file = first.path().join("file");
        std::fs::write(&file, "").unwrap();
        assert_eq!(named(&[&missing, &file, second.path(), first.path()]), second.path());
        assert_eq!(std::fs::read_dir(second.path()).unwrap().count(), 0, "nothing stays there");
        if Path::new("/var/tmp").is_dir() {
            assert_eq!(named(&[&missing]), Path::new("/var/tmp"), "and not /tmp, where others put theirs");
        }
    }

    #[test]
    fn whoever_takes_may_stop() {
        let mut spool = Spool::new().unwrap();
        spool.put("10.0.0.1".parse().unwrap(), "a").unwrap();
        let stopped = spool.take_up(|_, _| Err(sorted(damage("enough"))));
        assert!(matches!(stopped, Err(StoreError::Corrupt { .. })), "{stopped:?}");
    }
}
