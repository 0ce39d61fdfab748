//! The file of a proposal: opened before anybody is asked, so that half an hour is not spent in vain, and gone again where
//! nothing is proposed.

use std::fs;
use std::path::{Path, PathBuf};

use crate::failure::Failure;
use crate::output::{Place, is_stdout};

/// A place that is kept free. Dropped without having been taken, it leaves behind nothing that was not there.
pub(super) struct Reserved {
    place: Option<Place>,
    made: Option<PathBuf>,
}

impl Reserved {
    /// Opens the file, or stdout, without touching what is in it.
    ///
    /// # Errors
    /// It cannot be written.
    pub(super) fn at(path: &Path) -> Result<Self, Failure> {
        let is_new = !is_stdout(path) && fs::symlink_metadata(path).is_err();
        let place = Place::open(path)?;
        Ok(Self { place: Some(place), made: is_new.then(|| path.to_owned()) })
    }

    /// The place, to be written to now.
    pub(super) fn take(mut self) -> Place {
        self.made = None;
        self.place.take().unwrap_or(Place::Stdout)
    }
}

impl Drop for Reserved {
    fn drop(&mut self) {
        let Some(path) = self.made.take() else { return };
        // What somebody else has written there in the meantime stays.
        if fs::symlink_metadata(&path).is_ok_and(|file| file.is_file() && file.len() == 0) {
            let _ = fs::remove_file(path);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_was_made_in_vain_goes_away() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("own.toml");
        drop(Reserved::at(&path).ok());
        assert!(!path.exists());
        drop(Reserved::at(&path).map(Reserved::take).ok());
        assert!(path.exists(), "it was taken");
        drop(Reserved::at(&path).ok());
        assert!(path.exists(), "an empty file that was there stays");
        fs::remove_file(&path).unwrap();
        let reserved = Reserved::at(&path).ok();
        fs::write(&path, "of somebody else").unwrap();
        drop(reserved);
        assert!(path.exists());
        assert!(Reserved::at(&folder.path().join("none/own.toml")).is_err());
    }
}
