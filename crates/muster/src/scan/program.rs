//! The two names of muster: what each signs with, and what its callers expect.

use std::process::ExitCode;

/// By which name muster was called.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Program {
    /// Its own.
    #[default]
    Muster,
    /// `nmap`: whoever calls expects Nmap.
    Nmap,
}

impl Program {
    /// What outputs are signed with.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Muster => "muster",
            Self::Nmap => "Nmap",
        }
    }

    /// The version that outputs are signed with: of Nmap the one whose words and formats are spoken.
    pub(crate) fn version(self) -> &'static str {
        match self {
            Self::Muster => env!("CARGO_PKG_VERSION"),
            Self::Nmap => "7.93",
        }
    }

    /// How a sweep that came to its end ends: a target whose name stands for no address is a thing to tell, but for Nmap,
    /// whose callers take any other code for a failure.
    pub(crate) fn code_of(self, are_names_lacking: bool) -> ExitCode {
        ExitCode::from(if are_names_lacking && self == Self::Muster { 4 } else { 0 })
    }

    /// Whether all that is worth knowing goes to stderr. There are callers of Nmap that take any word there for a
    /// failure: they hear more with `-v`.
    pub(crate) fn tells_all(self, verbosity: u8) -> bool {
        self == Self::Muster || verbosity > 0
    }
}
