//! How many responders a sweep may have missed: its stated error.
//!
//! Two bounds, each with its assumption. `F` endpoints answered, `n_k` of them first in the last round `k`. Controls,
//! endpoints known to answer, are probed again at random; `s` of `m` stay silent.
//!
//! - **A**, *if losses are alike*: `p_U` is the upper 99.5 % Clopper–Pearson limit of `s/m`, `Q` the product of `p_U`
//!   over the rounds, and A the largest `d` with `P(Bin(F + d, 1 − Q) ≤ F) ≥ 0.5 %`: together a 99 % bound.
//! - **B**, *if no host loses more than half and rounds are independent*: the largest `d` with
//!   `P(Bin(n_k + d, ½) ≤ n_k) ≥ 1 % / (round cap)`. It needs no control, and holds whatever the losses are below half.
//!
//! Both speak of endpoints that answer by a message of their own. An endpoint that shows only by an ICMP error, a closed
//! UDP port, is neither in `F` nor a control: its host limits such errors, which says nothing of the way, so that how
//! many of those were missed is not stated.
//!
//! The exact forms matter: the plug-in `p^k` with a Poisson quantile is broken by a fifth of all sweeps where losses are
//! unequal.

/// The error probability of each half of bound A.
const HALF_PERCENT: f64 = 0.005;
/// The error probability of bound B, shared among the rounds after which a sweep could have stopped.
const ONE_PERCENT: f64 = 0.01;
/// Rounds are taken for unlike when a test of their control losses would say so wrongly once in so many times.
const UNLIKE: f64 = 0.01;

/// Controls sent under like conditions, and how many of them stayed silent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LossTally {
    /// Controls sent.
    pub sent: u64,
    /// Controls without an answer.
    pub silent: u64,
}

impl LossTally {
    /// The upper limit of the loss at error probability `alpha`; 1 if nothing was measured.
    fn upper(self, alpha: f64) -> f64 {
        clopper_pearson_upper(self.silent, self.sent, alpha)
    }

    fn add(&mut self, other: Self) {
        self.sent += other.sent;
        self.silent += other.silent;
    }
}

/// One round as the bounds see it: its controls by the rate they were sent at.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RoundTally {
    /// Endpoints that answered a probe of this round first, by a message of their own.
    pub found: u64,
    /// The rates in force during the round, each with its controls. A round without controls has the rate and an empty
    /// tally.
    pub by_rate: Vec<(f64, LossTally)>,
}

impl RoundTally {
    fn controls(&self) -> LossTally {
        let mut sum = LossTally::default();
        for &(_, tally) in &self.by_rate {
            sum.add(tally);
        }
        sum
    }
}

/// What the controls of all rounds showed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Controls {
    /// Sent and silent over all rounds.
    pub tally: LossTally,
    /// `Q`: the upper limit of the probability that a responder is silent in every round.
    pub missed_by_all: f64,
}

/// The stated error of a sweep.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bounds {
    /// Endpoints that answered by a message of their own; those that did by an ICMP error are left out of all bounds.
    pub found: u64,
    /// Found first in the last round.
    pub found_last: u64,
    /// Bound A: missed responders at most, 99 %, if losses are alike. `None` where nothing answered, so that loss could
    /// not be measured.
    pub alike: Option<u64>,
    /// Bound B: missed responders at most, 99 %, if no host loses more than half and rounds are independent. `None`
    /// where nothing answered: then half of the probes may well be lost, and the bound says nothing of a dead line.
    pub half: Option<u64>,
    /// How many missed responders are to be expected at most, for the stop rule.
    pub expected: f64,
    /// What the controls showed.
    pub controls: Controls,
}

