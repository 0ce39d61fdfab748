//! Writing hosts: the rows of which there are many.

use std::net::IpAddr;

use muster_model::{Asset, Device, Host, HostName, Observation};
use rusqlite::{CachedStatement, Connection, Result, params};

use super::judgement::Judgements;
use super::{place, service};
use crate::column::{Kept, option};
use crate::history::label;

/// Writes the hosts of a run; returns the number of the first, the others follow without a gap.
pub(super) fn hosts<'r>(connection: &Connection, run: i64, hosts: &'r [Host]) -> Result<i64> {
    let first: i64 = connection.query_row(NEXT_HOST, [], |row| row.get(0))?;
    let mut writer = Writer::<'_, 'r>::of(connection, run)?;
    for (position, host) in hosts.iter().enumerate() {
        writer.host(first.saturating_add(place(position)), host)?;
    }
    Ok(first)
}

/// The statements that are used again and again, at hand.
struct Writer<'c, 'r> {
    connection: &'c Connection,
    run: i64,
    host: CachedStatement<'c>,
    name: CachedStatement<'c>,
    observation: CachedStatement<'c>,
    judgements: Judgements<'c, 'r>,
}

impl<'c, 'r> Writer<'c, 'r> {
    fn of(connection: &'c Connection, run: i64) -> Result<Self> {
        Ok(Self {
            connection,
            run,
            host: connection.prepare_cached(HOST)?,
            name: connection.prepare_cached(NAME)?,
            observation: connection.prepare_cached(OBSERVATION)?,
            judgements: Judgements::of(connection)?,
        })
    }

    fn host(&mut self, key: i64, Host { asset, judgement }: &'r Host) -> Result<()> {
        self.host.execute(params![
            key,
            self.run,
            Kept(&asset.address),
            option(&asset.zone),
            option(&asset.device.as_ref().map(|device| device.class)),
            asset.is_phantom,
            Kept(&judgement.verdict),
            self.judgements.statements(&judgement.reasons)?,
            self.judgements.statements(&judgement.next_steps)?,
            self.judgements.findings(&judgement.findings)?,
            self.judgements.protection(&judgement.protection)?,
        ])?;
        self.asset(key, asset)
    }

    fn asset(&mut self, host: i64, asset: &Asset) -> Result<()> {
        for (position, name) in asset.names.iter().enumerate() {
            self.name(host, position, name)?;
        }
        if let Some(device) = &asset.device {
            self.signs(host, asset.address, device)?;
        }
        for (position, observation) in asset.ports.iter().enumerate() {
            self.observation((host, position), asset.address, observation)?;
        }
        for (position, service) in asset.services.iter().enumerate() {
            service::write(self.connection, (host, position), asset.address, service)?;
        }
        Ok(())
    }

    fn name(&mut self, host: i64, position: usize, name: &HostName) -> Result<()> {
        self.name.execute(params![
            host,
            place(position),
            Kept(&name.name),
            Kept(&name.source),
            label(name.name.as_str()),
        ])?;
        Ok(())
    }

    fn signs(&self, host: i64, own: IpAddr, device: &Device) -> Result<()> {
        for (position, sign) in device.signs.iter().enumerate() {
            let endpoint = sign.endpoint.as_ref();
            self.connection.prepare_cached(SIGN)?.execute(params![
                host,
                place(position),
                Kept(&sign.kind),
                endpoint.and_then(|endpoint| other(&endpoint.address, own)),
                endpoint.map(|endpoint| Kept(&endpoint.protocol)),
                endpoint.map(|endpoint| endpoint.port),
                Kept(&sign.seen),
            ])?;
        }
        Ok(())
    }

    fn observation(&mut self, (host, position): (i64, usize), own: IpAddr, seen: &Observation) -> Result<()> {
        let icmp = seen.icmp.as_ref();
        self.observation.execute(params![
            host,
            place(position),
            other(&seen.endpoint.address, own),
            Kept(&seen.endpoint.protocol),
            seen.endpoint.port,
            Kept(&seen.state),
            Kept(&seen.reason),
            icmp.map(|icmp| icmp.kind),
            icmp.map(|icmp| icmp.code),
            icmp.map(|icmp| Kept(&icmp.from)),
            seen.ttl,
            option(&seen.stack),
            option(&seen.rtt),
            seen.round,
            Kept(&seen.at),
        ])?;
        Ok(())
    }
}

/// The address, where it is not the host's own.
pub(super) fn other(address: &IpAddr, own: IpAddr) -> Option<Kept<&IpAddr>> {
    (*address != own).then_some(Kept(address))
}

const NEXT_HOST: &str = "SELECT coalesce(max(id), 0) + 1 FROM host";

const HOST: &str = "
    INSERT INTO host (id, run, address, zone, device, is_phantom, verdict, reasons, next_steps, findings, protection)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)";

const NAME: &str = "INSERT INTO host_name (host, position, name, source, label) VALUES (?1, ?2, ?3, ?4, ?5)";

const SIGN: &str = "
    INSERT INTO device_sign (host, position, kind, address, protocol, port, seen)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";

const OBSERVATION: &str = "
    INSERT INTO observation (host, position, address, protocol, port, state, reason, icmp_type, icmp_code, icmp_from,
        ttl, stack, rtt, round, seen)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)";
