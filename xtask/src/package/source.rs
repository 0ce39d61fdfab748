//! The trial of the other way to install: `cargo install`, from this source into a folder.

use std::path::Path;

use crate::error::Error;
use crate::shell;

use super::{remove, trial};

/// Installs in `folder`, runs the program there, and removes it. `profile` is one in which the program has been built just
/// before: then nothing is left to be compiled, and nothing to be fetched.
pub(super) fn run(profile: &str, folder: &Path) -> Result<(), Error> {
    remove(folder)?;
    let words = ["install", "--quiet", "--locked", "--offline", "--path", "crates/muster", "--no-track"];
    shell::run(shell::cargo(&words).args(["--profile", profile, "--root"]).arg(folder))?;
    trial::try_program(&folder.join("bin/muster"))?;
    remove(folder)
}
