//! A network of ordinary connections: any system, no privilege.
//!
//! Every probe is a non-blocking `connect` of its own; what becomes of it is read from the socket, on Linux with the
//! ICMP error behind it (`IP_RECVERR`). A connection that is established is reset at once (zero linger), so that neither
//! side keeps state. The number of sockets is bounded by the descriptor limit.

mod outcome;
mod slots;

use std::io;
use std::net::IpAddr;
use std::time::Duration;

use mio::net::TcpStream;
use mio::{Events, Interest, Poll, Token};
use muster_engine::{Drops, Network, NetworkError, Probe, Reply};
use muster_model::{IcmpError, Instant};
use muster_platform::connecting::{self, ConnectError};
use muster_platform::{error_queue, raise_descriptors};
use socket2::{Domain, SockAddr, SockRef, Socket};

use self::outcome::Outcome;
use self::slots::{Attempted, Slots};

/// Descriptors left to the rest of the program.
const RESERVE: u64 = 32;
/// More sockets than this only cost kernel memory.
const MOST_SOCKETS: u64 = 32_768;
/// With nothing in flight and the system short of resources for so long, nothing will change.
const LONGEST_SHORTAGE: Duration = Duration::from_secs(10);

/// See the [module](self).
#[derive(Debug)]
pub struct Connect {
    poll: Poll,
    events: Events,
    slots: Slots,
    started: std::time::Instant,
    settled: Vec<Reply>,
    spare: Spare,
    most: usize,
    refused: u64,
    short_since: Option<Instant>,
}

/// A socket of each family whose last attempt was refused: where the system allows it, it connects again, which is a
/// third cheaper than a new one.
#[derive(Debug, Default)]
struct Spare {
    v4: Option<Socket>,
    v6: Option<Socket>,
}

impl Spare {
    fn take(&mut self, address: IpAddr) -> Option<Socket> {
        self.of(address).take()
    }

    fn keep(&mut self, address: IpAddr, socket: Socket) {
        if connecting::CONNECTS_AGAIN {
            *self.of(address) = Some(socket);
        }
    }

    fn of(&mut self, address: IpAddr) -> &mut Option<Socket> {
        if address.is_ipv4() { &mut self.v4 } else { &mut self.v6 }
    }
}

/// What became of one attempt at once.
enum Begun {
    /// It is in flight.
    InFlight,
    /// It is over, after so long.
    Settled(Option<Outcome>, Duration),
    /// This machine refused it; nothing was sent.
    Unsent(Outcome),
    /// The system is short of something; nothing was sent.
    Short(ConnectError, io::Error),
}

/// What a socket in flight shows.
enum Look {
    Pending,
    Settled(Option<Outcome>),
}

impl Connect {
    /// Raises the descriptor limit to the hard limit and takes what it allows.
    ///
    /// # Errors
    /// If the system gives no poll, or the limit leaves no socket.
    pub fn new() -> Result<Self, NetworkError> {
        let poll = Poll::new().map_err(|source| NetworkError::Io { operation: "open a poll", source })?;
        let descriptors = raise_descriptors()
            .map_err(|source| NetworkError::Io { operation: "read the descriptor limit", source })?;
        let free = descriptors.limit.saturating_sub(descriptors.in_use);
        let most = free.saturating_sub(RESERVE).max(free / 4).min(MOST_SOCKETS) as usize;
        if most == 0 {
            return Err(NetworkError::NoDescriptors { limit: descriptors.limit });
        }
        Ok(Self {
            poll,
            events: Events::with_capacity(1_024),
            slots: Slots::default(),
            started: std::time::Instant::now(),
            settled: Vec::new(),
            spare: Spare::default(),
            most,
            refused: 0,
            short_since: None,
        })
    }

    /// How many connections can be in flight at once.
    pub fn most_sockets(&self) -> usize {
        self.most
    }

    /// Starts one attempt. On a near network its end is there as soon as `connect` returns, which saves watching it.
    fn begin(&mut self, probe: &Probe) -> Begun {
        let target = probe.endpoint.socket_address();
        let socket = match self.spare.take(target.ip()).map_or_else(|| open(target.ip()), Ok) {
            Ok(socket) => socket,
            Err(error) => return Begun::Short(ConnectError::of(&error), error),
        };
        let sent = self.now();
        let target = target.into();
        if let Err(error) = socket.connect(&target) {
            match ConnectError::of(&error) {
                ConnectError::InProgress => {}
                kind => return Outcome::refused_here(kind).map_or(Begun::Short(kind, error), Begun::Unsent),
            }
        }
        match ask_again(&socket, &target) {
            Look::Pending => {
                self.watch(Attempted { probe: *probe, stream: TcpStream::from_std(socket.into()), sent })
            }
            Look::Settled(outcome) => {
                if outcome == Some(Outcome::CLOSED) {
                    self.spare.keep(probe.endpoint.address, socket);
                }
                Begun::Settled(outcome, self.now().since(sent))
            }
        }
    }

    fn watch(&mut self, mut attempted: Attempted) -> Begun {
        let token = Token(self.slots.next_number());
        match self.poll.registry().register(&mut attempted.stream, token, Interest::WRITABLE) {
            Ok(()) => {
                self.slots.insert(attempted);
                Begun::InFlight
            }
            Err(error) => Begun::Short(ConnectError::Resources, error),
        }
    }

