//! When a round is over, and whether another follows.

use std::time::Duration;

use muster_model::Instant;

use super::report::summary_of_round;
use super::{Phase, Sweep};
use crate::event::SweepEvent;
use crate::ledger::Mark;
use crate::permutation::{Order, Permutation};
use crate::plan::SweepPlan;
use crate::random::Seed;
use crate::round::Round;
use crate::space::Space;
use crate::trial::Stage;

impl Sweep {
    pub(super) fn end_round(&mut self, now: Instant) {
        if self.plan.is_one_round() && self.add_controls() {
            return;
        }
        self.judge_trial(now);
        self.events.push_back(SweepEvent::RoundEnded(summary_of_round(&self.round)));
        if self.wants_another_round() {
            self.begin_round();
        } else {
            self.phase = Phase::Lingering;
            if self.is_answered() {
                self.phase = Phase::Finished;
            }
        }
    }

    /// Late answers may have changed what the last round's end showed.
    pub(super) fn after_last_round(&mut self) {
        if self.wants_another_round() {
            self.begin_round();
        } else {
            self.phase = Phase::Finished;
        }
    }

    /// A short single round is over before anybody has answered: what is missing of its controls comes now. Whether
    /// there are any to wait for.
    fn add_controls(&mut self) -> bool {
        if self.silent() == 0 {
            return false;
        }
        let before = self.round.controls.planned();
        for responder in self.responders.drawn() {
            self.round.add_control(responder, self.space.host(responder.index));
        }
        let has_more = self.round.controls.planned() > before;
        if has_more {
            self.phase = Phase::Probing;
        }
        has_more
    }

    fn begin_round(&mut self) {
        self.first_round_sent.get_or_insert(self.last_sent);
        let number = self.round.number + 1;
        let order = order(&self.plan, &self.space, self.seed, number);
        let usual = self.trial.usual();
        let mut round = Round::new(number, order, usual);
        if self.silent() > 0 {
            for responder in self.responders.drawn() {
                round.add_control(responder, self.space.host(responder.index));
            }
        }
        self.trial.begin_round(self.at_rate(usual), round.controls.planned());
        self.pace.set_cap(usual);
        self.past.push(std::mem::replace(&mut self.round, round));
        self.phase = Phase::Probing;
        self.wake = Instant::START;
    }

    /// Moves a rate trial on when its window is full, and ends it when its last control has had its time.
    pub(super) fn judge_trial(&mut self, now: Instant) {
        if !self.trial.is_full(self.round.controls.sent()) {
            return;
        }
        if self.trial.stage() == Stage::AtUsual {
            let rate = self.trial.slow_down();
            self.pace.set_cap(rate);
            self.round.note_rate(rate);
            return;
        }
        let is_settled = self.round.controls.last_sent().is_some_and(|sent| now >= sent + self.timeout());
        if is_settled || self.phase == Phase::Settling {
            let usual = self.trial.usual();
            let rate = self.trial.judge(self.round.at_rate(self.pace.cap()), self.round.at_rate(usual));
            self.pace.set_cap(rate);
        }
    }

    fn wants_another_round(&self) -> bool {
        let limits = &self.plan.rounds;
        let done = self.round.number;
        let waiting = self.silent() + if done == 1 { self.ledger.count(Mark::Soft) } else { 0 };
        if waiting == 0 || done >= limits.most {
            return false;
        }
        if done < limits.least || self.round.overrun > 0 {
            return true;
        }
        let bounds = self.bounds();
        match limits.max_missed {
            None => true,
            // Hosts that limit their ICMP errors tell a few in every round.
            Some(_) if self.round.found_by_error > 0 => true,
            // With no responder at all the loss cannot be measured, and further rounds would show no more.
            Some(_) if bounds.alike.is_none() => false,
            Some(most) => bounds.found_last > 0 || bounds.expected >= most,
        }
    }

    /// Whether no answer can be missing: then nothing need be waited for.
    pub(super) fn is_answered(&self) -> bool {
        let soft = if self.round.number <= 2 { self.ledger.count(Mark::Soft) } else { 0 };
        self.silent() == 0 && soft == 0 && self.round.controls.all_answered()
    }

    pub(super) fn settled_at(&self) -> Instant {
        self.last_sent + self.timeout()
    }

    /// When everybody has had the time that is due: who was asked first its patience, who was asked last a last wait.
    pub(super) fn lingered_at(&self) -> Instant {
        let timing = &self.plan.timing;
        let patient = self.first_round_sent.unwrap_or(self.last_sent) + timing.patience;
        patient.max(self.last_sent + timing.linger.max(self.timeout().min(timing.patience)))
    }

    pub(super) fn timeout(&self) -> Duration {
        self.rtt.timeout(&self.plan.timing)
    }

    /// Members of this shard from which nothing came.
    pub(super) fn silent(&self) -> u64 {
        let others = [Mark::Answered, Mark::Soft, Mark::Withheld].map(|mark| self.ledger.count(mark));
        self.space.len() - others.iter().sum::<u64>()
    }
}

/// In which order a round goes through the endpoints.
pub(super) fn order(plan: &SweepPlan, space: &Space, seed: Seed, number: u8) -> Permutation {
    match plan.order {
        Order::Random => Permutation::new(space.len(), seed.derive("round", u64::from(number))),
        Order::Ascending => Permutation::by_columns(space.len(), space.hosts()),
    }
}
