//! No host is asked twice within a short time, whatever the order says.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap, VecDeque};
use std::hash::BuildHasherDefault;
use std::time::Duration;

use muster_model::Instant;

use crate::probe::Purpose;
use crate::random::NumberHasher;

/// How many probes may wait for their host; more, and the sweep waits too.
const MOST_DEFERRED: usize = 4_096;

/// Remembers which hosts were asked within the last `gap`, and holds back what would come too soon.
///
/// The memory is that of the probes of one gap plus [`MOST_DEFERRED`], not of the hosts.
#[derive(Clone, Debug)]
pub(crate) struct HostSpacing {
    gap: Duration,
    asked: HashMap<u64, Instant, BuildHasherDefault<NumberHasher>>,
    order: VecDeque<(Instant, u64)>,
    deferred: BinaryHeap<Reverse<(Instant, u64, bool)>>,
    /// Probes that were handed out and are not sent yet.
    in_hand: VecDeque<(Instant, u64)>,
    latest: Instant,
}

impl HostSpacing {
    pub(crate) fn new(gap: Duration) -> Self {
        Self {
            gap,
            asked: HashMap::default(),
            order: VecDeque::new(),
            deferred: BinaryHeap::new(),
            in_hand: VecDeque::new(),
            latest: Instant::START,
        }
    }

    /// Whether `host` may be asked now; if not, when.
    pub(crate) fn ask(&mut self, host: u64, now: Instant) -> Result<(), Instant> {
        self.follow(now);
        self.forget(now);
        if let Some(&last) = self.asked.get(&host) {
            return Err(last + self.gap);
        }
        if !self.gap.is_zero() {
            self.asked.insert(host, now);
            self.order.push_back((now, host));
            self.in_hand.push_back((now, host));
        }
        Ok(())
    }

    /// Notes that the first `count` probes handed out have left only now: their hosts' gaps begin now.
    pub(crate) fn sent(&mut self, count: usize, now: Instant) {
        self.follow(now);
        for (asked, host) in self.in_hand.drain(..count.min(self.in_hand.len())) {
            if asked < now {
                self.asked.insert(host, now);
                self.order.push_back((now, host));
            }
        }
    }

    pub(crate) fn defer(&mut self, ready: Instant, index: u64, purpose: Purpose) {
        self.deferred.push(Reverse((ready, index, purpose == Purpose::Control)));
    }

    /// The next deferred probe whose time has come.
    pub(crate) fn take_ready(&mut self, now: Instant) -> Option<(u64, Purpose)> {
        self.follow(now);
        let &Reverse((ready, index, is_control)) = self.deferred.peek()?;
        (ready <= now).then(|| {
            self.deferred.pop();
            (index, if is_control { Purpose::Control } else { Purpose::Target })
        })
    }

    pub(crate) fn next_ready(&self) -> Option<Instant> {
        self.deferred.peek().map(|Reverse((ready, ..))| *ready)
    }

    /// The targets among what waits for its host.
    pub(crate) fn deferred_targets(&self) -> impl Iterator<Item = u64> {
        self.deferred
            .iter()
            .filter(|Reverse((_, _, is_control))| !is_control)
            .map(|Reverse((_, index, _))| *index)
    }

    /// Whether nobody need be remembered and nobody waits.
    pub(crate) fn is_idle(&self) -> bool {
        self.gap.is_zero() && self.deferred.is_empty()
    }

    pub(crate) fn is_full(&self) -> bool {
        self.deferred.len() >= MOST_DEFERRED
    }

    fn forget(&mut self, now: Instant) {
        while let Some(&(asked, host)) = self.order.front() {
            if now.since(asked) < self.gap {
                break;
            }
            self.order.pop_front();
            // A later entry stands for the host if its probe left late.
            if self.asked.get(&host) == Some(&asked) {
                self.asked.remove(&host);
            }
        }
    }

    /// A clock that jumped back would hold hosts for as long as it jumped. Whoever it says was asked later than now
    /// counts as asked now, and nobody waits for longer than a gap.
    fn follow(&mut self, now: Instant) {
        if now < self.latest {
            for (asked, host) in self.order.iter_mut().filter(|(asked, _)| *asked > now) {
                *asked = now;
                self.asked.insert(*host, now);
            }
            // What is in hand leaves later than it was asked for, by this clock too.
            for (asked, _) in &mut self.in_hand {
                *asked = now.min(*asked);
            }
            let soon = now + self.gap;
            let deferred = self.deferred.drain();
            self.deferred = deferred
                .map(|Reverse((at, index, control))| Reverse((at.min(soon), index, control)))
                .collect();
        }
        self.latest = now;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_waits_and_others_do_not() {
        let mut spacing = HostSpacing::new(Duration::from_millis(25));
        let start = Instant::START;
        assert_eq!(spacing.ask(1, start), Ok(()));
        assert_eq!(spacing.ask(2, start), Ok(()));
        let ready = start + Duration::from_millis(25);
        assert_eq!(spacing.ask(1, start + Duration::from_millis(24)), Err(ready));
        spacing.defer(ready, 10, Purpose::Target);
        assert_eq!(spacing.take_ready(start), None);
        assert_eq!(spacing.take_ready(ready), Some((10, Purpose::Target)));
        assert_eq!(spacing.ask(1, ready), Ok(()));
    }

    #[test]
    fn a_probe_in_hand_while_the_clock_jumps_back_begins_its_gap_when_it_leaves() {
        let mut spacing = HostSpacing::new(Duration::from_millis(25));
        let at = |millisecond: u64| Instant::from_nanos(millisecond * 1_000_000);
        assert_eq!(spacing.ask(1, at(1_000)), Ok(()));
        assert_eq!(spacing.ask(2, at(10)), Ok(()), "the clock has jumped back by most of a second");
        spacing.sent(2, at(20));
        assert_eq!(spacing.ask(1, at(44)), Err(at(45)));
        assert_eq!(spacing.ask(1, at(45)), Ok(()));
    }

    #[test]
    fn forgets_after_the_gap() {
        let mut spacing = HostSpacing::new(Duration::from_millis(25));
        for millisecond in 0..10_000 {
            spacing.ask(millisecond, Instant::from_nanos(millisecond * 1_000_000)).unwrap();
        }
        assert!(spacing.asked.len() <= 26 && spacing.order.len() <= 26);
    }
}
