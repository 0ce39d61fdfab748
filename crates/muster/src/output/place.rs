//! Files that are opened before the first probe, and stdout.

use std::fs::{File, OpenOptions};
use std::io::{self, BufWriter, IsTerminal as _, Write};
use std::path::{Path, PathBuf};

use super::status::lines;
use crate::failure::Failure;

/// Somewhere to write.
pub(crate) type Writer = Box<dyn Write>;

/// Sees to it that no two outputs go to one place, and none over an input.
///
/// # Errors
/// Names the place.
pub(crate) fn check_apart(wanted: &[&Path], inputs: &[&Path]) -> Result<(), Failure> {
    for (place, path) in wanted.iter().enumerate() {
        let is_same = |other: &Path| same_file(path, other);
        if wanted[..place].iter().any(|other| is_same(other)) {
            let message = format!("two outputs would be written to one place: {}", path.display());
            return Err(Failure::usage(message).hint("give each output a file of its own".to_owned()));
        }
    }
    check_spares(wanted, inputs, "input")
}

/// Sees to it that no output goes over one of the `others`, which are called `what`.
///
/// # Errors
/// Names the output.
pub(crate) fn check_spares(wanted: &[&Path], others: &[&Path], what: &str) -> Result<(), Failure> {
    let is_hit = |path: &&&Path| !is_stdout(path) && others.iter().any(|other| same_file(path, other));
    match wanted.iter().find(is_hit) {
        None => Ok(()),
        Some(path) => {
            let message = format!("the output would overwrite the {what}: {}", path.display());
            Err(Failure::usage(message).hint("name another output file".to_owned()))
        }
    }
}

fn same_file(left: &Path, right: &Path) -> bool {
    left == right || matches!((location(left), location(right)), (Some(left), Some(right)) if left == right)
}

/// Where a file is, or will be when it has been created.
fn location(path: &Path) -> Option<PathBuf> {
    if is_stdout(path) {
        return None;
    }
    path.canonicalize().ok().or_else(|| {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        Some(folder.canonicalize().ok()?.join(path.file_name()?))
    })
}

/// Whether `-` was typed.
pub(crate) fn is_stdout(path: &Path) -> bool {
    path == Path::new("-")
}

/// Where one output goes, open but not yet emptied: if a later one cannot be opened, no older file is lost.
pub(crate) enum Place {
    Stdout,
    File(String, File),
    /// A file that is added to.
    End(String, File),
}

impl Place {
    /// Opens a file without touching what is in it.
    ///
    /// # Errors
    /// If it cannot be written.
    pub(crate) fn open(path: &Path) -> Result<Self, Failure> {
        if is_stdout(path) {
            return Ok(Self::Stdout);
        }
        let file = opened(path, File::options().write(true).create(true).truncate(false))?;
        Ok(Self::File(path.display().to_string(), file))
    }

    /// Opens a file to add to what is in it.
    ///
    /// # Errors
    /// If it cannot be written.
    pub(crate) fn at_end(path: &Path) -> Result<Self, Failure> {
        if is_stdout(path) {
            return Ok(Self::Stdout);
        }
        let file = opened(path, File::options().append(true).create(true))?;
        Ok(Self::End(path.display().to_string(), file))
    }

    /// Empties the file, unless it is added to; what it is called, and where to write.
    pub(crate) fn into_writer(self) -> (String, Writer) {
        match self {
            Self::Stdout => ("stdout".to_owned(), stdout()),
            Self::File(name, file) => {
                // Devices and pipes have no length, and need none.
                let _ = file.set_len(0);
                (name, Box::new(BufWriter::new(file)))
            }
            Self::End(name, file) => (name, Box::new(BufWriter::new(file))),
        }
    }
}

fn opened(path: &Path, options: &OpenOptions) -> Result<File, Failure> {
    options.open(path).map_err(|error| {
        Failure::usage(format!("cannot write {}: {error}", path.display()))
            .hint("name a file in a folder that exists and that you may write to".to_owned())
    })
}

/// Standard output, buffered; colours stop where they are not wanted.
pub(crate) fn stdout() -> Writer {
    match io::stdout().is_terminal() {
        true => Box::new(lines(anstream::stdout())),
        false => Box::new(BufWriter::new(anstream::stdout())),
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn one_place_is_known_by_all_its_names() {
        let folder = tempfile::tempdir().unwrap();
        let (old, new) = (folder.path().join("old"), folder.path().join("new"));
        fs::write(&old, "").unwrap();
        let round_about = |path: &Path| folder.path().join(".").join(path.file_name().unwrap());
        for path in [&old, &new] {
            assert!(check_apart(&[path, &round_about(path)], &[]).is_err());
            assert!(check_apart(&[path], &[&round_about(path)]).is_err());
        }
        assert!(check_apart(&[&old, &new], &[&folder.path().join("list")]).is_ok());
        assert!(check_apart(&[Path::new("-"), &new], &[Path::new("-")]).is_ok(), "stdin is not stdout");
        assert!(check_apart(&[Path::new("-"), Path::new("-")], &[]).is_err());
    }
}
