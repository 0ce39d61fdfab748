//! How long ago the kernel saw a frame. It stamps frames by the wall clock, which may be set while we wait.

use std::time::{Duration, Instant, SystemTime};

/// Turns stamps into ages, within what can be.
#[derive(Debug)]
pub(super) struct Clock {
    /// When the ring was last seen empty: whatever comes later is not older, but for what lay in an open block.
    empty: Instant,
    /// When this was last said to be long ago.
    looked: Instant,
}

/// Both clocks at one moment.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ages {
    wall: Duration,
    longest: Duration,
}

impl Clock {
    pub(super) fn start() -> Self {
        let now = Instant::now();
        Self { empty: now, looked: now }
    }

    /// Notes that the ring is empty now; whether that is so much later than when this last said yes.
    pub(super) fn nothing_came(&mut self, later: Duration) -> bool {
        self.empty = Instant::now();
        let is_later = self.empty.duration_since(self.looked) >= later;
        if is_later {
            self.looked = self.empty;
        }
        is_later
    }

    pub(super) fn read(&self) -> Ages {
        let wall = SystemTime::UNIX_EPOCH.elapsed().unwrap_or_default();
        Ages { wall, longest: self.empty.elapsed() + IN_AN_OPEN_BLOCK }
    }
}

impl Ages {
    /// The age of a frame stamped at `at`: never negative, and never more than the ring can have kept it, so that a
    /// clock that was set makes an age wrong by no more than that.
    pub(super) fn of(self, at: Duration) -> Duration {
        self.wall.saturating_sub(at).min(self.longest)
    }
}

/// Two time-outs of a block, by a timer of ten milliseconds at the coarsest (`HZ=100`), and as much for being late.
const IN_AN_OPEN_BLOCK: Duration = Duration::from_millis(40);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_age_is_what_has_passed_within_what_can_be() {
        let second = Duration::from_secs(1);
        let ages = Ages { wall: second * 100, longest: second * 3 };
        assert_eq!(ages.of(second * 98), second * 2);
        assert_eq!(ages.of(second * 100), Duration::ZERO);
        assert_eq!(ages.of(second * 4000), Duration::ZERO, "the clock was set back");
        assert_eq!(ages.of(second), second * 3, "the clock was set forward");
    }
}
