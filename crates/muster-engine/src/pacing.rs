//! How fast probes go out: a token bucket that a jumping clock cannot fill.

use std::time::Duration;

use muster_model::Instant;

/// A token bucket. Each probe takes a token; tokens come at `rate` a second and at most [`BURST`] of them gather,
/// however long nobody asked: after a stall or a clock jump the sweep goes on, it does not catch up. A probe's token
/// stays in the bucket's count until the probe has left, so that what was held up does not leave together with a second
/// burst.
#[derive(Clone, Debug)]
pub(crate) struct Pace {
    cap: f64,
    rate: f64,
    tokens: f64,
    at: Instant,
    slowed: Option<Instant>,
}

impl Pace {
    pub(crate) fn new(rate: f64) -> Self {
        Self { cap: rate, rate, tokens: 1.0, at: Instant::START, slowed: None }
    }

    /// Adds what has come since the last call, while `in_hand` probes have their token and have not left. A clock that
    /// went backwards adds nothing.
    pub(crate) fn refill(&mut self, now: Instant, in_hand: u64) {
        let passed = now.since(self.at).as_secs_f64();
        let seconds = passed.min(BURST.as_secs_f64());
        // At less than one token a burst (100 a second) gathering is by elapsed time, still at most one token.
        let is_slow = self.rate * BURST.as_secs_f64() < 1.0;
        let gained = if is_slow { (passed * self.rate).min(1.0) } else { seconds * self.rate };
        self.tokens = (self.tokens + gained).min(self.most() - in_hand as f64);
        if self.rate < self.cap {
            self.rate = (self.rate * RECOVERY.powf(seconds)).min(self.cap);
        }
        self.at = now;
    }

    /// Whether enough have gathered for a batch: at a high rate it would be a waste to send single probes.
    pub(crate) fn is_ready(&self) -> bool {
        self.tokens >= self.batch()
    }

    pub(crate) fn has_token(&self) -> bool {
        self.tokens >= 1.0
    }

    /// How many probes may go out.
    pub(crate) fn tokens(&self) -> usize {
        self.tokens as usize
    }

    /// Takes the tokens of `count` probes.
    pub(crate) fn spend(&mut self, count: usize) {
        self.tokens -= count as f64;
    }

    /// When the next batch is there, if nothing is spent until then; always later than now, so that rounding cannot
    /// make a virtual clock stand still.
    pub(crate) fn next(&self) -> Instant {
        let missing = (self.batch() - self.tokens).max(0.0);
        self.at + Duration::from_secs_f64((missing / self.rate).min(1e9)) + Duration::from_nanos(1)
    }

    /// This machine could not send or not receive: half as fast, growing back by and by. What follows at once has the same
    /// cause and changes nothing.
    pub(crate) fn slow_down(&mut self) {
        self.tokens = self.tokens.min(1.0);
        let is_same = |slowed| self.at >= slowed && self.at.since(slowed) < HOLD;
        if !self.slowed.is_some_and(is_same) {
            self.slowed = Some(self.at);
            self.rate = (self.rate / 2.0).max(LEAST_RATE.min(self.cap));
        }
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

    /// Tokens that make a batch.
    fn batch(&self) -> f64 {
        (self.rate * GATHER.as_secs_f64()).floor().clamp(1.0, MOST_GATHERED)
    }
}

/// How much time's worth of tokens may gather: enough for a loop that wakes every few milliseconds, too little for a
/// burst that a router would notice.
const BURST: Duration = Duration::from_millis(10);
/// How long tokens gather for a batch: at 2,000 a second for one probe, at 300,000 for 150.
const GATHER: Duration = Duration::from_micros(500);
/// Larger batches cost no less a probe.
const MOST_GATHERED: f64 = 512.0;
/// After local drops the rate grows back by this factor a second.
const RECOVERY: f64 = 2.0;
/// How long further local drops are taken for those of the same burst.
const HOLD: Duration = BURST;
/// Local drops never slow a sweep below this.
const LEAST_RATE: f64 = 50.0;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn spend_all(pace: &mut Pace, now: Instant) -> u32 {
        pace.refill(now, 0);
        let mut spent = 0;
        while pace.has_token() {
            pace.spend(1);
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
        let at = |millisecond: u64| Instant::from_nanos(millisecond * 1_000_000);
        for _ in 0..20 {
            pace.slow_down();
        }
        assert_eq!(pace.rate, 500.0, "drops of one burst count once");
        for burst in 1..20 {
            pace.refill(at(burst * 10), 0);
            pace.slow_down();
        }
        assert_eq!(pace.rate, LEAST_RATE);
        for millisecond in 200..20_000 {
            pace.refill(at(millisecond), 0);
        }
        assert_eq!(pace.rate, 1_000.0);
        pace.refill(Instant::START, 0);
        pace.slow_down();
        assert_eq!(pace.rate, 500.0, "a clock that went back does not hold the rate up");
    }

    #[test]
    fn high_rates_send_batches() {
        for (rate, batch) in [(2.5, 1), (2_000.0, 1), (10_000.0, 5), (300_000.0, 150), (10e6, 512)] {
            let mut pace = Pace::new(rate);
            spend_all(&mut pace, Instant::START);
            assert!(!pace.is_ready());
            let next = pace.next();
            pace.refill(next - Duration::from_nanos(3), 0);
            assert!(!pace.is_ready(), "{rate}");
            pace.refill(next, 0);
            assert!(pace.is_ready() && pace.tokens() == batch, "{rate}: {}", pace.tokens());
        }
    }

    #[test]
    fn what_was_held_up_leaves_without_a_second_burst() {
        let mut pace = Pace::new(2_000.0);
        let second = Instant::START + Duration::from_secs(1);
        assert_eq!(spend_all(&mut pace, second), 20);
        let stalled = second + Duration::from_secs(1);
        pace.refill(stalled, 20);
        assert_eq!(spend_all(&mut pace, stalled), 0, "the twenty leave only now");
        assert_eq!(spend_all(&mut pace, stalled + Duration::from_millis(1)), 2);
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
