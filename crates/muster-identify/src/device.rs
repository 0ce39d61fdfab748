//! What kind of thing a host is, when it is not a computer that carries an agent.
//!
//! Signs are ports that are open together, words in what services say, and words in the host's name. One sign makes a
//! class a possibility, two of different kinds make it certain ([`Device::is_certain`]). A genuine agent, a port that
//! only computers have open, or a greeting of an ordinary system settles the question the other way.

mod phantom;

use std::collections::{BTreeMap, BTreeSet};

use muster_catalog::{COMPUTER_PORTS, Catalog, DeviceSignature, Sign};
use muster_model::{
    Device, DeviceClass, DeviceSign, Endpoint, Excerpt, HostName, Observation, PortState, Protocol, Service,
    SignKind, Told,
};

pub use self::phantom::{CommonSigns, Decoys, Phantom, PhantomKind, decoy_addresses, phantoms};

/// What a host looks like by everything that was seen of it; `None` if nothing speaks for a device, or something for a
/// computer.
///
/// Of several classes, the one with the most kinds of signs is taken, then the one with the most signs. Where that does
/// not decide, the class is not certain: only its signs of one kind are given.
pub fn classify(
    catalog: &Catalog,
    ports: &[Observation],
    services: &[Service],
    names: &[HostName],
) -> Option<Device> {
    let open = open_ports(ports);
    let is_computer = open.iter().any(|endpoint| COMPUTER_PORTS.contains(&endpoint.port));
    let is_computer = is_computer || services.iter().any(greets_as_computer);
    if is_computer || services.iter().any(|service| service.genuine().is_some()) {
        return None;
    }
    strongest(signs(catalog.devices(), &Seen { open, services, names }))
}

/// Whether it greets as OpenSSH does on systems that people install on computers. Makers of devices build their own.
fn greets_as_computer(service: &Service) -> bool {
    service.told.iter().any(|told| {
        let Told::Greeting(text) = told else { return false };
        let text = text.as_str();
        text.contains("OpenSSH") && ORDINARY_SYSTEMS.iter().any(|system| text.contains(system))
    })
}

/// All that can be a sign.
struct Seen<'a> {
    open: BTreeSet<Endpoint>,
    services: &'a [Service],
    names: &'a [HostName],
}

fn open_ports(ports: &[Observation]) -> BTreeSet<Endpoint> {
    let is_open =
        |port: &&Observation| port.state == PortState::Open && port.endpoint.protocol == Protocol::Tcp;
    ports.iter().filter(is_open).map(|port| port.endpoint).collect()
}

/// The signs of each class, each seen thing once.
fn signs(signatures: &[DeviceSignature], seen: &Seen<'_>) -> BTreeMap<DeviceClass, Vec<DeviceSign>> {
    let mut classes: BTreeMap<DeviceClass, Vec<DeviceSign>> = BTreeMap::new();
    for signature in signatures {
        for sign in signs_of(&signature.sign, seen) {
            let known = classes.entry(signature.class).or_default();
            if !known.contains(&sign) {
                known.push(sign);
            }
        }
    }
    classes.retain(|_, signs| !signs.is_empty());
    classes
}

fn signs_of(sign: &Sign, seen: &Seen<'_>) -> Vec<DeviceSign> {
    match sign {
        Sign::Ports(ports) => pattern(ports, &seen.open).into_iter().collect(),
        Sign::Greeting(text) => seen.services.iter().flat_map(|service| said(text, service)).collect(),
        Sign::Name(word) => seen.names.iter().filter_map(|name| named(word, &name.name)).collect(),
        // No hardware address comes this far.
        Sign::Maker { .. } => Vec::new(),
    }
}

/// All the ports are open, and there is at least one.
fn pattern(ports: &[u16], open: &BTreeSet<Endpoint>) -> Option<DeviceSign> {
    let found: Vec<&Endpoint> =
        ports.iter().map_while(|port| open.iter().find(|endpoint| endpoint.port == *port)).collect();
    if found.is_empty() || found.len() < ports.len() {
        return None;
    }
    let numbers: Vec<String> = ports.iter().map(u16::to_string).collect();
    let endpoint = if let [one] = found[..] { Some(*one) } else { None };
    let seen = Excerpt::of(&format!("{} open", numbers.join(", ")));
    Some(DeviceSign { kind: SignKind::PortPattern, endpoint, seen })
}

/// What a service said that has the text in it.
fn said<'a>(text: &'a str, service: &'a Service) -> impl Iterator<Item = DeviceSign> + use<'a> {
    let endpoint = Some(service.endpoint);
    let text = text.to_ascii_lowercase();
    service.told.iter().filter_map(words_of).filter_map(move |words| {
        let has_it = !text.is_empty() && words.as_str().to_ascii_lowercase().contains(&text);
        has_it.then(|| DeviceSign { kind: SignKind::Greeting, endpoint, seen: words.clone() })
    })
}

/// What a device says of itself, rather than an agent on it. Who issued its certificate says nothing: firewalls' own
/// authorities sign for servers.
fn words_of(told: &Told) -> Option<&Excerpt> {
    match told {
        Told::Greeting(text)
        | Told::Answer(text)
        | Told::Server(text)
        | Told::Title(text)
        | Told::CertificateSubject(text) => Some(text),
        _ => None,
    }
}

/// The host's own label has the word in it, with no letter beside it.
fn named(word: &str, name: &Excerpt) -> Option<DeviceSign> {
    let label = name.as_str().split('.').next()?.to_ascii_lowercase();
    let word = word.to_ascii_lowercase();
    let stands_alone = |(place, _): (usize, &str)| {
        let before = label[..place].chars().next_back();
        let after = label[place + word.len()..].chars().next();
        ![before, after].into_iter().flatten().any(char::is_alphabetic)
    };
    let has_it = !word.is_empty() && label.match_indices(&word).any(stands_alone);
    has_it.then(|| DeviceSign { kind: SignKind::Name, endpoint: None, seen: name.clone() })
}

/// The class with the most kinds of signs, then the most signs.
fn strongest(classes: BTreeMap<DeviceClass, Vec<DeviceSign>>) -> Option<Device> {
    let weight = |signs: &[DeviceSign]| (kinds(signs), signs.len());
    let most = classes.values().map(|signs| weight(signs)).max()?;
    let mut heaviest = classes.into_iter().filter(|(_, signs)| weight(signs) == most);
    let (class, mut signs) = heaviest.next()?;
    if heaviest.next().is_some() {
        let kind = signs[0].kind;
        signs.retain(|sign| sign.kind == kind);
    }
    Some(Device { class, signs })
}

fn kinds(signs: &[DeviceSign]) -> usize {
    signs.iter().map(|sign| sign.kind).collect::<BTreeSet<_>>().len()
}

/// How OpenSSH's greeting names the system, where it does.
const ORDINARY_SYSTEMS: &[&str] = &["Debian", "FreeBSD", "Ubuntu", "for_Windows"];

#[cfg(test)]
mod tests;
