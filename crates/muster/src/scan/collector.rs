//! Takes in what a sweep tells: keeps the observations, streams them, watches for the wish to stop.

use std::collections::HashSet;
use std::net::IpAddr;

use jiff::Timestamp;
use muster_engine::{Sweep, SweepEvent};
use muster_model::{Instant, Observation, PortState};
use muster_report::States;
use muster_report::schema::{Line, Port, Round};
use muster_sweep::{Flow, Sink};

use super::outputs::Outputs;
use super::progress::ProgressLine;
use crate::signals::Signals;

/// The [`Sink`] of a scan.
pub(crate) struct Collector<'a> {
    /// Everything seen, in the order it was seen.
    pub(crate) seen: Vec<Observation>,
    /// Hosts that were given up.
    pub(crate) timed_out: HashSet<IpAddr>,
    pub(crate) outputs: Option<&'a mut Outputs>,
    pub(crate) progress: ProgressLine,
    pub(crate) signals: &'a Signals,
    /// When the run began, for the times in the stream.
    pub(crate) start: Timestamp,
    pub(crate) only_open: bool,
}

impl Collector<'_> {
    /// Observations in the order of endpoints, one for each: the strongest, which is the latest.
    pub(crate) fn into_sorted(mut self) -> (Vec<Observation>, HashSet<IpAddr>) {
        self.progress.finish();
        self.seen.sort_by_key(|seen| seen.endpoint);
        self.seen.dedup_by(|later, earlier| {
            let is_same = later.endpoint == earlier.endpoint;
            if is_same {
                *earlier = *later;
            }
            is_same
        });
        (self.seen, self.timed_out)
    }

    fn stream(&mut self, line: &Line<'_>) {
        if let Some(outputs) = &mut self.outputs {
            outputs.json(line);
        }
    }
}

/// How many of `seen` are open and closed.
pub(crate) fn states(seen: &[Observation]) -> States {
    let count = |state| seen.iter().filter(|seen| seen.state == state && seen.icmp.is_none()).count() as u64;
    States { open: count(PortState::Open), closed: count(PortState::Closed) }
}

impl Sink for Collector<'_> {
    fn event(&mut self, event: SweepEvent) -> Flow {
        match event {
            SweepEvent::Observed(seen) => {
                self.seen.push(seen);
                if !self.only_open || seen.state == PortState::Open {
                    self.stream(&Line::Port(Port::new(&seen, self.start)));
                }
            }
            SweepEvent::HostTimedOut(address) => {
                self.timed_out.insert(address);
                self.stream(&Line::HostTimeout { address });
            }
            SweepEvent::RoundEnded(round) => self.stream(&Line::Round(Round::from(&round))),
        }
        Flow::Continue
    }

    fn tick(&mut self, sweep: &Sweep, now: Instant) -> Flow {
        self.progress.tick(sweep, now);
        if let Some(outputs) = &mut self.outputs {
            outputs.flush();
        }
        let is_abandoned = self.outputs.as_ref().is_some_and(|outputs| outputs.is_abandoned());
        if is_abandoned || self.signals.received().is_some() { Flow::Stop } else { Flow::Continue }
    }
}
