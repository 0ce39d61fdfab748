//! The sets of capabilities of this thread: capget(2), capset(2) and prctl(2).

use std::{io, ptr};

/// What a thread has, a bit for each capability.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Capabilities {
    /// In force now.
    pub(super) effective: u64,
    /// Can be put in force.
    pub(super) permitted: u64,
    /// Kept by a program that is started, if it may have them.
    pub(super) inheritable: u64,
}

impl Capabilities {
    pub(super) fn is_none(&self) -> bool {
        *self == Self::default()
    }
}

/// This thread's.
pub(super) fn own() -> io::Result<Capabilities> {
    let mut sets = [Sets::default(); 2];
    call("capget", libc::SYS_capget, &mut sets)?;
    let [low, high] = sets;
    let joined = |low: u32, high: u32| u64::from(high) << 32 | u64::from(low);
    Ok(Capabilities {
        effective: joined(low.effective, high.effective),
        permitted: joined(low.permitted, high.permitted),
        inheritable: joined(low.inheritable, high.inheritable),
    })
}

/// Whether this thread, and what it starts, may ever have the privilege to send frames.
pub(super) fn can_have_net_raw() -> bool {
    is_bounded(NET_RAW.trailing_zeros()) == Some(true)
}

/// Whether this thread, and what it starts, can gain nothing.
pub(super) fn is_gain_forbidden() -> bool {
    prctl(libc::PR_GET_NO_NEW_PRIVS, 0) == 1
}

/// No program started from here gains anything, and where this thread may say so (`CAP_SETPCAP`) nothing can be gained.
pub(super) fn forbid_gain() -> io::Result<()> {
    control("PR_SET_NO_NEW_PRIVS", libc::PR_SET_NO_NEW_PRIVS, 1)?;
    if own()?.effective & SETPCAP == 0 {
        return Ok(());
    }
    (0..u64::BITS).take_while(|number| is_bounded(*number).is_some()).try_for_each(|number| {
        control("PR_CAPBSET_DROP", libc::PR_CAPBSET_DROP, number.into())?;
        match is_bounded(number) {
            Some(false) => Ok(()),
            _ => Err(io::Error::other(format!("capability {number} is still in the bounding set"))),
        }
    })
}

/// Drops what this thread has, for good.
pub(super) fn drop_all() -> io::Result<()> {
    // Kernels before 4.3 have no ambient set, and nothing in it.
    match control("PR_CAP_AMBIENT", libc::PR_CAP_AMBIENT, CLEAR_ALL) {
        Err(error) if error.kind() != io::ErrorKind::InvalidInput => return Err(error),
        _ => {}
    }
    call("capset", libc::SYS_capset, &mut [Sets::default(); 2])
}

/// Whether the bounding set has the capability; `None` if there is none of this number.
fn is_bounded(number: u32) -> Option<bool> {
    match prctl(libc::PR_CAPBSET_READ, number.into()) {
        0 => Some(false),
        1 => Some(true),
        _ => None,
    }
}

fn control(name: &str, option: i32, value: libc::c_ulong) -> io::Result<()> {
    match prctl(option, value) {
        0 => Ok(()),
        _ => Err(super::identity::refused(name)),
    }
}

/// The kernel insists on zeroes, of full length, for what an option does not use.
fn prctl(option: i32, value: libc::c_ulong) -> i32 {
    let unused: libc::c_ulong = 0;
    // SAFETY: the options that are used here take numbers alone.
    unsafe { libc::prctl(option, value, unused, unused, unused) }
}

fn call(name: &str, number: libc::c_long, sets: &mut [Sets; 2]) -> io::Result<()> {
    let mut header = Header { version: VERSION_3, thread: 0 };
    // SAFETY: version 3 of both calls reads the header and reads or writes two sets; both outlive the call.
    match unsafe { libc::syscall(number, &raw mut header, ptr::from_mut(sets)) } {
        0 => Ok(()),
        _ => Err(super::identity::refused(name)),
    }
}

/// `struct __user_cap_header_struct` of linux/capability.h; thread 0 is the calling one.
#[repr(C)]
struct Header {
    version: u32,
    thread: i32,
}

/// `struct __user_cap_data_struct`: 32 capabilities.
#[derive(Clone, Copy, Default)]
#[repr(C)]
struct Sets {
    effective: u32,
    permitted: u32,
    inheritable: u32,
}

/// `PR_CAP_AMBIENT_CLEAR_ALL`.
const CLEAR_ALL: libc::c_ulong = 4;
const VERSION_3: u32 = 0x2008_0522;
/// `CAP_SETPCAP` and `CAP_NET_RAW`.
const SETPCAP: u64 = 1 << 8;
pub(super) const NET_RAW: u64 = 1 << 13;
