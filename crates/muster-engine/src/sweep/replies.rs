//! What a reply means for the ledger, the rounds and whoever listens.

use muster_model::{IcmpError, Instant, Nature, Observation, PortState};

use super::Sweep;
use crate::controls::Responder;
use crate::event::SweepEvent;
use crate::ledger::Mark;
use crate::plan::SweepKind;
use crate::probe::{Attempt, Purpose, Reply};

impl Sweep {
    /// The attempt that an answer is taken for which does not tell.
    pub(super) fn latest_attempt(&self, index: u64) -> Attempt {
        let is_known = self.ledger.mark(index) == Mark::Answered;
        let purpose = if is_known { Purpose::Control } else { Purpose::Target };
        Attempt { round: self.round.number, purpose }
    }

    pub(super) fn handle_target(&mut self, now: Instant, index: u64, round: u8, reply: &Reply) {
        let mark = match (reply.nature, self.ledger.mark(index)) {
            (Nature::Answer, Mark::Silent | Mark::Soft) => Mark::Answered,
            (Nature::Soft, Mark::Silent) => Mark::Soft,
            (Nature::Local, Mark::Silent) => Mark::Withheld,
            _ => return,
        };
        self.ledger.set(index, mark);
        self.observe(now, round, reply);
        if mark == Mark::Answered {
            self.count_found(round, reply);
            self.offer_control(Responder { index, state: reply.state }, reply.icmp);
            if self.plan.kind == SweepKind::Discovery {
                self.withhold_siblings(index);
            }
        }
    }

    pub(super) fn handle_control(&mut self, now: Instant, index: u64, round: u8, reply: &Reply) {
        let asked_in = self.round_mut(round);
        let Some(before) = asked_in.and_then(|round| round.controls.record_answer(index)) else { return };
        if before != reply.state {
            self.conflicts += 1;
            self.responders.correct(Responder { index, state: reply.state });
            if reply.state == PortState::Open {
                self.observe(now, round, reply);
            }
        }
    }

    fn observe(&mut self, now: Instant, round: u8, reply: &Reply) {
        self.events.push_back(SweepEvent::Observed(Observation {
            endpoint: reply.endpoint,
            state: reply.state,
            reason: reply.reason,
            icmp: reply.icmp,
            ttl: reply.ttl,
            stack: reply.stack,
            rtt: reply.rtt,
            round,
            at: now,
        }));
    }

    fn count_found(&mut self, round: u8, reply: &Reply) {
        let Some(round) = self.round_mut(round) else { return };
        match reply.icmp {
            None => round.found += 1,
            Some(_) => round.found_by_error += 1,
        }
    }

    /// Hosts send few ICMP errors a second (RFC 1812 section 4.3.2.8), which says nothing about the loss of the way: an
    /// answer of that kind makes no control, and the stated error does not speak of such endpoints.
    pub(super) fn offer_control(&mut self, responder: Responder, icmp: Option<IcmpError>) {
        if icmp.is_none() {
            self.responders.offer(responder);
        }
    }

    /// In discovery one sign of life is enough.
    pub(super) fn withhold_siblings(&mut self, index: u64) {
        for sibling in self.space.siblings(index) {
            if matches!(self.ledger.mark(sibling), Mark::Silent | Mark::Soft) {
                self.ledger.set(sibling, Mark::Withheld);
            }
        }
    }
}
