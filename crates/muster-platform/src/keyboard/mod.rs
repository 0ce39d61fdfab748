//! Keys as they are pressed, on the terminal that is standard input.
//!
//! A terminal hands lines on, not keys, and shows what is typed. Both are switched off while a [`Keyboard`] lives, and
//! as they were again when it is dropped, also by a panic. A signal that ends or stops the process puts them back too: a
//! shell that does not see what is typed is of no use. Ctrl-C keeps its meaning.
//!
//! Where standard input is no terminal, or another process has the terminal, or the system knows no such thing, there
//! is no key.

use std::io;

#[cfg(unix)]
#[path = "unix.rs"]
mod system;
#[cfg(not(unix))]
#[path = "unsupported.rs"]
mod system;

/// The keys of the terminal. There is at most one in a process.
#[derive(Debug)]
pub struct Keyboard(());

impl Keyboard {
    /// Takes the keys, if standard input is a terminal and nobody in this process has them.
    ///
    /// # Errors
    /// The terminal's settings cannot be read, or signals cannot be caught.
    pub fn open() -> io::Result<Option<Self>> {
        Ok(system::take()?.then_some(Self(())))
    }

    /// The next key that was pressed, without waiting for one; none while the process is in the background.
    pub fn pressed(&mut self) -> Option<u8> {
        system::pressed()
    }
}

impl Drop for Keyboard {
    fn drop(&mut self) {
        system::give_back();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_test_has_no_keyboard_or_gives_it_back() {
        // Whether a terminal is there depends on who runs the tests; twice it is the same.
        let first = Keyboard::open().unwrap().is_some();
        assert_eq!(Keyboard::open().unwrap().is_some(), first);
    }
}
