//! Exempt: the register names the host, and the entry is in force.

use muster_model::Verdict;

use super::{Case, Ruling};
use crate::sentence::VerdictReason;

pub(super) fn ruling(case: &Case<'_>) -> Option<Ruling> {
    let entries = case.policy.exemptions_of(case.asset.address, &case.asset.names);
    let entry = entries.filter(|entry| entry.is_in_force(case.today)).max_by_key(|entry| entry.expires)?;
    let (owner, reason) = (entry.owner.clone(), entry.reason.clone());
    let reasons = vec![VerdictReason::Exempt { until: entry.expires, owner, reason }];
    Some(Ruling { verdict: Verdict::Exempt, reasons, next_steps: Vec::new() })
}
