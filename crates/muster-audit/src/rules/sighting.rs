//! Open ports of agents, and what they look like.

use muster_catalog::{Catalog, Listener, Product};
use muster_model::{
    Asset, Conversation, Identity, PortState, ProductId, Protocol, Request, Service, Speech, Trait,
};

use super::stranger::{self, Stranger};
use crate::sentence::{Behaviour, Titles, VerdictReason};

/// An open TCP port on which a product of the catalogue is known to listen.
pub(crate) struct Sighting<'a> {
    pub(super) port: u16,
    pub(super) service: Option<&'a Service>,
    pub(super) appearance: Appearance<'a>,
    catalog: &'a Catalog,
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
    /// It does not behave unlike these products, and yet cannot be one of them.
    Stranger(Vec<&'a Product>, Stranger<'a>),
    /// Nothing was learnt for or against these products.
    Unlearnt(Vec<&'a Product>),
    /// It answered as it was asked, and not as these products are known to.
    Unlike(Vec<&'a Product>, Speech),
    /// It could not be found open again.
    NotConnected(Vec<&'a Product>),
    /// Nobody has talked to it, or not to the end.
    NotTalkedTo(Vec<&'a Product>),
}

impl<'a> Sighting<'a> {
    /// Every one of a host, in order of port.
    pub(super) fn all(asset: &'a Asset, catalog: &'a Catalog) -> Vec<Self> {
        let is_open = |port: u16, protocol| protocol == Protocol::Tcp && port != 0;
        let served =
            asset.services.iter().filter(|service| is_open(service.endpoint.port, service.endpoint.protocol));
        let mut sightings: Vec<Self> =
            served.filter_map(|service| Self::served(service, asset, catalog)).collect();
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

    fn served(service: &'a Service, asset: &'a Asset, catalog: &'a Catalog) -> Option<Self> {
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
            // What another program made of it is no answer to what would have been asked here.
            Identity::Unlearnt { products }
                if matches!(service.end, Conversation::Stopped | Conversation::Reported) =>
            {
                Appearance::NotTalkedTo(known(products))
            }
            Identity::Unlearnt { products } => unlearnt(service, known(products), catalog),
        };
        let appearance = stranger::looked_at(appearance, service, asset);
        Some(Self { port: service.endpoint.port, service: Some(service), appearance, catalog })
    }

    /// A port that nobody has talked to: what was not looked at is unknown.
    fn unserved(port: u16, catalog: &'a Catalog) -> Option<Self> {
        let mut products: Vec<&Product> =
            catalog.listeners(Protocol::Tcp, port).map(|(product, _)| product).collect();
        products.dedup_by(|one, other| one.id == other.id);
        let is_known = !products.is_empty();
        let appearance = Appearance::NotTalkedTo(products);
        is_known.then_some(Self { port, service: None, appearance, catalog })
    }

    /// What it may be, servers among it.
    pub(super) fn products(&self) -> &[&'a Product] {
        match &self.appearance {
            Appearance::Genuine(product) => std::slice::from_ref(product),
            Appearance::Consistent(products, _)
            | Appearance::Impostor(products, _)
            | Appearance::Unlearnt(products)
            | Appearance::Stranger(products, _)
            | Appearance::Unlike(products, _)
            | Appearance::NotConnected(products)
            | Appearance::NotTalkedTo(products) => products,
        }
    }

    /// The agents it may be.
    pub(super) fn agents(&self) -> Vec<&'a Product> {
        self.products().iter().filter(|product| product.is_agent()).copied().collect()
    }

    /// The agents it may be, as long as nothing speaks against it and the catalogue says that open is a hint.
    pub(super) fn candidates(&self) -> Vec<&'a Product> {
        match &self.appearance {
            Appearance::Consistent(..) | Appearance::Unlearnt(_) => {
                let mut agents = self.agents();
                agents.retain(|agent| hints(agent, self.port));
                agents
            }
            Appearance::Genuine(_)
            | Appearance::Impostor(..)
            | Appearance::Stranger(..)
            | Appearance::Unlike(..)
            | Appearance::NotConnected(_)
            | Appearance::NotTalkedTo(_) => Vec::new(),
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
        let (port, products) = (self.port, self.titles(products));
        match self.appearance {
            Appearance::Genuine(_) => VerdictReason::Identified { port, product: products },
            Appearance::Consistent(_, by) => {
                VerdictReason::Consistent { port, behaviour: self.behaviour(by), products }
            }
            Appearance::Impostor(_, by) => {
                VerdictReason::Impostor { port, behaviour: self.behaviour(by), products }
            }
            Appearance::Unlearnt(_) => {
                VerdictReason::OpenListener { port, products, hangs_up: self.hangs_up() }
            }
            Appearance::Stranger(_, stranger) => stranger.reason(port, products),
            Appearance::Unlike(_, speech) => VerdictReason::Unlike { port, speech, products },
            Appearance::NotConnected(_) => VerdictReason::NotConnected { port, products },
            Appearance::NotTalkedTo(_) => VerdictReason::NotTalkedTo { port, products },
        }
    }

    /// The names of products. That one listens here is not settled where nothing but memory says so; who names itself does.
    fn titles(&self, products: &[&Product]) -> Titles {
        let is_recalled = |product: &Product| {
            let mut listeners = product
                .listeners
                .iter()
                .filter(|it| it.protocol == Protocol::Tcp && it.ports.contains(&self.port))
                .peekable();
            listeners.peek().is_some() && listeners.all(|it| self.catalog.is_recalled(&it.source))
        };
        match self.appearance {
            Appearance::Genuine(_) => Titles::of(products.iter().copied()),
            _ => Titles::marked(products.iter().copied(), is_recalled),
        }
    }

    /// Whether it ended the conversation without having said anything.
    fn hangs_up(&self) -> bool {
        let is_cut = |end| matches!(end, Conversation::Closed | Conversation::Reset);
        self.service
            .is_some_and(|service| is_cut(service.end) && service.told.is_empty() && service.speech.is_none())
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

/// What was not identified, without those products whose fingerprint was to be seen in the answer, and was not. A TLS
/// alert and silence tell nothing, and leave every product open.
fn unlearnt<'a>(service: &Service, products: Vec<&'a Product>, catalog: &Catalog) -> Appearance<'a> {
    let heard = service.asked.last().copied().zip(service.speech);
    let heard =
        heard.filter(|(request, speech)| !service.told.is_empty() && language(*request) == Some(*speech));
    let Some((request, speech)) = heard else { return Appearance::Unlearnt(products) };
    let port = service.endpoint.port;
    let is_shown =
        |product: &Product| product.fingerprints.iter().any(|print| print.request == Some(request));
    // Roles of one agent that share a port answer alike.
    let shown: Vec<&ProductId> = catalog
        .listeners(Protocol::Tcp, port)
        .filter(|(other, _)| is_shown(other))
        .map(|(other, _)| &other.family)
        .collect();
    let (unlike, open): (Vec<&Product>, Vec<&Product>) =
        products.into_iter().partition(|product| shown.contains(&&product.family));
    match open.iter().any(|product| product.is_agent()) {
        true => Appearance::Unlearnt(open),
        false if unlike.is_empty() => Appearance::Unlearnt(open),
        false => Appearance::Unlike(unlike, speech),
    }
}

/// The protocol in which a request is answered.
fn language(request: Request) -> Option<Speech> {
    match request {
        Request::ClamdVersion => Some(Speech::Clamd),
        Request::HttpGet => Some(Speech::Http),
        Request::TlsHello | Request::HttpsGet => Some(Speech::Tls),
        _ => None,
    }
}

/// Whether an open port is a hint of the agent.
fn hints(agent: &Product, port: u16) -> bool {
    use muster_catalog::Proof::{Hint, Present};
    let here = |listener: &&Listener| listener.protocol == Protocol::Tcp && listener.ports.contains(&port);
    agent.listeners.iter().filter(here).any(|listener| matches!(listener.means.open, Hint | Present))
}
