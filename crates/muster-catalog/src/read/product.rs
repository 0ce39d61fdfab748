//! `[[product]]` and what is below it.

use std::collections::BTreeMap;

use muster_model::{Request, Speech};
use toml::de::DeValue;

use super::check;
use super::mentions::Named;
use super::reader::{Reader, shown};
use crate::fault::{ANSWER_PARTS, Wrong};
use crate::fingerprint::{AnswerPart, Fingerprint, Match, Tell};
use crate::product::{Binding, Confidence, Listener, Manner, Means, Part, Process, Product, Proof, Status};
use crate::terms::Term as _;

/// Reads a product; `None` if it lacks what every product has.
pub(super) fn product(mut table: Reader<'_>, vendor: Option<&str>) -> Option<Product> {
    let id = table.id("id");
    let family = table.maybe_id("family");
    let name = table.text_at("name");
    let vendor_here = table.maybe_text("vendor").or_else(|| vendor.map(str::to_owned));
    if vendor_here.is_none() {
        table.required("vendor");
    }
    let end_of_life = end_of_life(&mut table);
    let (versions, part) = (table.text("versions"), table.term::<Part>("part"));
    let purpose = table.maybe_term("purpose").unwrap_or_default();
    let (status, confidence) = (table.term::<Status>("status"), table.term::<Confidence>("confidence"));
    let (notes, other_evidence) = (table.texts("notes"), table.texts("other_evidence"));
    let source = table.sources();
    let processes = table.tables("process", "product.process");
    let processes = processes.into_iter().filter_map(process).collect();
    let (listeners, are_all) = listeners(&mut table);
    // Of a listener that cannot be read nobody knows what it is asked.
    let fingerprints = fingerprints(&mut table, are_all.then_some(&listeners));
    let (text, start) = (table.text, table.start);
    let has_listener = table.value("listener").is_some();
    table.finish();
    let ((id, id_at), (name, name_at)) = (id?, name?);
    let (family, family_at) = family.unwrap_or_else(|| (id.clone(), id_at));
    text.mentions.borrow_mut().products.push(Named {
        id: id.clone(),
        id_place: text.place(id_at),
        family: family.clone(),
        family_place: text.place(family_at),
    });
    let product = Product {
        id,
        family,
        vendor: vendor_here?,
        name,
        versions: versions?,
        part: part?,
        purpose,
        status: status?,
        end_of_life,
        listeners: listeners.into_iter().map(|(listener, _)| listener).collect(),
        processes,
        fingerprints,
        notes,
        other_evidence,
        confidence: confidence?,
        source,
    };
    if !has_listener && product.other_evidence.is_empty() {
        text.wrong(start, Wrong::Unseen(product.id.to_string()));
    }
    if product.name.starts_with(&product.vendor) {
        text.wrong(name_at, Wrong::VendorTwice(shown(&product.name)));
    }
    Some(product)
}

fn end_of_life(table: &mut Reader<'_>) -> Option<jiff::civil::Date> {
    let (text, at) = table.maybe_text_at("end_of_life")?;
    let day = text.parse().ok().filter(|_| text.len() == "2012-07-04".len());
    if day.is_none() {
        table.text.wrong(at, Wrong::Day(shown(&text)));
    }
    day
}

/// Each with the byte where it begins, and whether all could be read.
fn listeners(table: &mut Reader<'_>) -> (Vec<(Listener, usize)>, bool) {
    let tables = table.tables("listener", "product.listener");
    let number = tables.len();
    let listeners: Vec<_> = tables
        .into_iter()
        .filter_map(|table| {
            let start = table.start;
            listener(table).map(|listener| (listener, start))
        })
        .collect();
    let mut told: BTreeMap<_, (&Listener, usize)> = BTreeMap::new();
    for (listener, at) in &listeners {
        for &port in &listener.ports {
            let (first, first_at) = *told.entry((listener.protocol.name(), port)).or_insert((listener, *at));
            if first_at != *at && check::contradicts(first, listener) {
                let (protocol, first) = (listener.protocol.name(), table.text.line(first_at));
                table.text.wrong(*at, Wrong::Overlap { port, protocol, first });
            }
        }
    }
    let are_all = listeners.len() == number;
    (listeners, are_all)
}

fn listener(mut table: Reader<'_>) -> Option<Listener> {
    let (protocol, ports) = (table.term("protocol"), table.ports("ports"));
    let (role, is_on_every_client) = (table.text("role"), table.flag("is_on_every_client"));
    let (binding, manner) = (table.term::<Binding>("binding"), manner(&mut table));
    let request: Option<Request> = table.maybe_term("request");
    let closed = if is_on_every_client { Proof::AbsentIfRequired } else { Proof::Nothing };
    let means = Means {
        open: table.maybe_term("open").unwrap_or(Proof::Hint),
        closed: table.maybe_term("closed").unwrap_or(closed),
        filtered: table.maybe_term("filtered").unwrap_or(Proof::Nothing),
    };
    let (only_on, not_servers) = (table.maybe_term("only_on"), table.texts("not_servers"));
    let (process, note) = (table.maybe_text("process"), table.maybe_text("note"));
    let (confidence, source) = (table.term::<Confidence>("confidence"), table.sources());
    let request_at = table.value("request").map_or(table.start, |value| value.span().start);
    let text = table.text;
    table.finish();
    let listener = Listener {
        protocol: protocol?,
        ports,
        role: role?,
        is_on_every_client,
        binding: binding?,
        only_on,
        manner: manner?,
        not_servers,
        request,
        means,
        process,
        note,
        confidence: confidence?,
        source,
    };
    if let Some(wrong) = check::of_request(&listener) {
        text.wrong(request_at, wrong);
    }
    Some(listener)
}

