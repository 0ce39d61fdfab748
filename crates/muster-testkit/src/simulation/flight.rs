//! What is on its way: replies, and the places their probes take up.

use std::cmp::{Ordering, Reverse};
use std::collections::BinaryHeap;

use muster_engine::Reply;
use muster_model::Instant;

/// Replies in the order of their arrival, and until when each probe holds its place.
///
/// Like a socket, a probe holds one until its answer is there or it expires.
#[derive(Debug)]
pub(super) struct Flight {
    room: usize,
    arriving: BinaryHeap<Reverse<Arrival>>,
    held: BinaryHeap<Reverse<Instant>>,
    number: u64,
}

impl Flight {
    pub(super) fn new(room: usize) -> Self {
        Self { room, arriving: BinaryHeap::new(), held: BinaryHeap::new(), number: 0 }
    }

    pub(super) fn room(&self) -> usize {
        self.room - self.held.len()
    }

    /// Adds a probe that expires at `expires`, with the reply that will come, if one will.
    pub(super) fn add(&mut self, expires: Instant, reply: Option<(Instant, Reply)>) {
        let reply = reply.filter(|(at, _)| *at <= expires);
        if self.room < usize::MAX {
            self.held.push(Reverse(reply.map_or(expires, |(at, _)| at)));
        }
        if let Some((at, reply)) = reply {
            self.number += 1;
            self.arriving.push(Reverse(Arrival { at, number: self.number, expires, reply }));
        }
    }

    /// When something happens next: a reply, or a place that becomes free while there is none.
    pub(super) fn next(&self) -> Instant {
        let reply = self.arriving.peek().map(|Reverse(arrival)| arrival.at);
        let place = self.held.peek().map(|Reverse(until)| *until).filter(|_| self.room() == 0);
        reply.into_iter().chain(place).min().unwrap_or(Instant::NEVER)
    }

    /// Takes what has arrived by `now`.
    pub(super) fn land(&mut self, now: Instant, replies: &mut Vec<Reply>) {
        while self.arriving.peek().is_some_and(|Reverse(arrival)| arrival.at <= now) {
            replies.extend(self.arriving.pop().map(|Reverse(arrival)| arrival.reply));
        }
        while self.held.peek().is_some_and(|Reverse(until)| *until <= now) {
            self.held.pop();
        }
    }

    /// The clock jumped from `from` to `to`. What is on its way does not notice and takes as long as before, but what
    /// has expired by the new time counts no more.
    pub(super) fn jump(&mut self, from: Instant, to: Instant) {
        let moved = |at: Instant| if to > from { at + to.since(from) } else { at - from.since(to) };
        let arriving =
            self.arriving.drain().map(|Reverse(arrival)| Arrival { at: moved(arrival.at), ..arrival });
        self.arriving = arriving.filter(|arrival| arrival.at <= arrival.expires).map(Reverse).collect();
    }
}

/// A reply on its way. Those of one moment arrive in the order they were sent.
#[derive(Debug)]
struct Arrival {
    at: Instant,
    number: u64,
    expires: Instant,
    reply: Reply,
}

impl Ord for Arrival {
    fn cmp(&self, other: &Self) -> Ordering {
        (self.at, self.number).cmp(&(other.at, other.number))
    }
}

impl PartialOrd for Arrival {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Arrival {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Arrival {}
