//! Sending by AF_PACKET: many frames a call (sendmmsg(2)), past the queueing discipline where the kernel lets us.

use std::io;
use std::ops::Range;
use std::ptr;

use super::interface::described;
use super::ring::address;
use super::socket::{Socket, check};
use crate::link::{FrameBatch, Sender};

/// A socket that only sends: it is bound for no protocol, so nothing is ever queued at it.
#[derive(Debug)]
pub(super) struct AfPacket {
    socket: Socket,
    pub(super) sender: Sender,
}

impl AfPacket {
    pub(super) fn open(index: u32) -> io::Result<Self> {
        let socket = Socket::open(libc::AF_PACKET)?;
        let past = socket.set(libc::SOL_PACKET, libc::PACKET_QDISC_BYPASS, &(1 as libc::c_int));
        socket.ask_for_room(ROOM);
        socket.bind(&address(index, 0))?;
        let sender = if past.is_ok() { Sender::AfPacketBypass } else { Sender::AfPacket };
        Ok(Self { socket, sender })
    }

    /// How many frames the kernel took. It says why it did not take one only when it is the first of a call.
    pub(super) fn send(&mut self, frames: &FrameBatch, range: Range<usize>) -> io::Result<usize> {
        let wanted = range.len();
        let mut sent = 0;
        while sent < wanted {
            match self.send_some(frames, range.start + sent..range.end) {
                Ok(taken) => sent += taken,
                Err(error) => match error.raw_os_error() {
                    Some(libc::EINTR) => {}
                    Some(libc::EAGAIN | libc::ENOBUFS | libc::ENOMEM) => break,
                    _ => return Err(described(error)),
                },
            }
        }
        Ok(sent)
    }

    fn send_some(&self, frames: &FrameBatch, range: Range<usize>) -> io::Result<usize> {
        let count = range.len().min(BATCH);
        let mut pieces = [libc::iovec { iov_base: ptr::null_mut(), iov_len: 0 }; BATCH];
        for (piece, number) in pieces.iter_mut().zip(range) {
            let frame = frames.frame(number);
            *piece = libc::iovec { iov_base: frame.as_ptr().cast_mut().cast(), iov_len: frame.len() };
        }
        let mut messages = [NO_MESSAGE; BATCH];
        for (message, piece) in messages.iter_mut().zip(&mut pieces).take(count) {
            message.msg_hdr.msg_iov = piece;
            message.msg_hdr.msg_iovlen = 1;
        }
        // SAFETY: the descriptor is open; the first `count` messages point each to one piece, and each piece to a frame
        // of the batch, which the call only reads; all of them outlive it. Names and control data are null.
        let taken = unsafe {
            libc::sendmmsg(self.socket.number(), messages.as_mut_ptr(), count as _, libc::MSG_DONTWAIT)
        };
        check(taken).map(|taken| taken as usize)
    }
}

/// Frames a call: enough to make the call itself cheap, few enough for the arrays to stay in the first cache.
const BATCH: usize = 64;
/// Bytes on their way, as the kernel counts them: some 768 for a small frame.
const ROOM: libc::c_int = 4 * 1024 * 1024;

// SAFETY: integers and pointers, for which zero is a valid value; as a message it is an empty one without a name.
const NO_MESSAGE: libc::mmsghdr = unsafe { std::mem::zeroed() };
