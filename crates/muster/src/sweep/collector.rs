//! Takes in what a sweep tells: keeps the observations, streams them, watches for the wish to stop.

use std::collections::HashSet;
use std::net::IpAddr;
use std::time::Duration;

use jiff::Timestamp;
use muster_engine::{Sweep, SweepEvent};
use muster_model::{Instant, Observation, PortState, Protocol, Reason};
use muster_report::States;
use muster_report::schema::{Line, Port, Round};
use muster_sweep::{Flow, Journal, Sink};

use super::journal::Past;
use super::lines::LineStream;
use super::progress::ProgressLine;
use super::stage::Stage;
use super::work::Work;
use crate::signals::Signals;

/// How often the reader of the stream is looked for.
const BETWEEN_LOOKS: Duration = Duration::from_millis(100);

/// The [`Sink`] of every sweep.
pub(crate) struct Collector<'a, Stream> {
    /// Everything seen, in the order it was seen.
    pub(crate) seen: Vec<Observation>,
    /// Hosts that were given up.
    pub(crate) timed_out: HashSet<IpAddr>,
    /// Where every event goes at once.
    pub(crate) stream: &'a mut Stream,
    pub(crate) progress: ProgressLine<'a>,
    pub(crate) signals: &'a Signals,
    /// When the run began, for the times in the stream.
    pub(crate) start: Timestamp,
    pub(crate) only_open: bool,
    /// Where every event is noted.
    pub(crate) journal: Option<&'a mut Journal>,
    /// How long before the network's clock the run began.
    pub(crate) lead: Duration,
    pub(crate) work: Work,
    /// When the reader of the stream is looked for again.
    pub(crate) next_look: Instant,
}

impl<'a, Stream: LineStream> Collector<'a, Stream> {
    /// For the sweep of `stage`, which begins at `now`.
    pub(crate) fn new(stage: &'a mut Stage<'_>, work: Work, stream: &'a mut Stream, now: Instant) -> Self {
        Self {
            seen: Vec::new(),
            timed_out: HashSet::new(),
            stream,
            progress: ProgressLine::new(stage, work, now),
            signals: stage.signals,
            start: stage.start,
            only_open: stage.only_open,
            lead: stage.lead(),
            work,
            journal: stage.journal.as_deref_mut(),
            next_look: now,
        }
    }

    /// Takes in what was seen before this process began, and is in the journal.
    pub(crate) fn restore(&mut self, past: &Past) {
        let observed = past.seen.iter().copied().map(SweepEvent::Observed);
        let timed_out = past.timed_out.iter().copied().map(SweepEvent::HostTimedOut);
        let rounds = past.rounds.iter().copied().map(SweepEvent::RoundEnded);
        observed.chain(timed_out).chain(rounds).for_each(|event| self.take(event));
        self.stream.flush();
    }

    /// Observations in the order of endpoints, one for each: the strongest, which is the latest.
    pub(crate) fn into_sorted(mut self) -> (Vec<Observation>, HashSet<IpAddr>) {
        self.progress.finish();
        keep_latest(&mut self.seen);
        (self.seen, self.timed_out)
    }

