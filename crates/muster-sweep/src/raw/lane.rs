//! One interface: its link, and the frames that are about to leave by it.

use std::io;

use muster_engine::{Departure, Forge, Framing, Probe, ProbeKind};
use muster_platform::Device;
use muster_platform::link::{self, FrameBatch, Link};

use super::neighbors::Hardware;

/// Frames that leave together at most: what the loop hands over at a time.
pub(super) const SLOTS: usize = 512;

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
        }
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
    pub(super) fn flush(&mut self, mut taken: impl FnMut(&Device, &Waiting, &[u8])) -> io::Result<usize> {
        let sent = self.link.send(&self.frames, 0..self.waiting.len());
        let count = *sent.as_ref().unwrap_or(&0);
        for (slot, waiting) in self.waiting[..count].iter().enumerate() {
            taken(&self.device, waiting, self.frames.frame(slot));
        }
        let refused = self.waiting.len() - count;
        self.is_stuck |= refused > 0;
        self.waiting.clear();
        sent.map(|_| refused)
    }
}

const ETHERNET: usize = 14;
const CACHE_LINE: usize = 64;
