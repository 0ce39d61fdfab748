//! A product as a file of the catalogue has it, for somebody to change.

use std::collections::BTreeMap;
use std::fmt::{self, Write as _};

use muster_model::Excerpt;

use crate::fingerprint::{AnswerPart, Fingerprint};
use crate::product::{Listener, Manner, Process, Product, Proof, Source};
use crate::read::product::MANNERS;
use crate::terms::Term;

/// Comments on fingerprints, by their keys, a line each.
pub type Notes = BTreeMap<String, Vec<String>>;

/// The product as a file of its own: read again, it is the same.
pub fn toml(product: &Product) -> String {
    toml_with(product, &Notes::default())
}

/// The same with comments before fingerprints.
pub fn toml_with(product: &Product, notes: &Notes) -> String {
    let mut text = String::new();
    // A String takes everything.
    let _ = write_product(&mut text, product, notes);
    text
}

/// Where a fact is from, as a part of a file.
pub fn toml_source(source: &Source) -> String {
    let mut text = String::new();
    let _ = write_source(&mut text, source);
    text
}

fn write_source(out: &mut String, source: &Source) -> fmt::Result {
    writeln!(out, "[[source]]")?;
    entry(out, "id", &source.id)?;
    entry(out, "kind", &source.kind)?;
    entry(out, "reference", &source.reference)?;
    maybe(out, "note", source.note.as_deref())
}

fn write_product(out: &mut String, product: &Product, notes: &Notes) -> fmt::Result {
    writeln!(out, "[[product]]")?;
    entry(out, "id", product.id.as_str())?;
    if product.family != product.id {
        entry(out, "family", product.family.as_str())?;
    }
    entry(out, "vendor", &product.vendor)?;
    entry(out, "name", &product.name)?;
    entry(out, "versions", &product.versions)?;
    entry(out, "part", product.part.term())?;
    entry(out, "purpose", product.purpose.term())?;
    entry(out, "status", product.status.term())?;
    if let Some(day) = product.end_of_life {
        entry(out, "end_of_life", &day.to_string())?;
    }
    entry(out, "confidence", product.confidence.term())?;
    list(out, "notes", &product.notes)?;
    list(out, "other_evidence", &product.other_evidence)?;
    list(out, "source", &product.source)?;
    product.listeners.iter().try_for_each(|listener| write_listener(out, listener))?;
    product.processes.iter().try_for_each(|process| write_process(out, process))?;
    product.fingerprints.iter().try_for_each(|print| {
        let lines = notes.get(&print.id).map(Vec::as_slice).unwrap_or_default();
        writeln!(out)?;
        lines.iter().try_for_each(|line| writeln!(out, "# {}", Excerpt::of_bytes(line.as_bytes())))?;
        write_fingerprint(out, print)
    })
}

fn write_listener(out: &mut String, listener: &Listener) -> fmt::Result {
    writeln!(out, "\n[[product.listener]]")?;
    entry(out, "protocol", listener.protocol.term())?;
    writeln!(out, "ports = {:?}", listener.ports)?;
    entry(out, "role", &listener.role)?;
    if listener.is_on_every_client {
        writeln!(out, "is_on_every_client = true")?;
    }
    entry(out, "binding", listener.binding.term())?;
    maybe(out, "only_on", listener.only_on.map(Term::term))?;
    writeln!(out, "manner = {}", manner(listener.manner))?;
    list(out, "not_servers", &listener.not_servers)?;
    if let Some(request) = listener.request {
        entry(out, "request", request.term())?;
    }
    let closed = if listener.is_on_every_client { Proof::AbsentIfRequired } else { Proof::Nothing };
    let means = listener.means;
    let states = [
        ("open", means.open, Proof::Hint),
        ("closed", means.closed, closed),
        ("filtered", means.filtered, Proof::Nothing),
    ];
    for (key, proof, _) in states.into_iter().filter(|(_, proof, rule)| proof != rule) {
        entry(out, key, proof.term())?;
    }
    maybe(out, "process", listener.process.as_deref())?;
    maybe(out, "note", listener.note.as_deref())?;
    entry(out, "confidence", listener.confidence.term())?;
    list(out, "source", &listener.source)
}

