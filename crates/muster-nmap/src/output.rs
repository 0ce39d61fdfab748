//! What a scan found, written as Nmap 7.93 writes it: normal, grepable and XML output.
//!
//! A [`Format`] gets the facts of the run, then each host in the order they are to appear, then how it ended. The
//! formats share the rules of what is shown: hosts by [`Host`], ports in `ignored`. Where Nmap's files say `Nmap`, ours
//! say the program that ran. Left out are Nmap's remarks about itself (data files read, advice).
//!
//! Who answers in a host's stead is told as Nmap tells what a script found: the reason `script-set`, the script
//! [`PHANTOM_SCRIPT`].
//!
//! Names that came from the network are foreign bytes; control characters and line ends never reach an output.

mod file_name;
mod grepable;
mod ignored;
mod normal;
mod table;
mod task;
mod text;
mod xml;

use std::io;
use std::net::IpAddr;
use std::ops::RangeInclusive;
use std::time::Duration;

use jiff::Zoned;
use muster_model::{PortState, Protocol, Reason};

pub use file_name::file_name;
pub use grepable::Grepable;
pub use normal::Normal;
pub use task::{Share, Stats, Step, Task, Total};
pub use xml::Xml;

/// Writes a run in one of Nmap's formats.
///
/// Call `begin` once, `task` as the work goes on, `host` for each host, `end` once; what was written is then complete and
/// flushed, also when the run was interrupted. `host` only hands a host on to the writer, `begin`, `task` and `end` flush: of a
/// run that is killed while hosts are written, what the writer still held is lost.
pub trait Format {
    /// Writes what stands before the hosts.
    fn begin(&mut self, scan: &Scan) -> io::Result<()>;

    /// Writes one host, or nothing if the options of the scan hide it.
    fn host(&mut self, scan: &Scan, host: &Host) -> io::Result<()>;

    /// Writes and flushes a moment of the work, in the formats that have words for it.
    fn task(&mut self, _task: &Task<'_>) -> io::Result<()> {
        Ok(())
    }

    /// Writes what stands after the hosts, and flushes.
    fn end(&mut self, scan: &Scan, ending: &Ending) -> io::Result<()>;
}

/// The run: what was asked for, and the options that change what is shown.
#[derive(Clone, Debug)]
pub struct Scan {
    /// The name to sign with: `muster`, or `Nmap` where it was called so.
    pub program: String,
    /// The program's version.
    pub version: String,
    /// The command line, joined by [`quoted`](crate::options::quoted).
    pub arguments: String,
    /// When the run began. Its time zone is used for all dates.
    pub start: Zoned,
    /// What was done with the hosts.
    pub kind: ScanKind,
    /// The TCP ports that were asked for, ascending and apart.
    pub tcp: Vec<RangeInclusive<u16>>,
    /// The UDP ports (`-sU`), likewise.
    pub udp: Vec<RangeInclusive<u16>>,
    /// Whether services were asked what they are (`-sV`): there is then a column for it.
    pub asks_services: bool,
    /// How many `-v`. From 1 on hosts that are down are shown, from 2 on reasons.
    pub verbosity: u8,
    /// How many `-d`.
    pub debugging: u8,
    /// `--reason`: show why.
    pub reasons: bool,
    /// `--open`: show only ports that are or may be open, and hosts that have one.
    pub only_open: bool,
    /// The style sheet that XML output names (a path or URL), if any.
    pub stylesheet: Option<String>,
}

/// What a scan does with the hosts. UDP ports are asked by datagrams in any case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ScanKind {
    /// A connection to each TCP port (`-sT`).
    Connect,
    /// The beginning of a handshake with each TCP port (`-sS`).
    Syn,
    /// Only whether the hosts are up (`-sn`).
    Discovery,
    /// Nothing: they are listed (`-sL`).
    List,
}

