//! From `RTM_GETLINK` of rtnetlink(7).

use std::io;
use std::os::fd::AsFd as _;

use socket2::{Domain, Socket, Type};

use super::{Device, DeviceKind};
use crate::ethtool;
use crate::netlink::{Message, Netlink, Request, attribute, number};

pub(super) fn devices() -> io::Result<Vec<Device>> {
    let mut devices = Netlink::open()?.list(&Request::new(GETLINK, &[0; FIXED]), read)?;
    devices.sort_by_key(|device| device.index);
    // A driver's name is for people alone: without a socket to ask for it there is none.
    let socket = Socket::new(Domain::IPV4, Type::DGRAM, None).ok();
    for device in &mut devices {
        // The kind that made a virtual device is its driver's name; a card's is asked for.
        let asked = || ethtool::driver(socket.as_ref()?.as_fd(), &device.name);
        device.driver = device.driver.take().or_else(asked);
    }
    Ok(devices)
}

/// `struct ifinfomsg`: family, padding, hardware type (2), index (4), flags (4), mask (4).
fn read(message: &Message<'_>) -> Option<Device> {
    let (fixed, attributes) = message.parts::<FIXED>(NEWLINK)?;
    let hardware_type = u16::from_ne_bytes([fixed[2], fixed[3]]);
    let flags = number(&fixed[8..12])?;
    let kind = kind(hardware_type);
    Some(Device {
        index: number(&fixed[4..8])?,
        name: text(attribute(attributes, IFNAME)?),
        kind,
        hardware: attribute(attributes, ADDRESS).and_then(|value| hardware(kind, value)),
        mtu: attribute(attributes, MTU).and_then(number)?,
        is_up: flags & UP_WITH_CARRIER == UP_WITH_CARRIER,
        driver: attribute(attributes, LINKINFO).and_then(|nested| attribute(nested, INFO_KIND)).map(text),
    })
}

fn kind(hardware_type: u16) -> DeviceKind {
    match hardware_type {
        libc::ARPHRD_ETHER => DeviceKind::Ethernet,
        libc::ARPHRD_LOOPBACK => DeviceKind::Loopback,
        libc::ARPHRD_NONE | libc::ARPHRD_PPP | RAW_IP => DeviceKind::RawIp,
        libc::ARPHRD_TUNNEL | libc::ARPHRD_TUNNEL6 | libc::ARPHRD_SIT => DeviceKind::RawIp,
        _ => DeviceKind::Other,
    }
}

fn hardware(kind: DeviceKind, value: &[u8]) -> Option<[u8; 6]> {
    (kind == DeviceKind::Ethernet).then(|| value.try_into().ok()).flatten()
}

/// A name of the kernel's, which ends with a zero.
fn text(value: &[u8]) -> String {
    let end = value.iter().position(|byte| *byte == 0).unwrap_or(value.len());
    String::from_utf8_lossy(&value[..end]).into_owned()
}

/// `ARPHRD_RAWIP` of linux/if_arp.h: mobile broadband.
const RAW_IP: u16 = 519;
const NEWLINK: u16 = 16;
const GETLINK: u16 = 18;
const FIXED: usize = 16;
/// `IFF_UP` and `IFF_LOWER_UP`; `IFF_RUNNING` follows a pulled cable a second late.
const UP_WITH_CARRIER: u32 = 0x1 | 0x1_0000;
/// `IFLA_…` of linux/if_link.h.
const ADDRESS: u16 = 1;
const IFNAME: u16 = 3;
const MTU: u16 = 4;
const LINKINFO: u16 = 18;
const INFO_KIND: u16 = 1;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::netlink::read_back;

    fn told(hardware_type: u16, flags: u32, hardware: &[u8]) -> Option<Device> {
        let mut fixed = [0; FIXED];
        fixed[2..4].copy_from_slice(&hardware_type.to_ne_bytes());
        fixed[4..8].copy_from_slice(&7_u32.to_ne_bytes());
        fixed[8..12].copy_from_slice(&flags.to_ne_bytes());
        let kind = [&8_u16.to_ne_bytes()[..], &INFO_KIND.to_ne_bytes(), b"tun\0"].concat();
        let answer = Request::new(NEWLINK, &fixed)
            .attribute(IFNAME, b"dev7\0")
            .attribute(MTU, &1400_u32.to_ne_bytes())
            .attribute(ADDRESS, hardware)
            .attribute(LINKINFO, &kind);
        read_back(answer, read)
    }

    #[test]
    fn the_hardware_type_says_what_frames_look_like() {
        for (hardware_type, expected) in [
            (1, DeviceKind::Ethernet),
            (772, DeviceKind::Loopback),
            (0xfffe, DeviceKind::RawIp),
            (512, DeviceKind::RawIp),
            (519, DeviceKind::RawIp),
            (768, DeviceKind::RawIp),
            (769, DeviceKind::RawIp),
            (776, DeviceKind::RawIp),
            (778, DeviceKind::Other),
            (32, DeviceKind::Other),
            (801, DeviceKind::Other),
            (803, DeviceKind::Other),
        ] {
            let device = told(hardware_type, UP_WITH_CARRIER, &[2, 0, 0, 0, 0, 1]).unwrap();
            assert_eq!(device.kind, expected, "{hardware_type}");
            assert_eq!(device.hardware.is_some(), expected == DeviceKind::Ethernet);
        }
    }

    #[test]
    fn the_rest_is_as_the_kernel_says() {
        let device = told(1, UP_WITH_CARRIER | 2, &[2, 0, 0, 0, 0, 1]).unwrap();
        let expected = Device {
            index: 7,
            name: "dev7".to_owned(),
            kind: DeviceKind::Ethernet,
            hardware: Some([2, 0, 0, 0, 0, 1]),
            mtu: 1400,
            is_up: true,
            driver: Some("tun".to_owned()),
        };
        assert_eq!(device, expected);
        for flags in [0, 1, 0x1_0000] {
            assert!(!told(1, flags, &[]).unwrap().is_up, "{flags:#x}");
        }
        assert_eq!(told(1, 0, &[0; 20]).unwrap().hardware, None);
        assert_eq!(read_back(Request::new(NEWLINK, &[0; FIXED]), read), None, "without a name");
    }
}
