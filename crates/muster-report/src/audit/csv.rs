//! The hosts of an audit as a table for spreadsheets (RFC 4180, UTF-8).
//!
//! A row is a host that answered. Silent addresses, phantom ranges and what was not tried are no hosts and not in the
//! table; the page and the JSON lines have them.

use std::io::{self, Write};

use ::csv::{ErrorKind, Terminator, WriterBuilder};
use muster_model::{Host, PortState};

use super::AuditReport;
use super::products::{consistent_with, identified, join};
use super::words::clean;

/// The columns. Several values in one cell are apart by `; `.
///
/// | column | what |
/// |---|---|
/// | `address` | where it answered |
/// | `name` | what it is called by the most trustworthy who says so |
/// | `zone` | the policy's zone |
/// | `verdict` | as in `protected-verified` |
/// | `severity` | of the worst finding |
/// | `reasons` | for the verdict, the strongest first |
/// | `findings` | each as `severity code: text` |
/// | `remedies` | of the findings, in their order |
/// | `next_step` | the cheapest |
/// | `open_ports` | as in `2967/tcp` |
/// | `identified` | products that identified themselves |
/// | `consistent_with` | products that something behaves like, without having named itself |
/// | `device` | what it looks like, if not like a computer |
/// | `system` | `windows`, `linux`, `macos` or `other`, as far as that shows |
/// | `hardware` | the address of its network card, where it is known |
/// | `run` | the run's number, empty if it is not stored |
/// | `began` | when the run began (RFC 3339) |
const COLUMNS: [&str; 17] = [
    "address",
    "name",
    "zone",
    "verdict",
    "severity",
    "reasons",
    "findings",
    "remedies",
    "next_step",
    "open_ports",
    "identified",
    "consistent_with",
    "device",
    "system",
    "hardware",
    "run",
    "began",
];

/// Writes a row for each host. A cell that a spreadsheet would take for a formula begins with an apostrophe.
///
/// # Errors
/// The writer's.
pub fn write_csv(out: &mut impl Write, report: &AuditReport<'_>) -> io::Result<()> {
    let mut table = WriterBuilder::new().terminator(Terminator::CRLF).from_writer(out);
    table.write_record(COLUMNS).map_err(of_the_writer)?;
    let run = report.id.map(|id| id.to_string()).unwrap_or_default();
    let began = report.run.header.start.to_string();
    for host in &report.run.hosts {
        let cells = cells(host).into_iter().chain([run.clone(), began.clone()]);
        table.write_record(cells.map(|cell| harmless(&cell))).map_err(of_the_writer)?;
    }
    table.flush()
}

/// The writer's own error. As a part of the table's it would no longer tell a reader that went from a full disk.
fn of_the_writer(error: ::csv::Error) -> io::Error {
    match error.into_kind() {
        ErrorKind::Io(error) => error,
        _ => io::Error::other("the rows of the table differ in length"),
    }
}

fn cells(host: &Host) -> [String; 15] {
    let (asset, judgement) = (&host.asset, &host.judgement);
    let findings = || judgement.findings.iter();
    let open = asset.ports.iter().filter(|seen| seen.state == PortState::Open);
    [
        asset.address.to_string(),
        super::words::first_name(&asset.names).to_owned(),
        asset.zone.as_ref().map(ToString::to_string).unwrap_or_default(),
        judgement.verdict.name().to_owned(),
        findings().map(|finding| finding.severity).max().map_or("", |severity| severity.name()).to_owned(),
        join(judgement.reasons.iter().map(ToString::to_string)),
        join(findings().map(|finding| format!("{} {}: {}", finding.severity, finding.code, finding.text))),
        join(findings().map(|finding| finding.remedy.to_string())),
        judgement.next_steps.first().map(ToString::to_string).unwrap_or_default(),
        join(open.map(|seen| format!("{}/{}", seen.endpoint.port, seen.endpoint.protocol))),
        identified(&asset.services),
        consistent_with(&asset.services),
        asset.device.as_ref().map(|device| device.class.name().to_owned()).unwrap_or_default(),
        asset.system.as_ref().map(|system| system.family.name().to_owned()).unwrap_or_default(),
        asset.hardware.map(super::words::hardware).unwrap_or_default(),
    ]
}

/// The cell, with an apostrophe before what a spreadsheet would run (OWASP, "CSV Injection"), full-width signs and
/// signs behind blanks included.
fn harmless(cell: &str) -> String {
    let starts_formula = |c: char| "=+-@＝＋－＠\t\r\n".contains(c);
    match cell.trim_start_matches(' ').starts_with(starts_formula) {
        true => format!("'{}", clean(cell)),
        false => clean(cell).into_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reader_that_went_is_told_from_other_errors() {
        let gone = io::Error::from(io::ErrorKind::BrokenPipe);
        assert_eq!(of_the_writer(gone.into()).kind(), io::ErrorKind::BrokenPipe);
    }

    #[test]
    fn formulas_are_texts() {
        for cell in ["=1+1", "+1", "-1", "@SUM(A1)", "＝1", "＋1", "－1", "＠a", " =cmd|' /C calc'!A0"] {
            assert_eq!(harmless(cell), format!("'{}", clean(cell)), "{cell}");
        }
        for cell in ["", "a=b", "2967/tcp", "10.0.0.1", "::1", "no - it is not"] {
            assert_eq!(harmless(cell), cell);
        }
        assert_eq!(harmless("\t=1"), "'\\t=1");
    }
}
