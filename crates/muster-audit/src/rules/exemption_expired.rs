//! An exemption has run out, and no other is in force.

use muster_model::Severity;

use super::{Case, Found};
use crate::sentence::{NextStep, Problem};

pub(super) fn found(case: &Case<'_>) -> Vec<Found> {
    let entries = case.policy.exemptions_of(case.asset.address, &case.asset.names);
    let last = entries.max_by_key(|entry| entry.expires).filter(|entry| !entry.is_in_force(case.today));
    let found = last.map(|entry| {
        let (owner, reason) = (entry.owner.clone(), entry.reason.clone());
        Found {
            severity: Severity::Medium,
            problem: Problem::ExemptionExpired { expired: entry.expires, owner, reason },
            remedy: NextStep::RenewExemption,
        }
    });
    found.into_iter().collect()
}
