//! A host with everything that the rules look at.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use muster_catalog::{Catalog, Product, SIGN_PORTS};
use muster_model::{Asset, Observation, PortState, ProductId, Protocol};

use super::sighting::{Appearance, Sighting};
use crate::asked::Asked;
use crate::judge::Judge;
use crate::policy::{Policy, Zone};
use crate::reconcile::says_something;

/// A host with everything that the rules look at.
pub(crate) struct Case<'a> {
    pub(super) asset: &'a Asset,
    pub(super) policy: &'a Policy,
    pub(super) catalog: &'a Catalog,
    asked: &'a Asked,
    pub(super) now: Timestamp,
    /// The day, in UTC.
    pub(super) today: Date,
    pub(super) zone: Option<&'a Zone>,
    /// Open TCP ports on which a product of the catalogue is known to listen, in order; without those that prove
    /// nothing because something on the way may be what answers.
    pub(super) sightings: Vec<Sighting<'a>>,
}

impl<'a> Case<'a> {
    pub(crate) fn new(judge: Judge<'a>, asset: &'a Asset) -> Self {
        let Judge { policy, catalog, asked, now } = judge;
        let mut sightings = Sighting::all(asset, catalog);
        sightings.retain(|sighting| !asset.is_phantom || speaks_for_itself(sighting));
        let today = now.to_zoned(TimeZone::UTC).date();
        Self { asset, policy, catalog, asked, now, today, zone: policy.zone_of(asset.address), sightings }
    }

    /// The zone, if anything is expected in it.
    pub(super) fn expectation(&self) -> Option<&'a Zone> {
        self.zone.filter(|zone| zone.expects_something())
    }

    /// The agents that the policy expects on the host.
    pub(super) fn expected(&self) -> Vec<&'a Product> {
        self.expectation().into_iter().flat_map(|zone| zone.agents(self.catalog)).collect()
    }

    /// Whether the policy expects the product, or another of its family.
    pub(super) fn expects(&self, product: &Product) -> bool {
        self.zone.is_some_and(|zone| zone.expects(product, self.catalog))
    }

    /// Agents that identified themselves, with where they did. One that protects nobody counts where the policy expects it.
    pub(super) fn genuine_agents(&self) -> impl Iterator<Item = (&Sighting<'a>, &'a Product)> {
        self.genuine()
            .filter(|(_, product)| product.protects() || (product.is_agent() && self.expects(product)))
    }

    /// Whatever identified itself, servers among it.
    pub(super) fn genuine(&self) -> impl Iterator<Item = (&Sighting<'a>, &'a Product)> {
        self.sightings.iter().filter_map(|sighting| match sighting.appearance {
            Appearance::Genuine(product) => Some((sighting, product)),
            _ => None,
        })
    }

    /// What was seen of a TCP port.
    pub(super) fn observation(&self, port: u16) -> Option<&'a Observation> {
        self.asset
            .ports
            .iter()
            .find(|seen| seen.endpoint.protocol == Protocol::Tcp && seen.endpoint.port == port)
    }

    /// Whether the host itself said that nothing listens on a TCP port.
    pub(super) fn is_closed(&self, port: u16) -> bool {
        // An ICMP refusal is a firewall's, be it the host's own: who listens behind it stays hidden.
        let is_refused = |seen: &Observation| seen.state == PortState::Closed && seen.icmp.is_none();
        self.observation(port).is_some_and(|seen| is_refused(seen) && seen.is_sign_of_life())
    }

    /// Open TCP ports, in order.
    pub(super) fn open_ports(&self) -> impl Iterator<Item = &'a Observation> {
        self.asset.ports.iter().filter(|seen| {
            seen.state == PortState::Open && seen.is_sign_of_life() && seen.endpoint.protocol == Protocol::Tcp
        })
    }

    /// Whether any TCP port is open.
    pub(super) fn is_anything_open(&self) -> bool {
        self.open_ports().next().is_some()
    }

    /// Whether a TCP port of the host was asked.
    pub(super) fn was_asked(&self, port: u16) -> bool {
        self.asked.has(self.asset.address, port)
    }

    /// Whether the host was asked for every port that tells devices from computers.
    pub(super) fn was_looked_at(&self) -> bool {
        SIGN_PORTS.iter().all(|&port| self.was_asked(port))
    }

    /// Whether agents were attacked on a TCP port.
    pub(super) fn has_incident(&self, port: u16) -> bool {
        let is_agent = |id: &ProductId| self.catalog.product(id).is_some_and(Product::is_agent);
        self.catalog.incidents().iter().any(|incident| {
            incident.protocol == Protocol::Tcp
                && incident.ports.contains(&port)
                && incident.products.iter().any(is_agent)
        })
    }

    /// Whether a product's maker has given it up.
    pub(super) fn is_past_end_of_life(&self, product: &Product) -> bool {
        product.status == muster_catalog::Status::EndOfLife
            || product.end_of_life.is_some_and(|day| day <= self.today)
    }
}

/// Behind something that answers for everybody, only what an application says is its own, and a web page or a TLS
/// handshake may still be that something's.
fn speaks_for_itself(sighting: &Sighting<'_>) -> bool {
    use muster_model::Speech::{Http, Tls};
    let is_generic = |speech| matches!(speech, None | Some(Http | Tls));
    match sighting.appearance {
        Appearance::Genuine(_) => true,
        _ => sighting.service.is_some_and(|service| says_something(service) && !is_generic(service.speech)),
    }
}
