//! How many questions may be under way at once: more while answers come, half as many when they fail to come.

use std::time::{Duration, Instant};

/// The bound, as TCP's (RFC 5681): it doubles with every round until something is lost, then grows by one a round.
#[derive(Debug)]
pub(super) struct Window {
    size: f64,
    has_lost: bool,
    /// What is lost before this was sent before the bound was halved last.
    halved: Instant,
}

impl Window {
    pub(super) fn new(now: Instant) -> Self {
        Self { size: FIRST, has_lost: false, halved: now }
    }

    pub(super) fn size(&self) -> usize {
        self.size as usize
    }

    /// An answer came.
    pub(super) fn grow(&mut self) {
        let step = if self.has_lost { 1.0 / self.size } else { 1.0 };
        self.size = (self.size + step).min(MOST);
    }

    /// An answer did not come.
    pub(super) fn shrink(&mut self, now: Instant) {
        if !self.has_lost || now.saturating_duration_since(self.halved) >= ROUND {
            self.size = (self.size / 2.0).max(LEAST);
            (self.has_lost, self.halved) = (true, now);
        }
    }
}

const FIRST: f64 = 32.0;
const LEAST: f64 = 4.0;
const MOST: f64 = 256.0;
/// What is lost within so long of each other is lost of one round.
const ROUND: Duration = Duration::from_millis(500);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_grows_with_answers_and_is_halved_once_a_round() {
        let now = Instant::now();
        let mut window = Window::new(now);
        (0..1_000).for_each(|_| window.grow());
        assert_eq!(window.size(), 256);
        (0..100).for_each(|_| window.shrink(now));
        assert_eq!(window.size(), 128);
        (0..128).for_each(|_| window.grow());
        assert_eq!(window.size(), 128, "not yet a whole one");
        (0..8).for_each(|_| window.grow());
        assert_eq!(window.size(), 129);
        (1..100).for_each(|second| window.shrink(now + Duration::from_secs(second)));
        assert_eq!(window.size(), 4);
    }
}
