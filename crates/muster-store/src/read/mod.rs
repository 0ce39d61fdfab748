//! Reading a run.

mod host;
mod judgement;
mod service;

use muster_model::{AddressRange, Run, RunHeader, RunId, RunOutcome, SweepRecord};
use rusqlite::{Connection, OptionalExtension, Params, Result, Row};

pub(crate) use host::hosts;

use crate::column::{Columns, Kept, only};
use crate::error::damage;
use crate::words::RangeKind;

/// Whether a run ended; `None`: there is no such run.
pub(crate) fn ended(connection: &Connection, id: RunId) -> Result<Option<bool>> {
    connection.prepare_cached(ENDED)?.query_row([key(id)], |row| row.get(0)).optional()
}

/// A recorded run.
pub(crate) fn run(connection: &Connection, id: RunId) -> Result<Option<Run>> {
    let Some(row) = connection.prepare_cached(RUN)?.query_row([key(id)], Ended::read).optional()? else {
        return Ok(None);
    };
    Ok(Some(Run {
        sweeps: sweeps(connection, id)?,
        silent: ranges(connection, id, RangeKind::Silent)?,
        phantom: ranges(connection, id, RangeKind::Phantom)?,
        not_tried: list(connection, NOT_TRIED, [key(id)], only)?,
        hosts: hosts(connection, row.first, row.hosts)?,
        header: row.header,
        end: row.end,
        outcome: row.outcome,
    }))
}

/// A run's number as SQLite counts. Those that no store ever gives become negative ones, which are not found.
pub(crate) fn key(id: RunId) -> i64 {
    id.0.cast_signed()
}

/// How it ended, by what stopped it.
pub(crate) fn outcome(stopped_by: Option<String>) -> RunOutcome {
    stopped_by.map_or(RunOutcome::Complete, RunOutcome::Partial)
}

/// The rows of a query, in its order.
pub(crate) fn list<T>(
    connection: &Connection,
    sql: &str,
    params: impl Params,
    mut read: impl FnMut(&mut Columns<'_>) -> Result<T>,
) -> Result<Vec<T>> {
    connection.prepare_cached(sql)?.query_map(params, |row| read(&mut Columns::of(row)))?.collect()
}

/// The row of a run that ended.
struct Ended {
    header: RunHeader,
    end: jiff::Timestamp,
    outcome: RunOutcome,
    first: i64,
    hosts: i64,
}

impl Ended {
    fn read(row: &Row<'_>) -> Result<Self> {
        let mut columns = Columns::of(row);
        let header = RunHeader {
            start: columns.take()?,
            arguments: columns.take()?,
            operator: columns.take()?,
            version: columns.take()?,
            policy: columns.option()?,
            targets: columns.take()?,
            addresses: columns.take()?,
            seed: columns.take()?,
            network: columns.option()?,
        };
        let end = columns.take()?;
        let outcome = outcome(columns.option()?);
        Ok(Self { header, end, outcome, first: columns.take()?, hosts: columns.take()? })
    }
}

fn sweeps(connection: &Connection, id: RunId) -> Result<Vec<SweepRecord>> {
    let rows = list(connection, SWEEPS, [key(id)], |columns| Ok((columns.take::<i64>()?, sweep(columns)?)))?;
    let zones = |(position, record): (i64, SweepRecord)| {
        let zones = list(connection, SWEEP_ZONES, [key(id), position], only)?;
        Ok(SweepRecord { zones, ..record })
    };
    rows.into_iter().map(zones).collect()
}

/// Without its zones, which are rows of their own.
fn sweep(columns: &mut Columns<'_>) -> Result<SweepRecord> {
    Ok(SweepRecord {
        stage: columns.take()?,
        zones: Vec::new(),
        ports: columns.take()?,
        endpoints: columns.take()?,
        answered: columns.take()?,
        open: columns.take()?,
        errors: columns.take()?,
        withheld: columns.take()?,
        not_tried: columns.take()?,
        silent: columns.take()?,
        probes: columns.take()?,
        rounds: columns.take()?,
        controls: (columns.take()?, columns.take()?),
        conflicts: columns.take()?,
        blocked_since: columns.option()?,
        missed_if_losses_alike: columns.option()?,
        missed_if_no_host_loses_half: columns.option()?,
        elapsed: columns.take()?,
        is_complete: columns.take()?,
    })
}

fn ranges(connection: &Connection, id: RunId, kind: RangeKind) -> Result<Vec<AddressRange>> {
    list(connection, RANGES, (key(id), Kept(&kind)), |columns| {
        let (first, last): (std::net::IpAddr, std::net::IpAddr) = (columns.take()?, columns.take()?);
        match first.is_ipv4() == last.is_ipv4() {
            true => Ok(AddressRange { first, last }),
            false => Err(damage("a range of addresses of two families")),
        }
    })
}

const ENDED: &str = "SELECT ended IS NOT NULL FROM run WHERE id = ?1";

const RUN: &str = "
    SELECT started, arguments, operator, version, policy, targets, addresses, seed, network, ended,
        stopped_by, first_host, hosts
    FROM run WHERE id = ?1 AND ended IS NOT NULL";

const SWEEPS: &str = "
    SELECT position, stage, ports, endpoints, answered, open, errors, withheld, not_tried, silent, probes, rounds,
        controls, controls_silent, conflicts, blocked_since, missed_if_losses_alike, missed_if_no_host_loses_half,
        elapsed, is_complete
    FROM sweep WHERE run = ?1 ORDER BY position";

const SWEEP_ZONES: &str = "SELECT zone FROM sweep_zone WHERE run = ?1 AND sweep = ?2 ORDER BY position";

const RANGES: &str = "
    SELECT first_address, last_address FROM address_range WHERE run = ?1 AND kind = ?2 ORDER BY position";

const NOT_TRIED: &str = "SELECT what FROM not_tried WHERE run = ?1 ORDER BY position";