/// `"silent"`, `"unknown"`, `"greets-in-its-own"`, `{ greets = "…" }` or `{ answers = "…" }`.
fn manner(table: &mut Reader<'_>) -> Option<Manner> {
    table.required("manner")?;
    let value = table.value("manner")?;
    match value.get_ref() {
        DeValue::String(word) => {
            let manner = MANNERS.iter().find(|(term, _)| term == word).map(|(_, manner)| *manner);
            if manner.is_none() {
                let known = MANNERS.iter().map(|(term, _)| *term).collect();
                let wrong = Wrong::UnknownTerm { key: "manner", word: shown(word), known };
                table.text.wrong(value.span().start, wrong);
            }
            manner
        }
        DeValue::Table(inner) => {
            let mut inner = Reader::new(table.text, "manner", &value.span(), inner);
            let (greets, answers) = (inner.maybe_term::<Speech>("greets"), inner.maybe_term("answers"));
            let is_said = inner.value("greets").is_some() || inner.value("answers").is_some();
            let is_twice = inner.value("greets").is_some() && inner.value("answers").is_some();
            inner.finish();
            if !is_said || is_twice {
                table.kind("manner", value, "a word, { greets = … } or { answers = … }");
            }
            greets.map(|speech| Manner::Greets(Some(speech))).or(answers.map(Manner::Answers))
        }
        _ => {
            table.kind("manner", value, "a word, { greets = … } or { answers = … }");
            None
        }
    }
}

/// Manners that are one word.
pub(crate) const MANNERS: &[(&str, Manner)] =
    &[("silent", Manner::Silent), ("greets-in-its-own", Manner::Greets(None)), ("unknown", Manner::Unknown)];

fn process(mut table: Reader<'_>) -> Option<Process> {
    let (os, name) = (table.term("os"), table.text("name"));
    let (service, note) = (table.maybe_text("service"), table.maybe_text("note"));
    let source = table.sources();
    if service.is_some() {
        table.required("service_source");
    }
    let service_source = table.sources_of("service_source", service.is_some());
    table.finish();
    Some(Process { os: os?, name: name?, service, note, source, service_source })
}

fn fingerprints(table: &mut Reader<'_>, listeners: Option<&Vec<(Listener, usize)>>) -> Vec<Fingerprint> {
    let tables = table.tables("fingerprint", "product.fingerprint");
    tables.into_iter().filter_map(|table| fingerprint(table, listeners)).collect()
}

fn fingerprint(mut table: Reader<'_>, listeners: Option<&Vec<(Listener, usize)>>) -> Option<Fingerprint> {
    let (id, id_at) = table.text_at("id").unzip();
    let request: Option<Request> = table.maybe_term("request");
    let is_misread = request.is_none() && table.value("request").is_some();
    let (text, start) = (table.text, table.start);
    let conditions = table.tables("matches", "matches");
    let is_empty = conditions.is_empty();
    let matches = conditions.into_iter().filter_map(condition).collect();
    let tells = table.tables("tells", "tells").into_iter().filter_map(tell).collect();
    let (confidence, source) = (table.term::<Confidence>("confidence"), table.sources());
    table.finish();
    let (id, id_at) = (id?, id_at?);
    text.mentions.borrow_mut().prints.push((id.clone(), text.place(id_at)));
    if is_empty {
        text.wrong(start, Wrong::NoCondition(shown(&id)));
    }
    let is_tried = |listeners: &Vec<(Listener, usize)>| {
        listeners.iter().any(|(listener, _)| check::brings_out(listener, request))
    };
    if !is_misread && !listeners.is_none_or(is_tried) {
        let request = request.map_or("a greeting".to_owned(), |request| request.term().to_owned());
        text.wrong(start, Wrong::Untried { print: shown(&id), request });
    }
    Some(Fingerprint { id, request, matches, tells, confidence: confidence?, source })
}

fn condition(mut table: Reader<'_>) -> Option<Match> {
    let (part, comparison) = (answer_part(&mut table), table.term("comparison"));
    // Blanks are text here.
    let text = match table.required("text").and_then(|()| table.raw_text_at("text")) {
        Some((text, at)) if text.is_empty() => {
            table.text.wrong(at, Wrong::Empty("text"));
            None
        }
        text => text.map(|(text, _)| text),
    };
    table.finish();
    Some(Match { part: part?, comparison: comparison?, text: text? })
}

fn tell(mut table: Reader<'_>) -> Option<Tell> {
    let (what, part) = (table.term("what"), answer_part(&mut table));
    let mut border = |key| table.raw_text_at(key).map(|(text, _)| text).unwrap_or_default();
    let (after, before) = (border("after"), border("before"));
    table.finish();
    Some(Tell { what: what?, part: part?, after, before })
}

fn answer_part(table: &mut Reader<'_>) -> Option<AnswerPart> {
    let (text, at) = table.text_at("part")?;
    let part = match ANSWER_PARTS.iter().position(|part| *part == text) {
        Some(0) => Some(AnswerPart::Whole),
        Some(1) => Some(AnswerPart::Status),
        Some(2) => Some(AnswerPart::Body),
        Some(3) => Some(AnswerPart::Title),
        Some(4) => Some(AnswerPart::CertificateSubject),
        Some(_) => Some(AnswerPart::CertificateIssuer),
        None => {
            let field = text.strip_prefix("field ").filter(|name| !name.trim().is_empty());
            field.map(|name| AnswerPart::Field(name.trim().to_ascii_lowercase()))
        }
    };
    if part.is_none() {
        table.text.wrong(at, Wrong::AnswerPart(shown(&text)));
    }
    part
}