    fn take(&mut self, event: SweepEvent) {
        match event {
            SweepEvent::Observed(seen) => {
                self.seen.push(seen);
                if seen.state == PortState::Open && !self.work.is_search && self.stream.wants_tasks() {
                    self.stream.task(&self.work.found(seen.endpoint));
                }
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
    }
}

/// Puts observations in the order of endpoints, one for each: the latest.
pub(super) fn keep_latest(seen: &mut Vec<Observation>) {
    seen.sort_by_key(|seen| seen.endpoint);
    seen.dedup_by(|later, earlier| {
        let is_same = later.endpoint == earlier.endpoint;
        if is_same {
            *earlier = *later;
        }
        is_same
    });
}

/// An event by the clock of a run that began so long before the network's.
fn later(event: SweepEvent, lead: Duration) -> SweepEvent {
    match event {
        SweepEvent::Observed(seen) => SweepEvent::Observed(Observation { at: seen.at + lead, ..seen }),
        SweepEvent::HostTimedOut(_) | SweepEvent::RoundEnded(_) => event,
    }
}

/// How many ports of `seen` are open and closed by their hosts' own answers, of UDP an ICMP error may be one; how many
/// hosts answered without a port; and at how many addresses nobody was found to be asked.
pub(crate) fn states(seen: &[Observation]) -> States {
    let mut states = States::default();
    for seen in seen {
        let has_answered = match seen.endpoint.protocol {
            Protocol::Udp => true,
            Protocol::Icmp | Protocol::Neighbor | Protocol::Tcp => seen.icmp.is_none(),
        };
        match (seen.endpoint.protocol, seen.state) {
            // Without an error behind it the look-up on the local link failed.
            _ if seen.reason == Reason::HostUnreach && seen.icmp.is_none() => states.nobody += 1,
            _ if !has_answered => {}
            (Protocol::Icmp, PortState::Open) => states.pings += 1,
            (Protocol::Neighbor, PortState::Open) => states.neighbors += 1,
            (Protocol::Tcp | Protocol::Udp, PortState::Open) => states.open += 1,
            (Protocol::Tcp | Protocol::Udp, PortState::Closed) => states.closed += 1,
            _ => {}
        }
    }
    states
}

impl<Stream: LineStream> Sink for Collector<'_, Stream> {
    fn event(&mut self, event: SweepEvent) -> Flow {
        let event = later(event, self.lead);
        if let Some(journal) = &mut self.journal {
            journal.event(&event);
        }
        self.take(event);
        Flow::Continue
    }

    fn tick(&mut self, sweep: &Sweep, now: Instant) -> Flow {
        if let Some(share) = self.progress.tick(sweep, now, &self.seen) {
            self.stream.task(&self.work.is_at(share));
        }
        self.stream.flush();
        if now >= self.next_look {
            self.next_look = now + BETWEEN_LOOKS;
            self.stream.look_for_reader();
        }
        let noted = self.journal.as_mut().map_or(Flow::Continue, |journal| journal.tick(now));
        if noted == Flow::Stop || self.stream.is_abandoned() || self.signals.received().is_some() {
            Flow::Stop
        } else {
            Flow::Continue
        }
    }
}

#[cfg(test)]
mod tests {
    use muster_engine::{AddressSet, PortSet, SweepPlan};
    use muster_model::{Endpoint, IcmpError};

    use super::*;
    use crate::sweep::{NetworkKind, NoStream};

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
        let plan = SweepPlan::new(AddressSet::empty(), PortSet::tcp(2967));
        let work = Work::new("ports", &plan, NetworkKind::Connect);
        let mut collector = Collector {
            seen: Vec::new(),
            timed_out: HashSet::new(),
            stream: &mut NoStream,
            progress: ProgressLine::hidden(work),
            signals: &signals,
            start: Timestamp::UNIX_EPOCH,
            only_open: false,
            journal: None,
            lead: Duration::ZERO,
            work,
            next_look: Instant::START,
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
        let from_the_way =
            Observation { icmp: Some(IcmpError { kind: 3, code: 1, from }), ..seen(5, PortState::Filtered) };
        let unanswered = seen(4, PortState::Filtered);
        let found = [seen(1, PortState::Open), seen(2, PortState::Closed), by_icmp, unanswered, from_the_way];
        assert_eq!(states(&found), States { open: 1, closed: 1, nobody: 1, ..States::default() });
    }
    #[test]
    fn hosts_that_answer_without_a_port_are_counted() {
        let of = |protocol, last| {
            let seen = seen(last, PortState::Open);
            Observation { endpoint: Endpoint { protocol, port: 0, ..seen.endpoint }, ..seen }
        };
        let from = [10, 0, 0, 254].into();
        let refused = Observation {
            state: PortState::Filtered,
            icmp: Some(IcmpError { kind: 3, code: 1, from }),
            ..of(Protocol::Icmp, 9)
        };
        let found = [of(Protocol::Icmp, 1), of(Protocol::Icmp, 2), of(Protocol::Neighbor, 3), refused];
        assert_eq!(states(&found), States { pings: 2, neighbors: 1, ..States::default() });
    }
}