/// One address and what was found there.
#[derive(Clone, Debug)]
pub struct Host {
    /// The address.
    pub address: IpAddr,
    /// Whether it answered, or is taken to be up (`-Pn`).
    pub up: bool,
    /// Who answers in its stead, in a sentence, where nothing else shows that it is there. It is then not up, and not down
    /// either, but `unknown`, by the reason `script-set`.
    pub phantom: Option<String>,
    /// Why it is said to be up or down.
    pub reason: Reason,
    /// The IP time-to-live of the reply behind the reason; 0 if not known, as always without raw frames.
    pub reason_ttl: u8,
    /// The hardware address that ARP or Neighbour Discovery taught, of a host on the same link.
    pub hardware: Option<[u8; 6]>,
    /// Who made the card with that address, where it is known.
    pub maker: Option<String>,
    /// The name that the user typed for it; `None` for an address.
    pub given_name: Option<String>,
    /// The name that its PTR record gives.
    pub reverse_name: Option<String>,
    /// The ports that were probed, in any order.
    pub ports: Vec<Port>,
    /// What is said of the host besides, each in the place of an Nmap script.
    pub scripts: Vec<Script>,
    /// How long replies took; `None` if there was none.
    pub latency: Option<Latency>,
    /// Whether it was given up after `--host-timeout`. Its ports are then not written.
    pub timed_out: bool,
    /// When work on it began, in Unix seconds.
    pub start: i64,
    /// When work on it ended, in Unix seconds.
    pub end: i64,
}

/// One port of a host.
#[derive(Clone, Debug)]
pub struct Port {
    /// The port number.
    pub number: u16,
    /// The transport.
    pub protocol: Protocol,
    /// Its state.
    pub state: PortState,
    /// Why.
    pub reason: Reason,
    /// The IP time-to-live of the reply; 0 if not known.
    pub reason_ttl: u8,
    /// Who sent the reply, if not the host itself.
    pub reason_from: Option<IpAddr>,
    /// Who answered in the host's stead, in a sentence. A port that only seemed open is then `filtered`, by the reason
    /// `script-set`; one that was refused is closed by the reset, as Nmap has it.
    pub phantom: Option<String>,
    /// What is known of the service, if anything.
    pub service: Option<Service>,
    /// What is said of the port besides, each in the place of an Nmap script.
    pub scripts: Vec<Script>,
}

/// What is known of the service at a port: Nmap's fields.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Service {
    /// Its name: that registered for the port, or what it turned out to be.
    pub name: Option<String>,
    /// The product.
    pub product: Option<String>,
    /// Its version.
    pub version: Option<String>,
    /// More.
    pub extra: Option<String>,
    /// The computer's own name, if the service told it.
    pub host_name: Option<String>,
    /// Whether it speaks through TLS.
    pub is_in_tls: bool,
    /// How it is known.
    pub method: Method,
    /// How surely, from 0 to 10.
    pub confidence: u8,
}

/// How a service is known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Method {
    /// From the number of its port.
    #[default]
    Table,
    /// It was asked.
    Probed,
}

/// A finding in the form of an Nmap script's, which ndiff and style sheets show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Script {
    /// Which: `muster-verdict`.
    pub id: String,
    /// What it says, in a line or several.
    pub output: String,
    /// The same by keys.
    pub elements: Vec<(String, String)>,
}

impl Service {
    /// The name that is registered for the port.
    pub fn registered(name: impl Into<String>) -> Self {
        Self { name: Some(name.into()), confidence: 3, ..Self::default() }
    }

    /// Whether it says nothing at all, not even a name.
    fn is_nothing(&self) -> bool {
        let facts = [&self.product, &self.version, &self.extra, &self.host_name];
        let is_nameless = self.name.as_deref().is_none_or(|name| name == NAMELESS);
        is_nameless && !self.is_in_tls && facts.iter().all(|fact| fact.is_none())
    }
}

/// What a service without a name is called.
const NAMELESS: &str = "unknown";

/// How long replies took, as TCP estimates it (RFC 6298). Written in whole microseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Latency {
    /// The smoothed round-trip time.
    pub srtt: Duration,
    /// Its variation.
    pub rttvar: Duration,
    /// The time after which a probe was taken as lost.
    pub timeout: Duration,
}

/// How the run ended.
#[derive(Clone, Debug)]
pub struct Ending {
    /// When.
    pub end: Zoned,
    /// How long it took.
    pub elapsed: Duration,
    /// The addresses that were worked on.
    pub total: u64,
    /// Those of them that are up.
    pub up: u64,
    /// Those of which only a phantom's answers are known: neither up nor down.
    pub unknown: u64,
    /// Networks where somebody answers who is not the host.
    pub phantoms: Vec<Phantom>,
    /// Whether it came to its end.
    pub outcome: Outcome,
}

/// A network where somebody answers who is not the host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Phantom {
    /// Its addresses: `10.0.7.0/24`.
    pub network: String,
    /// Who answers, and how it shows, in a sentence.
    pub evidence: String,
}

