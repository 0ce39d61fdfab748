//! Opening a link: the ring first, then the best way to send that works.

use std::io;

use super::af_packet::AfPacket;
use super::af_xdp::AfXdp;
use super::interface::{described, standing};
use super::ring::Ring;
use super::{Pair, Transmitter};
use crate::devices::{Device, DeviceKind};
use crate::link::{Framing, Link, LinkCapabilities, LinkError, LinkOptions, Sender, SenderChoice};

pub(in crate::link) fn open(device: &Device, options: &LinkOptions) -> Result<Box<dyn Link>, LinkError> {
    let framing = framing(device)?;
    let failed = |operation| {
        let device = device.name.clone();
        move |error| LinkError::System { device, operation, source: described(error) }
    };
    let ring = Ring::open(device.index, &options.filter, framing, options.ring_bytes)
        .map_err(failed("cannot receive by AF_PACKET"))?;
    standing(ring.socket(), device.index).map_err(failed("cannot send"))?;
    let (transmitter, instead) = match options.sender {
        SenderChoice::Best => best(device, framing).map_err(failed("cannot send by AF_PACKET"))?,
        SenderChoice::AfXdp => by_af_xdp(device, framing).map_err(failed("cannot send by AF_XDP"))?,
        SenderChoice::AfPacket => by_af_packet(device).map_err(failed("cannot send by AF_PACKET"))?,
    };
    let capabilities = LinkCapabilities { sender: transmitter.sender(), instead, framing, mtu: device.mtu };
    let header = framing.header();
    let lengths = header.max(1)..=header + device.mtu as usize;
    Ok(Box::new(Pair { index: device.index, ring, transmitter, capabilities, lengths }))
}

/// A way to send, and why it is not a better one.
type Way = (Transmitter, Option<String>);

fn best(device: &Device, framing: Framing) -> io::Result<Way> {
    let refused = match by_af_xdp(device, framing) {
        Ok(way) => return Ok(way),
        Err(error) => format!("AF_XDP: {}", explained(&error)),
    };
    let (transmitter, instead) = by_af_packet(device)?;
    let instead = instead.map_or(refused.clone(), |instead| format!("{refused}; {instead}"));
    Ok((transmitter, Some(instead)))
}

/// The kernel is told a frame's protocol by AF_PACKET, and not by AF_XDP: tunnels drop what they do not know.
fn by_af_xdp(device: &Device, framing: Framing) -> io::Result<Way> {
    if framing != Framing::Ethernet {
        return Err(io::Error::new(io::ErrorKind::Unsupported, "it sends Ethernet frames alone"));
    }
    let mut instead = None;
    if device.driver.as_deref().is_some_and(|driver| ZERO_COPY_DRIVERS.contains(&driver)) {
        match AfXdp::open(device.index, Sender::AfXdpZeroCopy) {
            Ok(sending) => return Ok((Transmitter::AfXdp(Box::new(sending)), None)),
            Err(error) => instead = Some(format!("AF_XDP (zero copy): {}", explained(&error))),
        }
    }
    let sending = AfXdp::open(device.index, Sender::AfXdpCopy)?;
    Ok((Transmitter::AfXdp(Box::new(sending)), instead))
}

fn by_af_packet(device: &Device) -> io::Result<Way> {
    let sending = AfPacket::open(device.index)?;
    let instead =
        (sending.sender == Sender::AfPacket).then(|| "no PACKET_QDISC_BYPASS before Linux 3.14".to_owned());
    Ok((Transmitter::AfPacket(sending), instead))
}

fn framing(device: &Device) -> Result<Framing, LinkError> {
    let unsupported = |reason| Err(LinkError::Unsupported { device: device.name.clone(), reason });
    match device.kind {
        DeviceKind::Ethernet => Ok(Framing::Ethernet),
        DeviceKind::RawIp => Ok(Framing::RawIp),
        DeviceKind::Loopback => unsupported("frames to this machine's own addresses are dropped by Linux"),
        DeviceKind::Other => unsupported("its frames are neither Ethernet nor bare IP packets"),
    }
}

/// What stands behind the error numbers that these sockets are known for.
fn explained(error: &io::Error) -> String {
    match error.raw_os_error() {
        Some(libc::EAFNOSUPPORT) => "this kernel was built without it".to_owned(),
        Some(libc::EBUSY) => "queue 0 is in use by another program".to_owned(),
        Some(libc::EOPNOTSUPP) => "the driver does not have it".to_owned(),
        Some(libc::ENOBUFS) => "too little memory may be locked (ulimit -l)".to_owned(),
        Some(libc::EPERM) => "no privilege".to_owned(),
        _ => error.to_string(),
    }
}

impl Transmitter {
    fn sender(&self) -> Sender {
        match self {
            Self::AfPacket(sending) => sending.sender,
            Self::AfXdp(sending) => sending.sender,
        }
    }
}

/// Drivers of Linux 6.x that can read a sender's memory; others are not asked, since asking restarts a queue.
const ZERO_COPY_DRIVERS: &[&str] =
    &["i40e", "ice", "igb", "igc", "ixgbe", "mlx5_core", "stmmac", "virtio_net"];
