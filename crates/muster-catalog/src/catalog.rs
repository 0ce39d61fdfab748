//! The catalogue itself: what is asked of it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use muster_model::{ProductId, Protocol};

use crate::contradiction::Contradiction;
use crate::device::{DeviceSignature, Sign};
use crate::fault::Fault;
use crate::makers::Maker;
use crate::port::PortNote;
use crate::product::{Binding, Incident, Listener, Process, Product, Proof, Source};

/// Products, incidents, device signs and where each fact is from.
#[derive(Clone, Debug, Default)]
pub struct Catalog {
    pub(crate) products: Vec<Product>,
    pub(crate) incidents: Vec<Incident>,
    pub(crate) devices: Vec<DeviceSignature>,
    pub(crate) ports: Vec<PortNote>,
    pub(crate) contradictions: Vec<Contradiction>,
    pub(crate) sources: BTreeMap<String, Source>,
}

impl Catalog {
    /// The catalogue that is compiled in.
    pub fn builtin() -> &'static Self {
        static BUILTIN: LazyLock<Catalog> = LazyLock::new(crate::read::builtin);
        &BUILTIN
    }

    /// This catalogue and what files say, given by name and text: a product with the key of one that is there takes its
    /// place, and so does what is said of a port.
    ///
    /// # Errors
    /// All that is wrong with the files, in their order and by line.
    ///
    /// ```
    /// use muster_catalog::Catalog;
    ///
    /// let faults = Catalog::builtin().with(&[("own.toml", "\nprodukt = 1\n")]).unwrap_err();
    /// assert_eq!(faults[0].to_string(), "own.toml:2: unknown key: `produkt` in the file");
    /// ```
    pub fn with(&self, files: &[(&str, &str)]) -> Result<Self, Vec<Fault>> {
        crate::read::add(self, files)
    }

    /// The files that are compiled in, by name and text, to be read by whoever writes one.
    pub fn files() -> &'static [(&'static str, &'static str)] {
        crate::read::FILES
    }

    /// Every product, in order of its key.
    pub fn products(&self) -> &[Product] {
        &self.products
    }

    /// The product of that key.
    pub fn product(&self, id: &ProductId) -> Option<&Product> {
        self.products.binary_search_by(|product| product.id.cmp(id)).ok().map(|place| &self.products[place])
    }

    /// Who is known to listen on a port, in order of the products' keys.
    pub fn listeners(&self, protocol: Protocol, port: u16) -> impl Iterator<Item = (&Product, &Listener)> {
        self.products.iter().flat_map(move |product| {
            let here =
                move |listener: &&Listener| listener.protocol == protocol && listener.ports.contains(&port);
            product.listeners.iter().filter(here).map(move |listener| (product, listener))
        })
    }

    /// Whose a program is, without regard to case.
    pub fn processes<'a>(&'a self, name: &'a str) -> impl Iterator<Item = (&'a Product, &'a Process)> {
        self.products.iter().flat_map(move |product| {
            let same = move |process: &&Process| process.name.eq_ignore_ascii_case(name);
            product.processes.iter().filter(same).map(move |process| (product, process))
        })
    }

    /// Everything that happened, in order of date.
    pub fn incidents(&self) -> &[Incident] {
        &self.incidents
    }

    /// The signs of devices.
    pub fn devices(&self) -> &[DeviceSignature] {
        &self.devices
    }

    /// Where sources disagree.
    pub fn contradictions(&self) -> &[Contradiction] {
        &self.contradictions
    }

    /// Whether memory is all that facts of these sources are from: they are not settled.
    pub fn is_recalled(&self, sources: &[String]) -> bool {
        let is_memory = |id: &String| self.source(id).is_some_and(|source| source.kind == RECALLED);
        !sources.is_empty() && sources.iter().all(is_memory)
    }

    /// The signs that a maker's cards are: of those that its name begins with, the longest words, so that `Hewlett Packard
    /// Enterprise` is no `Hewlett Packard`. A maker may be a sign for several classes.
    pub fn maker_signs(&self, maker: Maker) -> Vec<&DeviceSignature> {
        maker_signs(self.devices.iter(), maker)
    }

    /// Where a fact is from.
    pub fn source(&self, id: &str) -> Option<&Source> {
        self.sources.get(id)
    }

    /// What is to be known about a port itself, if there is more to say than who listens there.
    pub fn port_note(&self, port: u16) -> Option<&PortNote> {
        self.ports.iter().find(|note| note.port == port)
    }

    /// Every key that a policy may expect: products and families, in order.
    pub fn keys(&self) -> Vec<&str> {
        let keys = self.products.iter().flat_map(|product| [product.id.as_str(), product.family.as_str()]);
        let keys: BTreeSet<&str> = keys.collect();
        keys.into_iter().collect()
    }

    /// The products that a key of a policy stands for, in order of their keys: the product of that key, or all members
    /// of that family, servers among them. `None`: there is neither.
    pub fn expected(&self, key: &str) -> Option<Vec<&Product>> {
        let is_meant = |product: &&Product| product.id.as_str() == key || product.family.as_str() == key;
        let products: Vec<&Product> = self.products.iter().filter(is_meant).collect();
        (!products.is_empty()).then_some(products)
    }

    /// The TCP ports that an audit sweeps where no policy says what is expected, in order, each once. They are the ports
    /// of all TCP listeners of agents and relays that protect, but for those whose port is drawn at installation or not known or proves nothing when open, and
    /// the TCP ports of incidents of agents and relays. The ports of servers are not among them: half of all web servers
    /// would answer there.
    pub fn default_ports(&self) -> Vec<u16> {
        let agents = self.products.iter().filter(|product| product.protects());
        let listeners = agents.flat_map(|product| &product.listeners).filter(|listener| {
            listener.protocol == Protocol::Tcp
                && listener.means.open != Proof::Nothing
                && !matches!(listener.binding, Binding::Random | Binding::Unknown)
        });
        let is_agents = |id: &ProductId| self.product(id).is_some_and(Product::protects);
        let incidents = self
            .incidents
            .iter()
            .filter(|incident| incident.protocol == Protocol::Tcp && incident.products.iter().any(is_agents));
        let ports = listeners.flat_map(|listener| &listener.ports);
        let ports: BTreeSet<u16> =
            ports.chain(incidents.flat_map(|incident| &incident.ports)).copied().collect();
        ports.into_iter().collect()
    }
}

