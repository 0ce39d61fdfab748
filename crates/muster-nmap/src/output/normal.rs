//! `-oN`, and what people see when they ask for no format: for reading.

use std::collections::HashSet;
use std::io::{self, Write};

use jiff::Timestamp;

use super::ignored::Division;
use super::{Ending, Format, Host, Outcome, Scan, ScanKind, Task, table, text};

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
        if scan.kind == ScanKind::List {
            return Ok(());
        }
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
            table::write(&mut self.writer, scan, &division.shown)?;
        }
        self.hardware(host)?;
        self.service_info(host)?;
        self.host_scripts_apart(host)
    }

    /// After an empty line, which ends what stands before also where there are none.
    fn host_scripts_apart(&mut self, host: &Host) -> io::Result<()> {
        writeln!(self.writer)?;
        self.host_scripts(host)
    }

    /// Where nobody knows who made the card Nmap says so.
    fn hardware(&mut self, host: &Host) -> io::Result<()> {
        match host.hardware() {
            Some(hardware) => {
                let maker = host.maker.as_deref().unwrap_or("Unknown");
                writeln!(self.writer, "MAC Address: {hardware} ({maker})")
            }
            None => Ok(()),
        }
    }

    /// As Nmap writes what a script says of the whole run.
    fn phantoms(&mut self, ending: &Ending) -> io::Result<()> {
        let Some(script) = ending.said() else { return Ok(()) };
        writeln!(self.writer, "Post-scan script results:")?;
        table::write_scripts(&mut self.writer, &[script])
    }

    /// Computers' own names, as their services tell them.
    fn service_info(&mut self, host: &Host) -> io::Result<()> {
        let names = host.ports.iter().filter_map(|port| port.service.as_ref()?.host_name.as_deref());
        let mut told = HashSet::new();
        let names: Vec<String> =
            names.map(text::name).filter(|name| !name.is_empty() && told.insert(name.clone())).collect();
        match &names[..] {
            [] => Ok(()),
            [only] => writeln!(self.writer, "Service Info: Host: {only}"),
            several => writeln!(self.writer, "Service Info: Hosts: {}", several.join(", ")),
        }
    }

    fn host_scripts(&mut self, host: &Host) -> io::Result<()> {
        if host.scripts.is_empty() {
            return Ok(());
        }
        writeln!(self.writer, "Host script results:")?;
        table::write_scripts(&mut self.writer, &host.scripts)?;
        writeln!(self.writer)
    }

    fn lines(&mut self, lines: &[String]) -> io::Result<()> {
        lines.iter().try_for_each(|line| writeln!(self.writer, "{line}"))
    }
}

impl<W: Write> Format for Normal<W> {
    fn begin(&mut self, scan: &Scan) -> io::Result<()> {
        let Scan { program, version, .. } = scan;
        match self.audience {
            Audience::File => {
                let (start, arguments) = (text::moment(&scan.start), text::line(&scan.arguments));
                writeln!(self.writer, "# {program} {version} scan initiated {start} as: {arguments}")?;
            }
            Audience::Terminal => {
                let start = scan.start.strftime("%Y-%m-%d %H:%M %Z");
                // Scripts look for the whole of Nmap's line.
                let page = if program == "Nmap" { " ( https://nmap.org )" } else { "" };
                writeln!(self.writer, "Starting {program} {version}{page} at {start}")?;
            }
        }
        self.writer.flush()
    }

    fn host(&mut self, scan: &Scan, host: &Host) -> io::Result<()> {
        if !host.is_shown(scan) {
            return Ok(());
        }
        self.status(scan, host)?;
        if host.is_down() || scan.kind == ScanKind::List {
            return Ok(());
        }
        if scan.kind == ScanKind::Discovery && !host.timed_out {
            self.hardware(host)?;
            return if host.scripts.is_empty() { Ok(()) } else { self.host_scripts_apart(host) };
        }
        if host.timed_out {
            return writeln!(self.writer, "Skipping host {} due to host timeout", host.title());
        }
        self.scanned_at(scan, host)?;
        self.ports(scan, host)
    }

    fn task(&mut self, task: &Task<'_>) -> io::Result<()> {
        if self.audience == Audience::File {
            return Ok(());
        }
        self.lines(&task.lines())?;
        self.writer.flush()
    }

    fn end(&mut self, scan: &Scan, ending: &Ending) -> io::Result<()> {
        self.phantoms(ending)?;
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

/// `23 filtered tcp ports (host-unreach), 1 closed tcp port (conn-refused)`; the plural is that of all ports of the state.
fn not_shown(division: &Division<'_>) -> String {
    let reasons = division.ignored.iter().flat_map(|ignored| {
        ignored.reasons.iter().map(|reason| {
            let (count, plural) = (reason.ports.len(), if ignored.count == 1 { "" } else { "s" });
            format!("{count} {} {} port{plural} ({})", ignored.state, reason.protocol, reason.reason)
        })
    });
    reasons.collect::<Vec<_>>().join(", ")
}
