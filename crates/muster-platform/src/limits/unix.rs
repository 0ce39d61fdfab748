//! `RLIMIT_NOFILE` of setrlimit(2), in POSIX.

use std::io;

/// Raises the soft limit to the hard one and returns the soft limit then in force.
pub(super) fn raise() -> io::Result<u64> {
    let limit = read()?;
    if limit.rlim_cur < limit.rlim_max {
        // macOS reports "unlimited" as its hard limit but refuses more than its own constant: try the next best.
        let _ = write(limit, limit.rlim_max).or_else(|_| write(limit, limit.rlim_max.min(MACOS_OPEN_MAX)));
    }
    Ok(in_words(read()?.rlim_cur))
}

fn read() -> io::Result<libc::rlimit> {
    let mut limit = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
    // SAFETY: `limit` is a valid, exclusively borrowed `rlimit` for the length of the call.
    match unsafe { libc::getrlimit(libc::RLIMIT_NOFILE, &raw mut limit) } {
        0 => Ok(limit),
        _ => Err(io::Error::last_os_error()),
    }
}

fn write(limit: libc::rlimit, soft: libc::rlim_t) -> io::Result<()> {
    if soft <= limit.rlim_cur {
        return Ok(());
    }
    let raised = libc::rlimit { rlim_cur: soft, ..limit };
    // SAFETY: `raised` is a valid `rlimit` that outlives the call, which only reads it.
    match unsafe { libc::setrlimit(libc::RLIMIT_NOFILE, &raw const raised) } {
        0 => Ok(()),
        _ => Err(io::Error::last_os_error()),
    }
}

/// The system's largest number stands for "no limit" and differs between systems.
#[allow(clippy::unnecessary_cast, reason = "the type is signed on FreeBSD")]
fn in_words(limit: libc::rlim_t) -> u64 {
    if limit == libc::RLIM_INFINITY { u64::MAX } else { limit as u64 }
}

/// `OPEN_MAX` of macOS' `sys/syslimits.h`.
const MACOS_OPEN_MAX: libc::rlim_t = 10_240;
