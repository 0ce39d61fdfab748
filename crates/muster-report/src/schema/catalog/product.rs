//! A product, its listeners, processes and fingerprints, in public JSON.

use muster_catalog as catalog;
use muster_catalog::{Catalog, Term as _};
use serde::Serialize;

use super::Cited;

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
    pub(super) fn new(catalog: &Catalog, listener: &'a catalog::Listener) -> Self {
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
    pub(super) fn new(catalog: &Catalog, process: &'a catalog::Process) -> Self {
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
