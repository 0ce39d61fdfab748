//! Which way a packet takes from here: the kernel's own answer, never ours.
//!
//! Nothing is decided here. [`Routes::prefixes`] says where the answer may change, [`Routes::way_to`] asks for it; so a
//! sweep of a network asks once for each stretch between two boundaries, and policy rules, several tables, next-hop
//! objects and unreachable routes are as they are for every other program.
//!
//! Within one stretch the answer is the same, with two exceptions. Of a route over several gateways the kernel takes one
//! by a hash of the addresses; the one it names is right for each of them. And rules by port, mark or user are answered
//! for this process and for no port.
//!
//! Linux alone; elsewhere [`Routes::open`] says so.

use std::fmt;
use std::io;
use std::net::IpAddr;

#[cfg(target_os = "linux")]
mod answer;
#[cfg(target_os = "linux")]
mod overview;
#[cfg(target_os = "linux")]
#[path = "linux.rs"]
mod system;
#[cfg(not(target_os = "linux"))]
#[path = "unsupported.rs"]
mod system;

/// A line to the kernel's routing tables.
#[derive(Debug)]
pub struct Routes {
    system: system::Routes,
}

impl Routes {
    /// Opens the line; no privilege is needed.
    ///
    /// # Errors
    /// The kernel gives no socket, or this system has none ([`io::ErrorKind::Unsupported`]).
    pub fn open() -> io::Result<Self> {
        Ok(Self { system: system::Routes::open()? })
    }

    /// Every prefix, as address and length, at which the kernel's answer may change: the destinations of all routes of
    /// all tables and of all rules, and those that the kernel knows without a table. Sorted, each once.
    ///
    /// # Errors
    /// The kernel does not give its tables, or they change faster than they are read.
    pub fn prefixes(&mut self) -> io::Result<Vec<(IpAddr, u8)>> {
        self.system.prefixes()
    }

    /// What kinds of routes there are.
    ///
    /// # Errors
    /// As of [`prefixes`](Self::prefixes).
    pub fn overview(&mut self) -> io::Result<Overview> {
        self.system.overview()
    }

    /// The kernel's answer for one address (`RTM_GETROUTE`, rtnetlink(7)).
    ///
    /// # Errors
    /// The wanted source is not one of this machine's ([`io::ErrorKind::AddrNotAvailable`]) or of another family than
    /// the address ([`io::ErrorKind::InvalidInput`]), the wanted device is not there, or the kernel does not answer.
    pub fn way_to(&mut self, address: IpAddr, wanted: &Wanted) -> io::Result<Way> {
        self.system.way_to(address, wanted)
    }
}

/// What kinds of routes there are, for a person to know.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Overview {
    /// Some table has a route for every other IPv4 address.
    pub has_default_v4: bool,
    /// The same of IPv6.
    pub has_default_v6: bool,
    /// How many rules there are beside those that every system has.
    pub rules: usize,
    /// How many of these go by what the address does not tell: mark, user, protocol or port.
    pub rules_beyond_addresses: usize,
}

/// What a way has to keep to; the kernel is told, and answers for it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// The address to come from, one of this machine's.
    pub source: Option<IpAddr>,
    /// The number of the device to leave by. As for a socket that is bound to a device, where no route leads out by it
    /// the kernel takes an IPv4 address to be on its link.
    pub device: Option<u32>,
}

/// How a packet gets to an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// It is an address of this machine.
    Local,
    /// The address itself is asked for on the device's link.
    OnLink {
        /// The number of the device.
        device: u32,
        /// The address to come from.
        source: IpAddr,
    },
    /// There is none.
    Unreachable(Unreachable),
    /// By a router on the device's link.
    Via {
        /// The number of the device.
        device: u32,
        /// The address to come from.
        source: IpAddr,
        /// The router, which may be of the other family (RFC 5549).
        gateway: IpAddr,
    },
}

/// Why there is no way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unreachable {
    /// A route swallows what goes there, or the kernel takes it for no destination (`EINVAL`).
    Blackhole,
    /// The route wraps packets (MPLS, segment routing, a light-weight tunnel), and a frame made by hand would go around
    /// that.
    Encapsulated,
    /// No route leads there (`ENETUNREACH`).
    NoRoute,
    /// A route leads there, and this machine has no address to come from.
    NoSource,
    /// A broadcast or multicast address: many hosts would answer for one.
    NotOneHost,
    /// A route forbids it (`EACCES`).
    Prohibited,
    /// A route says that it cannot be reached (`EHOSTUNREACH`).
    Unreachable,
}

impl fmt::Display for Unreachable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Blackhole => "a route swallows what goes there",
            Self::Encapsulated => "a route wraps what goes there",
            Self::NoRoute => "no route",
            Self::NoSource => "no address to send from",
            Self::NotOneHost => "not the address of one host",
            Self::Prohibited => "a route forbids it",
            Self::Unreachable => "a route says that it cannot be reached",
        })
    }
}
