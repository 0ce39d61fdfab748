//! A file that is opened later than it is written to.
//!
//! Frames are captured from the first one on, which leaves before privilege is given up; the file is to be that of the
//! user who called, and is opened after it. What comes between the two is a handful of questions for gateways.

use std::cell::RefCell;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;
use std::rc::Rc;

/// A writer that keeps what it is given until its file is opened. Clones write to one file.
#[derive(Clone, Debug, Default)]
pub(crate) struct LateFile(Rc<RefCell<State>>);

#[derive(Debug)]
enum State {
    Waiting(Vec<u8>),
    Open(BufWriter<File>),
}

impl LateFile {
    /// Opens the file, empties it, and writes what was kept.
    ///
    /// # Errors
    /// If it cannot be written.
    pub(crate) fn open(&self, path: &Path) -> io::Result<()> {
        let mut state = self.0.borrow_mut();
        let State::Waiting(kept) = &*state else { return Ok(()) };
        let mut file = BufWriter::new(File::create(path)?);
        file.write_all(kept)?;
        *state = State::Open(file);
        Ok(())
    }
}

impl Default for State {
    fn default() -> Self {
        Self::Waiting(Vec::new())
    }
}

impl Write for LateFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match &mut *self.0.borrow_mut() {
            State::Waiting(kept) => kept.write(bytes),
            State::Open(file) => file.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match &mut *self.0.borrow_mut() {
            State::Waiting(_) => Ok(()),
            State::Open(file) => file.flush(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_lost_before_the_file_is_open() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("frames");
        let late = LateFile::default();
        let mut writer = late.clone();
        writer.write_all(b"first ").unwrap();
        writer.flush().unwrap();
        assert!(!path.exists());
        late.open(&path).unwrap();
        writer.write_all(b"second").unwrap();
        writer.flush().unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"first second");
        assert!(LateFile::default().open(&folder.path().join("no/file")).is_err());
    }
}
