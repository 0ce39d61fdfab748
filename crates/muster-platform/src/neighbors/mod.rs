//! What the kernel already knows of the hardware addresses on its links, learnt by ARP and Neighbour Discovery.
//!
//! Linux alone; elsewhere [`neighbors`] says so.

use std::io;
use std::net::IpAddr;

#[cfg(target_os = "linux")]
#[path = "linux.rs"]
mod system;
#[cfg(not(target_os = "linux"))]
#[path = "unsupported.rs"]
mod system;

/// A host on a link, with the hardware address it answers to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Neighbor {
    /// The number of the device whose link it is on.
    pub device: u32,
    /// Its address.
    pub address: IpAddr,
    /// Its hardware address.
    pub hardware: [u8; 6],
}

/// The entries of the kernel's table that can be sent to: configured, proved, or proved a while ago (`PERMANENT`,
/// `REACHABLE`, `STALE`, `DELAY` and `PROBE`, RFC 4861 section 7.3.2). Failed and incomplete ones are left out.
///
/// # Errors
/// The kernel does not give its table, or this system has none for us ([`io::ErrorKind::Unsupported`]).
pub fn neighbors() -> io::Result<Vec<Neighbor>> {
    system::neighbors()
}
