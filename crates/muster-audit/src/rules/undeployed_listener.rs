//! An agent's port is open where the policy expects another product. Without an expectation nothing is undeployed.

use muster_catalog::Product;
use muster_model::Severity;

use super::sighting::{Appearance, Sighting};
use super::{Case, Found};
use crate::policy::Zone;
use crate::sentence::{NextStep, Problem, Titles};

pub(super) fn found(case: &Case<'_>) -> Vec<Found> {
    let Some(zone) = case.expectation() else { return Vec::new() };
    case.sightings.iter().filter_map(|sighting| undeployed(case, zone, sighting)).collect()
}

fn undeployed(case: &Case<'_>, zone: &Zone, sighting: &Sighting<'_>) -> Option<Found> {
    let is_identified = matches!(sighting.appearance, Appearance::Genuine(_));
    let found: Vec<&Product> = if is_identified { sighting.agents() } else { sighting.candidates() };
    // A web page of a printer is no agent; an agent that names itself is one wherever it is.
    let is_device = case.asset.device.as_ref().is_some_and(muster_model::Device::is_certain);
    if found.is_empty() || found.iter().any(|product| case.expects(product)) || (is_device && !is_identified)
    {
        return None;
    }
    let port = sighting.port;
    let found = Titles::of(found);
    let remedy = match is_identified {
        true => NextStep::RemoveOrExpect { products: found.clone() },
        false => NextStep::ListProgram { port },
    };
    let (expected, zone) = (Titles::of(case.expected()), zone.name.clone());
    Some(Found {
        // A port number alone is no reason to call an agent attacked.
        severity: if is_identified && case.has_incident(port) { Severity::High } else { Severity::Medium },
        problem: Problem::Undeployed { port, found, is_identified, expected, zone },
        remedy,
    })
}
