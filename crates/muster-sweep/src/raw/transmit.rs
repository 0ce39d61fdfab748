//! Probes on their way out.

use std::net::IpAddr;
use std::time::Duration;

use muster_engine::{Attempt, NetworkError, Probe, ProbeKind, Purpose, Reply};
use muster_model::{Endpoint, Instant, Protocol};

use super::lane::Waiting;
use super::neighbors::Hardware;
use super::roads::{Exit, Hop, Road, Unsent};
use super::{Direction, Passage, Raw, link_failed};

/// The kernel's table of neighbours is read again at most so often.
const READ_AGAIN: Duration = Duration::from_secs(1);

/// What became of the probes that were offered together.
///
/// An interface that refuses a frame does not keep the others from sending theirs, but only the probes before the first
/// refused one count as taken. Those after it that have left are offered once more, and remembered until then. An
/// interface that refuses everything for seconds has stalled: its probes are given up, but for one a second to see
/// whether it works again.
#[derive(Debug, Default)]
pub(super) struct Offered {
    at: Instant,
    done: Vec<bool>,
    ahead: Vec<(usize, Probe)>,
}

/// Where a frame goes next, of a probe that can be sent.
enum Next {
    /// To this hardware address; on bare IP to none.
    Hop(Option<Hardware>),
    /// Nowhere.
    Unsent(Unsent),
}

impl Offered {
    fn begin(&mut self, probes: &[Probe], now: Instant) {
        self.at = now;
        self.done.clear();
        self.done.resize(probes.len(), false);
        for (place, probe) in self.ahead.drain(..) {
            if probes.get(place) == Some(&probe) {
                self.done[place] = true;
            }
        }
    }

    /// How many from the front are done.
    fn end(&mut self, probes: &[Probe]) -> usize {
        let Some(first_left) = self.done.iter().position(|done| !done) else { return probes.len() };
        let ahead = self.done.iter().enumerate().skip(first_left).filter(|(_, done)| **done);
        self.ahead.extend(ahead.map(|(place, _)| (place - first_left, probes[place])));
        first_left
    }
}

impl Raw {
    pub(super) fn transmit(&mut self, probes: &[Probe]) -> Result<usize, NetworkError> {
        self.offered.begin(probes, self.clock.now());
        self.lanes.iter_mut().for_each(|lane| lane.is_stuck = false);
        for (place, probe) in probes.iter().enumerate() {
            if !self.offered.done[place] {
                self.offered.done[place] = self.dispatch(place, probe)?;
            }
        }
        self.flush_all()?;
        Ok(self.offered.end(probes))
    }

    /// Sends one probe on its road. Whether nothing is left to do with it; a frame in a slot is done when it has left.
    fn dispatch(&mut self, place: usize, probe: &Probe) -> Result<bool, NetworkError> {
        let unsent = match self.roads.to(probe.endpoint.address) {
            Road::Out(exit) => return self.dispatch_frame(exit, place, probe),
            Road::Connect(_) if probe.kind == ProbeKind::Syn => return self.connect(probe),
            Road::Connect(why) => Unsent::no_connection(why, probe.kind),
            Road::Nowhere(barrier) => Unsent::nowhere(barrier),
        };
        self.settle(probe, unsent);
        Ok(true)
    }

    fn connect(&mut self, probe: &Probe) -> Result<bool, NetworkError> {
        self.here.as_mut().map_or(Ok(true), |here| Ok(here.send(probe)? == 1))
    }

    fn dispatch_frame(&mut self, exit: Exit, place: usize, probe: &Probe) -> Result<bool, NetworkError> {
        let next_hop = match self.next(exit, probe)? {
            Next::Hop(next_hop) => next_hop,
            Next::Unsent(unsent) => {
                self.settle(probe, unsent);
                return Ok(true);
            }
        };
        if self.lanes[exit.lane].is_full() {
            self.flush(exit.lane)?;
        }
        let now = self.offered.at;
        let lane = &mut self.lanes[exit.lane];
        let is_stalled = lane.is_stalled(now);
        if is_stalled && !lane.is_due(now) {
            self.give_up(exit.lane, probe);
            return Ok(true);
        }
        if lane.is_stuck {
            return Ok(false);
        }
        let departure = (exit.departure, &self.departures[exit.departure]);
        let waiting = Waiting { probe: *probe, place: Some(place) };
        if !lane.stamp(&self.forge, waiting, departure, next_hop) {
            self.settle(probe, Unsent::TOO_LONG);
            return Ok(true);
        }
        if is_stalled {
            self.try_again(exit.lane, place, probe)?;
        }
        Ok(self.offered.done[place])
    }

    /// Offers a lane that has stalled the one frame that is in it. If it takes that, it is at work again at once.
    fn try_again(&mut self, lane: usize, place: usize, probe: &Probe) -> Result<(), NetworkError> {
        self.flush(lane)?;
        if !self.offered.done[place] {
            self.offered.done[place] = true;
            self.give_up(lane, probe);
        }
        Ok(())
    }

    /// The sweep goes on without a probe whose interface takes no frames.
    fn give_up(&mut self, lane: usize, probe: &Probe) {
        self.lanes[lane].give_up();
        self.settle(probe, Unsent::STALLED);
    }

