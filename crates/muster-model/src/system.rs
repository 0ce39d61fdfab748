//! Which system a computer runs, and what it is used for.

use std::fmt;

use crate::DeviceSign;

/// Families of systems.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SystemFamily {
    /// Windows.
    Windows,
    /// Linux.
    Linux,
    /// macOS and iOS.
    Macos,
    /// Any other system, of computers as of devices.
    Other,
}

impl SystemFamily {
    /// All of them.
    pub const ALL: &'static [Self] = &[Self::Windows, Self::Linux, Self::Macos, Self::Other];

    /// The stable name, in catalogue, store and JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Windows => "windows",
            Self::Linux => "linux",
            Self::Macos => "macos",
            Self::Other => "other",
        }
    }

    /// For a sentence: "runs ...".
    pub fn noun(self) -> &'static str {
        match self {
            Self::Windows => "Windows",
            Self::Linux => "Linux",
            Self::Macos => "macOS",
            Self::Other => "another system than Windows, Linux and macOS",
        }
    }
}

impl fmt::Display for SystemFamily {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// What a computer is used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ComputerRole {
    /// Somebody works at it.
    Workstation,
    /// It serves others.
    Server,
}

impl ComputerRole {
    /// All of them.
    pub const ALL: &'static [Self] = &[Self::Workstation, Self::Server];

    /// The stable name, in store and JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Workstation => "workstation",
            Self::Server => "server",
        }
    }
}

/// A host's system with the signs for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct System {
    /// The family.
    pub family: SystemFamily,
    /// What it is used for, where something says so.
    pub role: Option<ComputerRole>,
    /// Why the family; not empty.
    pub signs: Vec<DeviceSign>,
}

impl System {
    /// Whether at least two signs of different kinds agree.
    pub fn is_certain(&self) -> bool {
        self.signs.first().is_some_and(|first| self.signs.iter().any(|sign| sign.kind != first.kind))
    }
}
