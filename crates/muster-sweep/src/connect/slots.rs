//! The sockets in flight and when each is given up.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use muster_engine::Probe;
use muster_model::Instant;

/// A connection attempt in flight.
#[derive(Debug)]
pub(super) struct Attempted {
    pub(super) probe: Probe,
    pub(super) stream: mio::net::TcpStream,
    pub(super) sent: Instant,
}

/// Attempts by number, with their deadlines.
///
/// A deadline is not taken back when its attempt ends; the number's generation tells that it is stale.
#[derive(Debug, Default)]
pub(super) struct Slots {
    slots: Vec<Slot>,
    free: Vec<u32>,
    deadlines: BinaryHeap<Reverse<(Instant, u32, u32)>>,
}

#[derive(Debug, Default)]
struct Slot {
    generation: u32,
    attempted: Option<Attempted>,
}

impl Slots {
    pub(super) fn len(&self) -> usize {
        self.slots.len() - self.free.len()
    }

    /// The number that the next [`insert`](Self::insert) will use.
    pub(super) fn next_number(&self) -> usize {
        self.free.last().map_or(self.slots.len(), |&number| number as usize)
    }

    pub(super) fn insert(&mut self, attempted: Attempted) {
        let number = self.free.pop().unwrap_or_else(|| {
            self.slots.push(Slot::default());
            (self.slots.len() - 1) as u32
        });
        let slot = &mut self.slots[number as usize];
        slot.generation = slot.generation.wrapping_add(1);
        self.deadlines.push(Reverse((attempted.probe.expires, number, slot.generation)));
        slot.attempted = Some(attempted);
    }

    pub(super) fn at(&self, number: usize) -> Option<&Attempted> {
        self.slots.get(number)?.attempted.as_ref()
    }

    pub(super) fn remove(&mut self, number: usize) -> Option<Attempted> {
        let attempted = self.slots.get_mut(number)?.attempted.take()?;
        self.free.push(number as u32);
        Some(attempted)
    }

    /// Removes an attempt whose time is up at `now`.
    pub(super) fn expire(&mut self, now: Instant) -> Option<Attempted> {
        while let Some(&Reverse((deadline, number, generation))) = self.deadlines.peek() {
            let is_stale = self.is_stale(number, generation);
            if !is_stale && deadline > now {
                return None;
            }
            self.deadlines.pop();
            if !is_stale {
                return self.remove(number as usize);
            }
        }
        None
    }

    /// The earliest deadline, exact or too early.
    pub(super) fn next_deadline(&self) -> Option<Instant> {
        self.deadlines.peek().map(|Reverse((deadline, ..))| *deadline)
    }

    fn is_stale(&self, number: u32, generation: u32) -> bool {
        let slot = &self.slots[number as usize];
        slot.generation != generation || slot.attempted.is_none()
    }
}
