//! Explanations as JSON lines of the public contract.

use std::collections::BTreeSet;
use std::io::{self, Write};

use muster_catalog::{Catalog, Contradiction, Incident, Product};
use muster_model::Protocol;

use super::{Topic, host, otherwise};
use crate::schema::SCHEMA;
use crate::schema::catalog::{self as lines, Head, KnownPort, Line, Program, ProgramOf, Service};

/// Writes what the catalogue knows about `topics`; `version` is the program's.
///
/// # Errors
/// The writer's.
pub fn write_explanation_json(
    out: &mut impl Write,
    catalog: &Catalog,
    topics: &[Topic<'_>],
    version: &str,
) -> io::Result<()> {
    let mut stream = Stream::begin(out, catalog, version)?;
    topics.iter().try_for_each(|topic| stream.topic(topic))?;
    stream.end()
}

/// Writes products as lines; `version` is the program's.
///
/// # Errors
/// The writer's.
pub fn write_products_json(
    out: &mut impl Write,
    catalog: &Catalog,
    products: &[&Product],
    version: &str,
) -> io::Result<()> {
    let mut stream = Stream::begin(out, catalog, version)?;
    stream.products(products)?;
    stream.end()
}

/// Lines, and what they cite.
struct Stream<'a, W> {
    out: &'a mut W,
    catalog: &'a Catalog,
    cited: BTreeSet<&'a str>,
    contradictions: Vec<&'a Contradiction>,
}

impl<'a, W: Write> Stream<'a, W> {
    fn begin(out: &'a mut W, catalog: &'a Catalog, muster: &str) -> io::Result<Self> {
        Line::Catalog(Head { schema: SCHEMA, muster }).write(out)?;
        Ok(Self { out, catalog, cited: BTreeSet::new(), contradictions: Vec::new() })
    }

    fn topic(&mut self, topic: &Topic<'a>) -> io::Result<()> {
        match topic {
            Topic::Port { port, protocol } => self.port(*port, *protocol),
            Topic::Service { name, tcp, udp } => Line::Service(Service { name, tcp, udp }).write(self.out),
            Topic::Program { name, owners } => {
                for (product, process) in owners {
                    self.cite(&product.source);
                    self.cite(&process.source);
                    self.cite(&process.service_source);
                }
                let of = |(product, process): &(&'a Product, &'a _)| {
                    ProgramOf::new(self.catalog, product, process)
                };
                let checks = host::of_programs(owners.iter().map(|(_, process)| *process));
                let owners = owners.iter().map(of).collect();
                let program = Program { name, owners, checks, otherwise: otherwise::of_program() };
                Line::Program(program).write(self.out)
            }
            Topic::Products(products) => self.products(products),
            Topic::Incidents(incidents) => incidents.iter().try_for_each(|incident| self.incident(incident)),
        }
    }

    fn port(&mut self, port: u16, protocol: Option<Protocol>) -> io::Result<()> {
        let protocols = protocol.map_or(vec![Protocol::Tcp, Protocol::Udp], |protocol| vec![protocol]);
        let catalog = self.catalog;
        let mut known = KnownPort::new(catalog, port, &protocols);
        known.checks = protocols.iter().flat_map(|&protocol| host::of_port(protocol, port)).collect();
        known.otherwise = otherwise::of_port(catalog, port, &protocols);
        if let Some(note) = catalog.port_note(port) {
            note.registration.iter().chain(&note.users).for_each(|note| self.cite(&note.source));
            note.readings.iter().for_each(|reading| self.cite(&reading.source));
        }
        for protocol in &protocols {
            catalog.listeners(*protocol, port).for_each(|(_, listener)| self.cite(&listener.source));
        }
        Line::KnownPort(Box::new(known)).write(self.out)?;
        self.disagree(|one| one.ports.contains(&port));
        let here = |one: &&Incident| one.ports.contains(&port) && protocols.contains(&one.protocol);
        catalog.incidents().iter().filter(here).try_for_each(|incident| self.incident(incident))
    }

    fn products(&mut self, products: &[&'a Product]) -> io::Result<()> {
        for product in products {
            self.cite(&product.source);
            product.listeners.iter().for_each(|listener| self.cite(&listener.source));
            product.fingerprints.iter().for_each(|print| self.cite(&print.source));
            for process in &product.processes {
                self.cite(&process.source);
                self.cite(&process.service_source);
            }
            Line::Product(Box::new(lines::Product::new(self.catalog, product))).write(self.out)?;
            self.disagree(|one| one.products.contains(&product.id));
        }
        let is_about =
            |one: &&Incident| one.products.iter().any(|id| products.iter().any(|product| product.id == *id));
        self.catalog.incidents().iter().filter(is_about).try_for_each(|incident| self.incident(incident))
    }

    fn incident(&mut self, incident: &'a Incident) -> io::Result<()> {
        self.cite(&incident.source);
        Line::Incident(lines::Incident::new(self.catalog, incident)).write(self.out)
    }

    fn disagree(&mut self, is_here: impl Fn(&Contradiction) -> bool) {
        for one in self.catalog.contradictions().iter().filter(|one| is_here(one)) {
            if !self.contradictions.contains(&one) {
                self.contradictions.push(one);
            }
        }
    }

    fn cite(&mut self, sources: &'a [String]) {
        self.cited.extend(sources.iter().map(String::as_str));
    }

    fn end(mut self) -> io::Result<()> {
        for one in std::mem::take(&mut self.contradictions) {
            self.cite(&one.source);
            Line::Contradiction(lines::Contradiction::new(self.catalog, one)).write(self.out)?;
        }
        let sources = self.cited.iter().filter_map(|key| self.catalog.source(key));
        sources.map(lines::Source::new).try_for_each(|source| Line::Source(source).write(self.out))
    }
}
