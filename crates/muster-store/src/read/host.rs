//! Reading hosts: one or all of a run, by the same way.

use std::net::IpAddr;

use muster_model::{
    Asset, ComputerRole, Device, DeviceSign, Endpoint, Host, HostName, IcmpError, Judgement, Observation,
    System,
};
use rusqlite::{Connection, Result};

use super::judgement::Judgements;
use super::{list, service};
use crate::column::Columns;
use crate::error::damage;

/// `number` hosts from `first`. It is an error if one is missing.
pub(crate) fn hosts(connection: &Connection, first: i64, number: i64) -> Result<Vec<Host>> {
    if number == 0 {
        return Ok(Vec::new());
    }
    let last = first.checked_add(number - 1).ok_or_else(|| damage("a run with too many hosts"))?;
    let span = Span { connection, first, last };
    let mut judgements = Judgements::of(connection);
    let mut hosts = list(connection, HOSTS, (first, last), |columns| host(columns, &mut judgements))?;
    if i64::try_from(hosts.len()) != Ok(number) {
        return Err(damage("hosts of a run are missing"));
    }
    span.give(&mut hosts, NAMES, name, |asset| &mut asset.names)?;
    span.give(&mut hosts, OBSERVATIONS, observation, |asset| &mut asset.ports)?;
    signs(&span, &mut hosts, SIGNS, |asset| asset.device.as_mut().map(|device| &mut device.signs))?;
    signs(&span, &mut hosts, SYSTEM_SIGNS, |asset| asset.system.as_mut().map(|system| &mut system.signs))?;
    service::services(&span, &mut hosts)?;
    Ok(hosts)
}

/// Hosts that follow one another.
pub(super) struct Span<'c> {
    pub(super) connection: &'c Connection,
    pub(super) first: i64,
    pub(super) last: i64,
}

impl Span<'_> {
    /// Reads what belongs to hosts, in the order of the hosts, and puts it where it belongs. The first column is the
    /// host; the others are given to `read` together with its address.
    pub(super) fn give<T>(
        &self,
        hosts: &mut [Host],
        sql: &str,
        read: impl Fn(&mut Columns<'_>, IpAddr) -> Result<T>,
        place: impl Fn(&mut Asset) -> &mut Vec<T>,
    ) -> Result<()> {
        let mut statement = self.connection.prepare_cached(sql)?;
        let mut rows = statement.query((self.first, self.last))?;
        while let Some(row) = rows.next()? {
            let mut columns = Columns::of(row);
            let asset = self.asset(hosts, columns.take()?)?;
            let one = read(&mut columns, asset.address)?;
            place(asset).push(one);
        }
        Ok(())
    }

    /// The asset of a host of this number.
    pub(super) fn asset<'h>(&self, hosts: &'h mut [Host], number: i64) -> Result<&'h mut Asset> {
        let index = usize::try_from(number.saturating_sub(self.first)).ok();
        let host = index.and_then(|index| hosts.get_mut(index));
        host.map(|host| &mut host.asset).ok_or_else(|| damage("a row that belongs to no host"))
    }
}

/// The three columns of an endpoint, the address `own` unless another is given.
pub(super) fn endpoint(columns: &mut Columns<'_>, own: IpAddr) -> Result<Endpoint> {
    let address = columns.option()?.unwrap_or(own);
    Ok(Endpoint { address, protocol: columns.take()?, port: columns.take()? })
}

fn host(columns: &mut Columns<'_>, judgements: &mut Judgements<'_>) -> Result<Host> {
    let asset = Asset {
        address: columns.take()?,
        names: Vec::new(),
        zone: columns.option()?,
        ports: Vec::new(),
        services: Vec::new(),
        hardware: columns.option()?,
        system: system(columns)?,
        device: columns.option()?.map(|class| Device { class, signs: Vec::new() }),
        is_phantom: columns.take()?,
    };
    let judgement = Judgement {
        verdict: columns.take()?,
        reasons: judgements.statements(columns.take()?)?,
        next_steps: judgements.statements(columns.take()?)?,
        findings: judgements.findings(columns.take()?)?,
        protection: judgements.protection(columns.take()?)?,
    };
    Ok(Host { asset, judgement })
}

