//! `-oN`, and what people see when they ask for no format: for reading.

use std::io::{self, Write};

use jiff::Timestamp;

use super::ignored::Division;
use super::{Ending, Format, Host, Outcome, PHANTOM_SCRIPT, Phantom, Port, Scan, ScanKind, text};

/// Writes normal output.
#[derive(Debug)]
pub struct Normal<W> {
    writer: W,
    audience: Audience,
}

/// Only the first and last lines differ: a file has them as comments, with the command line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Audience {
    File,
    Terminal,
}

impl<W: Write> Normal<W> {
    /// For `-oN`.
    pub fn new(writer: W) -> Self {
        Self { writer, audience: Audience::File }
    }

    /// For stdout when no format was asked for.
    pub fn interactive(writer: W) -> Self {
        Self { writer, audience: Audience::Terminal }
    }

    fn status(&mut self, scan: &Scan, host: &Host) -> io::Result<()> {
        let received = received(scan, host);
        if !host.up {
            let (title, state) = (host.title(), host.state());
            return writeln!(self.writer, "Nmap scan report for {title} [host {state}{received}]");
        }
        writeln!(self.writer, "Nmap scan report for {}", host.title())?;
        let latency = host.latency.map(|latency| format!(" ({}s latency)", text::seconds(latency.srtt)));
        writeln!(self.writer, "Host is up{received}{}.", latency.unwrap_or_default())?;
        match (host.given_name(), host.reverse_name()) {
            (Some(given), Some(reverse)) if given != reverse => {
                writeln!(self.writer, "rDNS record for {}: {reverse}", host.address)
            }
            _ => Ok(()),
        }
    }

    fn scanned_at(&mut self, scan: &Scan, host: &Host) -> io::Result<()> {
        if scan.verbosity < 2 && scan.debugging == 0 {
            return Ok(());
        }
        let start = Timestamp::from_second(host.start).unwrap_or(scan.start.timestamp());
        let start = start.to_zoned(scan.start.time_zone().clone());
        let duration = host.end.saturating_sub(host.start);
        writeln!(self.writer, "Scanned at {} for {duration}s", start.strftime("%Y-%m-%d %H:%M:%S %Z"))
    }

    fn ports(&mut self, scan: &Scan, host: &Host) -> io::Result<()> {
        let division = Division::new(scan, host);
        if division.shown.is_empty() && !division.ignored.is_empty() {
            let (count, title) = (host.ports.len(), host.title());
            writeln!(self.writer, "All {count} scanned ports on {title} are in ignored states.")?;
        }
        if division.ignored.is_empty() {
            writeln!(self.writer)?;
        } else {
            writeln!(self.writer, "Not shown: {}", not_shown(&division))?;
        }
        if !division.shown.is_empty() {
            self.table(scan, &division.shown)?;
        }
        self.hardware(host)?;
        writeln!(self.writer)
    }

    /// Whose card it is Nmap reads from a list of manufacturers, which muster does not have.
    fn hardware(&mut self, host: &Host) -> io::Result<()> {
        match host.hardware() {
            Some(hardware) => writeln!(self.writer, "MAC Address: {hardware} (Unknown)"),
            None => Ok(()),
        }
    }

    /// As Nmap writes what a script says of the whole run.
    fn phantoms(&mut self, phantoms: &[Phantom]) -> io::Result<()> {
        let Some((last, others)) = phantoms.split_last() else { return Ok(()) };
        writeln!(self.writer, "Post-scan script results:\n| {PHANTOM_SCRIPT}: ")?;
        for phantom in others {
            writeln!(self.writer, "|   {}", text::line(&phantom.evidence))?;
        }
        writeln!(self.writer, "|_  {}", text::line(&last.evidence))
    }

    fn table(&mut self, scan: &Scan, ports: &[&Port]) -> io::Result<()> {
        let columns = if scan.shows_reasons() { 4 } else { 3 };
        let heading = ["PORT", "STATE", "SERVICE", "REASON"].map(str::to_owned);
        let scripts = std::iter::once(None).chain(ports.iter().map(|port| port.phantom.as_deref()));
        let rows: Vec<_> = std::iter::once(heading).chain(ports.iter().map(|port| row(port))).collect();
        let width =
            |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or_default();
        let widths: Vec<_> = (0..columns - 1).map(width).collect();
        for (row, script) in rows.iter().zip(scripts) {
            for (cell, width) in row.iter().zip(&widths) {
                write!(self.writer, "{cell:width$} ")?;
            }
            writeln!(self.writer, "{}", row[columns - 1])?;
            if let Some(said) = script {
                writeln!(self.writer, "|_{PHANTOM_SCRIPT}: {}", text::line(said))?;
            }
        }
        Ok(())
    }
}

impl<W: Write> Format for Normal<W> {
    fn begin(&mut self, scan: &Scan) -> io::Result<()> {
        let Scan { program, version, .. } = scan;
        match self.audience {
            Audience::File => {
                let (start, arguments) = (text::moment(&scan.start), text::line(&scan.arguments));
                writeln!(self.writer, "# {program} {version} scan initiated {start} as: {arguments}")
            }
            Audience::Terminal => {
                let start = scan.start.strftime("%Y-%m-%d %H:%M %Z");
                writeln!(self.writer, "Starting {program} {version} at {start}")
            }
        }
    }

    fn host(&mut self, scan: &Scan, host: &Host) -> io::Result<()> {
        if !host.is_shown(scan) {
            return Ok(());
        }
        self.status(scan, host)?;
        if host.is_down() {
            return Ok(());
        }
        if scan.kind == ScanKind::Discovery && !host.timed_out {
            return self.hardware(host);
        }
        if host.timed_out {
            return writeln!(self.writer, "Skipping host {} due to host timeout", host.title());
        }
        self.scanned_at(scan, host)?;
        self.ports(scan, host)
    }

    fn end(&mut self, scan: &Scan, ending: &Ending) -> io::Result<()> {
        self.phantoms(&ending.phantoms)?;
        let (program, tally) = (&scan.program, text::tally(ending));
        match (&ending.outcome, self.audience) {
            (Outcome::Success, Audience::Terminal) => writeln!(self.writer, "{program} done: {tally}")?,
            (Outcome::Success, Audience::File) => {
                writeln!(self.writer, "# {program} done at {} -- {tally}", text::moment(&ending.end))?;
            }
            (Outcome::Interrupted(cause), audience) => {
                let mark = if audience == Audience::File { "# " } else { "" };
                writeln!(self.writer, "{mark}{}", text::interrupted(scan, ending, cause))?;
            }
        }
        self.writer.flush()
    }
}

fn received(scan: &Scan, host: &Host) -> String {
    if !scan.shows_reasons() {
        return String::new();
    }
    format!(", received {}", text::reason(host.why(), None, host.reason_ttl))
}

/// `23 filtered tcp ports (host-unreach), 1 closed tcp port (conn-refused)`
fn not_shown(division: &Division<'_>) -> String {
    let reasons = division.ignored.iter().flat_map(|ignored| {
        ignored.reasons.iter().map(|reason| {
            let (count, plural) = (reason.ports.len(), if reason.ports.len() == 1 { "" } else { "s" });
            format!("{count} {} {} port{plural} ({})", ignored.state, reason.protocol, reason.reason)
        })
    });
    reasons.collect::<Vec<_>>().join(", ")
}

fn row(port: &Port) -> [String; 4] {
    [
        format!("{}/{}", port.number, port.protocol),
        port.state.to_string(),
        text::line(port.service.as_deref().unwrap_or("unknown")).into_owned(),
        text::reason(port.why(), port.reason_from, port.reason_ttl),
    ]
}
