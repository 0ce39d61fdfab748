//! What does not behave unlike an agent, and yet cannot be it: the host runs a system on which the agent does not exist, or
//! the answer names a program that the agent is not.

use muster_catalog::{Listener, Os, Product};
use muster_model::{Asset, Protocol, Service, SignKind, System, SystemFamily, Told, Trait};

use super::sighting::Appearance;
use crate::sentence::{Titles, VerdictReason};

/// Why it cannot be the agent.
#[derive(Clone, Copy, Debug)]
pub(super) enum Stranger<'a> {
    /// The web server's name.
    Server(&'a muster_model::Excerpt),
    /// The host's system. Whether that alone makes it suspect: an answer that fits may come from another computer behind
    /// the port, so that it does not.
    System(&'a System, bool),
}

impl Stranger<'_> {
    pub(super) fn is_suspect(self) -> bool {
        match self {
            Self::Server(_) => true,
            Self::System(_, is_suspect) => is_suspect,
        }
    }

    pub(super) fn reason(self, port: u16, products: Titles) -> VerdictReason {
        match self {
            Self::Server(server) => VerdictReason::OtherServer { port, server: server.clone(), products },
            Self::System(system, _) => VerdictReason::OtherSystem { port, system: system.clone(), products },
        }
    }
}

/// The appearance, with a stranger told from what else may be one of the products. What identified itself is never
/// overruled.
pub(super) fn looked_at<'a>(
    appearance: Appearance<'a>,
    service: &'a Service,
    asset: &'a Asset,
) -> Appearance<'a> {
    let (products, fits) = match &appearance {
        Appearance::Consistent(products, by) => (products, matches!(by, Trait::Speaks(_))),
        Appearance::Unlearnt(products) => (products, false),
        _ => return appearance,
    };
    let of_all = |is_stranger: &dyn Fn(&Listener) -> bool| {
        let is_of = |product: &&Product| listeners(product, service).all(is_stranger);
        !products.is_empty() && products.iter().all(is_of)
    };
    let stranger = match (server(service), system(asset)) {
        (Some(server), _) if of_all(&|here| is_not(here, server.as_str())) => Stranger::Server(server),
        (_, Some(system)) if of_all(&|here| cannot_run(here, system.family)) => {
            Stranger::System(system, !fits)
        }
        _ => return appearance,
    };
    Appearance::Stranger(products.clone(), stranger)
}

fn listeners<'p>(product: &'p Product, service: &Service) -> impl Iterator<Item = &'p Listener> {
    let port = service.endpoint.port;
    let is_here = move |one: &&Listener| one.protocol == Protocol::Tcp && one.ports.contains(&port);
    product.listeners.iter().filter(is_here)
}

fn server(service: &Service) -> Option<&muster_model::Excerpt> {
    service.told.iter().find_map(|told| match told {
        Told::Server(text) => Some(text),
        _ => None,
    })
}

fn is_not(listener: &Listener, server: &str) -> bool {
    let begins =
        |word: &String| server.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word));
    listener.not_servers.iter().any(begins)
}

fn cannot_run(listener: &Listener, family: SystemFamily) -> bool {
    let needed = listener.only_on.map(|os| match os {
        Os::Linux => SystemFamily::Linux,
        Os::Macos => SystemFamily::Macos,
        Os::Netware => SystemFamily::Other,
        Os::Windows => SystemFamily::Windows,
    });
    needed.is_some_and(|needed| needed != family)
}

/// The host's system, if signs of two kinds agree or its SSH or file server names it.
fn system(asset: &Asset) -> Option<&System> {
    let is_named = |system: &System| {
        let mut greetings = system.signs.iter().filter(|sign| sign.kind == SignKind::Greeting);
        greetings.any(|sign| asset.services.iter().any(|service| names(service, sign)))
    };
    asset.system.as_ref().filter(|system| system.is_certain() || is_named(system))
}

fn names(service: &Service, sign: &muster_model::DeviceSign) -> bool {
    let is_same = |told: &Told| match told {
        Told::Greeting(text) => text.as_str().starts_with("SSH-") && *text == sign.seen,
        Told::System(text) => *text == sign.seen,
        _ => false,
    };
    sign.endpoint == Some(service.endpoint) && service.told.iter().any(is_same)
}
