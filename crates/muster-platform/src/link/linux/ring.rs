//! Receiving: a ring of blocks shared with the kernel (TPACKET_V3 of packet(7)), behind a filter that is locked.
//!
//! The kernel fills a block and hands it over when it is full or a time-out after its first frame has passed. Only then
//! does it wake whoever waits: a frame alone is seen after one to two time-outs. What it hands over nobody writes to
//! until it is given back.

use std::io;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use super::block::{self, Frames};
use super::clock::Clock;
use super::interface::described;
use super::program;
use super::socket::{Mapping, Socket};
use crate::link::{Filter, Framing};

/// The receiving half of a link.
#[derive(Debug)]
pub(super) struct Ring {
    socket: Socket,
    memory: Mapping,
    block_bytes: usize,
    /// The block that the kernel hands over next.
    next: usize,
    clock: Clock,
}

impl Ring {
    /// A ring of about so many bytes for what arrives at a device and passes the filter.
    pub(super) fn open(index: u32, filter: &Filter, framing: Framing, bytes: usize) -> io::Result<Self> {
        let socket = Socket::open(libc::AF_PACKET)?;
        socket.set(
            libc::SOL_PACKET,
            libc::PACKET_VERSION,
            &(libc::tpacket_versions::TPACKET_V3 as libc::c_int),
        )?;
        // Linux 4.20. Without it the program drops our own frames, which costs a little more.
        let _ = socket.set(libc::SOL_PACKET, libc::PACKET_IGNORE_OUTGOING, &YES);
        attach(&socket, filter, framing)?;
        let blocks = (bytes / BLOCK_BYTES).max(FEWEST_BLOCKS);
        socket.set(libc::SOL_PACKET, libc::PACKET_RX_RING, &request(blocks))?;
        let memory = socket.map(blocks * BLOCK_BYTES, 0)?;
        socket.bind(&address(index, libc::ETH_P_ALL))?;
        Ok(Self { socket, memory, block_bytes: BLOCK_BYTES, next: 0, clock: Clock::start() })
    }

    /// Gives every frame of every block that the kernel has handed over; at most one round, lest a flood keeps us here.
    pub(super) fn receive(&mut self, take: &mut dyn FnMut(&[u8], Duration)) -> io::Result<()> {
        let blocks = self.memory.length() / self.block_bytes;
        let mut seen = 0;
        while seen < blocks && self.is_handed_over(self.next) {
            let ages = self.clock.read();
            for (frame, at) in Frames::of(self.block(self.next)) {
                take(frame, ages.of(at));
            }
            self.give_back(self.next);
            self.next = (self.next + 1) % blocks;
            seen += 1;
        }
        if seen == 0 { self.look_for_trouble() } else { Ok(()) }
    }

    /// Frames that found no room since the last call; the kernel counts from zero each time it is asked.
    pub(super) fn drops(&mut self) -> io::Result<u64> {
        let none = libc::tpacket_stats_v3 { tp_packets: 0, tp_drops: 0, tp_freeze_q_cnt: 0 };
        let counted = self.socket.option(libc::SOL_PACKET, libc::PACKET_STATISTICS, none)?;
        Ok(counted.tp_drops.into())
    }

    pub(super) fn socket(&self) -> &Socket {
        &self.socket
    }

    /// The kernel leaves an error at the socket of an interface that goes down. A wait ends with it at once, so it must
    /// be taken, or the next wait would end at once too. The call costs more than all the rest where nothing has come,
    /// which is often between two batches: a millisecond of such waits is bearable.
    fn look_for_trouble(&mut self) -> io::Result<()> {
        if !self.clock.nothing_came(BETWEEN_LOOKS) {
            return Ok(());
        }
        match self.socket.pending_error()? {
            Some(error) => Err(described(error)),
            None => Ok(()),
        }
    }

    fn is_handed_over(&self, number: usize) -> bool {
        self.status(number).load(Ordering::Acquire) & libc::TP_STATUS_USER != 0
    }

    fn give_back(&self, number: usize) {
        self.status(number).store(libc::TP_STATUS_KERNEL, Ordering::Release);
    }

    fn status(&self, number: usize) -> &AtomicU32 {
        let at = number * self.block_bytes + block::STATUS;
        debug_assert!(at + size_of::<AtomicU32>() <= self.memory.length());
        // SAFETY: a word within the mapping, four-byte aligned since blocks are whole pages; the kernel and we touch it
        // as an atomic alone.
        unsafe { AtomicU32::from_ptr(self.memory.start().as_ptr().add(at).cast()) }
    }

    /// A block that is ours, between [`Self::is_handed_over`] and [`Self::give_back`].
    fn block(&self, number: usize) -> &[u8] {
        let at = number * self.block_bytes;
        debug_assert!(at + self.block_bytes <= self.memory.length());
        // SAFETY: the block lies within the mapping, which lives as long as `self`. The kernel has handed it over, seen
        // with acquire ordering, and writes nothing into it until it is given back, which waits for this borrow's end.
        unsafe { std::slice::from_raw_parts(self.memory.start().as_ptr().add(at), self.block_bytes) }
    }
}

/// Attached before the socket is bound, so that nothing foreign is ever received, and locked, so that nobody who gets
/// hold of the socket after privileges are gone can see more.
fn attach(socket: &Socket, filter: &Filter, framing: Framing) -> io::Result<()> {
    let mut program = program::compile(filter, framing);
    let length = u16::try_from(program.len()).map_err(|_| io::ErrorKind::InvalidInput)?;
    let described = libc::sock_fprog { len: length, filter: program.as_mut_ptr() };
    socket.set(libc::SOL_SOCKET, libc::SO_ATTACH_FILTER, &described)?;
    socket.set(libc::SOL_SOCKET, libc::SO_LOCK_FILTER, &YES)
}

fn request(blocks: usize) -> libc::tpacket_req3 {
    libc::tpacket_req3 {
        tp_block_size: BLOCK_BYTES as libc::c_uint,
        tp_block_nr: blocks as libc::c_uint,
        tp_frame_size: FRAME_BYTES as libc::c_uint,
        tp_frame_nr: (blocks * (BLOCK_BYTES / FRAME_BYTES)) as libc::c_uint,
        tp_retire_blk_tov: MILLISECONDS_IN_A_BLOCK,
        tp_sizeof_priv: 0,
        tp_feature_req_word: 0,
    }
}

/// A device's address for frames of a protocol; 0 for none, which is to send alone.
pub(super) fn address(index: u32, protocol: libc::c_int) -> libc::sockaddr_ll {
    libc::sockaddr_ll {
        sll_family: libc::AF_PACKET as u16,
        sll_protocol: (protocol as u16).to_be(),
        sll_ifindex: index as libc::c_int,
        sll_hatype: 0,
        sll_pkttype: 0,
        sll_halen: 0,
        sll_addr: [0; 8],
    }
}

/// Small, since at a low rate each holds only what comes in a millisecond: many small ones bridge a longer stall of
/// ours than few large ones. Large enough for a jumbo frame of 9,000 bytes.
const BLOCK_BYTES: usize = 16 * 1024;
const FEWEST_BLOCKS: usize = 2;
/// Without meaning for TPACKET_V3, which packs frames, but for being checked.
const FRAME_BYTES: usize = 2048;
/// The least that can be asked for.
const MILLISECONDS_IN_A_BLOCK: libc::c_uint = 1;
const BETWEEN_LOOKS: Duration = Duration::from_millis(1);
const YES: libc::c_int = 1;
