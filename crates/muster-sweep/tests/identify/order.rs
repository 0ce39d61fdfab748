//! In which order, how many at once, until when, and where not.

use std::io::{ErrorKind, Write as _};
use std::net::TcpListener;
use std::time::{Duration, Instant};

use muster_catalog::Catalog;
use muster_engine::NetworkError;
use muster_model::{Conversation, Endpoint};
use muster_sweep::{Identification, IdentifyPace, Scope};

use crate::UNKNOWN;
use crate::listener::{Listener, endpoint};
use crate::watch::{LIMITS, PACE, Watch, meet, meet_before};

/// Listeners that accept, by way of their queue, and say nothing.
fn silent(network: &str, count: u8) -> (Vec<TcpListener>, Vec<Endpoint>) {
    (1..=count)
        .map(|last| {
            let endpoint = endpoint(&format!("{network}.{last}"), UNKNOWN);
            (TcpListener::bind(endpoint.socket_address()).unwrap(), endpoint)
        })
        .unzip()
}

/// How many connections came.
fn visits(listener: &TcpListener) -> usize {
    listener.set_nonblocking(true).unwrap();
    let mut visits = 0;
    loop {
        match listener.accept() {
            Ok(_) => visits += 1,
            Err(error) => {
                assert_eq!(error.kind(), ErrorKind::WouldBlock);
                return visits;
            }
        }
    }
}

#[test]
fn every_endpoint_is_met_once_and_listed_in_order() {
    let (listeners, endpoints) = silent("127.95.2", 40);
    let mut listed: Vec<Endpoint> = endpoints.iter().rev().copied().collect();
    listed.extend(&endpoints);
    let (identified, watch) = meet(&listed);
    let met: Vec<Endpoint> = identified.services.iter().map(|service| service.endpoint).collect();
    assert_eq!(met, endpoints);
    assert_eq!(watch.progress, (40, 40));
    assert_eq!(watch.seen.len(), 40);
    assert!(listeners.iter().all(|listener| visits(listener) == 1));
}

#[test]
fn the_sink_is_asked_ten_times_a_second() {
    let (_listeners, endpoints) = silent("127.95.3", 4);
    let mut watch = Watch::default();
    let slowly = IdentifyPace { most_at_once: 1, ..PACE };
    let began = Instant::now();
    assert!(meet_before(&endpoints, slowly, &mut watch).is_complete);
    let took = began.elapsed();
    assert!(took >= 4 * LIMITS.greeting, "more than one at once: {took:?}");
    let gaps = watch.ticks.windows(2).map(|pair| pair[1] - pair[0]);
    // The machine may be busy; a second is far more than a tenth, and far less than the whole.
    let longest = gaps.max().unwrap();
    assert!(longest < Duration::from_millis(500), "{longest:?}");
    assert!(watch.ticks.len() >= 8, "{}", watch.ticks.len());
    assert!(watch.ticks.len() < 200, "a busy loop: {} ticks in {took:?}", watch.ticks.len());
}

#[test]
fn a_stop_by_a_service_ends_everything_at_once() {
    let greeter = Listener::start("127.95.4.200", UNKNOWN, |mut stream| stream.write_all(b"hi\r\n").unwrap());
    let (listeners, mut endpoints) = silent("127.95.4", 20);
    endpoints.insert(0, greeter.endpoint);
    let mut watch = Watch { stop_services: Some(1), ..Watch::default() };
    let began = Instant::now();
    let identified = meet_before(&endpoints, PACE, &mut watch);
    assert!(began.elapsed() < LIMITS.greeting + Duration::from_millis(500));
    assert!(!identified.is_complete);
    assert_eq!(watch.seen.len(), 1);
    let (greeter_met, others) = identified.services.split_last().unwrap();
    assert_eq!(greeter_met.end, watch.seen[0].end);
    assert_eq!(others.len(), 20);
    assert!(others.iter().all(|service| service.end == Conversation::Stopped));
    greeter.join().unwrap();
    drop(listeners);
}

#[test]
fn a_stop_by_a_tick_leaves_the_rest_alone() {
    let (listeners, endpoints) = silent("127.95.5", 20);
    let mut watch = Watch { stop_ticks: Some(1), ..Watch::default() };
    let identified = meet_before(&endpoints, PACE, &mut watch);
    assert!(!identified.is_complete);
    assert_eq!(identified.services.len(), 20);
    assert!(identified.services.iter().all(|service| service.end == Conversation::Stopped));
    assert!(watch.seen.is_empty());
    assert!(listeners.iter().all(|listener| visits(listener) == 0));
}

#[test]
fn one_host_is_met_in_its_own_time() {
    let listeners: Vec<TcpListener> =
        (0..4).map(|port| TcpListener::bind(("127.95.6.1", UNKNOWN + port)).unwrap()).collect();
    let endpoints: Vec<Endpoint> = (0..4).map(|port| endpoint("127.95.6.1", UNKNOWN + port)).collect();
    let spaced = IdentifyPace { host_spacing: Duration::from_millis(150), ..PACE };
    let began = Instant::now();
    assert!(meet_before(&endpoints, spaced, &mut Watch::default()).is_complete);
    assert!(began.elapsed() >= 3 * spaced.host_spacing);
    let one_by_one = IdentifyPace { per_host: 1, ..PACE };
    let began = Instant::now();
    assert!(meet_before(&endpoints, one_by_one, &mut Watch::default()).is_complete);
    assert!(began.elapsed() >= 4 * LIMITS.greeting);
    assert!(listeners.iter().all(|listener| visits(listener) == 2));
}

#[test]
fn out_of_scope_nothing_is_sent() {
    let (listeners, endpoints) = silent("127.95.7", 1);
    let scope = Scope::new(&[], &[endpoints[0].address]).unwrap();
    let catalog = Catalog::builtin();
    let identification = Identification { catalog, scope: &scope, limits: LIMITS, pace: PACE };
    let error = identification.run(&endpoints, &mut Watch::default()).unwrap_err();
    assert!(matches!(error, NetworkError::OutOfScope(refused) if refused == endpoints[0]), "{error}");
    assert_eq!(visits(&listeners[0]), 0);
}
