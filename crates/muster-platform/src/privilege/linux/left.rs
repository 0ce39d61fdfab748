//! What is left of privilege after it was given up: in this thread by its own calls, in all by `/proc`.

use std::io::{self, ErrorKind};
use std::path::Path;
use std::time::{Duration, Instant};
use std::{fs, thread};

use super::{User, capabilities, identity};

/// Fails if this process has a capability, or, where it became a user, a number that is not this user's.
pub(super) fn check(user: Option<&User>) -> io::Result<()> {
    if !capabilities::own()?.is_none() {
        return Err(left("this thread still has capabilities"));
    }
    if user.is_some() && identity::can_return() {
        return Err(left("this process can be root again"));
    }
    let deadline = Instant::now() + LONGEST_FAREWELL;
    loop {
        match check_threads(user) {
            // A thread that was joined is on the list until the kernel has put it away.
            Err(_) if Instant::now() < deadline => thread::park_timeout(BETWEEN_LOOKS),
            checked => return checked,
        }
    }
}

fn check_threads(user: Option<&User>) -> io::Result<()> {
    let threads = match fs::read_dir(THREADS) {
        // Without /proc there is no list of threads; this one was seen above.
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        threads => threads?,
    };
    for thread in threads {
        check_thread(&thread?.path(), user)?;
    }
    Ok(())
}

fn check_thread(thread: &Path, user: Option<&User>) -> io::Result<()> {
    let status = match fs::read_to_string(thread.join("status")) {
        // It has ended meanwhile.
        Err(error) if error.kind() == ErrorKind::NotFound || error.raw_os_error() == Some(libc::ESRCH) => {
            return Ok(());
        }
        status => status?,
    };
    match found(&status, user) {
        Some(what) => Err(left(&format!("{} has {what}", thread.display()))),
        None => Ok(()),
    }
}

/// The first line of a thread's status, of those named in proc_pid_status(5), that should be otherwise.
fn found<'a>(status: &'a str, user: Option<&User>) -> Option<&'a str> {
    status.lines().find(|line| {
        let (name, value) = line.split_once(':').unwrap_or((line, ""));
        match (name, user) {
            ("CapInh" | "CapPrm" | "CapEff" | "CapAmb", _) => value.trim().bytes().any(|digit| digit != b'0'),
            ("Uid", Some(user)) => !is_only(value, user.uid),
            ("Gid", Some(user)) => !is_only(value, user.gid),
            _ => false,
        }
    })
}

/// Whether the real, effective, saved and file system number are all this one.
fn is_only(value: &str, number: u32) -> bool {
    value.split_whitespace().all(|word| word.parse() == Ok(number))
}

fn left(what: &str) -> io::Error {
    io::Error::new(ErrorKind::PermissionDenied, format!("privilege is left: {what}"))
}

const THREADS: &str = "/proc/self/task";
const LONGEST_FAREWELL: Duration = Duration::from_secs(1);
const BETWEEN_LOOKS: Duration = Duration::from_millis(5);

#[cfg(test)]
mod tests {
    use super::*;

    const CLEAN: &str = "Name:\tmuster\nUid:\t1000\t1000\t1000\t1000\nGid:\t100\t100\t100\t100\n\
        CapInh:\t0000000000000000\nCapPrm:\t0000000000000000\nCapEff:\t0000000000000000\n\
        CapBnd:\t000001ffffffffff\nCapAmb:\t0000000000000000\nNoNewPrivs:\t0\n";

    #[test]
    fn whatever_is_left_is_found() {
        let user = User { name: "ann".to_owned(), uid: 1000, gid: 100, home: "/home/ann".into() };
        assert_eq!((found(CLEAN, Some(&user)), found(CLEAN, None)), (None, None));
        for (line, spoilt) in [
            ("Uid:\t1000\t1000\t1000\t1000", "Uid:\t1000\t1000\t0\t1000"),
            ("Uid:\t1000\t1000\t1000\t1000", "Uid:\t1000\t1000\t1000\tx"),
            ("Gid:\t100\t100\t100\t100", "Gid:\t0\t100\t100\t100"),
            ("CapInh:\t0000000000000000", "CapInh:\t0000000000002000"),
            ("CapPrm:\t0000000000000000", "CapPrm:\t0000000000002000"),
            ("CapEff:\t0000000000000000", "CapEff:\t0000010000000000"),
            ("CapAmb:\t0000000000000000", "CapAmb:\t0000000000000001"),
        ] {
            assert_eq!(found(&CLEAN.replace(line, spoilt), Some(&user)), Some(spoilt));
        }
        let root = CLEAN.replace("1000\t1000\t1000\t1000", "0\t0\t0\t0");
        assert_eq!(found(&root, None), None, "root keeps its number");
    }
}
