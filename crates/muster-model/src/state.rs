//! What a port is, in Nmap's words.

use std::fmt;

/// The state of a port as seen from here. Which one a reply means is Nmap's table (refguide, "Port Scanning Basics").
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PortState {
    /// Something accepts connections or answers datagrams.
    Open,
    /// The host answers and says that nothing listens.
    Closed,
    /// Nothing came back, or only a refusal by something on the way.
    Filtered,
    /// UDP: silence, which an open port and a filter share.
    OpenFiltered,
}

impl PortState {
    /// Nmap's word.
    pub fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Closed => "closed",
            Self::Filtered => "filtered",
            Self::OpenFiltered => "open|filtered",
        }
    }
}

impl fmt::Display for PortState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}
