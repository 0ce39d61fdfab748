//! A tun device: a network interface whose packets a program reads and writes, one IP packet a call.
//!
//! Linux alone; elsewhere [`open_tun`] says that there is no such thing.

use std::fs::File;
use std::io;

/// Makes the tun device `name` in the network namespace of the calling thread and gives the file that is its other
/// end: a read is one packet that left through the device, a write one that arrives by it, from the IP header on
/// (`IFF_NO_PI`). The device lives as long as the file, even when it is moved to another namespace; it begins down.
///
/// # Errors
/// No privilege (`CAP_NET_ADMIN`), a name that is taken or longer than 15 bytes, no `/dev/net/tun`, or not Linux.
pub fn open_tun(name: &str) -> io::Result<File> {
    system::open(name)
}

#[cfg(target_os = "linux")]
mod system {
    use std::fs::{File, OpenOptions};
    use std::io;
    use std::os::fd::AsRawFd;

    /// The device of all tun devices.
    const CLONE: &str = "/dev/net/tun";

    pub(super) fn open(name: &str) -> io::Result<File> {
        let file = OpenOptions::new().read(true).write(true).open(CLONE)?;
        let mut request = Request { name: [0; NAME_LENGTH], flags: FLAGS, rest: [0; REST_LENGTH] };
        // One byte stays for the zero at the end.
        if name.len() >= NAME_LENGTH {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "interface name too long"));
        }
        request.name[..name.len()].copy_from_slice(name.as_bytes());
        // SAFETY: the descriptor is open for the length of the call; TUNSETIFF reads and writes one `ifreq`, whose
        // size and layout `Request` has, and which is exclusively borrowed.
        let outcome = unsafe { libc::ioctl(file.as_raw_fd(), libc::TUNSETIFF as _, &raw mut request) };
        if outcome < 0 { Err(io::Error::last_os_error()) } else { Ok(file) }
    }

    /// `struct ifreq` of netdevice(7) as tun reads it: name, flags, and the rest of the union.
    #[repr(C, align(8))]
    struct Request {
        name: [u8; NAME_LENGTH],
        flags: libc::c_short,
        rest: [u8; REST_LENGTH],
    }

    const NAME_LENGTH: usize = libc::IFNAMSIZ;
    const REST_LENGTH: usize = size_of::<libc::ifreq>() - NAME_LENGTH - size_of::<libc::c_short>();
    const FLAGS: libc::c_short = (libc::IFF_TUN | libc::IFF_NO_PI) as libc::c_short;
}

#[cfg(not(target_os = "linux"))]
mod system {
    use std::fs::File;
    use std::io;

    pub(super) fn open(_name: &str) -> io::Result<File> {
        Err(io::Error::new(io::ErrorKind::Unsupported, "tun devices are made on Linux only"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_is_no_interfaces_makes_none() {
        // Refused before the kernel is asked, or for want of the device or of privilege: never made.
        assert!(open_tun("longer-than-any-interface").is_err());
    }
}
