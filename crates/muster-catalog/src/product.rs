//! What the catalogue says of a product. Every fact names its sources.

use std::fmt;

use jiff::civil::Date;
use muster_model::{PortState, ProductId, Protocol, Request, Speech};

use crate::fingerprint::Fingerprint;

/// A product, or a role of one that listens in its own way.
#[derive(Clone, Debug)]
pub struct Product {
    /// Its key.
    pub id: ProductId,
    /// What it is a part of: policies may expect a family, and its members protect for each other. Its own key where it
    /// stands alone.
    pub family: ProductId,
    /// Who makes it.
    pub vendor: String,
    /// Its name, without the vendor's.
    pub name: String,
    /// Which versions this entry is about, in words.
    pub versions: String,
    /// What part of a product it is.
    pub part: Part,
    /// What it is there for.
    pub purpose: Purpose,
    /// Where it stands in its life.
    pub status: Status,
    /// The day its maker stopped supporting it.
    pub end_of_life: Option<Date>,
    /// The ports it listens on; none for products that only call home.
    pub listeners: Vec<Listener>,
    /// Its programs.
    pub processes: Vec<Process>,
    /// How it is told from everything else.
    pub fingerprints: Vec<Fingerprint>,
    /// What to know about it, in sentences.
    pub notes: Vec<String>,
    /// Where else it shows, since a sweep cannot see it.
    pub other_evidence: Vec<String>,
    /// How sure the entry is.
    pub confidence: Confidence,
    /// Keys of [`Source`].
    pub source: Vec<String>,
}

impl Product {
    /// Vendor and name, as in `Symantec Endpoint Protection client`.
    pub fn title(&self) -> String {
        format!("{} {}", self.vendor, self.name)
    }

    /// Whether it runs on the computers it is about, rather than serving those that do.
    pub fn is_agent(&self) -> bool {
        self.part != Part::Server
    }

    /// Whether a computer is protected by it: an agent that does more than manage or watch.
    pub fn protects(&self) -> bool {
        self.is_agent() && self.purpose == Purpose::Protection
    }

    /// The listener that a policy's `listener = "required"` can rely on: every managed client has it, on a port that is
    /// known.
    pub fn required_listener(&self) -> Option<&Listener> {
        self.listeners.iter().find(|listener| listener.is_on_every_client)
    }
}

impl fmt::Display for Product {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.title())
    }
}

/// What part of a product an entry is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// The agent on a protected computer.
    Agent,
    /// An agent that also serves others, such as an update cache.
    Relay,
    /// A console or server that protects nobody by being there.
    Server,
}

/// What a product is there for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Purpose {
    /// It keeps attackers out, or finds and stops them: antivirus, endpoint detection and response.
    #[default]
    Protection,
    /// It keeps computers as they should be: software distribution, patches, remote control, recovery of lost ones.
    Management,
    /// It says what is there or what happens, and stops nothing: vulnerability assessment, inventory, collectors.
    Monitoring,
}

impl Purpose {
    /// In a word.
    pub fn name(self) -> &'static str {
        match self {
            Self::Protection => "protection",
            Self::Management => "management",
            Self::Monitoring => "monitoring",
        }
    }
}

impl fmt::Display for Purpose {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// Where a product stands in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// Its maker supports it.
    Current,
    /// Superseded; whether it is still supported is not known.
    Legacy,
    /// Its maker no longer supports it.
    EndOfLife,
}

/// How sure a fact is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Confidence {
    /// A single weak mention, or memory.
    Low,
    /// Several independent mentions, or one technical source.
    Medium,
    /// A vendor's document or a registry.
    High,
}

