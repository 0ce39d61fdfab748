//! How fast probes go out: a token bucket that a jumping clock cannot fill.

use std::time::Duration;

use muster_model::Instant;

/// How much time's worth of tokens may gather: enough for a loop that wakes every few milliseconds, too little for a
/// burst that a router would notice.
const BURST: Duration = Duration::from_millis(10);
/// After local drops the rate grows back by this factor a second.
const RECOVERY: f64 = 1.25;
/// Local drops never slow a sweep below this.
const LEAST_RATE: f64 = 50.0;

/// A token bucket. Each probe takes a token; tokens come at `rate` a second and at most [`BURST`] of them gather,
/// however long nobody asked: after a stall or a clock jump the sweep goes on, it does not catch up.
#[derive(Clone, Debug)]
pub(crate) struct Pace {
    cap: f64,
    rate: f64,
    tokens: f64,
    at: Instant,
}

impl Pace {
    pub(crate) fn new(rate: f64) -> Self {
        Self { cap: rate, rate, tokens: 1.0, at: Instant::START }
    }

    /// Adds what has come since the last call. A clock that went backwards adds nothing.
    pub(crate) fn refill(&mut self, now: Instant) {
        let seconds = now.since(self.at).min(BURST).as_secs_f64();
        // At less than one token a burst (100 a second) gathering is by elapsed time, still at most one token.
        let slow = now.since(self.at).as_secs_f64() * self.rate;
        let gained = if self.rate * BURST.as_secs_f64() < 1.0 { slow.min(1.0) } else { seconds * self.rate };
        self.tokens = (self.tokens + gained).min(self.most());
        self.rate = (self.rate * RECOVERY.powf(seconds)).min(self.cap);
        self.at = now;
    }

    pub(crate) fn has_token(&self) -> bool {
        self.tokens >= 1.0
    }

    pub(crate) fn spend(&mut self) {
        self.tokens -= 1.0;
    }

    /// When the next token is there, if nothing is spent until then; always later than now, so that rounding cannot
    /// make a virtual clock stand still.
    pub(crate) fn next(&self) -> Instant {
        let missing = (1.0 - self.tokens).max(0.0);
        self.at + Duration::from_secs_f64((missing / self.rate).min(1e9)) + Duration::from_nanos(1)
    }

    /// This machine could not send: half as fast, growing back by and by.
    pub(crate) fn slow_down(&mut self) {
        self.rate = (self.rate / 2.0).max(LEAST_RATE.min(self.cap));
        self.tokens = self.tokens.min(1.0);
    }

    /// Sets the rate from here on.
    pub(crate) fn set_cap(&mut self, rate: f64) {
        self.cap = rate;
        self.rate = rate;
        self.tokens = self.tokens.min(self.most());
    }

    pub(crate) fn cap(&self) -> f64 {
        self.cap
    }

    fn most(&self) -> f64 {
        (self.rate * BURST.as_secs_f64()).max(1.0)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn spend_all(pace: &mut Pace, now: Instant) -> u32 {
        pace.refill(now);
        let mut spent = 0;
        while pace.has_token() {
            pace.spend();
            spent += 1;
        }
        spent
    }

    #[test]
    fn a_stall_or_a_clock_jump_gives_no_burst() {
        let mut pace = Pace::new(2_000.0);
        spend_all(&mut pace, Instant::START);
        let hour = Instant::START + Duration::from_secs(3_600);
        assert_eq!(spend_all(&mut pace, hour), 20, "an hour's stall gives 10 ms worth");
        assert_eq!(spend_all(&mut pace, Instant::START), 0, "a clock that went back gives none");
        assert!(spend_all(&mut pace, Instant::START + Duration::from_millis(1)) <= 2);
    }

    #[test]
    fn slow_rates_send_single_probes() {
        let mut pace = Pace::new(2.5);
        assert_eq!(spend_all(&mut pace, Instant::START), 1);
        assert_eq!(pace.next(), Instant::START + Duration::from_millis(400) + Duration::from_nanos(1));
        assert_eq!(spend_all(&mut pace, Instant::START + Duration::from_millis(399)), 0);
        assert_eq!(spend_all(&mut pace, Instant::START + Duration::from_millis(400)), 1);
        assert_eq!(spend_all(&mut pace, Instant::START + Duration::from_secs(100)), 1);
    }

    #[test]
    fn local_drops_halve_the_rate_and_it_recovers() {
        let mut pace = Pace::new(1_000.0);
        for _ in 0..20 {
            pace.slow_down();
        }
        assert_eq!(pace.rate, LEAST_RATE);
        for millisecond in 0..20_000 {
            pace.refill(Instant::from_nanos(millisecond * 1_000_000));
        }
        assert_eq!(pace.rate, 1_000.0);
    }

    proptest! {
        #[test]
        fn never_more_than_the_rate_and_one_burst(
            rate in 1.0..1e6_f64,
            steps in prop::collection::vec(0_u64..50_000_000, 1..200),
        ) {
            let mut pace = Pace::new(rate);
            let mut now = 0;
            let mut spent = 0.0;
            for step in steps {
                now += step;
                spent += f64::from(spend_all(&mut pace, Instant::from_nanos(now)));
            }
            prop_assert!(spent <= now as f64 * 1e-9 * rate + (rate * 0.01).max(1.0) + 1.0);
        }
    }
}
