//! Opening the network: from targets and options to roads, links and neighbours.

use std::hash::{BuildHasher, RandomState};
use std::io;
use std::net::IpAddr;
use std::ops::RangeInclusive;
use std::time::Duration;

use muster_engine::{
    AddressSet, Departure, Drops, Forge, ForgeSettings, Framing, NetworkError, ProbeKind, TooManyRanges,
};
use muster_model::Instant;
use muster_platform::link::{Filter, LinkOptions};
use muster_platform::{Device, DeviceKind, Unreachable, Wanted, Way};

use super::error::RawError;
use super::lane::Lane;
use super::machine::Machine;
use super::neighbors::Neighbors;
use super::options::RawOptions;
use super::roads::{Barrier, Exit, Hop, Road, Roads, Why};
use super::sent::SentTimes;
use super::transmit::Offered;
use super::ways::Ways;
use super::{Clock, Here, Raw};

/// The time-to-live of most systems.
const TTL: u8 = 64;
/// Gateways are asked so often when the network is opened, and waited for so long each time.
const TRIES: usize = 3;
const TRY: Duration = Duration::from_millis(330);
/// Memory for what arrives: some fifty thousand answers, all interfaces together.
const RING_BYTES: usize = 8 << 20;
const LEAST_RING_BYTES: usize = 1 << 20;

impl Raw {
    pub(super) fn open_on(
        mut machine: Box<dyn Machine>,
        targets: &AddressSet,
        options: RawOptions,
    ) -> Result<Self, RawError> {
        let clock = Clock::start();
        let survey = Survey::of(machine.as_mut(), &options)?;
        let ways = survey.ways(machine.as_mut(), targets)?;
        let ports = options.source_port.map_or_else(|| machine.quiet_ports(), |port| port..=port);
        let forge = forge(&options, &ports);
        let outfit = Outfit::for_ways(&survey, &ways)?;
        let link_options = LinkOptions {
            filter: Filter { ports, icmp: true, arp: true },
            sender: options.sender,
            ring_bytes: (RING_BYTES / outfit.devices.len().max(1)).max(LEAST_RING_BYTES),
        };
        let longest = ProbeKind::ALL.map(|kind| forge.longest(kind)).into_iter().max().unwrap_or(0);
        let mut lanes = Vec::new();
        for device in outfit.devices {
            let link = machine.open_link(&device, &link_options)?;
            lanes.push(Lane::new(device, link, longest));
        }
        let needs_connect = outfit.meanings.iter().any(|road| matches!(road, Road::Connect(_)));
        let here = needs_connect.then(|| Here::open(clock)).transpose().map_err(RawError::Connect)?;
        let mut raw = Self {
            clock,
            machine,
            forge,
            roads: roads(ways, outfit.meanings, targets)?,
            departures: outfit.departures,
            lanes,
            down: outfit.down,
            here,
            neighbors: outfit.neighbors,
            neighbors_read: None,
            times: SentTimes::new(),
            taps: options.taps,
            settled: Vec::new(),
            offered: Offered::default(),
            lost: Drops::default(),
            drops_read: Instant::START,
        };
        raw.find_gateways().map_err(RawError::Gateways)?;
        Ok(raw)
    }

    /// The kernel knows most gateways; the others are asked, all at the same time.
    fn find_gateways(&mut self) -> Result<(), NetworkError> {
        self.read_neighbors();
        let mut ignored = Vec::new();
        for _ in 0..TRIES {
            for number in self.neighbors.silent_gateways() {
                self.ask_gateway(number)?;
            }
            self.flush_all()?;
            let until = self.clock.now() + TRY;
            while !self.neighbors.silent_gateways().is_empty() && self.clock.now() < until {
                self.wait(until, &mut ignored)?;
                self.collect(&mut ignored)?;
                ignored.clear();
            }
        }
        Ok(())
    }
}

/// What this machine has, and what of it is wanted.
struct Survey {
    devices: Vec<Device>,
    addresses: Vec<(String, IpAddr)>,
    wanted: Wanted,
}

impl Survey {
    fn of(machine: &mut dyn Machine, options: &RawOptions) -> Result<Self, RawError> {
        let failed = |what| move |source| RawError::Kernel { what, source };
        let devices = machine.devices().map_err(failed("interfaces"))?;
        let addresses = machine.addresses().map_err(failed("addresses"))?;
        if let Some(source) = options.source.filter(|wanted| !addresses.iter().any(|(_, own)| own == wanted))
        {
            return Err(RawError::ForeignSource(source));
        }
        let device = options.device.as_deref().map(|name| find(&devices, name)).transpose()?;
        Ok(Self { devices, addresses, wanted: Wanted { source: options.source, device } })
    }

    /// The ways of the targets. A wanted source counts for the targets of its family.
    fn ways(&self, machine: &mut dyn Machine, targets: &AddressSet) -> Result<Ways, RawError> {
        let failed = |source| RawError::Kernel { what: "routes", source };
        let prefixes = machine.prefixes().map_err(failed)?;
        let mut ask = |address: IpAddr| {
            let source = self.wanted.source.filter(|source| source.is_ipv4() == address.is_ipv4());
            machine.way_to(address, &Wanted { source, ..self.wanted })
        };
        Ways::plan(targets, &prefixes, &mut ask).map_err(failed)
    }

    fn device(&self, index: u32) -> Result<&Device, RawError> {
        let gone = || RawError::Kernel { what: "interfaces", source: io::ErrorKind::NotFound.into() };
        self.devices.iter().find(|device| device.index == index).ok_or_else(gone)
    }

