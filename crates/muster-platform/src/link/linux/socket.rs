//! Sockets, their options, and memory shared with the kernel: the calls that all of a link's parts make.

use std::io;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, FromRawFd, OwnedFd};
use std::ptr::{self, NonNull};
use std::time::Duration;

/// A socket of ours; closed when dropped.
#[derive(Debug)]
pub(super) struct Socket(OwnedFd);

impl Socket {
    /// A raw socket of a family, for protocol 0: of AF_PACKET, it receives nothing before it is bound.
    pub(super) fn open(family: libc::c_int) -> io::Result<Self> {
        // SAFETY: the call takes numbers alone.
        let descriptor = unsafe { libc::socket(family, libc::SOCK_RAW | libc::SOCK_CLOEXEC, 0) };
        check(descriptor)?;
        // SAFETY: the kernel has just made this descriptor, and nobody else has it.
        Ok(Self(unsafe { OwnedFd::from_raw_fd(descriptor) }))
    }

    /// Sets an option to a value of the kernel's layout for it.
    pub(super) fn set<T: Copy>(&self, level: libc::c_int, option: libc::c_int, value: &T) -> io::Result<()> {
        let (value, length) = (ptr::from_ref(value).cast(), size_of::<T>() as libc::socklen_t);
        // SAFETY: the descriptor is open; the call reads `length` bytes of `value`, which outlives it.
        check(unsafe { libc::setsockopt(self.number(), level, option, value, length) }).map(|_| ())
    }

    /// Reads an option into a value of the kernel's layout for it. An older kernel may fill only the front.
    pub(super) fn option<T: Copy>(
        &self,
        level: libc::c_int,
        option: libc::c_int,
        mut value: T,
    ) -> io::Result<T> {
        let mut length = size_of::<T>() as libc::socklen_t;
        let room = ptr::from_mut(&mut value).cast();
        // SAFETY: the descriptor is open; the call writes at most `length` bytes into `value`, which outlives it. All
        // option types here are integers, for which any bytes are valid.
        check(unsafe { libc::getsockopt(self.number(), level, option, room, &raw mut length) }).map(|_| value)
    }

    /// Binds to an address of the kernel's layout for the socket's family.
    pub(super) fn bind<A>(&self, address: &A) -> io::Result<()> {
        let (address, length) = (ptr::from_ref(address).cast(), size_of::<A>() as libc::socklen_t);
        // SAFETY: the descriptor is open; the call reads `length` bytes of `address`, which outlives it.
        check(unsafe { libc::bind(self.number(), address, length) }).map(|_| ())
    }

    /// Maps memory that the kernel keeps for this socket.
    pub(super) fn map(&self, length: usize, offset: libc::off_t) -> io::Result<Mapping> {
        Mapping::new(length, libc::MAP_SHARED | libc::MAP_POPULATE, self.number(), offset)
    }

    /// The error that the kernel keeps for the next call, and forgets it; `None` if there is none.
    pub(super) fn pending_error(&self) -> io::Result<Option<io::Error>> {
        let number: libc::c_int = self.option(libc::SOL_SOCKET, libc::SO_ERROR, 0)?;
        Ok((number != 0).then(|| io::Error::from_raw_os_error(number)))
    }

    /// Asks for room for what is sent and not yet gone; as much as is allowed, and no error if that is less.
    pub(super) fn ask_for_room(&self, bytes: libc::c_int) {
        if self.set(libc::SOL_SOCKET, libc::SO_SNDBUFFORCE, &bytes).is_err() {
            let _ = self.set(libc::SOL_SOCKET, libc::SO_SNDBUF, &bytes);
        }
    }

    pub(super) fn number(&self) -> libc::c_int {
        self.0.as_raw_fd()
    }
}

impl AsFd for Socket {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.0.as_fd()
    }
}

/// Memory of whole pages, unmapped when dropped. Its owner says who may read and write it when.
#[derive(Debug)]
pub(super) struct Mapping {
    start: NonNull<u8>,
    length: usize,
}

// SAFETY: a mapping is memory of the process, not of a thread, and has a single owner.
unsafe impl Send for Mapping {}

impl Mapping {
    /// Memory of our own, zeroed.
    pub(super) fn anonymous(length: usize) -> io::Result<Self> {
        Self::new(length, libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_POPULATE, -1, 0)
    }

    fn new(
        length: usize,
        flags: libc::c_int,
        descriptor: libc::c_int,
        offset: libc::off_t,
    ) -> io::Result<Self> {
        let access = libc::PROT_READ | libc::PROT_WRITE;
        // SAFETY: without MAP_FIXED the kernel chooses a place where nothing else lies.
        let start = unsafe { libc::mmap(ptr::null_mut(), length, access, flags, descriptor, offset) };
        if start == libc::MAP_FAILED {
            return Err(io::Error::last_os_error());
        }
        NonNull::new(start.cast())
            .map(|start| Self { start, length })
            .ok_or_else(|| io::ErrorKind::Other.into())
    }

    pub(super) fn start(&self) -> NonNull<u8> {
        self.start
    }

    pub(super) fn length(&self) -> usize {
        self.length
    }
}

impl Drop for Mapping {
    fn drop(&mut self) {
        // SAFETY: the pages were mapped by `new` with this length, and whoever borrowed from them borrowed from `self`.
        unsafe { libc::munmap(self.start.as_ptr().cast(), self.length) };
    }
}

/// Waits until one of the descriptors has something to say.
pub(in crate::link) fn wait(descriptors: &[BorrowedFd<'_>], longest: Duration) -> io::Result<()> {
    let asked = |descriptor: &BorrowedFd<'_>| libc::pollfd {
        fd: descriptor.as_raw_fd(),
        events: libc::POLLIN,
        revents: 0,
    };
    let mut asked: Vec<libc::pollfd> = descriptors.iter().map(asked).collect();
    let longest = libc::timespec {
        tv_sec: libc::time_t::try_from(longest.as_secs()).unwrap_or(libc::time_t::MAX),
        tv_nsec: longest.subsec_nanos() as _,
    };
    // SAFETY: `asked` has as many entries as stated, and it and the time outlive the call; no signal mask is given.
    let outcome = unsafe {
        libc::ppoll(asked.as_mut_ptr(), asked.len() as libc::nfds_t, &raw const longest, ptr::null())
    };
    match check(outcome) {
        Err(error) if error.kind() == io::ErrorKind::Interrupted => Ok(()),
        outcome => outcome.map(|_| ()),
    }
}

/// A call's outcome by the kernel's custom: negative is an error, and `errno` says which.
pub(super) fn check(outcome: libc::c_int) -> io::Result<libc::c_int> {
    if outcome < 0 { Err(io::Error::last_os_error()) } else { Ok(outcome) }
}
