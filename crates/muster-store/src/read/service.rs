//! Reading services.

use std::collections::HashMap;
use std::net::IpAddr;

use muster_model::{Exchange, Host, Identity, ProductId, Request, Said, Service, Speech, Told, Trait};
use rusqlite::Result;

use super::host::{Span, endpoint};
use crate::column::{Columns, only};
use crate::error::damage;
use crate::words::{IdentityKind, Manner, ToldKind};

/// Reads the services of hosts and puts them where they belong.
pub(super) fn services(span: &Span<'_>, hosts: &mut [Host]) -> Result<()> {
    let mut parts = Parts {
        products: by_service(span, PRODUCTS, only)?,
        asked: by_service(span, REQUESTS, only)?,
        told: by_service(span, TOLD, told)?,
        exchanges: by_service(span, EXCHANGES, exchange)?,
    };
    let mut statement = span.connection.prepare_cached(SERVICES)?;
    let mut rows = statement.query((span.first, span.last))?;
    while let Some(row) = rows.next()? {
        let mut columns = Columns::of(row);
        let key = (columns.take()?, columns.take()?);
        let asset = span.asset(hosts, key.0)?;
        let service = service(&mut columns, asset.address, key, &mut parts)?;
        asset.services.push(service);
    }
    Ok(())
}

/// What services consist of, by the host's number and the service's place.
struct Parts {
    products: ByService<ProductId>,
    asked: ByService<Request>,
    told: ByService<Told>,
    exchanges: ByService<Exchange>,
}

type Key = (i64, i64);
type ByService<T> = HashMap<Key, Vec<T>>;

fn by_service<T>(
    span: &Span<'_>,
    sql: &str,
    read: impl Fn(&mut Columns<'_>) -> Result<T>,
) -> Result<ByService<T>> {
    let mut found = ByService::new();
    let mut statement = span.connection.prepare_cached(sql)?;
    let mut rows = statement.query((span.first, span.last))?;
    while let Some(row) = rows.next()? {
        let mut columns = Columns::of(row);
        let key = (columns.take()?, columns.take()?);
        found.entry(key).or_default().push(read(&mut columns)?);
    }
    Ok(found)
}

fn service(columns: &mut Columns<'_>, own: IpAddr, key: Key, parts: &mut Parts) -> Result<Service> {
    Ok(Service {
        endpoint: endpoint(columns, own)?,
        identity: identity(columns, parts.products.remove(&key).unwrap_or_default())?,
        speech: columns.option()?,
        asked: parts.asked.remove(&key).unwrap_or_default(),
        told: parts.told.remove(&key).unwrap_or_default(),
        end: columns.take()?,
        exchanges: parts.exchanges.remove(&key).unwrap_or_default(),
    })
}

fn identity(columns: &mut Columns<'_>, mut products: Vec<ProductId>) -> Result<Option<Identity>> {
    let (kind, fingerprint) = (columns.option()?, columns.option()?);
    let by = manner(columns.option()?, columns.option()?)?;
    Ok(Some(match (kind, by, fingerprint) {
        (None, None, None) if products.is_empty() => return Ok(None),
        (Some(IdentityKind::Genuine), None, Some(fingerprint)) if products.len() == 1 => {
            Identity::Genuine { product: products.remove(0), fingerprint }
        }
        (Some(IdentityKind::Consistent), Some(by), None) => Identity::Consistent { products, by },
        (Some(IdentityKind::Impostor), Some(by), None) => Identity::Impostor { products, by },
        (Some(IdentityKind::Unlearnt), None, None) => Identity::Unlearnt { products },
        _ => return Err(damage("half an identity")),
    }))
}

fn manner(manner: Option<Manner>, speech: Option<Speech>) -> Result<Option<Trait>> {
    Ok(Some(match (manner, speech) {
        (None, None) => return Ok(None),
        (Some(Manner::SpeaksFirst), None) => Trait::SpeaksFirst,
        (Some(Manner::StaysSilent), None) => Trait::StaysSilent,
        (Some(Manner::Speaks), Some(speech)) => Trait::Speaks(speech),
        (Some(Manner::AnswersOtherwise), None) => Trait::AnswersOtherwise,
        _ => return Err(damage("half a manner")),
    }))
}

fn told(columns: &mut Columns<'_>) -> Result<Told> {
    let tell = match columns.take()? {
        ToldKind::SignatureDate => return columns.take().map(Told::SignatureDate),
        ToldKind::Greeting => Told::Greeting,
        ToldKind::Answer => Told::Answer,
        ToldKind::Status => Told::Status,
        ToldKind::Server => Told::Server,
        ToldKind::Title => Told::Title,
        ToldKind::CertificateSubject => Told::CertificateSubject,
        ToldKind::Protocol => Told::Protocol,
        ToldKind::CertificateIssuer => Told::CertificateIssuer,
        ToldKind::Domain => Told::Domain,
        ToldKind::HardwareAddress => Told::HardwareAddress,
        ToldKind::System => Told::System,
        ToldKind::Announced => Told::Announced,
        ToldKind::HostName => Told::HostName,
        ToldKind::Version => Told::Version,
        ToldKind::Signatures => Told::Signatures,
        ToldKind::Manager => Told::Manager,
        ToldKind::AgentId => Told::AgentId,
    };
    columns.take().map(tell)
}

fn exchange(columns: &mut Columns<'_>) -> Result<Exchange> {
    Ok(Exchange { sent: said(columns)?, heard: said(columns)?, is_in_tls: columns.take()? })
}

fn said(columns: &mut Columns<'_>) -> Result<Said> {
    let (bytes, total): (Vec<u8>, u64) = (columns.take()?, columns.take()?);
    match bytes.len() {
        kept if kept > Said::MOST || kept as u64 > total => Err(damage("more than was said")),
        0 => Ok(Said::secret(total)),
        _ => Ok(Said::of(&bytes, total)),
    }
}

const SERVICES: &str = "
    SELECT host, position, address, protocol, port, identity, fingerprint, manner, manner_speech, speech, conversation
    FROM service WHERE host BETWEEN ?1 AND ?2 ORDER BY host, position";

const PRODUCTS: &str = "
    SELECT host, service, product
    FROM service_product WHERE host BETWEEN ?1 AND ?2 ORDER BY host, service, position";

const REQUESTS: &str = "
    SELECT host, service, request
    FROM service_request WHERE host BETWEEN ?1 AND ?2 ORDER BY host, service, position";

const TOLD: &str = "
    SELECT host, service, kind, what
    FROM service_told WHERE host BETWEEN ?1 AND ?2 ORDER BY host, service, position";

const EXCHANGES: &str = "
    SELECT host, service, sent, sent_bytes, heard, heard_bytes, in_tls
    FROM service_exchange WHERE host BETWEEN ?1 AND ?2 ORDER BY host, service, position";
