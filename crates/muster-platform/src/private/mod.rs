//! Files and folders that are their owner's alone, from the moment they exist.

use std::fs::{DirBuilder, File, OpenOptions};
use std::io;
use std::path::Path;

#[cfg(unix)]
#[path = "unix.rs"]
mod system;
#[cfg(not(unix))]
#[path = "inherited.rs"]
mod system;

/// Makes a folder and those above it, as far as they are missing; only the owner may look into the new ones. Where a
/// system has no such modes, they inherit the rights of the folder above.
///
/// # Errors
/// The system's.
pub fn create_private_folder(path: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    system::keep_folder(builder.recursive(true));
    builder.create(path)
}

/// Opens a file to read and write, and makes it if there is none; only the owner may read the new one. An old one keeps
/// its rights and what is in it.
///
/// # Errors
/// The system's.
pub fn open_private(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    system::keep_file(options.read(true).write(true).create(true).truncate(false));
    options.open(path)
}

#[cfg(all(test, unix))]
mod tests {
    use std::fs;
    use std::os::unix::fs::PermissionsExt as _;
    use std::process;

    use super::*;

    #[test]
    fn what_is_new_is_the_owners_and_what_is_old_stays_as_it_is() {
        let folder = std::env::temp_dir().join(format!("muster-private-{}", process::id()));
        let (inner, file) = (folder.join("inner"), folder.join("inner/file"));
        create_private_folder(&inner).unwrap();
        drop(open_private(&file).unwrap());
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!([mode(&folder), mode(&inner), mode(&file)], [0o700, 0o700, 0o600]);
        fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).unwrap();
        fs::write(&file, "old").unwrap();
        drop(open_private(&file).unwrap());
        assert_eq!((mode(&file), fs::read_to_string(&file).unwrap().as_str()), (0o644, "old"));
        fs::remove_dir_all(&folder).unwrap();
    }
}
