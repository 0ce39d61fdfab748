//! What the catalogue knows, as JSON: `muster catalog --json` and `muster explain --json`.
//!
//! `catalog` comes first; then what was asked for, a line each: `product`, `known-port`, `program`, `incident`; then the
//! `contradiction`s that touch it and every `source` that was cited. Terms are those of the catalogue's files.

use std::io::{self, Write};

use muster_catalog as catalog;
use muster_catalog::{Catalog, Term as _};
use serde::Serialize;

/// One line.
#[derive(Debug, Serialize)]
#[serde(tag = "type", rename_all = "kebab-case")]
pub enum Line<'a> {
    /// What made the lines.
    Catalog(Head<'a>),
    /// A product.
    Product(Box<Product<'a>>),
    /// A port.
    KnownPort(Box<KnownPort<'a>>),
    /// A program's or service's name.
    Program(Program<'a>),
    /// A service's name in IANA's registry that has several ports.
    Service(Service<'a>),
    /// Something that happened.
    Incident(Incident<'a>),
    /// Where sources disagree.
    Contradiction(Contradiction<'a>),
    /// Where a fact is from.
    Source(Source<'a>),
}

impl Line<'_> {
    /// Writes the line with its line end.
    ///
    /// # Errors
    /// The writer's.
    pub fn write(&self, out: &mut impl Write) -> io::Result<()> {
        let mut text = serde_json::to_vec(self)?;
        text.push(b'\n');
        out.write_all(&text)
    }
}

/// What made the lines.
#[derive(Debug, Serialize)]
pub struct Head<'a> {
    /// This contract's version.
    pub schema: u32,
    /// The program's version.
    pub muster: &'a str,
}

/// Where a fact is from, and whether it is settled.
#[derive(Debug, Serialize)]
pub struct Cited<'a> {
    /// Keys of sources.
    pub source: &'a [String],
    /// Memory is all there is: not settled.
    pub recalled: bool,
}

impl<'a> Cited<'a> {
    fn new(catalog: &Catalog, source: &'a [String]) -> Self {
        Self { source, recalled: catalog.is_recalled(source) }
    }
}

/// A product.
#[derive(Debug, Serialize)]
pub struct Product<'a> {
    /// Its key.
    pub id: &'a str,
    /// The key that policies may expect for all its members.
    pub family: &'a str,
    /// Who makes it.
    pub vendor: &'a str,
    /// Its name.
    pub name: &'a str,
    /// Which versions.
    pub versions: &'a str,
    /// `agent`, `relay` or `server`.
    pub part: &'static str,
    /// `protection`, `management` or `monitoring`.
    pub purpose: &'static str,
    /// `current`, `legacy` or `end-of-life`.
    pub status: &'static str,
    /// The day its maker stopped supporting it.
    pub end_of_life: Option<String>,
    /// `low`, `medium` or `high`.
    pub confidence: &'static str,
    /// What to know about it.
    pub notes: &'a [String],
    /// Where else it shows.
    pub other_evidence: &'a [String],
    /// Where it listens.
    pub listeners: Vec<Listener<'a>>,
    /// Its programs.
    pub processes: Vec<Process<'a>>,
    /// How it is told from everything else.
    pub fingerprints: Vec<Fingerprint<'a>>,
    #[serde(flatten)]
    cited: Cited<'a>,
}

impl<'a> Product<'a> {
    /// The line of a product.
    pub fn new(catalog: &Catalog, product: &'a catalog::Product) -> Self {
        Self {
            id: product.id.as_str(),
            family: product.family.as_str(),
            vendor: &product.vendor,
            name: &product.name,
            versions: &product.versions,
            part: product.part.term(),
            purpose: product.purpose.term(),
            status: product.status.term(),
            end_of_life: product.end_of_life.map(|day| day.to_string()),
            confidence: product.confidence.term(),
            notes: &product.notes,
            other_evidence: &product.other_evidence,
            listeners: product.listeners.iter().map(|one| Listener::new(catalog, one)).collect(),
            processes: product.processes.iter().map(|one| Process::new(catalog, one)).collect(),
            fingerprints: product.fingerprints.iter().map(|one| Fingerprint::new(catalog, one)).collect(),
            cited: Cited::new(catalog, &product.source),
        }
    }
}

/// Where a product listens.
#[derive(Debug, Serialize)]
pub struct Listener<'a> {
    /// `tcp` or `udp`.
    pub protocol: &'static str,
    /// The ports; none if they differ from site to site.
    pub ports: &'a [u16],
    /// Who listens.
    pub role: &'a str,
    /// Whether every managed client listens there.
    pub is_on_every_client: bool,
    /// How the port came about.
    pub binding: &'static str,
    /// The one system it exists on.
    pub only_on: Option<&'static str>,
    /// Programs that it is not, by HTTP's `Server`.
    pub not_servers: &'a [String],
    /// `silent`, `greets`, `greets-in-its-own`, `answers` or `unknown`.
    pub manner: &'static str,
    /// The protocol that it greets or answers in.
    pub speech: Option<&'static str>,
    /// The one benign request.
    pub request: Option<&'static str>,
    /// What an open port proves: `nothing`, `hint`, `present`, `absent-if-required`.
    pub open: &'static str,
    /// What a closed one proves.
    pub closed: &'static str,
    /// What a filtered one proves.
    pub filtered: &'static str,
    /// The program behind it.
    pub process: Option<&'a str>,
    /// What to know about it.
    pub note: Option<&'a str>,
    /// `low`, `medium` or `high`.
    pub confidence: &'static str,
    #[serde(flatten)]
    cited: Cited<'a>,
}

impl<'a> Listener<'a> {
    fn new(catalog: &Catalog, listener: &'a catalog::Listener) -> Self {
        let speech = match listener.manner {
            catalog::Manner::Greets(speech) => speech,
            catalog::Manner::Answers(speech) => Some(speech),
            _ => None,
        };
        Self {
            protocol: listener.protocol.name(),
            ports: &listener.ports,
            role: &listener.role,
            is_on_every_client: listener.is_on_every_client,
            binding: listener.binding.term(),
            only_on: listener.only_on.map(catalog::Term::term),
            not_servers: &listener.not_servers,
            manner: listener.manner.term(),
            speech: speech.map(catalog::Term::term),
            request: listener.request.map(catalog::Term::term),
            open: listener.means.open.term(),
            closed: listener.means.closed.term(),
            filtered: listener.means.filtered.term(),
            process: listener.process.as_deref(),
            note: listener.note.as_deref(),
            confidence: listener.confidence.term(),
            cited: Cited::new(catalog, &listener.source),
        }
    }
}

/// A program of a product.
#[derive(Debug, Serialize)]
pub struct Process<'a> {
    /// `linux`, `macos`, `netware` or `windows`.
    pub os: &'static str,
    /// Its file's name.
    pub name: &'a str,
    /// The service that starts it.
    pub service: Option<&'a str>,
    /// What to know about it.
    pub note: Option<&'a str>,
    /// Where the service's name is from.
    pub service_source: &'a [String],
    #[serde(flatten)]
    cited: Cited<'a>,
}

impl<'a> Process<'a> {
    fn new(catalog: &Catalog, process: &'a catalog::Process) -> Self {
        Self {
            os: process.os.term(),
            name: &process.name,
            service: process.service.as_deref(),
            note: process.note.as_deref(),
            service_source: &process.service_source,
            cited: Cited::new(catalog, &process.source),
        }
    }
}

/// What a product, and no other, says.
#[derive(Debug, Serialize)]
pub struct Fingerprint<'a> {
    /// Its key.
    pub id: &'a str,
    /// Which request brings it out; null: the greeting.
    pub request: Option<&'static str>,
    /// All of these fit.
    pub matches: Vec<Match<'a>>,
    /// What the answer tells besides.
    pub tells: Vec<&'static str>,
    /// `low`, `medium` or `high`.
    pub confidence: &'static str,
    #[serde(flatten)]
    cited: Cited<'a>,
}

