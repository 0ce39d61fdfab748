//! Short limits, and a sink that remembers.

use std::time::{Duration, Instant};

use muster_catalog::Catalog;
use muster_identify::{Depth, Limits};
use muster_model::{Endpoint, Service};
use muster_sweep::{Flow, Identification, Identified, IdentifyPace, IdentifySink, Scope};

pub(crate) const LIMITS: Limits = Limits {
    connect: Duration::from_millis(500),
    greeting: Duration::from_millis(200),
    answer: Duration::from_millis(400),
    total: Duration::from_millis(1_500),
    depth: Depth::Known,
    bytes: 4_096,
    community: None,
    keeps_words: true,
};

pub(crate) const PACE: IdentifyPace =
    IdentifyPace { most_at_once: 1_000, rate: 10_000.0, host_spacing: Duration::ZERO, per_host: 100 };

/// What the sink was told, and when to stop.
#[derive(Debug, Default)]
pub(crate) struct Watch {
    pub(crate) seen: Vec<Service>,
    /// Times of all ticks.
    pub(crate) ticks: Vec<Instant>,
    /// The last tick's numbers.
    pub(crate) progress: (usize, usize),
    /// Stops with so many services seen.
    pub(crate) stop_services: Option<usize>,
    /// Stops with so many ticks.
    pub(crate) stop_ticks: Option<usize>,
}

impl IdentifySink for Watch {
    fn service(&mut self, service: &Service) -> Flow {
        self.seen.push(service.clone());
        if self.stop_services == Some(self.seen.len()) { Flow::Stop } else { Flow::Continue }
    }

    fn tick(&mut self, done: usize, total: usize) -> Flow {
        self.ticks.push(Instant::now());
        self.progress = (done, total);
        if self.stop_ticks == Some(self.ticks.len()) { Flow::Stop } else { Flow::Continue }
    }
}

/// Talks to `endpoints` with short limits.
pub(crate) fn meet(endpoints: &[Endpoint]) -> (Identified, Watch) {
    let mut watch = Watch::default();
    let identified = meet_before(endpoints, PACE, &mut watch);
    assert!(identified.is_complete);
    (identified, watch)
}

/// Talks to one endpoint, about which the sink is told exactly what is returned.
pub(crate) fn meet_one(endpoint: Endpoint) -> Service {
    let (identified, watch) = meet(&[endpoint]);
    assert_eq!(identified.services, watch.seen);
    assert_eq!(watch.progress, (1, 1));
    let [service] = identified.services.try_into().unwrap();
    assert_eq!(service.endpoint, endpoint);
    service
}

/// Talks to `endpoints` with short limits while `watch` watches.
pub(crate) fn meet_before(endpoints: &[Endpoint], pace: IdentifyPace, watch: &mut Watch) -> Identified {
    let scope = Scope::new(&[], &[]).unwrap();
    let catalog = Catalog::builtin();
    Identification { catalog, scope: &scope, limits: LIMITS, pace }.run(endpoints, watch).unwrap()
}
