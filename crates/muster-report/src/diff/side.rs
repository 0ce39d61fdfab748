//! One of the two scans that are compared.

use jiff::Timestamp;
use muster_catalog::Catalog;
use muster_model::{AddressRange, Excerpt, Run, RunId, RunOutcome};
use muster_nmap::read::{Ending, Form, Head, Piece};

use super::missing::{Absence, Missing};
use super::pack::{as_read, sorted};
use super::table::{Host, Scripts, Table};
use crate::nmap::host;

/// One of the two scans: who made it, and every host of it.
#[derive(Debug)]
pub struct Side {
    /// Where it is from.
    pub origin: Origin,
    /// By address, each once.
    pub(super) hosts: Vec<Host>,
    /// What its hosts share.
    pub(super) table: Table,
    /// What it means that it does not have a host.
    pub(super) absence: Absence,
    /// What it means that it does not have a port of a host that it has.
    pub(super) missing: Missing,
    pub(super) is_run: bool,
    /// Whether it tells of what muster does not judge by.
    pub(super) tells_all: bool,
    /// What scripts said of no host, before the first one and behind the last.
    pub(super) scripts: [Scripts; 2],
}

/// Where a side is from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Origin {
    /// What the user calls it: a file's name, `run 3`.
    pub source: Excerpt,
    /// Who made it.
    pub scanner: Excerpt,
    /// The program's version.
    pub version: Option<Excerpt>,
    /// The command line.
    pub arguments: Option<Excerpt>,
    /// When it began.
    pub start: Option<Timestamp>,
    /// Why it is not whole; `None`: it is.
    pub partial: Option<String>,
}

impl Side {
    /// The side that a reader of a file gives.
    ///
    /// # Errors
    /// The reader's first.
    pub fn of_pieces<E>(source: &str, pieces: impl IntoIterator<Item = Result<Piece, E>>) -> Result<Self, E> {
        let mut side = Self::new(Excerpt::of(source));
        let mut writers = Writers::default();
        // A file without a tail was given up by whoever gives the pieces.
        side.origin.partial = Some("it has no end".to_owned());
        let mut said = [Vec::new(), Vec::new()];
        for piece in pieces {
            match piece? {
                Piece::Head(mut head) => {
                    said[0].append(&mut head.scripts);
                    side.head(*head, &mut writers);
                }
                Piece::Host(host) => {
                    let host = side.table.host(*host);
                    side.hosts.push(host);
                }
                Piece::Tail(mut tail) => {
                    said[1].append(&mut tail.scripts);
                    side.origin.partial = shortcoming(&tail.ending);
                }
            }
        }
        side.scripts = said.map(sorted);
        side.settle();
        let is_whole = side.origin.partial.is_none();
        (side.absence, side.missing) = match (is_whole, writers) {
            (true, Writers { masscan: true, .. }) => (side.absence_of_answers(), Missing::NotOpen),
            (true, _) => (Absence::Gone, Missing::Gone),
            // Nmap writes a host when it is done with it.
            (false, Writers { nmap: true, masscan: false, others: false }) => {
                (Absence::Nothing, Missing::Gone)
            }
            (false, _) => (Absence::Nothing, Missing::Unknown),
        };
        Ok(side)
    }

    /// The side that a run is. Addresses that it never asked say nothing, as do those behind a device that answers for all.
    /// A run that was made of files knows of no address that they do not have: it says what they say.
    pub fn of_run(id: RunId, run: &Run) -> Self {
        let header = &run.header;
        let mut side = Self::new(Excerpt::of(&format!("run {id}")));
        side.is_run = true;
        side.origin.scanner = Excerpt::of("muster");
        side.origin.version = Some(Excerpt::of(&header.version));
        side.origin.arguments = Some(Excerpt::of(&header.arguments));
        side.origin.start = Some(header.start);
        let table = &mut side.table;
        // Only the titles of products are from the catalogue: one that it does not have is shown by its key.
        side.hosts = run
            .hosts
            .iter()
            .map(|one| table.host(as_read(host(Catalog::builtin(), one, header.start))))
            .collect();
        let is_of_files = run.sweeps.is_empty();
        (side.absence, side.missing) = match &run.outcome {
            RunOutcome::Complete if is_of_files => {
                let (targets, phantom) = (None, run.phantom.clone());
                (Absence::GoneInFiles { targets, phantom }, Missing::Gone)
            }
            RunOutcome::Complete => (Absence::GoneIn(run.silent.clone()), Missing::Gone),
            RunOutcome::Partial(why) => {
                side.origin.partial = Some(format!("it was stopped: {why}"));
                (Absence::Nothing, Missing::Unknown)
            }
        };
        side.settle();
        side
    }

