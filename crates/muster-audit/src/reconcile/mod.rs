//! From answers to things that exist.
//!
//! Something exists if it answered itself. What only seems to answer, because something on the way answers for
//! everybody, does not; nor does an address from which nothing came.

mod silence;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::net::IpAddr;

use muster_engine::AddressSet;
use muster_model::{
    AddressRange, Asset, Device, HostName, NameSource, Observation, PortState, Service, Speech, System, Told,
};

use crate::policy::Policy;

/// All that was learnt, before it is put in order.
#[derive(Clone, Copy, Debug)]
pub struct Evidence<'a> {
    /// What the sweeps saw, in order of endpoint.
    pub observations: &'a [Observation],
    /// What open endpoints turned out to be, in order of endpoint.
    pub services: &'a [Service],
    /// The addresses of network cards, where the link or a file tells them.
    pub hardware: &'a HashMap<IpAddr, [u8; 6]>,
    /// What hosts are called by others.
    pub names: &'a HashMap<IpAddr, Vec<HostName>>,
    /// What was to be asked.
    pub targets: &'a AddressSet,
    /// The port on which nothing is expected, if it was asked.
    pub decoy: Option<u16>,
    /// Whether every target was asked: else nobody knows who is silent.
    pub complete: bool,
}

/// What there is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reconciled {
    /// What exists, in order of address.
    pub assets: Vec<Asset>,
    /// Addresses from which nothing came; empty if not every target was asked.
    pub silent: Vec<AddressRange>,
    /// Addresses for which something on the way answers, and nothing else: not measured.
    pub phantom: Vec<AddressRange>,
}

/// Puts the evidence in order, a host at a time. `classify` says what a host is, if not a computer, and which system it
/// runs, by all else of the asset; it is shown no port that only seems open.
pub fn reconcile(
    evidence: &Evidence<'_>,
    policy: &Policy,
    classify: impl Fn(&Asset) -> (Option<Device>, Option<System>),
) -> Reconciled {
    let mut reconciled = Reconciled::default();
    let (mut living, mut phantoms) = (Vec::new(), Vec::new());
    for host in evidence.hosts() {
        match host.nature(evidence.decoy) {
            Nature::Nothing => continue,
            Nature::Phantom => phantoms.push(host.address),
            nature => {
                let names = evidence.names.get(&host.address).map_or(&[][..], Vec::as_slice);
                let mut asset = host.asset(nature, names, policy);
                asset.hardware =
                    evidence.hardware.get(&host.address).copied().or_else(|| host.told_hardware());
                let (device, system) = match nature {
                    Nature::Veiled => classify(&host.unveiled(&asset)),
                    _ => classify(&asset),
                };
                (asset.device, asset.system) = (device, system);
                reconciled.assets.push(asset);
                living.push(host.address);
            }
        }
    }
    let heard = AddressSet::of_addresses(living.into_iter().chain(phantoms.iter().copied()));
    // Where so many answered that they cannot be told from the rest, nobody is said to be silent.
    if let (true, Ok(heard)) = (evidence.complete, heard) {
        reconciled.silent = silence::ranges(&evidence.targets.difference(&heard));
    }
    reconciled.phantom =
        AddressSet::of_addresses(phantoms).map_or_else(|_| Vec::new(), |set| silence::ranges(&set));
    reconciled
}

impl<'a> Evidence<'a> {
    /// Every address that something is known of, in order.
    fn hosts(&self) -> impl Iterator<Item = Host<'a>> {
        let mut services = self.services;
        let chunks = self.observations.chunk_by(|one, next| one.endpoint.address == next.endpoint.address);
        chunks.map(move |observations| {
            let address = observations[0].endpoint.address;
            let first = services.partition_point(|service| service.endpoint.address < address);
            let rest = &services[first..];
            let here = rest.partition_point(|service| service.endpoint.address == address);
            services = &rest[here..];
            Host { address, observations, services: &rest[..here] }
        })
    }
}

/// One address and what was learnt of it.
struct Host<'a> {
    address: IpAddr,
    observations: &'a [Observation],
    services: &'a [Service],
}

/// What an address turns out to be.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Nature {
    /// Nothing answered.
    Nothing,
    /// Only something on the way answered.
    Phantom,
    /// Something on the way answers, and so does an application.
    Veiled,
    /// A host.
    Host,
}

