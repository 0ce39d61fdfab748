//! Frames that have come, and waiting for them.

use std::time::Duration;

use muster_engine::{Attempt, NetworkError, Recognition, Reply};
use muster_model::Instant;
use muster_platform::link;

use super::{Direction, Passage, Raw, link_failed};

/// Connections and frames are looked at in turn, so long each.
const TURN: Duration = Duration::from_millis(1);
/// The counters of the rings are read at most so often.
const COUNT_AGAIN: Duration = Duration::from_millis(20);

impl Raw {
    /// Adds the replies that have come.
    pub(super) fn collect(&mut self, replies: &mut Vec<Reply>) -> Result<(), NetworkError> {
        let now = self.clock.now();
        for number in 0..self.lanes.len() {
            self.collect_frames(number, now, replies)?;
        }
        if let Some(here) = self.here.as_mut().filter(|here| here.has_news || here.is_busy()) {
            let drops = here.receive(Instant::START, replies)?;
            self.lost.sending += drops.sending;
        }
        Ok(())
    }

    fn collect_frames(
        &mut self,
        number: usize,
        now: Instant,
        replies: &mut Vec<Reply>,
    ) -> Result<(), NetworkError> {
        let Self { clock, forge, roads, lanes, neighbors, times, taps, .. } = self;
        let lane = &mut lanes[number];
        let (device, framing) = (&lane.device, lane.framing);
        let mut take = |frame: &[u8], age: Duration| {
            let arrived = now - age;
            for tap in taps.iter_mut() {
                let (after, at) = (arrived.since_start(), clock.time_of_day(arrived));
                tap.frame(&Passage { direction: Direction::Received, device, framing, frame, after, at });
            }
            let Some(seen) = forge.recognize(framing, frame) else { return };
            if let Some(hardware) = seen.hardware {
                let address = seen.endpoint.address;
                neighbors.learn_gateway(device.index, address, hardware);
                // Whoever was not asked may say what it likes.
                if roads.link_of(address) != Some(number) {
                    return;
                }
                neighbors.learn_target(address, hardware);
            }
            let attempt = forge.tells_attempts(seen.kind).then_some(seen.attempt);
            let rtt = times.take(&seen.endpoint, seen.kind, attempt, arrived);
            replies.push(reply(&seen, attempt, rtt));
        };
        let received = lane.link.receive(&mut take);
        received.map_err(|error| link_failed("receive frames", &lane.device.name, &error))
    }

    /// Waits for whatever comes first, until `until` at most.
    pub(super) fn wait(&mut self, until: Instant, replies: &mut Vec<Reply>) -> Result<(), NetworkError> {
        let now = self.clock.now();
        if let Some(here) = self.here.as_mut().filter(|here| here.is_busy()) {
            let turn = if self.lanes.is_empty() { until } else { until.min(now + TURN) };
            let drops = here.receive(turn, replies)?;
            self.lost.sending += drops.sending;
            return Ok(());
        }
        let longest = until.since(now);
        let waited = match self.lanes.as_slice() {
            [lane] => link::wait(&[lane.link.descriptor()], longest),
            lanes => {
                link::wait(&lanes.iter().map(|lane| lane.link.descriptor()).collect::<Vec<_>>(), longest)
            }
        };
        waited.map_err(|source| NetworkError::Io { operation: "wait for frames", source })
    }

    /// Reads what the rings could not hold, from time to time.
    pub(super) fn read_drops(&mut self) -> Result<(), NetworkError> {
        let now = self.clock.now();
        if now.since(self.drops_read) < COUNT_AGAIN {
            return Ok(());
        }
        self.drops_read = now;
        for lane in &mut self.lanes {
            let drops = lane.link.drops();
            self.lost.receiving +=
                drops.map_err(|error| link_failed("count lost frames", &lane.device.name, &error))?;
        }
        Ok(())
    }
}

fn reply(seen: &Recognition, attempt: Option<Attempt>, rtt: Option<Duration>) -> Reply {
    Reply {
        endpoint: seen.endpoint,
        kind: seen.kind,
        attempt,
        state: seen.state,
        reason: seen.reason,
        nature: seen.nature,
        icmp: seen.icmp,
        // ARP has none.
        ttl: seen.hardware.is_none().then_some(seen.ttl),
        stack: seen.stack,
        rtt,
    }
}
