//! What carries a conversation: a connection, or datagrams from one socket to one address.

use std::io::{self, Read as _, Write as _};
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};

use mio::net::{TcpStream, UdpSocket};
use mio::{Interest, Registry, Token};
use muster_model::{Conversation, Endpoint, Protocol};
use muster_platform::connecting::{self, ConnectError};
use socket2::{Domain, SockRef};

/// A socket that speaks to one endpoint.
#[derive(Debug)]
pub(super) enum Wire {
    /// A connection that is coming about or stands.
    Stream(TcpStream),
    /// Each piece is a datagram; from nobody else any is taken.
    Datagrams(UdpSocket),
}

impl Wire {
    /// Begins to connect to `endpoint`, and has `registry` tell of the events by `token`.
    ///
    /// # Errors
    /// Why this machine could not begin.
    pub(super) fn open(endpoint: Endpoint, registry: &Registry, token: Token) -> Result<Self, ConnectError> {
        let mut wire = match endpoint.protocol {
            Protocol::Udp => Self::Datagrams(datagrams(endpoint).map_err(|error| ConnectError::of(&error))?),
            _ => Self::Stream(stream(endpoint)?),
        };
        let interest = Interest::READABLE | Interest::WRITABLE;
        let registered = match &mut wire {
            Self::Stream(stream) => registry.register(stream, token, interest),
            Self::Datagrams(socket) => registry.register(socket, token, interest),
        };
        // Only the kernel's memory or its number of watches can be short here.
        registered.map_err(|_| ConnectError::Resources)?;
        Ok(wire)
    }

    /// Whether a piece without bytes is a piece.
    pub(super) fn is_datagrams(&self) -> bool {
        matches!(self, Self::Datagrams(_))
    }

    /// How the attempt to connect stands: `None` while it lasts; [`Conversation::Reset`] if the connection came about
    /// and was reset since; [`Conversation::Satisfied`] if it stands.
    pub(super) fn standing(&self) -> Option<Conversation> {
        let Self::Stream(stream) = self else { return Some(Conversation::Satisfied) };
        let socket = SockRef::from(stream);
        if let Ok(Some(error)) | Err(error) = socket.take_error() {
            return Some(match ConnectError::of(&error) {
                ConnectError::Reset => Conversation::Reset,
                _ => Conversation::NotConnected,
            });
        }
        let peer = socket.peer_addr().ok()?;
        // A socket that was given the very port it connects to meets itself, which it could not if somebody listened.
        let is_itself = socket.local_addr().is_ok_and(|local| local == peer);
        Some(if is_itself { Conversation::NotConnected } else { Conversation::Satisfied })
    }

    /// Sends what the system takes.
    ///
    /// # Errors
    /// The system's.
    pub(super) fn send(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Stream(stream) => stream.write(bytes),
            Self::Datagrams(socket) => socket.send(bytes),
        }
    }

    /// Receives what there is.
    ///
    /// # Errors
    /// The system's; of datagrams also that nobody listens there.
    pub(super) fn receive(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Stream(stream) => stream.read(buffer),
            Self::Datagrams(socket) => socket.recv(buffer),
        }
    }
}

fn stream(endpoint: Endpoint) -> Result<TcpStream, ConnectError> {
    let domain = if endpoint.address.is_ipv4() { Domain::IPV4 } else { Domain::IPV6 };
    let socket = connecting::open_stream(domain).map_err(|error| ConnectError::of(&error))?;
    match socket.connect(&endpoint.socket_address().into()).map_err(|error| ConnectError::of(&error)) {
        Ok(()) | Err(ConnectError::InProgress) => {}
        Err(error) => return Err(error),
    }
    Ok(TcpStream::from_std(socket.into()))
}

fn datagrams(endpoint: Endpoint) -> io::Result<UdpSocket> {
    let any = match endpoint.address.is_ipv4() {
        true => SocketAddr::from((Ipv4Addr::UNSPECIFIED, 0)),
        false => SocketAddr::from((Ipv6Addr::UNSPECIFIED, 0)),
    };
    let socket = UdpSocket::bind(any)?;
    socket.connect(endpoint.socket_address())?;
    Ok(socket)
}
