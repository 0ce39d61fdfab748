//! An agent that its maker no longer supports.

use jiff::civil::Date;
use muster_model::Severity;

use super::{Case, Found, likely};
use crate::sentence::{NextStep, Problem, Titles};

pub(super) fn found(case: &Case<'_>) -> Vec<Found> {
    let old = |product: &&muster_catalog::Product| case.is_past_end_of_life(product);
    let identified = case.genuine_agents().map(|(_, product)| product).filter(old);
    let mut all: Vec<Found> =
        identified.map(|product| agent(Titles::of([product]), product.end_of_life)).collect();
    let likely = likely::accepted(case).into_iter().filter(|likely| likely.is_past_end_of_life(case));
    all.extend(likely.map(|likely| agent(Titles::of(likely.products.iter().copied()), likely.end_of_life())));
    all
}

fn agent(products: Titles, since: Option<Date>) -> Found {
    let problem = Problem::EndOfLifeAgent { products: products.clone(), since };
    Found { severity: Severity::Medium, problem, remedy: NextStep::Replace { products } }
}
