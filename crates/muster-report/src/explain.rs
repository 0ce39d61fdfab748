//! What the catalogue knows about a port, a product, a program or an incident, for a person to read.
//!
//! Every sentence about a product or a port is the catalogue's own; only the order, what to run on a host and what to do
//! next is from here. Facts carry the keys of their sources in brackets, and the page ends with the list of them.

mod host;
mod json;
mod otherwise;
pub(crate) mod page;
pub(crate) mod port;
mod product;
mod topic;

#[cfg(test)]
mod tests;

use std::io::{self, Write};

use muster_catalog::{Catalog, Contradiction, Incident, Process, Product};

pub use self::json::{write_explanation_json, write_products_json};
use self::page::Page;
pub use self::page::PageForm;
pub use self::topic::Topic;

/// Writes what the catalogue knows about `topic`: as text in lines of 80 columns, of which only words that are longer,
/// such as addresses of pages, stand out; or as Markdown.
///
/// # Errors
/// The writer's.
pub fn write_explanation(
    out: &mut impl Write,
    catalog: &Catalog,
    topic: &Topic<'_>,
    form: PageForm,
) -> io::Result<()> {
    let mut page = Page::new(out, catalog, form);
    match topic {
        Topic::Port { port, protocol } => port::write(&mut page, *port, *protocol)?,
        Topic::Service { name, tcp, udp } => write_service(&mut page, name, tcp, udp)?,
        Topic::Program { name, owners } => write_program(&mut page, name, owners)?,
        Topic::Products(products) => write_products(&mut page, products)?,
        Topic::Incidents(incidents) => write_incidents(&mut page, incidents)?,
    }
    page.write_sources()
}

fn write_service(page: &mut Page<'_, impl Write>, name: &str, tcp: &[u16], udp: &[u16]) -> io::Result<()> {
    page.title(name)?;
    page.paragraph("IANA registers this name for several ports. That proves nothing about a host.", &[])?;
    page.gap()?;
    for (protocol, ports) in [(muster_model::Protocol::Tcp, tcp), (muster_model::Protocol::Udp, udp)] {
        if !ports.is_empty() {
            page.entry("ports", &port::list(protocol, ports), &[])?;
        }
    }
    let mut all: Vec<u16> = tcp.iter().chain(udp).copied().collect();
    all.sort_unstable();
    all.dedup();
    all.into_iter().try_for_each(|port| page.entry("more", &format!("muster explain {port}"), &[]))
}

fn write_program(
    page: &mut Page<'_, impl Write>,
    name: &str,
    owners: &[(&Product, &Process)],
) -> io::Result<()> {
    page.title(name)?;
    page.paragraph(
        "A name proves nothing: any program can carry it. These products have one of this name:",
        &[],
    )?;
    for (product, process) in owners {
        product::write_owner(page, name, product, process)?;
    }
    write_contradictions(page, |one| {
        owners.iter().any(|(product, _)| one.products.contains(&product.id)) && has_word(&one.text, name)
    })?;
    write_checks(page, owners.iter().map(|(_, process)| *process))?;
    page.heading("When something else has the name")?;
    otherwise::of_program().iter().try_for_each(|step| page.point(step))
}

fn has_word(text: &str, name: &str) -> bool {
    text.to_ascii_lowercase().contains(&name.to_ascii_lowercase())
}

fn write_checks<'a>(
    page: &mut Page<'_, impl Write>,
    programs: impl Iterator<Item = &'a Process>,
) -> io::Result<()> {
    let checks = host::of_programs(programs);
    if checks.is_empty() {
        return Ok(());
    }
    page.heading("To see on a host whether it runs, and where it listens")?;
    page.commands(&checks)
}

fn write_products(page: &mut Page<'_, impl Write>, products: &[&Product]) -> io::Result<()> {
    for product in products {
        product::write(page, product)?;
        write_checks(page, product.processes.iter())?;
    }
    write_contradictions(page, |one| products.iter().any(|product| one.products.contains(&product.id)))?;
    let is_about = |incident: &&Incident| {
        incident.products.iter().any(|id| products.iter().any(|product| product.id == *id))
    };
    let incidents: Vec<&Incident> = page.catalog().incidents().iter().filter(is_about).collect();
    if !incidents.is_empty() {
        page.heading("What happened")?;
    }
    incidents.into_iter().try_for_each(|incident| write_incident(page, incident))?;
    if products.iter().all(|product| product.processes.is_empty()) {
        return Ok(());
    }
    page.heading("When something else has one of these names or ports")?;
    otherwise::of_program().iter().try_for_each(|step| page.point(step))
}

/// Where sources disagree about what the page is about.
fn write_contradictions(
    page: &mut Page<'_, impl Write>,
    is_here: impl Fn(&Contradiction) -> bool,
) -> io::Result<()> {
    let here: Vec<&Contradiction> =
        page.catalog().contradictions().iter().filter(|one| is_here(one)).collect();
    if !here.is_empty() {
        page.heading("Sources disagree")?;
    }
    here.into_iter().try_for_each(|one| page.item(&one.topic, &format!("{}.", one.text), &one.source))
}

fn write_incidents(page: &mut Page<'_, impl Write>, incidents: &[&Incident]) -> io::Result<()> {
    for incident in incidents {
        page.title(&format!("{}: {}", incident.date, incident.name))?;
        page.paragraph(&format!("{}.", incident.summary), &incident.source)?;
        page.gap()?;
        page.entry("ports", &port::list(incident.protocol, &incident.ports), &[])?;
        for id in &incident.products {
            if let Some(product) = page.catalog().product(id) {
                page.entry(
                    "product",
                    &format!("{product} ({id}): {}", product::life(product)),
                    &product.source,
                )?;
            }
        }
        for port in &incident.ports {
            page.entry("more", &format!("muster explain {}/{port}", incident.protocol), &[])?;
        }
    }
    Ok(())
}

/// One incident as an entry of a longer page.
fn write_incident(page: &mut Page<'_, impl Write>, incident: &Incident) -> io::Result<()> {
    let ports = port::list(incident.protocol, &incident.ports);
    page.entry(
        &incident.date,
        &format!("{} ({ports}): {}.", incident.name, incident.summary),
        &incident.source,
    )
}
