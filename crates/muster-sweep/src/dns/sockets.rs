//! The sockets over which name servers are asked: several for each server, so that an answer can hardly be guessed.

use std::hash::{BuildHasher as _, RandomState};
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use mio::net::UdpSocket;
use mio::{Interest, Registry, Token};

use super::server::NameServer;

/// Sockets by number; the sockets of one server follow each other.
#[derive(Debug)]
pub(super) struct Sockets {
    sockets: Vec<(usize, UdpSocket)>,
    /// For each server its first socket, and how many it has.
    of_server: Vec<(usize, usize)>,
    chance: Chance,
}

impl Sockets {
    /// Opens sockets for `servers`, at ports of the system's choice; fewer where descriptors are short.
    ///
    /// # Errors
    /// There is not even one.
    pub(super) fn open(servers: &[NameServer], registry: &Registry) -> io::Result<Self> {
        let each = (MOST_SOCKETS / servers.len().max(1)).max(1);
        let mut opened = Self { sockets: Vec::new(), of_server: Vec::new(), chance: Chance::default() };
        let mut last = None;
        for (number, server) in servers.iter().enumerate() {
            let first = opened.sockets.len();
            for _ in 0..each {
                match open(server.0, registry, Token(opened.sockets.len())) {
                    Ok(socket) => opened.sockets.push((number, socket)),
                    Err(error) => {
                        last = Some(error);
                        break;
                    }
                }
            }
            opened.of_server.push((first, opened.sockets.len() - first));
        }
        match last {
            Some(error) if opened.sockets.is_empty() => Err(error),
            _ => Ok(opened),
        }
    }

    /// Whether a server can be asked at all.
    pub(super) fn reaches(&self, server: usize) -> bool {
        self.of_server[server].1 > 0
    }

    /// Any socket of a server that [can be reached](Self::reaches).
    pub(super) fn any_of(&mut self, server: usize) -> usize {
        let (first, count) = self.of_server[server];
        first + usize::from(self.chance.number()) % count.max(1)
    }

    /// Any number for a question.
    pub(super) fn any_id(&mut self) -> u16 {
        self.chance.number()
    }

    /// The server of a socket.
    pub(super) fn server(&self, socket: usize) -> usize {
        self.sockets[socket].0
    }

    pub(super) fn get(&self, socket: usize) -> &UdpSocket {
        &self.sockets[socket].1
    }

    pub(super) fn len(&self) -> usize {
        self.sockets.len()
    }
}

/// A socket that takes datagrams from the server alone.
fn open(server: SocketAddr, registry: &Registry, token: Token) -> io::Result<UdpSocket> {
    let any: IpAddr =
        if server.is_ipv4() { Ipv4Addr::UNSPECIFIED.into() } else { Ipv6Addr::UNSPECIFIED.into() };
    let mut socket = UdpSocket::bind(SocketAddr::new(any, 0))?;
    socket.connect(server)?;
    registry.register(&mut socket, token, Interest::READABLE)?;
    Ok(socket)
}

/// Numbers that nobody else can foretell: a keyed hash of a count, the key being the system's randomness.
#[derive(Debug, Default)]
struct Chance {
    key: RandomState,
    count: u64,
}

impl Chance {
    fn number(&mut self) -> u16 {
        self.count += 1;
        self.key.hash_one(self.count) as u16
    }
}

/// Sockets for all servers together, where there are not more servers than that.
const MOST_SOCKETS: usize = 32;
