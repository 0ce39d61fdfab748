//! Takes in what a sweep tells: keeps the observations, streams them, watches for the wish to stop.

use std::collections::HashSet;
use std::net::IpAddr;

use jiff::Timestamp;
use muster_engine::{Sweep, SweepEvent};
use muster_model::{Instant, Observation, PortState};
use muster_report::States;
use muster_report::schema::{Line, Port, Round};
use muster_sweep::{Flow, Sink};

use super::lines::LineStream;
use super::progress::ProgressLine;
use crate::signals::Signals;

/// The [`Sink`] of every sweep.
pub(crate) struct Collector<'a, Stream> {
    /// Everything seen, in the order it was seen.
    pub(crate) seen: Vec<Observation>,
    /// Hosts that were given up.
    pub(crate) timed_out: HashSet<IpAddr>,
    /// Where every event goes at once.
    pub(crate) stream: &'a mut Stream,
    pub(crate) progress: ProgressLine,
    pub(crate) signals: &'a Signals,
    /// When the run began, for the times in the stream.
    pub(crate) start: Timestamp,
    pub(crate) only_open: bool,
}

impl<Stream: LineStream> Collector<'_, Stream> {
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
}

/// How many of `seen` are open and closed.
pub(crate) fn states(seen: &[Observation]) -> States {
    let count = |state| seen.iter().filter(|seen| seen.state == state && seen.icmp.is_none()).count() as u64;
    States { open: count(PortState::Open), closed: count(PortState::Closed) }
}

impl<Stream: LineStream> Sink for Collector<'_, Stream> {
    fn event(&mut self, event: SweepEvent) -> Flow {
        match event {
            SweepEvent::Observed(seen) => {
                self.seen.push(seen);
                if !self.only_open || seen.state == PortState::Open {
                    self.stream.line(&Line::Port(Port::new(&seen, self.start)));
                }
            }
            SweepEvent::HostTimedOut(address) => {
                self.timed_out.insert(address);
                self.stream.line(&Line::HostTimeout { address });
            }
            SweepEvent::RoundEnded(round) => self.stream.line(&Line::Round(Round::from(&round))),
        }
        Flow::Continue
    }

    fn tick(&mut self, sweep: &Sweep, now: Instant) -> Flow {
        self.progress.tick(sweep, now);
        self.stream.flush();
        if self.stream.is_abandoned() || self.signals.received().is_some() {
            Flow::Stop
        } else {
            Flow::Continue
        }
    }
}

#[cfg(test)]
mod tests {
    use muster_model::{Endpoint, IcmpError, Reason};

    use super::*;
    use crate::sweep::NoStream;

    fn seen(last: u8, state: PortState) -> Observation {
        let reason = match state {
            PortState::Open => Reason::SynAck,
            PortState::Closed => Reason::ConnRefused,
            _ => Reason::HostUnreach,
        };
        let endpoint = Endpoint::tcp([10, 0, 0, last].into(), 2967);
        Observation {
            stack: None,
            endpoint,
            state,
            reason,
            icmp: None,
            ttl: None,
            rtt: None,
            round: 1,
            at: Instant::START,
        }
    }

    #[test]
    fn of_several_observations_the_latest_stays() {
        let signals = Signals::default();
        let mut collector = Collector {
            seen: Vec::new(),
            timed_out: HashSet::new(),
            stream: &mut NoStream,
            progress: ProgressLine::new("ports", None, Instant::START),
            signals: &signals,
            start: Timestamp::UNIX_EPOCH,
            only_open: false,
        };
        for (last, state) in [
            (9, PortState::Closed),
            (2, PortState::Filtered),
            (1, PortState::Open),
            (2, PortState::Closed),
            (2, PortState::Open),
        ] {
            assert_eq!(collector.event(SweepEvent::Observed(seen(last, state))), Flow::Continue);
        }
        collector.event(SweepEvent::HostTimedOut([10, 0, 0, 7].into()));
        let (found, timed_out) = collector.into_sorted();
        let found: Vec<_> =
            found.iter().map(|seen| (seen.endpoint.address.to_string(), seen.state)).collect();
        let expected =
            [("10.0.0.1", PortState::Open), ("10.0.0.2", PortState::Open), ("10.0.0.9", PortState::Closed)];
        assert_eq!(found, expected.map(|(address, state)| (address.to_owned(), state)));
        assert_eq!(timed_out.len(), 1);
    }

    #[test]
    fn a_port_that_is_closed_by_an_icmp_error_has_not_answered() {
        let from = [10, 0, 0, 1].into();
        let by_icmp =
            Observation { icmp: Some(IcmpError { kind: 3, code: 3, from }), ..seen(3, PortState::Closed) };
        let found =
            [seen(1, PortState::Open), seen(2, PortState::Closed), by_icmp, seen(4, PortState::Filtered)];
        assert_eq!(states(&found), States { open: 1, closed: 1 });
    }
}
