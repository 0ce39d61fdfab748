//! The differences for people, laid out as `ndiff` does: lines that went begin with `-`, lines that came with `+`.

use std::io::{self, Write};

use muster_model::Excerpt;
use muster_nmap::read::{State, Status};

use super::Shown;
use super::aligned::aligned;
use super::change::{Change, HostChange, PortChange, ScriptChange, Seen};
use super::comparison::{Comparison, Tally};
use super::lines::{Row, Sign, signed, write_line, write_rows};
use super::names::Names;
use super::side::Origin;
use super::table::{Host, Script, Service};
use crate::audit::words::{count, moment};
use crate::nmap::VERDICT_SCRIPT;

/// Writes the differences; gives them in numbers.
///
/// # Errors
/// The writer's.
pub fn write_diff_text(out: &mut impl Write, comparison: &Comparison, shown: Shown) -> io::Result<Tally> {
    let out: &mut dyn Write = out;
    for (sign, text) in signed(Change {
        old: Some(banner(&comparison.old.origin)),
        new: Some(banner(&comparison.new.origin)),
    }) {
        write_line(out, sign, &text)?;
    }
    write_scripts(out, shown, "\n", ("Pre-scan script results:", &comparison.before_hosts()))?;
    let tally = comparison.each(shown, |host| Page { host, shown }.write(out))?;
    write_scripts(out, shown, "\n", ("Post-scan script results:", &comparison.behind_hosts()))?;
    write_verdicts(out, &tally)?;
    Ok(tally)
}

/// Who scanned what, when.
fn banner(origin: &Origin) -> String {
    let word = |text: &Option<Excerpt>| text.as_ref().map_or(String::new(), |text| format!(" {text}"));
    let start = origin.start.map_or(String::new(), |start| format!(" initiated {}", moment(start)));
    let arguments = origin.arguments.as_ref().map_or(String::new(), |text| format!(" as: {text}"));
    format!("{}{} scan{start}{arguments}", origin.scanner, word(&origin.version))
}

/// How many hosts went from one verdict to another.
fn write_verdicts(out: &mut dyn Write, tally: &Tally) -> io::Result<()> {
    if tally.verdicts.is_empty() {
        return Ok(());
    }
    write!(out, "\n Verdicts that changed:\n")?;
    for ((old, new), hosts) in &tally.verdicts {
        write_line(out, Sign::Both, &format!("{}: {old} -> {new}", count(*hosts, "host")))?;
    }
    Ok(())
}

/// One host.
struct Page<'p, 'a> {
    host: &'p HostChange<'a>,
    shown: Shown,
}

impl<'a> Page<'_, 'a> {
    fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        writeln!(out)?;
        for (sign, title) in signed(self.titles()) {
            write_line(out, sign, &format!("{title}:"))?;
        }
        self.write_change(out, self.host.hosts.map(|host| host.map(status)))?;
        self.write_change(out, self.verdicts())?;
        let rests = self.host.rests();
        let rests = Change { old: not_shown(&rests.old), new: not_shown(&rests.new) };
        self.write_change(out, rests)?;
        self.write_ports(out)?;
        self.write_systems(out)?;
        self.write_scripts(out)
    }

    /// What differs always, what does not if all is to be shown.
    fn write_change(&self, out: &mut dyn Write, change: Change<Option<String>>) -> io::Result<()> {
        if self.shown == Shown::Different && !change.is_change() {
            return Ok(());
        }
        signed(change).try_for_each(|(sign, text)| write_line(out, sign, &text))
    }

    /// `name, other (address, hardware)`, or the addresses alone.
    fn titles(&self) -> Change<Option<String>> {
        let (names, hardware) = (self.host.names(), self.host.hardware());
        let title = |host: Option<&Host>, names, hardware| Some(title(host?, names, hardware));
        let hosts = self.host.hosts;
        Change {
            old: title(hosts.old, names.old, hardware.old),
            new: title(hosts.new, names.new, hardware.new),
        }
    }

    fn verdicts(&self) -> Change<Option<String>> {
        let scripts = self.host.scripts();
        let verdict = scripts.into_iter().find(is_verdict);
        let said = |script: &Script| format!("Verdict: {}", script.output);
        verdict.map_or(Change { old: None, new: None }, |verdict| verdict.map(|script| script.map(said)))
    }

    fn write_ports(&self, out: &mut dyn Write) -> io::Result<()> {
        let ports = self.host.ports();
        let is_shown = |port: &&PortChange<'a>| self.shown == Shown::All || port.is_change();
        let mut rows: Vec<Row<4>> = Vec::new();
        for port in ports.iter().filter(is_shown) {
            rows.extend(port_rows(port));
            rows.extend(script_rows(self.shown, &port.scripts));
        }
        if rows.is_empty() {
            return Ok(());
        }
        let header = ["PORT", "STATE", "SERVICE", "VERSION"].map(str::to_owned);
        rows.insert(0, Row::Cells(self.sign(), header));
        write_rows(out, &rows)
    }

    fn write_systems(&self, out: &mut dyn Write) -> io::Result<()> {
        let systems = self.host.systems();
        let is_shown = self.shown == Shown::All || systems.is_change();
        let lines = aligned(systems.old, systems.new);
        if !is_shown || lines.is_empty() {
            return Ok(());
        }
        write_line(out, sign_of(systems.map(<[_]>::is_empty)), "OS details:")?;
        lines.into_iter().try_for_each(|(sign, name)| write_line(out, sign, &format!("  {name}")))
    }

    fn write_scripts(&self, out: &mut dyn Write) -> io::Result<()> {
        let scripts: Vec<_> = self.host.scripts().into_iter().filter(|script| !is_verdict(script)).collect();
        write_scripts(out, self.shown, "", ("Host script results:", &scripts))
    }

    /// Of what concerns all of the host.
    fn sign(&self) -> Sign {
        match (self.host.hosts.old, self.host.hosts.new) {
            (Some(_), None) => Sign::Old,
            (None, Some(_)) => Sign::New,
            _ => Sign::Both,
        }
    }
}

