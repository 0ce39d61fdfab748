//! Sending by AF_XDP, without a program in the kernel: frames lie in memory that the kernel knows (the umem), a ring of
//! descriptors tells it which to send, and another tells us which it is done with.
//!
//! In copy mode the kernel looks at the descriptors only within our own calls. That makes it possible to take back what
//! it did not take, and so to count exactly: after each send the ring is empty. A driver with zero copy reads when it
//! likes; what it was told it will send, so we wait until it has read it.

use std::io;
use std::ops::Range;
use std::time::{Duration, Instant};

mod ring;
mod setup;

use ring::DescriptorRing;

use super::interface::described;
use super::socket::{Mapping, Socket, check, wait};
use crate::link::{FrameBatch, Sender};

/// A socket that only sends, on queue 0 of its device.
#[derive(Debug)]
pub(super) struct AfXdp {
    socket: Socket,
    memory: Mapping,
    transmit: DescriptorRing,
    completion: DescriptorRing,
    /// For receiving, which nobody does here; the kernel wants one of every socket, and zero copy needs it filled.
    _fill: DescriptorRing,
    /// Where in `memory` there is room for a frame. The last used is the next used: it is still in the cache.
    free: Vec<u64>,
    /// How many frames the kernel is shown at once.
    step: usize,
    /// What was taken back from the ring and the kernel has not skipped yet: nothing between two sends, but after errors.
    taken_back: Vec<u64>,
    /// How many descriptors the kernel had skipped when it was last asked.
    skipped_before: u64,
    pub(super) sender: Sender,
}

impl AfXdp {
    /// How many frames the kernel took, by what it consumed from the ring.
    pub(super) fn send(&mut self, frames: &FrameBatch, range: Range<usize>) -> io::Result<usize> {
        self.reclaim();
        let mut sent = 0;
        while sent < range.len() {
            let first = range.start + sent;
            let count = (range.len() - sent).min(self.free.len()).min(self.step);
            let taken = match self.send_step(frames, first..first + count) {
                Ok(taken) => taken,
                // It is found again by the next call; what went before it has gone.
                Err(_) if sent > 0 => break,
                Err(error) => return Err(described(error)),
            };
            sent += taken;
            self.step = if taken < count { LEAST_STEP } else { (2 * self.step).min(MOST_STEP) };
            if taken < count || count == 0 {
                break;
            }
        }
        Ok(sent)
    }

    fn send_step(&mut self, frames: &FrameBatch, range: Range<usize>) -> io::Result<usize> {
        if !self.taken_back.is_empty() {
            self.settle()?;
        }
        let count = range.len();
        for (place, number) in range.enumerate() {
            let address = self.place(frames.frame(number));
            self.transmit.write(place, address, frames.frame(number).len());
        }
        self.transmit.publish(count);
        match self.sender {
            Sender::AfXdpZeroCopy => self.see_read().map(|()| count),
            _ => self.show(count),
        }
    }

    /// Copies a frame to where the kernel can read it.
    fn place(&mut self, frame: &[u8]) -> u64 {
        let address = self.free.pop().expect("as many as are free are placed");
        assert!(frame.len() <= CHUNK && address as usize + CHUNK <= self.memory.length());
        // SAFETY: the target is a chunk within the mapping, by the line above; it is free, so the kernel neither reads
        // nor writes it; a batch's memory is apart from it.
        unsafe {
            let chunk = self.memory.start().add(address as usize);
            chunk.copy_from_nonoverlapping(std::ptr::NonNull::from(frame).cast(), frame.len());
        }
        address
    }

    /// Takes the chunks that the kernel is done with; one that is not ours is not believed.
    fn reclaim(&mut self) {
        let free = &mut self.free;
        self.completion.consume(|address| {
            let is_ours = address % CHUNK as u64 == 0 && address < (CHUNKS * CHUNK) as u64;
            if is_ours && free.len() < CHUNKS {
                free.push(address);
            }
        });
    }

    /// Copy mode: calls until the kernel has taken all or takes no more, takes back the rest, and says how many it took.
    fn show(&mut self, count: usize) -> io::Result<usize> {
        let outcome = self.show_all(count);
        if self.transmit.unread() > 0 {
            self.transmit.void_unread(&mut self.taken_back);
        }
        // After an error the kernel does not look at its ring. When it does again, it finds nothing of use there.
        let taken = count - usize::from(outcome?);
        let refused = if self.taken_back.is_empty() { 0 } else { self.settle()? };
        Ok(taken.saturating_sub(refused))
    }

