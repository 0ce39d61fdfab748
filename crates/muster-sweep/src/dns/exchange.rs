//! All questions under way: whose turn it is, whose time is up, and which servers are worth asking.

use std::collections::{BTreeSet, HashMap, VecDeque};
use std::hash::{BuildHasher as _, RandomState};
use std::io;
use std::net::IpAddr;
use std::time::{Duration, Instant};

use mio::{Events, Poll};
use muster_identify::{NameAnswer, ptr_query, read_ptr_answer};

use super::sockets::Sockets;
use super::window::Window;
use super::{NameServers, NamesFound};
use crate::drive::Flow;

/// The questions of one run.
#[derive(Debug)]
pub(super) struct Exchange<'a> {
    orders: &'a NameServers<'a>,
    poll: Poll,
    sockets: Sockets,
    servers: Vec<Standing>,
    waiting: VecDeque<Errand>,
    /// By socket and number.
    pending: HashMap<(usize, u16), Pending>,
    deadlines: BTreeSet<(Instant, usize, u16)>,
    /// Sockets on which more may have come than a turn reads.
    unread: BTreeSet<usize>,
    window: Window,
    begun: Instant,
    total: usize,
    names: HashMap<IpAddr, String>,
}

/// An address whose name is to be asked for.
#[derive(Clone, Copy, Debug)]
struct Errand {
    address: IpAddr,
    /// The server whose turn it is, if it is worth asking.
    server: usize,
    /// How often it was asked for already.
    tried: usize,
}

#[derive(Clone, Copy, Debug)]
struct Pending {
    errand: Errand,
    until: Instant,
}

impl<'a> Exchange<'a> {
    pub(super) fn new(orders: &'a NameServers<'a>, addresses: &[IpAddr]) -> io::Result<Self> {
        let poll = Poll::new()?;
        let sockets = Sockets::open(orders.servers, poll.registry())?;
        let begun = Instant::now();
        let count = orders.servers.len();
        let errand =
            |(number, &address): (usize, &IpAddr)| Errand { address, server: number % count, tried: 0 };
        Ok(Self {
            orders,
            poll,
            sockets,
            servers: vec![Standing::new(begun); count],
            waiting: mixed(addresses).iter().enumerate().map(errand).collect(),
            pending: HashMap::new(),
            deadlines: BTreeSet::new(),
            unread: BTreeSet::new(),
            window: Window::new(begun),
            begun,
            total: addresses.len(),
            names: HashMap::new(),
        })
    }

    /// Asks until everything is answered, nobody is left to answer, the time is up, or `tick` says so.
    pub(super) fn run(mut self, tick: &mut dyn FnMut(usize, usize) -> Flow) -> io::Result<NamesFound> {
        let mut events = Events::with_capacity(self.sockets.len());
        while !self.is_over() {
            self.send();
            self.wait(&mut events)?;
            self.unread.extend(events.iter().map(|event| event.token().0));
            self.receive();
            self.expire(Instant::now());
            let left = self.left();
            if tick(self.total - left, self.total) == Flow::Stop {
                break;
            }
        }
        Ok(self.found())
    }

    fn is_over(&self) -> bool {
        let is_late = self.begun.elapsed() >= self.orders.limit;
        let is_anybody_left = (0..self.servers.len()).any(|server| self.is_worth_asking(server));
        self.left() == 0 || is_late || (!is_anybody_left && self.pending.is_empty())
    }

    fn left(&self) -> usize {
        self.waiting.len() + self.pending.len()
    }

    fn found(self) -> NamesFound {
        let silent = self.servers.iter().zip(self.orders.servers);
        let silent = silent.filter(|(standing, _)| standing.was_asked && !standing.has_answered);
        NamesFound {
            unasked: self.left(),
            silent: silent.map(|(_, server)| *server).collect(),
            names: self.names,
        }
    }

    fn wait(&mut self, events: &mut Events) -> io::Result<()> {
        let now = Instant::now();
        let until = self.deadlines.first().map_or(LONGEST_WAIT, |(at, ..)| at.saturating_duration_since(now));
        // Without anything under way the system had no room for a question.
        let wait = match () {
            () if !self.unread.is_empty() => Duration::ZERO,
            () if self.pending.is_empty() => SHORTAGE,
            () => until.min(LONGEST_WAIT),
        };
        match self.poll.poll(events, Some(wait)) {
            Err(error) if error.kind() != io::ErrorKind::Interrupted => Err(error),
            _ => Ok(()),
        }
    }

