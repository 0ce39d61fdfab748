//! The products on a host, for one field of a table or of a script's result.

use muster_model::{Identity, ProductId, Service};

/// Those that identified themselves.
pub(crate) fn identified(services: &[Service]) -> String {
    products(services, |service| service.genuine().into_iter().collect())
}

/// Those that something behaves like, without having named itself.
pub(crate) fn consistent_with(services: &[Service]) -> String {
    products(services, |service| match &service.identity {
        Some(Identity::Consistent { products, .. }) => products.iter().collect(),
        _ => Vec::new(),
    })
}

fn products(services: &[Service], of: impl Fn(&Service) -> Vec<&ProductId>) -> String {
    let mut names: Vec<_> = services.iter().flat_map(of).map(ToString::to_string).collect();
    names.sort();
    names.dedup();
    join(names.into_iter())
}

/// Several values in one field.
pub(crate) fn join(texts: impl Iterator<Item = String>) -> String {
    texts.collect::<Vec<_>>().join("; ")
}
