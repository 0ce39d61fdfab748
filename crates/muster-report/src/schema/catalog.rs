//! What the catalogue knows, as JSON: `muster catalog --json` and `muster explain --json`.
//!
//! `catalog` comes first; then what was asked for, a line each: `product`, `known-port`, `program`, `incident`; then the
//! `contradiction`s that touch it and every `source` that was cited. Terms are those of the catalogue's files.

mod port;
mod product;

use std::io::{self, Write};

use muster_catalog as catalog;
use muster_catalog::Catalog;
use serde::Serialize;

pub use self::port::{Check, KnownPort, Note, Owner, Reading};
pub use self::product::{Fingerprint, Listener, Match, Process, Product};

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
