//! Where no frame can be sent, no privilege helps; and how to give one up differs too much to be promised unseen.

use std::io;
use std::path::Path;

use super::{GivenUp, Grant, User};

pub(super) fn can_send_frames() -> bool {
    false
}

pub(super) fn calling_user() -> Option<User> {
    None
}

pub(super) fn works_for_another() -> bool {
    false
}

pub(super) fn as_calling_user<T>(work: impl FnOnce() -> T) -> io::Result<T> {
    Ok(work())
}

pub(super) fn grant_of(_program: &Path) -> Grant {
    Grant::default()
}

pub(super) fn give_up_privilege() -> io::Result<GivenUp> {
    Err(io::Error::new(io::ErrorKind::Unsupported, "privilege is given up on Linux alone"))
}
