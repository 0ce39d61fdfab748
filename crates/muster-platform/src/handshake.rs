//! What the handshake of a connection agreed on: `TCP_INFO` of tcp(7).
//!
//! A program that connects sees neither the segments nor the time-to-live. Linux says which options both sides use, and by
//! how many bits the peer shifts its windows; the order of the options it does not keep. Nothing is told of what this
//! side did not offer, for which see [`offered`].
//!
//! Elsewhere nothing is read: [`agreed`] says `None`.

#[cfg(target_os = "linux")]
#[path = "handshake/linux.rs"]
mod system;
#[cfg(not(target_os = "linux"))]
#[path = "handshake/unsupported.rs"]
mod system;

pub use system::{agreed, offered};

/// What both sides of a connection use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Handshake {
    /// Selective acknowledgement.
    pub sack: bool,
    /// Time stamps.
    pub timestamps: bool,
    /// How many bits the peer shifts its windows by; `None` if neither side shifts.
    pub scale: Option<u8>,
}

/// What this machine's SYNs offer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Offered {
    /// Selective acknowledgement.
    pub sack: bool,
    /// Time stamps.
    pub timestamps: bool,
    /// Window scales.
    pub scale: bool,
}