/// The bounds after `rounds`, of at most `most` rounds, with `silent` endpoints left. No bound exceeds `silent`.
pub fn bounds(rounds: &[RoundTally], most: u8, silent: u64) -> Bounds {
    let found: u64 = rounds.iter().map(|round| round.found).sum();
    let found_last = rounds.last().map_or(0, |round| round.found);
    let missed_by_all = missed_by_all(rounds);
    let mut tally = LossTally::default();
    for round in rounds {
        tally.add(round.controls());
    }
    let expected = match missed_by_all {
        q if q >= 1.0 => f64::INFINITY,
        q => found as f64 * q / (1.0 - q),
    };
    // Controls of an earlier part of the sweep may answer where nothing new does: that measures loss as well.
    let answered = found > 0 || tally.silent < tally.sent;
    Bounds {
        found,
        found_last,
        alike: answered.then(|| most_missed(found, 1.0 - missed_by_all, HALF_PERCENT, silent)),
        half: answered.then(|| most_missed(found_last, 0.5, ONE_PERCENT / f64::from(most.max(1)), silent)),
        expected: if silent == 0 { 0.0 } else { expected },
        controls: Controls { tally, missed_by_all },
    }
}

/// The upper confidence limit of a proportion of which `hits` of `trials` were seen, at error probability `alpha`
/// (Clopper and Pearson 1934): the largest `p` under which so few hits are still as probable as `alpha`.
pub fn clopper_pearson_upper(hits: u64, trials: u64, alpha: f64) -> f64 {
    if hits >= trials {
        return 1.0;
    }
    let (mut low, mut high) = (0.0, 1.0);
    for _ in 0..60 {
        let middle = 0.5 * (low + high);
        if binomial_at_most(hits, trials, middle) > alpha {
            low = middle;
        } else {
            high = middle;
        }
    }
    high
}

/// `Q`: over the rounds, the product of the upper limits of their loss. Where all rounds ran at one rate and their
/// losses do not differ, there is one limit for all; otherwise one for each rate or round, sharing the error
/// probability. A round of mixed rates counts by its worst, a round without controls by the worst at its rate.
fn missed_by_all(rounds: &[RoundTally]) -> f64 {
    let strata = Strata::of(rounds);
    let alpha = HALF_PERCENT / strata.0.len().max(1) as f64;
    rounds.iter().enumerate().map(|(number, round)| strata.worst(number, round, alpha)).product()
}

/// Controls grouped by what may make them unlike: the rate and, if rounds differ, the round.
struct Strata(Vec<Stratum>);

struct Stratum {
    rate: f64,
    round: Option<usize>,
    tally: LossTally,
}

impl Strata {
    fn of(rounds: &[RoundTally]) -> Self {
        let apart = !are_alike(&rounds.iter().map(RoundTally::controls).collect::<Vec<_>>());
        let mut strata: Vec<Stratum> = Vec::new();
        for (number, round) in rounds.iter().enumerate() {
            for &(rate, tally) in round.by_rate.iter().filter(|(_, tally)| tally.sent > 0) {
                let round = apart.then_some(number);
                match strata.iter_mut().find(|stratum| stratum.rate == rate && stratum.round == round) {
                    Some(stratum) => stratum.tally.add(tally),
                    None => strata.push(Stratum { rate, round, tally }),
                }
            }
        }
        Self(strata)
    }

    /// The largest loss that `round` may have had.
    fn worst(&self, number: usize, round: &RoundTally, alpha: f64) -> f64 {
        let at_rate = |rate: f64| {
            let own = self.0.iter().filter(|s| s.rate == rate && s.round == Some(number));
            let any = self.0.iter().filter(|s| s.rate == rate);
            let worst = |limit: f64, stratum: &Stratum| limit.max(stratum.tally.upper(alpha));
            own.map(|s| s.tally.upper(alpha)).reduce(f64::max).unwrap_or_else(|| {
                let limit = any.fold(0.0, worst);
                if limit == 0.0 { 1.0 } else { limit }
            })
        };
        round.by_rate.iter().map(|&(rate, _)| at_rate(rate)).reduce(f64::max).unwrap_or(1.0)
    }
}

