//! One pass over what has not answered yet, with its controls in between.

use std::ops::Range;

use crate::controls::{ControlRound, MOST_CONTROLS, Responder};
use crate::misses::{LossTally, RoundTally};
use crate::permutation::Permutation;

/// A round: its order, how far it has come, and what it has shown.
#[derive(Clone, Debug)]
pub(crate) struct Round {
    pub(crate) number: u8,
    order: Permutation,
    place: u64,
    pub(crate) controls: ControlRound,
    /// Endpoints that answered a probe of this round first, by themselves.
    pub(crate) found: u64,
    /// The same, by an ICMP error of their own (a closed UDP port).
    pub(crate) found_by_error: u64,
    /// Replies that this machine had no room for while the round ran.
    pub(crate) overrun: u64,
    pub(crate) sent: u64,
    rates: Vec<f64>,
    /// The place before which the next control comes.
    due: u64,
}

/// What a round wants next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// Look at the member with this number.
    Member(u64),
    /// Probe this endpoint as a control.
    Control(u64),
    /// Nothing is left.
    End,
}

impl Round {
    pub(crate) fn new(number: u8, order: Permutation, rate: f64) -> Self {
        Self {
            number,
            order,
            place: 0,
            controls: ControlRound::default(),
            found: 0,
            found_by_error: 0,
            overrun: 0,
            sent: 0,
            rates: vec![rate],
            due: u64::MAX,
        }
    }

    /// Whether a round whose controls are found as it goes is due for another.
    pub(crate) fn wants_control(&self) -> bool {
        let handed_out = u128::from(self.controls.planned());
        self.place > 0
            && u128::from(self.place) * u128::from(MOST_CONTROLS)
                >= handed_out * u128::from(self.order.size())
    }

    /// Adds a control, unless its host has one in this round already or the round has enough.
    pub(crate) fn add_control(&mut self, responder: Responder, host: u64) {
        self.controls.add(responder, host);
        self.due = self.next_due();
    }

    /// Controls are spread evenly over the members.
    pub(crate) fn step(&mut self) -> Step {
        if self.place >= self.due
            && let Some(index) = self.next_control()
        {
            return Step::Control(index);
        }
        if self.place < self.order.size() {
            self.place += 1;
            return Step::Member(self.order.at(self.place - 1));
        }
        self.next_control().map_or(Step::End, Step::Control)
    }

    /// The places that come before the next control, at most `most` of them.
    pub(crate) fn run(&self, most: u32) -> Range<u64> {
        let end = self.due.min(self.order.size()).min(self.place.saturating_add(most.into()));
        self.place..end.max(self.place)
    }

    /// The number of the member at `place`.
    #[inline]
    pub(crate) fn member(&self, place: u64) -> u64 {
        self.order.at(place)
    }

    /// Goes on at `place`, which is in what [`run`](Self::run) gave, or its end.
    pub(crate) fn advance(&mut self, place: u64) {
        self.place = place;
    }

    fn next_control(&mut self) -> Option<u64> {
        let control = self.controls.next();
        self.due = self.next_due();
        control
    }

    fn next_due(&self) -> u64 {
        let (planned, handed_out) = (self.controls.planned(), self.controls.handed_out());
        if handed_out == planned {
            return u64::MAX;
        }
        let behind = u128::from(handed_out) * u128::from(self.order.size());
        behind.div_ceil(u128::from(planned)) as u64
    }

    pub(crate) fn note_rate(&mut self, rate: f64) {
        if !self.rates.contains(&rate) {
            self.rates.push(rate);
        }
    }

    pub(crate) fn at_rate(&self, rate: f64) -> LossTally {
        self.controls.at_rate(rate)
    }

    pub(crate) fn tally(&self) -> RoundTally {
        let by_rate = self.rates.iter().map(|&rate| (rate, self.controls.at_rate(rate))).collect();
        RoundTally { found: self.found, by_rate }
    }

    /// How much of the round is behind, from 0 to 1.
    pub(crate) fn progress(&self) -> f64 {
        self.place as f64 / self.order.size().max(1) as f64
    }

    /// The numbers of the members not looked at yet.
    pub(crate) fn ahead(&self) -> impl Iterator<Item = u64> {
        (self.place..self.order.size()).map(|place| self.order.at(place))
    }

    /// How many members were not looked at yet.
    pub(crate) fn left(&self) -> u64 {
        self.order.size() - self.place
    }
}

#[cfg(test)]
mod tests {
    use muster_model::PortState;

    use super::*;

    #[test]
    fn controls_are_spread_over_the_round() {
        let mut round = Round::new(2, Permutation::new(100, 1), 1.0);
        (0..10).for_each(|index| round.add_control(Responder { index, state: PortState::Open }, index));
        let steps: Vec<_> =
            std::iter::from_fn(|| Some(round.step()).filter(|step| *step != Step::End)).collect();
        let places: Vec<_> = (0..steps.len()).filter(|&at| matches!(steps[at], Step::Control(_))).collect();
        assert_eq!(places, (0..10).map(|number| number * 11).collect::<Vec<_>>());
        assert_eq!(steps.len(), 110);
    }

    #[test]
    fn runs_end_where_a_control_is_due() {
        let mut round = Round::new(2, Permutation::new(100, 1), 1.0);
        assert_eq!(round.run(1_000), 0..100);
        (0..10).for_each(|index| round.add_control(Responder { index, state: PortState::Open }, index));
        assert_eq!(round.run(1_000), 0..0);
        assert!(matches!(round.step(), Step::Control(_)));
        assert_eq!((round.run(1_000), round.run(7)), (0..10, 0..7));
        round.advance(10);
        assert!(matches!(round.step(), Step::Control(_)));
        assert_eq!(round.step(), Step::Member(Permutation::new(100, 1).at(10)));
        assert_eq!(round.run(1_000), 11..20);
    }
}
