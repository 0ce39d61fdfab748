//! Which product is to be learnt, and at which ports it is looked for.

use muster_catalog::{Binding, Catalog, Product};
use muster_engine::PortSet;
use muster_model::{Excerpt, Protocol};
use muster_report::Topic;

use super::args::LearnArgs;
use crate::failure::Failure;
use crate::sweep::parse_ports;

/// Where a product is looked for.
#[derive(Clone, Debug)]
pub(super) struct Ports {
    /// Those that are the product's, by the catalogue or by whoever asks.
    pub(super) named: Vec<u16>,
    /// Whether every other port is looked at, too.
    pub(super) are_all: bool,
}

impl Ports {
    /// Those that are swept.
    pub(super) fn swept(&self) -> PortSet {
        match self.are_all {
            true => PortSet::of_tcp(1..=u16::MAX),
            false => PortSet::of_tcp(self.named.iter().copied()),
        }
    }
}

/// The product with that key, or the only agent of that family.
///
/// # Errors
/// There is none, or several.
pub(super) fn product_of<'c>(catalog: &'c Catalog, key: &str) -> Result<&'c Product, Failure> {
    let key = key.to_ascii_lowercase();
    let mut found = catalog.expected(&key).ok_or_else(|| unknown(catalog, &key))?;
    if let Some(own) = found.iter().find(|product| product.id.as_str() == key) {
        return Ok(own);
    }
    found.retain(|product| product.is_agent());
    match found[..] {
        [only] => Ok(only),
        _ => {
            let keys: Vec<&str> = found.iter().map(|product| product.id.as_str()).collect();
            Err(Failure::usage(format!("--product {}: a family of several products", Excerpt::of(&key)))
                .hint(format!("name the one that the host has: {}", keys.join(", "))))
        }
    }
}

fn unknown(catalog: &Catalog, key: &str) -> Failure {
    let failure = Failure::usage(format!("no product has the key `{}`", Excerpt::of(key)));
    let near = Topic::nearest(catalog, key).filter(|near| catalog.expected(near).is_some());
    failure.hint(match near {
        Some(near) => format!("did you mean `{near}`?"),
        None => "muster catalog list has the keys; a product of your own comes with --catalog".to_owned(),
    })
}

/// Where the product is looked for; `more` are ports that are known to be its own.
///
/// # Errors
/// `-p` makes no sense.
pub(super) fn ports_of(args: &LearnArgs, product: &Product, more: &[u16]) -> Result<Ports, Failure> {
    let typed = args.ports.as_deref().map(parse_ports).transpose()?;
    if let Some(typed) = typed.as_ref().filter(|typed| typed.len(Protocol::Udp) > 0) {
        let hint = "leave the U: ports out: of UDP ports nothing can be learnt without a guess".to_owned();
        let udp = typed.list(Protocol::Udp);
        return Err(Failure::usage(format!("UDP ports are not learnt from: {udp}")).hint(hint));
    }
    let listeners = || product.listeners.iter().filter(|listener| listener.protocol == Protocol::Tcp);
    let known = listeners().flat_map(|listener| listener.ports.iter().copied());
    let typed_ports = typed.iter().flat_map(PortSet::iter).map(|(_, port)| port);
    let mut named: Vec<u16> = known.chain(typed_ports).chain(more.iter().copied()).collect();
    named.sort_unstable();
    named.dedup();
    let may_be_any = listeners().next().is_none()
        || listeners().any(|listener| listener.binding == Binding::Random || listener.ports.is_empty());
    Ok(Ports { named, are_all: may_be_any && typed.is_none() && more.is_empty() })
}
