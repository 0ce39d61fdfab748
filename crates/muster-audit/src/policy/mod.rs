//! What the organisation expects where: `muster.toml`.

mod error;
mod groups;
#[cfg(test)]
mod mistakes;
mod prefix_map;
mod products;
mod read;
mod table;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::net::IpAddr;

use jiff::civil::Date;
use muster_catalog::{Catalog, Product};
use muster_engine::{AddressSet, Prefix};
use muster_model::{Excerpt, HostName, NameSource, ProductId};

pub(crate) use error::nearest;
pub use error::{PolicyError, PolicyProblem};
pub use groups::PortGroup;
use prefix_map::PrefixMap;
pub use products::products_of;
pub(crate) use products::proves_absence;
pub use read::check_decoy;

/// A policy that has been read and makes sense. It is made whole by [`parse`](Self::parse) and looked at afterwards;
/// its zones and exemptions are indexed, so they are not to be changed in place.
#[derive(Clone, Debug)]
pub struct Policy {
    /// Networks and what is expected in them, in the order of the file.
    pub zones: Vec<Zone>,
    /// Hosts that need no agent, in the order of the file.
    pub exemptions: Vec<Exemption>,
    /// The addresses that may be probed; empty: the default scope.
    pub scope: Vec<Prefix>,
    /// How old things may be.
    pub freshness: Freshness,
    /// The port on which nothing is expected. `None`: the file leaves it to the catalogue; 0: the file wants none.
    pub decoy: Option<u16>,
    zone_ranges: PrefixMap,
    exempt_ranges: PrefixMap,
    exempt_names: HashMap<String, Vec<usize>>,
}

impl Policy {
    /// Reads the text of a `muster.toml`.
    ///
    /// # Errors
    /// The first thing that is wrong, with its line: no TOML, an unknown key or product, a bad value, a contradiction.
    pub fn parse(text: &str, catalog: &Catalog) -> Result<Self, PolicyError> {
        read::policy(text, catalog)
    }

    /// The policy of those who have none: nothing is expected anywhere.
    pub fn none() -> Self {
        Self {
            zones: Vec::new(),
            exemptions: Vec::new(),
            scope: Vec::new(),
            freshness: Freshness::default(),
            decoy: None,
            zone_ranges: PrefixMap::default(),
            exempt_ranges: PrefixMap::default(),
            exempt_names: HashMap::new(),
        }
    }

    /// Whether it says nothing about any host.
    pub fn is_none(&self) -> bool {
        self.zones.is_empty() && self.exemptions.is_empty()
    }

    /// The zone an address lies in: the one with the narrowest range around it.
    pub fn zone_of(&self, address: IpAddr) -> Option<&Zone> {
        self.zone_ranges.around(address).next().map(|place| &self.zones[place])
    }

    /// The zone of that name.
    pub fn zone_named(&self, name: &str) -> Option<&Zone> {
        self.zones.iter().find(|zone| zone.name.as_str() == name)
    }

    /// The entries of the register of exemptions about a host, whether in force or run out. By name only where the
    /// name is not the host's own word: nothing on a host may exempt it.
    pub(crate) fn exemptions_of<'a>(
        &'a self,
        address: IpAddr,
        names: &'a [HostName],
    ) -> impl Iterator<Item = &'a Exemption> {
        let names = names.iter().filter(|name| !matches!(name.source, NameSource::Agent | NameSource::Host));
        let by_name = names.flat_map(|name| self.exempt_by_name(name.name.as_str()));
        self.exempt_ranges.around(address).chain(by_name).map(|place| &self.exemptions[place])
    }

    /// By the whole name, or by its first label where the register has no more.
    fn exempt_by_name(&self, name: &str) -> impl Iterator<Item = usize> {
        let name = name.trim_end_matches('.').to_ascii_lowercase();
        let label = name.split_once('.').map(|(label, _)| label);
        let entries = |key: &str| self.exempt_names.get(key).cloned().unwrap_or_default();
        let mut places = entries(&name);
        places.extend(label.map(entries).unwrap_or_default());
        places.into_iter()
    }
}

impl Default for Policy {
    fn default() -> Self {
        Self::none()
    }
}

/// A part of the network in which the same is expected everywhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Zone {
    /// Its name; no other zone has it.
    pub name: Excerpt,
    /// Where it is: equal addresses at different sites are different hosts.
    pub site: Option<Excerpt>,
    /// Its addresses; not empty. Where a narrower range lies in another zone, those addresses are the other's.
    pub ranges: AddressSet,
    /// The networks they were written as, each once.
    pub prefixes: Vec<Prefix>,
    /// Products and families of which every host must have one, as written. Empty: nothing is expected.
    pub products: Vec<ProductId>,
    /// What a closed port means.
    pub listener: ListenerPolicy,
    /// The agents that `products` stands for, in order of key.
    agents: Vec<ProductId>,
}

impl Zone {
    /// Whether any product is expected in it.
    pub fn expects_something(&self) -> bool {
        !self.agents.is_empty()
    }

    /// Whether the product, or another of its family, is expected: members of a family protect for each other.
    pub fn expects(&self, product: &Product, catalog: &Catalog) -> bool {
        self.agents(catalog).any(|agent| agent.family == product.family)
    }

    /// Whether the product itself is what is expected.
    pub fn names(&self, product: &Product) -> bool {
        self.agents.binary_search(&product.id).is_ok()
    }

    /// The agents that are expected, in order of key.
    pub fn agents<'a>(&'a self, catalog: &'a Catalog) -> impl Iterator<Item = &'a Product> + Clone {
        self.agents.iter().filter_map(|id| catalog.product(id))
    }
}

/// What a closed port of an expected agent means.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ListenerPolicy {
    /// What the catalogue says: as a rule, nothing.
    #[default]
    Catalogue,
    /// That the agent is missing, where the catalogue says that every managed client listens.
    Required,
}

/// An entry of the register of hosts that need no agent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exemption {
    /// Which hosts; not empty.
    pub hosts: Vec<ExemptHost>,
    /// Why.
    pub reason: Excerpt,
    /// Who answers for it.
    pub owner: Excerpt,
    /// The last day on which it counts, in UTC.
    pub expires: Date,
}

impl Exemption {
    /// Whether it still counts.
    pub fn is_in_force(&self, today: Date) -> bool {
        today <= self.expires
    }
}

/// Hosts by address or by name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ExemptHost {
    /// These addresses.
    Range(Prefix),
    /// The host of this name, in lower case; a name without a dot fits the first label of any.
    Name(String),
}

/// How old things may be before they no longer count as fresh.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Freshness {
    /// Signatures, in days.
    pub signature_days: u32,
}

impl Default for Freshness {
    /// Two weeks: twice the week that makers' own consoles warn after.
    fn default() -> Self {
        Self { signature_days: 14 }
    }
}

/// A policy to start from, explained line by line.
pub const SAMPLE: &str = include_str!("sample.toml");
