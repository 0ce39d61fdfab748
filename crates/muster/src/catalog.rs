//! `--catalog`: what muster knows by heart, and products of the user's own.

use std::borrow::Cow;
use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use clap::Args;
use muster_catalog::{Catalog, Fault};

use crate::failure::{Failure, unread_hint};

/// Products beside those that muster knows
#[derive(Args, Debug, Default)]
pub(crate) struct CatalogArgs {
    /// Know the products of DIR as well, a folder of TOML files or one file; may be given several times. One with the
    /// key of a product that muster knows takes its place (see muster catalog)
    #[arg(long = "catalog", value_name = "DIR")]
    pub(crate) folders: Vec<PathBuf>,
}

impl CatalogArgs {
    /// The catalogue that is compiled in, with the files that were named.
    ///
    /// # Errors
    /// A file cannot be read, or is not as it should be: every fault with its line, and what to do about it.
    pub(crate) fn read(&self) -> Result<Cow<'static, Catalog>, Failure> {
        if self.folders.is_empty() {
            return Ok(Cow::Borrowed(Catalog::builtin()));
        }
        let files = read_files(&self.folders)?;
        with(&files).map(Cow::Owned).map_err(|faults| failure(&faults))
    }

    /// The files that would be read, which no output may overwrite.
    pub(crate) fn inputs(&self) -> Vec<PathBuf> {
        self.folders.iter().flat_map(|path| files(path).unwrap_or_default()).collect()
    }
}

/// The catalogue with files that were read.
///
/// # Errors
/// All that is wrong with them.
pub(crate) fn with(files: &[(String, String)]) -> Result<Catalog, Vec<Fault>> {
    let files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    Catalog::builtin().with(&files)
}

/// The files of all folders, as they are named and with what is in them.
///
/// # Errors
/// One cannot be read, or a folder has none.
pub(crate) fn read_files(paths: &[PathBuf]) -> Result<Vec<(String, String)>, Failure> {
    let mut read: Vec<(String, String)> = Vec::new();
    for path in paths {
        let files = files(path).map_err(|error| unread(path, &error))?;
        if files.is_empty() {
            return Err(Failure::usage(format!("no file *.toml in {}", path.display()))
                .hint("name a file, or the folder that holds the files".to_owned()));
        }
        for file in files {
            read.push((file.display().to_string(), text(&file)?));
        }
        let bytes: usize = read.iter().map(|(_, text)| text.len()).sum();
        if bytes as u64 > MOST_BYTES {
            let what = format!("the files of the catalogue are longer than {} MB", MOST_BYTES >> 20);
            return Err(Failure::usage(what)
                .hint("a product has some hundred lines; are these other files?".to_owned()));
        }
    }
    Ok(read)
}

/// A catalogue of a thousand products has half as many.
const MOST_BYTES: u64 = 4 << 20;

/// The `*.toml` of a folder, sorted, or the file itself.
fn files(path: &Path) -> io::Result<Vec<PathBuf>> {
    if !fs::metadata(path)?.is_dir() {
        return Ok(vec![path.to_path_buf()]);
    }
    let entries = fs::read_dir(path)?.map(|entry| entry.map(|entry| entry.path()));
    let mut files: Vec<PathBuf> = entries.collect::<io::Result<_>>()?;
    files.retain(|file| file.extension().is_some_and(|extension| extension == "toml") && file.is_file());
    files.sort();
    Ok(files)
}

fn text(path: &Path) -> Result<String, Failure> {
    let mut bytes = Vec::new();
    File::open(path)
        .and_then(|file| file.take(MOST_BYTES + 1).read_to_end(&mut bytes))
        .map_err(|error| unread(path, &error))?;
    String::from_utf8(bytes).map_err(|error| {
        let valid = &error.as_bytes()[..error.utf8_error().valid_up_to()];
        let line = 1 + valid.iter().filter(|&&byte| byte == b'\n').count();
        Failure::usage(format!("{}:{line}: not UTF-8", path.display()))
            .hint("save it as UTF-8, or is this another file?".to_owned())
    })
}

fn unread(path: &Path, error: &io::Error) -> Failure {
    Failure::usage(format!("cannot read {}: {error}", path.display()))
        .hint(unread_hint(error, "name a TOML file, or a folder of such files").to_owned())
}

/// Every fault and what to do about it, in the words of a single one.
pub(crate) fn failure(faults: &[Fault]) -> Failure {
    let told = |fault: &Fault| match fault.wrong.hint() {
        Some(hint) => format!("{fault}\nhint: {hint}"),
        None => fault.to_string(),
    };
    let all: Vec<String> = faults.iter().map(told).collect();
    Failure::usage(all.join("\nerror: "))
}
