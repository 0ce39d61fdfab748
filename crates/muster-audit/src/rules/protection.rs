//! What is known about protection on a host, a product each: so far only what agents say of themselves.

use std::fmt;

use muster_model::{Excerpt, Fact, Protection, Service};

use super::Case;
use super::sighting::Sighting;
use super::verified::{Freshness, signatures};

/// An agent that identified itself is installed and runs. Whether it enforces and reports, it does not say.
pub(super) fn facts(case: &Case<'_>) -> Vec<Protection> {
    let mut all: Vec<Protection> = Vec::new();
    for (sighting, product) in case.genuine_agents() {
        let fact = |holds| Fact { holds, source: source(sighting), at: case.now };
        let fresh = match signatures(case, sighting) {
            Some((_, Freshness::Fresh)) => Some(fact(true)),
            Some((_, Freshness::Stale)) => Some(fact(false)),
            Some((_, Freshness::Unknown)) | None => None,
        };
        match all.iter_mut().find(|known| known.product == product.id) {
            Some(known) => known.fresh = known.fresh.take().or(fresh),
            None => all.push(Protection {
                product: product.id.clone(),
                present: Some(fact(true)),
                running: Some(fact(true)),
                enforcing: None,
                fresh,
                reporting: None,
            }),
        }
    }
    all
}

fn source(sighting: &Sighting<'_>) -> Excerpt {
    Excerpt::of(&Source { port: sighting.port, service: sighting.service }.to_string())
}

/// `TCP 8081, HTTP GET /`, or what it said unasked.
struct Source<'a> {
    port: u16,
    service: Option<&'a Service>,
}

impl fmt::Display for Source<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.service.and_then(|service| service.asked.last()) {
            Some(request) => write!(f, "TCP {}, {request}", self.port),
            None => write!(f, "TCP {}, greeting", self.port),
        }
    }
}
