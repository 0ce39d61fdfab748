//! Frames to send: just so much of them as the filter looks at, and a number to tell them apart.

use muster_platform::link::FrameBatch;

/// UDP over IPv4 and Ethernet to a port, `length` bytes in all, with a number behind its headers.
pub(crate) fn udp(port: u16, number: u32, length: usize) -> Vec<u8> {
    let mut frame = ethernet(0x0800, &ipv4(17, 0, &to_port(port)));
    frame.extend(number.to_be_bytes());
    assert!(length >= frame.len());
    frame.resize(length, number as u8);
    frame
}

/// So many of them, numbered from `first`, of every length from the shortest to 200 bytes.
pub(crate) fn numbered(first: u32, count: usize) -> Vec<Vec<u8>> {
    let frame = |number| udp(1000 + (number % 4) as u16, number, 46 + (number % 155) as usize);
    (first..first + count as u32).map(frame).collect()
}

/// From `far`'s peer to nobody, so that no stack answers.
pub(crate) fn ethernet(kind: u16, packet: &[u8]) -> Vec<u8> {
    let addresses = [0x02, 0, 0, 0, 0, 0x99, 0x02, 0, 0, 0, 0, 0x01];
    [&addresses[..], &kind.to_be_bytes(), packet].concat()
}

pub(crate) fn ipv4(protocol: u8, fragment: u16, transport: &[u8]) -> Vec<u8> {
    let mut header = [0x45, 0, 0, 0, 0, 0, 0, 0, 64, protocol, 0, 0, 10, 9, 0, 1, 10, 9, 0, 2];
    header[6..8].copy_from_slice(&fragment.to_be_bytes());
    [&header[..], transport].concat()
}

pub(crate) fn ipv6(next: u8, transport: &[u8]) -> Vec<u8> {
    let mut header = [0; 40];
    header[0] = 0x60;
    header[6] = next;
    header[7] = 64;
    [&header[..], transport].concat()
}

/// The first eight bytes of UDP, and of TCP as far as anybody looks.
pub(crate) fn to_port(port: u16) -> Vec<u8> {
    [&40_000_u16.to_be_bytes()[..], &port.to_be_bytes(), &[0; 4]].concat()
}

pub(crate) fn batch(frames: &[Vec<u8>]) -> FrameBatch {
    let mut batch = FrameBatch::new(frames.len(), 2048);
    for (slot, frame) in frames.iter().enumerate() {
        batch.slot_mut(slot)[..frame.len()].copy_from_slice(frame);
        batch.set_length(slot, frame.len());
    }
    batch
}
