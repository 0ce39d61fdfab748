//! How long an answer takes, by Van Jacobson's estimator (RFC 6298, section 2), over all hosts of a sweep.

use std::time::Duration;

use crate::plan::Timing;

/// Smoothed round-trip time and its variation.
#[derive(Clone, Debug, Default)]
pub(crate) struct RoundTripTime {
    /// In nanoseconds, like the variation: every answer is a sample, and arithmetic with durations is slow.
    smoothed: Option<u64>,
    variation: u64,
}

impl RoundTripTime {
    pub(crate) fn sample(&mut self, rtt: Duration) {
        let rtt = u64::try_from(rtt.as_nanos()).unwrap_or(u64::MAX).min(LONGEST);
        let Some(smoothed) = self.smoothed else {
            self.smoothed = Some(rtt);
            self.variation = rtt / 2;
            return;
        };
        self.variation = (self.variation * 3 + smoothed.abs_diff(rtt)) / 4;
        self.smoothed = Some((smoothed * 7 + rtt) / 8);
    }

    /// `srtt + 4·rttvar`, bounded; before anything has answered, the initial value.
    pub(crate) fn timeout(&self, timing: &Timing) -> Duration {
        match self.smoothed {
            Some(smoothed) => {
                Duration::from_nanos(smoothed + self.variation * 4).clamp(timing.floor, timing.ceiling)
            }
            None => timing.initial,
        }
    }

    pub(crate) fn smoothed(&self) -> Option<Duration> {
        self.smoothed.map(Duration::from_nanos)
    }

    pub(crate) fn variation(&self) -> Duration {
        Duration::from_nanos(self.variation)
    }
}

/// Two years: so much that eight of them still are a number.
const LONGEST: u64 = 1 << 56;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn follows_the_samples_within_bounds() {
        let timing = Timing::default();
        let mut rtt = RoundTripTime::default();
        assert_eq!(rtt.timeout(&timing), timing.initial);
        rtt.sample(Duration::from_millis(400));
        assert_eq!(rtt.timeout(&timing), Duration::from_millis(1_200));
        for _ in 0..200 {
            rtt.sample(Duration::from_millis(1));
        }
        assert_eq!(rtt.timeout(&timing), timing.floor);
        rtt.sample(Duration::from_secs(60));
        assert_eq!(rtt.timeout(&timing), timing.ceiling);
    }
}
