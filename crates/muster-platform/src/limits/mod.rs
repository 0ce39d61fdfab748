//! How many descriptors this process may open, raised as far as the system lets an ordinary process raise it.

use std::{fs, io};

#[cfg(unix)]
#[path = "unix.rs"]
mod system;
#[cfg(not(unix))]
#[path = "unlimited.rs"]
mod system;

/// How many descriptors (files, sockets) this process may have and has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Descriptors {
    /// The most it may have open at once; `u64::MAX` where there is no limit.
    pub limit: u64,
    /// How many were open when they were counted. A guess on the high side where they cannot be counted.
    pub in_use: u64,
}

impl Descriptors {
    /// How many more can be opened.
    pub fn free(&self) -> u64 {
        self.limit.saturating_sub(self.in_use)
    }
}

/// Raises the limit of open descriptors to what the system allows without privilege (the hard limit of
/// `RLIMIT_NOFILE`, setrlimit(2)), and says what there is then.
///
/// A limit that cannot be raised is no error: the one in force is reported.
///
/// # Errors
/// The limit cannot be read.
pub fn raise_descriptors() -> io::Result<Descriptors> {
    Ok(Descriptors { limit: system::raise()?, in_use: in_use() })
}

/// The entries of the directory of open descriptors, less the one that reading it needs.
fn in_use() -> u64 {
    match fs::read_dir(OPEN_DESCRIPTORS) {
        Ok(entries) => (entries.count() as u64).saturating_sub(1),
        Err(_) => ASSUMED_IN_USE,
    }
}

/// A link to `/proc/self/fd` on Linux, a file system of its own on macOS and the BSDs.
const OPEN_DESCRIPTORS: &str = "/dev/fd";
/// Standard streams, an output or two, an event queue, and as many again.
const ASSUMED_IN_USE: u64 = 16;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_limit_is_raised_once_and_for_all() {
        let first = raise_descriptors().unwrap();
        let second = raise_descriptors().unwrap();
        assert_eq!(first.limit, second.limit);
        assert!(first.free() > 0, "{first:?}");
        assert!(first.in_use < first.limit, "{first:?}");
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn open_files_are_counted() {
        // Other tests of this process open and close a few descriptors meanwhile; they do not open a hundred.
        let before = in_use();
        let files: Vec<_> = (0..200).map(|_| fs::File::open("/dev/null").unwrap()).collect();
        let opened = in_use() - before;
        assert!((150..=250).contains(&opened), "{opened} instead of {}", files.len());
    }
}