impl<'a> Fingerprint<'a> {
    fn new(catalog: &Catalog, print: &'a catalog::Fingerprint) -> Self {
        let condition = |item: &'a catalog::Match| Match {
            part: item.part.term(),
            comparison: item.comparison.term(),
            text: &item.text,
        };
        Self {
            id: &print.id,
            request: print.request.map(catalog::Term::term),
            matches: print.matches.iter().map(condition).collect(),
            tells: print.tells.iter().map(|tell| tell.what.term()).collect(),
            confidence: print.confidence.term(),
            cited: Cited::new(catalog, &print.source),
        }
    }
}

/// A condition on a part of an answer.
#[derive(Debug, Serialize)]
pub struct Match<'a> {
    /// Which part.
    pub part: String,
    /// `equals`, `starts-with` or `contains`.
    pub comparison: &'static str,
    /// With what.
    pub text: &'a str,
}

/// A port.
#[derive(Debug, Serialize)]
pub struct KnownPort<'a> {
    /// Its number.
    pub port: u16,
    /// `tcp`, `udp` or both.
    pub protocols: Vec<&'static str>,
    /// Names in IANA's registry, in the order of the protocols.
    pub registered: Vec<Option<&'static str>>,
    /// What else is known of its registration.
    pub registration: Vec<Note<'a>>,
    /// Who used it.
    pub users: Vec<Note<'a>>,
    /// Who is known to listen there.
    pub listeners: Vec<Owner<'a>>,
    /// What may be there, by what it does.
    pub readings: Vec<Reading<'a>>,
    /// What to run on a host.
    pub checks: Vec<Check>,
    /// What to do when something else listens.
    pub otherwise: Vec<String>,
}

