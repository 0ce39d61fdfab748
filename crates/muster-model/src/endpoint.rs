//! Where a probe goes: an address, a transport and a port.

use std::fmt;
use std::net::{IpAddr, SocketAddr};

/// One port of one address. Orders by address, then transport, then port: the order of every report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Endpoint {
    /// The host's address.
    pub address: IpAddr,
    /// The transport.
    pub protocol: Protocol,
    /// The port number.
    pub port: u16,
}

impl Endpoint {
    /// A TCP endpoint.
    pub fn tcp(address: IpAddr, port: u16) -> Self {
        Self { address, protocol: Protocol::Tcp, port }
    }

    /// Address and port as the standard library pairs them; the transport is left out.
    pub fn socket_address(&self) -> SocketAddr {
        SocketAddr::new(self.address, self.port)
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.socket_address(), self.protocol)
    }
}

/// A transport, or what stands for it where a whole host is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Protocol {
    /// RFC 9293.
    Tcp,
    /// RFC 768.
    Udp,
    /// RFC 792 and RFC 4443; the port is 0.
    Icmp,
    /// ARP (RFC 826) and Neighbour Discovery (RFC 4861); the port is 0.
    Neighbor,
}

impl Protocol {
    /// The lower-case name, for TCP and UDP the one that Nmap and IANA use.
    pub fn name(self) -> &'static str {
        match self {
            Self::Tcp => "tcp",
            Self::Udp => "udp",
            Self::Icmp => "icmp",
            Self::Neighbor => "neighbor",
        }
    }
}

impl fmt::Display for Protocol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn endpoints_sort_by_address_then_transport_then_port() {
        let at =
            |address: &str, protocol, port| Endpoint { address: address.parse().unwrap(), protocol, port };
        let sorted = [
            at("10.0.0.2", Protocol::Tcp, 80),
            at("10.0.0.2", Protocol::Tcp, 2967),
            at("10.0.0.2", Protocol::Udp, 53),
            at("10.0.0.10", Protocol::Tcp, 22),
            at("::1", Protocol::Tcp, 1),
        ];
        assert!(sorted.is_sorted());
        assert_eq!(sorted[4].to_string(), "[::1]:1/tcp");
    }
}
