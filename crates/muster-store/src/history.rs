//! Looking through runs: which there were, and what became of one host.

use std::cmp::Reverse;
use std::net::IpAddr;

use jiff::Timestamp;
use muster_model::{Host, RunId, RunOutcome, RunSummary, Verdict};
use rusqlite::{Connection, OptionalExtension, Result, Row, params};

use crate::column::{Columns, Kept};
use crate::read::{self, key};
use crate::{Store, StoreError};

/// Which host is meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HostQuery {
    /// The one at this address.
    Address(IpAddr),
    /// Those of this name, in any case; `pc7` also finds `PC7.corp.example`.
    Name(String),
}

impl Store {
    /// The newest runs by when they began, the newest first, `most` of them.
    pub fn runs(&self, most: usize) -> Result<Vec<RunSummary>, StoreError> {
        self.read(|connection| {
            let most = i64::try_from(most).unwrap_or(i64::MAX);
            let mut runs =
                connection.prepare_cached(RUNS)?.query_map([most], summary)?.collect::<Result<Vec<_>>>()?;
            for run in &mut runs {
                run.verdicts = verdicts(connection, run.id)?;
            }
            Ok(runs)
        })
    }

    /// The run that began last of those that were recorded, complete or not. Runs of files have the times of their scans: an old
    /// file goes before no newer audit, and one that breaks off before no other run at all.
    pub fn latest(&self) -> Result<Option<RunId>, StoreError> {
        self.read(|connection| connection.prepare_cached(LATEST)?.query_row([], id).optional())
    }

    /// Of the complete runs with the same targets and of the same kind that began before this one, the last. There are two
    /// kinds: what sent probes, and what was made of files. The one asks what tells; what files were asked is their scanner's
    /// affair, so that between the two kinds much would seem to have changed that was only asked otherwise.
    pub fn previous(&self, run: RunId) -> Result<Option<RunId>, StoreError> {
        self.read(|connection| connection.prepare_cached(PREVIOUS)?.query_row([key(run)], id).optional())
    }

    /// The hosts of a run that are meant. Reads nothing of the others.
    pub fn host(&self, run: RunId, query: &HostQuery) -> Result<Vec<Host>, StoreError> {
        self.read(|connection| {
            let found = find(connection, query, Some(run), usize::MAX)?;
            let mut hosts = Vec::new();
            for one in found.iter().rev() {
                hosts.extend(read::hosts(connection, one.host, 1)?);
            }
            Ok(hosts)
        })
    }

    /// What was seen of a host in every run that saw it, with the run's start; the newest first, `most` of them.
    pub fn host_history(
        &self,
        query: &HostQuery,
        most: usize,
    ) -> Result<Vec<(RunId, Timestamp, Host)>, StoreError> {
        self.read(|connection| {
            let mut history = Vec::new();
            for one in find(connection, query, None, most)? {
                let hosts = read::hosts(connection, one.host, 1)?;
                history.extend(hosts.into_iter().map(|host| (one.run, one.start, host)));
            }
            Ok(history)
        })
    }
}

/// The first label of a name, in lower case, by which names are found.
pub(crate) fn label(name: &str) -> String {
    let label = name.split('.').next().unwrap_or_default();
    label.to_lowercase()
}

/// A host that was found.
struct Found {
    host: i64,
    run: RunId,
    start: Timestamp,
}

/// Hosts that are meant, those of the newest run first.
fn find(connection: &Connection, query: &HostQuery, run: Option<RunId>, most: usize) -> Result<Vec<Found>> {
    let run = run.map(key);
    let mut hosts = match query {
        HostQuery::Address(address) => {
            let mut statement = connection.prepare_cached(BY_ADDRESS)?;
            let found =
                statement.query_map(params![Kept(address), run], |row| found(&mut Columns::of(row)))?;
            found.collect::<Result<Vec<_>>>()?
        }
        HostQuery::Name(name) => by_name(connection, name, run)?,
    };
    hosts.sort_by_key(|one| Reverse(one.start));
    hosts.truncate(most);
    Ok(hosts)
}

