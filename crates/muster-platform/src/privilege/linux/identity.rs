//! Whose a process is: credentials(7).

use std::ffi::CString;
use std::{io, ptr};

use super::User;
use super::caller::Caller;

/// The numbers that say who started a process and for whom it acts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Ids {
    pub(super) real: u32,
    pub(super) effective: u32,
    /// The group of who started it.
    pub(super) real_group: u32,
}

pub(super) fn ids() -> Ids {
    // SAFETY: the calls only return a number.
    unsafe { Ids { real: libc::getuid(), effective: libc::geteuid(), real_group: libc::getgid() } }
}

/// Makes the process the caller's, with all of the caller's groups. The C library does so for every thread.
pub(super) fn assume(caller: &Caller) -> io::Result<()> {
    let User { uid, gid, .. } = caller.user;
    // Groups first: whoever is no longer root cannot change them.
    take_groups(caller)?;
    // SAFETY: both calls take numbers alone.
    accepted("setresgid", unsafe { libc::setresgid(gid, gid, gid) })?;
    // SAFETY: as above.
    accepted("setresuid", unsafe { libc::setresuid(uid, uid, uid) })
}

/// For whom a process acted before it stood in for somebody else.
#[derive(Debug)]
pub(super) struct Before {
    user: u32,
    group: u32,
    groups: Vec<libc::gid_t>,
}

/// Acts for the caller from here on, until [`resume`]: who may be root again is whose files are opened.
pub(super) fn stand_in(caller: &Caller) -> io::Result<Before> {
    // SAFETY: both calls only return a number.
    let (user, group) = unsafe { (libc::geteuid(), libc::getegid()) };
    let before = Before { user, group, groups: groups()? };
    take_groups(caller)?;
    act_as_group(caller.user.gid)?;
    act_as_user(caller.user.uid)?;
    Ok(before)
}

/// Acts again as before [`stand_in`].
pub(super) fn resume(before: &Before) -> io::Result<()> {
    // The user first: nobody but root changes groups.
    act_as_user(before.user)?;
    act_as_group(before.group)?;
    set_groups(&before.groups)
}

fn act_as_user(number: u32) -> io::Result<()> {
    // SAFETY: the call takes a number alone.
    accepted("seteuid", unsafe { libc::seteuid(number) })
}

fn act_as_group(number: u32) -> io::Result<()> {
    // SAFETY: the call takes a number alone.
    accepted("setegid", unsafe { libc::setegid(number) })
}

/// The groups of the database; nobody but who is in it has any.
fn take_groups(caller: &Caller) -> io::Result<()> {
    if !caller.is_known {
        return set_groups(&[]);
    }
    let name = CString::new(caller.user.name.as_str()).map_err(io::Error::other)?;
    // SAFETY: `name` ends with a zero and outlives the call.
    accepted("initgroups", unsafe { libc::initgroups(name.as_ptr(), caller.user.gid) })
}

fn groups() -> io::Result<Vec<libc::gid_t>> {
    // SAFETY: with no room the call only counts.
    let count = unsafe { libc::getgroups(0, ptr::null_mut()) };
    let mut groups = vec![0; usize::try_from(count).map_err(|_| refused("getgroups"))?];
    // SAFETY: there is room for as many as is said, and it outlives the call.
    let count = unsafe { libc::getgroups(count, groups.as_mut_ptr()) };
    groups.truncate(usize::try_from(count).map_err(|_| refused("getgroups"))?);
    Ok(groups)
}

fn set_groups(groups: &[libc::gid_t]) -> io::Result<()> {
    // SAFETY: as many numbers are there as is said, and they outlive the call.
    accepted("setgroups", unsafe { libc::setgroups(groups.len(), groups.as_ptr()) })
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
