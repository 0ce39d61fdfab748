//! Systems without an error queue: the error number is all there is.

use std::io;

use super::QueuedError;

/// Does nothing: there is no error queue to ask for. `v6` says which family the socket is of.
///
/// # Errors
/// None.
pub fn enable<S>(_socket: &S, _v6: bool) -> io::Result<()> {
    Ok(())
}

/// Finds nothing: there is no error queue.
///
/// # Errors
/// None.
pub fn take<S>(_socket: &S) -> io::Result<Option<QueuedError>> {
    Ok(None)
}
