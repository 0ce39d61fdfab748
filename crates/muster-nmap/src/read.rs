//! What scanners wrote, read back: Nmap's XML, grepable and normal output, masscan's XML, JSON and list.
//!
//! [`Reader`] takes any stream of bytes, finds out what it is, and gives what it tells piece by piece: for each run that was
//! written to it its [`Head`], then hosts as they come; at last one [`Tail`]. Memory holds one host at a time, so the size of a file does not matter. A file that
//! breaks off gives everything before the break and a [`Tail`] that says so: half a scan is half an answer, not none.
//!
//! Nothing is fetched, no entity is resolved, and whatever is foreign comes as [`Excerpt`].
//!
//! - One address may come more than once: masscan writes a record a port, in any order, and runs may be appended to a file.
//!   Whoever reads joins them. A head is that of the hosts up to the next head; the tail adds all runs up, and is
//!   complete only if all are.
//! - A host whose end the file does not show is left out, since it may be half written. Where another run begins in the
//!   midst of a line in which a host's own words may stand, the host may have said that: it is told as one that was given
//!   up, and the run's head tells nothing.
//! - `unfiltered` and `closed|filtered` leave open whether something listens, and muster speaks neither SCTP nor bare IP:
//!   nothing can be judged by such ports, nor by what a scanner takes a host's system to be. XML tells of them all the same,
//!   apart from the rest ([`Unjudged`]); from the other forms they are left out. Replies for which muster has no word (of
//!   SCTP, of other protocols) are, as reasons for a host to be up, an echo's.
//! - Dates without a zone, as the line forms have them, are those of the zone that the reader is told. XML and masscan count
//!   seconds and are exact.
//! - gzip and zstd are taken off; zeros behind gzip are padding, anything else there is damage. UTF-16 is decoded, and
//!   Latin-1 where XML says so; other bytes that are no UTF-8 come as `\xff`.

mod error;
mod grepable;
mod json;
mod lines;
mod making;
mod masscan;
mod masscan_json;
mod normal;
mod reader;
mod sniff;
mod source;
mod text;
mod unjudged;
mod unpack;
mod words;
mod xml;
mod zstd;

use std::fmt;
use std::net::IpAddr;
use std::ops::RangeInclusive;
use std::time::Duration;

use jiff::Timestamp;
use muster_model::{Excerpt, PortState, Protocol, Reason};

pub use error::ReadError;
pub use reader::Reader;
pub use unjudged::{OtherPort, OtherRest, State, Transport, Unjudged};

/// A piece of a file, in the order of the file: of each run its head and any number of hosts, then one tail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// What the file says of a run. Of one without a head of its own (a list of hosts) nothing is said but the form.
    Head(Box<Head>),
    /// One host.
    Host(Box<Host>),
    /// How all of it ended.
    Tail(Box<Tail>),
}

/// What the file says of a run before it names hosts. What it does not say is empty or `None`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// The form of the file.
    pub form: Form,
    /// Who wrote it: `nmap`, `masscan`, `muster`, as the file has it.
    pub scanner: Excerpt,
    /// The program's version.
    pub version: Option<Excerpt>,
    /// The command line.
    pub arguments: Option<Excerpt>,
    /// The same as it is written, up to [`LONGEST_COMMAND`] bytes: to be read, never to be shown.
    pub command: String,
    /// When it began.
    pub start: Option<Timestamp>,
    /// What was asked of every host.
    pub asked: Vec<Asked>,
    /// Whether something was asked by transports that muster does not speak (SCTP, bare IP): `asked` is not all of it.
    pub asked_otherwise: bool,
    /// Whether hosts that are down are in the file too (Nmap's `-v`).
    pub lists_down: bool,
    /// What scripts said before the first host.
    pub scripts: Vec<Script>,
}

/// How much of a command line is kept, in bytes.
pub const LONGEST_COMMAND: usize = 64 * 1024;

/// The forms of file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Form {
    /// Nmap's `-oX`, and muster's.
    Xml,
    /// Nmap's `-oG`.
    Grepable,
    /// Nmap's `-oN`.
    Normal,
    /// masscan's `-oX`.
    MasscanXml,
    /// masscan's `-oJ`.
    MasscanJson,
    /// masscan's `-oL`.
    MasscanList,
}

/// Ports of which every living host was asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// How, in Nmap's word: `syn`, `connect`, `udp`.
    pub kind: Excerpt,
    /// The transport.
    pub protocol: Protocol,
    /// The ports, ascending and apart.
    pub ports: Vec<RangeInclusive<u16>>,
}

