//! Agendas played through without a network.

use proptest::prelude::*;

use super::*;

fn endpoints(hosts: u8, ports: u16) -> Vec<Endpoint> {
    let at = |host| move |port| Endpoint::tcp([10, 0, 0, host].into(), port);
    (0..hosts).flat_map(|host| (0..ports).map(at(host))).collect()
}

fn pace(rate: f64, spacing: u64, per_host: usize) -> IdentifyPace {
    IdentifyPace { most_at_once: 1, rate, host_spacing: Duration::from_millis(spacing), per_host }
}

/// Plays an agenda of `count` errands, each of which takes `length`; gives back when each began.
fn play(agenda: &mut Agenda, count: usize, length: Duration) -> Vec<(Instant, Endpoint)> {
    let mut now = Instant::START;
    let mut begun = Vec::new();
    let mut under_way: VecDeque<(Instant, Errand)> = VecDeque::new();
    while begun.len() < count {
        while let Some((_, errand)) = under_way.pop_front_if(|(end, _)| *end <= now) {
            agenda.end(&errand);
        }
        while let Some(errand) = agenda.poll_errand(now) {
            begun.push((now, errand.endpoint));
            under_way.push_back((now + length, errand));
        }
        let ends = under_way.front().map(|(end, _)| *end);
        let next = agenda.poll_timeout().into_iter().chain(ends).min().unwrap();
        assert!(next > now, "time stands still at {now}");
        now = next;
    }
    begun
}

proptest! {
    #[test]
    fn every_endpoint_once_at_the_pace_asked_for(
        hosts in 0_u8..12,
        ports in 0_u16..6,
        rate in 1.0..5_000.0,
        spacing in 0_u64..50,
        per_host in 1_usize..4,
        length in 1_u64..200,
    ) {
        let all = endpoints(hosts, ports);
        let length = Duration::from_millis(length);
        let begun = play(&mut Agenda::new(&all, pace(rate, spacing, per_host)), all.len(), length);
        let mut met: Vec<Endpoint> = begun.iter().map(|(_, endpoint)| *endpoint).collect();
        met.sort_unstable();
        prop_assert_eq!(&met, &all);
        if let Some((last, _)) = begun.last() {
            let most = (last.since_start() + BURST).as_secs_f64() * rate + 1.5;
            prop_assert!(begun.len() as f64 <= most, "{} in {last}", begun.len());
        }
        for ports in met.chunk_by(|one, other| one.address == other.address) {
            let of_host = begun.iter().filter(|(_, endpoint)| ports.contains(endpoint));
            let times: Vec<Instant> = of_host.map(|(at, _)| *at).collect();
            for (first, second) in times.iter().zip(times.iter().skip(1)) {
                prop_assert!(second.since(*first) >= Duration::from_millis(spacing));
            }
            for (first, last) in times.iter().zip(times.iter().skip(per_host)) {
                prop_assert!(last.since(*first) >= length, "more than {per_host} at once");
            }
        }
    }
}

#[test]
fn an_errand_put_back_comes_again_and_holds_up_nobody_else() {
    let mut agenda = Agenda::new(&endpoints(2, 1), pace(1e6, 0, 1));
    let first = agenda.poll_errand(Instant::START).unwrap();
    let later = Instant::START + Duration::from_millis(200);
    agenda.put_back(first, later);
    let soon = Instant::START + Duration::from_millis(1);
    let second = agenda.poll_errand(soon).unwrap();
    assert_ne!(first.endpoint, second.endpoint);
    agenda.end(&second);
    assert_eq!(agenda.poll_errand(soon), None);
    assert_eq!(agenda.poll_timeout(), Some(later));
    assert_eq!(agenda.poll_errand(later), Some(first));
    assert_eq!(agenda.poll_timeout(), None);
}

#[test]
fn an_errand_put_back_delays_its_host() {
    let mut agenda = Agenda::new(&endpoints(1, 2), pace(1e6, 0, 2));
    let first = agenda.poll_errand(Instant::START).unwrap();
    let later = Instant::START + Duration::from_millis(200);
    agenda.put_back(first, later);
    assert_eq!(agenda.poll_errand(Instant::START + Duration::from_millis(1)), None);
    assert_eq!(agenda.poll_timeout(), Some(later));
    let both =
        [agenda.poll_errand(later), agenda.poll_errand(later)].map(|errand| errand.unwrap().endpoint.port);
    assert_eq!(both, [1, 0]);
}

#[test]
fn what_waits_can_be_abandoned() {
    let mut agenda = Agenda::new(&endpoints(3, 2), pace(1e6, 0, 1));
    let begun = agenda.poll_errand(Instant::START).unwrap();
    assert_eq!(agenda.abandon().len(), 5);
    agenda.end(&begun);
    assert_eq!(agenda.poll_timeout(), None);
}

#[test]
fn what_is_no_rate_counts_as_one() {
    for rate in [0.0, -5.0, f64::NAN] {
        let begun = play(&mut Agenda::new(&endpoints(3, 1), pace(rate, 0, 1)), 3, Duration::from_millis(1));
        let last = begun[2].0.since_start().as_secs_f64();
        assert!((1.9..2.1).contains(&last), "{rate}: {last}");
    }
}

#[test]
fn any_rate_is_kept_up_with() {
    let mut agenda = Agenda::new(&endpoints(250, 2), pace(f64::INFINITY, 0, 2));
    let begun = play(&mut agenda, 500, Duration::from_secs(1));
    assert!(begun[499].0.since_start() < Duration::from_millis(1));
}
