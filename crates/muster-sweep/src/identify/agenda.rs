//! With whom a conversation is to be begun next, and when.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};
use std::time::Duration;

use muster_model::{Endpoint, Instant};

use super::IdentifyPace;

/// One endpoint on its way to be talked to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Errand {
    pub(super) endpoint: Endpoint,
    /// Since when the system has had no means for this connection.
    pub(super) short_since: Option<Instant>,
    host: usize,
}

/// The errands that wait. A host gets its next connection when its spacing and its share allow it, all hosts together
/// get them at the rate.
#[derive(Debug)]
pub(super) struct Agenda {
    hosts: Vec<Host>,
    /// Hosts by the time of their next connection, each at most once. The time may be too early, never too late.
    due: BinaryHeap<Reverse<(Instant, usize)>>,
    allowance: Allowance,
    host_spacing: Duration,
    per_host: usize,
}

#[derive(Debug)]
struct Host {
    waiting: VecDeque<Errand>,
    under_way: usize,
    /// No connection before.
    next: Instant,
    is_due: bool,
}

impl Agenda {
    /// All of `endpoints`, which are in order.
    pub(super) fn new(endpoints: &[Endpoint], pace: IdentifyPace) -> Self {
        let mut agenda = Self {
            hosts: Vec::new(),
            due: BinaryHeap::new(),
            allowance: Allowance::new(pace.rate),
            host_spacing: pace.host_spacing,
            per_host: pace.per_host.max(1),
        };
        for ports in endpoints.chunk_by(|one, other| one.address == other.address) {
            let host = agenda.hosts.len();
            let errand = |&endpoint: &Endpoint| Errand { endpoint, short_since: None, host };
            let waiting = ports.iter().map(errand).collect();
            agenda.hosts.push(Host { waiting, under_way: 0, next: Instant::START, is_due: false });
            agenda.enqueue(host);
        }
        agenda
    }

    /// The errand that is to be done now, if there is one. It is under way until it is [ended](Self::end) or
    /// [put back](Self::put_back).
    pub(super) fn poll_errand(&mut self, now: Instant) -> Option<Errand> {
        self.allowance.refill(now);
        while let Some(&Reverse((at, number))) = self.due.peek() {
            if at > now || !self.allowance.has_one() {
                return None;
            }
            self.due.pop();
            let host = &mut self.hosts[number];
            host.is_due = false;
            if host.next <= now
                && let Some(errand) = host.waiting.pop_front()
            {
                host.under_way += 1;
                host.next = now + self.host_spacing;
                self.allowance.spend();
                self.enqueue(number);
                return Some(errand);
            }
            self.enqueue(number);
        }
        None
    }

    /// When there may be an errand, if no conversation ends before.
    pub(super) fn poll_timeout(&self) -> Option<Instant> {
        self.due.peek().map(|Reverse((at, _))| self.allowance.next().max(*at))
    }

    /// The errand is done.
    pub(super) fn end(&mut self, errand: &Errand) {
        self.hosts[errand.host].under_way -= 1;
        self.enqueue(errand.host);
    }

    /// The errand could not be done: its host is asked for again, no sooner than `at`.
    pub(super) fn put_back(&mut self, errand: Errand, at: Instant) {
        let host = &mut self.hosts[errand.host];
        host.waiting.push_back(errand);
        host.next = host.next.max(at);
        self.end(&errand);
    }

    /// The errand needs another connection, which comes before those of its host that wait.
    pub(super) fn resume(&mut self, errand: Errand) {
        self.hosts[errand.host].waiting.push_front(errand);
        self.end(&errand);
    }

    /// Gives up what waits.
    pub(super) fn abandon(&mut self) -> Vec<Endpoint> {
        self.due.clear();
        let waiting = self.hosts.iter_mut().flat_map(|host| host.waiting.drain(..));
        waiting.map(|errand| errand.endpoint).collect()
    }

    fn enqueue(&mut self, number: usize) {
        let host = &mut self.hosts[number];
        if !host.is_due && !host.waiting.is_empty() && host.under_way < self.per_host {
            host.is_due = true;
            self.due.push(Reverse((host.next, number)));
        }
    }
}

/// A token bucket that a stall cannot fill: what gathers is worth [`BURST`], or one connection if that is more.
#[derive(Debug)]
struct Allowance {
    rate: f64,
    tokens: f64,
    at: Instant,
}

impl Allowance {
    fn new(rate: f64) -> Self {
        Self { rate: if rate > 0.0 { rate.min(MOST_RATE) } else { 1.0 }, tokens: 1.0, at: Instant::START }
    }

    fn refill(&mut self, now: Instant) {
        let most = (self.rate * BURST.as_secs_f64()).max(1.0);
        self.tokens = (self.tokens + now.since(self.at).as_secs_f64() * self.rate).min(most);
        self.at = now;
    }

    fn has_one(&self) -> bool {
        self.tokens >= 1.0
    }

    fn spend(&mut self) {
        self.tokens -= 1.0;
    }

    /// When there is one. Rounded up, so that there really is.
    fn next(&self) -> Instant {
        let missing = (1.0 - self.tokens).max(0.0) / self.rate;
        self.at + Duration::from_secs_f64(missing.min(LONGEST_GAP)) + Duration::from_nanos(1)
    }
}

/// Enough for a loop that wakes every few milliseconds.
const BURST: Duration = Duration::from_millis(10);
/// Faster than any system opens connections; it keeps the arithmetic finite.
const MOST_RATE: f64 = 1e9;
/// In seconds; keeps the arithmetic of slow rates finite.
const LONGEST_GAP: f64 = 1e9;

#[cfg(test)]
mod tests;