fn manner(manner: Manner) -> String {
    match manner {
        Manner::Greets(Some(speech)) => format!("{{ greets = {} }}", quoted(speech.term())),
        Manner::Answers(speech) => format!("{{ answers = {} }}", quoted(speech.term())),
        word => quoted(MANNERS.iter().find(|(_, manner)| *manner == word).map_or("", |(term, _)| *term)),
    }
}

fn write_process(out: &mut String, process: &Process) -> fmt::Result {
    writeln!(out, "\n[[product.process]]")?;
    entry(out, "os", process.os.term())?;
    entry(out, "name", &process.name)?;
    maybe(out, "service", process.service.as_deref())?;
    maybe(out, "note", process.note.as_deref())?;
    list(out, "source", &process.source)?;
    list(out, "service_source", &process.service_source)
}

fn write_fingerprint(out: &mut String, print: &Fingerprint) -> fmt::Result {
    writeln!(out, "[[product.fingerprint]]")?;
    entry(out, "id", &print.id)?;
    if let Some(request) = print.request {
        entry(out, "request", request.term())?;
    }
    let matches = print.matches.iter().map(|item| {
        let (part, comparison, text) = (part(&item.part), quoted(item.comparison.term()), quoted(&item.text));
        format!("{{ part = {part}, comparison = {comparison}, text = {text} }}")
    });
    tables(out, "matches", matches)?;
    let tells = print.tells.iter().map(|tell| {
        let (what, part) = (quoted(tell.what.term()), part(&tell.part));
        let (after, before) = (quoted(&tell.after), quoted(&tell.before));
        format!("{{ what = {what}, part = {part}, after = {after}, before = {before} }}")
    });
    tables(out, "tells", tells)?;
    entry(out, "confidence", print.confidence.term())?;
    list(out, "source", &print.source)
}

fn part(part: &AnswerPart) -> String {
    quoted(&part.term())
}

fn tables(out: &mut String, key: &str, tables: impl Iterator<Item = String>) -> fmt::Result {
    let tables: Vec<String> = tables.map(|table| format!("    {table},\n")).collect();
    if tables.is_empty() { Ok(()) } else { writeln!(out, "{key} = [\n{}]", tables.concat()) }
}

fn maybe(out: &mut String, key: &str, value: Option<&str>) -> fmt::Result {
    value.map_or(Ok(()), |value| entry(out, key, value))
}

fn entry(out: &mut String, key: &str, value: &str) -> fmt::Result {
    writeln!(out, "{key} = {}", quoted(value))
}

fn list(out: &mut String, key: &str, values: &[String]) -> fmt::Result {
    let short: Vec<String> = values.iter().map(|value| quoted(value)).collect();
    let line = format!("{key} = [{}]", short.join(", "));
    match (short.is_empty(), line.len() > WIDTH) {
        (true, _) => Ok(()),
        (false, false) => writeln!(out, "{line}"),
        (false, true) => {
            let lines: String = short.iter().map(|value| format!("    {value},\n")).collect();
            writeln!(out, "{key} = [\n{lines}]")
        }
    }
}

/// A list that is longer has a line for each of its members.
const WIDTH: usize = 80;

/// A basic string: TOML takes everything in it but quotes, backslashes and control characters.
fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            c if c.is_control() => {
                let _ = write!(quoted, "\\u{:04X}", u32::from(c));
            }
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

impl AnswerPart {
    /// As files of the catalogue name it: `body`, `field server`.
    pub fn term(&self) -> String {
        let term = match self {
            Self::Whole => "whole",
            Self::Status => "status",
            Self::Field(name) => return format!("field {name}"),
            Self::Body => "body",
            Self::Title => "title",
            Self::CertificateSubject => "certificate-subject",
            Self::CertificateIssuer => "certificate-issuer",
        };
        term.to_owned()
    }
}

impl Manner {
    /// As files of the catalogue name it, without the protocol: `silent`, `greets`, `answers`.
    pub fn term(self) -> &'static str {
        match self {
            Self::Greets(Some(_)) => "greets",
            Self::Answers(_) => "answers",
            word => MANNERS.iter().find(|(_, manner)| *manner == word).map_or("", |(term, _)| *term),
        }
    }
}
