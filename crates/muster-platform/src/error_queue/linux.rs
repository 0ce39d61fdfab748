//! Linux: `IP_RECVERR` of ip(7), `IPV6_RECVERR` of ipv6(7), and recvmsg(2) with `MSG_ERRQUEUE`.

use std::os::fd::{AsFd, AsRawFd, BorrowedFd};
use std::{io, mem, ptr};

use super::{QueuedError, parse};

/// Asks for ICMP errors on a socket, before it connects. `v6` says which family the socket is of.
///
/// IPv4 connections fill the queue even without it since Linux 5.9, IPv6 ones do not: there the error behind a refused
/// connection would come a second later, with the next SYN, and without its type, code and sender.
///
/// # Errors
/// The socket is not of that family.
pub fn enable(socket: &impl AsFd, v6: bool) -> io::Result<()> {
    let (level, option) =
        if v6 { (libc::SOL_IPV6, libc::IPV6_RECVERR) } else { (libc::SOL_IP, libc::IP_RECVERR) };
    let on: libc::c_int = 1;
    let length = size_of_val(&on) as libc::socklen_t;
    // SAFETY: the descriptor is borrowed and so open; the call reads `length` bytes of `on`, which outlives it.
    let outcome = unsafe {
        libc::setsockopt(socket.as_fd().as_raw_fd(), level, option, ptr::from_ref(&on).cast(), length)
    };
    if outcome == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
}

/// Takes the oldest entry of a socket's error queue; `None` if it is empty. Never waits.
///
/// # Errors
/// What recvmsg(2) says but for "nothing there".
pub fn take(socket: &impl AsFd) -> io::Result<Option<QueuedError>> {
    let mut control = Control([0; CONTROL_LENGTH]);
    match receive(socket.as_fd(), &mut control) {
        Ok(length) => Ok(control.0.get(..length).and_then(parse)),
        Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(None),
        Err(error) => Err(error),
    }
}

/// Receives one entry's control bytes and returns their number. The probe's bytes quoted in the entry are left out.
fn receive(socket: BorrowedFd<'_>, control: &mut Control) -> io::Result<usize> {
    // SAFETY: `msghdr` is integers and pointers, for which zero is a valid value; as a message it has no buffer yet.
    let mut message: libc::msghdr = unsafe { mem::zeroed() };
    message.msg_control = control.0.as_mut_ptr().cast();
    message.msg_controllen = CONTROL_LENGTH as _;
    // SAFETY: the descriptor is borrowed and so open; `message` and the control buffer it points to, whose length it
    // states, are exclusively borrowed for the length of the call; name and data buffers are null with length zero.
    let outcome = unsafe {
        libc::recvmsg(socket.as_raw_fd(), &raw mut message, libc::MSG_ERRQUEUE | libc::MSG_DONTWAIT)
    };
    if outcome < 0 {
        return Err(io::Error::last_os_error());
    }
    #[allow(clippy::unnecessary_cast, reason = "the length is a usize with glibc and a u32 with musl")]
    Ok(message.msg_controllen as usize)
}

/// Room for control messages, aligned as the kernel's `cmsghdr`.
#[repr(C, align(8))]
struct Control([u8; CONTROL_LENGTH]);

/// Twice what the longest entry takes, an ICMPv6 error's 60 bytes on a 64-bit machine.
const CONTROL_LENGTH: usize = 128;

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::{IpAddr, UdpSocket};
    use std::time::{Duration, Instant};

    /// Sends to a port where nobody listens. UDP, because loopback answers it with ICMP and without any privilege.
    fn refused(local: &str, v6: bool) -> UdpSocket {
        let closed = UdpSocket::bind((local, 0)).unwrap().local_addr().unwrap();
        let socket = UdpSocket::bind((local, 0)).unwrap();
        enable(&socket, v6).unwrap();
        socket.connect(closed).unwrap();
        socket.send(b"?").unwrap();
        socket
    }

    fn first_entry(socket: &UdpSocket) -> QueuedError {
        let deadline = Instant::now() + Duration::from_secs(5);
        while Instant::now() < deadline {
            if let Some(entry) = take(socket).unwrap() {
                return entry;
            }
        }
        panic!("no entry within five seconds");
    }

    fn check(local: &str, v6: bool, icmp: (u8, u8)) {
        let socket = refused(local, v6);
        let from: IpAddr = local.parse().unwrap();
        let expected = QueuedError { errno: libc::ECONNREFUSED, icmp: Some((icmp.0, icmp.1, from)) };
        assert_eq!(first_entry(&socket), expected);
        assert_eq!(take(&socket).unwrap(), None, "an entry is taken once");
    }

    #[test]
    fn port_unreachable_comes_with_type_code_and_sender() {
        check("127.0.0.1", false, (3, 3));
    }

    #[test]
    fn port_unreachable_comes_in_icmpv6_numbers() {
        // Machines without IPv6 have no ::1 to test with.
        if UdpSocket::bind(("::1", 0)).is_ok() {
            check("::1", true, (1, 4));
        }
    }

    #[test]
    fn a_socket_of_the_other_family_is_an_error() {
        let socket = UdpSocket::bind(("127.0.0.1", 0)).unwrap();
        assert!(enable(&socket, true).is_err());
        assert_eq!(take(&socket).unwrap(), None);
    }
}
