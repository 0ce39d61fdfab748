//! A network of frames: every probe is written by us, byte for byte, and sent by a link of the interface that the
//! kernel's routing table names for its target.
//!
//! ```text
//!  Probe ─▶ Ways (whose way?) ─▶ Road ─┬▶ a frame in a slot of the Lane ─▶ Link ─▶ …
//!                                      ├▶ Connect: this machine's own addresses
//!                                      └▶ a reply at once: no route, no neighbour
//!  Link ─▶ frame ─▶ Forge::recognize ─▶ Reply
//! ```
//! Nothing is kept of a probe but when it was sent, in a table of fixed size: what arrives is known by its cookie. Only
//! gateways and targets have a place in the table of neighbours. So nothing that others send makes memory grow.
//!
//! What it does not do: decide what is asked, or how often. Routes are read once, when the network is opened.

mod description;
mod error;
mod lane;
mod machine;
mod neighbors;
mod open;
mod options;
mod receive;
mod roads;
mod sent;
mod tap;
mod transmit;
mod ways;

#[cfg(test)]
mod tests;

use std::io;
use std::net::IpAddr;
use std::time::{Duration, SystemTime};

use muster_engine::{AddressSet, Departure, Drops, Forge, Network, NetworkError, Probe, ProbeKind, Reply};
use muster_model::Instant;

use self::lane::{Lane, SLOTS};
use self::machine::{Kernel, Machine};
use self::neighbors::Neighbors;
use self::roads::Roads;
use self::sent::SentTimes;
use crate::connect::Connect;

pub use error::RawError;
pub use options::RawOptions;
pub use tap::{Capture, Direction, Passage, Tap, Trace};

/// Frames of our own as a [`Network`]; needs the privilege to send them (`CAP_NET_RAW`) while it is opened, and none
/// later.
#[derive(Debug)]
pub struct Raw {
    clock: Clock,
    machine: Box<dyn Machine>,
    forge: Forge,
    roads: Roads,
    departures: Vec<Departure>,
    lanes: Vec<Lane>,
    /// Names of interfaces on the way that are down.
    down: Vec<String>,
    here: Option<Here>,
    neighbors: Neighbors,
    neighbors_read: Option<Instant>,
    times: SentTimes,
    taps: Vec<Box<dyn Tap>>,
    settled: Vec<Reply>,
    offered: transmit::Offered,
    lost: Drops,
    drops_read: Instant,
}

/// The network of connections for this machine's own addresses, which no frame reaches.
#[derive(Debug)]
struct Here {
    connect: Connect,
    /// How far our clock is ahead of its own.
    ahead: Duration,
    /// Something was sent since it was last looked at.
    has_news: bool,
}

/// Since when the network is open.
#[derive(Clone, Copy, Debug)]
struct Clock {
    started: std::time::Instant,
    started_at: SystemTime,
}

impl Raw {
    /// Asks the kernel for the way to every target, opens a link for each interface that is on one, and looks for the
    /// gateways, which takes a second at most. A gateway that is silent is no error: its probes come back as
    /// `host-unreach`, as from the kernel, and it is asked again from time to time.
    ///
    /// # Errors
    /// No privilege, an interface or an address that is not there, an interface that carries frames we cannot write, or
    /// a system without links.
    pub fn open(targets: &AddressSet, options: RawOptions) -> Result<Self, RawError> {
        let kernel = Kernel::open().map_err(|source| RawError::Kernel { what: "routes", source })?;
        Self::open_on(Box::new(kernel), targets, options)
    }

    /// Targets that share a link with us: they are to be asked by [`ProbeKind::Neighbor`] before anything else, and one
    /// that does not answer is down. Any other probe to a target whose hardware address is not known is not sent.
    pub fn on_link(&self) -> &AddressSet {
        self.roads.on_link()
    }

    /// Whether there is something to ask the port; without a payload there is nothing to ask a UDP port unless empty
    /// datagrams are wanted. Such a probe is not sent.
    pub fn asks(&self, kind: ProbeKind, port: u16) -> bool {
        self.forge.asks(kind, port)
    }

    /// A line for each interface that probes leave by, and for each reason why some targets cannot be reached.
    pub fn description(&self) -> Vec<String> {
        description::lines(self)
    }

    /// The hardware address of a target on a local link, learnt by ARP or Neighbour Discovery.
    pub fn hardware_of(&self, address: IpAddr) -> Option<[u8; 6]> {
        self.neighbors.hardware_of(address)
    }

    /// Ends what looks on: writes out what is held back, and gives what stopped a trace or a capture, then or earlier.
    pub fn finish_taps(&mut self) -> Vec<io::Error> {
        self.taps.drain(..).filter_map(|mut tap| tap.finish().err()).collect()
    }
}

impl Network for Raw {
    fn now(&self) -> Instant {
        self.clock.now()
    }

    fn room(&self) -> usize {
        match &self.here {
            Some(here) if self.lanes.is_empty() => here.connect.room(),
            _ => SLOTS,
        }
    }

    fn send(&mut self, probes: &[Probe]) -> Result<usize, NetworkError> {
        self.transmit(probes)
    }

    fn receive(&mut self, until: Instant, replies: &mut Vec<Reply>) -> Result<Drops, NetworkError> {
        let before = replies.len();
        replies.append(&mut self.settled);
        self.collect(replies)?;
        while replies.len() == before && self.now() < until {
            self.wait(until, replies)?;
            self.collect(replies)?;
        }
        self.read_drops()?;
        Ok(std::mem::take(&mut self.lost))
    }
}

impl Here {
    fn open(clock: Clock) -> Result<Self, NetworkError> {
        let connect = Connect::new()?;
        Ok(Self { ahead: clock.now().since(connect.now()), connect, has_news: false })
    }

    fn is_busy(&self) -> bool {
        self.connect.room() < self.connect.most_sockets()
    }

    fn send(&mut self, probe: &Probe) -> Result<usize, NetworkError> {
        self.has_news = true;
        self.connect.send(&[Probe { expires: probe.expires - self.ahead, ..*probe }])
    }

    fn receive(&mut self, until: Instant, replies: &mut Vec<Reply>) -> Result<Drops, NetworkError> {
        self.has_news = false;
        self.connect.receive(until - self.ahead, replies)
    }
}

impl Clock {
    fn start() -> Self {
        Self { started: std::time::Instant::now(), started_at: SystemTime::now() }
    }

    fn now(&self) -> Instant {
        Instant::START + self.started.elapsed()
    }

    /// The time of day at a moment of ours: it never jumps.
    fn time_of_day(&self, at: Instant) -> SystemTime {
        self.started_at + at.since_start()
    }
}

/// What went wrong with an interface in the midst of the sweep.
fn link_failed(operation: &'static str, device: &str, source: &io::Error) -> NetworkError {
    NetworkError::Io {
        operation,
        source: io::Error::new(source.kind(), format!("interface {device}: {source}")),
    }
}