    /// Whether the driver dropped the last frame that the kernel took: `EBUSY`, as the kernel words it.
    fn show_all(&self, count: usize) -> io::Result<bool> {
        let (mut left, mut fruitless) = (self.transmit.unread(), 0);
        while left > 0 && fruitless <= count.div_ceil(LEAST_STEP) {
            match self.call().map_err(|error| error.raw_os_error().unwrap_or_default()) {
                Ok(()) | Err(libc::EAGAIN | libc::EINTR) => {}
                Err(libc::EBUSY) => return Ok(true),
                Err(libc::ENOBUFS | libc::ENOMEM) => return Ok(false),
                Err(number) => return Err(io::Error::from_raw_os_error(number)),
            }
            let before = std::mem::replace(&mut left, self.transmit.unread());
            fruitless = if left < before { 0 } else { fruitless + 1 };
        }
        Ok(false)
    }

    /// Has the kernel skip what was taken back, one a call since Linux 6.6, and says how much it really skipped: before
    /// Linux 6.17 it may have sent some more, from the front, than it showed to have read.
    fn settle(&mut self) -> io::Result<usize> {
        for _ in 0..2 * MOST_STEP {
            if self.transmit.unread() == 0 {
                break;
            }
            match self.call().map_err(|error| error.raw_os_error().unwrap_or_default()) {
                Ok(()) | Err(libc::EAGAIN | libc::EINTR) => {}
                Err(number) => return Err(io::Error::from_raw_os_error(number)),
            }
        }
        if self.transmit.unread() > 0 {
            return Err(io::Error::other("AF_XDP: the kernel does not read its ring"));
        }
        let skipped = self.skipped()?;
        let really = usize::try_from(skipped.wrapping_sub(self.skipped_before)).unwrap_or(usize::MAX);
        self.skipped_before = skipped;
        let sent = self.taken_back.len().saturating_sub(really);
        self.free.extend(self.taken_back.drain(..).skip(sent));
        Ok(really)
    }

    /// Descriptors that the kernel found to be of no use, since the socket was made.
    fn skipped(&self) -> io::Result<u64> {
        let none = libc::xdp_statistics {
            rx_dropped: 0,
            rx_invalid_descs: 0,
            tx_invalid_descs: 0,
            rx_ring_full: 0,
            rx_fill_ring_empty_descs: 0,
            tx_ring_empty_descs: 0,
        };
        self.socket.option(libc::SOL_XDP, libc::XDP_STATISTICS, none).map(|counted| counted.tx_invalid_descs)
    }

    /// Zero copy: waits until the driver has read all, which takes as long as they take on the wire.
    fn see_read(&mut self) -> io::Result<()> {
        let (mut left, mut since) = (self.transmit.unread(), Instant::now());
        while left > 0 {
            if self.transmit.needs_a_call() {
                match self.call().map_err(|error| error.raw_os_error().unwrap_or_default()) {
                    Ok(()) | Err(libc::EAGAIN | libc::EBUSY | libc::ENOBUFS | libc::EINTR) => {}
                    Err(number) => return Err(io::Error::from_raw_os_error(number)),
                }
            }
            let before = std::mem::replace(&mut left, self.transmit.unread());
            if left < before {
                since = Instant::now();
            } else if since.elapsed() > LONGEST_STANDSTILL {
                return Err(io::Error::new(
                    io::ErrorKind::TimedOut,
                    "AF_XDP: the driver sends nothing any more",
                ));
            } else {
                wait(&[], BETWEEN_LOOKS)?;
            }
        }
        Ok(())
    }

    /// Has the kernel look at the ring.
    fn call(&self) -> io::Result<()> {
        let nothing = std::ptr::null();
        // SAFETY: the descriptor is open; no bytes and no address are given.
        let outcome =
            unsafe { libc::sendto(self.socket.number(), nothing, 0, libc::MSG_DONTWAIT, nothing.cast(), 0) };
        check(outcome as libc::c_int).map(|_| ())
    }
}

/// Room for one frame: the least the kernel allows, and as much as a batch's longest slot.
const CHUNK: usize = 2048;
/// Two megabytes. A power of two, since each ring has as many entries: no ring can be too full for what there is.
const CHUNKS: usize = 1024;
/// How many frames the kernel is shown at once while it takes them all: a call is cheap beside so many.
const MOST_STEP: usize = 256;
/// How many it is shown after it has refused some, each of which costs a call to take back. Also what it takes in one
/// call unless told otherwise: before Linux 6.17 it may not show that it took those until it is called again.
const LEAST_STEP: usize = 32;
const LONGEST_STANDSTILL: Duration = Duration::from_secs(1);
const BETWEEN_LOOKS: Duration = Duration::from_micros(20);