/// Of the signatures those that a maker's cards are, see [`Catalog::maker_signs`].
pub fn maker_signs<'c>(
    signatures: impl Iterator<Item = &'c DeviceSignature>,
    maker: Maker,
) -> Vec<&'c DeviceSignature> {
    let words = |device: &DeviceSignature| match &device.sign {
        Sign::Maker { words, .. } => words.len(),
        _ => 0,
    };
    let name = maker.name();
    let mut signs: Vec<&DeviceSignature> =
        signatures.filter(|device| device.sign.is_of_maker(&name)).collect();
    let longest = signs.iter().map(|device| words(device)).max();
    signs.retain(|device| Some(words(device)) == longest);
    signs
}

/// The kind of sources that are memory alone.
const RECALLED: &str = "recalled";

/// A TCP port on which nothing is expected anywhere: IANA has it unassigned, no system draws it for outgoing connections
/// by default (Windows XP from 1025 to 5000, FreeBSD from 10000, Linux from 32768, IANA's own range from 49152), and no
/// product of the catalogue uses it. A host that accepts a connection there accepts them everywhere.
pub const DECOY_PORT: u16 = 7239;

/// TCP ports that tell computers from devices, asked of living hosts only: remote shells and desktops, web, Windows'
/// own services, Apple's remote desktop (3283), and those that [`Sign::Ports`](crate::Sign::Ports) names. In order.
pub const SIGN_PORTS: &[u16] =
    &[22, 23, 80, 135, 443, 445, 515, 554, 631, 902, 3283, 3389, 4786, 5060, 7680, 8080, 9100, 62_078];

/// TCP ports that speak for a computer against any class of devices: Windows' RPC, its remote desktop and Apple's, and the
/// service by which Windows 10 and later share updates. In order.
pub const COMPUTER_PORTS: &[u16] = &[135, 3283, 3389, 7680];