/// The label finds too many: the first labels of full names. Whether the whole name fits is seen here.
fn by_name(connection: &Connection, name: &str, run: Option<i64>) -> Result<Vec<Found>> {
    let mut statement = connection.prepare_cached(BY_NAME)?;
    let mut rows = statement.query(params![label(name), run])?;
    let mut hosts: Vec<Found> = Vec::new();
    while let Some(row) = rows.next()? {
        let mut columns = Columns::of(row);
        let candidate: String = columns.take()?;
        let one = found(&mut columns)?;
        let is_new = hosts.last().is_none_or(|last| last.host != one.host);
        if is_new && is_called(&candidate, name) {
            hosts.push(one);
        }
    }
    Ok(hosts)
}

/// Whether a host of this name is meant by `query`.
fn is_called(name: &str, query: &str) -> bool {
    let folded = |name: &str| name.strip_suffix('.').unwrap_or(name).to_lowercase();
    let query = folded(query);
    query == folded(name) || query == label(name)
}

fn found(columns: &mut Columns<'_>) -> Result<Found> {
    Ok(Found { host: columns.take()?, run: RunId(columns.take()?), start: columns.take()? })
}

fn id(row: &Row<'_>) -> Result<RunId> {
    Columns::of(row).take().map(RunId)
}

fn summary(row: &Row<'_>) -> Result<RunSummary> {
    let mut columns = Columns::of(row);
    let (id, start, end): (_, _, Option<Timestamp>) =
        (RunId(columns.take()?), columns.take()?, columns.option()?);
    let stopped_by = columns.option()?;
    let outcome = match end {
        Some(_) => read::outcome(stopped_by),
        None => RunOutcome::Partial(NO_END.to_owned()),
    };
    let (arguments, targets, addresses) = (columns.take()?, columns.take()?, columns.take()?);
    Ok(RunSummary { id, start, end, outcome, arguments, targets, addresses, verdicts: Vec::new() })
}

/// Every verdict with its number of hosts, which may be none.
fn verdicts(connection: &Connection, run: RunId) -> Result<Vec<(Verdict, u64)>> {
    let rows: Vec<(Verdict, u64)> =
        read::list(connection, VERDICTS, [key(run)], |columns| Ok((columns.take()?, columns.take()?)))?;
    let hosts = |verdict| rows.iter().find(|row| row.0 == verdict).map_or(0, |row| row.1);
    Ok(Verdict::ALL.into_iter().map(|verdict| (verdict, hosts(verdict))).collect())
}

/// What is known of a run whose end was never recorded.
const NO_END: &str = "no end recorded: under way, or killed";

/// Of two moments as text the later one is greater without the Z behind the digits: a fraction of a second is longer.
const RUNS: &str = "
    SELECT id, started, ended, stopped_by, arguments, targets, addresses FROM run
    ORDER BY rtrim(started, 'Z') DESC, id DESC LIMIT ?1";

const VERDICTS: &str = "SELECT verdict, hosts FROM run_verdict WHERE run = ?1";

const LATEST: &str = "
    SELECT id FROM run WHERE ended IS NOT NULL
    ORDER BY stopped_by IS NOT NULL AND id IN (SELECT run FROM run_file), rtrim(started, 'Z') DESC, id DESC
    LIMIT 1";

const PREVIOUS: &str = "
    SELECT before.id FROM run before JOIN run own ON own.targets = before.targets
    WHERE own.id = ?1 AND rtrim(before.started, 'Z') < rtrim(own.started, 'Z')
        AND before.ended IS NOT NULL AND before.stopped_by IS NULL
        AND EXISTS (SELECT 1 FROM sweep WHERE run = before.id) = EXISTS (SELECT 1 FROM sweep WHERE run = own.id)
    ORDER BY rtrim(before.started, 'Z') DESC, before.id DESC LIMIT 1";

const BY_ADDRESS: &str = "
    SELECT host.id, host.run, run.started FROM host JOIN run ON run.id = host.run
    WHERE host.address = ?1 AND (?2 IS NULL OR host.run = ?2)
        AND host.id >= run.first_host AND host.id < run.first_host + run.hosts
    ORDER BY host.id DESC";

pub(crate) const BY_NAME: &str = "
    SELECT host_name.name, host.id, host.run, run.started
    FROM host_name JOIN host ON host.id = host_name.host JOIN run ON run.id = host.run
    WHERE host_name.label = ?1 AND (?2 IS NULL OR host.run = ?2)
        AND host.id >= run.first_host AND host.id < run.first_host + run.hosts
    ORDER BY host_name.host DESC";
