//! A name server as it is typed.

use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::str::FromStr;

/// A name server: an address, and a port that is 53 unless another is named.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NameServer(pub SocketAddr);

/// What was typed is no name server.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not the address of a name server")]
pub struct NotANameServer;

impl NotANameServer {
    /// What to do about it.
    pub fn hint(&self) -> &'static str {
        "name an address, as in 192.0.2.53, 192.0.2.53:5353, 2001:db8::53 or [2001:db8::53]:5353"
    }
}

impl FromStr for NameServer {
    type Err = NotANameServer;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let alone = text.parse().map(|address: IpAddr| SocketAddr::new(address, DOMAIN));
        let server = alone.or_else(|_| text.parse()).map_err(|_| NotANameServer)?;
        let is_one = server.port() != 0 && !server.ip().is_unspecified() && !server.ip().is_multicast();
        if is_one { Ok(Self(server)) } else { Err(NotANameServer) }
    }
}

/// The address alone where the port is the usual one.
impl fmt::Display for NameServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.port() == DOMAIN { self.0.ip().fmt(f) } else { self.0.fmt(f) }
    }
}

const DOMAIN: u16 = 53;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_with_or_without_a_port() {
        for (text, socket) in [
            ("127.0.0.1", "127.0.0.1:53"),
            ("127.0.0.1:5353", "127.0.0.1:5353"),
            ("::1", "[::1]:53"),
            ("[::1]:5353", "[::1]:5353"),
        ] {
            let server: NameServer = text.parse().unwrap();
            assert_eq!(server.0, socket.parse().unwrap());
            assert_eq!(server.to_string(), text);
        }
        for text in
            ["", "localhost", "127.0.0.1:", "127.0.0.1:0", "127.0.0.1:65536", "[::1]", "0.0.0.0", "224.0.0.1"]
        {
            assert_eq!(text.parse::<NameServer>(), Err(NotANameServer), "{text}");
        }
    }
}
