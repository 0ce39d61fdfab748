//! A port: whose it is, who listens there, what happened, and how to look.

use std::io::{self, Write};

use muster_catalog::{Catalog, Listener, Note, PortNote, Product, registry};
use muster_model::Protocol;

use super::page::Page;
use super::{host, otherwise, product, write_contradictions, write_incident};

/// Writes the page of a port; without `protocol`, of TCP and UDP.
pub(super) fn write(
    page: &mut Page<'_, impl Write>,
    port: u16,
    protocol: Option<Protocol>,
) -> io::Result<()> {
    let protocols = protocol.map_or(vec![Protocol::Tcp, Protocol::Udp], |protocol| vec![protocol]);
    let names: Vec<&str> = protocols.iter().map(|&protocol| upper(protocol)).collect();
    page.title(&format!("Port {port}, {}", names.join(" and ")))?;
    let note = page.catalog().port_note(port);
    write_registration(page, port, &protocols, note)?;
    if let Some(note) = note {
        write_notes(page, "Who used it", &note.users)?;
    }
    write_listeners(page, port, &protocols)?;
    if let Some(note) = note {
        write_readings(page, note)?;
    }
    write_contradictions(page, |one| one.ports.contains(&port))?;
    write_incidents(page, port, &protocols)?;
    for &protocol in &protocols {
        page.heading(&format!("To see on a host who listens on {} {port}", upper(protocol)))?;
        page.commands(&host::of_port(protocol, port))?;
    }
    page.heading("When something else listens")?;
    otherwise::of_port(page.catalog(), port, &protocols).iter().try_for_each(|step| page.point(step))
}

/// `TCP 38037, 38292`, or that none is known.
pub(super) fn list(protocol: Protocol, ports: &[u16]) -> String {
    let protocol = upper(protocol);
    if ports.is_empty() {
        return format!("{protocol}, no port that is the same everywhere");
    }
    let ports: Vec<String> = ports.iter().map(u16::to_string).collect();
    format!("{protocol} {}", ports.join(", "))
}

pub(super) fn upper(protocol: Protocol) -> &'static str {
    match protocol {
        Protocol::Tcp => "TCP",
        Protocol::Udp => "UDP",
        Protocol::Icmp => "ICMP",
        Protocol::Neighbor => "the local link",
    }
}

/// Whose number it is. The registry's table has one name that scanners gave; where there is a note, it tells.
fn write_registration(
    page: &mut Page<'_, impl Write>,
    port: u16,
    protocols: &[Protocol],
    note: Option<&PortNote>,
) -> io::Result<()> {
    if let Some(note) = note.filter(|note| !note.registration.is_empty()) {
        return write_notes(page, "Whose number it is", &note.registration);
    }
    page.heading("Whose number it is")?;
    for &protocol in protocols {
        let owner = match registry::service_name(port, protocol) {
            Some(name) => {
                format!("{}: IANA registers it as {name}. That proves nothing about a host.", upper(protocol))
            }
            None => format!("{}: IANA's registry has no name for it.", upper(protocol)),
        };
        page.paragraph(&owner, &[])?;
    }
    Ok(())
}

fn write_notes(page: &mut Page<'_, impl Write>, heading: &str, notes: &[Note]) -> io::Result<()> {
    if notes.is_empty() {
        return Ok(());
    }
    page.heading(heading)?;
    notes.iter().try_for_each(|note| page.paragraph(&note.text, &note.source))
}

fn write_listeners(page: &mut Page<'_, impl Write>, port: u16, protocols: &[Protocol]) -> io::Result<()> {
    page.heading("Who is known to listen there")?;
    let mut is_known = false;
    for &protocol in protocols {
        let listeners: Vec<(&Product, &Listener)> = page.catalog().listeners(protocol, port).collect();
        for (owner, listener) in listeners {
            if is_known {
                page.gap()?;
            }
            page.paragraph(&format!("{owner} ({})", owner.id), &[])?;
            product::write_standing(page, owner)?;
            product::write_listener(page, listener)?;
            is_known = true;
        }
    }
    if !is_known {
        page.paragraph("No product of the catalogue.", &[])?;
    }
    write_approach(page, port, protocols)
}

/// What an audit does with the port where it is open.
fn write_approach(page: &mut Page<'_, impl Write>, port: u16, protocols: &[Protocol]) -> io::Result<()> {
    if protocols.contains(&Protocol::Udp) {
        write_datagrams(page, port)?;
    }
    if !protocols.contains(&Protocol::Tcp) {
        return Ok(());
    }
    let catalog = page.catalog();
    let mut agents =
        catalog.listeners(Protocol::Tcp, port).filter(|(product, _)| product.is_agent()).peekable();
    if agents.peek().is_none() {
        return Ok(());
    }
    let how = match agents.find_map(|(_, listener)| listener.request) {
        Some(request) => format!("listens whether it speaks first, and if not asks {request}"),
        None => "only listens".to_owned(),
    };
    page.gap()?;
    page.paragraph(&format!("Where TCP {port} is open, an audit connects and {how}."), &[])
}

fn write_datagrams(page: &mut Page<'_, impl Write>, port: u16) -> io::Result<()> {
    let Some(text) = datagrams(page.catalog(), port) else { return Ok(()) };
    page.gap()?;
    page.paragraph(&text, &[])
}

/// What can be learnt of a UDP port without a datagram that it may not expect; `None`: it is no agent's.
pub(crate) fn datagrams(catalog: &Catalog, port: u16) -> Option<String> {
    let mut listeners = catalog.listeners(Protocol::Udp, port);
    let is_agents = listeners.any(|(product, _)| product.is_agent());
    is_agents.then(|| format!(
        "Nothing is said to an agent on UDP {port}: what it would take for a request is not published, and a guess \
         may do harm. An audit leaves the port alone; muster scan -sU --udp-empty sends an empty datagram, and \
         nothing else does. An ICMP message that the port is unreachable means that nobody listens there. Silence \
         means nothing: an agent that listens, a filter and a lost datagram look the same. To know, look on the host."
    ))
}

fn write_readings(page: &mut Page<'_, impl Write>, note: &PortNote) -> io::Result<()> {
    if note.readings.is_empty() {
        return Ok(());
    }
    page.heading("What may be there today, by what it does")?;
    note.readings.iter().try_for_each(|reading| page.item(&reading.seen, &reading.says, &reading.source))
}

fn write_incidents(page: &mut Page<'_, impl Write>, port: u16, protocols: &[Protocol]) -> io::Result<()> {
    let incidents = page.catalog().incidents().iter();
    let here: Vec<_> = incidents
        .filter(|incident| incident.ports.contains(&port) && protocols.contains(&incident.protocol))
        .collect();
    if !here.is_empty() {
        page.heading("What happened")?;
    }
    here.into_iter().try_for_each(|incident| write_incident(page, incident))
}
