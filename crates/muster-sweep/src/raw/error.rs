//! Why a raw sweep cannot begin.

use std::io;
use std::net::IpAddr;

use muster_engine::{NetworkError, TooManyRanges};
use muster_platform::link::LinkError;

/// What keeps frames from being sent at all.
#[derive(Debug, thiserror::Error)]
pub enum RawError {
    /// The inner network of ordinary connections, for this machine's own addresses, could not be opened.
    #[error("cannot probe this machine itself: {0}")]
    Connect(#[source] NetworkError),
    /// An interface is down that `-e` names, or without which no target can be reached.
    #[error("interface {0} is switched off or has no carrier")]
    DeviceDown(String),
    /// The gateways cannot be looked for.
    #[error("cannot look for gateways: {0}")]
    Gateways(#[source] NetworkError),
    /// Nothing can be sent by an interface.
    #[error(transparent)]
    Link(#[from] LinkError),
    /// `-e` names what is not there.
    #[error("no interface {name}: there are {}", known.join(", "))]
    NoSuchDevice {
        /// What was asked for.
        name: String,
        /// The interfaces of this machine.
        known: Vec<String>,
    },
    /// `-S` is an address of somebody else.
    #[error("source address {0}: not an address of this machine")]
    ForeignSource(IpAddr),
    /// The kernel did not say what it was asked.
    #[error("cannot read this machine's {what}: {source}")]
    Kernel {
        /// Interfaces, routes or addresses.
        what: &'static str,
        /// Its answer.
        source: io::Error,
    },
    /// The targets on the local links cannot be kept.
    #[error("targets on the local link: {0}")]
    Scattered(#[from] TooManyRanges),
    /// An interface of a kind that we do not speak.
    #[error("interface {device}: neither Ethernet nor raw IP, so no frames can be made for it")]
    UnknownFraming {
        /// Its name.
        device: String,
    },
}

impl RawError {
    /// What the user can do.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::DeviceDown(name) => Some(format!(
                "switch it on: ip link set dev {name} up; if it is on, see to its cable or to its other end"
            )),
            Self::ForeignSource(_) => Some("`ip address` lists this machine's addresses".to_owned()),
            Self::Link(error) => error.hint().map(|hint| format!("{hint}; or {CONNECT}")),
            Self::NoSuchDevice { .. } => Some(
                "name one of these, or leave out -e; what is taken up again needs the same one".to_owned(),
            ),
            Self::Scattered(_) => Some("sweep fewer and larger networks at a time".to_owned()),
            Self::Kernel { .. } | Self::UnknownFraming { .. } => Some(CONNECT.to_owned()),
            Self::Connect(_) | Self::Gateways(_) => None,
        }
    }
}

const CONNECT: &str = "use -sT to sweep by ordinary connections";