impl<'a> KnownPort<'a> {
    /// What the catalogue knows of a port; checks and advice are added by whoever writes them.
    pub(crate) fn new(catalog: &'a Catalog, port: u16, protocols: &[muster_model::Protocol]) -> Self {
        let note = catalog.port_note(port);
        let notes = |notes: &'a [catalog::Note]| -> Vec<Note<'a>> {
            notes
                .iter()
                .map(|note| Note { text: &note.text, cited: Cited::new(catalog, &note.source) })
                .collect()
        };
        let readings = note.map(|note| note.readings.as_slice()).unwrap_or_default().iter();
        let owners = protocols.iter().flat_map(|&protocol| catalog.listeners(protocol, port));
        Self {
            port,
            protocols: protocols.iter().map(|protocol| protocol.name()).collect(),
            registered: protocols.iter().map(|&one| catalog::registry::service_name(port, one)).collect(),
            registration: note.map(|note| notes(&note.registration)).unwrap_or_default(),
            users: note.map(|note| notes(&note.users)).unwrap_or_default(),
            listeners: owners
                .map(|(product, listener)| Owner {
                    product: product.id.as_str(),
                    title: product.title(),
                    listener: Listener::new(catalog, listener),
                })
                .collect(),
            readings: readings
                .map(|one| Reading {
                    seen: &one.seen,
                    says: &one.says,
                    cited: Cited::new(catalog, &one.source),
                })
                .collect(),
            checks: Vec::new(),
            otherwise: Vec::new(),
        }
    }
}

/// A paragraph.
#[derive(Debug, Serialize)]
pub struct Note<'a> {
    /// What is known.
    pub text: &'a str,
    #[serde(flatten)]
    cited: Cited<'a>,
}

/// Whose listener it is.
#[derive(Debug, Serialize)]
pub struct Owner<'a> {
    /// The product's key.
    pub product: &'a str,
    /// Vendor and name.
    pub title: String,
    /// Its listener.
    pub listener: Listener<'a>,
}

