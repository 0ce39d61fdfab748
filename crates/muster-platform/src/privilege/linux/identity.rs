//! Whose a process is: credentials(7).

use std::ffi::CString;
use std::io;

use super::User;

/// The two numbers that say who started a process and for whom it acts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct UserIds {
    pub(super) real: u32,
    pub(super) effective: u32,
}

pub(super) fn user_ids() -> UserIds {
    // SAFETY: both calls only return a number.
    unsafe { UserIds { real: libc::getuid(), effective: libc::geteuid() } }
}

/// Makes the process the user's, with all of the user's groups. The C library does so for every thread.
pub(super) fn assume(user: &User) -> io::Result<()> {
    let name = CString::new(user.name.as_str()).map_err(io::Error::other)?;
    // Groups first: whoever is no longer root cannot change them.
    // SAFETY: `name` ends with a zero and outlives the call.
    accepted("initgroups", unsafe { libc::initgroups(name.as_ptr(), user.gid) })?;
    // SAFETY: both calls take numbers alone.
    accepted("setresgid", unsafe { libc::setresgid(user.gid, user.gid, user.gid) })?;
    // SAFETY: as above.
    accepted("setresuid", unsafe { libc::setresuid(user.uid, user.uid, user.uid) })
}

/// Whether the process could be root's again: tried, since nothing else proves it.
pub(super) fn can_return() -> bool {
    // SAFETY: the call takes numbers alone; -1 leaves a number as it is.
    unsafe { libc::setresuid(u32::MAX, 0, u32::MAX) == 0 }
}

fn accepted(call: &str, result: i32) -> io::Result<()> {
    if result == 0 { Ok(()) } else { Err(refused(call)) }
}

/// The last error, with the call that gave it.
pub(super) fn refused(call: &str) -> io::Error {
    let error = io::Error::last_os_error();
    io::Error::new(error.kind(), format!("{call}: {error}"))
}