fn system(columns: &mut Columns<'_>) -> Result<Option<System>> {
    let (family, role): (_, Option<ComputerRole>) = (columns.option()?, columns.option()?);
    match (family, role) {
        (None, None) => Ok(None),
        (Some(family), role) => Ok(Some(System { family, role, signs: Vec::new() })),
        (None, Some(_)) => Err(damage("a role without a system")),
    }
}

fn name(columns: &mut Columns<'_>, _own: IpAddr) -> Result<HostName> {
    Ok(HostName { name: columns.take()?, source: columns.take()? })
}

fn observation(columns: &mut Columns<'_>, own: IpAddr) -> Result<Observation> {
    Ok(Observation {
        endpoint: endpoint(columns, own)?,
        state: columns.take()?,
        reason: columns.take()?,
        icmp: icmp(columns)?,
        ttl: columns.option()?,
        stack: columns.option()?,
        rtt: columns.option()?,
        round: columns.take()?,
        at: columns.take()?,
    })
}

fn icmp(columns: &mut Columns<'_>) -> Result<Option<IcmpError>> {
    match (columns.option()?, columns.option()?, columns.option()?) {
        (None, None, None) => Ok(None),
        (Some(kind), Some(code), Some(from)) => Ok(Some(IcmpError { kind, code, from })),
        _ => Err(damage("half an ICMP message")),
    }
}

fn signs(
    span: &Span<'_>,
    hosts: &mut [Host],
    sql: &str,
    place: impl Fn(&mut Asset) -> Option<&mut Vec<DeviceSign>>,
) -> Result<()> {
    let mut statement = span.connection.prepare_cached(sql)?;
    let mut rows = statement.query((span.first, span.last))?;
    while let Some(row) = rows.next()? {
        let mut columns = Columns::of(row);
        let asset = span.asset(hosts, columns.take()?)?;
        let sign = sign(&mut columns, asset.address)?;
        place(asset).ok_or_else(|| damage("a sign of nothing"))?.push(sign);
    }
    Ok(())
}

fn sign(columns: &mut Columns<'_>, own: IpAddr) -> Result<DeviceSign> {
    let (kind, address, protocol, port) =
        (columns.take()?, columns.option()?, columns.option()?, columns.option()?);
    let endpoint = match (protocol, port) {
        (None, None) => None,
        (Some(protocol), Some(port)) => Some(Endpoint { address: address.unwrap_or(own), protocol, port }),
        _ => return Err(damage("half an endpoint")),
    };
    Ok(DeviceSign { kind, endpoint, seen: columns.take()? })
}

const HOSTS: &str = "
    SELECT address, zone, hardware, system, role, device, is_phantom, verdict, reasons, next_steps, findings, protection
    FROM host WHERE id BETWEEN ?1 AND ?2 ORDER BY id";

const NAMES: &str = "
    SELECT host, name, source FROM host_name WHERE host BETWEEN ?1 AND ?2 ORDER BY host, position";

const SIGNS: &str = "
    SELECT host, kind, address, protocol, port, seen
    FROM device_sign WHERE host BETWEEN ?1 AND ?2 ORDER BY host, position";

const SYSTEM_SIGNS: &str = "
    SELECT host, kind, address, protocol, port, seen
    FROM system_sign WHERE host BETWEEN ?1 AND ?2 ORDER BY host, position";

const OBSERVATIONS: &str = "
    SELECT host, address, protocol, port, state, reason, icmp_type, icmp_code, icmp_from, ttl, stack, rtt, round,
        seen
    FROM observation WHERE host BETWEEN ?1 AND ?2 ORDER BY host, position";
