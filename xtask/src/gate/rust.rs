//! The steps that every Rust project has.

use crate::error::Error;
use crate::shell;

pub(super) fn format() -> Result<(), Error> {
    shell::run(&mut shell::cargo(&["fmt", "--all", "--check"]))
}

pub(super) fn lints() -> Result<(), Error> {
    shell::run(&mut shell::cargo(&["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"]))
}

/// Plain `cargo test`: a nextest would leave out the documentation's examples. The tests of the program mostly wait for
/// conversations, so more of them than processors run at once.
pub(super) fn tests() -> Result<(), Error> {
    shell::run(shell::cargo(&["test", "--workspace"]).env("RUST_TEST_THREADS", "8"))
}

pub(super) fn documentation() -> Result<(), Error> {
    shell::run(shell::cargo(&["doc", "--workspace", "--no-deps"]).env("RUSTDOCFLAGS", "-D warnings"))
}