    /// To whom the frame of a probe goes, if to anybody.
    fn next(&mut self, exit: Exit, probe: &Probe) -> Result<Next, NetworkError> {
        if probe.kind == ProbeKind::Udp && !self.forge.asks(probe.kind, probe.endpoint.port) {
            return Ok(Next::Unsent(Unsent::NO_QUESTION));
        }
        let is_neighbor = probe.kind == ProbeKind::Neighbor;
        let hardware = match exit.hop {
            Hop::Target if is_neighbor => return Ok(Next::Hop(None)),
            // Only who shares a link with us can be asked so; from anywhere else no answer would come.
            Hop::Gateway(_) | Hop::OtherEnd if is_neighbor => None,
            Hop::OtherEnd => return Ok(Next::Hop(None)),
            Hop::Gateway(number) => self.gateway(number)?,
            Hop::Target => self.target(probe.endpoint.address),
        };
        Ok(hardware.map_or(Next::Unsent(Unsent::NOBODY), |hardware| Next::Hop(Some(hardware))))
    }

    fn gateway(&mut self, number: usize) -> Result<Option<Hardware>, NetworkError> {
        if let Some(hardware) = self.neighbors.hardware_of_gateway(number) {
            return Ok(Some(hardware));
        }
        self.read_neighbors();
        if self.neighbors.due(number, self.clock.now()).is_some() {
            self.ask_gateway(number)?;
        }
        Ok(self.neighbors.hardware_of_gateway(number))
    }

    fn target(&mut self, address: IpAddr) -> Option<Hardware> {
        let known = self.neighbors.hardware_of(address);
        known.or_else(|| {
            self.read_neighbors();
            self.neighbors.hardware_of(address)
        })
    }

    /// Learns what the kernel has learnt, where we asked nobody ourselves. That it does not tell is no harm: then we know
    /// what we were answered.
    pub(super) fn read_neighbors(&mut self) {
        let now = self.clock.now();
        if self.neighbors_read.is_some_and(|read| now.since(read) < READ_AGAIN) {
            return;
        }
        self.neighbors_read = Some(now);
        for neighbor in self.machine.neighbors().unwrap_or_default() {
            self.neighbors.learn_gateway(neighbor.device, neighbor.address, neighbor.hardware);
            let lane = self.roads.link_of(neighbor.address).and_then(|number| self.lanes.get(number));
            if lane.is_some_and(|lane| lane.device.index == neighbor.device) {
                self.neighbors.learn_target(neighbor.address, neighbor.hardware);
            }
        }
    }

    /// Puts the question for a router among the frames that leave next.
    pub(super) fn ask_gateway(&mut self, number: usize) -> Result<(), NetworkError> {
        let gateway = self.neighbors.gateways()[number].clone();
        let lane = self.lanes.iter().position(|lane| lane.device.index == gateway.device);
        let Some((lane, departure)) = lane.zip(gateway.departure) else { return Ok(()) };
        if self.lanes[lane].is_full() {
            self.flush(lane)?;
        }
        let waiting = Waiting { probe: question(gateway.address), place: None };
        let departure = (departure, &self.departures[departure]);
        self.lanes[lane].stamp(&self.forge, waiting, departure, None);
        Ok(())
    }

    pub(super) fn flush_all(&mut self) -> Result<(), NetworkError> {
        (0..self.lanes.len()).try_for_each(|number| self.flush(number))
    }

    /// Hands a lane's frames to the kernel.
    fn flush(&mut self, number: usize) -> Result<(), NetworkError> {
        if self.lanes[number].ready() == 0 {
            return Ok(());
        }
        let now = self.clock.now();
        let (after, at) = (now.since_start(), self.clock.time_of_day(now));
        let Self { forge, lanes, times, taps, offered, lost, .. } = self;
        let lane = &mut lanes[number];
        let (framing, together) = (lane.framing, lane.ready());
        let is_stalled = lane.is_stalled(now);
        let refused = lane.flush(now, |device, waiting, frame| {
            if let Some(place) = waiting.place {
                offered.done[place] = true;
                let probe = &waiting.probe;
                let attempt = forge.tells_attempts(probe.kind).then_some(probe.attempt);
                times.note(probe, attempt, now, together);
            }
            for tap in taps.iter_mut() {
                tap.frame(&Passage { direction: Direction::Sent, device, framing, frame, after, at });
            }
        });
        let refused = refused.map_err(|error| link_failed("send frames", &lane.device.name, &error))?;
        // One that has stalled must not slow the others down.
        lost.sending += if is_stalled { 0 } else { refused as u64 };
        Ok(())
    }

    fn settle(&mut self, probe: &Probe, Unsent(state, reason, nature): Unsent) {
        self.settled.push(Reply {
            endpoint: probe.endpoint,
            kind: probe.kind,
            attempt: Some(probe.attempt),
            state,
            reason,
            nature,
            icmp: None,
            ttl: None,
            stack: None,
            rtt: None,
        });
    }
}

/// Who answers to this address?
fn question(address: IpAddr) -> Probe {
    Probe {
        endpoint: Endpoint { address, protocol: Protocol::Neighbor, port: 0 },
        kind: ProbeKind::Neighbor,
        attempt: Attempt { round: 1, purpose: Purpose::Target },
        expires: Instant::NEVER,
    }
}
