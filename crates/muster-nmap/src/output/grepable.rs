//! `-oG`: one or two lines a host, for `grep` and `awk`.
//!
//! Fields of a line are parted by a tab, ports by comma and blank, the fields of a port by slashes:
//! `number/state/transport/owner/service/rpc/version/`, of which owner and rpc stay empty. The name in
//! parentheses is the PTR name, never the typed one. Reasons are not part of the format; networks where somebody answers
//! in the hosts' stead are named in comments.

use std::io::{self, Write};

use super::ignored::Division;
use super::{Ending, Format, Host, Outcome, Port, Scan, ScanKind, table, text};

/// Writes grepable output.
#[derive(Debug)]
pub struct Grepable<W> {
    writer: W,
}

impl<W: Write> Grepable<W> {
    /// For `-oG`.
    pub fn new(writer: W) -> Self {
        Self { writer }
    }

    fn field(&mut self, host: &Host, field: &str) -> io::Result<()> {
        let name = host.reverse_name().unwrap_or_default();
        writeln!(self.writer, "Host: {} ({name})\t{field}", host.address)
    }
}

impl<W: Write> Format for Grepable<W> {
    fn begin(&mut self, scan: &Scan) -> io::Result<()> {
        let (Scan { program, version, .. }, start) = (scan, text::moment(&scan.start));
        writeln!(
            self.writer,
            "# {program} {version} scan initiated {start} as: {}",
            text::line(&scan.arguments)
        )?;
        if scan.verbosity == 0 {
            return self.writer.flush();
        }
        let [tcp, udp] = [&scan.tcp, &scan.udp].map(|ports| {
            let scanned = if !scan.has_ports() { &[] } else { &ports[..] };
            format!("{};{}", text::count(scanned), text::ranges(scanned.iter().cloned()))
        });
        writeln!(self.writer, "# Ports scanned: TCP({tcp}) UDP({udp}) SCTP(0;) PROTOCOLS(0;)")?;
        self.writer.flush()
    }

    fn host(&mut self, scan: &Scan, host: &Host) -> io::Result<()> {
        if !host.is_shown(scan) {
            return Ok(());
        }
        if scan.kind == ScanKind::List {
            return self.field(host, "Status: Unknown");
        }
        if host.is_down() {
            return self.field(host, "Status: Down");
        }
        self.field(host, if host.up { "Status: Up" } else { "Status: Unknown" })?;
        if host.timed_out {
            return self.field(host, "Status: Timeout");
        }
        if !scan.has_ports() && !host.scripts.is_empty() {
            // Nmap ends the line of the ports, which it has not begun.
            return writeln!(self.writer);
        }
        if !scan.has_ports() || host.ports.is_empty() {
            return Ok(());
        }
        self.field(host, &ports(scan, &Division::new(scan, host)))
    }

    fn end(&mut self, scan: &Scan, ending: &Ending) -> io::Result<()> {
        for phantom in &ending.phantoms {
            let (network, evidence) = (text::line(&phantom.network), text::line(&phantom.evidence));
            writeln!(self.writer, "# Phantoms: {network}: {evidence}")?;
        }
        match &ending.outcome {
            Outcome::Success => {
                let (end, tally) = (text::moment(&ending.end), text::tally(ending));
                writeln!(self.writer, "# {} done at {end} -- {tally}", scan.program)?;
            }
            Outcome::Interrupted(cause) => {
                writeln!(self.writer, "# {}", text::interrupted(scan, ending, cause))?;
            }
        }
        self.writer.flush()
    }
}

/// The listed ports; the counted ones only if they are all in one state, since the format has room for one.
fn ports(scan: &Scan, division: &Division<'_>) -> String {
    let items: Vec<_> = division.shown.iter().map(|port| item(scan, port)).collect();
    let ignored = match &division.ignored[..] {
        [only] => format!("\tIgnored State: {} ({})", only.state, only.count),
        _ => String::new(),
    };
    format!("Ports: {}{ignored}", items.join(", "))
}

fn item(scan: &Scan, port: &Port) -> String {
    let service = table::service_name(scan, port).unwrap_or_default().replace('/', "|");
    let version = port.service.as_ref().map(table::version).unwrap_or_default().replace('/', "|");
    format!("{}/{}/{}//{service}//{version}/", port.number, port.state, port.protocol)
}
