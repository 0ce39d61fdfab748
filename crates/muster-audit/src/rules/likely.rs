//! Protected, likely: an agent's port is open, nothing contradicts, and the policy expects the product or a positive
//! trait was seen. Degraded, if every product it may be is past its end of life.

use muster_catalog::Product;
use muster_model::{Assurance, Verdict};

use super::sighting::Sighting;
use super::{Case, Ruling};
use crate::sentence::{NextStep, Titles, VerdictReason};

pub(super) fn ruling(case: &Case<'_>) -> Option<Ruling> {
    let accepted = accepted(case);
    // One agent that is supported is enough.
    let best = accepted.iter().min_by_key(|likely| likely.is_past_end_of_life(case))?;
    let mut reasons = vec![best.sighting.reason(&best.products), best.why(case)];
    let products = Titles::of(best.products.iter().copied());
    if !best.is_past_end_of_life(case) {
        let mut next_steps = vec![NextStep::Console { products }];
        next_steps.extend(best.products.iter().filter_map(|product| besides(product)));
        return Some(Ruling { verdict: Verdict::Protected(Assurance::Likely), reasons, next_steps });
    }
    reasons.push(VerdictReason::EndOfLife { products: products.clone(), since: best.end_of_life() });
    Some(Ruling { verdict: Verdict::Degraded, reasons, next_steps: vec![NextStep::Replace { products }] })
}

/// Where a product shows besides its port, the most telling first in the catalogue.
fn besides(product: &Product) -> Option<NextStep> {
    let evidence = product.other_evidence.first()?.clone();
    Some(NextStep::Evidence { product: Titles::of([product]), evidence })
}

/// An open port that is good enough for an agent.
pub(super) struct Likely<'c, 'a> {
    sighting: &'c Sighting<'a>,
    /// What it may be; not empty.
    pub(super) products: Vec<&'a Product>,
    is_expected: bool,
}

/// Every one of a host.
pub(super) fn accepted<'c, 'a>(case: &'c Case<'a>) -> Vec<Likely<'c, 'a>> {
    case.sightings.iter().filter_map(|sighting| accept(case, sighting)).collect()
}

fn accept<'c, 'a>(case: &'c Case<'a>, sighting: &'c Sighting<'a>) -> Option<Likely<'c, 'a>> {
    let mut products = sighting.candidates();
    let is_expected = match case.expectation() {
        Some(zone) => {
            products.retain(|product| case.expects(product));
            // What the policy names goes before what only is of its family.
            if products.iter().any(|product| zone.names(product)) {
                products.retain(|product| zone.names(product));
            }
            true
        }
        None => {
            sighting.positive_trait()?;
            // A server of the same port, or an agent that protects nobody, may be all there is.
            if sighting.products().iter().any(|product| !product.protects()) {
                return None;
            }
            false
        }
    };
    (!products.is_empty()).then_some(Likely { sighting, products, is_expected })
}

impl Likely<'_, '_> {
    pub(super) fn is_past_end_of_life(&self, case: &Case<'_>) -> bool {
        self.products.iter().all(|product| case.is_past_end_of_life(product))
    }

    /// The day support ended, where it is the same for all.
    pub(super) fn end_of_life(&self) -> Option<jiff::civil::Date> {
        let first = self.products.first()?.end_of_life;
        first.filter(|_| self.products.iter().all(|product| product.end_of_life == first))
    }

    fn why(&self, case: &Case<'_>) -> VerdictReason {
        let port = self.sighting.port;
        match (case.expectation(), self.sighting.positive_trait()) {
            (Some(zone), _) if self.is_expected => {
                VerdictReason::Expected { zone: zone.name.clone(), products: Titles::of(case.expected()) }
            }
            (_, Some(speech)) => VerdictReason::PositiveTrait { port, speech },
            _ => VerdictReason::NoPolicy,
        }
    }
}
