//! The user database: getpwuid_r(3) and getpwnam_r(3).

use std::ffi::{CStr, CString, OsStr, c_char};
use std::os::unix::ffi::OsStrExt as _;
use std::path::PathBuf;
use std::ptr;

use super::User;

/// How a user is named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Account {
    Name(String),
    Number(u32),
}

/// The entry of an account; `None` if there is none, or the database cannot be read.
pub(super) fn find(account: &Account) -> Option<User> {
    let name = match account {
        Account::Name(name) => Some(CString::new(name.as_str()).ok()?),
        Account::Number(_) => None,
    };
    let mut length = FIRST_ROOM;
    while length <= MOST_ROOM {
        let mut room = vec![0; length];
        match look_up(account, name.as_deref(), &mut room) {
            Err(libc::ERANGE) => length *= 4,
            Err(libc::EINTR) => {}
            Err(_) => return None,
            Ok(user) => return user,
        }
    }
    None
}

/// The entry, with its texts in `room`; or the error number.
fn look_up(account: &Account, name: Option<&CStr>, room: &mut [c_char]) -> Result<Option<User>, i32> {
    // SAFETY: `passwd` is plain data, for which all zeroes is a value.
    let mut entry: libc::passwd = unsafe { std::mem::zeroed() };
    let mut found: *mut libc::passwd = ptr::null_mut();
    let (at, length) = (room.as_mut_ptr(), room.len());
    let error = match (account, name) {
        // SAFETY: all pointers are to what outlives the call, and `room` is `length` long.
        (Account::Number(uid), _) => unsafe {
            libc::getpwuid_r(*uid, &raw mut entry, at, length, &raw mut found)
        },
        // SAFETY: as above; `name` ends with a zero.
        (Account::Name(_), Some(name)) => unsafe {
            libc::getpwnam_r(name.as_ptr(), &raw mut entry, at, length, &raw mut found)
        },
        (Account::Name(_), None) => return Ok(None),
    };
    match error {
        0 if found.is_null() => Ok(None),
        0 => Ok(Some(user(&entry))),
        error => Err(error),
    }
}

fn user(entry: &libc::passwd) -> User {
    User {
        name: String::from_utf8_lossy(text(entry.pw_name)).into_owned(),
        uid: entry.pw_uid,
        gid: entry.pw_gid,
        home: PathBuf::from(OsStr::from_bytes(text(entry.pw_dir))),
    }
}

/// A text of an entry that was found, while its room is still there.
fn text<'a>(at: *const c_char) -> &'a [u8] {
    if at.is_null() {
        return &[];
    }
    // SAFETY: the C library wrote a text that ends with a zero into the room, which outlives the entry's use here.
    unsafe { CStr::from_ptr(at) }.to_bytes()
}

const FIRST_ROOM: usize = 1024;
/// A group with thousands of members has a long line; a user's is never that long.
const MOST_ROOM: usize = 1024 * 1024;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn root_is_known_by_number_and_name_and_nobody_else_is_root() {
        let root = find(&Account::Number(0)).unwrap();
        assert_eq!((root.name.as_str(), root.uid, root.gid), ("root", 0, 0));
        assert!(root.home.is_absolute());
        assert_eq!(find(&Account::Name("root".to_owned())), Some(root));
        for missing in ["", "no such user", "ro\0ot"] {
            assert_eq!(find(&Account::Name(missing.to_owned())), None);
        }
        assert_eq!(find(&Account::Number(3_999_999_999)), None);
    }
}