/// Whether the losses could be the same in all tallies: Pearson's chi-square against its quantile by Wilson and
/// Hilferty. Small samples, where it is coarse, are alike.
fn are_alike(tallies: &[LossTally]) -> bool {
    let measured: Vec<_> = tallies.iter().filter(|tally| tally.sent > 0).collect();
    let sent: u64 = measured.iter().map(|tally| tally.sent).sum();
    let silent: u64 = measured.iter().map(|tally| tally.silent).sum();
    if measured.len() < 2 || silent == 0 || silent == sent {
        return true;
    }
    let loss = silent as f64 / sent as f64;
    let statistic: f64 = measured
        .iter()
        .map(|tally| {
            (tally.silent as f64 - loss * tally.sent as f64).powi(2)
                / (tally.sent as f64 * loss * (1.0 - loss))
        })
        .sum();
    let freedom = (measured.len() - 1) as f64;
    let spread = 2.0 / (9.0 * freedom);
    let quantile = freedom * (1.0 - spread + NORMAL_99 * spread.sqrt()).powi(3);
    debug_assert_eq!(UNLIKE, 0.01, "the quantile below is that of 1 %");
    statistic <= quantile
}

/// The 99 % quantile of the normal distribution.
const NORMAL_99: f64 = 2.326_347_874;

/// The 99.9 % quantile of the normal distribution.
const NORMAL_999: f64 = 3.090_232_306;

/// Whether `slow` loses significantly less than `fast` (two proportions, one-sided, 0.1 %: chance alone makes one sweep in
/// a thousand slow, and loss by speed shows far more clearly).
pub(crate) fn is_better(slow: LossTally, fast: LossTally) -> bool {
    if slow.sent == 0 || fast.sent == 0 {
        return false;
    }
    let (at_slow, at_fast) = (slow.sent as f64, fast.sent as f64);
    let loss = (slow.silent + fast.silent) as f64 / (at_slow + at_fast);
    let deviation = (loss * (1.0 - loss) * (1.0 / at_slow + 1.0 / at_fast)).sqrt();
    let difference = fast.silent as f64 / at_fast - slow.silent as f64 / at_slow;
    difference > NORMAL_999 * deviation
}

/// The largest `d` up to `limit` with `P(Bin(found + d, chance) ≤ found) ≥ alpha`.
fn most_missed(found: u64, chance: f64, alpha: f64, limit: u64) -> u64 {
    let possible = |missed: u64| binomial_at_most(found, found + missed, chance) >= alpha;
    if possible(limit) {
        return limit;
    }
    let (mut low, mut high) = (0, limit);
    while high - low > 1 {
        let middle = low + (high - low) / 2;
        if possible(middle) {
            low = middle;
        } else {
            high = middle;
        }
    }
    low
}

/// `P(Bin(trials, chance) ≤ most)`, summed outwards from `most` on the side where the terms shrink.
fn binomial_at_most(most: u64, trials: u64, chance: f64) -> f64 {
    if most >= trials || chance <= 0.0 {
        return 1.0;
    }
    if chance >= 1.0 {
        return 0.0;
    }
    let odds = chance / (1.0 - chance);
    if (most as f64) < trials as f64 * chance {
        return tail(most, trials, chance, |k| {
            (k > 0).then(|| (k - 1, k as f64 / ((trials - k + 1) as f64 * odds)))
        });
    }
    let above = |k: u64| (k < trials).then(|| (k + 1, (trials - k) as f64 * odds / (k + 1) as f64));
    1.0 - tail(most + 1, trials, chance, above)
}