    /// Nothing was sent for want of `kind`: the probe is offered again, unless that is without hope.
    fn fall_short(&mut self, kind: ConnectError, source: io::Error) -> Result<(), NetworkError> {
        self.refused += 1;
        let now = self.now();
        let since = *self.short_since.get_or_insert(now);
        let is_idle = self.slots.len() == 0;
        match kind {
            ConnectError::Descriptors if is_idle => {
                Err(NetworkError::NoDescriptors { limit: self.most as u64 })
            }
            // Somebody else uses descriptors too: make do with what there was.
            ConnectError::Descriptors => {
                self.most = self.slots.len();
                Ok(())
            }
            ConnectError::Resources if !is_idle || now.since(since) < LONGEST_SHORTAGE => Ok(()),
            _ => Err(NetworkError::Io { operation: "open a connection", source }),
        }
    }

    fn settle(&mut self, number: usize) {
        let Some(attempted) = self.slots.at(number) else { return };
        let Look::Settled(outcome) = look(&SockRef::from(&attempted.stream)) else { return };
        let rtt = self.now().since(attempted.sent);
        if let Some(attempted) = self.slots.remove(number) {
            self.settled.extend(outcome.map(|outcome| reply(&attempted.probe, outcome, Some(rtt))));
        }
    }

    fn wait(&self, until: Instant) -> Duration {
        if !self.settled.is_empty() {
            return Duration::ZERO;
        }
        let until = self.slots.next_deadline().map_or(until, |deadline| deadline.min(until));
        until.since(self.now())
    }
}

impl Network for Connect {
    fn now(&self) -> Instant {
        Instant::START + self.started.elapsed()
    }

    fn room(&self) -> usize {
        self.most.saturating_sub(self.slots.len())
    }

    fn send(&mut self, probes: &[Probe]) -> Result<usize, NetworkError> {
        let possible = probes.len().min(self.room());
        for (taken, probe) in probes[..possible].iter().enumerate() {
            match self.begin(probe) {
                Begun::InFlight => {}
                Begun::Settled(outcome, rtt) => {
                    self.settled.extend(outcome.map(|outcome| reply(probe, outcome, Some(rtt))));
                }
                Begun::Unsent(outcome) => self.settled.push(reply(probe, outcome, None)),
                Begun::Short(kind, error) => {
                    self.fall_short(kind, error)?;
                    return Ok(taken);
                }
            }
            self.short_since = None;
        }
        Ok(possible)
    }

    fn receive(&mut self, until: Instant, replies: &mut Vec<Reply>) -> Result<Drops, NetworkError> {
        let longest = self.wait(until);
        if let Err(source) = self.poll.poll(&mut self.events, Some(longest))
            && source.kind() != io::ErrorKind::Interrupted
        {
            return Err(NetworkError::Io { operation: "wait for sockets", source });
        }
        let ready: Vec<usize> = self.events.iter().map(|event| event.token().0).collect();
        for number in ready {
            self.settle(number);
        }
        let now = self.now();
        while self.slots.expire(now).is_some() {}
        replies.append(&mut self.settled);
        Ok(Drops { sending: std::mem::take(&mut self.refused), receiving: 0 })
    }
}

fn open(address: IpAddr) -> io::Result<Socket> {
    let socket = connecting::open_stream(if address.is_ipv4() { Domain::IPV4 } else { Domain::IPV6 })?;
    // Without it an attempt still ends rightly, only the ICMP message behind it stays unknown.
    let _ = error_queue::enable(&socket, address.is_ipv6());
    Ok(socket)
}

/// A second `connect` tells how the first one stands, and leaves a refused socket ready for another.
fn ask_again(socket: &Socket, target: &SockAddr) -> Look {
    match socket.connect(target) {
        Ok(()) => Look::Settled(Some(established(socket, target))),
        Err(error) => match ConnectError::of(&error) {
            ConnectError::InProgress => Look::Pending,
            ConnectError::Connected => Look::Settled(Some(established(socket, target))),
            _ => Look::Settled(Outcome::failed(&error, icmp_error(socket).and_then(|queued| queued.1))),
        },
    }
}

/// Reads what became of an attempt. `SO_ERROR` comes first: reading the error queue clears it.
fn look(socket: &Socket) -> Look {
    match socket.take_error() {
        Ok(Some(error)) => {
            Look::Settled(Outcome::failed(&error, icmp_error(socket).and_then(|queued| queued.1)))
        }
        Ok(None) => match socket.peer_addr() {
            Ok(peer) => Look::Settled(Some(established(socket, &peer))),
            // An ICMP error that reached the socket while it was busy connecting may leave only a queue entry.
            Err(_) => icmp_error(socket)
                .map_or(Look::Pending, |(error, icmp)| Look::Settled(Outcome::failed(&error, icmp))),
        },
        Err(error) => Look::Settled(Outcome::failed(&error, None)),
    }
}

fn icmp_error(socket: &Socket) -> Option<(io::Error, Option<IcmpError>)> {
    let queued = error_queue::take(socket).ok()??;
    let icmp = queued.icmp.map(|(kind, code, from)| IcmpError { kind, code, from });
    Some((io::Error::from_raw_os_error(queued.errno), icmp))
}

/// The connection stands: it is made to vanish with a reset when it is closed.
fn established(socket: &Socket, peer: &SockAddr) -> Outcome {
    // A failure only means an orderly end instead of a reset.
    let _ = socket.set_linger(Some(Duration::ZERO));
    // A socket that was given the very port it connects to meets itself. With a listener there it would have met that.
    if socket.local_addr().is_ok_and(|local| local == *peer) { Outcome::CLOSED } else { Outcome::OPEN }
}

fn reply(probe: &Probe, outcome: Outcome, rtt: Option<Duration>) -> Reply {
    Reply {
        endpoint: probe.endpoint,
        attempt: probe.attempt,
        state: outcome.state,
        reason: outcome.reason,
        nature: outcome.nature,
        icmp: outcome.icmp,
        ttl: None,
        rtt,
    }
}
