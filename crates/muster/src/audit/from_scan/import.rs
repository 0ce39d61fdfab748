//! A file as a run of its own in the store.

use std::path::Path;

use jiff::Timestamp;
use muster_audit::Policy;
use muster_catalog::{Catalog, DECOY_PORT};
use muster_engine::{AddressSet, IntervalSet};
use muster_model::{AddressRange, Host, Run, RunHeader, RunId, RunOutcome, Verdict};
use muster_store::{RunFile, Spool, Store};

use super::file::{Aside, ScanFile, aside_failure};
use super::judging::{Batches, Rest};
use super::narrow::{Telling, instant};
use super::targets::Targets;
use super::untried::{EVERYTHING, Untried};
use crate::audit::judging::Judging;
use crate::failure::Failure;
use crate::keeping::store_failure;
use crate::output::count;

/// What files are judged by on their way into the store.
pub(crate) struct Import<'a> {
    /// Who may have been listening.
    pub(crate) catalog: &'a Catalog,
    pub(crate) policy: &'a Policy,
    pub(crate) policy_text: Option<&'a str>,
    /// Whether files that are in the store already are taken once more.
    pub(crate) again: bool,
}

/// What became of a file.
pub(crate) enum Imported {
    /// It is a run.
    Run {
        /// Which.
        id: RunId,
        /// What the file says of itself.
        file: Box<ScanFile>,
        /// Hosts by verdict.
        verdicts: Vec<(Verdict, u64)>,
        /// Addresses that were silent.
        silent: u128,
    },
    /// A file that tells the same is a run already.
    Known {
        /// Which.
        id: RunId,
        /// How the file was named.
        name: String,
    },
}

/// A file that was read, before it is stored.
pub(crate) struct Read<'a> {
    file: ScanFile,
    aside: Aside<'a>,
}

impl Import<'_> {
    /// Reads a file and makes a run of it, all of it or nothing.
    ///
    /// # Errors
    /// The file cannot be read, or the store cannot be written.
    pub(crate) fn import(&self, path: &Path, store: &mut Store) -> Result<Imported, Failure> {
        let catalog = self.catalog;
        let decoy = Some(self.policy.decoy.unwrap_or(DECOY_PORT)).filter(|&port| port != 0);
        let telling = Telling::of(catalog, decoy);
        let spool = Spool::new().map_err(|error| aside_failure(&error))?;
        let mut aside = Aside { spool, telling: &telling, targets: None };
        let file = aside.read(path, 0)?;
        let known = store.made_of(&file.digest).map_err(|error| store_failure(&error))?;
        if let Some(id) = known.filter(|_| !self.again) {
            return Ok(Imported::Known { id, name: file.name });
        }
        let judging = Judging { catalog, policy: self.policy, decoy, now: file.end() };
        self.store(store, Read { file, aside }, judging)
    }

    fn store(&self, store: &mut Store, read: Read<'_>, judging: Judging<'_>) -> Result<Imported, Failure> {
        let failed = |error| store_failure(&error);
        let Read { file, aside } = read;
        let files = [file];
        let header = self.header(&files[0]);
        let mut recording = store.recording(&header).map_err(failed)?;
        let batches = Batches { files: &files, judging, start: instant(Some(header.start)) };
        let mut verdicts: Vec<(Verdict, u64)> = Verdict::ALL.map(|verdict| (verdict, 0)).into();
        let rest = batches.judge(&aside, |hosts| {
            tally(&mut verdicts, &hosts);
            recording.hosts(&hosts).map_err(failed)
        })?;
        let run = run(header, &files, judging, (None, rest));
        let silent = run.silent.iter().map(AddressRange::len).sum();
        let [file] = files;
        recording.file(&origin(&file)).map_err(failed)?;
        let id = recording.finish(&run).map_err(failed)?;
        Ok(Imported::Run { id, file: Box::new(file), verdicts, silent })
    }

    fn header(&self, file: &ScanFile) -> RunHeader {
        let told = file.head.arguments.as_ref().map(ToString::to_string);
        RunHeader {
            start: file.start(),
            arguments: told
                .unwrap_or_else(|| format!("{} (its command line is not told)", file.head.scanner)),
            operator: format!("{}, imported from {}", file.scanner(), file.name),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            policy: self.policy_text.map(str::to_owned),
            targets: String::new(),
            addresses: 0,
            seed: 0,
            network: Some(description(file)),
        }
    }
}

