//! Unprotected: positive evidence that the agent is absent from a living computer.
//!
//! 1. The policy requires the listener in the zone,
//! 2. every client of every product that is expected there listens, and the host says that those ports are closed: a
//!    product that need not listen could be there unseen,
//! 3. no other port is open that one of them may listen on, and no agent has identified itself,
//! 4. another port of the host is open: what refuses everything may be a telephone, or a firewall that answers for it,
//! 5. it was asked for the ports that tell devices from computers, nothing about it looks like a device, and nothing on
//!    the way answers for it.

use std::collections::BTreeMap;

use muster_catalog::Product;
use muster_model::{Observation, Verdict};

use super::{Case, Ruling};
use crate::policy::{ListenerPolicy, Zone, proves_absence};
use crate::sentence::{NextStep, Titles, VerdictReason};

pub(super) fn ruling(case: &Case<'_>) -> Option<Ruling> {
    let absence = absence(case)?;
    let mut reasons: Vec<VerdictReason> = absence
        .closed
        .iter()
        .map(|(&port, products)| VerdictReason::ClosedListener {
            port,
            product: Titles::of(products.clone()),
        })
        .collect();
    let (port, state) = (absence.alive.endpoint.port, absence.alive.state);
    reasons.extend([
        VerdictReason::ListenerRequired { zone: absence.zone.name.clone() },
        VerdictReason::Alive { port, state },
        VerdictReason::NoDeviceSign,
    ]);
    let products = Titles::of(case.expected());
    let next_steps = vec![NextStep::Console { products }, remedy(case)];
    Some(Ruling { verdict: Verdict::Unprotected, reasons, next_steps })
}

/// The evidence that the agent is absent.
pub(super) struct Absence<'a> {
    pub(super) zone: &'a Zone,
    /// Ports that are closed, and whose they are.
    closed: BTreeMap<u16, Vec<&'a Product>>,
    /// Another port that is open.
    alive: &'a Observation,
}

/// The evidence that the agent is absent, if there is enough.
pub(super) fn absence<'a>(case: &Case<'a>) -> Option<Absence<'a>> {
    let zone = case.expectation().filter(|zone| zone.listener == ListenerPolicy::Required)?;
    let may_be_device = case.asset.device.is_some() || !case.was_looked_at();
    if case.asset.is_phantom || may_be_device || case.genuine_agents().next().is_some() {
        return None;
    }
    let mut closed: BTreeMap<u16, Vec<&Product>> = BTreeMap::new();
    for product in zone.agents(case.catalog) {
        for &port in required_ports(product)? {
            case.is_closed(port).then(|| closed.entry(port).or_default().push(product))?;
        }
    }
    let may_be_there = |agent: &&Product| case.expects(agent);
    if case.sightings.iter().any(|sighting| sighting.agents().iter().any(may_be_there)) {
        return None;
    }
    let alive = case.open_ports().find(|seen| !closed.contains_key(&seen.endpoint.port))?;
    Some(Absence { zone, closed, alive })
}

/// What the host lacks, unless nobody should install that any more.
pub(super) fn remedy(case: &Case<'_>) -> NextStep {
    let mut products = case.expected();
    products.retain(|product| !case.is_past_end_of_life(product));
    match products.is_empty() {
        true => NextStep::InstallSupported,
        false => NextStep::Install { products: Titles::of(products) },
    }
}

/// The ports on which every client of the product listens; `None` if a closed port proves nothing.
pub(super) fn required_ports(product: &Product) -> Option<&[u16]> {
    product
        .required_listener()
        .filter(|listener| proves_absence(listener))
        .map(|listener| listener.ports.as_slice())
}
