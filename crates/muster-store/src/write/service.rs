//! Writing services.

use std::net::IpAddr;

use jiff::civil::Date;
use muster_model::{Excerpt, Exchange, Identity, ProductId, Service, Speech, Told, Trait};
use rusqlite::types::{ToSql, ToSqlOutput};
use rusqlite::{Connection, Result, params};

use super::host::other;
use super::place;
use crate::column::{Column, Kept, option};
use crate::words::{IdentityKind, Manner, ToldKind};

/// Writes a host's service.
pub(super) fn write(
    connection: &Connection,
    key: (i64, usize),
    own: IpAddr,
    service: &Service,
) -> Result<()> {
    let (host, position) = (key.0, place(key.1));
    let identity = service.identity.as_ref().map(Parts::of);
    let (manner, speech) = identity.as_ref().and_then(|parts| parts.manner).unzip();
    connection.prepare_cached(SERVICE)?.execute(params![
        host,
        position,
        other(&service.endpoint.address, own),
        Kept(&service.endpoint.protocol),
        service.endpoint.port,
        option(&identity.as_ref().map(|parts| parts.kind)),
        identity.as_ref().and_then(|parts| parts.fingerprint.map(Kept)),
        option(&manner),
        option(&speech.flatten()),
        option(&service.speech),
        Kept(&service.end),
    ])?;
    for (place, product) in numbered(identity.map_or(&[][..], |parts| parts.products)) {
        connection.prepare_cached(PRODUCT)?.execute(params![host, position, place, Kept(product)])?;
    }
    for (place, request) in numbered(&service.asked) {
        connection.prepare_cached(REQUEST)?.execute(params![host, position, place, Kept(request)])?;
    }
    for (place, told) in numbered(&service.told) {
        let (kind, what) = parts(told);
        connection.prepare_cached(TOLD)?.execute(params![host, position, place, Kept(&kind), what])?;
    }
    for (place, Exchange { sent, heard, is_in_tls }) in numbered(&service.exchanges) {
        connection.prepare_cached(EXCHANGE)?.execute(params![
            host,
            position,
            place,
            sent.bytes(),
            Kept(&sent.total()),
            heard.bytes(),
            Kept(&heard.total()),
            is_in_tls,
        ])?;
    }
    Ok(())
}

fn numbered<T>(list: &[T]) -> impl Iterator<Item = (i64, &T)> {
    list.iter().enumerate().map(|(position, one)| (place(position), one))
}

/// An identity, a column each.
struct Parts<'r> {
    kind: IdentityKind,
    fingerprint: Option<&'r Excerpt>,
    products: &'r [ProductId],
    manner: Option<(Manner, Option<Speech>)>,
}

impl<'r> Parts<'r> {
    fn of(identity: &'r Identity) -> Self {
        let (kind, products, by) = match identity {
            Identity::Genuine { product, fingerprint } => {
                let (kind, products) = (IdentityKind::Genuine, std::slice::from_ref(product));
                return Self { kind, fingerprint: Some(fingerprint), products, manner: None };
            }
            Identity::Consistent { products, by } => (IdentityKind::Consistent, products, Some(by)),
            Identity::Impostor { products, by } => (IdentityKind::Impostor, products, Some(by)),
            Identity::Unlearnt { products } => (IdentityKind::Unlearnt, products, None),
        };
        Self { kind, fingerprint: None, products, manner: by.map(manner) }
    }
}

fn manner(by: &Trait) -> (Manner, Option<Speech>) {
    match *by {
        Trait::SpeaksFirst => (Manner::SpeaksFirst, None),
        Trait::StaysSilent => (Manner::StaysSilent, None),
        Trait::Speaks(speech) => (Manner::Speaks, Some(speech)),
        Trait::AnswersOtherwise => (Manner::AnswersOtherwise, None),
    }
}

/// What a service told, to be written.
enum What<'r> {
    Text(&'r Excerpt),
    Day(&'r Date),
}

impl ToSql for What<'_> {
    fn to_sql(&self) -> Result<ToSqlOutput<'_>> {
        match self {
            Self::Text(text) => text.keep(),
            Self::Day(day) => day.keep(),
        }
    }
}

fn parts(told: &Told) -> (ToldKind, What<'_>) {
    let (kind, text) = match told {
        Told::SignatureDate(day) => return (ToldKind::SignatureDate, What::Day(day)),
        Told::Greeting(text) => (ToldKind::Greeting, text),
        Told::Answer(text) => (ToldKind::Answer, text),
        Told::Status(text) => (ToldKind::Status, text),
        Told::Server(text) => (ToldKind::Server, text),
        Told::Title(text) => (ToldKind::Title, text),
        Told::CertificateSubject(text) => (ToldKind::CertificateSubject, text),
        Told::CertificateIssuer(text) => (ToldKind::CertificateIssuer, text),
        Told::Protocol(text) => (ToldKind::Protocol, text),
        Told::Domain(text) => (ToldKind::Domain, text),
        Told::HardwareAddress(text) => (ToldKind::HardwareAddress, text),
        Told::System(text) => (ToldKind::System, text),
        Told::Announced(text) => (ToldKind::Announced, text),
        Told::HostName(text) => (ToldKind::HostName, text),
        Told::Version(text) => (ToldKind::Version, text),
        Told::Signatures(text) => (ToldKind::Signatures, text),
        Told::Manager(text) => (ToldKind::Manager, text),
        Told::AgentId(text) => (ToldKind::AgentId, text),
    };
    (kind, What::Text(text))
}

const SERVICE: &str = "
    INSERT INTO service (host, position, address, protocol, port, identity, fingerprint, manner, manner_speech, speech,
        conversation)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)";

const PRODUCT: &str =
    "INSERT INTO service_product (host, service, position, product) VALUES (?1, ?2, ?3, ?4)";

const REQUEST: &str =
    "INSERT INTO service_request (host, service, position, request) VALUES (?1, ?2, ?3, ?4)";

const TOLD: &str =
    "INSERT INTO service_told (host, service, position, kind, what) VALUES (?1, ?2, ?3, ?4, ?5)";

const EXCHANGE: &str = "
    INSERT INTO service_exchange (host, service, position, sent, sent_bytes, heard, heard_bytes, in_tls)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
