//! `0.0.0.0:135`, `[::]:445`, `*:22`, `127.0.0.53%lo:53`, `*.22`: an address and a port as tools write them.

use std::net::IpAddr;

/// An end of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    /// `None`: any.
    pub(crate) address: Option<IpAddr>,
    /// `None`: any.
    pub(crate) port: Option<u16>,
}

impl Place {
    /// Reads one; macOS has a dot before the port.
    pub(crate) fn read(text: &str) -> Option<Self> {
        Self::with(text, ':').or_else(|| Self::with(text, '.'))
    }

    fn with(text: &str, sign: char) -> Option<Self> {
        let (host, port) = text.rsplit_once(sign)?;
        let port = match port {
            "*" => None,
            digits => Some(digits.parse().ok()?),
        };
        Some(Self { address: address(host)?, port })
    }

    /// Whether it is nobody: what a listener has for the other end.
    pub(crate) fn is_nobody(&self) -> bool {
        self.port.unwrap_or(0) == 0
    }
}

/// An address with what may be around it; any is `None` within.
pub(crate) fn address(text: &str) -> Option<Option<IpAddr>> {
    let bare = text.split('%').next().unwrap_or(text);
    let bare = bare.trim_start_matches('[').trim_end_matches(']');
    if matches!(bare, "*" | "") {
        return Some(None);
    }
    let address: IpAddr = bare.parse().ok()?;
    Some(Some(address).filter(|address| !address.is_unspecified()))
}
