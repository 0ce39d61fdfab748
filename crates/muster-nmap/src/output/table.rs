//! The table of ports in normal output: columns as wide as their widest cell, lines of scripts below their port.

use std::borrow::Cow;
use std::io::{self, Write};

use muster_model::PortState;

use super::{Method, NAMELESS, Port, Scan, Script, Service, text};

/// A cell for each column.
type Row<'a> = Vec<Cow<'a, str>>;

/// Writes the table, heading first.
pub(super) fn write(out: &mut impl Write, scan: &Scan, ports: &[&Port]) -> io::Result<()> {
    let heading = heading(scan);
    let rows: Vec<Row<'_>> = ports.iter().map(|port| row(scan, port)).collect();
    let mut widths = [0; MOST_COLUMNS];
    for row in rows.iter().chain([&heading]) {
        for (cell, width) in row.iter().zip(&mut widths) {
            *width = cell.chars().count().max(*width);
        }
    }
    write_row(out, &heading, &widths)?;
    for (row, port) in rows.iter().zip(ports) {
        write_row(out, row, &widths)?;
        write_scripts(out, &port.said())?;
    }
    Ok(())
}

/// Writes what scripts say: `| id: first line`, and `|_` before the last line of each.
pub(super) fn write_scripts(out: &mut impl Write, scripts: &[Script]) -> io::Result<()> {
    scripts.iter().try_for_each(|script| write_script(out, script))
}

/// `ssl/http`, with a question mark where an open port was asked and the name is no more than a guess by its number.
pub(super) fn service_name<'a>(scan: &Scan, port: &'a Port) -> Option<Cow<'a, str>> {
    let service = port.service.as_ref().filter(|service| !service.is_nothing())?;
    let name = text::line(service.name.as_deref().unwrap_or(NAMELESS));
    let is_guess = scan.asks_services && port.state == PortState::Open && service.method == Method::Table;
    match (service.is_in_tls, is_guess) {
        (false, false) => Some(name),
        (is_in_tls, _) => {
            let (tunnel, doubt) = (if is_in_tls { "ssl/" } else { "" }, if is_guess { "?" } else { "" });
            Some(format!("{tunnel}{name}{doubt}").into())
        }
    }
}

/// `product version (more)`.
pub(super) fn version(service: &Service) -> String {
    let mut text = String::new();
    for (part, is_more) in [(&service.product, false), (&service.version, false), (&service.extra, true)] {
        let Some(part) = part.as_deref().filter(|part| !part.is_empty()) else { continue };
        let (open, close) = if is_more { ("(", ")") } else { ("", "") };
        let blank = if text.is_empty() { "" } else { " " };
        text += &format!("{blank}{open}{}{close}", text::line(part));
    }
    text
}

const MOST_COLUMNS: usize = 5;

fn heading(scan: &Scan) -> Row<'static> {
    let reason = scan.shows_reasons().then_some("REASON");
    let version = scan.asks_services.then_some("VERSION");
    ["PORT", "STATE", "SERVICE"].into_iter().chain(reason).chain(version).map(Cow::Borrowed).collect()
}

fn row<'a>(scan: &Scan, port: &'a Port) -> Row<'a> {
    let mut row = Vec::with_capacity(MOST_COLUMNS);
    row.push(format!("{}/{}", port.number, port.protocol).into());
    row.push(port.state.name().into());
    row.push(service_name(scan, port).unwrap_or(NAMELESS.into()));
    if scan.shows_reasons() {
        row.push(text::reason(port.why(), port.reason_from, port.reason_ttl).into());
    }
    if scan.asks_services {
        row.push(port.service.as_ref().map(version).unwrap_or_default().into());
    }
    row
}

/// Blanks at the end are nobody's.
fn write_row(out: &mut impl Write, row: &[Cow<'_, str>], widths: &[usize]) -> io::Result<()> {
    let last = row.iter().rposition(|cell| !cell.is_empty()).unwrap_or(0);
    for (cell, width) in row[..last].iter().zip(widths) {
        write!(out, "{cell:width$} ")?;
    }
    writeln!(out, "{}", row[last].trim_end())
}

fn write_script(out: &mut impl Write, script: &Script) -> io::Result<()> {
    let text = format!("{}: {}", script.id, script.output.trim_end());
    let mut lines = text.lines().peekable();
    while let Some(line) = lines.next() {
        let mark = if lines.peek().is_some() { "| " } else { "|_" };
        writeln!(out, "{mark}{}", text::line(line))?;
    }
    Ok(())
}
