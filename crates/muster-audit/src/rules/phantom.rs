//! Something on the way answers for the host, and its ports cannot be measured from here.

use muster_model::Severity;

use super::{Case, Found};
use crate::sentence::{NextStep, Problem};

pub(super) fn found(case: &Case<'_>) -> Vec<Found> {
    let remedy = NextStep::WithinSegment;
    let found = Found { severity: Severity::Low, problem: Problem::Phantom, remedy };
    case.asset.is_phantom.then_some(found).into_iter().collect()
}
