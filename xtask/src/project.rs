//! Where the project lies and which files belong to it.

use std::fs;
use std::path::{Path, PathBuf};

use crate::error::Error;
use crate::shell;

/// The folder with the workspace's manifest.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("xtask lies one level below the root")
}

/// Paths, relative to the root, of all files that git tracks or would track, in order.
///
/// New files count before they are added, so that a rule speaks up before the commit rather than after it.
pub(crate) fn files() -> Result<Vec<String>, Error> {
    // A build machine often runs as another user than the one who checked out.
    let words = ["-c", "safe.directory=*", "ls-files", "--cached", "--others", "--exclude-standard", "-z"];
    let listing = shell::output(shell::command("git", &words).current_dir(root()))?;
    let mut files: Vec<String> = listing.split_terminator('\0').map(str::to_owned).collect();
    files.retain(|file| root().join(file).is_file());
    files.sort();
    files.dedup();
    Ok(files)
}

/// Where cargo puts what it builds.
pub(crate) fn target_folder() -> PathBuf {
    let named = std::env::var_os("CARGO_TARGET_DIR").map(PathBuf::from);
    root().join(named.unwrap_or_else(|| PathBuf::from("target")))
}

/// Names of the files in a folder of the project, in order; none where there is no such folder.
pub(crate) fn names(folder: &str) -> Result<Vec<String>, Error> {
    let path = root().join(folder);
    if !path.is_dir() {
        return Ok(Vec::new());
    }
    let entries = fs::read_dir(&path).map_err(Error::file("read", &path))?;
    let names = entries.map(|entry| entry.map(|entry| entry.file_name().to_string_lossy().into_owned()));
    let mut names = names.collect::<Result<Vec<_>, _>>().map_err(Error::file("read", &path))?;
    names.sort();
    Ok(names)
}

/// Reads a text file of the project; bytes that are not UTF-8 become replacement characters.
pub(crate) fn read(path: impl AsRef<Path>) -> Result<String, Error> {
    let path: PathBuf = root().join(path);
    let bytes = fs::read(&path).map_err(Error::file("read", path))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// Writes a file of the project, with the folders it lies in.
pub(crate) fn write(path: impl AsRef<Path>, content: &str) -> Result<(), Error> {
    let path: PathBuf = root().join(path);
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(Error::file("create", folder))?;
    }
    fs::write(&path, content).map_err(Error::file("write", path))
}
