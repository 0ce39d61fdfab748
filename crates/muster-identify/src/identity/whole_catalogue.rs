//! Every fingerprint of the catalogue, met by what its sources let its product say.
//!
//! Of all these products the lab runs ClamAV alone. The transcripts here are made from the fingerprints themselves, and
//! show that each can be brought out at a port of its product, and at none is taken for another's.

use std::collections::{BTreeMap, BTreeSet};

use muster_catalog::{AnswerPart, Catalog, Fingerprint, Product};
use muster_model::{Protocol, Service};

use crate::testing::{Script, converse_with};

/// What the fingerprint asks for and nothing else; none for what only a certificate says.
fn transcript(fingerprint: &Fingerprint) -> Option<Vec<u8>> {
    let text_of = |wanted: fn(&AnswerPart) -> bool| -> Vec<&str> {
        let such = fingerprint.matches.iter().filter(|it| wanted(&it.part));
        such.map(|it| it.text.as_str()).collect()
    };
    let whole = text_of(|part| *part == AnswerPart::Whole);
    if fingerprint.matches.iter().any(|it| is_of_certificate(&it.part)) {
        return None;
    }
    if fingerprint.matches.iter().all(|it| it.part == AnswerPart::Whole) {
        return Some(format!("{}\r\n", whole.join(" ")).into_bytes());
    }
    let status = text_of(|part| *part == AnswerPart::Status);
    let status = match status.first() {
        Some(text) if text.starts_with("HTTP/") => (*text).to_owned(),
        Some(text) => format!("HTTP/1.1 {text}"),
        None => "HTTP/1.1 200 OK".to_owned(),
    };
    let mut fields: BTreeMap<&str, String> = BTreeMap::new();
    for condition in &fingerprint.matches {
        if let AnswerPart::Field(name) = &condition.part {
            *fields.entry(name).or_default() += &condition.text;
        }
    }
    fields.extend(whole.iter().map(|text| (*text, String::new())));
    let fields = fields.iter().map(|(name, value)| format!("{name}: {value}\r\n"));
    let title = text_of(|part| *part == AnswerPart::Title).concat();
    let body = text_of(|part| *part == AnswerPart::Body).join(" ");
    let page = if title.is_empty() { body } else { format!("<title>{title}</title>{body}") };
    let head = format!("{status}\r\n{}Content-Length: {}\r\n\r\n", fields.collect::<String>(), page.len());
    Some(format!("{head}{page}").into_bytes())
}

fn is_of_certificate(part: &AnswerPart) -> bool {
    matches!(part, AnswerPart::CertificateSubject | AnswerPart::CertificateIssuer)
}

fn tcp_ports<'a>(products: impl IntoIterator<Item = &'a Product>) -> BTreeSet<u16> {
    let listeners = products.into_iter().flat_map(|product| &product.listeners);
    listeners.filter(|it| it.protocol == Protocol::Tcp).flat_map(|it| it.ports.iter().copied()).collect()
}

fn met(port: u16, fingerprint: &Fingerprint, bytes: &[u8]) -> Service {
    let script = match fingerprint.request {
        None => Script { greeting: bytes, ..Script::default() },
        Some(_) => Script { answer: bytes, ..Script::default() },
    };
    converse_with(Catalog::builtin().products(), port, &script)
}

fn fingerprints() -> impl Iterator<Item = (&'static Product, &'static Fingerprint)> {
    let products = Catalog::builtin().products().iter();
    products.flat_map(|product| product.fingerprints.iter().map(move |it| (product, it)))
}

#[test]
fn every_product_that_has_a_fingerprint_can_be_told_by_it() {
    let mut unreached = Vec::new();
    for (product, fingerprint) in fingerprints() {
        let Some(bytes) = transcript(fingerprint) else { continue };
        let is_told = |port: &u16| met(*port, fingerprint, &bytes).genuine() == Some(&product.id);
        if !tcp_ports([product]).iter().chain([&ANY]).any(is_told) {
            unreached.push(format!("{}: {}", product.id, fingerprint.id));
        }
    }
    assert_eq!(unreached, [""; 0]);
}

#[test]
fn nobody_is_taken_for_somebody_elses_agent() {
    let products = Catalog::builtin().products();
    let family = |service: &Service| {
        let id = service.genuine()?.clone();
        products.iter().find(|product| product.id == id).map(|product| product.family.clone())
    };
    let ports = tcp_ports(products);
    for (product, fingerprint) in fingerprints() {
        let Some(bytes) = transcript(fingerprint) else { continue };
        for port in ports.iter().chain([&ANY]) {
            let told = family(&met(*port, fingerprint, &bytes));
            let is_own = told.as_ref().is_none_or(|family| *family == product.family);
            assert!(is_own, "{} on {port} is taken for {told:?}", fingerprint.id);
        }
    }
}

/// A port that nobody knows.
const ANY: u16 = 40_000;

/// For these a certificate would have to be made.
#[test]
fn few_are_told_by_a_certificate_alone() {
    let alone: Vec<&str> =
        fingerprints().filter(|(_, it)| transcript(it).is_none()).map(|(_, it)| it.id.as_str()).collect();
    assert_eq!(alone, ["sophos-rms-certificate", "velociraptor-certificate", "wazuh-enrolment-certificate"]);
}
