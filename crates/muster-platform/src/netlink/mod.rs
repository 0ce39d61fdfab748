//! Questions to the kernel about its network, by rtnetlink(7): one socket, one question at a time.
//!
//! By hand, since it is four kinds of question and a dozen attributes: what is not asked for is stepped over unread, so
//! that a newer kernel's attribute cannot spoil an answer.

use std::io::{self, ErrorKind};
use std::mem::MaybeUninit;
use std::ptr;
use std::time::Duration;

use socket2::{Domain, Protocol, Socket, Type};

mod message;

pub(crate) use message::{Message, Request, address, attribute, attributes, number};

#[cfg(test)]
pub(crate) use message::read_back;

/// A line to the kernel.
#[derive(Debug)]
pub(crate) struct Netlink {
    socket: Socket,
    sequence: u32,
    buffer: Vec<u8>,
}

impl Netlink {
    pub(crate) fn open() -> io::Result<Self> {
        let domain = Domain::from(libc::AF_NETLINK);
        let socket = Socket::new_raw(domain, Type::RAW.cloexec(), Some(Protocol::from(libc::NETLINK_ROUTE)))?;
        socket.set_read_timeout(Some(LONGEST_SILENCE))?;
        Ok(Self { socket, sequence: 0, buffer: Vec::with_capacity(LONGEST_DATAGRAM) })
    }

    /// Asks for one thing. The kernel's refusal is the error, with its number.
    pub(crate) fn ask<T>(
        &mut self,
        request: Request,
        read: impl Fn(&Message<'_>) -> Option<T>,
    ) -> io::Result<Option<T>> {
        self.send(request, 0)?;
        let mut found = None;
        self.receive(|message| {
            found = found.take().or_else(|| read(message));
            After::Enough
        })?;
        Ok(found)
    }

    /// Asks for a whole table. One that changes while it is read may lack entries (`NLM_F_DUMP_INTR`), so it is read
    /// again then.
    pub(crate) fn list<T>(
        &mut self,
        request: &Request,
        read: impl Fn(&Message<'_>) -> Option<T>,
    ) -> io::Result<Vec<T>> {
        for _ in 0..MOST_READINGS {
            self.send(request.clone(), DUMP)?;
            let mut found = Vec::new();
            let whole = self.receive(|message| {
                found.extend(read(message));
                After::Another
            })?;
            if whole {
                return Ok(found);
            }
        }
        Err(io::Error::new(ErrorKind::Interrupted, "the kernel's table changes faster than it can be read"))
    }

    fn send(&mut self, request: Request, flags: u16) -> io::Result<()> {
        self.sequence = self.sequence.wrapping_add(1);
        let bytes = request.finish(flags, self.sequence);
        match self.socket.send(&bytes).map_err(|error| own_failure(&error))? {
            sent if sent == bytes.len() => Ok(()),
            _ => Err(ErrorKind::WriteZero.into()),
        }
    }

    /// Reads the answer to the last question; whether it is whole.
    fn receive(&mut self, mut take: impl FnMut(&Message<'_>) -> After) -> io::Result<bool> {
        let mut whole = true;
        loop {
            self.receive_datagram()?;
            for message in message::messages(&self.buffer) {
                let message = message?;
                if message.sequence != self.sequence {
                    continue;
                }
                whole &= message.flags & message::INTERRUPTED == 0;
                match message.end()? {
                    true => return Ok(whole),
                    false if take(&message) == After::Enough => return Ok(whole),
                    false => {}
                }
            }
        }
    }

    /// The next datagram that the kernel itself sent; other programs have no say here.
    fn receive_datagram(&mut self) -> io::Result<()> {
        loop {
            self.buffer.clear();
            let room = &mut self.buffer.spare_capacity_mut()[..LONGEST_DATAGRAM];
            let (length, sender) = match self.socket.recv_from_with_flags(room, libc::MSG_TRUNC) {
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                received => received.map_err(|error| own_failure(&error))?,
            };
            if length > LONGEST_DATAGRAM {
                return Err(io::Error::new(ErrorKind::InvalidData, "netlink datagram is too long"));
            }
            // SAFETY: the kernel wrote `length` bytes, which is no more than the room that it was given.
            unsafe { self.buffer.set_len(length) };
            if is_from_kernel(&sender) {
                return Ok(());
            }
        }
    }
}

/// An error of the socket, without its number: numbers are the kernel's answers to what was asked.
fn own_failure(error: &io::Error) -> io::Error {
    match error.kind() {
        ErrorKind::WouldBlock => io::Error::new(ErrorKind::TimedOut, "the kernel does not answer"),
        kind => io::Error::new(kind, format!("asking the kernel: {error}")),
    }
}

/// Whether more is wanted after a message.
#[derive(Clone, Copy, PartialEq, Eq)]
enum After {
    Another,
    Enough,
}

/// Netlink's port 0 is the kernel.
fn is_from_kernel(sender: &socket2::SockAddr) -> bool {
    if i32::from(sender.family()) != libc::AF_NETLINK
        || (sender.len() as usize) < size_of::<libc::sockaddr_nl>()
    {
        return false;
    }
    let mut address = MaybeUninit::<libc::sockaddr_nl>::uninit();
    let length = size_of::<libc::sockaddr_nl>();
    // SAFETY: `sender` has at least `length` bytes, as was just seen, and `address` room for as many; they are apart.
    unsafe { ptr::copy_nonoverlapping(sender.as_ptr().cast::<u8>(), address.as_mut_ptr().cast(), length) };
    // SAFETY: all of its bytes were written, and any bytes are a `sockaddr_nl`.
    unsafe { address.assume_init() }.nl_pid == 0
}

/// `NLM_F_DUMP`.
const DUMP: u16 = 0x300;
/// The kernel fills datagrams of a dump up to 32 KiB where the reader has the room.
const LONGEST_DATAGRAM: usize = 64 * 1024;
/// The kernel answers within the call that asks; this only keeps a lost answer from being waited for.
const LONGEST_SILENCE: Duration = Duration::from_secs(5);
const MOST_READINGS: usize = 10;

#[cfg(test)]
mod tests {
    use super::*;

    /// `RTM_GETLINK` and `struct ifinfomsg`.
    fn links() -> Request {
        Request::new(18, &[0; 16])
    }

    #[test]
    fn the_kernel_answers_a_question_and_lists_a_table() {
        let mut netlink = Netlink::open().unwrap();
        let names = |message: &Message<'_>| attribute(&message.payload()[16..], 3).map(<[u8]>::to_vec);
        let all = netlink.list(&links(), names).unwrap();
        assert!(all.contains(&b"lo\0".to_vec()), "{all:?}");
        let loopback = Request::new(18, &[0; 16]).attribute(3, b"lo\0");
        assert_eq!(netlink.ask(loopback, names).unwrap(), Some(b"lo\0".to_vec()));
    }

    #[test]
    fn the_kernels_refusal_is_the_error_and_does_not_spoil_the_next_question() {
        let mut netlink = Netlink::open().unwrap();
        let missing = Request::new(18, &[0; 16]).attribute(3, b"none-such\0");
        let error = netlink.ask(missing, |_| Some(())).unwrap_err();
        assert_eq!(error.raw_os_error(), Some(libc::ENODEV));
        assert!(!netlink.list(&links(), |_| Some(())).unwrap().is_empty());
    }
}
