//! The steps that use tools which take minutes to build: run where the tool is present, never installed.

use crate::error::Error;
use crate::{project, shell};

/// Builds the fuzz targets as cargo-fuzz would run them; that needs a nightly compiler too.
pub(super) fn fuzz() -> Result<(), Error> {
    if !shell::is_present("cargo-fuzz") {
        println!("skipped: cargo-fuzz is not installed; the smoke run above has called every entry point");
        return Ok(());
    }
    let mut nightly = shell::command("cargo", &["+nightly", "--version"]);
    if shell::output(&mut nightly).is_err() {
        println!("skipped: cargo-fuzz needs a nightly compiler");
        return Ok(());
    }
    shell::run(shell::command("cargo", &["+nightly", "fuzz", "build"]).current_dir(project::root()))
}

/// Licences, bans and sources always; advisories where their database can be had.
pub(super) fn deny() -> Result<(), Error> {
    if !shell::is_present("cargo-deny") {
        println!("skipped: cargo-deny is not installed; tidy has checked licences, bans and sources");
        return Ok(());
    }
    shell::run(&mut shell::cargo(&["deny", "check", "licenses", "bans", "sources"]))?;
    if shell::run(&mut shell::cargo(&["deny", "fetch", "db"])).is_err() {
        println!("skipped: the advisory database cannot be had");
        return Ok(());
    }
    shell::run(&mut shell::cargo(&["deny", "check", "--disable-fetch", "advisories"]))
}
