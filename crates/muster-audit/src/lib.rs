//! From what was seen to verdicts: assets, policy, rules, coverage.
//!
//! ```text
//!  observations, services, names ─▶ reconcile ─▶ Asset ─▶ Judge ─▶ Judgement ─▶ Run ─▶ Coverage, worklist, FailOn
//!                                       ▲                  ▲
//!                                     Policy ◀── muster.toml
//! ```
//!
//! It opens nothing, asks no clock (`now` comes in) and prints nothing. A rule is a file under `rules`, and speaks in
//! typed reasons, which `sentence` turns into words.

mod asked;
mod coverage;
mod fail_on;
mod judge;
mod policy;
mod reconcile;
mod rules;
mod sentence;
#[cfg(test)]
mod testing;
mod worklist;

pub use asked::Asked;
pub use coverage::Coverage;
pub use fail_on::{FailOn, UnknownCondition};
pub use judge::Judge;
pub use policy::{
    ExemptHost, Exemption, Freshness, ListenerPolicy, Policy, PolicyError, PolicyProblem, PortGroup, SAMPLE,
    Zone, check_decoy, products_of,
};
pub use reconcile::{Evidence, Reconciled, reconcile};
pub use worklist::{open_findings, worklist};
