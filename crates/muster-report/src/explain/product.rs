//! A product: what it is, where it listens, and how it is told from everything else.

use std::io::{self, Write};

use muster_catalog::{
    AnswerPart, Comparison, Fingerprint, Listener, Match, Process, Product, Status, TellKind,
};
use muster_model::PortState;

use super::page::Page;
use super::port;

/// Writes the page of a product.
pub(super) fn write(page: &mut Page<'_, impl Write>, product: &Product) -> io::Result<()> {
    page.title(&product.title())?;
    let family = match product.family == product.id {
        true => String::new(),
        false => format!(", of the family {}", product.family),
    };
    page.entry("key", &format!("{}{family}", product.id), &[])?;
    page.entry("part", &format!("{}, for {}", product.part, product.purpose), &[])?;
    write_standing(page, product)?;
    page.entry("confidence", &product.confidence.to_string(), &[])?;
    product.notes.iter().try_for_each(|note| page.paragraph(&format!("{note}."), &[]))?;
    if product.listeners.is_empty() {
        page.heading("Listens nowhere that is known; where it shows instead")?;
    } else if !product.other_evidence.is_empty() {
        page.heading("Where else it shows")?;
    }
    product.other_evidence.iter().try_for_each(|evidence| page.point(evidence))?;
    if !product.listeners.is_empty() {
        page.heading("Where it listens")?;
    }
    write_listeners(page, product.listeners.iter())?;
    if !product.fingerprints.is_empty() {
        page.heading("How it is told from everything else")?;
    }
    product.fingerprints.iter().try_for_each(|print| write_fingerprint(page, print))?;
    if !product.processes.is_empty() {
        page.heading("Its programs")?;
    }
    product.processes.iter().try_for_each(|process| write_process(page, process))
}

/// Versions and the stage of life.
pub(super) fn write_standing(page: &mut Page<'_, impl Write>, product: &Product) -> io::Result<()> {
    page.entry("versions", &product.versions, &[])?;
    page.entry("status", &life(product), &product.source)
}

/// Where a listener is, what it does, and what the states of its port prove.
pub(super) fn write_listener(page: &mut Page<'_, impl Write>, listener: &Listener) -> io::Result<()> {
    let process = listener.process.as_ref().map(|process| format!(", {process}")).unwrap_or_default();
    let whose = match listener.is_on_every_client {
        true => "; every managed client has it",
        false => "",
    };
    let ports = port::list(listener.protocol, &listener.ports);
    page.entry(
        "listens",
        &format!("{ports} ({}): {}{process}{whose}", listener.binding, listener.role),
        &[],
    )?;
    page.entry("does", &listener.manner.to_string(), &[])?;
    let request =
        listener.request.map_or("none known that is benign".to_owned(), |request| request.to_string());
    page.entry("request", &request, &[])?;
    let proves = [PortState::Open, PortState::Closed, PortState::Filtered]
        .map(|state| format!("{state}: {}", listener.means.of(state)));
    page.entry("proves", &proves.join("; "), &[])?;
    if let Some(note) = &listener.note {
        page.entry("note", note, &[])?;
    }
    page.entry("confidence", &listener.confidence.to_string(), &listener.source)
}

/// A product that has a program of the name that is explained.
pub(super) fn write_owner(
    page: &mut Page<'_, impl Write>,
    name: &str,
    product: &Product,
    process: &Process,
) -> io::Result<()> {
    page.heading(&format!("{product} ({})", product.id))?;
    write_standing(page, product)?;
    write_process(page, process)?;
    let listeners: Vec<&Listener> =
        product.listeners.iter().filter(|listener| runs(listener, name)).collect();
    if !listeners.is_empty() {
        page.gap()?;
    }
    write_listeners(page, listeners.into_iter())
}

/// Whether the listener's program is of that name; `klnagent` means `klnagent.exe` as well.
fn runs(listener: &Listener, name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let stem = name.strip_suffix(".exe").unwrap_or(&name);
    let program = listener.process.as_deref().unwrap_or_default().to_ascii_lowercase();
    program.split([' ', ',']).any(|word| word == name || word == stem)
}

fn write_listeners<'a>(
    page: &mut Page<'_, impl Write>,
    listeners: impl Iterator<Item = &'a Listener>,
) -> io::Result<()> {
    for (place, listener) in listeners.enumerate() {
        if place > 0 {
            page.gap()?;
        }
        write_listener(page, listener)?;
    }
    Ok(())
}

/// `end of life since 2012-07-04`.
pub(super) fn life(product: &Product) -> String {
    match (product.status, product.end_of_life) {
        (Status::EndOfLife, Some(day)) => format!("{} since {day}", product.status),
        (Status::EndOfLife, None) => format!("{}, the day is not confirmed", product.status),
        _ => product.status.to_string(),
    }
}

fn write_process(page: &mut Page<'_, impl Write>, process: &Process) -> io::Result<()> {
    let note = process.note.as_ref().map(|note| format!(", {note}")).unwrap_or_default();
    page.entry(&process.os.to_string(), &format!("{}{note}", process.name), &process.source)?;
    match &process.service {
        Some(service) => page.entry("", &format!("service {service}"), &process.service_source),
        None => Ok(()),
    }
}

fn write_fingerprint(page: &mut Page<'_, impl Write>, print: &Fingerprint) -> io::Result<()> {
    let asked = match print.request {
        Some(request) => format!("asked {request}"),
        None => "before it is asked".to_owned(),
    };
    let matches: Vec<String> = print.matches.iter().map(condition).collect();
    let mut text = format!("{asked}, {}", matches.join(" and "));
    if !print.tells.is_empty() {
        let tells: Vec<&str> = print.tells.iter().map(|tell| told(tell.what)).collect();
        text.push_str(&format!("; tells {}", tells.join(", ")));
    }
    page.paragraph(&format!("{text}; confidence {}", print.confidence), &print.source)
}

fn condition(condition: &Match) -> String {
    let part = match &condition.part {
        AnswerPart::Whole => "what it says".to_owned(),
        AnswerPart::Status => "the status line".to_owned(),
        AnswerPart::Field(name) => format!("the field {name}"),
        AnswerPart::Body => "the page".to_owned(),
        AnswerPart::Title => "the title".to_owned(),
        AnswerPart::CertificateSubject => "the certificate's subject".to_owned(),
        AnswerPart::CertificateIssuer => "the certificate's issuer".to_owned(),
    };
    let comparison = match condition.comparison {
        Comparison::Equals => "is",
        Comparison::StartsWith => "begins with",
        Comparison::Contains => "has",
    };
    format!(
        "{part} {comparison} `{}`",
        condition.text.trim().escape_debug().to_string().replace(r#"\""#, "\"")
    )
}

fn told(kind: TellKind) -> &'static str {
    match kind {
        TellKind::HostName => "the computer's name",
        TellKind::Version => "the version",
        TellKind::Signatures => "the version of the signatures",
        TellKind::SignatureDate => "the date of the signatures",
        TellKind::Manager => "the management server",
        TellKind::AgentId => "the agent's number",
    }
}
