//! The interfaces, and how frames leave by each: found out by opening a link for a moment.

use std::io::{self, ErrorKind};
use std::net::IpAddr;

use muster_platform::link::{self, Filter, LinkOptions, SenderChoice};
use muster_platform::{Device, DeviceKind};

/// An interface with its addresses.
#[derive(Clone, Debug)]
pub(super) struct Interface {
    pub(super) name: String,
    /// What the kernel says of it; `None` where only its addresses are known.
    pub(super) device: Option<Device>,
    /// Its addresses with the lengths of their prefixes.
    pub(super) addresses: Vec<(IpAddr, u8)>,
    pub(super) frames: Frames,
}

/// How frames leave by an interface.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Frames {
    /// By this sender; why it is not a better one.
    By(String, Option<String>),
    /// Not at all, for this reason.
    Refused(String),
    /// It was not tried.
    Untried,
}

/// All of them, in the kernel's order.
pub(super) fn of_this_machine(can_send_frames: bool) -> io::Result<Vec<Interface>> {
    let addresses = muster_platform::interfaces()?;
    let mut all: Vec<Interface> = match muster_platform::devices() {
        Ok(devices) => devices.into_iter().map(|device| of_device(device, can_send_frames)).collect(),
        Err(error) if error.kind() == ErrorKind::Unsupported => Vec::new(),
        Err(error) => return Err(error),
    };
    for found in addresses {
        let address = (found.address, found.prefix);
        // Linux gives an address a label of its own, such as eth0:1.
        let base = found.name.split(':').next().unwrap_or_default();
        match all.iter_mut().find(|interface| interface.name == found.name || interface.name == base) {
            Some(interface) => interface.addresses.push(address),
            None => all.push(without_device(found.name, address)),
        }
    }
    Ok(all)
}

fn of_device(device: Device, can_send_frames: bool) -> Interface {
    let carries = device.is_up && matches!(device.kind, DeviceKind::Ethernet | DeviceKind::RawIp);
    let frames = if can_send_frames && carries { tried(&device) } else { Frames::Untried };
    Interface { name: device.name.clone(), device: Some(device), addresses: Vec::new(), frames }
}

fn without_device(name: String, address: (IpAddr, u8)) -> Interface {
    Interface { name, device: None, addresses: vec![address], frames: Frames::Untried }
}

/// Opens a link and closes it; what arrives meanwhile is not let in.
fn tried(device: &Device) -> Frames {
    let filter = Filter { ports: 0..=0, icmp: false, arp: false };
    let options = LinkOptions { filter, sender: SenderChoice::Best, ring_bytes: SMALLEST_RING };
    match link::open(device, &options) {
        Ok(link) => {
            let found = link.capabilities();
            Frames::By(found.sender.to_string(), found.instead.clone())
        }
        Err(error) => Frames::Refused(error.to_string()),
    }
}

/// Nothing is received.
const SMALLEST_RING: usize = 1 << 16;
