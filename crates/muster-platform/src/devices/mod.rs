//! The network devices of this machine, by what a frame on them looks like.
//!
//! Linux alone has frames for us; elsewhere [`devices`] says that there are none to be had.

use std::io;

#[cfg(target_os = "linux")]
#[path = "linux.rs"]
mod system;
#[cfg(not(target_os = "linux"))]
#[path = "unsupported.rs"]
mod system;

/// A network device: a card, a tunnel, one end of a virtual cable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Device {
    /// The kernel's number of it, which stays while the device lives.
    pub index: u32,
    /// Its name, such as `eth0`.
    pub name: String,
    /// What its frames look like.
    pub kind: DeviceKind,
    /// Its own hardware address; `None` where it has none of six bytes.
    pub hardware: Option<[u8; 6]>,
    /// The longest IP packet it carries, in bytes.
    pub mtu: u32,
    /// Whether it is switched on and has a carrier (`IFF_UP` and `IFF_LOWER_UP`, netdevice(7)).
    pub is_up: bool,
    /// The driver, such as `virtio_net` or `veth`; `None` where the kernel does not tell.
    pub driver: Option<String>,
}

/// What a frame of a device looks like, by its hardware type (`ARPHRD_…`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeviceKind {
    /// An Ethernet header before each packet: cards, veth, bridges, Wi-Fi as the kernel shows it.
    Ethernet,
    /// This machine's own loopback.
    Loopback,
    /// Another kind of frame, which nobody here writes.
    Other,
    /// The bare packet: tun, WireGuard, PPP.
    RawIp,
}

/// Every network device that this process sees (its network namespace), in the order of their numbers.
///
/// # Errors
/// The kernel does not give its list, or this system has none for us ([`io::ErrorKind::Unsupported`]).
pub fn devices() -> io::Result<Vec<Device>> {
    system::devices()
}