    /// Asks as much as may be under way at once and the system takes.
    fn send(&mut self) {
        while self.pending.len() < self.window.size()
            && let Some(errand) = self.waiting.pop_front()
        {
            let Some(server) = self.server_for(&errand) else { return self.waiting.push_front(errand) };
            let errand = Errand { server, ..errand };
            match self.ask(errand) {
                Ok(()) => {}
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    return self.waiting.push_front(errand);
                }
                Err(error) => {
                    self.servers[server]
                        .fail(Instant::now(), error.kind() == io::ErrorKind::ConnectionRefused);
                    self.try_again(errand);
                }
            }
        }
    }

    fn ask(&mut self, errand: Errand) -> io::Result<()> {
        let socket = self.sockets.any_of(errand.server);
        let mut id = self.sockets.any_id();
        while self.pending.contains_key(&(socket, id)) {
            id = id.wrapping_add(1);
        }
        let query = ptr_query(id, errand.address);
        self.servers[errand.server].was_asked = true;
        self.sockets.get(socket).send(&query)?;
        let until = Instant::now() + self.orders.tries[errand.tried];
        self.pending.insert((socket, id), Pending { errand, until });
        self.deadlines.insert((until, socket, id));
        Ok(())
    }

    /// The server whose turn it is, or the next one that is worth asking.
    fn server_for(&self, errand: &Errand) -> Option<usize> {
        let count = self.servers.len();
        let in_turn = (0..count).map(|step| (errand.server + step) % count);
        in_turn.into_iter().find(|server| self.is_worth_asking(*server))
    }

    fn is_worth_asking(&self, server: usize) -> bool {
        self.sockets.reaches(server) && !self.servers[server].is_dead(Instant::now())
    }

    /// Reads what came, of each socket a bounded amount, so that none holds up the others.
    fn receive(&mut self) {
        for socket in std::mem::take(&mut self.unread) {
            if self.read(socket) {
                self.unread.insert(socket);
            }
        }
    }

    /// Whether there may be more.
    fn read(&mut self, socket: usize) -> bool {
        let mut bytes = [0; LONGEST_ANSWER];
        for _ in 0..READS_A_TURN {
            match self.sockets.get(socket).recv(&mut bytes) {
                Ok(count) => self.take(socket, &bytes[..count]),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return false,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(_) => self.refused(socket),
            }
        }
        true
    }

    /// Takes what came, if it answers a question that was asked over this socket.
    fn take(&mut self, socket: usize, bytes: &[u8]) {
        let Some(id) = bytes.first_chunk().map(|id| u16::from_be_bytes(*id)) else { return };
        let Some(errand) = self.pending.get(&(socket, id)).map(|pending| pending.errand) else { return };
        let Some(answer) = read_ptr_answer(id, errand.address, bytes) else { return };
        self.settle(socket, id);
        self.servers[errand.server].answer();
        self.window.grow();
        match answer {
            NameAnswer::Name(name) => _ = self.names.insert(errand.address, name),
            NameAnswer::Nameless => {}
            // To ask the same server again would only bring the same answer.
            NameAnswer::Unable if errand.tried + 1 < self.servers.len() => self.try_again(errand),
            NameAnswer::Unable => {}
        }
    }

    /// The system has learnt that nobody takes what is sent over this socket.
    fn refused(&mut self, socket: usize) {
        let server = self.sockets.server(socket);
        self.servers[server].fail(Instant::now(), true);
        let lost: Vec<u16> = self.pending.keys().filter(|(at, _)| *at == socket).map(|(_, id)| *id).collect();
        for id in lost {
            if let Some(errand) = self.settle(socket, id) {
                self.try_again(errand);
            }
        }
    }

    fn expire(&mut self, now: Instant) {
        while let Some(&(at, socket, id)) = self.deadlines.first()
            && at <= now
        {
            let Some(errand) = self.settle(socket, id) else { continue };
            self.servers[errand.server].fail(now, false);
            self.window.shrink(now);
            self.try_again(errand);
        }
    }

    /// The question is no longer under way.
    fn settle(&mut self, socket: usize, id: u16) -> Option<Errand> {
        let pending = self.pending.remove(&(socket, id))?;
        self.deadlines.remove(&(pending.until, socket, id));
        Some(pending.errand)
    }

    /// The next try, if there is one, is the next server's, and comes after everybody's first: where nobody answers for a
    /// network, others need not wait for it.
    fn try_again(&mut self, errand: Errand) {
        let Errand { address, server, tried } = errand;
        if tried + 1 < self.orders.tries.len() {
            let server = (server + 1) % self.servers.len();
            self.waiting.push_back(Errand { address, server, tried: tried + 1 });
        }
    }
}

/// The same addresses in any order: names of one network are often known to one server, which may be down.
fn mixed(addresses: &[IpAddr]) -> Vec<IpAddr> {
    let chance = RandomState::new();
    let mut mixed = addresses.to_vec();
    mixed.sort_by_cached_key(|address| chance.hash_one(address));
    mixed
}

/// What is known of one server, by how it answers.
#[derive(Clone, Copy, Debug)]
struct Standing {
    was_asked: bool,
    has_answered: bool,
    /// Tries in a row that nothing came of, and since when.
    failures: u32,
    since: Instant,
    /// How many of them the system says nobody took.
    refusals: u32,
}

impl Standing {
    fn new(now: Instant) -> Self {
        Self { was_asked: false, has_answered: false, failures: 0, since: now, refusals: 0 }
    }

    fn answer(&mut self) {
        (self.has_answered, self.failures, self.refusals) = (true, 0, 0);
    }

    fn fail(&mut self, now: Instant, is_refusal: bool) {
        if self.failures == 0 {
            self.since = now;
        }
        self.failures = self.failures.saturating_add(1);
        self.refusals += u32::from(is_refusal);
    }

    /// Whether it is given up. One that has answered is not given up for silence: it may wait in vain for others, and know
    /// names of its own.
    fn is_dead(&self, now: Instant) -> bool {
        let is_silent = !self.has_answered
            && self.failures >= MOST_FAILURES
            && now.saturating_duration_since(self.since) >= LONGEST_SILENCE;
        is_silent || self.refusals >= MOST_REFUSALS
    }
}

/// So often `tick` is called at least.
const LONGEST_WAIT: Duration = Duration::from_millis(50);
/// How long the kernel gets to free its buffers.
const SHORTAGE: Duration = Duration::from_millis(1);
/// Read from one socket before the others have their turn.
const READS_A_TURN: usize = 64;
/// Without being asked for more, servers send 512 bytes at most (RFC 1035, section 2.3.4).
const LONGEST_ANSWER: usize = 2_048;
/// A server of which nothing ever came is given up after so many tries in a row and for so long.
const MOST_FAILURES: u32 = 32;
const LONGEST_SILENCE: Duration = Duration::from_secs(3);
/// So often nobody took what was sent.
const MOST_REFUSALS: u32 = 16;

#[cfg(test)]
mod tests;