    /// An address of ours on the link that is of the family of `like`.
    fn address_like(&self, device: &Device, like: IpAddr) -> Option<IpAddr> {
        let on_link = self.addresses.iter().filter(|(name, _)| *name == device.name);
        on_link.map(|(_, address)| *address).find(|address| address.is_ipv4() == like.is_ipv4())
    }
}

/// What the ways need.
#[derive(Default)]
struct Outfit {
    /// A lane for each of these.
    devices: Vec<Device>,
    departures: Vec<Departure>,
    neighbors: Neighbors,
    /// Names of interfaces on the way that are down.
    down: Vec<String>,
    /// By the numbers of the ways.
    meanings: Vec<Road>,
}

impl Outfit {
    fn for_ways(survey: &Survey, ways: &Ways) -> Result<Self, RawError> {
        let mut outfit = Self::default();
        for way in ways.all() {
            let road = outfit.road(survey, way)?;
            outfit.meanings.push(road);
        }
        let is_cut_off = outfit.meanings.iter().all(|road| matches!(road, Road::Nowhere(_)));
        match outfit.down.first() {
            Some(name) if is_cut_off => Err(RawError::DeviceDown(name.clone())),
            _ => Ok(outfit),
        }
    }

    fn road(&mut self, survey: &Survey, way: &Way) -> Result<Road, RawError> {
        let (device, source, gateway) = match *way {
            Way::Local => return Ok(Road::Connect(Why::Own)),
            Way::Unreachable(Unreachable::Encapsulated) => return Ok(Road::Connect(Why::Encapsulated)),
            Way::Unreachable(why) => return Ok(Road::Nowhere(Barrier::Kernel(why))),
            Way::OnLink { device, source } => (survey.device(device)?, source, None),
            Way::Via { device, source, gateway } => (survey.device(device)?, source, Some(gateway)),
        };
        if !device.is_up {
            return Ok(Road::Nowhere(self.down(device)));
        }
        let framing = match device.kind {
            DeviceKind::Ethernet => Framing::Ethernet,
            DeviceKind::RawIp => Framing::RawIp,
            DeviceKind::Loopback => return Ok(Road::Connect(Why::Own)),
            DeviceKind::Other => return Err(RawError::UnknownFraming { device: device.name.clone() }),
        };
        let lane = self.lane(device);
        let departure = self.departure(framing, device, source);
        let hop = match (framing, gateway) {
            (Framing::RawIp, _) => Hop::OtherEnd,
            (Framing::Ethernet, None) => Hop::Target,
            (Framing::Ethernet, Some(gateway)) => {
                let is_alike = gateway.is_ipv4() == source.is_ipv4();
                let asks = if is_alike { Some(source) } else { survey.address_like(device, gateway) };
                let asks = asks.map(|source| self.departure(framing, device, source));
                Hop::Gateway(self.neighbors.gateway(device.index, gateway, asks))
            }
        };
        Ok(Road::Out(Exit { lane, departure, hop }))
    }

    /// One interface that is down does not keep the others from being swept by.
    fn down(&mut self, device: &Device) -> Barrier {
        let known = self.down.iter().position(|name| *name == device.name);
        Barrier::Down(known.unwrap_or_else(|| {
            self.down.push(device.name.clone());
            self.down.len() - 1
        }))
    }

    fn lane(&mut self, device: &Device) -> usize {
        let known = self.devices.iter().position(|known| known.index == device.index);
        known.unwrap_or_else(|| {
            self.devices.push(device.clone());
            self.devices.len() - 1
        })
    }

    fn departure(&mut self, framing: Framing, device: &Device, source: IpAddr) -> usize {
        let departure = Departure { framing, hardware: device.hardware.unwrap_or_default(), source };
        let known = self.departures.iter().position(|known| *known == departure);
        known.unwrap_or_else(|| {
            self.departures.push(departure);
            self.departures.len() - 1
        })
    }
}

/// Which targets share a link with us, and which cannot be reached, is read from the roads once.
fn roads(ways: Ways, meanings: Vec<Road>, targets: &AddressSet) -> Result<Roads, TooManyRanges> {
    let is_on_link = |road: &Road| matches!(road, Road::Out(Exit { hop: Hop::Target, .. }));
    let on_link = ways.targets(targets, |number| is_on_link(&meanings[number]))?;
    let mut unreachable = Vec::new();
    for (number, road) in meanings.iter().enumerate() {
        if let Road::Nowhere(why) = road {
            unreachable.push((*why, ways.targets(targets, |other| other == number)?));
        }
    }
    Ok(Roads::new(ways, meanings, on_link, unreachable))
}

fn find(devices: &[Device], name: &str) -> Result<u32, RawError> {
    let known = || devices.iter().map(|device| device.name.clone()).collect();
    let found = devices.iter().find(|device| device.name == name);
    let device = found.ok_or_else(|| RawError::NoSuchDevice { name: name.to_owned(), known: known() })?;
    if device.is_up { Ok(device.index) } else { Err(RawError::DeviceDown(name.to_owned())) }
}

fn forge(options: &RawOptions, ports: &RangeInclusive<u16>) -> Forge {
    let settings = ForgeSettings {
        source_ports: ports.clone(),
        ttl: options.ttl.unwrap_or(TTL),
        payloads: options.payloads.clone(),
        udp_empty: options.udp_empty,
    };
    Forge::new(key(), settings)
}

/// A key that nobody can guess: the standard library's own, from the system's random numbers, hashed so that it stays
/// unknown.
fn key() -> [u8; 16] {
    let random = RandomState::new();
    let halves = [1_u8, 2].map(|half| random.hash_one(half));
    (u128::from(halves[0]) << 64 | u128::from(halves[1])).to_ne_bytes()
}
