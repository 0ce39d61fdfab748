//! Why a file cannot be read.

use std::io;

use muster_model::Excerpt;

use super::Form;

/// Why a file cannot be read, or not to its end. Lines count from 1.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReadError {
    /// There is nothing in it.
    #[error("the file is empty")]
    Empty,
    /// It is something else.
    #[error("not the output of a scan: {what}")]
    NotAScan {
        /// What it looks like.
        what: Excerpt,
    },
    /// Two programs wrote into it.
    #[error("line {line}: {second} within {first}")]
    Mixed {
        /// Where the second begins.
        line: u64,
        /// What the file began as.
        first: Form,
        /// What begins there.
        second: Excerpt,
    },
    /// It is XML or JSON by its beginning, and breaks its grammar.
    #[error("line {line}: {what}")]
    Malformed {
        /// Where.
        line: u64,
        /// What is wrong.
        what: Excerpt,
    },
    /// Something in it is larger than any scanner writes it.
    #[error("line {line}: {what} larger than any scanner writes it")]
    Oversized {
        /// Where.
        line: u64,
        /// What.
        what: &'static str,
    },
    /// It is packed, and the packing is damaged.
    #[error("line {line}: cannot unpack further: {why}")]
    Packing {
        /// The last line that could be unpacked.
        line: u64,
        /// What the unpacker says.
        why: Excerpt,
    },
    /// The system could not read it.
    #[error("line {line}: {source}")]
    Input {
        /// The last line that could be read.
        line: u64,
        /// What the system says.
        source: io::Error,
    },
}

impl ReadError {
    /// What can be done about it.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Empty => "the scan may not have begun, or wrote to another file",
            Self::NotAScan { .. } => {
                "Nmap's -oX, -oG and -oN and masscan's -oX, -oJ, -oL and -oD can be read, also packed by gzip or zstd"
            }
            Self::Mixed { .. } => "cut the file in two before that line, and read each part",
            Self::Malformed { .. } => "cut the file off before that line: what stands above can be read",
            Self::Oversized { .. } => "look at that line: the file is damaged, or was made to do harm",
            Self::Packing { .. } => "unpack the file as far as it goes, and read what comes out",
            Self::Input { .. } => "see whether the file can be read with another program",
        }
    }

    pub(super) fn not_a_scan(what: &str) -> Self {
        Self::NotAScan { what: Excerpt::of(what) }
    }

    pub(super) fn malformed(line: u64, what: &str) -> Self {
        Self::Malformed { line, what: Excerpt::of(what) }
    }
}
