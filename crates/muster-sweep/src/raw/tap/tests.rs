//! Traces and captures, read back.

use std::io::{self, Write};
use std::net::Ipv4Addr;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use etherparse::PacketBuilder;
use muster_engine::Framing;
use muster_platform::{Device, DeviceKind};

use super::{Capture, Direction, Passage, Tap, Trace};

fn device(index: u32, name: &str) -> Device {
    Device {
        index,
        name: name.to_owned(),
        kind: DeviceKind::Ethernet,
        hardware: None,
        mtu: 1_500,
        is_up: true,
        driver: None,
    }
}

/// A SYN without a link's header.
fn packet() -> Vec<u8> {
    let [from, to] = [1, 2].map(|last| Ipv4Addr::new(10, 0, 0, last).octets());
    let mut packet = Vec::new();
    PacketBuilder::ipv4(from, to, 64).tcp(61_440, 80, 7, 1_024).syn().write(&mut packet, &[]).unwrap();
    packet
}

fn at() -> SystemTime {
    UNIX_EPOCH + Duration::new(1_800_000_000, 123_456_789)
}

fn passage<'a>(direction: Direction, device: &'a Device, framing: Framing, frame: &'a [u8]) -> Passage<'a> {
    Passage { direction, device, framing, frame, after: Duration::from_micros(12_345), at: at() }
}

/// A disk with room for so many bytes.
struct Disk(usize);

impl Write for Disk {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if bytes.len() > self.0 {
            return Err(io::ErrorKind::StorageFull.into());
        }
        self.0 -= bytes.len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_trace_has_a_line_for_each_frame() {
    let (tun, packet) = (device(3, "tun0"), packet());
    let mut lines = Vec::new();
    let mut trace = Trace::new(&mut lines);
    trace.frame(&passage(Direction::Sent, &tun, Framing::RawIp, &packet));
    trace.frame(&passage(Direction::Received, &tun, Framing::RawIp, &packet[..9]));
    trace.finish().unwrap();
    drop(trace);
    let text = String::from_utf8(lines).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), 2, "{text}");
    assert!(lines[0].starts_with("SENT (0.0123s) tun0 "), "{text}");
    assert!(lines[0].contains("10.0.0.1") && lines[0].contains("61440"), "{text}");
    assert!(lines[1].starts_with("RCVD (0.0123s) tun0 "), "{text}");
}

/// A block of pcapng: its type and its body.
type Block = (u32, Vec<u8>);

/// Reads blocks by the format's rules: type, length, body, the length again, all on four bytes.
fn blocks(mut bytes: &[u8]) -> Vec<Block> {
    let mut blocks = Vec::new();
    while !bytes.is_empty() {
        let (kind, length) = (word(bytes, 0), word(bytes, 4) as usize);
        assert!(length % 4 == 0 && length >= 12 && length <= bytes.len());
        assert_eq!(word(bytes, length - 4) as usize, length);
        blocks.push((kind, bytes[8..length - 4].to_vec()));
        bytes = &bytes[length..];
    }
    blocks
}

fn word(bytes: &[u8], at: usize) -> u32 {
    u32::from_ne_bytes(bytes[at..at + 4].try_into().unwrap())
}

#[test]
fn a_capture_is_pcapng_with_a_description_of_each_interface() {
    let (eth, tun, packet) = (device(2, "eth0"), device(3, "tun0"), packet());
    let ethernet = [&[0xff; 6][..], &[2, 0, 0, 0, 0, 1], &[8, 0], &packet].concat();
    let mut bytes = Vec::new();
    let mut capture = Capture::new(&mut bytes).unwrap();
    capture.frame(&passage(Direction::Sent, &eth, Framing::Ethernet, &ethernet));
    capture.frame(&passage(Direction::Received, &tun, Framing::RawIp, &packet[..41 - 4]));
    capture.frame(&passage(Direction::Received, &eth, Framing::Ethernet, &ethernet));
    capture.finish().unwrap();
    drop(capture);
    let blocks = blocks(&bytes);
    let kinds: Vec<u32> = blocks.iter().map(|(kind, _)| *kind).collect();
    assert_eq!(kinds, [0x0a0d_0d0a, 1, 6, 1, 6, 6]);
    assert_eq!(word(&blocks[0].1, 0), 0x1a2b_3c4d);
    let link_type = |body: &[u8]| u16::from_ne_bytes(body[..2].try_into().unwrap());
    assert_eq!((link_type(&blocks[1].1), link_type(&blocks[3].1)), (1, 101));
    assert!(blocks[3].1.windows(4).any(|bytes| bytes == b"tun0"));
    let packets: Vec<(u32, u64, &[u8])> = [2, 4, 5]
        .into_iter()
        .map(|at| {
            let body = &blocks[at].1;
            let time = u64::from(word(body, 4)) << 32 | u64::from(word(body, 8));
            assert_eq!(word(body, 12), word(body, 16));
            (word(body, 0), time, &body[20..20 + word(body, 12) as usize])
        })
        .collect();
    let nanoseconds = 1_800_000_000_123_456_789;
    let expected =
        [(0, nanoseconds, &ethernet[..]), (1, nanoseconds, &packet[..37]), (0, nanoseconds, &ethernet[..])];
    assert_eq!(packets, expected);
}

#[test]
fn a_full_disk_stops_a_tap_and_is_told_at_the_end() {
    let (eth, packet) = (device(2, "eth0"), packet());
    assert!(Capture::new(Disk(10)).is_err());
    let mut capture = Capture::new(Disk(100)).unwrap();
    let mut trace = Trace::new(Disk(3));
    for tap in [&mut capture as &mut dyn Tap, &mut trace] {
        for _ in 0..100 {
            tap.frame(&passage(Direction::Sent, &eth, Framing::RawIp, &packet));
        }
        assert_eq!(tap.finish().unwrap_err().kind(), io::ErrorKind::StorageFull);
    }
}
