//! Whether an interface can still send, asked where nothing goes any more; and the words for one that cannot.

use std::io;
use std::os::fd::AsFd as _;

use super::socket::{Socket, check};
use crate::ethtool;

/// An error if the interface is gone, down or without a carrier. A driver that drops every frame tells no more.
pub(super) fn standing(socket: &Socket, index: u32) -> io::Result<()> {
    let mut request = no_request();
    request.ifr_ifru.ifru_ifindex = index as libc::c_int;
    ask(socket, libc::SIOCGIFNAME as _, &mut request)?;
    ask(socket, libc::SIOCGIFFLAGS as _, &mut request)?;
    // SAFETY: the kernel has just written the flags, and any bytes are valid integers.
    let flags = libc::c_int::from(unsafe { request.ifr_ifru.ifru_flags });
    if flags & libc::IFF_UP == 0 {
        return Err(io::Error::from_raw_os_error(libc::ENETDOWN));
    }
    let is_running = flags & libc::IFF_RUNNING != 0;
    if !ethtool::has_carrier(socket.as_fd(), &mut request).unwrap_or(is_running) {
        return Err(io::Error::new(io::ErrorKind::NetworkDown, "the interface has no carrier"));
    }
    Ok(())
}

/// The kernel's error in words of one kind for an interface that is down or gone.
pub(super) fn described(error: io::Error) -> io::Error {
    match error.raw_os_error() {
        Some(libc::ENXIO | libc::ENODEV) => {
            io::Error::new(io::ErrorKind::NetworkDown, "the interface is gone")
        }
        _ => error,
    }
}

fn ask(socket: &Socket, question: libc::Ioctl, request: &mut libc::ifreq) -> io::Result<()> {
    // SAFETY: the descriptor is open; both questions read and write one `ifreq`, which outlives the call.
    check(unsafe { libc::ioctl(socket.number(), question, std::ptr::from_mut(request)) })
        .map(|_| ())
        .map_err(described)
}

fn no_request() -> libc::ifreq {
    // SAFETY: an `ifreq` is bytes, integers and null pointers, for all of which zero is a valid value.
    unsafe { std::mem::zeroed() }
}
