//! The step for tests that need root, real tools or minutes: those marked `#[ignore]` in the binary's `lab` test.

use crate::error::Error;
use crate::{project, shell};

/// Where cargo looks for the test program `lab`.
const SOURCES: &[&str] = &["crates/muster/tests/lab.rs", "crates/muster/tests/lab/main.rs"];

/// Runs them one at a time, since each measures; a test that lacks something says so itself and passes.
pub(super) fn run() -> Result<(), Error> {
    if !SOURCES.iter().any(|source| project::root().join(source).exists()) {
        println!("skipped: there is no lab test yet");
        return Ok(());
    }
    if !shell::is_root() {
        println!("skipped: the lab makes network namespaces, which needs root");
        return Ok(());
    }
    let words = [
        "test",
        "--package",
        "muster",
        "--test",
        "lab",
        "--",
        "--ignored",
        "--test-threads=1",
        "--nocapture",
    ];
    shell::run(&mut shell::cargo(&words))
}
