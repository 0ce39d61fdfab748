//! Why a connection failed: the ICMP error behind the error number, from a socket's error queue (ip(7), `IP_RECVERR`).
//!
//! An error number alone says too little: `EHOSTUNREACH` is a firewall's refusal, a router's, or this machine's own
//! "nobody answered ARP". The queue has the ICMP message's type, code and sender.
//!
//! Linux alone has such a queue. Elsewhere [`enable`] does nothing and [`take`] finds nothing.
//!
//! **Read `SO_ERROR` first.** Taking the entry of a failed connection clears its `SO_ERROR`, so that the failed
//! connection looks like an established one (seen with Linux 6.18).

use std::net::IpAddr;

mod message;
#[cfg(target_os = "linux")]
#[path = "linux.rs"]
mod system;
#[cfg(not(target_os = "linux"))]
#[path = "unsupported.rs"]
mod system;

pub use message::parse;
pub use system::{enable, take};

/// One entry of a socket's error queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct QueuedError {
    /// The system's error number that a call on the socket would give.
    pub errno: i32,
    /// The ICMP message's type and code, and who sent it; `None` if this machine found the error without one. The
    /// sender is one of this machine's own addresses where a neighbour did not answer ARP or Neighbour Discovery.
    /// The numbers are ICMP's or ICMPv6's by the sender's family.
    pub icmp: Option<(u8, u8, IpAddr)>,
}
