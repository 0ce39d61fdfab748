//! What kind of thing a host is, when it is not a computer that carries an agent, and which system it runs.
//!
//! Signs are ports that are open together, words in what services say, words in the host's name, who made its network
//! card, and how its TCP answers. One sign makes a class a possibility, two of different kinds make it certain
//! ([`Device::is_certain`]). A genuine agent, a port that only computers have open, or a greeting of an ordinary system
//! settles the question the other way.
//!
//! | file | owns |
//! |---|---|
//! | `ports`, `words`, `names`, `maker`, `stack` | a kind of sign each |
//! | `system` | the system's family and the computer's role |
//! | `phantom` | who answers where nobody is |

mod maker;
mod names;
mod phantom;
mod ports;
mod stack;
mod system;
mod words;

use std::collections::{BTreeMap, BTreeSet};

use muster_catalog::{COMPUTER_PORTS, Catalog, DeviceSignature};
use muster_model::{
    Asset, Device, DeviceClass, DeviceSign, Endpoint, Observation, PortState, Protocol, Service, System,
    SystemFamily, Told,
};

use self::maker::Makers;
use self::names::NameWords;
pub use self::phantom::{CommonSigns, Decoys, Phantom, PhantomKind, decoy_addresses, phantoms};
use self::ports::Patterns;
use self::stack::Stacks;
use self::system::Systems;
use self::words::Words;

/// Says what hosts are. What it found out about makers and stacks it remembers, so that many hosts are soon classified.
#[derive(Debug)]
pub struct Classifier<'c> {
    patterns: Patterns<'c>,
    words: Words,
    names: NameWords<DeviceClass>,
    systems: Systems,
    makers: Makers<'c>,
    stacks: Stacks,
}

/// The signs of each class.
type Classes = BTreeMap<DeviceClass, Vec<DeviceSign>>;

impl<'c> Classifier<'c> {
    /// One that knows the catalogue's signs.
    pub fn new(catalog: &'c Catalog) -> Self {
        Self::of(catalog.devices())
    }

    fn of(signatures: &'c [DeviceSignature]) -> Self {
        Self {
            patterns: Patterns::of(signatures),
            words: Words::of(signatures),
            names: NameWords::of_signatures(signatures),
            systems: Systems::new(),
            makers: Makers::of(signatures),
            stacks: Stacks::default(),
        }
    }

    /// What a host looks like by everything that was seen of it; `None` if nothing speaks for a device, or something for
    /// a computer. What the asset already says about its class and its system does not count.
    ///
    /// Of several classes, the one with the most kinds of signs is taken, then the one with the most signs. Where that
    /// does not decide, the class is not certain: only its signs of one kind are given.
    pub fn device(&self, asset: &Asset) -> Option<Device> {
        let open = open_ports(&asset.ports);
        let is_computer = open.iter().any(|endpoint| COMPUTER_PORTS.contains(&endpoint.port));
        let is_computer = is_computer || asset.services.iter().any(greets_as_computer);
        if is_computer || asset.services.iter().any(|service| service.genuine().is_some()) {
            return None;
        }
        strongest(self.signs(asset, &open))
    }

    /// Which system the host runs, as far as that shows, see [`System::is_certain`]. `None` where nothing says so, or
    /// signs contradict each other.
    pub fn system(&self, asset: &Asset) -> Option<System> {
        let apple = self.makers.apple(asset.hardware);
        self.systems.system(asset, self.stacks.guess(&asset.ports).as_ref(), apple)
    }

    /// The signs of each class, each seen thing once.
    fn signs(&self, asset: &Asset, open: &BTreeSet<Endpoint>) -> Classes {
        let mut classes = Classes::new();
        let mut add = |class: DeviceClass, sign: DeviceSign| {
            let known = classes.entry(class).or_default();
            if !known.contains(&sign) {
                known.push(sign);
            }
        };
        self.patterns.signs(open, &mut add);
        self.words.signs(&asset.services, &mut add);
        self.names.signs(&asset.names, &mut add);
        let guess = self.stacks.guess(&asset.ports);
        if let Some((class, sign)) = guess.as_ref().and_then(stack::sign) {
            add(class, sign);
        }
        let shared = self.makers.signs(asset.hardware, &mut add);
        // A card that is in computers as well bears out another sign, unless the stack is one of Windows or macOS.
        let family = guess.map(|guess| guess.family);
        if !matches!(family, Some(SystemFamily::Windows | SystemFamily::Macos)) {
            for (class, sign) in shared {
                classes.entry(class).and_modify(|signs| signs.push(sign));
            }
        }
        classes
    }
}

/// Whether it greets as OpenSSH does on systems that people install on computers. Makers of devices build their own.
fn greets_as_computer(service: &Service) -> bool {
    service.told.iter().any(|told| {
        let Told::Greeting(text) = told else { return false };
        let text = text.as_str();
        text.contains("OpenSSH") && ORDINARY_SYSTEMS.iter().any(|system| text.contains(system))
    })
}

fn open_ports(ports: &[Observation]) -> BTreeSet<Endpoint> {
    ports.iter().filter(|port| is_open(port)).map(|port| port.endpoint).collect()
}

fn is_open(port: &Observation) -> bool {
    port.state == PortState::Open && port.endpoint.protocol == Protocol::Tcp
}

/// The class with the most kinds of signs, then the most signs.
fn strongest(classes: Classes) -> Option<Device> {
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
