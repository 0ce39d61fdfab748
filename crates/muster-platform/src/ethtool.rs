//! Questions of ethtool (linux/ethtool.h), asked by `SIOCETHTOOL`. Not read from sysfs, which may show another network
//! namespace's devices under the same names.

use std::ffi::c_char;
use std::io;
use std::os::fd::{AsRawFd as _, BorrowedFd};

/// The driver of the device of this name, if the kernel tells.
pub(crate) fn driver(socket: BorrowedFd<'_>, name: &str) -> Option<String> {
    let mut info = DriverInfo { command: GET_DRIVER_INFO, rest: [0; REST] };
    ask(socket, &mut named(name), &mut info).ok()?;
    let driver = &info.rest[..DRIVER];
    let end = driver.iter().position(|byte| *byte == 0)?;
    (end > 0).then(|| String::from_utf8_lossy(&driver[..end]).into_owned())
}

/// Whether the device that `request` names has a carrier: now, where `IFF_RUNNING` is brought up to date once a second.
/// An error where the device is gone or its driver does not tell.
pub(crate) fn has_carrier(socket: BorrowedFd<'_>, request: &mut libc::ifreq) -> io::Result<bool> {
    let mut value = Value { command: GET_LINK, data: 0 };
    ask(socket, request, &mut value)?;
    Ok(value.data != 0)
}

/// Puts a question of the kernel's layout to the device that `request` names.
fn ask<Q: Question>(socket: BorrowedFd<'_>, request: &mut libc::ifreq, question: &mut Q) -> io::Result<()> {
    request.ifr_ifru.ifru_data = std::ptr::from_mut(question).cast();
    // SAFETY: the descriptor is open; `request` has a name that ends with zero and points to a question as long as the
    // kernel's own structure, of which the kernel writes no more. Both outlive the call.
    match unsafe { libc::ioctl(socket.as_raw_fd(), SIOCETHTOOL, std::ptr::from_mut(request)) } {
        0 => Ok(()),
        _ => Err(io::Error::last_os_error()),
    }
}

/// A request about the device of this name.
fn named(name: &str) -> libc::ifreq {
    // SAFETY: an `ifreq` is bytes, integers and null pointers, for all of which zero is a valid value.
    let mut request: libc::ifreq = unsafe { std::mem::zeroed() };
    // The last byte stays zero.
    let room = request.ifr_name.len() - 1;
    for (to, from) in request.ifr_name[..room].iter_mut().zip(name.bytes()) {
        *to = from as c_char;
    }
    request
}

/// A structure of the kernel's that begins with its command.
trait Question {}

impl Question for DriverInfo {}

impl Question for Value {}

/// `struct ethtool_drvinfo`.
#[repr(C)]
struct DriverInfo {
    command: u32,
    /// Driver's name (32 bytes), version (32), firmware (32), bus (32), and what is of no use here (64).
    rest: [u8; REST],
}

/// `struct ethtool_value`.
#[repr(C)]
struct Value {
    command: u32,
    data: u32,
}

const REST: usize = 192;
const DRIVER: usize = 32;
const GET_DRIVER_INFO: u32 = 0x3;
const GET_LINK: u32 = 0xa;
const SIOCETHTOOL: libc::Ioctl = 0x8946;