/// What is noted of the file itself.
fn origin(file: &ScanFile) -> RunFile {
    RunFile {
        name: file.name.clone(),
        digest: file.digest,
        scanner: Some(file.head.scanner.to_string()),
        version: file.head.version.as_ref().map(ToString::to_string),
    }
}

fn tally(verdicts: &mut [(Verdict, u64)], hosts: &[Host]) {
    for (verdict, number) in verdicts {
        *number += hosts.iter().filter(|host| host.judgement.verdict == *verdict).count() as u64;
    }
}

/// Everything of a run of files but its hosts.
pub(super) fn run(
    header: RunHeader,
    files: &[ScanFile],
    judging: Judging<'_>,
    (targets, rest): (Option<&AddressSet>, Rest),
) -> Run {
    let addresses = set(&rest.addresses);
    let not_tried = Untried { files, judging, addresses: &addresses, targets, rest: &rest }.sentences();
    let (targets, number) = match asked_for(files, targets) {
        Some(targets) => (targets.to_string(), targets.len()),
        None => (targets_in_words(&rest.addresses, &addresses), None),
    };
    let number = number.unwrap_or_else(|| rest.addresses.iter().map(AddressRange::len).sum());
    let header = RunHeader { targets, addresses: u64::try_from(number).unwrap_or(u64::MAX), ..header };
    let shortfalls: Vec<String> = files.iter().filter_map(ScanFile::shortfall).collect();
    Run {
        header,
        end: judging.now,
        outcome: match shortfalls.is_empty() {
            true => RunOutcome::Complete,
            false => RunOutcome::Partial(shortfalls.join("; ")),
        },
        sweeps: Vec::new(),
        silent: rest.silent,
        phantom: rest.phantom,
        not_tried,
        hosts: Vec::new(),
    }
}

/// By what a file asked, as far as it says so: `nmap 7.93, as Nmap's XML`.
pub(super) fn description(file: &ScanFile) -> String {
    let hosts = count(file.hosts, "host");
    let whole = if file.is_complete() { "" } else { ", not whole" };
    format!("no network: {} as {} tells it, {}, {hosts}{whole}", file.scanner(), file.name, file.head.form)
}

/// Whom the run is about: whoever is named, or else whom the scans were told to ask. `None` if they do not say, or if it is all
/// of them but some.
fn asked_for(files: &[ScanFile], named: Option<&AddressSet>) -> Option<Targets> {
    match named {
        Some(named) => (named.len() < EVERYTHING).then(|| Targets::Addresses(named.clone())),
        None => Targets::of(files),
    }
}

/// Of files that do not say whom they asked: whoever they tell of.
fn targets_in_words(ranges: &[AddressRange], addresses: &AddressSet) -> String {
    match (ranges.first(), ranges.last()) {
        (Some(first), Some(last)) if ranges.len() > MOST_RANGES => {
            format!("{} from {} to {}", count(addresses.len(), "address"), first.first, last.last)
        }
        (Some(_), _) => addresses.to_string(),
        _ => "nobody".to_owned(),
    }
}

/// The ranges as a set; empty where they are too many for one.
fn set(ranges: &[AddressRange]) -> AddressSet {
    use std::net::IpAddr::{V4, V6};
    let v4 = ranges.iter().filter_map(|range| match (range.first, range.last) {
        (V4(first), V4(last)) => Some(first.to_bits()..=last.to_bits()),
        _ => None,
    });
    let v6 = ranges.iter().filter_map(|range| match (range.first, range.last) {
        (V6(first), V6(last)) => Some(first.to_bits()..=last.to_bits()),
        _ => None,
    });
    match (IntervalSet::from_ranges(v4), IntervalSet::from_ranges(v6)) {
        (Ok(v4), Ok(v6)) => AddressSet::new(v4, v6),
        _ => AddressSet::empty(),
    }
}

/// The moment as of which files are judged: when the last of their scans ended.
pub(super) fn as_of(files: &[ScanFile]) -> Timestamp {
    files.iter().map(ScanFile::end).max().unwrap_or_else(Timestamp::now)
}

/// Ranges that targets are told by.
const MOST_RANGES: usize = 500;
