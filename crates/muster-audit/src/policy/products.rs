//! What a key of a policy, or of `--product`, stands for.

use muster_catalog::{Catalog, Listener, Product, Proof};
use muster_model::{ProductId, Protocol};

use super::error::{PolicyProblem, nearest};

/// The products a key stands for: the product of that key, or the agents of that family. A key that is both stands for
/// the family, whose members protect for each other.
///
/// # Errors
/// If the catalogue has neither.
pub fn products_of<'a>(key: &str, catalog: &'a Catalog) -> Result<Vec<&'a Product>, PolicyProblem> {
    let family = agents_of_family(key, catalog);
    if !family.is_empty() {
        return Ok(family);
    }
    match catalog.products().iter().find(|product| product.id.as_str() == key) {
        Some(product) => Ok(vec![product]),
        None => Err(unknown(key, catalog)),
    }
}

/// The agents a key of a zone stands for: servers protect nobody by being there, so nobody can expect one.
pub(super) fn agents_of(key: &str, catalog: &Catalog) -> Result<Vec<ProductId>, PolicyProblem> {
    let products = products_of(key, catalog)?;
    match products.iter().find(|product| !product.is_agent()) {
        None => Ok(products.into_iter().map(|product| product.id.clone()).collect()),
        Some(server) => {
            let agents = agents_of_family(server.family.as_str(), catalog);
            let agents = agents.iter().map(|agent| agent.id.to_string()).collect();
            Err(PolicyProblem::ServerProduct { product: key.to_owned(), agents })
        }
    }
}

fn agents_of_family<'a>(key: &str, catalog: &'a Catalog) -> Vec<&'a Product> {
    let members = catalog.products().iter().filter(|product| product.family.as_str() == key);
    members.filter(|product| product.is_agent()).collect()
}

fn unknown(key: &str, catalog: &Catalog) -> PolicyProblem {
    let nearest = nearest(key, catalog.keys()).map(str::to_owned);
    PolicyProblem::UnknownProduct { product: key.to_owned(), nearest }
}

/// Whether a closed port of the listener proves that the product is absent, where the policy requires it.
pub(crate) fn proves_absence(listener: &Listener) -> bool {
    listener.protocol == Protocol::Tcp
        && listener.means.closed == Proof::AbsentIfRequired
        && !listener.ports.is_empty()
}

/// Whether a policy can require the product's listener.
pub(super) fn can_be_required(product: &Product) -> bool {
    product.required_listener().is_some_and(proves_absence)
}
