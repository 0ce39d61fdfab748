//! Making an AF_XDP socket: memory, rings, and the device's queue 0.

use std::io;
use std::time::{Duration, Instant};

use super::{AfXdp, CHUNK, CHUNKS, DescriptorRing, LEAST_STEP, MOST_STEP};
use crate::link::Sender;
use crate::link::system::socket::{Mapping, Socket, wait};

impl AfXdp {
    /// Opens a device for sending in one of the two modes.
    ///
    /// Zero copy is believed only after the driver has answered a call: several drivers let a socket be bound and then
    /// refuse to send for it unless a program for receiving has been loaded.
    pub(in crate::link::system) fn open(index: u32, sender: Sender) -> io::Result<Self> {
        let socket = Socket::open(libc::AF_XDP)?;
        let memory = register_memory(&socket)?;
        for ring in [libc::XDP_UMEM_FILL_RING, libc::XDP_UMEM_COMPLETION_RING, libc::XDP_TX_RING] {
            socket.set(libc::SOL_XDP, ring, &(CHUNKS as libc::c_int))?;
        }
        let offsets = socket.option(libc::SOL_XDP, libc::XDP_MMAP_OFFSETS, NO_OFFSETS)?;
        let map = |at: u64, layout, entry| {
            let at = libc::off_t::try_from(at).map_err(|_| io::ErrorKind::Unsupported)?;
            DescriptorRing::map(&socket, at, layout, (CHUNKS, entry))
        };
        let transmit = map(libc::XDP_PGOFF_TX_RING as u64, &offsets.tx, size_of::<libc::xdp_desc>())?;
        let completion = map(libc::XDP_UMEM_PGOFF_COMPLETION_RING, &offsets.cr, size_of::<u64>())?;
        let mut fill = map(libc::XDP_UMEM_PGOFF_FILL_RING, &offsets.fr, size_of::<u64>())?;
        let _ = socket.set(libc::SOL_XDP, XDP_MAX_TX_SKB_BUDGET, &(MOST_STEP as libc::c_int));
        socket.ask_for_room(ROOM);
        let mut free: Vec<u64> = (0..CHUNKS as u64).rev().map(|number| number * CHUNK as u64).collect();
        if sender == Sender::AfXdpZeroCopy {
            lend(&mut fill, &free.split_off(CHUNKS / 2));
        }
        bind(&socket, index, sender)?;
        let (step, taken_back, skipped_before) = (LEAST_STEP, Vec::new(), 0);
        let sending = Self {
            socket,
            memory,
            transmit,
            completion,
            _fill: fill,
            free,
            step,
            taken_back,
            skipped_before,
            sender,
        };
        if sender == Sender::AfXdpZeroCopy {
            sending.call()?;
        }
        Ok(sending)
    }
}

/// With zero copy the device's queue 0 receives into our memory too, or nothing at all: then also what is meant for the
/// rest of this machine. The driver copies it on from there and uses the memory again.
fn lend(fill: &mut DescriptorRing, addresses: &[u64]) {
    for (place, address) in addresses.iter().enumerate() {
        fill.write_address(place, *address);
    }
    fill.publish(addresses.len());
}

fn register_memory(socket: &Socket) -> io::Result<Mapping> {
    let memory = Mapping::anonymous(CHUNKS * CHUNK)?;
    let register = libc::xdp_umem_reg {
        addr: memory.start().as_ptr() as u64,
        len: memory.length() as u64,
        chunk_size: CHUNK as u32,
        headroom: 0,
        flags: 0,
        tx_metadata_len: 0,
    };
    socket.set(libc::SOL_XDP, libc::XDP_UMEM_REG, &register)?;
    Ok(memory)
}

/// The kernel lets go of a queue some time after the last socket on it was closed, from a work queue: until then it is
/// busy. It stays so where another program sends there.
fn bind(socket: &Socket, index: u32, sender: Sender) -> io::Result<()> {
    let mode = if sender == Sender::AfXdpZeroCopy { libc::XDP_ZEROCOPY } else { libc::XDP_COPY };
    let address = libc::sockaddr_xdp {
        sxdp_family: libc::AF_XDP as u16,
        sxdp_flags: mode | libc::XDP_USE_NEED_WAKEUP,
        sxdp_ifindex: index,
        sxdp_queue_id: 0,
        sxdp_shared_umem_fd: 0,
    };
    let start = Instant::now();
    loop {
        match socket.bind(&address) {
            Err(error) if error.raw_os_error() == Some(libc::EBUSY) && start.elapsed() < LONGEST_BUSY => {
                wait(&[], BETWEEN_TRIES)?;
            }
            outcome => return outcome,
        }
    }
}

const NO_OFFSET: libc::xdp_ring_offset =
    libc::xdp_ring_offset { producer: 0, consumer: 0, desc: 0, flags: 0 };
const NO_OFFSETS: libc::xdp_mmap_offsets =
    libc::xdp_mmap_offsets { rx: NO_OFFSET, tx: NO_OFFSET, fr: NO_OFFSET, cr: NO_OFFSET };

/// How many frames the kernel takes in one call, 32 if not told (Linux 6.17, `linux/if_xdp.h`).
const XDP_MAX_TX_SKB_BUDGET: libc::c_int = 9;
/// Bytes on their way, as the kernel counts them: enough for every chunk.
const ROOM: libc::c_int = 2 * 1024 * 1024;
const LONGEST_BUSY: Duration = Duration::from_millis(150);
const BETWEEN_TRIES: Duration = Duration::from_millis(2);
