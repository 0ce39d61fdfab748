//! Frames to and from one network device: what is written leaves as it is, what arrives is filtered by the kernel.
//!
//! A [`Link`] knows nothing of what its frames are for. It sends batches of finished frames by AF_XDP or AF_PACKET and
//! receives by a mapped AF_PACKET ring, never both by the same socket: the ring is faster than AF_XDP on virtual
//! devices, and no program has to be loaded into the kernel for it.
//!
//! ```text
//!   FrameBatch ─▶ AfXdp | AfPacket ─▶ device ─▶ Program (classic BPF) ─▶ Ring ─▶ take(frame, age)
//! ```
//! Linux alone has such links; elsewhere [`open`] and [`wait`] say that they are not supported.

use std::fmt;
use std::io;
use std::ops::Range;
use std::time::Duration;

mod batch;
mod error;
mod options;
#[cfg(target_os = "linux")]
#[path = "linux/mod.rs"]
mod system;
#[cfg(not(target_os = "linux"))]
#[path = "unsupported.rs"]
mod system;

pub use batch::FrameBatch;
pub use error::LinkError;
pub use options::{Filter, LinkOptions, SenderChoice};
#[cfg(unix)]
pub use std::os::fd::BorrowedFd as Descriptor;
#[cfg(not(unix))]
pub use system::Descriptor;

use crate::devices::Device;

/// Sends and receives frames on one network device.
///
/// An interface that is down or gone is an error of kind [`io::ErrorKind::NetworkDown`], from every `send` while it
/// lasts, and once from `receive`.
pub trait Link: fmt::Debug + Send {
    /// How this link sends, and what its frames look like.
    fn capabilities(&self) -> &LinkCapabilities;

    /// How many frames of `range`, from its front, the kernel took. Fewer than all, even none: no room in a queue or no
    /// buffers (`ENOBUFS`, `EAGAIN`); offer the rest again later. What is not counted has not been and will not be sent.
    ///
    /// "Took" is as far as a sender can see: what a driver or the network drops later looks the same.
    ///
    /// # Errors
    /// The interface is down, without a carrier, or gone ([`io::ErrorKind::NetworkDown`]); the first frame is longer than
    /// the device carries or shorter than its header ([`io::ErrorKind::InvalidInput`]); anything else that the kernel says.
    /// Some frames of the range may have gone before an interface went down.
    ///
    /// # Panics
    /// `range` is not within the batch.
    fn send(&mut self, frames: &FrameBatch, range: Range<usize>) -> io::Result<usize>;

    /// Gives `take` every frame that the kernel has handed over, without waiting, and how long ago the kernel saw it.
    ///
    /// A single frame is handed over within about two milliseconds (the ring's smallest time-out), many at once sooner.
    ///
    /// # Errors
    /// The interface is down or gone ([`io::ErrorKind::NetworkDown`]), said once.
    fn receive(&mut self, take: &mut dyn FnMut(&[u8], Duration)) -> io::Result<()>;

    /// How many frames that passed the filter were lost since the last call, because the ring was full.
    ///
    /// # Errors
    /// The kernel does not tell.
    fn drops(&mut self) -> io::Result<u64>;

    /// Readable when `receive` has something to give, or an error to say; for [`wait`].
    fn descriptor(&self) -> Descriptor<'_>;
}

/// What a link can do, found out by trying.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinkCapabilities {
    /// How frames are sent.
    pub sender: Sender,
    /// Why nothing better is used; `None` if there is nothing better, or nothing better was asked for.
    pub instead: Option<String>,
    /// What stands at the front of a frame.
    pub framing: Framing,
    /// The longest IP packet, in bytes: a frame may be that and its Ethernet header.
    pub mtu: u32,
}

/// A way to send frames, the best first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Sender {
    /// AF_XDP, the driver reads our memory. Asked for where the driver may have it; never seen at work by us.
    AfXdpZeroCopy,
    /// AF_XDP, the kernel copies each frame.
    AfXdpCopy,
    /// AF_PACKET past the traffic control (`PACKET_QDISC_BYPASS`, Linux 3.14).
    AfPacketBypass,
    /// AF_PACKET through the traffic control.
    AfPacket,
}

impl fmt::Display for Sender {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::AfXdpZeroCopy => "AF_XDP (zero copy)",
            Self::AfXdpCopy => "AF_XDP (copy)",
            Self::AfPacketBypass => "AF_PACKET (past the queueing discipline)",
            Self::AfPacket => "AF_PACKET",
        })
    }
}

/// What stands at the front of a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Framing {
    /// An Ethernet header of 14 bytes.
    Ethernet,
    /// The IP header.
    RawIp,
}

impl Framing {
    /// The bytes before the IP header.
    pub const fn header(self) -> usize {
        match self {
            Self::Ethernet => 14,
            Self::RawIp => 0,
        }
    }
}

/// Opens a device for sending and receiving. Frames are kept from here on until they are received.
///
/// # Errors
/// No privilege (`CAP_NET_RAW`), no such device, a device whose frames nobody here writes, or a chosen sender that does
/// not work there. [`SenderChoice::Best`] falls back, and says why in [`LinkCapabilities::instead`].
pub fn open(device: &Device, options: &LinkOptions) -> Result<Box<dyn Link>, LinkError> {
    system::open(device, options)
}

/// Waits until one of them is readable or has an error to say, for so long at most (to the nanosecond: ppoll(2)). A
/// signal ends it early, without an error.
///
/// # Errors
/// Too many descriptors, no memory; no such call on this system.
pub fn wait(descriptors: &[Descriptor<'_>], longest: Duration) -> io::Result<()> {
    system::wait(descriptors, longest)
}
