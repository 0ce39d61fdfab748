//! Whether slower is better: a trial, not a guess.
//!
//! Random loss is answered by more rounds; only loss that the sweep itself causes is answered by slowing down. Which of
//! the two it is shows when a window of controls at a quarter of the rate does significantly better.

use crate::misses::{LossTally, is_better};

/// Fewer silent controls than this are no reason to try.
const LEAST_SILENT: u64 = 5;
/// Controls in the window at a quarter of the rate.
const WINDOW: u64 = 200;

/// What is known about the rate in force, and a running trial of a lower one.
#[derive(Clone, Debug)]
pub(crate) struct RateTrial {
    usual: f64,
    running: bool,
    settled: bool,
}

impl RateTrial {
    pub(crate) fn new(rate: f64) -> Self {
        Self { usual: rate, running: false, settled: false }
    }

    /// At the start of a round with `planned` controls: the rate to begin with, given the controls at the usual rate.
    pub(crate) fn begin_round(&mut self, at_usual: LossTally, planned: u64) -> f64 {
        self.running = !self.settled && at_usual.silent >= LEAST_SILENT && planned >= 2 * LEAST_SILENT;
        if self.running { self.usual / 4.0 } else { self.usual }
    }

    /// How many controls the window takes of `planned`, while a trial runs.
    pub(crate) fn window(&self, planned: u64) -> Option<u64> {
        self.running.then(|| WINDOW.min(planned / 2))
    }

    /// Ends the window: the rate for the rest of the sweep. A trial that shows nothing is not repeated at this rate;
    /// one that helps makes the lower rate the usual one, of which a quarter can be tried next.
    pub(crate) fn judge(&mut self, at_quarter: LossTally, at_usual: LossTally) -> f64 {
        self.running = false;
        if is_better(at_quarter, at_usual) {
            self.usual /= 4.0;
        } else {
            self.settled = true;
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

    #[test]
    fn random_loss_does_not_slow_the_sweep() {
        let mut trial = RateTrial::new(1_000.0);
        assert_eq!(trial.begin_round(tally(500, 50), 500), 250.0);
        assert_eq!(trial.window(500), Some(200));
        assert_eq!(trial.judge(tally(200, 20), tally(500, 50)), 1_000.0);
        assert_eq!(trial.begin_round(tally(1_000, 100), 500), 1_000.0, "one trial is enough");
    }

    #[test]
    fn loss_by_speed_does() {
        let mut trial = RateTrial::new(1_000.0);
        trial.begin_round(tally(500, 250), 500);
        assert_eq!(trial.judge(tally(200, 0), tally(500, 250)), 250.0);
        assert_eq!(trial.begin_round(tally(200, 0), 500), 250.0, "no loss, no further trial");
    }

    #[test]
    fn a_few_silent_controls_are_no_reason() {
        let mut trial = RateTrial::new(1_000.0);
        assert_eq!(trial.begin_round(tally(500, 4), 500), 1_000.0);
        assert_eq!(trial.window(500), None);
    }
}