    /// The side of a run that was made of a file of this program's.
    #[must_use]
    pub fn made_by(mut self, scanner: &str, version: Option<&str>) -> Self {
        self.origin.scanner = Excerpt::of(scanner);
        self.origin.version = version.map(Excerpt::of);
        self
    }

    /// The side of a run of files of which only hosts in these ranges, which are in order, were judged.
    #[must_use]
    pub fn narrowed_to(mut self, ranges: Vec<AddressRange>) -> Self {
        if let Absence::GoneInFiles { targets, .. } = &mut self.absence {
            *targets = Some(ranges);
        }
        self
    }

    /// Whose words for services and software it has: those of a run are muster's, whoever wrote the file it was made of.
    pub(super) fn vocabulary(&self) -> &str {
        if self.is_run { "muster" } else { self.origin.scanner.as_str() }
    }

    fn new(source: Excerpt) -> Self {
        let origin = Origin { source, ..Origin::default() };
        Self {
            origin,
            hosts: Vec::new(),
            table: Table::default(),
            absence: Absence::Nothing,
            missing: Missing::Unknown,
            is_run: false,
            tells_all: false,
            scripts: [Vec::new(), Vec::new()],
        }
    }

    /// Of several runs in a file, the first says where it is from.
    fn head(&mut self, head: Head, writers: &mut Writers) {
        let is_first = *writers == Writers::default();
        writers.add(&head);
        if !is_first {
            return;
        }
        self.tells_all = head.form == Form::Xml;
        let Origin { source, partial, .. } = std::mem::take(&mut self.origin);
        self.origin = Origin {
            source,
            partial,
            scanner: if head.scanner.is_empty() { Excerpt::of(writer(head.form)) } else { head.scanner },
            version: head.version,
            arguments: head.arguments,
            start: head.start,
        };
    }

    /// What it means to be missing where answers alone are listed: that no port is open, or that nobody answered a ping, if
    /// the file shows that there were any.
    fn absence_of_answers(&self) -> Absence {
        let is_without_port = |host: &Host| !self.table.has_open_port(host);
        if self.hosts.iter().any(is_without_port) { Absence::Gone } else { Absence::NothingOpen }
    }

    /// Hosts in order of address, each once.
    fn settle(&mut self) {
        if !self.hosts.is_sorted_by(|one, next| one.address < next.address) {
            self.hosts.sort_by_key(|host| host.address);
            let entries = std::mem::take(&mut self.hosts);
            let entries = entries.chunk_by(|one, next| one.address == next.address);
            self.hosts = entries.map(|entries| self.table.joined(entries)).collect();
        }
        self.hosts.shrink_to_fit();
    }
}

/// Who wrote the runs of a file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Writers {
    nmap: bool,
    masscan: bool,
    others: bool,
}

impl Writers {
    fn add(&mut self, head: &Head) {
        let is_masscan = writer(head.form) == "masscan" || head.scanner.as_str() == "masscan";
        let is_nmap = head.scanner.is_empty() || head.scanner.as_str() == "nmap";
        match (is_masscan, is_nmap) {
            (true, _) => self.masscan = true,
            (false, true) => self.nmap = true,
            (false, false) => self.others = true,
        }
    }
}

/// Why a file is not whole.
fn shortcoming(ending: &Ending) -> Option<String> {
    match ending {
        Ending::Complete => None,
        Ending::Stopped(why) => Some(format!("the scan was stopped: {why}")),
        Ending::BrokenOff { line } => Some(format!("it breaks off after line {line}")),
    }
}

/// Who writes files of a form that do not say it.
fn writer(form: Form) -> &'static str {
    match form {
        Form::MasscanXml | Form::MasscanJson | Form::MasscanList => "masscan",
        _ => "nmap",
    }
}
