//! Which probe goes out next.

use muster_model::Instant;

use super::Sweep;
use crate::event::SweepEvent;
use crate::ledger::Mark;
use crate::probe::{Attempt, Probe, ProbeBatch, Purpose};
use crate::round::Step;

/// How many members one call looks at, so that a round over millions of answered endpoints keeps nobody waiting.
pub(super) const MOST_STEPS: u32 = 1 << 16;

/// What to send next, if anything.
pub(super) enum Candidate {
    Probe(u64, Purpose),
    Later(Instant),
    Exhausted,
}

impl Sweep {
    pub(super) fn next_candidate(&mut self, now: Instant, steps: &mut u32) -> Candidate {
        if let Some((index, purpose)) = self.spacing.take_ready(now) {
            return Candidate::Probe(index, purpose);
        }
        if self.spacing.is_full() {
            return Candidate::Later(self.spacing.next_ready().unwrap_or(now));
        }
        self.grow_controls();
        while *steps > 0 {
            *steps -= 1;
            match self.round.step() {
                // Its host answered a probe of this very round, which may have left a moment ago.
                Step::Control(index) if self.plan.is_one_round() => {
                    self.spacing.defer(now + self.plan.host_spacing, index, Purpose::Control);
                }
                Step::Control(index) => return Candidate::Probe(index, Purpose::Control),
                Step::End => return self.spacing.next_ready().map_or(Candidate::Exhausted, Candidate::Later),
                Step::Member(number) => {
                    let index = self.space.member(number);
                    if self.is_wanted(index) {
                        return Candidate::Probe(index, Purpose::Target);
                    }
                }
            }
        }
        Candidate::Later(now)
    }

    /// Adds the members up to the next control in one go, where no host need be remembered: the bulk of a large sweep.
    pub(super) fn fill(&mut self, now: Instant, steps: &mut u32, batch: &mut ProbeBatch) {
        let makes_controls = self.plan.is_one_round() && !self.responders.is_empty();
        if !self.spacing.is_idle() || self.plan.host_timeout.is_some() || makes_controls {
            return;
        }
        let run = self.round.run(*steps);
        let most = batch.room().min(self.pace.tokens());
        let (attempt, expires) = (self.attempt(Purpose::Target), self.expiry(now));
        let (mut place, mut added) = (run.start, 0);
        while place < run.end && added < most {
            let index = self.space.member(self.round.member(place));
            place += 1;
            if self.is_wanted(index) {
                let (kind, endpoint) = self.space.question(index);
                batch.push(Probe { endpoint, kind, attempt, expires });
                added += 1;
            }
        }
        *steps -= (place - run.start) as u32;
        self.round.advance(place);
        self.pace.spend(added);
        self.in_hand += added as u64;
    }

    /// A sweep of a single round takes its controls from those that have answered so far.
    fn grow_controls(&mut self) {
        if self.plan.is_one_round()
            && self.round.wants_control()
            && let Some(responder) = self.responders.pick()
        {
            self.round.add_control(responder, self.space.host(responder.index));
        }
    }

    /// A probe that may go out now, with everything noted that follows from sending it.
    pub(super) fn prepare(&mut self, now: Instant, index: u64, purpose: Purpose) -> Option<Probe> {
        let is_over = match purpose {
            Purpose::Target => !self.is_wanted(index) || self.is_timed_out(now, index),
            Purpose::Control => self.is_past_time(now, index),
        };
        if is_over {
            return None;
        }
        if let Err(ready) = self.spacing.ask(self.space.host(index), now) {
            self.spacing.defer(ready, index, purpose);
            return None;
        }
        if purpose == Purpose::Control {
            self.round.controls.record_sent(index, self.pace.cap(), now);
        }
        self.pace.spend(1);
        self.in_hand += 1;
        let (attempt, expires) = (self.attempt(purpose), self.expiry(now));
        let (kind, endpoint) = self.space.question(index);
        Some(Probe { endpoint, kind, attempt, expires })
    }

    fn attempt(&self, purpose: Purpose) -> Attempt {
        Attempt { round: self.round.number, purpose }
    }

    /// Until when the answer to a probe of `now` counts.
    fn expiry(&self, now: Instant) -> Instant {
        now + self.timeout().max(self.plan.timing.patience)
    }

    #[inline]
    fn is_wanted(&self, index: u64) -> bool {
        match self.ledger.mark(index) {
            Mark::Silent => true,
            // An error may pass: whoever sent one is asked at least twice, and not for ever.
            Mark::Soft => self.round.number == 2,
            Mark::Answered | Mark::Withheld => false,
        }
    }

    /// Whether the host's time is up.
    fn is_past_time(&self, now: Instant, index: u64) -> bool {
        let first = self.first_asked.get(&self.space.host(index)).copied();
        let is_over = |limit| first.is_some_and(|first| first.is_none_or(|first| now.since(first) >= limit));
        self.plan.host_timeout.is_some_and(is_over)
    }

    /// Whether the host's time is up; then the endpoint is withheld.
    fn is_timed_out(&mut self, now: Instant, index: u64) -> bool {
        let Some(limit) = self.plan.host_timeout else { return false };
        let first = self.first_asked.entry(self.space.host(index)).or_insert(Some(now));
        let is_over = first.is_none_or(|first| now.since(first) >= limit);
        if is_over {
            self.ledger.set(index, Mark::Withheld);
            if first.take().is_some() {
                self.events.push_back(SweepEvent::HostTimedOut(self.space.endpoint(index).address));
            }
        }
        is_over
    }
}