/// The sum of the binomial probabilities from `start` on, `step` giving the next count and the factor to it.
fn tail(start: u64, trials: u64, chance: f64, step: impl Fn(u64) -> Option<(u64, f64)>) -> f64 {
    let (n, k) = (trials as f64, start as f64);
    let log = libm::lgamma(n + 1.0) - libm::lgamma(k + 1.0) - libm::lgamma(n - k + 1.0)
        + k * chance.ln()
        + (n - k) * (-chance).ln_1p();
    let (mut term, mut sum, mut count) = (log.exp(), 0.0, start);
    loop {
        sum += term;
        match step(count) {
            Some((next, factor)) if term * factor > sum * 1e-17 => (count, term) = (next, term * factor),
            _ => return sum.min(1.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(left: f64, right: f64) -> bool {
        (left - right).abs() <= 1e-9 * right.abs().max(1e-9)
    }

    #[test]
    fn binomial_sums_agree_with_direct_products() {
        let mut choose = vec![1.0];
        for n in 1..=60_u64 {
            let mut next = vec![1.0; n as usize + 1];
            for k in 1..n as usize {
                next[k] = choose[k - 1] + choose[k];
            }
            choose = next;
            for chance in [0.001, 0.05, 0.5, 0.9] {
                let mut sum = 0.0;
                for k in 0..n {
                    sum += choose[k as usize]
                        * f64::powi(chance, k as i32)
                        * f64::powi(1.0 - chance, (n - k) as i32);
                    let ours = binomial_at_most(k, n, chance);
                    assert!((ours - sum).abs() < 1e-11, "P(Bin({n}, {chance}) <= {k}) = {sum}, got {ours}");
                }
            }
        }
    }

    #[test]
    fn large_sets_are_no_trouble() {
        // The median of Bin(16,000,000, 0.25) is its mean.
        assert!((binomial_at_most(4_000_000, 16_000_000, 0.25) - 0.5).abs() < 1e-3);
        assert_eq!(binomial_at_most(15_000_000, 16_000_000, 0.25), 1.0);
        assert!(binomial_at_most(3_000_000, 16_000_000, 0.25) < 1e-300);
    }

    #[test]
    fn clopper_pearson_matches_published_limits() {
        // Rule of three in its exact form: no hit in n trials gives 1 - alpha^(1/n).
        assert!(close(clopper_pearson_upper(0, 100, 0.05), 1.0 - 0.05_f64.powf(0.01)));
        // 95 % two-sided upper limit of 4/20 (Brown, Cai, DasGupta 2001, exact interval): 0.4366.
        assert!((clopper_pearson_upper(4, 20, 0.025) - 0.4366).abs() < 5e-5);
        assert_eq!(clopper_pearson_upper(5, 5, 0.005), 1.0);
        assert_eq!(clopper_pearson_upper(0, 0, 0.005), 1.0);
    }

    fn round(found: u64, sent: u64, silent: u64) -> RoundTally {
        RoundTally { found, by_rate: vec![(1.0, LossTally { sent, silent })] }
    }

    #[test]
    fn the_worked_example_of_two_rounds() {
        // 5,000 responders, 1 % loss, two rounds, 1,000 controls in the second, 10 of them silent.
        let bounds = bounds(&[round(4_950, 0, 0), round(50, 1_000, 10)], 2, 60_000);
        assert_eq!(bounds.alike, Some(7));
        assert!(bounds.controls.missed_by_all < 0.000_5);
    }

    #[test]
    fn without_an_answer_nothing_is_stated() {
        let bounds = bounds(&[RoundTally::default(), RoundTally::default()], 5, 256);
        assert_eq!((bounds.alike, bounds.half), (None, None));
    }

    #[test]
    fn without_a_control_the_bound_is_everything_silent() {
        let bounds = bounds(&[round(10, 0, 0)], 1, 246);
        assert_eq!(bounds.alike, Some(246));
    }

    #[test]
    fn nothing_silent_means_nothing_missed() {
        let bounds = bounds(&[round(256, 0, 0)], 5, 0);
        assert_eq!((bounds.alike, bounds.half, bounds.expected), (Some(0), Some(0), 0.0));
    }

    #[test]
    fn rounds_of_different_loss_are_kept_apart() {
        let alike = bounds(&[round(500, 0, 0), round(10, 500, 25), round(0, 500, 25)], 3, 9_000);
        let unlike = bounds(&[round(500, 0, 0), round(10, 500, 50), round(0, 500, 0)], 3, 9_000);
        let product = clopper_pearson_upper(50, 500, HALF_PERCENT / 2.0).powi(2)
            * clopper_pearson_upper(0, 500, HALF_PERCENT / 2.0);
        assert!(close(unlike.controls.missed_by_all, product), "the first round counts by the worst");
        assert!(close(alike.controls.missed_by_all, clopper_pearson_upper(50, 1_000, HALF_PERCENT).powi(3)));
    }

    #[test]
    fn a_quarter_of_the_rate_must_be_clearly_better() {
        let tally = |sent, silent| LossTally { sent, silent };
        assert!(is_better(tally(200, 2), tally(500, 50)));
        assert!(!is_better(tally(200, 16), tally(500, 50)));
        assert!(!is_better(tally(0, 0), tally(500, 50)));
        assert!(!is_better(tally(200, 0), tally(500, 0)));
    }
}
