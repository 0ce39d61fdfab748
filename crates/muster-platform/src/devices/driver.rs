//! The driver of a card, asked for by `ETHTOOL_GDRVINFO` (linux/ethtool.h). Not from sysfs, which may show another
//! network namespace's devices under the same names.

use std::ffi::c_char;
use std::os::fd::AsRawFd as _;

use socket2::{Domain, Socket, Type};

/// The driver of the device of this name, if the kernel tells.
pub(super) fn of(name: &str) -> Option<String> {
    let socket = Socket::new(Domain::IPV4, Type::DGRAM, None).ok()?;
    let mut info = DriverInfo { command: GET_DRIVER_INFO, rest: [0; REST] };
    // SAFETY: `ifreq` is plain data, for which all zeroes is a value.
    let mut request: libc::ifreq = unsafe { std::mem::zeroed() };
    // The last byte stays zero.
    let room = request.ifr_name.len() - 1;
    for (to, from) in request.ifr_name[..room].iter_mut().zip(name.bytes()) {
        *to = from as c_char;
    }
    request.ifr_ifru.ifru_data = (&raw mut info).cast();
    // SAFETY: `request` has a name that ends with zero and points to `info`; both outlive the call, and `info` is as
    // long as the kernel's own structure, of which the kernel writes no more.
    if unsafe { libc::ioctl(socket.as_raw_fd(), SIOCETHTOOL, &raw mut request) } != 0 {
        return None;
    }
    let driver = &info.rest[..DRIVER];
    let end = driver.iter().position(|byte| *byte == 0)?;
    (end > 0).then(|| String::from_utf8_lossy(&driver[..end]).into_owned())
}

/// `struct ethtool_drvinfo`.
#[repr(C)]
struct DriverInfo {
    command: u32,
    /// Driver's name (32 bytes), version (32), firmware (32), bus (32), and what is of no use here (64).
    rest: [u8; REST],
}

const REST: usize = 192;
const DRIVER: usize = 32;
const GET_DRIVER_INFO: u32 = 3;
const SIOCETHTOOL: libc::Ioctl = 0x8946;