/// How something seen is understood.
#[derive(Debug, Serialize)]
pub struct Reading<'a> {
    /// What is seen.
    pub seen: &'a str,
    /// What that says.
    pub says: &'a str,
    #[serde(flatten)]
    cited: Cited<'a>,
}

/// A line to run on a host.
#[derive(Clone, Debug, Serialize)]
pub struct Check {
    /// `Linux`, `macOS`, `Windows` or `PowerShell`.
    pub system: &'static str,
    /// The line.
    pub command: String,
}

/// A name that a file or a service has.
#[derive(Debug, Serialize)]
pub struct Program<'a> {
    /// The name.
    pub name: &'a str,
    /// Products that have it.
    pub owners: Vec<ProgramOf<'a>>,
    /// What to run on a host.
    pub checks: Vec<Check>,
    /// What to do when something else has the name.
    pub otherwise: Vec<String>,
}

/// A product that has a program.
#[derive(Debug, Serialize)]
pub struct ProgramOf<'a> {
    /// The product's key.
    pub product: &'a str,
    /// Vendor and name.
    pub title: String,
    /// Its program.
    pub process: Process<'a>,
}

impl<'a> ProgramOf<'a> {
    pub(crate) fn new(
        catalog: &Catalog,
        product: &'a catalog::Product,
        process: &'a catalog::Process,
    ) -> Self {
        Self { product: product.id.as_str(), title: product.title(), process: Process::new(catalog, process) }
    }
}

/// A registered name of several ports.
#[derive(Debug, Serialize)]
pub struct Service<'a> {
    /// The name.
    pub name: &'a str,
    /// TCP ports of this name.
    pub tcp: &'a [u16],
    /// UDP ports of this name.
    pub udp: &'a [u16],
}

/// Something that happened.
#[derive(Debug, Serialize)]
pub struct Incident<'a> {
    /// When, as precisely as is known.
    pub date: &'a str,
    /// Its names and numbers.
    pub name: &'a str,
    /// `tcp` or `udp`.
    pub protocol: &'static str,
    /// The ports.
    pub ports: &'a [u16],
    /// The products.
    pub products: Vec<&'a str>,
    /// What happened.
    pub summary: &'a str,
    #[serde(flatten)]
    cited: Cited<'a>,
}

impl<'a> Incident<'a> {
    pub(crate) fn new(catalog: &Catalog, incident: &'a catalog::Incident) -> Self {
        Self {
            date: &incident.date,
            name: &incident.name,
            protocol: incident.protocol.name(),
            ports: &incident.ports,
            products: incident.products.iter().map(muster_model::ProductId::as_str).collect(),
            summary: &incident.summary,
            cited: Cited::new(catalog, &incident.source),
        }
    }
}

/// Where sources disagree.
#[derive(Debug, Serialize)]
pub struct Contradiction<'a> {
    /// About what.
    pub topic: &'a str,
    /// Who says what.
    pub text: &'a str,
    /// Ports.
    pub ports: &'a [u16],
    /// Products.
    pub products: Vec<&'a str>,
    #[serde(flatten)]
    cited: Cited<'a>,
}

impl<'a> Contradiction<'a> {
    pub(crate) fn new(catalog: &Catalog, one: &'a catalog::Contradiction) -> Self {
        Self {
            topic: &one.topic,
            text: &one.text,
            ports: &one.ports,
            products: one.products.iter().map(muster_model::ProductId::as_str).collect(),
            cited: Cited::new(catalog, &one.source),
        }
    }
}

/// Where a fact is from.
#[derive(Debug, Serialize)]
pub struct Source<'a> {
    /// Its key.
    pub id: &'a str,
    /// Which kind: registry, vendor, recalled and so on.
    pub kind: &'a str,
    /// Where it can be read.
    pub reference: &'a str,
    /// What to know about it.
    pub note: Option<&'a str>,
}

impl<'a> Source<'a> {
    pub(crate) fn new(source: &'a catalog::Source) -> Self {
        let catalog::Source { id, kind, reference, note } = source;
        Self { id, kind, reference, note: note.as_deref() }
    }
}
