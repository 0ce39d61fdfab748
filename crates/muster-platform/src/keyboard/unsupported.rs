//! No keys.

use std::io;

#[allow(clippy::unnecessary_wraps, reason = "elsewhere it can fail")]
pub(super) fn take() -> io::Result<bool> {
    Ok(false)
}

pub(super) fn pressed() -> Option<u8> {
    None
}

pub(super) fn give_back() {}
