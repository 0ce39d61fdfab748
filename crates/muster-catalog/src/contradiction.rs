//! Where sources disagree, as data.

use muster_model::ProductId;

/// What two sources say differently. Neither is settled by it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contradiction {
    /// What it is about.
    pub topic: String,
    /// Who says what.
    pub text: String,
    /// Ports it is about, TCP and UDP.
    pub ports: Vec<u16>,
    /// Products it is about, as far as the catalogue has them.
    pub products: Vec<ProductId>,
    /// Keys of [`Source`](crate::Source).
    pub source: Vec<String>,
}
