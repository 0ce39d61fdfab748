//! Writing a run.

mod host;
mod judgement;
mod service;

use muster_model::{AddressRange, Run, RunHeader, RunId, RunOutcome, SweepRecord};
use rusqlite::{Connection, Result, params};

pub(crate) use host::Hosts;

use crate::RunFile;
use crate::column::{Kept, option};
use crate::read::key;
use crate::words::RangeKind;

/// Notes that a run begins.
pub(crate) fn begin(connection: &Connection, header: &RunHeader) -> Result<RunId> {
    connection.prepare_cached(BEGIN)?.execute(params![
        Kept(&header.start),
        header.arguments,
        header.operator,
        header.version,
        header.policy,
        header.targets,
        Kept(&header.addresses),
        Kept(&header.seed),
        header.network,
    ])?;
    Ok(RunId(connection.last_insert_rowid().cast_unsigned()))
}

/// Writes all of a run that was begun.
pub(crate) fn run(connection: &Connection, id: RunId, run: &Run) -> Result<()> {
    let mut hosts = Hosts::of(connection, id)?;
    hosts.add(connection, &run.hosts)?;
    rest(connection, id, run, &hosts)
}

/// Writes what is left of a run whose hosts are written. The row of the run itself comes last: when it says that the run
/// ended, nothing can be added any more.
pub(crate) fn rest(connection: &Connection, id: RunId, run: &Run, hosts: &Hosts) -> Result<()> {
    let key = key(id);
    for (position, record) in run.sweeps.iter().enumerate() {
        sweep(connection, (key, position), record)?;
    }
    ranges(connection, key, RangeKind::Silent, &run.silent)?;
    ranges(connection, key, RangeKind::Phantom, &run.phantom)?;
    for (position, what) in run.not_tried.iter().enumerate() {
        connection.prepare_cached(NOT_TRIED)?.execute(params![key, place(position), what])?;
    }
    for (verdict, number) in hosts.verdicts() {
        connection.prepare_cached(VERDICT)?.execute(params![key, Kept(&verdict), number])?;
    }
    end(connection, key, run, hosts)
}

/// Notes that a run was made of a file.
pub(crate) fn file(connection: &Connection, (run, position): (RunId, usize), file: &RunFile) -> Result<()> {
    let row = params![key(run), place(position), file.name, file.digest, file.scanner, file.version];
    connection.prepare_cached(FILE)?.execute(row)?;
    Ok(())
}

/// A position in a list, as SQLite counts.
fn place(position: usize) -> i64 {
    i64::try_from(position).unwrap_or(i64::MAX)
}

fn sweep(connection: &Connection, (run, position): (i64, usize), record: &SweepRecord) -> Result<()> {
    connection.prepare_cached(SWEEP)?.execute(params![
        run,
        place(position),
        record.stage,
        record.ports,
        Kept(&record.endpoints),
        Kept(&record.answered),
        Kept(&record.open),
        Kept(&record.errors),
        Kept(&record.withheld),
        Kept(&record.not_tried),
        Kept(&record.silent),
        Kept(&record.probes),
        record.rounds,
        Kept(&record.controls.0),
        Kept(&record.controls.1),
        Kept(&record.conflicts),
        option(&record.blocked_since),
        option(&record.missed_if_losses_alike),
        option(&record.missed_if_no_host_loses_half),
        Kept(&record.elapsed),
        record.is_complete,
    ])?;
    for (number, zone) in record.zones.iter().enumerate() {
        connection.prepare_cached(SWEEP_ZONE)?.execute(params![run, place(position), place(number), zone])?;
    }
    Ok(())
}

fn ranges(connection: &Connection, run: i64, kind: RangeKind, ranges: &[AddressRange]) -> Result<()> {
    let mut insert = connection.prepare_cached(RANGE)?;
    for (position, range) in ranges.iter().enumerate() {
        let row = params![run, Kept(&kind), place(position), Kept(&range.first), Kept(&range.last)];
        insert.execute(row)?;
    }
    Ok(())
}

fn end(connection: &Connection, key: i64, run: &Run, hosts: &Hosts) -> Result<()> {
    let stopped_by = match &run.outcome {
        RunOutcome::Complete => None,
        RunOutcome::Partial(why) => Some(why),
    };
    connection.prepare_cached(END)?.execute(params![
        key,
        Kept(&run.header.start),
        run.header.arguments,
        run.header.operator,
        run.header.version,
        run.header.policy,
        run.header.targets,
        Kept(&run.header.addresses),
        Kept(&run.header.seed),
        Kept(&run.end),
        stopped_by,
        hosts.first,
        hosts.written,
        run.header.network,
    ])?;
    Ok(())
}

const BEGIN: &str = "
    INSERT INTO run (started, arguments, operator, version, policy, targets, addresses, seed, network)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";

const END: &str = "
    UPDATE run SET started = ?2, arguments = ?3, operator = ?4, version = ?5, policy = ?6, targets = ?7,
        addresses = ?8, seed = ?9, ended = ?10, stopped_by = ?11, first_host = ?12, hosts = ?13,
        network = ?14
    WHERE id = ?1";

const SWEEP: &str = "
    INSERT INTO sweep (run, position, stage, ports, endpoints, answered, open, errors, withheld, not_tried, silent,
        probes, rounds, controls, controls_silent, conflicts, blocked_since, missed_if_losses_alike,
        missed_if_no_host_loses_half, elapsed, is_complete)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21)";

const SWEEP_ZONE: &str = "INSERT INTO sweep_zone (run, sweep, position, zone) VALUES (?1, ?2, ?3, ?4)";

const RANGE: &str = "
    INSERT INTO address_range (run, kind, position, first_address, last_address) VALUES (?1, ?2, ?3, ?4, ?5)";

const NOT_TRIED: &str = "INSERT INTO not_tried (run, position, what) VALUES (?1, ?2, ?3)";

const VERDICT: &str = "INSERT INTO run_verdict (run, verdict, hosts) VALUES (?1, ?2, ?3)";

const FILE: &str = "
    INSERT INTO run_file (run, position, name, digest, scanner, version)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
