//! Linux: AF_PACKET and AF_XDP (packet(7); `Documentation/networking/af_xdp.rst` of the kernel).

use std::io;
use std::ops::{Range, RangeInclusive};
use std::os::fd::{AsFd, BorrowedFd};
use std::time::Duration;

mod af_packet;
mod af_xdp;
mod block;
mod clock;
mod interface;
mod open;
mod program;
mod ring;
mod socket;

pub(super) use open::open;
pub(super) use socket::wait;

use super::{FrameBatch, Link, LinkCapabilities};
use af_packet::AfPacket;
use af_xdp::AfXdp;
use interface::standing;
use ring::Ring;

/// A ring to receive and a socket of its own to send.
#[derive(Debug)]
struct Pair {
    index: u32,
    ring: Ring,
    transmitter: Transmitter,
    capabilities: LinkCapabilities,
    lengths: RangeInclusive<usize>,
}

#[derive(Debug)]
enum Transmitter {
    AfPacket(AfPacket),
    AfXdp(Box<AfXdp>),
}

impl Link for Pair {
    fn capabilities(&self) -> &LinkCapabilities {
        &self.capabilities
    }

    fn send(&mut self, frames: &FrameBatch, range: Range<usize>) -> io::Result<usize> {
        let fits = |number: &usize| self.lengths.contains(&frames.frame(*number).len());
        let fitting = range.start..range.start + range.clone().take_while(fits).count();
        if fitting.is_empty() && !range.is_empty() {
            return Err(io::Error::new(
                io::ErrorKind::InvalidInput,
                "no device sends a frame of that length",
            ));
        }
        let taken = match &mut self.transmitter {
            Transmitter::AfPacket(sending) => sending.send(frames, fitting)?,
            Transmitter::AfXdp(sending) => sending.send(frames, fitting)?,
        };
        if taken == 0 && !range.is_empty() {
            // Without a carrier the kernel says no more than that there is no room.
            standing(self.ring.socket(), self.index)?;
        }
        Ok(taken)
    }

    fn receive(&mut self, take: &mut dyn FnMut(&[u8], Duration)) -> io::Result<()> {
        self.ring.receive(take)
    }

    fn drops(&mut self) -> io::Result<u64> {
        self.ring.drops()
    }

    fn descriptor(&self) -> BorrowedFd<'_> {
        self.ring.socket().as_fd()
    }
}
