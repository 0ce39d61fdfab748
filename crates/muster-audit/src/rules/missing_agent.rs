//! No agent on a living computer where the policy requires one.

use muster_model::Severity;

use super::absent::{absence, remedy};
use super::{Case, Found};
use crate::sentence::{Problem, Titles};

pub(super) fn found(case: &Case<'_>) -> Vec<Found> {
    let missing = absence(case).map(|absence| {
        let products = Titles::of(case.expected());
        let problem = Problem::MissingAgent { products, zone: absence.zone.name.clone() };
        Found { severity: Severity::High, problem, remedy: remedy(case) }
    });
    missing.into_iter().collect()
}
