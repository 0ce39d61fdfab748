//! What can go wrong in a chore.

use std::fmt;
use std::io;
use std::path::PathBuf;
use std::process::ExitStatus;

/// Why a chore stopped.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    /// A fuzz entry point panicked; the input lies in `path`.
    #[error("fuzz target {target} panicked on {}", path.display())]
    Crash { target: String, path: PathBuf },
    /// A program ran and said no.
    #[error("{command}: {status}")]
    Failed { command: String, status: ExitStatus },
    /// A file or folder could not be read or written.
    #[error("{action} {}: {source}", path.display())]
    File { action: &'static str, path: PathBuf, source: io::Error },
    /// Tidy found something.
    #[error("tidy: {count} findings")]
    Findings { count: usize },
    /// A program or a file that the chore cannot do without is not there.
    #[error("missing: {what}\nhint: {hint}")]
    Missing { what: String, hint: &'static str },
    /// A program could not be started.
    #[error("start {program}: {source}")]
    Start { program: String, source: io::Error },
    /// A step of the gate failed.
    #[error("gate: step {step} failed: {source}")]
    Step { step: &'static str, source: Box<Error> },
    /// A generated file is not what its source says now.
    #[error("{} is stale\nhint: run `cargo xtask generate`", path.display())]
    Stale { path: PathBuf },
    /// Text in a form nobody expected.
    #[error("{what}: {detail}")]
    Unexpected { what: String, detail: String },
    /// The words on the command line are no chore.
    #[error("usage")]
    Usage,
}

impl Error {
    /// For `map_err` on an operation on a file.
    pub(crate) fn file(action: &'static str, path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| Self::File { action, path, source }
    }

    /// Something read is not in the form that `what` has.
    pub(crate) fn unexpected(what: impl Into<String>, detail: &dyn fmt::Display) -> Self {
        Self::Unexpected { what: what.into(), detail: detail.to_string() }
    }
}
