//! Why an office does not open or did not last.

use std::io;
use std::net::{Ipv4Addr, SocketAddrV4};

/// What can go wrong with an office.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OfficeError {
    /// An office was asked for outside of 127.0.0.0/8, where other machines could reach it.
    #[error("not a loopback network: {network}")]
    NotLoopback {
        /// The network asked for.
        network: Ipv4Addr,
    },
    /// This machine does not have the address. Linux and Windows have all of 127.0.0.0/8; macOS and the BSDs have
    /// only 127.0.0.1 until somebody adds more.
    #[error("this machine does not have the address {}", address.ip())]
    AddressUnavailable {
        /// What was to be listened on.
        address: SocketAddrV4,
    },
    /// Somebody listens there, most likely another office.
    #[error("already in use: {address}")]
    PortInUse {
        /// What was to be listened on.
        address: SocketAddrV4,
    },
    /// A listener does not open for another reason, such as the limit of descriptors.
    #[error("cannot listen on {address}")]
    Listen {
        /// What was to be listened on.
        address: SocketAddrV4,
        /// What the system says.
        source: io::Error,
    },
    /// The event queue or the thread does not start.
    #[error("cannot start the office")]
    Start {
        /// What the system says.
        source: io::Error,
    },
    /// The event queue failed while the office was open.
    #[error("the office stopped serving")]
    Serve {
        /// What the system says.
        source: io::Error,
    },
    /// The office's thread panicked: a bug of ours.
    #[error("the office's thread panicked")]
    Panicked,
}

impl OfficeError {
    /// Sorts what the system said about listening on `address`.
    pub(crate) fn listen(address: SocketAddrV4, source: io::Error) -> Self {
        match source.kind() {
            io::ErrorKind::AddrNotAvailable => Self::AddressUnavailable { address },
            io::ErrorKind::AddrInUse => Self::PortInUse { address },
            _ => Self::Listen { address, source },
        }
    }

    pub(crate) fn start(source: io::Error) -> Self {
        Self::Start { source }
    }
}
