//! One socket, used for one attempt after another.

use std::io;
use std::net::IpAddr;
use std::time::Duration;

use mio::net::TcpStream;
use mio::{Interest, Registry, Token};
use muster_engine::Probe;
use muster_model::{IcmpError, Instant};
use muster_platform::connecting::{self, ConnectError};
use muster_platform::error_queue;
use muster_platform::handshake::Offered;
use socket2::{Domain, SockAddr, SockRef};

use super::agreed::agreed;
use super::outcome::Outcome;

/// A socket and the attempt it makes, if it makes one.
///
/// Where the system allows it (Linux), a socket connects again after its attempt has ended; that saves opening,
/// watching and closing one for every probe, which is half of the work.
#[derive(Debug)]
pub(super) struct Line {
    stream: TcpStream,
    is_ipv4: bool,
    is_watched: bool,
    /// What its SYNs offer.
    offered: Offered,
    /// The probe and when it was sent.
    pub(super) attempt: Option<(Probe, Instant)>,
}

/// How an attempt stands.
pub(super) enum Standing {
    Pending,
    /// Over; `None` is silence.
    Over(Option<Outcome>),
}

impl Line {
    pub(super) fn open(address: IpAddr, offered: Offered) -> io::Result<Self> {
        let socket = connecting::open_stream(if address.is_ipv4() { Domain::IPV4 } else { Domain::IPV6 })?;
        // Without it an attempt still ends rightly, only the ICMP message behind it stays unknown.
        let _ = error_queue::enable(&socket, address.is_ipv6());
        Ok(Self {
            stream: TcpStream::from_std(socket.into()),
            is_ipv4: address.is_ipv4(),
            is_watched: false,
            offered,
            attempt: None,
        })
    }

    pub(super) fn is_ipv4(&self) -> bool {
        self.is_ipv4
    }

    /// Begins to connect. On a near network the end may be there at once.
    ///
    /// # Errors
    /// If this machine refused to send anything.
    pub(super) fn connect(&self, target: &SockAddr) -> Result<Standing, io::Error> {
        match self.socket().connect(target) {
            Ok(()) => Ok(Standing::Over(Some(self.established(target)))),
            Err(error) if ConnectError::of(&error) == ConnectError::InProgress => {
                Ok(if connecting::CONNECTS_AGAIN { self.ask_again(target) } else { Standing::Pending })
            }
            Err(error) => Err(error),
        }
    }

    /// How the attempt to reach `target` stands, after an event of the socket.
    pub(super) fn standing(&self, target: &SockAddr) -> Standing {
        let standing = if connecting::CONNECTS_AGAIN { self.ask_again(target) } else { self.ask_option() };
        match standing {
            // An ICMP error that came while the socket was busy connecting leaves only a queue entry.
            Standing::Pending => self
                .icmp_error()
                .map_or(Standing::Pending, |(error, icmp)| Standing::Over(Outcome::failed(&error, icmp))),
            over => over,
        }
    }

    /// Has `registry` tell of the socket's events by `token`.
    pub(super) fn watch(&mut self, registry: &Registry, token: Token) -> io::Result<()> {
        if !self.is_watched {
            registry.register(&mut self.stream, token, Interest::WRITABLE)?;
            self.is_watched = true;
        }
        Ok(())
    }

    /// Ends the attempt, of which `outcome` came, without a trace: a connection that stands is reset. Whether the socket
    /// can be used again; if not, dropping it does the same.
    pub(super) fn hang_up(&mut self, outcome: Option<Outcome>) -> bool {
        self.attempt = None;
        if connecting::CONNECTS_AGAIN && outcome == Some(Outcome::CLOSED) {
            return true;
        }
        if connecting::disconnect(&self.socket()).is_err() {
            // A failure only means an orderly end instead of a reset.
            let _ = self.socket().set_linger(Some(Duration::ZERO));
            return false;
        }
        // What came late must not be taken for news of the next target.
        outcome.is_some_and(Outcome::is_accepted) || (0..4).any(|_| self.icmp_error().is_none())
    }

    /// A second `connect` tells how the first one stands, and leaves a refused socket ready for another.
    fn ask_again(&self, target: &SockAddr) -> Standing {
        let Err(error) = self.socket().connect(target) else {
            return Standing::Over(Some(self.established(target)));
        };
        match ConnectError::of(&error) {
            ConnectError::InProgress => Standing::Pending,
            ConnectError::Connected => Standing::Over(Some(self.established(target))),
            _ => Standing::Over(self.failed(&error)),
        }
    }

    /// The portable way: `SO_ERROR`, which is read before the error queue, since that clears it.
    fn ask_option(&self) -> Standing {
        match self.socket().take_error() {
            Ok(Some(error)) | Err(error) => Standing::Over(self.failed(&error)),
            Ok(None) => match self.socket().peer_addr() {
                Ok(peer) => Standing::Over(Some(self.established(&peer))),
                Err(_) => Standing::Pending,
            },
        }
    }

    fn failed(&self, error: &io::Error) -> Option<Outcome> {
        Outcome::failed(error, self.icmp_error().and_then(|(_, icmp)| icmp))
    }

    /// A socket that was given the very port it connects to meets itself. With a listener there it would have met that,
    /// so the port is closed, and the socket is left as if it had been refused.
    fn established(&self, target: &SockAddr) -> Outcome {
        if self.socket().local_addr().is_ok_and(|local| local == *target) {
            // Where it fails, a refused socket is not used again either.
            let _ = connecting::disconnect(&self.socket());
            return Outcome::CLOSED;
        }
        Outcome { stack: agreed(&self.stream, self.offered), ..Outcome::OPEN }
    }

    fn icmp_error(&self) -> Option<(io::Error, Option<IcmpError>)> {
        let queued = error_queue::take(&self.stream).ok()??;
        let icmp = queued.icmp.map(|(kind, code, from)| IcmpError { kind, code, from });
        Some((io::Error::from_raw_os_error(queued.errno), icmp))
    }

    fn socket(&self) -> SockRef<'_> {
        SockRef::from(&self.stream)
    }
}