impl Host<'_> {
    fn nature(&self, decoy: Option<u16>) -> Nature {
        let is_decoy = |seen: &Observation| {
            seen.state == PortState::Open && Some(seen.endpoint.port) == decoy && seen.is_sign_of_life()
        };
        match () {
            () if !self.observations.iter().any(Observation::is_sign_of_life) => Nature::Nothing,
            () if !self.observations.iter().any(is_decoy) => Nature::Host,
            () if self.services.iter().any(|service| self.is_own(service, decoy)) => Nature::Veiled,
            () => Nature::Phantom,
        }
    }

    /// Whether an application of the host answered, rather than whatever answers on the decoy too.
    fn is_own(&self, service: &Service, decoy: Option<u16>) -> bool {
        let at_decoy = |service: &&Service| Some(service.endpoint.port) == decoy;
        if !says_something(service) || at_decoy(&service) {
            return false;
        }
        let other = self.services.iter().find(at_decoy).filter(|other| says_something(other));
        other.is_none_or(|other| !is_alike(service, other))
    }

    fn asset(&self, nature: Nature, names: &[HostName], policy: &Policy) -> Asset {
        let ports = self.observations.to_vec();
        let services = self.services.to_vec();
        let names = self.names(names);
        Asset {
            address: self.address,
            zone: policy.zone_of(self.address).map(|zone| zone.name.clone()),
            hardware: None,
            system: None,
            device: None,
            is_phantom: nature == Nature::Veiled,
            names,
            ports,
            services,
        }
    }

    /// The asset with what says something about the host, where something on the way answers for it too: a web page or a
    /// TLS handshake may be that something's, so may every stack, and ports are open only if an application answered.
    fn unveiled(&self, asset: &Asset) -> Asset {
        let mut own = asset.clone();
        own.services.retain(|service| says_something(service) && !is_generic(service));
        let services = &own.services;
        let is_told = |port: &Observation| services.iter().any(|service| service.endpoint == port.endpoint);
        own.ports.retain(|port| port.state != PortState::Open || is_told(port));
        own.ports.iter_mut().for_each(|port| (port.stack, port.ttl) = (None, None));
        own
    }

    /// The address of the network card, if a service told it.
    fn told_hardware(&self) -> Option<[u8; 6]> {
        self.services.iter().flat_map(|service| &service.told).find_map(|told| match told {
            Told::HardwareAddress(text) => muster_catalog::makers::address(text.as_str()),
            _ => None,
        })
    }

    /// What the agent says first, then what others say, and last what services say whose business names are; each name
    /// once.
    fn names(&self, others: &[HostName]) -> Vec<HostName> {
        let genuine = self.services.iter().filter(|service| service.genuine().is_some());
        let told = genuine.filter_map(Service::host_name);
        let told = told.map(|name| HostName { name: name.clone(), source: NameSource::Agent });
        let mut others = others.to_vec();
        others.sort_by_key(|name| name.source);
        let mut names: Vec<HostName> = Vec::new();
        let own = self.services.iter().filter(|service| service.speech.is_some_and(tells_names));
        let own = own.filter_map(Service::host_name);
        let own = own.map(|name| HostName { name: name.clone(), source: NameSource::Host });
        for name in told.chain(others).chain(own) {
            if !name.name.is_empty() && names.iter().all(|known| known.name != name.name) {
                names.push(name);
            }
        }
        names
    }
}

/// Whether a host names itself in this protocol, and no other in its stead.
fn tells_names(speech: Speech) -> bool {
    matches!(speech, Speech::MulticastDns | Speech::NetbiosNames | Speech::Smb | Speech::Snmp)
}

/// Whether two services answer alike: in the same protocol, and with the same words about themselves. A status depends
/// on what was asked.
fn is_alike(one: &Service, other: &Service) -> bool {
    let is_same_request = one.asked == other.asked;
    let words = |service: &Service| -> Vec<Told> {
        let is_own_word = |told: &&Told| match told {
            Told::Status(_) => is_same_request,
            Told::Server(_) | Told::Title(_) | Told::Greeting(_) => true,
            _ => false,
        };
        service.told.iter().filter(is_own_word).cloned().collect()
    };
    one.speech == other.speech && words(one) == words(other)
}

/// Whether it speaks what anything on the way may speak, and did not name itself.
fn is_generic(service: &Service) -> bool {
    service.genuine().is_none() && matches!(service.speech, Some(Speech::Http | Speech::Tls))
}

/// Whether an application answered: what only accepts a connection may be something on the way.
pub(crate) fn says_something(service: &Service) -> bool {
    !service.told.is_empty() || service.genuine().is_some()
}
