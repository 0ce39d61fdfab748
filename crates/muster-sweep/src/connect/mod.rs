//! A network of ordinary connections: any system, no privilege.
//!
//! Every probe is a non-blocking `connect` of its own; what becomes of it is read from the socket, on Linux with the
//! ICMP error behind it (`IP_RECVERR`). A connection that is established is reset at once (zero linger), so that neither
//! side keeps state. The number of sockets is bounded by the descriptor limit.

mod agreed;
mod line;
mod lines;
mod outcome;

use std::io;
use std::net::IpAddr;
use std::time::Duration;

use mio::{Events, Poll, Token};
use muster_engine::{Drops, Network, NetworkError, Probe, Reply};
use muster_model::{IcmpError, Instant, Reason};
use muster_platform::connecting::ConnectError;
use muster_platform::{interfaces, raise_descriptors};

use self::line::Standing;
use self::lines::Lines;
use self::outcome::Outcome;

/// Descriptors left to the rest of the program.
const RESERVE: u64 = 32;
/// More sockets than this only cost kernel memory.
const MOST_SOCKETS: u64 = 32_768;
/// With nothing in flight and the system short of resources for so long, nothing will change.
const LONGEST_SHORTAGE: Duration = Duration::from_secs(10);

/// Ordinary connections as a [`Network`]: any system, no privilege.
#[derive(Debug)]
pub struct Connect {
    poll: Poll,
    events: Events,
    lines: Lines,
    started: std::time::Instant,
    /// This machine's addresses.
    own: Vec<IpAddr>,
    settled: Vec<Reply>,
    most: usize,
    refused: u64,
    short_since: Option<Instant>,
}

/// What became of one attempt at once.
enum Begun {
    /// It is in flight.
    InFlight,
    /// It is over, after so long.
    Over(Option<Outcome>, Duration),
    /// This machine refused it; nothing was sent.
    Unsent(Outcome),
    /// The system is short of something; nothing was sent.
    Short(ConnectError, io::Error),
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
            lines: Lines::default(),
            started: std::time::Instant::now(),
            own: interfaces().unwrap_or_default().into_iter().map(|interface| interface.address).collect(),
            settled: Vec::new(),
            most,
            refused: 0,
            short_since: None,
        })
    }

    /// How many connections can be in flight at once.
    pub fn most_sockets(&self) -> usize {
        self.most
    }

    /// Closes the sockets that are kept for further attempts: whoever needs descriptors meanwhile finds them. The next
    /// probes open new ones.
    pub fn close_idle(&mut self) {
        self.lines.close_idle();
    }

    fn begin(&mut self, probe: &Probe) -> Begun {
        let target = probe.endpoint.socket_address();
        let number = match self.lines.take(target.ip(), self.most) {
            Ok(number) => number,
            Err(error) => return Begun::Short(ConnectError::of(&error), error),
        };
        let sent = self.now();
        let registry = self.poll.registry();
        let Some(line) = self.lines.at(number) else { return Begun::InFlight };
        let begun = match line.connect(&target.into()) {
            Ok(Standing::Pending) => match line.watch(registry, Token(number)) {
                Ok(()) => {
                    self.lines.start(number, *probe, sent);
                    return Begun::InFlight;
                }
                Err(error) => Begun::Short(ConnectError::Resources, error),
            },
            Ok(Standing::Over(outcome)) => Begun::Over(outcome, self.now().since(sent)),
            Err(error) => {
                let kind = ConnectError::of(&error);
                Outcome::refused_here(kind).map_or(Begun::Short(kind, error), Begun::Unsent)
            }
        };
        let outcome = if let Begun::Over(outcome, _) = &begun { *outcome } else { None };
        self.lines.release(number, outcome);
        begun
    }

    /// Nothing was sent for want of `kind`: the probe is offered again, unless that is without hope.
    fn fall_short(&mut self, kind: ConnectError, source: io::Error) -> Result<(), NetworkError> {
        self.refused += 1;
        let now = self.now();
        let since = *self.short_since.get_or_insert(now);
        let is_idle = self.lines.busy() == 0;
        match kind {
            ConnectError::Descriptors if is_idle => {
                Err(NetworkError::NoDescriptors { limit: self.most as u64 })
            }
            // Somebody else uses descriptors too: make do with what there was.
            ConnectError::Descriptors => {
                self.most = self.lines.busy();
                Ok(())
            }
            ConnectError::Resources if !is_idle || now.since(since) < LONGEST_SHORTAGE => Ok(()),
            _ => Err(NetworkError::Io { operation: "open a connection", source }),
        }
    }

    fn settle(&mut self, number: usize) {
        let Some(line) = self.lines.at(number) else { return };
        let Some((probe, sent)) = line.attempt else { return };
        let Standing::Over(outcome) = line.standing(&probe.endpoint.socket_address().into()) else { return };
        self.lines.release(number, outcome);
        let rtt = self.now().since(sent);
        let reply = outcome.map(|outcome| self.reply(&probe, outcome, Some(rtt)));
        self.settled.extend(reply);
    }

    /// Where nobody answers to an address on the local link, Linux sends itself the ICMP error that a router would have
    /// sent: nobody on the way has said anything.
    fn reply(&self, probe: &Probe, outcome: Outcome, rtt: Option<Duration>) -> Reply {
        let is_own = |icmp: &IcmpError| {
            let is_nobody = icmp.reason() == Reason::HostUnreach;
            is_nobody && icmp.from != probe.endpoint.address && self.own.contains(&icmp.from)
        };
        Reply {
            stack: outcome.stack,
            kind: probe.kind,
            endpoint: probe.endpoint,
            attempt: Some(probe.attempt),
            state: outcome.state,
            reason: outcome.reason,
            nature: outcome.nature,
            icmp: outcome.icmp.filter(|icmp| !is_own(icmp)),
            ttl: None,
            rtt,
        }
    }

    fn wait(&self, until: Instant) -> Duration {
        if !self.settled.is_empty() {
            return Duration::ZERO;
        }
        let until = self.lines.next_deadline().map_or(until, |deadline| deadline.min(until));
        until.since(self.now())
    }
}

impl Network for Connect {
    fn now(&self) -> Instant {
        Instant::START + self.started.elapsed()
    }

    fn room(&self) -> usize {
        self.most.saturating_sub(self.lines.busy())
    }

    fn send(&mut self, probes: &[Probe]) -> Result<usize, NetworkError> {
        let possible = probes.len().min(self.room());
        for (taken, probe) in probes[..possible].iter().enumerate() {
            match self.begin(probe) {
                Begun::InFlight => {}
                Begun::Over(outcome, rtt) => {
                    let reply = outcome.map(|outcome| self.reply(probe, outcome, Some(rtt)));
                    self.settled.extend(reply);
                }
                Begun::Unsent(outcome) => self.settled.push(self.reply(probe, outcome, None)),
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
        self.lines.expire(now);
        replies.append(&mut self.settled);
        Ok(Drops { sending: std::mem::take(&mut self.refused), receiving: 0 })
    }
}