/// The name of the script by which phantoms are told.
pub const PHANTOM_SCRIPT: &str = "muster-phantom";

/// Nmap's word for a state that a script decided.
const SCRIPT_SET: &str = "script-set";

/// Whether a run came to its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It did.
    Success,
    /// It was cut short, by what; the output is partial.
    Interrupted(String),
}

impl Scan {
    fn has_ports(&self) -> bool {
        !matches!(self.kind, ScanKind::Discovery | ScanKind::List)
    }

    fn shows_reasons(&self) -> bool {
        self.reasons || self.verbosity > 1 || self.debugging > 0
    }
}

impl Host {
    /// Hosts that are down are shown with `-v` only, hosts with nothing open not with `--open`. A host that timed out
    /// is always shown, since nothing is known of its ports.
    fn is_shown(&self, scan: &Scan) -> bool {
        if scan.kind == ScanKind::List {
            return true;
        }
        if self.is_down() {
            return scan.verbosity > 0 && !scan.only_open;
        }
        let may_be_open = |port: &Port| matches!(port.state, PortState::Open | PortState::OpenFiltered);
        !scan.only_open
            || self.timed_out
            || (scan.kind == ScanKind::Discovery && self.up)
            || self.ports.iter().any(may_be_open)
    }

    /// Whether nothing at all was heard for its address.
    fn is_down(&self) -> bool {
        !self.up && self.phantom.is_none()
    }

    /// Nmap's word for it.
    fn state(&self) -> &'static str {
        match (self.up, &self.phantom) {
            (true, _) => "up",
            (false, Some(_)) => "unknown",
            (false, None) => "down",
        }
    }

    /// Nmap's word for why.
    fn why(&self) -> &'static str {
        if !self.up && self.phantom.is_some() { SCRIPT_SET } else { self.reason.name() }
    }

    /// What is said of it besides its ports: who answers in its stead, and its scripts.
    fn said(&self) -> Vec<Script> {
        let phantom = self.phantom.as_deref().filter(|_| !self.up).map(Script::phantom);
        phantom.into_iter().chain(self.scripts.clone()).collect()
    }

    /// The typed name, fit to print. An address is none.
    fn given_name(&self) -> Option<String> {
        let name = self.given_name.as_deref().filter(|name| name.parse::<IpAddr>().is_err())?;
        Some(text::name(name)).filter(|name| !name.is_empty())
    }

    /// As Nmap writes it: `02:00:00:00:00:0A`.
    fn hardware(&self) -> Option<String> {
        let pairs = self.hardware?.map(|byte| format!("{byte:02X}"));
        Some(pairs.join(":"))
    }

    /// The name from the PTR record, fit to print.
    fn reverse_name(&self) -> Option<String> {
        self.reverse_name.as_deref().map(text::name).filter(|name| !name.is_empty())
    }

    /// `name (address)`, or the address alone.
    fn title(&self) -> String {
        match self.given_name().or_else(|| self.reverse_name()) {
            Some(name) => format!("{name} ({})", self.address),
            None => self.address.to_string(),
        }
    }
}

impl Port {
    /// Nmap's word for why it is in its state.
    fn why(&self) -> &'static str {
        let is_set = self.phantom.is_some() && self.state == PortState::Filtered;
        if is_set { SCRIPT_SET } else { self.reason.name() }
    }

    /// What is said of it besides its service: who answered in the host's stead, and its scripts.
    fn said(&self) -> Vec<Script> {
        self.phantom.as_deref().map(Script::phantom).into_iter().chain(self.scripts.clone()).collect()
    }
}

impl Ending {
    /// Who answers in the stead of whole networks, a line each.
    fn said(&self) -> Option<Script> {
        let lines: String =
            self.phantoms.iter().map(|phantom| format!("\n  {}", text::line(&phantom.evidence))).collect();
        let id = PHANTOM_SCRIPT.to_owned();
        (!lines.is_empty()).then(|| Script { id, output: lines, elements: Vec::new() })
    }
}

impl Script {
    /// Who answers in a host's stead, in a line.
    fn phantom(said: &str) -> Self {
        let (id, output) = (PHANTOM_SCRIPT.to_owned(), text::line(said).into_owned());
        Self { id, output, elements: Vec::new() }
    }
}

#[cfg(test)]
mod tests;
