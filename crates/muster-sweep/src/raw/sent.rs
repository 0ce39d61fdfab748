//! When probes were sent, for the time that their replies took.

use std::net::IpAddr;
use std::time::Duration;

use muster_engine::{Attempt, Probe, ProbeKind, Purpose};
use muster_model::{Endpoint, Instant};

/// How many probes are timed at once: one mebibyte.
const PLACES: usize = 1 << 16;
/// A probe keeps its place for so long, or until it is answered. What comes meanwhile and falls on the same place is
/// not timed: at a high rate a part of the probes is, and slow hosts have the same chance to be among them as quick ones.
const KEPT: Duration = Duration::from_secs(1);
/// Of so many probes that leave together, that is at a high rate, only one in eight is timed: a look at a place is a
/// look at memory that no cache holds.
const MANY: usize = 256;
const OF_MANY: u64 = 7;

/// A table of fixed size: nothing that arrives makes it grow.
pub(super) struct SentTimes {
    places: Box<[Place]>,
}

#[derive(Clone, Copy, Default)]
struct Place {
    /// A hash of the probe; 0 is nobody's.
    mark: u64,
    at: Instant,
}

impl SentTimes {
    pub(super) fn new() -> Self {
        Self { places: vec![Place::default(); PLACES].into() }
    }

    /// Notes that `probe` left at `at`, together with so many others.
    /// Without an attempt, where the answer will not tell it, the first that is still open is timed.
    pub(super) fn note(&mut self, probe: &Probe, attempt: Option<Attempt>, at: Instant, together: usize) {
        let mark = mark(&probe.endpoint, probe.kind, attempt);
        if together >= MANY && mark >> 32 & OF_MANY != 0 {
            return;
        }
        let place = &mut self.places[mark as usize % PLACES];
        if place.mark == 0 || at.since(place.at) >= KEPT {
            *place = Place { mark, at };
        }
    }

    /// How long the reply to a probe took that arrived at `arrived`. Only the first is told: the second may be an
    /// answer repeated by the peer.
    pub(super) fn take(
        &mut self,
        endpoint: &Endpoint,
        kind: ProbeKind,
        attempt: Option<Attempt>,
        arrived: Instant,
    ) -> Option<Duration> {
        let mark = mark(endpoint, kind, attempt);
        let place = &mut self.places[mark as usize % PLACES];
        if place.mark != mark {
            return None;
        }
        Some(arrived.since(std::mem::take(place).at))
    }
}

impl std::fmt::Debug for SentTimes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SentTimes").finish_non_exhaustive()
    }
}

/// Who could choose colliding probes would only spoil the time of their replies: no key is needed.
fn mark(endpoint: &Endpoint, kind: ProbeKind, attempt: Option<Attempt>) -> u64 {
    let address = match endpoint.address {
        IpAddr::V4(v4) => u128::from(v4.to_bits()),
        IpAddr::V6(v6) => v6.to_bits(),
    };
    let attempt = attempt
        .map_or(0, |attempt| u64::from(attempt.round) << 1 | u64::from(attempt.purpose == Purpose::Control));
    let rest = u64::from(endpoint.port) | (kind as u64) << 16 | attempt << 24;
    fold(fold(address as u64, (address >> 64) as u64), rest) | 1 << 63
}

/// Both halves of a product of odd constants, in one word.
fn fold(left: u64, right: u64) -> u64 {
    let product = u128::from(left ^ 0x9e37_79b9_7f4a_7c15) * u128::from(right ^ 0xd1b5_4a32_d192_ed03);
    product as u64 ^ (product >> 64) as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn probe(last: u8, port: u16, round: u8) -> Probe {
        Probe {
            endpoint: Endpoint::tcp([10, 0, 0, last].into(), port),
            kind: ProbeKind::Syn,
            attempt: Attempt { round, purpose: Purpose::Target },
            expires: Instant::NEVER,
        }
    }

    fn note(times: &mut SentTimes, probe: &Probe, at: Instant, together: usize) {
        times.note(probe, Some(probe.attempt), at, together);
    }

    fn take(times: &mut SentTimes, probe: &Probe, milliseconds: u64) -> Option<Duration> {
        times.take(&probe.endpoint, probe.kind, Some(probe.attempt), at(milliseconds))
    }

    fn at(milliseconds: u64) -> Instant {
        Instant::START + Duration::from_millis(milliseconds)
    }

    #[test]
    fn a_reply_is_timed_once_and_by_its_own_probe() {
        let mut times = SentTimes::new();
        let (first, second) = (probe(1, 80, 1), probe(1, 80, 2));
        note(&mut times, &first, at(10), 1);
        note(&mut times, &second, at(500), MANY - 1);
        assert_eq!(take(&mut times, &first, 510), Some(Duration::from_millis(500)));
        assert_eq!(take(&mut times, &first, 511), None);
        assert_eq!(take(&mut times, &second, 505), Some(Duration::from_millis(5)));
        assert_eq!(take(&mut times, &probe(2, 80, 1), 505), None);
    }

    #[test]
    fn a_place_is_kept_for_a_second_and_given_away_then() {
        let mut times = SentTimes::new();
        for host in 0..=255 {
            (0..1_024).for_each(|port| note(&mut times, &probe(host, port, 1), at(0), 1));
        }
        let timed = |times: &mut SentTimes, round| {
            let all = (0..=255).flat_map(|host| (0..1_024).map(move |port| probe(host, port, round)));
            all.filter(|probe| take(times, probe, 2_000).is_some()).count()
        };
        let mut later = SentTimes { places: times.places.clone() };
        let count = timed(&mut times, 1);
        assert!((PLACES * 9 / 10..=PLACES).contains(&count), "{count}");
        for host in 0..=255 {
            (0..1_024).for_each(|port| note(&mut later, &probe(host, port, 2), at(1_500), 1));
        }
        // Places on which nothing fell since keep whom they had.
        assert!(timed(&mut later, 1) < PLACES / 20);
        assert!(timed(&mut later, 2) > PLACES * 9 / 10);
    }

    #[test]
    fn of_many_together_one_in_eight_is_timed() {
        let mut times = SentTimes::new();
        let all: Vec<_> = (0..8_000).map(|port| probe(1, port, 1)).collect();
        all.iter().for_each(|probe| note(&mut times, probe, at(0), MANY));
        let timed = all.iter().filter(|probe| take(&mut times, probe, 1).is_some()).count();
        assert!((800..=1_200).contains(&timed), "{timed}");
    }
}
