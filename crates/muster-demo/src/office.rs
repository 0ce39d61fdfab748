//! Opening and closing the office.

use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr, SocketAddrV4, TcpListener, TcpStream};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use jiff::Timestamp;
use mio::Waker;
use muster_model::{Endpoint, PortState};
use socket2::SockRef;

use crate::error::OfficeError;
use crate::expected::{Expected, under_policy, without_policy};
use crate::plan::{Desk, NETWORK, address, plan};
use crate::server::Server;
use crate::speech::Speech;
use crate::zones::policy_text;

/// An open office. Dropping it closes it.
#[derive(Debug)]
pub struct Office {
    network: Ipv4Addr,
    desks: Vec<Desk>,
    _deaf: Vec<Deaf>,
    stopper: Waker,
    thread: Option<JoinHandle<io::Result<()>>>,
}

impl Office {
    /// Opens the office on 127.44.0.0/24.
    ///
    /// # Errors
    /// An address is not to be had on this system, a port is taken (by another office), or the system refuses.
    pub fn open() -> Result<Self, OfficeError> {
        Self::open_in(NETWORK)
    }

    /// Opens the same office in another /24 of 127.0.0.0/8, so that several can be open at once.
    ///
    /// # Errors
    /// As [`Office::open`]; the network is not loopback.
    pub fn open_in(network: Ipv4Addr) -> Result<Self, OfficeError> {
        if !network.is_loopback() {
            return Err(OfficeError::NotLoopback { network });
        }
        let desks = plan(network, Timestamp::now());
        let mut deaf = Vec::new();
        let mut listeners = Vec::new();
        for (address, speech) in desks.iter().flat_map(Desk::listeners) {
            match speech {
                Speech::Deaf => deaf.push(Deaf::listen(address)?),
                _ => listeners.push((listen(address)?, speech)),
            }
        }
        let server = Server::new(listeners).map_err(OfficeError::start)?;
        let stopper = server.stopper().map_err(OfficeError::start)?;
        let thread = thread::Builder::new().name("office".to_owned()).spawn(move || server.run());
        let thread = Some(thread.map_err(OfficeError::start)?);
        Ok(Self { network, desks, _deaf: deaf, stopper, thread })
    }

    /// Everybody in it, in order of address.
    pub fn desks(&self) -> &[Desk] {
        &self.desks
    }

    /// The addresses to sweep: the office's own and no other, in order.
    pub fn targets(&self) -> Vec<IpAddr> {
        self.desks.iter().map(|desk| IpAddr::V4(desk.address)).collect()
    }

    /// What a sweep must find: the state of the agent's port at every address, and of every other port with something
    /// behind it, in order. Ports not named are closed.
    pub fn truth(&self) -> Vec<(Endpoint, PortState)> {
        let mut truth: Vec<_> = self.desks.iter().flat_map(Desk::truth).collect();
        truth.sort_by_key(|(endpoint, _)| *endpoint);
        truth
    }

    /// The policy under which the office is to be audited, as the text of a `muster.toml`. It speaks of no address outside
    /// of the office's network.
    pub fn policy(&self) -> String {
        policy_text(self.network)
    }

    /// What an audit under [`Office::policy`] must say of each of the network's 256 addresses, in order. It holds where
    /// the system has all of 127.0.0.0/8 and refuses connections to addresses without a listener.
    pub fn expected_under_policy(&self) -> Vec<(Ipv4Addr, Expected)> {
        self.expected(under_policy)
    }

    /// The same for an audit without any policy.
    pub fn expected_without_policy(&self) -> Vec<(Ipv4Addr, Expected)> {
        self.expected(|_, desk| without_policy(desk))
    }

    fn expected(&self, truth: impl Fn(u8, Option<&Desk>) -> Expected) -> Vec<(Ipv4Addr, Expected)> {
        let at = |host| {
            let address = address(self.network, host);
            let desk = self.desks.binary_search_by_key(&address, |desk| desk.address);
            (address, truth(host, desk.ok().map(|place| &self.desks[place])))
        };
        (0..=u8::MAX).map(at).collect()
    }

    /// Closes every socket and ends the thread before it returns.
    ///
    /// # Errors
    /// The office had stopped serving before.
    pub fn close(mut self) -> Result<(), OfficeError> {
        self.stop()
    }

    fn stop(&mut self) -> Result<(), OfficeError> {
        let Some(thread) = self.thread.take() else { return Ok(()) };
        // Without the wake-up the thread would not end: better to leave it than to wait for it.
        self.stopper.wake().map_err(|source| OfficeError::Serve { source })?;
        let outcome = thread.join().map_err(|_| OfficeError::Panicked)?;
        outcome.map_err(|source| OfficeError::Serve { source })
    }
}

impl Drop for Office {
    fn drop(&mut self) {
        // Whoever wants to know calls `close`.
        let _ = self.stop();
    }
}

/// A listener that drops whatever arrives, as a firewall would: its queue of connections that wait to be accepted has
/// one place, a connection of our own waits there, and nobody accepts it. Linux does not answer a SYN while the queue
/// is full.
#[derive(Debug)]
struct Deaf {
    _listener: TcpListener,
    _waiting: TcpStream,
}

impl Deaf {
    fn listen(address: SocketAddrV4) -> Result<Self, OfficeError> {
        let failed = |source| OfficeError::listen(address, source);
        let listener = TcpListener::bind(address).map_err(failed)?;
        let waiting = TcpStream::connect_timeout(&SocketAddr::V4(address), OWN_CONNECTION).map_err(failed)?;
        // Listening again changes nothing but the length of the queue: "at most 0" has room for the one that waits.
        SockRef::from(&listener).listen(0).map_err(failed)?;
        Ok(Self { _listener: listener, _waiting: waiting })
    }
}

/// The standard library sets `SO_REUSEADDR` where it has the meaning of Unix, so that an office can open right after
/// another closed.
fn listen(address: SocketAddrV4) -> Result<mio::net::TcpListener, OfficeError> {
    let failed = |source| OfficeError::listen(address, source);
    let listener = TcpListener::bind(address).map_err(failed)?;
    // The standard library's queue of 128 overflows before the one thread gets its turn, and Linux then drops SYNs.
    SockRef::from(&listener).listen(LONGEST_QUEUE).map_err(failed)?;
    listener.set_nonblocking(true).map_err(failed)?;
    Ok(mio::net::TcpListener::from_std(listener))
}

/// As long as systems let it be, or shorter by their own limit.
const LONGEST_QUEUE: i32 = 4096;
/// Our own connection over loopback takes microseconds.
const OWN_CONNECTION: Duration = Duration::from_secs(1);
