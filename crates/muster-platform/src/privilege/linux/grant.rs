//! The capabilities of a file: `security.capability` of xattr(7), `struct vfs_cap_data` of linux/capability.h.

use std::ffi::CString;
use std::mem::MaybeUninit;
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;

use super::super::{Grant, Obstacle};
use super::capabilities::{NET_RAW, can_have_net_raw, is_gain_forbidden};

/// What the file of `program` gives, and what stands against it.
pub(in super::super) fn of(program: &Path) -> Grant {
    let Ok(path) = CString::new(program.as_os_str().as_bytes()) else {
        return Grant::default();
    };
    let obstacles = [
        (Obstacle::NoNewPrivileges, is_gain_forbidden()),
        (Obstacle::NoSuid, is_mounted_without_privilege(&path)),
        (Obstacle::OutOfBounds, !can_have_net_raw()),
    ];
    Grant {
        is_given: gives_net_raw(&attribute(&path)),
        obstacles: obstacles
            .into_iter()
            .filter(|(_, stands)| *stands)
            .map(|(obstacle, _)| obstacle)
            .collect(),
    }
}

fn is_mounted_without_privilege(path: &CString) -> bool {
    let mut about = MaybeUninit::<libc::statvfs>::uninit();
    // SAFETY: `path` ends with a zero and `about` has the room; both outlive the call.
    if unsafe { libc::statvfs(path.as_ptr(), about.as_mut_ptr()) } != 0 {
        return false;
    }
    // SAFETY: the call succeeded, so that it wrote all of it.
    unsafe { about.assume_init() }.f_flag & libc::ST_NOSUID != 0
}

/// The attribute, or nothing.
fn attribute(path: &CString) -> Vec<u8> {
    let mut value = vec![0; LONGEST];
    // SAFETY: both texts end with a zero, `value` has as much room as is said; all outlive the call.
    let length =
        unsafe { libc::getxattr(path.as_ptr(), NAME.as_ptr(), value.as_mut_ptr().cast(), value.len()) };
    value.truncate(usize::try_from(length).unwrap_or(0));
    value
}

/// Version and flags, then the low half of what is permitted, both little-endian in every version. Without the flag
/// "effective" a program has to put it in force itself, which this one does not.
fn gives_net_raw(value: &[u8]) -> bool {
    let word = |at: usize| Some(u32::from_le_bytes(value.get(at..at + 4)?.try_into().ok()?));
    let (Some(head), Some(permitted)) = (word(0), word(4)) else {
        return false;
    };
    head & EFFECTIVE != 0 && u64::from(permitted) & NET_RAW != 0
}

const NAME: &std::ffi::CStr = c"security.capability";
/// Version 3 has 24 bytes.
const LONGEST: usize = 64;
/// `VFS_CAP_FLAGS_EFFECTIVE`.
const EFFECTIVE: u32 = 1;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_files_attribute_is_read() {
        let of = |words: [u32; 5]| words.map(u32::to_le_bytes).concat();
        assert!(gives_net_raw(&of([0x0200_0001, 1 << 13, 0, 0, 0])));
        assert!(gives_net_raw(&of([0x0300_0001, u32::MAX, 0, u32::MAX, 0])));
        for other in [of([0x0200_0000, 1 << 13, 0, 0, 0]), of([0x0200_0001, 1 << 12, 1 << 13, 0, 0])] {
            assert!(!gives_net_raw(&other), "{other:?}");
        }
        assert!(!gives_net_raw(&[]) && !gives_net_raw(&[1, 0, 0, 2, 0, 0x20, 0]));
    }

    #[test]
    fn a_file_that_is_not_there_gives_nothing() {
        assert!(!of(Path::new("/none/such")).is_given);
        assert!(!of(Path::new("/proc/self/status")).is_given);
    }
}
