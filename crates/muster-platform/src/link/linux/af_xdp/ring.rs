//! One ring that we share with the kernel: two counters, flags, and a power of two of entries.

use std::io;
use std::ptr::NonNull;
use std::sync::atomic::{AtomicU32, Ordering};

use crate::link::system::socket::{Mapping, Socket};

/// A ring of frame descriptors to the kernel, or of bare addresses from it. Counters run on and wrap; an entry's place
/// is its count modulo the ring's size.
#[derive(Debug)]
pub(super) struct DescriptorRing {
    memory: Mapping,
    places: Places,
    entries: u32,
}

/// Where in the memory what lies, checked once to lie within it.
#[derive(Clone, Copy, Debug)]
struct Places {
    producer: usize,
    consumer: usize,
    flags: usize,
    entries: usize,
}

impl DescriptorRing {
    /// Maps a ring of the socket whose size has been set to `entries` of `entry` bytes each, a power of two.
    pub(super) fn map(
        socket: &Socket,
        at: libc::off_t,
        layout: &libc::xdp_ring_offset,
        (entries, entry): (usize, usize),
    ) -> io::Result<Self> {
        let within = |offset: u64, align: usize| {
            usize::try_from(offset).ok().filter(|at| at % align == 0 && *at <= MOST_HEAD).ok_or_else(strange)
        };
        let places = Places {
            producer: within(layout.producer, 4)?,
            consumer: within(layout.consumer, 4)?,
            flags: within(layout.flags, 4)?,
            entries: within(layout.desc, 8)?,
        };
        let words = places.producer.max(places.consumer).max(places.flags) + size_of::<u32>();
        let memory = socket.map(words.max(places.entries + entries * entry), at)?;
        let entries = u32::try_from(entries).ok().filter(|entries| entries.is_power_of_two());
        Ok(Self { memory, places, entries: entries.ok_or_else(strange)? })
    }

    /// Writes the descriptor that comes so many after what has been published. There must be room for it.
    pub(super) fn write(&mut self, ahead: usize, address: u64, length: usize) {
        let descriptor = libc::xdp_desc { addr: address, len: length as u32, options: 0 };
        self.write_at(
            self.count(self.places.producer).load(Ordering::Relaxed).wrapping_add(ahead as u32),
            descriptor,
        );
    }

    /// Writes a bare address, of a ring of those.
    pub(super) fn write_address(&mut self, ahead: usize, address: u64) {
        let count = self.count(self.places.producer).load(Ordering::Relaxed).wrapping_add(ahead as u32);
        // SAFETY: a place within the mapping, aligned, by the checks in `map`; the kernel reads it when it is published.
        unsafe { self.place(count).write(address) }
    }

    /// Shows the kernel so many more entries.
    pub(super) fn publish(&mut self, count: usize) {
        let producer = self.count(self.places.producer);
        let now = producer.load(Ordering::Relaxed).wrapping_add(count as u32);
        producer.store(now, Ordering::Release);
    }

    /// How many descriptors the kernel has been shown and has not read.
    pub(super) fn unread(&self) -> usize {
        let consumer = self.count(self.places.consumer).load(Ordering::Acquire);
        let producer = self.count(self.places.producer).load(Ordering::Relaxed);
        producer.wrapping_sub(consumer).min(self.entries) as usize
    }

    /// Makes all unread descriptors into ones that the kernel skips, and keeps the addresses they had.
    pub(super) fn void_unread(&mut self, addresses: &mut Vec<u64>) {
        let producer = self.count(self.places.producer).load(Ordering::Relaxed);
        for back in (1..=self.unread() as u32).rev() {
            let void = libc::xdp_desc { addr: NOWHERE, len: 0, options: 0 };
            let before = self.write_at(producer.wrapping_sub(back), void).addr;
            addresses.extend(Some(before).filter(|address| *address != NOWHERE));
        }
    }

    /// Whether the kernel waits for a call before it looks at the ring.
    pub(super) fn needs_a_call(&self) -> bool {
        self.count(self.places.flags).load(Ordering::Acquire) & libc::XDP_RING_NEED_WAKEUP != 0
    }

    /// Takes every address that the kernel has put into the ring.
    pub(super) fn consume(&mut self, mut take: impl FnMut(u64)) {
        let consumer = self.count(self.places.consumer).load(Ordering::Relaxed);
        let producer = self.count(self.places.producer).load(Ordering::Acquire);
        for ahead in 0..producer.wrapping_sub(consumer).min(self.entries) {
            take(self.address_at(consumer.wrapping_add(ahead)));
        }
        self.count(self.places.consumer).store(producer, Ordering::Release);
    }

    fn count(&self, at: usize) -> &AtomicU32 {
        // SAFETY: an aligned word within the mapping, by the checks in `map`; both sides touch it as an atomic alone.
        unsafe { AtomicU32::from_ptr(self.memory.start().add(at).cast().as_ptr()) }
    }

    /// Puts a descriptor into its place and returns what was there.
    fn write_at(&mut self, count: u32, descriptor: libc::xdp_desc) -> libc::xdp_desc {
        // SAFETY: a place within the mapping, aligned, by the checks in `map`. The kernel reads it only when it has been
        // published or, in copy mode, within our calls; any bytes are a valid descriptor.
        unsafe { self.place(count).replace(descriptor) }
    }

    fn address_at(&self, count: u32) -> u64 {
        // SAFETY: a place within the mapping, aligned, by the checks in `map`. The kernel has published it and does not
        // write there before it is consumed.
        unsafe { self.place::<u64>(count).read() }
    }

    fn place<T>(&self, count: u32) -> NonNull<T> {
        let at = self.places.entries + (count & (self.entries - 1)) as usize * size_of::<T>();
        assert!(at + size_of::<T>() <= self.memory.length());
        // SAFETY: the offset lies within the mapping, by the line above.
        unsafe { self.memory.start().add(at).cast() }
    }
}

fn strange() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "AF_XDP: the kernel describes a ring that cannot be")
}

/// Outside of any memory.
const NOWHERE: u64 = u64::MAX;
/// More than a ring has before its entries.
const MOST_HEAD: usize = 64 * 1024;