/// Ports that a product listens on, all in one way.
#[derive(Clone, Debug)]
pub struct Listener {
    /// The transport.
    pub protocol: Protocol,
    /// The ports; none if they differ from site to site.
    pub ports: Vec<u16>,
    /// Who listens, in words.
    pub role: String,
    /// Whether every managed client listens there, on a default or fixed port.
    pub is_on_every_client: bool,
    /// How the port came about.
    pub binding: Binding,
    /// The one system it exists on, where a source says so.
    pub only_on: Option<Os>,
    /// What it does when somebody connects.
    pub manner: Manner,
    /// Programs that it is not: with one of these in HTTP's `Server`, what answers is something else.
    pub not_servers: Vec<String>,
    /// The one benign request it may be asked.
    pub request: Option<Request>,
    /// What the states of its port prove.
    pub means: Means,
    /// The program behind it.
    pub process: Option<String>,
    /// What to know about it.
    pub note: Option<String>,
    /// How sure all this is.
    pub confidence: Confidence,
    /// Keys of [`Source`].
    pub source: Vec<String>,
}

/// How a listener's port came about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Binding {
    /// The same everywhere.
    Fixed,
    /// The usual one.
    Default,
    /// The usual one, and administrators can change it.
    DefaultConfigurable,
    /// Only after somebody turned it on.
    OffByDefault,
    /// Drawn at installation.
    Random,
    /// Not known.
    Unknown,
}

/// What a listener does when somebody connects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Manner {
    /// It says nothing until it is asked in its own language; to anything else it stays silent, closes, or answers in a
    /// few bytes of its own.
    Silent,
    /// It speaks first, in this protocol, or in a language of its own.
    Greets(Option<Speech>),
    /// It waits for a request in this protocol, and answers.
    Answers(Speech),
    /// Not known: nothing it does proves anything against it.
    Unknown,
}

/// What the states of a port prove about the agent. Where no source says more: open is a hint, closed and filtered are
/// nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Means {
    /// Open and not identified.
    pub open: Proof,
    /// Closed, on a living computer.
    pub closed: Proof,
    /// Silent, or refused on the way.
    pub filtered: Proof,
}

impl Means {
    /// The meaning of `state`.
    pub fn of(&self, state: PortState) -> Proof {
        match state {
            PortState::Open => self.open,
            PortState::Closed => self.closed,
            PortState::Filtered | PortState::OpenFiltered => self.filtered,
        }
    }
}

/// How much a port's state proves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Proof {
    /// Nothing at all.
    Nothing,
    /// A hint that the agent is there.
    Hint,
    /// The agent is there.
    Present,
    /// The agent is absent, where the policy says that its listener is required.
    AbsentIfRequired,
}

impl fmt::Display for Proof {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Nothing => "nothing",
            Self::Hint => "a hint that it is there",
            Self::Present => "that it is there",
            Self::AbsentIfRequired => "that it is absent, where a policy requires its listener",
        })
    }
}

/// A program of a product.
#[derive(Clone, Debug)]
pub struct Process {
    /// On which system.
    pub os: Os,
    /// The program's file name.
    pub name: String,
    /// The service that starts it.
    pub service: Option<String>,
    /// What to know about it.
    pub note: Option<String>,
    /// Keys of [`Source`].
    pub source: Vec<String>,
    /// Where the service's name is from; keys of [`Source`].
    pub service_source: Vec<String>,
}

/// An operating system that agents run on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Os {
    /// Linux.
    Linux,
    /// macOS.
    Macos,
    /// Novell NetWare.
    Netware,
    /// Windows.
    Windows,
}

/// Where a fact is from.
#[derive(Clone, Debug)]
pub struct Source {
    /// Its key.
    pub id: String,
    /// Which kind: registry, vendor, github, recalled and so on.
    pub kind: String,
    /// Where it can be read.
    pub reference: String,
    /// What to know about it.
    pub note: Option<String>,
}

/// Something that happened on a port.
#[derive(Clone, Debug)]
pub struct Incident {
    /// When, as precisely as is known: `2006-12-15`, `2007-01`, `2006`.
    pub date: String,
    /// Its names, CVE and bulletin numbers.
    pub name: String,
    /// The transport of its ports.
    pub protocol: Protocol,
    /// The ports it was about; none if they differ from site to site or are not known.
    pub ports: Vec<u16>,
    /// The products it was about, as far as the catalogue has them.
    pub products: Vec<ProductId>,
    /// What happened.
    pub summary: String,
    /// Keys of [`Source`].
    pub source: Vec<String>,
}
