//! One of the two scans that are compared.

use std::cmp::Ordering;
use std::net::IpAddr;

use jiff::Timestamp;
use muster_model::{AddressRange, Excerpt, Run, RunId, RunOutcome};
use muster_nmap::read::{Ending, Form, Head, Piece};

use super::pack::as_read;
use super::table::{Host, Table};
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
    absence: Absence,
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

/// What it means that a side does not have a host.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Absence {
    /// It was not there.
    Gone,
    /// Nothing.
    Nothing,
    /// It was not there if it lies in one of these ranges, which are in order; outside of them it was not asked.
    GoneIn(Vec<AddressRange>),
}

impl Side {
    /// The side that a reader of a file gives.
    ///
    /// # Errors
    /// The reader's first.
    pub fn of_pieces<E>(source: &str, pieces: impl IntoIterator<Item = Result<Piece, E>>) -> Result<Self, E> {
        let mut side = Self::new(Excerpt::of(source));
        // A file without a tail was given up by whoever gives the pieces.
        side.origin.partial = Some("it has no end".to_owned());
        for piece in pieces {
            match piece? {
                Piece::Head(head) => side.head(*head),
                Piece::Host(host) => {
                    let host = side.table.host(*host);
                    side.hosts.push(host);
                }
                Piece::Tail(tail) => side.origin.partial = shortcoming(&tail.ending),
            }
        }
        side.absence = if side.origin.partial.is_none() { Absence::Gone } else { Absence::Nothing };
        side.settle();
        Ok(side)
    }

    /// The side that a run is. Addresses that it never asked say nothing, as do those behind a device that answers for all.
    pub fn of_run(id: RunId, run: &Run) -> Self {
        let header = &run.header;
        let mut side = Self::new(Excerpt::of(&format!("run {id}")));
        side.origin.scanner = Excerpt::of("muster");
        side.origin.version = Some(Excerpt::of(&header.version));
        side.origin.arguments = Some(Excerpt::of(&header.arguments));
        side.origin.start = Some(header.start);
        let table = &mut side.table;
        side.hosts = run.hosts.iter().map(|one| table.host(as_read(host(one, header.start)))).collect();
        side.absence = match &run.outcome {
            RunOutcome::Complete => Absence::GoneIn(run.silent.clone()),
            RunOutcome::Partial(why) => {
                side.origin.partial = Some(format!("it was stopped: {why}"));
                Absence::Nothing
            }
        };
        side.settle();
        side
    }

    /// Whether an address that the side does not have was looked at.
    pub(super) fn knows(&self, address: IpAddr) -> bool {
        match &self.absence {
            Absence::Gone => true,
            Absence::Nothing => false,
            Absence::GoneIn(ranges) => {
                let at = ranges.partition_point(|range| range.last < address);
                ranges.get(at).is_some_and(|range| range.first <= address)
            }
        }
    }

    fn new(source: Excerpt) -> Self {
        let origin = Origin { source, ..Origin::default() };
        Self { origin, hosts: Vec::new(), table: Table::default(), absence: Absence::Nothing }
    }

    fn head(&mut self, head: Head) {
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

    /// Hosts in order of address, each once.
    fn settle(&mut self) {
        let table = &mut self.table;
        if !self.hosts.is_sorted_by(|one, next| one.address < next.address) {
            self.hosts.sort_by_key(|host| host.address);
            self.hosts.dedup_by(|next, first| match next.address.cmp(&first.address) {
                Ordering::Equal => {
                    *first = table.joined(first, next);
                    true
                }
                _ => false,
            });
        }
        self.hosts.shrink_to_fit();
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
