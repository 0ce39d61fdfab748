//! What a reply means for the ledger, the rounds and whoever listens.

use muster_model::{Instant, Nature, Observation, PortState};

use super::Sweep;
use crate::controls::Responder;
use crate::event::SweepEvent;
use crate::ledger::Mark;
use crate::plan::SweepKind;
use crate::probe::Reply;

impl Sweep {
    pub(super) fn handle_target(&mut self, now: Instant, index: u64, nature: Nature, reply: &Reply) {
        let mark = match (nature, self.ledger.mark(index)) {
            (Nature::Answer, Mark::Silent | Mark::Soft) => Mark::Answered,
            (Nature::Soft, Mark::Silent) => Mark::Soft,
            (Nature::Local, Mark::Silent) => Mark::Withheld,
            _ => return,
        };
        self.ledger.set(index, mark);
        self.observe(now, reply);
        if mark == Mark::Answered {
            self.count_found(reply.attempt.round);
            self.responders.offer(Responder { index, state: reply.state });
            if self.plan.kind == SweepKind::Discovery {
                self.withhold_siblings(index);
            }
        }
    }

    pub(super) fn handle_control(&mut self, now: Instant, index: u64, reply: &Reply) {
        let Some(round) = self.round_mut(reply.attempt.round) else { return };
        let Some(before) = round.controls.record_answer(index) else { return };
        if before != reply.state {
            self.conflicts += 1;
            self.responders.correct(Responder { index, state: reply.state });
            if reply.state == PortState::Open {
                self.observe(now, reply);
            }
        }
    }

    fn observe(&mut self, now: Instant, reply: &Reply) {
        self.events.push_back(SweepEvent::Observed(Observation {
            endpoint: reply.endpoint,
            state: reply.state,
            reason: reply.reason,
            icmp: reply.icmp,
            ttl: reply.ttl,
            stack: reply.stack,
            rtt: reply.rtt,
            round: reply.attempt.round,
            at: now,
        }));
    }

    fn count_found(&mut self, round: u8) {
        if let Some(round) = self.round_mut(round) {
            round.found += 1;
        }
    }

    /// In discovery one sign of life is enough.
    fn withhold_siblings(&mut self, index: u64) {
        for sibling in self.space.siblings(index) {
            if matches!(self.ledger.mark(sibling), Mark::Silent | Mark::Soft) {
                self.ledger.set(sibling, Mark::Withheld);
            }
        }
    }
}
