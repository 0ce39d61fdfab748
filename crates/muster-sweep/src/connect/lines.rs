//! All sockets: which are busy, until when, and which are free.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::io;
use std::net::IpAddr;

use muster_engine::Probe;
use muster_model::Instant;
use muster_platform::connecting::ConnectError;
use muster_platform::handshake::{Offered, offered};

use super::line::Line;
use super::outcome::Outcome;

/// Lines by number. A number stays with its socket, so that an event's token always finds it.
///
/// A deadline is not taken back when its attempt ends; the attempt's generation tells that it is stale.
#[derive(Debug)]
pub(super) struct Lines {
    offered: Offered,
    places: Vec<Place>,
    busy: usize,
    free_v4: Vec<u32>,
    free_v6: Vec<u32>,
    empty: Vec<u32>,
    deadlines: BinaryHeap<Reverse<(Instant, u32, u32)>>,
}

#[derive(Debug, Default)]
struct Place {
    generation: u32,
    line: Option<Line>,
}

impl Default for Lines {
    /// None yet. What this machine offers is read once.
    fn default() -> Self {
        Self {
            offered: offered(),
            places: Vec::new(),
            busy: 0,
            free_v4: Vec::new(),
            free_v6: Vec::new(),
            empty: Vec::new(),
            deadlines: BinaryHeap::new(),
        }
    }
}

impl Lines {
    /// Lines with an attempt under way.
    pub(super) fn busy(&self) -> usize {
        self.busy
    }

    /// Open sockets, busy or free.
    fn open(&self) -> usize {
        self.places.len() - self.empty.len()
    }

    /// The number of a free line for `address`; a new one if there are fewer than `most` sockets, or in place of a free
    /// one of the other family.
    pub(super) fn take(&mut self, address: IpAddr, most: usize) -> io::Result<usize> {
        if let Some(number) = self.free(address.is_ipv4()).pop() {
            return Ok(number as usize);
        }
        if self.open() >= most {
            self.close_free(!address.is_ipv4());
        }
        let line = match Line::open(address, self.offered) {
            // A free socket of the other family takes a descriptor that serves better here.
            Err(error) if is_shortage(&error) && self.close_free(!address.is_ipv4()) => {
                Line::open(address, self.offered)?
            }
            opened => opened?,
        };
        let number = self.empty.pop().unwrap_or_else(|| {
            self.places.push(Place::default());
            (self.places.len() - 1) as u32
        });
        self.places[number as usize].line = Some(line);
        Ok(number as usize)
    }

    pub(super) fn at(&mut self, number: usize) -> Option<&mut Line> {
        self.places.get_mut(number)?.line.as_mut()
    }

    /// Notes that the line's attempt is under way.
    pub(super) fn start(&mut self, number: usize, probe: Probe, sent: Instant) {
        let place = &mut self.places[number];
        place.generation = place.generation.wrapping_add(1);
        self.deadlines.push(Reverse((probe.expires, number as u32, place.generation)));
        if let Some(line) = &mut place.line {
            line.attempt = Some((probe, sent));
            self.busy += 1;
        }
    }

    /// Ends what the line does, of which `outcome` came, and frees it, or closes it where it cannot be used again.
    pub(super) fn release(&mut self, number: usize, outcome: Option<Outcome>) {
        let Some(line) = self.places.get_mut(number).and_then(|place| place.line.as_mut()) else { return };
        self.busy -= usize::from(line.attempt.is_some());
        let is_ipv4 = line.is_ipv4();
        if line.hang_up(outcome) {
            self.free(is_ipv4).push(number as u32);
        } else {
            self.close(number);
        }
    }

    /// Releases the attempts whose time is up at `now`.
    pub(super) fn expire(&mut self, now: Instant) {
        while let Some(&Reverse((deadline, number, generation))) = self.deadlines.peek() {
            let place = &self.places[number as usize];
            let is_running = place.line.as_ref().is_some_and(|line| line.attempt.is_some());
            let is_stale = place.generation != generation || !is_running;
            if !is_stale && deadline > now {
                return;
            }
            self.deadlines.pop();
            if !is_stale {
                self.release(number as usize, None);
            }
        }
    }

    /// The earliest deadline, exact or too early.
    pub(super) fn next_deadline(&self) -> Option<Instant> {
        self.deadlines.peek().map(|Reverse((deadline, ..))| *deadline)
    }

    /// Closes every free socket.
    pub(super) fn close_idle(&mut self) {
        for is_ipv4 in [true, false] {
            while self.close_free(is_ipv4) {}
        }
    }

    /// Closes a free socket of a family, if there is one.
    fn close_free(&mut self, is_ipv4: bool) -> bool {
        let number = self.free(is_ipv4).pop();
        if let Some(number) = number {
            self.close(number as usize);
        }
        number.is_some()
    }

    fn close(&mut self, number: usize) {
        self.places[number].line = None;
        self.empty.push(number as u32);
    }

    fn free(&mut self, is_ipv4: bool) -> &mut Vec<u32> {
        if is_ipv4 { &mut self.free_v4 } else { &mut self.free_v6 }
    }
}

fn is_shortage(error: &io::Error) -> bool {
    ConnectError::of(error) == ConnectError::Descriptors
}