/// Results under their title, behind a gap.
fn write_scripts(
    out: &mut dyn Write,
    shown: Shown,
    gap: &str,
    (title, scripts): (&str, &[ScriptChange<'_>]),
) -> io::Result<()> {
    let rows = script_rows::<0>(shown, scripts);
    if rows.is_empty() {
        return Ok(());
    }
    let lacks = Change {
        old: scripts.iter().all(|script| script.old.is_none()),
        new: scripts.iter().all(|script| script.new.is_none()),
    };
    out.write_all(gap.as_bytes())?;
    write_line(out, sign_of(lacks), title)?;
    write_rows(out, &rows)
}

/// The sign of a title over lists, of which one may be empty.
fn sign_of(is_empty: Change<bool>) -> Sign {
    match is_empty {
        Change { new: true, .. } => Sign::Old,
        Change { old: true, .. } => Sign::New,
        Change { .. } => Sign::Both,
    }
}

/// What scripts said, line by line.
fn script_rows<const COLUMNS: usize>(shown: Shown, scripts: &[ScriptChange<'_>]) -> Vec<Row<COLUMNS>> {
    let is_shown = |script: &&ScriptChange<'_>| shown == Shown::All || script.is_change();
    let mut rows = Vec::new();
    for script in scripts.iter().filter(is_shown) {
        let lines = script.map(|script| script.map(script_lines).unwrap_or_default());
        let aligned = aligned(&lines.old, &lines.new);
        rows.extend(aligned.into_iter().map(|(sign, line)| Row::Line(sign, line.clone())));
    }
    rows
}

fn script_lines(script: &Script) -> Vec<String> {
    let (said, last) = (script.lines(), script.lines().len() - 1);
    let line = |(place, line): (usize, &Excerpt)| {
        let mark = if place == last { "|_ " } else { "|  " };
        let id = if place == 0 { format!("{}: ", script.id) } else { String::new() };
        format!("{mark}{id}{line}")
    };
    said.iter().enumerate().map(line).collect()
}

fn title(host: &Host, names: Option<Names<'_>>, hardware: Option<[u8; 6]>) -> String {
    let names: Vec<&str> = names.into_iter().flat_map(Names::iter).collect();
    let addresses = match hardware {
        Some(hardware) => {
            format!("{}, {}", host.address, hardware.map(|byte| format!("{byte:02X}")).join(":"))
        }
        None => host.address.to_string(),
    };
    if names.is_empty() { addresses } else { format!("{} ({addresses})", names.join(", ")) }
}

fn is_verdict(script: &ScriptChange<'_>) -> bool {
    script.new.or(script.old).is_some_and(|script| script.id.as_str() == VERDICT_SCRIPT)
}

fn status(host: &Host) -> String {
    match (host.status, host.timed_out) {
        (Status::Down, _) => "Host is down.".to_owned(),
        (_, true) => "Host timed out: nothing is known of its ports.".to_owned(),
        (Status::Up, _) => "Host is up.".to_owned(),
        (Status::Unknown, _) => "Host status is not known.".to_owned(),
    }
}

fn not_shown(rests: &[(State, u32)]) -> Option<String> {
    let rests: Vec<_> = rests.iter().map(|(state, count)| format!("{count} {state} ports")).collect();
    (!rests.is_empty()).then(|| format!("Not shown: {}", rests.join(", ")))
}

fn port_rows(port: &PortChange<'_>) -> impl Iterator<Item = Row<4>> {
    let (transport, number) = port.place;
    let cells = move |seen: Seen<'_>| {
        let service = seen.service.cloned().unwrap_or_default();
        [format!("{number}/{transport}"), seen.state.to_string(), name(&service), version(&service)]
    };
    let cells = port.seen.map(|seen| seen.map(cells));
    signed(cells).map(|(sign, cells)| Row::Cells(sign, cells))
}

fn name(service: &Service) -> String {
    let name = service.name.as_ref().map_or("", Excerpt::as_str);
    if service.is_in_tls { format!("ssl/{name}") } else { name.to_owned() }
}

fn version(service: &Service) -> String {
    let extra = service.extra.as_ref().map(|extra| format!("({extra})"));
    let parts = [&service.product, &service.version].map(|part| part.as_ref().map(ToString::to_string));
    parts.into_iter().chain([extra]).flatten().collect::<Vec<_>>().join(" ")
}