/// One host of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Host {
    /// Its address.
    pub address: IpAddr,
    /// The hardware address.
    pub hardware: Option<[u8; 6]>,
    /// Names of it, and who gave them.
    pub names: Vec<(Excerpt, NameKind)>,
    /// Whether it was up.
    pub status: Status,
    /// Why it was said to be up or down, if the file says so in a word that is known.
    pub reason: Option<Reason>,
    /// The time-to-live of the reply behind the reason; 0 if not known.
    pub reason_ttl: u8,
    /// Ports that are listed one by one, by transport and number.
    pub ports: Vec<Port>,
    /// Ports of one state that are only counted.
    pub rest: Vec<Rest>,
    /// What scripts and muster itself say of the host.
    pub scripts: Vec<Script>,
    /// What else is said, that can be shown and not judged by.
    pub unjudged: Unjudged,
    /// Whether it was given up.
    pub timed_out: bool,
    /// When work on it began and ended, as far as the file says.
    pub times: (Option<Timestamp>, Option<Timestamp>),
}

/// Who gave a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum NameKind {
    /// The user typed it.
    User,
    /// A PTR record.
    Reverse,
}

/// Whether a host was up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Status {
    /// It was, or was taken to be.
    Up,
    /// It was not.
    Down,
    /// The file does not say, or says that it was not looked at.
    Unknown,
}

/// One port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Port {
    /// The transport.
    pub protocol: Protocol,
    /// The number.
    pub number: u16,
    /// The state.
    pub state: PortState,
    /// Why, if the file says so in a word that is known.
    pub reason: Option<Reason>,
    /// The time-to-live of the reply; 0 if not known.
    pub reason_ttl: u8,
    /// Who sent the reply, if not the host.
    pub reason_from: Option<IpAddr>,
    /// What is said of the service.
    pub service: Option<Service>,
    /// What scripts say.
    pub scripts: Vec<Script>,
    /// When it was seen, where the file says so for each port (masscan).
    pub at: Option<Timestamp>,
}

/// What a file says of a service: Nmap's words.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Service {
    /// Its name.
    pub name: Option<Excerpt>,
    /// The product.
    pub product: Option<Excerpt>,
    /// Its version.
    pub version: Option<Excerpt>,
    /// More.
    pub extra: Option<Excerpt>,
    /// Whether it was spoken to through TLS.
    pub is_in_tls: bool,
    /// Whether it was asked, and not only looked up by its port.
    pub is_probed: bool,
    /// What it said, where the scanner kept that (masscan's banners).
    pub banner: Option<Excerpt>,
}

/// Ports of one state that are only counted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rest {
    /// Their state.
    pub state: PortState,
    /// How many.
    pub count: u32,
    /// Their reasons, how many have each, and which they are, where the file says so.
    pub reasons: Vec<RestReason>,
}

/// Ports of one state and reason that are only counted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RestReason {
    /// Why, if the word is known.
    pub reason: Option<Reason>,
    /// How many.
    pub count: u32,
    /// Which, ascending; empty where the file does not say.
    pub ports: Vec<(Protocol, RangeInclusive<u16>)>,
}

/// What a script said, or muster in a script's place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Script {
    /// Which.
    pub id: Excerpt,
    /// What it said.
    pub output: Excerpt,
    /// The same line by line, where it is more than one line; Nmap begins such a text with an empty one.
    pub lines: Vec<Excerpt>,
    /// The same by keys, those of the first level.
    pub elements: Vec<(Excerpt, Excerpt)>,
}

/// How a scan ended.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tail {
    /// When.
    pub end: Option<Timestamp>,
    /// How long it took.
    pub elapsed: Option<Duration>,
    /// Addresses that were up.
    pub up: Option<u64>,
    /// All addresses.
    pub total: Option<u64>,
    /// What scripts said behind the last host, of all runs.
    pub scripts: Vec<Script>,
    /// Whether it came to its end, and if not what is known of it.
    pub ending: Ending,
}

/// Whether a file is whole.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Ending {
    /// The scan came to its end.
    #[default]
    Complete,
    /// The scan was stopped, and says so in these words.
    Stopped(Excerpt),
    /// The file breaks off after this line (from 1).
    BrokenOff {
        /// The last line that was read.
        line: u64,
    },
}

impl fmt::Display for Form {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Xml => "Nmap's XML",
            Self::Grepable => "grepable output",
            Self::Normal => "normal output",
            Self::MasscanXml => "masscan's XML",
            Self::MasscanJson => "masscan's JSON",
            Self::MasscanList => "masscan's list",
        })
    }
}

#[cfg(test)]
mod tests;
