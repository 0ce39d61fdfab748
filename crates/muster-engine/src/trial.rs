//! Whether slower is better: a trial, not a guess.
//!
//! Random loss is answered by more rounds; only loss that the sweep itself causes is answered by slowing down. Which of
//! the two it is shows when a window of controls at a quarter of the rate does significantly better than the window at
//! the usual rate right before it. Windows of one round are compared and not rounds, since a network that was bad in an
//! earlier round may just have recovered.

use crate::misses::{LossTally, is_better};

/// Fewer silent controls than this are no reason to try.
const LEAST_SILENT: u64 = 5;
/// Controls in each of the two windows, if the round has four times as many.
const WINDOW: u64 = 200;

/// What is known about the rate in force, and a running trial of a lower one.
#[derive(Clone, Debug)]
pub(crate) struct RateTrial {
    usual: f64,
    stage: Stage,
    window: u64,
}

/// How far a trial has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stage {
    /// There is none.
    Idle,
    /// The window at the usual rate.
    AtUsual,
    /// The window at a quarter of it.
    AtQuarter,
    /// It showed nothing, and is not repeated.
    Settled,
}

impl RateTrial {
    pub(crate) fn new(rate: f64) -> Self {
        Self { usual: rate, stage: Stage::Idle, window: 0 }
    }

    /// At the start of a round with `planned` controls: begins a trial if those so far give reason to.
    pub(crate) fn begin_round(&mut self, so_far: LossTally, planned: u64) {
        if self.stage == Stage::Settled {
            return;
        }
        self.window = WINDOW.min(planned / 4);
        let is_due = so_far.silent >= LEAST_SILENT && self.window >= LEAST_SILENT;
        self.stage = if is_due { Stage::AtUsual } else { Stage::Idle };
    }

    pub(crate) fn stage(&self) -> Stage {
        self.stage
    }

    /// Whether the window that runs is full when the round has sent so many controls.
    pub(crate) fn is_full(&self, controls_sent: u64) -> bool {
        match self.stage {
            Stage::AtUsual => controls_sent >= self.window,
            Stage::AtQuarter => controls_sent >= 2 * self.window,
            Stage::Idle | Stage::Settled => false,
        }
    }

    /// Begins the second window: its rate.
    pub(crate) fn slow_down(&mut self) -> f64 {
        self.stage = Stage::AtQuarter;
        self.usual / 4.0
    }

    /// Ends the trial: the rate for the rest of the sweep. One that helps makes the lower rate the usual one, of which a
    /// quarter can be tried next.
    pub(crate) fn judge(&mut self, at_quarter: LossTally, at_usual: LossTally) -> f64 {
        if is_better(at_quarter, at_usual) {
            self.usual /= 4.0;
            self.stage = Stage::Idle;
        } else {
            self.stage = Stage::Settled;
        }
        self.usual
    }

    pub(crate) fn usual(&self) -> f64 {
        self.usual
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn tally(sent: u64, silent: u64) -> LossTally {
        LossTally { sent, silent }
    }

    fn tried(at_quarter: LossTally, at_usual: LossTally) -> (RateTrial, f64) {
        let mut trial = RateTrial::new(1_000.0);
        trial.begin_round(tally(500, 50), 1_000);
        assert!(!trial.is_full(199) && trial.is_full(200));
        assert_eq!(trial.slow_down(), 250.0);
        assert!(!trial.is_full(399) && trial.is_full(400));
        let rate = trial.judge(at_quarter, at_usual);
        (trial, rate)
    }

    #[test]
    fn random_loss_does_not_slow_the_sweep() {
        let (mut trial, rate) = tried(tally(200, 20), tally(200, 20));
        assert_eq!(rate, 1_000.0);
        trial.begin_round(tally(1_000, 100), 1_000);
        assert_eq!(trial.stage(), Stage::Settled, "one trial is enough");
    }

    #[test]
    fn a_network_that_has_recovered_does_not_either() {
        assert_eq!(tried(tally(200, 0), tally(200, 0)).1, 1_000.0);
    }

    #[test]
    fn loss_by_speed_does() {
        let (mut trial, rate) = tried(tally(200, 0), tally(200, 100));
        assert_eq!((rate, trial.usual()), (250.0, 250.0));
        trial.begin_round(tally(200, 0), 1_000);
        assert_eq!(trial.stage(), Stage::Idle, "no loss, no further trial");
        trial.begin_round(tally(200, 50), 1_000);
        assert_eq!(trial.stage(), Stage::AtUsual, "a still lower rate can be tried");
    }

    #[test]
    fn a_few_silent_controls_are_no_reason() {
        let mut trial = RateTrial::new(1_000.0);
        trial.begin_round(tally(500, 4), 1_000);
        assert_eq!(trial.stage(), Stage::Idle);
        trial.begin_round(tally(500, 50), 19);
        assert_eq!(trial.stage(), Stage::Idle, "nor is a round with few controls the place");
    }
}
