//! Opening a socket for a connection attempt, and what the system's error numbers say about one.

use std::io;

use socket2::{Domain, Protocol, Socket, Type};

/// Whether a socket whose connection was refused can connect again. Linux says so ("recent" kernels from 2.2 on,
/// connect(2)); POSIX leaves the socket's state unspecified.
pub const CONNECTS_AGAIN: bool = cfg!(target_os = "linux");

/// A TCP socket that does not block and is not inherited.
///
/// # Errors
/// The system's, for [`ConnectError::of`] to read.
pub fn open_stream(domain: Domain) -> io::Result<Socket> {
    imp::open_stream(domain)
}

/// Ends what `socket` does, so that it can connect again: an attempt is given up, a connection is reset (`connect` to
/// `AF_UNSPEC`; on Linux a RST goes out as with zero linger).
///
/// # Errors
/// The system's; where sockets cannot be used again, always.
pub fn disconnect(socket: &Socket) -> io::Result<()> {
    imp::disconnect(socket)
}

/// What an error of a connection attempt means, whatever number the system gives it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConnectError {
    /// EACCES: an ICMP message or a route says that an administrator forbids it.
    AdminProhibited,
    /// EISCONN: the connection stands.
    Connected,
    /// ENFILE or EMFILE.
    Descriptors,
    /// ENONET.
    DestUnreachable,
    /// EHOSTDOWN.
    HostDown,
    /// EHOSTUNREACH.
    HostUnreachable,
    /// EINPROGRESS or EALREADY: not an error.
    InProgress,
    /// ENETUNREACH.
    NetUnreachable,
    /// EINVAL: a route that swallows.
    NoRoute,
    /// Anything else.
    Other,
    /// EPERM: a rule of this machine.
    PermissionDenied,
    /// ENOPROTOOPT.
    ProtocolUnreachable,
    /// ECONNREFUSED.
    Refused,
    /// ECONNRESET, or EPIPE where the peer had closed before: the connection stood, and was reset.
    Reset,
    /// Buffers, memory or local ports are short: ENOBUFS, ENOMEM, EADDRNOTAVAIL, EAGAIN.
    Resources,
    /// ETIMEDOUT.
    TimedOut,
}

impl ConnectError {
    /// Reads an error that `connect` or `SO_ERROR` gave.
    pub fn of(error: &io::Error) -> Self {
        if let Some(number) = error.raw_os_error()
            && let Some(meaning) = imp::meaning(number)
        {
            return meaning;
        }
        match error.kind() {
            io::ErrorKind::AddrNotAvailable | io::ErrorKind::OutOfMemory => Self::Resources,
            io::ErrorKind::ConnectionRefused => Self::Refused,
            io::ErrorKind::BrokenPipe | io::ErrorKind::ConnectionReset => Self::Reset,
            io::ErrorKind::HostUnreachable => Self::HostUnreachable,
            io::ErrorKind::InvalidInput => Self::NoRoute,
            io::ErrorKind::NetworkUnreachable => Self::NetUnreachable,
            io::ErrorKind::PermissionDenied => Self::AdminProhibited,
            io::ErrorKind::TimedOut => Self::TimedOut,
            io::ErrorKind::WouldBlock => Self::InProgress,
            _ => Self::Other,
        }
    }
}

#[cfg(unix)]
mod imp {
    use std::os::fd::AsRawFd as _;

    use super::{ConnectError, Domain, Protocol, Socket, Type, io};

    pub(super) fn open_stream(domain: Domain) -> io::Result<Socket> {
        #[cfg(target_os = "linux")]
        return Socket::new_raw(domain, Type::STREAM.nonblocking().cloexec(), Some(Protocol::TCP));
        #[cfg(not(target_os = "linux"))]
        {
            let socket = Socket::new(domain, Type::STREAM, Some(Protocol::TCP))?;
            socket.set_nonblocking(true)?;
            Ok(socket)
        }
    }

    pub(super) fn disconnect(socket: &Socket) -> io::Result<()> {
        if !super::CONNECTS_AGAIN {
            return Err(io::ErrorKind::Unsupported.into());
        }
        // SAFETY: `sockaddr` is plain data, for which all zeroes is a value.
        let mut nobody: libc::sockaddr = unsafe { std::mem::zeroed() };
        nobody.sa_family = libc::AF_UNSPEC as libc::sa_family_t;
        let length = size_of::<libc::sockaddr>() as libc::socklen_t;
        // SAFETY: the descriptor is open while `socket` is borrowed, and `nobody` is `length` bytes that are only read.
        match unsafe { libc::connect(socket.as_raw_fd(), &raw const nobody, length) } {
            0 => Ok(()),
            _ => Err(io::Error::last_os_error()),
        }
    }

    /// The numbers that have no [`io::ErrorKind`] of their own, or share one.
    pub(super) fn meaning(number: i32) -> Option<ConnectError> {
        Some(match number {
            libc::EMFILE | libc::ENFILE => ConnectError::Descriptors,
            libc::ENOBUFS | libc::ENOMEM | libc::EADDRNOTAVAIL | libc::EAGAIN => ConnectError::Resources,
            libc::EISCONN => ConnectError::Connected,
            libc::EINPROGRESS | libc::EALREADY => ConnectError::InProgress,
            libc::EPERM => ConnectError::PermissionDenied,
            libc::ENOPROTOOPT => ConnectError::ProtocolUnreachable,
            libc::EHOSTDOWN => ConnectError::HostDown,
            #[cfg(target_os = "linux")]
            libc::ENONET => ConnectError::DestUnreachable,
            _ => return None,
        })
    }
}

#[cfg(not(unix))]
mod imp {
    use super::{ConnectError, Domain, Protocol, Socket, Type, io};

    pub(super) fn open_stream(domain: Domain) -> io::Result<Socket> {
        let socket = Socket::new(domain, Type::STREAM, Some(Protocol::TCP))?;
        socket.set_nonblocking(true)?;
        Ok(socket)
    }

    pub(super) fn disconnect(_socket: &Socket) -> io::Result<()> {
        Err(io::ErrorKind::Unsupported.into())
    }

    pub(super) fn meaning(_number: i32) -> Option<ConnectError> {
        None
    }
}
