//! Protected, verified: an agent identified itself. Degraded, if every agent that did is stale or past its end of life.

use jiff::civil::Date;
use muster_catalog::Product;
use muster_model::{Assurance, Verdict};

use super::sighting::Sighting;
use super::{Case, Ruling};
use crate::sentence::{NextStep, Titles, VerdictReason};

pub(super) fn ruling(case: &Case<'_>) -> Option<Ruling> {
    let rulings: Vec<Ruling> =
        case.genuine_agents().map(|(sighting, product)| agent(case, sighting, product)).collect();
    // One good agent is enough.
    rulings.into_iter().min_by_key(|ruling| ruling.verdict == Verdict::Degraded)
}

fn agent(case: &Case<'_>, sighting: &Sighting<'_>, product: &Product) -> Ruling {
    let identified = sighting.reason(&[product]);
    let days = case.policy.freshness.signature_days;
    let mut reasons = Vec::new();
    let mut next_steps = Vec::new();
    if case.is_past_end_of_life(product) {
        let products = Titles::of([product]);
        reasons.push(VerdictReason::EndOfLife { products: products.clone(), since: product.end_of_life });
        next_steps.push(NextStep::Replace { products });
    }
    let dated = signatures(case, sighting);
    if let Some((date, Freshness::Stale)) = dated {
        reasons.push(VerdictReason::StaleSignatures { date, days });
        next_steps.push(NextStep::UpdateSignatures);
    }
    if !reasons.is_empty() {
        reasons.insert(0, identified);
        return Ruling { verdict: Verdict::Degraded, reasons, next_steps };
    }
    reasons.push(identified);
    if let Some((date, Freshness::Fresh)) = dated {
        reasons.push(VerdictReason::FreshSignatures { date, days });
    }
    Ruling { verdict: Verdict::Protected(Assurance::Verified), reasons, next_steps }
}

/// Whether signatures are young enough.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Freshness {
    Fresh,
    Stale,
    /// Dated in the future: one of the two clocks is wrong.
    Unknown,
}

/// The day of the signatures in use, if the agent told it, and what it means.
pub(super) fn signatures(case: &Case<'_>, sighting: &Sighting<'_>) -> Option<(Date, Freshness)> {
    let date = sighting.service?.signature_date()?;
    let age = i64::from((case.today - date).get_days());
    let freshness = match age {
        // A day ahead is another time zone.
        ..-1 => Freshness::Unknown,
        age if age > i64::from(case.policy.freshness.signature_days) => Freshness::Stale,
        _ => Freshness::Fresh,
    };
    Some((date, freshness))
}
