//! What hosts share, and the small forms in which they are held.

use std::borrow::Cow;
use std::hash::{Hash, Hasher};
use std::net::IpAddr;
use std::ops::RangeInclusive;

use muster_model::{Excerpt, Verdict};
use muster_nmap::read::{State, Status, Transport};

use super::intern::{Id, Interner};
use super::names::{NameLists, NamesId};

/// Port lists and results of all hosts of a side, or of both, each once; and their names.
#[derive(Debug, Default)]
pub(super) struct Table {
    pub(super) names: NameLists,
    pub(super) services: Interner<Service>,
    pub(super) scripts: Interner<Scripts>,
    pub(super) ports: Interner<Ports>,
    pub(super) rests: Interner<Rests>,
    pub(super) systems: Interner<Systems>,
    /// Where a list of ports is put together.
    pub(super) room: Ports,
}

impl Table {
    /// Whether two hosts are the same in all that is said of them.
    pub(super) fn are_alike(&self, one: &Host, other: &Host) -> bool {
        let other_names = self.names.names(other.names);
        *one == Host { names: one.names, ..*other } && self.names.names(one.names) == other_names
    }

    /// Takes in what another table holds, and gives the hosts that are held in that one the numbers they have here.
    pub(super) fn absorb(&mut self, other: Self, hosts: &mut [Host]) {
        let names = self.names.absorb(&other.names);
        let rests = self.rests.absorb(other.rests, |rests| rests);
        let systems = self.systems.absorb(other.systems, |systems| systems);
        let services = self.services.absorb(other.services, |service| service);
        let scripts = self.scripts.absorb(other.scripts, |scripts| scripts);
        let port = |port: Port| Port {
            service: services.of(port.service),
            scripts: scripts.of(port.scripts),
            ..port
        };
        let ports = self.ports.absorb(other.ports, |ports| ports.into_iter().map(port).collect());
        for host in hosts {
            host.names = names(host.names);
            host.rests = rests.of(host.rests);
            host.systems = systems.of(host.systems);
            host.ports = ports.of(host.ports);
            host.scripts = scripts.of(host.scripts);
        }
    }
}

/// Ports in order of transport and number.
pub(super) type Ports = Vec<Port>;

/// Results in order of their ids.
pub(super) type Scripts = Vec<Script>;

/// Counted ports, in order of their states' names.
pub(super) type Rests = Vec<Rest>;

/// What a host's operating system may be, the likeliest first.
pub(super) type Systems = Vec<Excerpt>;

/// A host in small.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Host {
    pub(super) address: IpAddr,
    pub(super) status: Status,
    pub(super) hardware: Option<[u8; 6]>,
    pub(super) timed_out: bool,
    pub(super) verdict: Option<Verdict>,
    pub(super) names: NamesId,
    pub(super) ports: Id<Ports>,
    pub(super) rests: Id<Rests>,
    pub(super) systems: Id<Systems>,
    pub(super) scripts: Id<Scripts>,
}

/// A port that is listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Port {
    pub(super) transport: Transport,
    pub(super) number: u16,
    pub(super) state: State,
    pub(super) service: Id<Service>,
    pub(super) scripts: Id<Scripts>,
}

/// What is said of a service.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Service {
    pub(super) name: Option<Excerpt>,
    pub(super) product: Option<Excerpt>,
    pub(super) version: Option<Excerpt>,
    pub(super) extra: Option<Excerpt>,
    pub(super) is_in_tls: bool,
}

/// What a script said.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Script {
    pub(super) id: Excerpt,
    pub(super) output: Excerpt,
    /// The same line by line, where it is more than one line.
    pub(super) lines: Vec<Excerpt>,
    /// Only where the output was too long to be held whole: what tells apart outputs that begin alike.
    pub(super) elements: Vec<(Excerpt, Excerpt)>,
}

/// Ports of one state that are only counted.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Rest {
    pub(super) state: State,
    pub(super) count: u32,
    /// Which they are, where that is known: in order and apart.
    pub(super) ports: Vec<(Transport, RangeInclusive<u16>)>,
}

impl Script {
    /// All that it said, as it said it.
    pub(super) fn text(&self) -> Cow<'_, str> {
        if self.lines.is_empty() {
            return self.output.as_str().into();
        }
        self.lines.iter().map(Excerpt::as_str).collect::<Vec<_>>().join("\n").into()
    }

    /// The lines of it.
    pub(super) fn lines(&self) -> &[Excerpt] {
        if self.lines.is_empty() { std::slice::from_ref(&self.output) } else { &self.lines }
    }
}

/// In two words rather than field by field: of all that is hashed there are most ports.
impl Hash for Port {
    fn hash<H: Hasher>(&self, state: &mut H) {
        let place = u32::from(self.number) << 16 | (self.transport as u32) << 8 | self.state as u32;
        state.write_u64(u64::from(self.service.number()) << 32 | u64::from(self.scripts.number()));
        state.write_u32(place);
    }
}

impl Port {
    /// What ports are in order of.
    pub(super) fn place(&self) -> Place {
        (self.transport, self.number)
    }
}

/// A transport and a port number.
pub(super) type Place = (Transport, u16);
