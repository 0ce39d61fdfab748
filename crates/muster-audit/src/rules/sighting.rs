//! Open ports of agents, and what they look like.

use muster_catalog::{Catalog, Listener, Product};
use muster_model::{Asset, Conversation, Identity, PortState, ProductId, Protocol, Service, Speech, Trait};

use crate::sentence::{Behaviour, Titles, VerdictReason};

/// An open TCP port on which a product of the catalogue is known to listen.
pub(crate) struct Sighting<'a> {
    pub(super) port: u16,
    pub(super) service: Option<&'a Service>,
    pub(super) appearance: Appearance<'a>,
}

/// What it looks like.
#[derive(Clone, Debug)]
pub(super) enum Appearance<'a> {
    /// It named itself.
    Genuine(&'a Product),
    /// It behaves as these products do.
    Consistent(Vec<&'a Product>, Trait),
    /// It behaves as none of these products does.
    Impostor(Vec<&'a Product>, Trait),
    /// Nothing was learnt for or against these products.
    Unlearnt(Vec<&'a Product>),
    /// It could not be found open again.
    NotConnected(Vec<&'a Product>),
}

impl<'a> Sighting<'a> {
    /// Every one of a host, in order of port.
    pub(super) fn all(asset: &'a Asset, catalog: &'a Catalog) -> Vec<Self> {
        let is_open = |port: u16, protocol| protocol == Protocol::Tcp && port != 0;
        let served =
            asset.services.iter().filter(|service| is_open(service.endpoint.port, service.endpoint.protocol));
        let mut sightings: Vec<Self> = served.filter_map(|service| Self::served(service, catalog)).collect();
        let open = asset
            .ports
            .iter()
            .filter(|seen| seen.state == PortState::Open && seen.endpoint.protocol == Protocol::Tcp);
        for port in open.map(|seen| seen.endpoint.port) {
            if asset.services.iter().all(|service| service.endpoint.port != port) {
                sightings.extend(Self::unserved(port, catalog));
            }
        }
        sightings.sort_by_key(|sighting| sighting.port);
        sightings
    }

    fn served(service: &'a Service, catalog: &'a Catalog) -> Option<Self> {
        let known = |ids: &[ProductId]| -> Vec<&'a Product> {
            ids.iter().filter_map(|id| catalog.product(id)).collect()
        };
        let appearance = match service.identity.as_ref()? {
            Identity::Genuine { product, .. } => Appearance::Genuine(catalog.product(product)?),
            Identity::Consistent { products, by } => Appearance::Consistent(known(products), *by),
            Identity::Impostor { products, by } => Appearance::Impostor(known(products), *by),
            Identity::Unlearnt { products } if service.end == Conversation::NotConnected => {
                Appearance::NotConnected(known(products))
            }
            Identity::Unlearnt { products } => Appearance::Unlearnt(known(products)),
        };
        Some(Self { port: service.endpoint.port, service: Some(service), appearance })
    }

    /// A port that nobody has talked to.
    fn unserved(port: u16, catalog: &'a Catalog) -> Option<Self> {
        let mut products: Vec<&Product> =
            catalog.listeners(Protocol::Tcp, port).map(|(product, _)| product).collect();
        products.dedup_by(|one, other| one.id == other.id);
        let appearance = Appearance::Unlearnt(products.clone());
        (!products.is_empty()).then_some(Self { port, service: None, appearance })
    }

    /// The agents it may be.
    pub(super) fn agents(&self) -> Vec<&'a Product> {
        let products = match &self.appearance {
            Appearance::Genuine(product) => std::slice::from_ref(product),
            Appearance::Consistent(products, _)
            | Appearance::Impostor(products, _)
            | Appearance::Unlearnt(products)
            | Appearance::NotConnected(products) => products,
        };
        products.iter().filter(|product| product.is_agent()).copied().collect()
    }

    /// The agents it may be, as long as nothing speaks against it and the catalogue says that open is a hint.
    pub(super) fn candidates(&self) -> Vec<&'a Product> {
        match &self.appearance {
            Appearance::Consistent(..) | Appearance::Unlearnt(_) => {
                let mut agents = self.agents();
                agents.retain(|agent| hints(agent, self.port));
                agents
            }
            Appearance::Genuine(_) | Appearance::Impostor(..) | Appearance::NotConnected(_) => Vec::new(),
        }
    }

    /// The protocol it spoke, if that is what fits: more than an open port that keeps silent. (Where a product has a
    /// fingerprint for the protocol and it does not fit, identification has not called it consistent.)
    pub(super) fn positive_trait(&self) -> Option<Speech> {
        match self.appearance {
            Appearance::Consistent(_, Trait::Speaks(speech)) => Some(speech),
            _ => None,
        }
    }

    /// What was seen, with `products` as those it speaks for or against.
    pub(super) fn reason(&self, products: &[&Product]) -> VerdictReason {
        let (port, products) = (self.port, Titles::of(products.iter().copied()));
        match self.appearance {
            Appearance::Genuine(_) => VerdictReason::Identified { port, product: products },
            Appearance::Consistent(_, by) => {
                VerdictReason::Consistent { port, behaviour: self.behaviour(by), products }
            }
            Appearance::Impostor(_, by) => {
                VerdictReason::Impostor { port, behaviour: self.behaviour(by), products }
            }
            Appearance::Unlearnt(_) => VerdictReason::OpenListener { port, products },
            Appearance::NotConnected(_) => VerdictReason::NotConnected { port, products },
        }
    }

    /// How it behaved.
    pub(super) fn behaviour(&self, by: Trait) -> Behaviour {
        let spoken = match by {
            Trait::Speaks(speech) => Some(speech),
            _ => self.service.and_then(|service| service.speech),
        };
        Behaviour { by, speech: spoken }
    }
}

/// Whether an open port is a hint of the agent.
fn hints(agent: &Product, port: u16) -> bool {
    use muster_catalog::Proof::{Hint, Present};
    let here = |listener: &&Listener| listener.protocol == Protocol::Tcp && listener.ports.contains(&port);
    agent.listeners.iter().filter(here).any(|listener| matches!(listener.means.open, Hint | Present))
}
