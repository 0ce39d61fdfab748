//! Out of scope: two signs of different kinds say that it is no computer, no agent says that it is one, and every port
//! was asked that could.

use muster_model::Verdict;

use super::{Case, Ruling};
use crate::sentence::VerdictReason;

pub(super) fn ruling(case: &Case<'_>) -> Option<Ruling> {
    let device = case.asset.device.as_ref().filter(|device| device.is_certain())?;
    if case.genuine_agents().next().is_some() || !case.was_looked_at() {
        return None;
    }
    let reasons = vec![VerdictReason::Device { device: device.clone() }];
    Some(Ruling { verdict: Verdict::OutOfScope, reasons, next_steps: Vec::new() })
}
