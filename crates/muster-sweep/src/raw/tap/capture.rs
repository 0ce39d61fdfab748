//! Every frame into a file that Wireshark and tcpdump read: pcapng (draft-ietf-opsawg-pcapng).

use std::fmt;
use std::io::{self, Write};
use std::time::{Duration, UNIX_EPOCH};

use muster_engine::Framing;
use muster_platform::Device;

use super::{Direction, Output, Passage, Tap};

/// Writes pcapng: one section, a description for each interface when its first frame passes, nanosecond time stamps.
pub struct Capture<W> {
    output: Output<W>,
    /// The index of each described interface; its place is its number in the file.
    devices: Vec<u32>,
    block: Vec<u8>,
}

impl<W: Write> Capture<W> {
    /// A capture into `writer`, which is best buffered.
    ///
    /// # Errors
    /// If not even the head can be written.
    pub fn new(mut writer: W) -> io::Result<Self> {
        let mut block = Vec::new();
        section(&mut block);
        writer.write_all(&block)?;
        Ok(Self { output: Output::new(writer), devices: Vec::new(), block })
    }

    /// The number of the interface, which is described first if it is new.
    fn number(&mut self, device: &Device, framing: Framing) -> u32 {
        let known = self.devices.iter().position(|index| *index == device.index);
        let number = known.unwrap_or_else(|| {
            interface(&mut self.block, &device.name, framing);
            self.output.write(|writer| writer.write_all(&self.block));
            self.devices.push(device.index);
            self.devices.len() - 1
        });
        number as u32
    }
}

impl<W: Write> Tap for Capture<W> {
    fn frame(&mut self, passage: &Passage<'_>) {
        let number = self.number(passage.device, passage.framing);
        packet(&mut self.block, number, passage);
        self.output.write(|writer| writer.write_all(&self.block));
    }

    fn finish(&mut self) -> io::Result<()> {
        self.output.finish()
    }
}

impl<W> fmt::Debug for Capture<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Capture").field("devices", &self.devices).finish_non_exhaustive()
    }
}

/// Section Header Block: byte order, version 1.0, a length that is not told.
fn section(block: &mut Vec<u8>) {
    write_block(block, 0x0a0d_0d0a, |body| {
        body.extend(0x1a2b_3c4d_u32.to_ne_bytes());
        body.extend([1_u16, 0].map(u16::to_ne_bytes).concat());
        body.extend(u64::MAX.to_ne_bytes());
    });
}

/// Interface Description Block: link type, no limit of length; options `if_name` and `if_tsresol`.
fn interface(block: &mut Vec<u8>, name: &str, framing: Framing) {
    let link_type: u16 = match framing {
        Framing::Ethernet => 1,
        Framing::RawIp => 101,
    };
    write_block(block, 1, |body| {
        body.extend([link_type, 0].map(u16::to_ne_bytes).concat());
        body.extend(0_u32.to_ne_bytes());
        option(body, 2, name.as_bytes());
        option(body, 9, &[NANOSECONDS]);
        option(body, 0, &[]);
    });
}

/// Enhanced Packet Block; option `epb_flags` says which way the frame went.
fn packet(block: &mut Vec<u8>, number: u32, passage: &Passage<'_>) {
    let since = passage.at.duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO).as_nanos() as u64;
    let length = passage.frame.len() as u32;
    let flags: u32 = match passage.direction {
        Direction::Received => 1,
        Direction::Sent => 2,
    };
    write_block(block, 6, |body| {
        body.extend(
            [number, (since >> 32) as u32, since as u32, length, length].map(u32::to_ne_bytes).concat(),
        );
        body.extend(passage.frame);
        pad(body);
        option(body, 2, &flags.to_ne_bytes());
        option(body, 0, &[]);
    });
}

/// A block: type, length, body, length again.
fn write_block(block: &mut Vec<u8>, kind: u32, body: impl FnOnce(&mut Vec<u8>)) {
    block.clear();
    block.extend(kind.to_ne_bytes());
    block.extend([0; 4]);
    body(block);
    let length = (block.len() as u32 + 4).to_ne_bytes();
    block[4..8].copy_from_slice(&length);
    block.extend(length);
}

fn option(body: &mut Vec<u8>, code: u16, value: &[u8]) {
    body.extend([code, value.len() as u16].map(u16::to_ne_bytes).concat());
    body.extend(value);
    pad(body);
}

/// Everything begins at a multiple of four bytes.
fn pad(body: &mut Vec<u8>) {
    body.resize(body.len().next_multiple_of(4), 0);
}

/// `if_tsresol`: ten to the minus ninth of a second.
const NANOSECONDS: u8 = 9;
