//! Which ports to sweep where.

use std::collections::BTreeSet;

use muster_catalog::{Catalog, Product};
use muster_engine::{AddressSet, TooManyRanges};
use muster_model::{ProductId, Protocol};

use super::{Policy, Zone};

/// Targets that are asked for the same TCP ports.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PortGroup {
    /// Which addresses; not empty, and in no other group.
    pub targets: AddressSet,
    /// The ports, in order.
    pub ports: Vec<u16>,
    /// The zones they lie in, in the order of the policy; none for addresses outside every zone.
    pub zones: Vec<String>,
}

impl Policy {
    /// Which TCP ports to sweep where: in a zone those of the products it expects and those of agents with incidents;
    /// outside every zone, and where a zone expects nothing, the catalogue's default set. Groups of equal ports are
    /// one. The decoy port is the caller's business.
    pub fn port_groups(&self, targets: &AddressSet, catalog: &Catalog) -> Vec<PortGroup> {
        let mut rest = targets.clone();
        let mut groups = Vec::new();
        for (zone, owned) in self.zones.iter().zip(self.owned()) {
            let here = targets.intersection(&owned);
            rest = rest.difference(&owned);
            let group = PortGroup {
                targets: here,
                ports: zone_ports(zone, catalog),
                zones: vec![zone.name.to_string()],
            };
            add(&mut groups, group);
        }
        add(&mut groups, PortGroup { targets: rest, ports: catalog.default_ports(), zones: Vec::new() });
        groups
    }

    /// The addresses of each zone, without those that a narrower range gives to another.
    fn owned(&self) -> Vec<AddressSet> {
        let mut owned = vec![AddressSet::empty(); self.zones.len()];
        let mut taken = AddressSet::empty();
        for &length in self.zone_ranges.lengths() {
            let mut fresh = vec![taken.clone()];
            for (zone, owned) in self.zones.iter().zip(&mut owned) {
                let networks = zone.prefixes.iter().filter(|prefix| prefix.bits() == length);
                let networks: Vec<AddressSet> = networks.map(|&network| network.into()).collect();
                if !networks.is_empty() {
                    let free = union(&networks).difference(&taken);
                    *owned = union([&*owned, &free]);
                    fresh.push(free);
                }
            }
            taken = union(&fresh);
        }
        owned
    }
}

/// Joins a group to the one that has its ports, if there is one.
fn add(groups: &mut Vec<PortGroup>, mut group: PortGroup) {
    if group.targets.is_empty() {
        return;
    }
    // Targets that are too scattered to be joined stay apart: two sweeps for one, and nothing lost.
    for other in groups.iter_mut().filter(|other| other.ports == group.ports) {
        if let Ok(joined) = other.targets.union(&group.targets) {
            other.targets = joined;
            other.zones.append(&mut group.zones);
            return;
        }
    }
    groups.push(group);
}

fn zone_ports(zone: &Zone, catalog: &Catalog) -> Vec<u16> {
    if !zone.expects_something() {
        return catalog.default_ports();
    }
    let mut ports: BTreeSet<u16> = zone.agents(catalog).flat_map(tcp_ports).collect();
    ports.extend(incident_ports(catalog));
    ports.into_iter().collect()
}

/// The TCP ports on which agents were attacked.
fn incident_ports(catalog: &Catalog) -> impl Iterator<Item = u16> {
    let is_agents = |id: &ProductId| catalog.product(id).is_some_and(Product::is_agent);
    let incidents = catalog.incidents().iter().filter(|incident| incident.protocol == Protocol::Tcp);
    incidents
        .filter(move |incident| incident.products.iter().any(is_agents))
        .flat_map(|incident| incident.ports.iter().copied())
}

fn tcp_ports(product: &Product) -> impl Iterator<Item = u16> {
    let tcp = product.listeners.iter().filter(|listener| listener.protocol == Protocol::Tcp);
    tcp.flat_map(|listener| listener.ports.iter().copied())
}

/// A policy has far fewer networks than a set can keep, so the union of some always is a set.
fn union<'a>(sets: impl IntoIterator<Item = &'a AddressSet, IntoIter: Clone>) -> AddressSet {
    AddressSet::union_all(sets).unwrap_or_else(|TooManyRanges { .. }| AddressSet::empty())
}
