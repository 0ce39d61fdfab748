//! Controls: endpoints that are known to answer, probed again to see how many probes get lost.

use std::collections::{HashMap, HashSet};

use muster_model::{Instant, PortState};

use crate::misses::LossTally;
use crate::random::Random;

/// Controls in one round at most: enough to measure a loss of 1 % to a third of itself.
pub(crate) const MOST_CONTROLS: u64 = 1_000;
/// Responders remembered to draw from.
const MOST_REMEMBERED: u64 = 4 * MOST_CONTROLS;
/// So many silent controls at a round's end, and no answered one after them, are no chance.
const LEAST_TRAIL: usize = 10;

/// An endpoint that answered, and how.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Responder {
    pub(crate) index: u64,
    pub(crate) state: PortState,
}

/// A uniform sample of all responders so far (reservoir sampling, Vitter's algorithm R): its size does not grow with the
/// sweep.
#[derive(Clone, Debug)]
pub(crate) struct Responders {
    kept: Vec<Responder>,
    offered: u64,
    random: Random,
}

impl Responders {
    pub(crate) fn new(key: u64) -> Self {
        Self { kept: Vec::new(), offered: 0, random: Random::new(key) }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.kept.is_empty()
    }

    pub(crate) fn offer(&mut self, responder: Responder) {
        self.offered += 1;
        if self.offered <= MOST_REMEMBERED {
            self.kept.push(responder);
            return;
        }
        let place = self.random.below(self.offered);
        if place < MOST_REMEMBERED {
            self.kept[place as usize] = responder;
        }
    }

    /// Notes that a responder gives another answer now: its next control is held against that.
    pub(crate) fn correct(&mut self, responder: Responder) {
        if let Some(kept) = self.kept.iter_mut().find(|kept| kept.index == responder.index) {
            *kept = responder;
        }
    }

    /// The remembered responders in random order.
    pub(crate) fn drawn(&mut self) -> Vec<Responder> {
        let count = self.kept.len();
        self.random.shuffle_front(&mut self.kept, count);
        self.kept.clone()
    }

    /// One of the remembered responders at random.
    pub(crate) fn pick(&mut self) -> Option<Responder> {
        let count = self.kept.len() as u64;
        (count > 0).then(|| self.kept[self.random.below(count) as usize])
    }
}

/// The controls of one round.
#[derive(Clone, Debug, Default)]
pub(crate) struct ControlRound {
    drawn: Vec<Responder>,
    hosts: HashSet<u64>,
    handed_out: usize,
    log: Vec<Record>,
    by_index: HashMap<u64, usize>,
}

#[derive(Clone, Copy, Debug)]
struct Record {
    state: PortState,
    rate: f64,
    sent: Instant,
    answered: bool,
}

impl ControlRound {
    /// Adds a control, unless its host has one in this round already or the round has enough.
    pub(crate) fn add(&mut self, responder: Responder, host: u64) {
        if self.planned() < MOST_CONTROLS && self.hosts.insert(host) {
            self.drawn.push(responder);
        }
    }

    pub(crate) fn planned(&self) -> u64 {
        self.drawn.len() as u64
    }

    pub(crate) fn handed_out(&self) -> u64 {
        self.handed_out as u64
    }

    pub(crate) fn next(&mut self) -> Option<u64> {
        let responder = self.drawn.get(self.handed_out)?;
        self.handed_out += 1;
        Some(responder.index)
    }

    pub(crate) fn record_sent(&mut self, index: u64, rate: f64, now: Instant) {
        let Some(responder) = self.drawn.iter().find(|responder| responder.index == index) else { return };
        self.by_index.insert(index, self.log.len());
        self.log.push(Record { state: responder.state, rate, sent: now, answered: false });
    }

    /// Notes the answer of a control; gives the state it had before, or `None` if it is not one or has answered before.
    pub(crate) fn record_answer(&mut self, index: u64) -> Option<PortState> {
        let record = &mut self.log[*self.by_index.get(&index)?];
        (!std::mem::replace(&mut record.answered, true)).then_some(record.state)
    }

    pub(crate) fn sent(&self) -> u64 {
        self.log.len() as u64
    }

    pub(crate) fn last_sent(&self) -> Option<Instant> {
        self.log.last().map(|record| record.sent)
    }

    pub(crate) fn all_answered(&self) -> bool {
        self.handed_out == self.drawn.len() && self.log.iter().all(|record| record.answered)
    }

    pub(crate) fn at_rate(&self, rate: f64) -> LossTally {
        tally(self.log.iter().filter(|record| record.rate == rate))
    }

    pub(crate) fn of_state(&self, state: PortState) -> LossTally {
        tally(self.log.iter().filter(|record| record.state == state))
    }
}

/// When the controls of a sweep's rounds fell silent for good, if they did: since then this machine is blocked, or
/// somebody overloaded.
pub(crate) fn silent_since<'a>(rounds: impl Iterator<Item = &'a ControlRound>) -> Option<Instant> {
    let log: Vec<Record> = rounds.flat_map(|round| round.log.iter().copied()).collect();
    let last_answer = log.iter().rposition(|record| record.answered)?;
    let (before, trail) = log.split_at(last_answer + 1);
    let loss = tally(before.iter());
    let chance = ((loss.silent + 1) as f64 / (loss.sent + 2) as f64).powi(trail.len().min(1_000) as i32);
    (trail.len() >= LEAST_TRAIL && chance < 1e-4).then(|| trail[0].sent)
}

fn tally<'a>(records: impl Iterator<Item = &'a Record>) -> LossTally {
    let mut tally = LossTally::default();
    for record in records {
        tally.sent += 1;
        tally.silent += u64::from(!record.answered);
    }
    tally
}

#[cfg(test)]
mod tests {
    use super::*;

    fn responder(index: u64) -> Responder {
        Responder { index, state: PortState::Open }
    }

    #[test]
    fn the_sample_is_bounded_and_fair() {
        let mut hits = [0_u32; 10];
        for key in 0..50 {
            let mut responders = Responders::new(key);
            for index in 0..20_000 {
                responders.offer(responder(index));
            }
            assert_eq!(responders.kept.len() as u64, MOST_REMEMBERED);
            for drawn in responders.drawn().into_iter().take(MOST_CONTROLS as usize) {
                hits[(drawn.index / 2_000) as usize] += 1;
            }
        }
        assert!(hits.iter().all(|&hit| (4_700..5_300).contains(&hit)), "5,000 each are expected: {hits:?}");
    }

    #[test]
    fn one_control_a_host() {
        let mut round = ControlRound::default();
        for index in 0..100 {
            round.add(responder(index), index / 10);
        }
        assert_eq!(round.planned(), 10);
        for index in 0..10_000 {
            round.add(responder(index), index);
        }
        assert_eq!(round.planned(), MOST_CONTROLS);
    }

    #[test]
    fn controls_that_fall_silent_for_good_are_noticed() {
        let mut round = ControlRound::default();
        (0..60).for_each(|index| round.add(responder(index), index));
        let at = |second: u64| Instant::from_nanos(second * 1_000_000_000);
        while let Some(index) = round.next() {
            round.record_sent(index, 1.0, at(index));
        }
        assert_eq!(silent_since([&round].into_iter()), None, "nothing ever answered: no change to speak of");
        for index in 0..40 {
            round.record_answer(index);
        }
        assert_eq!(silent_since([&round].into_iter()), Some(at(40)));
        assert_eq!(round.at_rate(1.0), LossTally { sent: 60, silent: 20 });
        round.record_answer(59);
        assert_eq!(silent_since([&round].into_iter()), None);
    }
}
