//! One pass over what has not answered yet, with its controls in between.

use crate::controls::{ControlRound, MOST_CONTROLS};
use crate::misses::{LossTally, RoundTally};
use crate::permutation::Permutation;

/// A round: its order, how far it has come, and what it has shown.
#[derive(Clone, Debug)]
pub(crate) struct Round {
    pub(crate) number: u8,
    order: Permutation,
    place: u64,
    pub(crate) controls: ControlRound,
    pub(crate) found: u64,
    pub(crate) sent: u64,
    rates: Vec<f64>,
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
            sent: 0,
            rates: vec![rate],
        }
    }

    /// Whether a round whose controls are found as it goes is due for another.
    pub(crate) fn wants_control(&self) -> bool {
        let handed_out = u128::from(self.controls.planned());
        self.place > 0
            && u128::from(self.place) * u128::from(MOST_CONTROLS)
                >= handed_out * u128::from(self.order.size())
    }

    /// Controls are spread evenly over the members.
    pub(crate) fn step(&mut self) -> Step {
        let (planned, handed_out) = (self.controls.planned(), self.controls.handed_out());
        let due = u128::from(self.place) * u128::from(planned)
            >= u128::from(handed_out) * u128::from(self.order.size());
        if due && let Some(index) = self.controls.next() {
            return Step::Control(index);
        }
        if self.place < self.order.size() {
            self.place += 1;
            return Step::Member(self.order.at(self.place - 1));
        }
        self.controls.next().map_or(Step::End, Step::Control)
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
    use crate::controls::Responder;

    #[test]
    fn controls_are_spread_over_the_round() {
        let mut round = Round::new(2, Permutation::new(100, 1), 1.0);
        (0..10).for_each(|index| round.controls.add(Responder { index, state: PortState::Open }, index));
        let steps: Vec<_> =
            std::iter::from_fn(|| Some(round.step()).filter(|step| *step != Step::End)).collect();
        let places: Vec<_> = (0..steps.len()).filter(|&at| matches!(steps[at], Step::Control(_))).collect();
        assert_eq!(places, (0..10).map(|number| number * 11).collect::<Vec<_>>());
        assert_eq!(steps.len(), 110);
    }
}
