//! One interface: its link, and the frames that are about to leave by it.

use std::io;
use std::time::Duration;

use muster_engine::{Departure, Forge, Framing, Probe, ProbeKind};
use muster_model::Instant;
use muster_platform::Device;
use muster_platform::link::{self, FrameBatch, Link};

use super::neighbors::Hardware;

/// Frames that leave together at most: what the loop hands over at a time.
pub(super) const SLOTS: usize = 512;

/// An interface that takes no frame for so long has stalled.
const STALLED: Duration = Duration::from_secs(3);
/// One that has stalled is offered a frame so often.
const TRY_AGAIN: Duration = Duration::from_secs(1);

/// An interface at work.
#[derive(Debug)]
pub(super) struct Lane {
    pub(super) device: Device,
    pub(super) framing: Framing,
    pub(super) link: Box<dyn Link>,
    frames: FrameBatch,
    /// What each slot was prepared for, and how long that is: a kind of probe and the number of a departure.
    prepared: Vec<Option<(ProbeKind, usize)>>,
    /// The probes whose frames stand in the slots, from the front.
    waiting: Vec<Waiting>,
    /// The kernel refused a frame: nothing more is offered to it before the next call.
    pub(super) is_stuck: bool,
    /// Since when it has taken no frame at all, though some were offered.
    idle_since: Option<Instant>,
    /// When it was offered a frame, since it stalled.
    tried: Option<Instant>,
    given_up: u64,
}

/// A frame that stands in a slot.
#[derive(Clone, Copy, Debug)]
pub(super) struct Waiting {
    /// What it asks.
    pub(super) probe: Probe,
    /// The place of the probe among those offered; `None` if it is a question of our own.
    pub(super) place: Option<usize>,
}

impl Lane {
    /// An interface whose frames are at most `longest` bytes.
    pub(super) fn new(device: Device, link: Box<dyn Link>, longest: usize) -> Self {
        let framing = match link.capabilities().framing {
            link::Framing::Ethernet => Framing::Ethernet,
            link::Framing::RawIp => Framing::RawIp,
        };
        Self {
            device,
            framing,
            link,
            frames: FrameBatch::new(SLOTS, longest.next_multiple_of(CACHE_LINE)),
            prepared: vec![None; SLOTS],
            waiting: Vec::with_capacity(SLOTS),
            is_stuck: false,
            idle_since: None,
            tried: None,
            given_up: 0,
        }
    }

    /// Whether it has taken nothing for so long that the others must not wait for it.
    pub(super) fn is_stalled(&self, now: Instant) -> bool {
        self.idle_since.is_some_and(|since| now.since(since) >= STALLED)
    }

    /// Whether a lane that has stalled is to be offered a frame (again); that counts as offered.
    pub(super) fn is_due(&mut self, now: Instant) -> bool {
        let is_due = self.tried.is_none_or(|tried| now.since(tried) >= TRY_AGAIN);
        if is_due {
            self.tried = Some(now);
        }
        is_due
    }

    /// Counts a probe that is given up since the lane has stalled.
    pub(super) fn give_up(&mut self) {
        self.given_up += 1;
    }

    /// How many probes were given up.
    pub(super) fn given_up(&self) -> u64 {
        self.given_up
    }

    /// How many frames stand ready.
    pub(super) fn ready(&self) -> usize {
        self.waiting.len()
    }

    /// Whether every slot has a frame.
    pub(super) fn is_full(&self) -> bool {
        self.waiting.len() == SLOTS
    }

    /// Whether the device carries IP packets of the length of this frame.
    fn carries(&self, length: usize) -> bool {
        let header = if self.framing == Framing::Ethernet { ETHERNET } else { 0 };
        length <= self.link.capabilities().mtu as usize + header
    }

    /// Makes the frame of a probe in the next slot; `false` if it is longer than the device carries. What the slot held
    /// before serves again where only the probe differs.
    pub(super) fn stamp(
        &mut self,
        forge: &Forge,
        waiting: Waiting,
        (number, departure): (usize, &Departure),
        next_hop: Option<Hardware>,
    ) -> bool {
        let (slot, probe) = (self.waiting.len(), &waiting.probe);
        let frame = self.frames.slot_mut(slot);
        if self.prepared[slot] != Some((probe.kind, number)) {
            forge.prepare(probe.kind, departure, frame);
            self.prepared[slot] = Some((probe.kind, number));
        }
        let length = forge.stamp(probe, next_hop, frame);
        self.frames.set_length(slot, length);
        let is_carried = length > 0 && self.carries(length);
        if is_carried {
            self.waiting.push(waiting);
        }
        is_carried
    }

    /// Hands all frames to the kernel, and each that it took to `taken`; how many it refused. Those are forgotten.
    pub(super) fn flush(
        &mut self,
        now: Instant,
        mut taken: impl FnMut(&Device, &Waiting, &[u8]),
    ) -> io::Result<usize> {
        let sent = self.link.send(&self.frames, 0..self.waiting.len());
        let count = *sent.as_ref().unwrap_or(&0);
        for (slot, waiting) in self.waiting[..count].iter().enumerate() {
            taken(&self.device, waiting, self.frames.frame(slot));
        }
        let refused = self.waiting.len() - count;
        self.is_stuck |= refused > 0;
        match count {
            0 if refused > 0 => _ = self.idle_since.get_or_insert(now),
            _ => (self.idle_since, self.tried) = (None, None),
        }
        self.waiting.clear();
        sent.map(|_| refused)
    }
}

const ETHERNET: usize = 14;
const CACHE_LINE: usize = 64;
