//! A port, who has it and how to look at it, in public JSON.

use muster_catalog as catalog;
use muster_catalog::Catalog;
use serde::Serialize;

use super::{Cited, Listener};

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
