//! A sweep in numbers, so far or at its end.

use std::time::Duration;

use muster_model::{Endpoint, PortState};

use super::Sweep;
use crate::controls::silent_since;
use crate::event::{Progress, RoundSummary, Summary};
use crate::ledger::Mark;
use crate::misses::{Bounds, LossTally, RoundTally, bounds};
use crate::questions::ProbeKind;
use crate::round::Round;

impl Sweep {
    /// The endpoints that did not answer themselves, with their marks, in the order of addresses and ports.
    pub fn unanswered(&self) -> impl Iterator<Item = (Endpoint, Mark)> {
        let mut members: Vec<u64> = Vec::new();
        let mut whole = 0..0;
        if self.space.len() == self.space.size() {
            whole = 0..self.space.size();
        } else {
            members = (0..self.space.len()).map(|number| self.space.member(number)).collect();
            members.sort_unstable();
        }
        let marked = whole.chain(members).map(|index| (index, self.ledger.mark(index)));
        marked
            .filter(|(_, mark)| *mark != Mark::Answered)
            .map(|(index, mark)| (self.space.endpoint(index), mark))
    }

    /// How far the sweep has come.
    pub fn progress(&self) -> Progress {
        let first_again = if self.round.number == 1 { self.silent() } else { 0 };
        let left = (self.round.left() + first_again) as f64 / self.pace.cap();
        Progress {
            round: self.round.number,
            of_round: self.round.progress(),
            sent: self.sent(),
            answered: self.ledger.count(Mark::Answered),
            endpoints: self.space.len(),
            left: Duration::from_secs_f64(left.min(1e9)),
            bounds: (self.round.number > 1).then(|| self.bounds()),
        }
    }

    /// The sweep in numbers, so far or at its end.
    pub fn summary(&self) -> Summary {
        let silent = self.silent();
        let not_tried = self.not_tried().min(silent);
        Summary {
            rounds: self.rounds().map(summary_of_round).collect(),
            endpoints: self.space.len(),
            answered: self.ledger.count(Mark::Answered),
            restored: self.restored,
            soft: self.ledger.count(Mark::Soft),
            withheld: self.ledger.count(Mark::Withheld),
            silent: silent - not_tried,
            not_tried,
            sent: self.sent(),
            open_controls: self.controls_of(PortState::Open),
            closed_controls: self.controls_of(PortState::Closed),
            conflicts: self.conflicts,
            local_drops: self.local_drops,
            rate: self.pace.cap(),
            blocked_since: silent_since(self.rounds().map(|round| &round.controls)),
            bounds: self.bounds(),
            asks_udp: !self.plan.questions.ports(ProbeKind::Udp).is_empty(),
            rtt: self.rtt.smoothed().map(|smoothed| (smoothed, self.rtt.variation())),
        }
    }

    /// Endpoints from which nothing came and that were not asked even once.
    fn not_tried(&self) -> u64 {
        if self.round.number > 1 {
            return 0;
        }
        let ahead = self.round.ahead().map(|number| self.space.member(number));
        let waiting = ahead.chain(self.spacing.deferred_targets());
        waiting.filter(|&index| self.ledger.mark(index) == Mark::Silent).count() as u64 + self.in_hand
    }

    pub(super) fn bounds(&self) -> Bounds {
        let tallies: Vec<RoundTally> = self.rounds().map(Round::tally).collect();
        bounds(&tallies, self.plan.rounds.most, self.silent())
    }

    fn sent(&self) -> u64 {
        self.rounds().map(|round| round.sent).sum()
    }

    pub(super) fn at_rate(&self, rate: f64) -> LossTally {
        sum(self.rounds().map(|round| round.at_rate(rate)))
    }

    fn controls_of(&self, state: PortState) -> LossTally {
        sum(self.rounds().map(|round| round.controls.of_state(state)))
    }
}

fn sum(tallies: impl Iterator<Item = LossTally>) -> LossTally {
    tallies.fold(LossTally::default(), |sum, tally| LossTally {
        sent: sum.sent + tally.sent,
        silent: sum.silent + tally.silent,
    })
}

pub(super) fn summary_of_round(round: &Round) -> RoundSummary {
    let controls = sum(round.tally().by_rate.iter().map(|&(_, tally)| tally));
    let found = round.found + round.found_by_error;
    RoundSummary { number: round.number, sent: round.sent, found, controls }
}

#[cfg(test)]
mod tests {
    use muster_model::{IcmpError, Instant, Nature, Protocol, Reason};

    use super::*;
    use crate::plan::SweepPlan;
    use crate::ports::PortSet;
    use crate::probe::Reply;
    use crate::random::Seed;
    use crate::targets::IntervalSet;
    use crate::{AddressSet, Questions};

    /// Of one host, with UDP ports 1 to 200 of which 30 are told to be closed.
    fn summary(tcp: u16) -> Summary {
        let udp = IntervalSet::from(1..=200);
        let questions = Questions::from(PortSet::of_tcp(0..tcp)).with(ProbeKind::Udp, udp);
        let address = [192, 0, 2, 1].into();
        let plan = SweepPlan::new(AddressSet::of_addresses([address]).unwrap(), questions);
        let mut sweep = Sweep::new(plan, Seed(1)).unwrap();
        let reply = |protocol, port, icmp: Option<IcmpError>| Reply {
            endpoint: Endpoint { address, protocol, port },
            kind: if protocol == Protocol::Udp { ProbeKind::Udp } else { ProbeKind::Syn },
            attempt: None,
            state: PortState::Closed,
            reason: icmp.map_or(Reason::Reset, |icmp| icmp.reason()),
            nature: Nature::Answer,
            icmp,
            ttl: None,
            stack: None,
            rtt: None,
        };
        let error = Some(IcmpError { kind: 3, code: 3, from: address });
        (1..=30).for_each(|port| sweep.handle_reply(Instant::START, reply(Protocol::Udp, port, error)));
        (0..tcp).for_each(|port| sweep.handle_reply(Instant::START, reply(Protocol::Tcp, port, None)));
        sweep.summary()
    }

    #[test]
    fn the_stated_error_does_not_speak_of_closed_udp_ports() {
        let mixed = summary(50);
        assert_eq!((mixed.answered, mixed.bounds.found), (80, 50));
        assert!(mixed.asks_udp, "whoever states the bounds must be able to say so");
        let only_errors = summary(0);
        assert_eq!((only_errors.answered, only_errors.bounds.found), (30, 0));
        assert_eq!((only_errors.bounds.alike, only_errors.bounds.half), (None, None));
    }

    #[test]
    fn without_udp_the_stated_error_speaks_of_all() {
        let plan =
            SweepPlan::new(AddressSet::of_addresses([[192, 0, 2, 1].into()]).unwrap(), PortSet::tcp(80));
        assert!(!Sweep::new(plan, Seed(1)).unwrap().summary().asks_udp);
    }
}
