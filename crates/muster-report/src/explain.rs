//! What the catalogue knows about a port, a product, a program or an incident, for a person to read.
//!
//! Every sentence about a product or a port is the catalogue's own; only the order, and what to run on a host, is from
//! here. Facts carry the keys of their sources in brackets, and the page ends with the list of them.

mod host;
mod page;
mod port;
mod product;
mod topic;

#[cfg(test)]
mod tests;

use std::io::{self, Write};

use muster_catalog::{Catalog, Incident, Process, Product};

use self::page::Page;
pub use self::topic::Topic;

/// Writes what the catalogue knows about `topic`, in lines of 80 columns; only words that are longer, such as addresses
/// of pages, stand out.
///
/// # Errors
/// The writer's.
pub fn write_explanation(out: &mut impl Write, catalog: &Catalog, topic: &Topic<'_>) -> io::Result<()> {
    let mut page = Page::new(out, catalog);
    match topic {
        Topic::Port { port, protocol } => port::write(&mut page, *port, *protocol)?,
        Topic::Program { name, owners } => write_program(&mut page, name, owners)?,
        Topic::Products(products) => write_products(&mut page, products)?,
        Topic::Incidents(incidents) => write_incidents(&mut page, incidents)?,
    }
    page.write_sources()
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
    host::write_program(page, name, owners.iter().map(|(_, process)| process.os))
}

fn write_products(page: &mut Page<'_, impl Write>, products: &[&Product]) -> io::Result<()> {
    for product in products {
        product::write(page, product)?;
    }
    let is_about = |incident: &&Incident| {
        incident.products.iter().any(|id| products.iter().any(|product| product.id == *id))
    };
    let incidents: Vec<&Incident> = page.catalog().incidents().iter().filter(is_about).collect();
    if !incidents.is_empty() {
        page.heading("What happened")?;
    }
    incidents.into_iter().try_for_each(|incident| write_incident(page, incident))
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
