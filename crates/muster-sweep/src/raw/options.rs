//! What the caller wants of the raw network.

use std::net::IpAddr;

use muster_engine::Payloads;
use muster_platform::link::SenderChoice;

use super::Tap;

/// How frames are to be sent.
#[derive(Debug, Default)]
pub struct RawOptions {
    /// The interface by name (`-e`); else the kernel chooses.
    pub device: Option<String>,
    /// The source address (`-S`), one of this machine's; else the kernel chooses.
    pub source: Option<IpAddr>,
    /// The one source port (`-g`); else a range that nobody here uses.
    pub source_port: Option<u16>,
    /// The time-to-live of what is sent (`--ttl`).
    pub ttl: Option<u8>,
    /// How frames get to the kernel.
    pub sender: SenderChoice,
    /// What a UDP port is asked, by port.
    pub payloads: Payloads,
    /// Whether UDP ports without a payload of their own get an empty datagram.
    pub udp_empty: bool,
    /// Who looks on.
    pub taps: Vec<Box<dyn Tap>>,
}
