//! Writing hosts: the rows of which there are many.

use std::net::IpAddr;

use muster_model::{Asset, DeviceSign, Host, HostName, Observation, RunId, Verdict};
use rusqlite::{CachedStatement, Connection, Result, params};

use super::judgement::Judgements;
use super::{place, service};
use crate::column::{Kept, option};
use crate::history::label;
use crate::read::key;

/// The hosts of a run, written batch by batch. Their numbers follow each other without a gap, so that everything happens in
/// one transaction.
pub(crate) struct Hosts {
    run: i64,
    pub(super) first: i64,
    pub(super) written: i64,
    verdicts: [i64; Verdict::ALL.len()],
    judgements: Judgements,
}

impl Hosts {
    /// None yet.
    pub(crate) fn of(connection: &Connection, run: RunId) -> Result<Self> {
        Ok(Self {
            run: key(run),
            first: connection.query_row(NEXT_HOST, [], |row| row.get(0))?,
            written: 0,
            verdicts: Default::default(),
            judgements: Judgements::of(connection)?,
        })
    }

    /// Writes some more.
    pub(crate) fn add(&mut self, connection: &Connection, hosts: &[Host]) -> Result<()> {
        let mut writer = Writer::of(connection, self.run, &mut self.judgements)?;
        for host in hosts {
            writer.host(self.first.saturating_add(self.written), host)?;
            self.written = self.written.saturating_add(1);
            let verdict = host.judgement.verdict;
            let counted = Verdict::ALL.iter().zip(&mut self.verdicts).find(|(one, _)| **one == verdict);
            counted.into_iter().for_each(|(_, hosts)| *hosts = hosts.saturating_add(1));
        }
        Ok(())
    }

    /// How many have each verdict.
    pub(super) fn verdicts(&self) -> impl Iterator<Item = (Verdict, i64)> {
        Verdict::ALL.into_iter().zip(self.verdicts)
    }
}

/// The statements that are used again and again, at hand.
struct Writer<'c, 'j> {
    connection: &'c Connection,
    run: i64,
    host: CachedStatement<'c>,
    name: CachedStatement<'c>,
    observation: CachedStatement<'c>,
    judgements: &'j mut Judgements,
}

impl<'c, 'j> Writer<'c, 'j> {
    fn of(connection: &'c Connection, run: i64, judgements: &'j mut Judgements) -> Result<Self> {
        Ok(Self {
            connection,
            run,
            host: connection.prepare_cached(HOST)?,
            name: connection.prepare_cached(NAME)?,
            observation: connection.prepare_cached(OBSERVATION)?,
            judgements,
        })
    }

    fn host(&mut self, key: i64, Host { asset, judgement }: &Host) -> Result<()> {
        self.host.execute(params![
            key,
            self.run,
            Kept(&asset.address),
            option(&asset.zone),
            option(&asset.hardware),
            option(&asset.system.as_ref().map(|system| system.family)),
            option(&asset.system.as_ref().and_then(|system| system.role)),
            option(&asset.device.as_ref().map(|device| device.class)),
            asset.is_phantom,
            Kept(&judgement.verdict),
            self.judgements.statements(self.connection, &judgement.reasons)?,
            self.judgements.statements(self.connection, &judgement.next_steps)?,
            self.judgements.findings(self.connection, &judgement.findings)?,
            self.judgements.protection(self.connection, &judgement.protection)?,
        ])?;
        self.asset(key, asset)
    }

    fn asset(&mut self, host: i64, asset: &Asset) -> Result<()> {
        for (position, name) in asset.names.iter().enumerate() {
            self.name(host, position, name)?;
        }
        if let Some(device) = &asset.device {
            self.signs(SIGN, (host, asset.address), &device.signs)?;
        }
        if let Some(system) = &asset.system {
            self.signs(SYSTEM_SIGN, (host, asset.address), &system.signs)?;
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

    fn signs(&self, sql: &str, (host, own): (i64, IpAddr), signs: &[DeviceSign]) -> Result<()> {
        for (position, sign) in signs.iter().enumerate() {
            let endpoint = sign.endpoint.as_ref();
            self.connection.prepare_cached(sql)?.execute(params![
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
    INSERT INTO host (id, run, address, zone, hardware, system, role, device, is_phantom, verdict, reasons, next_steps,
        findings, protection)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)";

const NAME: &str = "INSERT INTO host_name (host, position, name, source, label) VALUES (?1, ?2, ?3, ?4, ?5)";

const SIGN: &str = "
    INSERT INTO device_sign (host, position, kind, address, protocol, port, seen)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";

const SYSTEM_SIGN: &str = "
    INSERT INTO system_sign (host, position, kind, address, protocol, port, seen)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";

const OBSERVATION: &str = "
    INSERT INTO observation (host, position, address, protocol, port, state, reason, icmp_type, icmp_code, icmp_from,
        ttl, stack, rtt, round, seen)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)";
