//! Signatures older than the policy allows.

use muster_model::Severity;

use super::verified::{Freshness, signatures};
use super::{Case, Found};
use crate::sentence::{NextStep, Problem};

pub(super) fn found(case: &Case<'_>) -> Vec<Found> {
    let days = case.policy.freshness.signature_days;
    let stale = case.genuine_agents().filter_map(|(sighting, _)| match signatures(case, sighting)? {
        (date, Freshness::Stale) => Some(Found {
            severity: Severity::Medium,
            problem: Problem::StaleSignatures { date, days },
            remedy: NextStep::UpdateSignatures,
        }),
        _ => None,
    });
    stale.collect()
}
