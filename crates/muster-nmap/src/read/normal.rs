//! `-oN`, and what Nmap and muster print on a terminal: for people, but regular enough to be read.
//!
//! A host begins with its title and goes on until the next one or the end. Columns are told by words, not by their
//! place: a table gets wider where a cell is long. What the version column says stays in one piece, as the product.

use std::time::Duration;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use muster_model::Excerpt;

use super::lines::{self, Fault, Header, LineForm, Progress};
use super::making::{HostInMaking, TooMuch};
use super::{NameKind, Script, Status, words};

mod table;

use table::Columns;

/// The reader of `-oN`.
#[derive(Debug, Default)]
pub(super) struct Normal {
    host: Option<HostInMaking>,
    /// The name in the host's title, until it is known who gave it.
    title_name: Option<String>,
    arguments: String,
    columns: Option<Columns>,
    script: Option<Script>,
    /// Scripts speak of the host, not of the last port.
    is_host_script: bool,
}

impl LineForm for Normal {
    fn line(&mut self, line: &str, run: &mut Progress) -> Result<(), Fault> {
        if line.starts_with('|') {
            return Ok(self.script_line(line, run)?);
        }
        self.finish_script(run)?;
        if self.title(line, run)? || self.frame(line, run)? {
            return Ok(());
        }
        match self.said_of_host(line, &run.zone)? {
            true => Ok(()),
            false => lines::unknown(line, run.form()),
        }
    }

    fn is_whole(&self, line: &str) -> bool {
        lines::is_whole_footer(line)
    }

    /// A host that is not followed by anything may be half written.
    fn end(&mut self, run: &mut Progress) -> Result<(), Fault> {
        if !run.is_open() {
            self.give(run)?;
        }
        self.drop_host();
        Ok(())
    }

    /// Anything but the lines that hold none, and the first three columns of the table.
    fn ends_in_foreign_words(&self, line: &str) -> bool {
        let words = line.split_whitespace().count();
        match line.as_bytes() {
            [b'0'..=b'9', ..] => words > 3 || words == 3 && line.ends_with(' '),
            _ => words > 0 && !OWN_WORDS.iter().any(|start| line.starts_with(start)),
        }
    }

    fn give_up(&mut self, run: &mut Progress) -> Result<(), Fault> {
        self.host.iter_mut().for_each(|host| host.host.timed_out = true);
        self.give(run)
    }
}

impl Normal {
    /// The line with which a host begins, in any version's words.
    fn title(&mut self, line: &str, run: &mut Progress) -> Result<bool, Fault> {
        let Some((title, status)) = title_of(line) else { return Ok(false) };
        let (name, address) = match title.strip_suffix(')').and_then(|title| title.rsplit_once(" (")) {
            Some((name, address)) => (Some(name), words::address(address)),
            None => (None, words::address(title)),
        };
        let Some(address) = address else { return Ok(false) };
        if self.host.as_ref().is_none_or(|host| host.address != Some(address)) || status == Status::Down {
            self.give(run)?;
            run.begin();
            self.host = Some(HostInMaking::at(address));
            self.title_name = name.map(str::to_owned);
        }
        if let Some(host) = &mut self.host {
            if status != Status::Unknown {
                host.host.status = status;
            }
            received(host, line);
            table::all_in_one_line(line).into_iter().try_for_each(|rest| host.add_rest(rest))?;
        }
        Ok(true)
    }

    /// The first and last lines of a run.
    fn frame(&mut self, line: &str, run: &mut Progress) -> Result<bool, Fault> {
        if let Some(header) = Header::of(line) {
            self.begin_run(header.arguments, run)?;
            if let Some(head) = &mut run.head {
                header.fill(head, &run.zone);
            }
        } else if let Some((program, version, date)) = starting(line) {
            self.begin_run("", run)?;
            if let Some(head) = &mut run.head {
                head.scanner = Excerpt::of(&program.to_ascii_lowercase());
                head.version = words::excerpt(version);
                head.start = words::moment(date, &run.zone);
            }
        } else if let Some((tally, stopped)) = lines::footer(line, &run.zone) {
            self.give(run)?;
            run.begin();
            run.end_run(tally, stopped);
        } else if let "Pre-scan script results:" | "Post-scan script results:" = line {
            self.give(run)?;
        } else {
            return Ok(false);
        }
        Ok(true)
    }

    fn begin_run(&mut self, arguments: &str, run: &mut Progress) -> Result<(), Fault> {
        self.end(run)?;
        run.begin_run();
        self.arguments = words::command(arguments);
        Ok(())
    }

    fn said_of_host(&mut self, line: &str, zone: &TimeZone) -> Result<bool, TooMuch> {
        let Some(host) = &mut self.host else { return Ok(false) };
        if let Some(columns) = Columns::of(line) {
            self.columns = Some(columns);
        } else if let Some(port) = self.columns.as_ref().and_then(|columns| columns.port(line)) {
            self.is_host_script = false;
            host.add_port(port)?;
        } else if let Some(states) = line.strip_prefix("Not shown: ") {
            table::not_shown(states).into_iter().try_for_each(|rest| host.add_rest(rest))?;
        } else if line.starts_with("Host is up") {
            host.host.status = Status::Up;
            received(host, line);
        } else if let Some(rest) = line.strip_prefix("MAC Address: ") {
            host.host.hardware = rest.split(' ').next().and_then(words::hardware);
        } else if let Some((_, name)) =
            line.strip_prefix("rDNS record for ").and_then(|rest| rest.split_once(": "))
        {
            let given = self.title_name.take();
            given.map_or(Ok(()), |given| host.add_name(&given, NameKind::User))?;
            host.add_name(name, NameKind::Reverse)?;
        } else if let Some(rest) = line.strip_prefix("Scanned at ") {
            host.host.times = scanned_at(rest, zone);
        } else if line.starts_with("Skipping host ") && line.contains("timeout") {
            host.host.timed_out = true;
        } else if line == "Host script results:" {
            self.is_host_script = true;
        } else {
            return Ok(false);
        }
        Ok(true)
    }

    /// `| id: text`, `| more of it`, `|_the last line`.
    fn script_line(&mut self, line: &str, run: &mut Progress) -> Result<(), TooMuch> {
        let text = line.get(2..).unwrap_or_default();
        match &mut self.script {
            Some(script) => script.go_on(text.trim()),
            None => {
                let (id, output) = text.split_once(':').unwrap_or((text, ""));
                self.script = Some(Script::of(id, output.trim_start()));
            }
        }
        if line.starts_with("|_") { self.finish_script(run) } else { Ok(()) }
    }

    fn finish_script(&mut self, run: &mut Progress) -> Result<(), TooMuch> {
        let Some(script) = self.script.take() else { return Ok(()) };
        let Some(host) = &mut self.host else { return run.add_script(script) };
        host.weigh_script(&script)?;
        match host.host.ports.last_mut() {
            Some(port) if !self.is_host_script => port.scripts.push(script),
            _ => host.host.scripts.push(script),
        }
        Ok(())
    }

    fn drop_host(&mut self) {
        (self.host, self.title_name, self.script) = (None, None, None);
        (self.columns, self.is_host_script) = (None, false);
    }

    fn give(&mut self, run: &mut Progress) -> Result<(), Fault> {
        self.finish_script(run)?;
        (self.columns, self.is_host_script) = (None, false);
        let Some(mut host) = self.host.take() else { return Ok(()) };
        if let Some(name) = self.title_name.take() {
            let is_typed = self.arguments.split(' ').any(|word| word == name);
            host.add_name(&name, if is_typed { NameKind::User } else { NameKind::Reverse })?;
        }
        run.add(host);
        Ok(())
    }
}

/// Lines that hold no words of a host's.
const OWN_WORDS: &[&str] = &["#", "Host is up", "Not shown: ", "PORT "];

/// The title of a host, without the words around it, and what they say of it.
fn title_of(line: &str) -> Option<(&str, Status)> {
    if let Some(rest) = line.strip_prefix("Nmap scan report for ") {
        return Some(match rest.split_once(" [host down") {
            Some((title, _)) => (title, Status::Down),
            None => (rest, Status::Unknown),
        });
    }
    let up = |title| (title, Status::Up);
    if let Some(rest) = line.strip_prefix("Interesting ports on ") {
        return rest.strip_suffix(':').map(up);
    }
    if let Some((_, rest)) = line.strip_prefix("All ").and_then(|rest| rest.split_once(" scanned ports on "))
    {
        return rest.split_once(" are ").map(|(title, _)| up(title));
    }
    let rest = line.strip_prefix("Host ")?;
    if let Some((title, _)) = rest.split_once(" appears to be ").or_else(|| rest.split_once(" is up")) {
        return Some((title, if rest.contains(" down") { Status::Down } else { Status::Up }));
    }
    rest.strip_suffix(" [host down]").map(|title| (title, Status::Down))
}

/// `…, received arp-response ttl 64 (0.00012s latency).`
fn received(host: &mut HostInMaking, line: &str) {
    let Some((_, rest)) = line.split_once(", received ") else { return };
    let mut words = rest.split([' ', ']', '.', '(']);
    host.host.reason = words.next().and_then(words::host_reason);
    if words.next() == Some("ttl") {
        host.host.reason_ttl = words.next().and_then(|ttl| ttl.parse().ok()).unwrap_or_default();
    }
}

/// `Starting Nmap 7.93 ( https://nmap.org ) at 2026-11-22 03:00 UTC`
fn starting(line: &str) -> Option<(&str, &str, &str)> {
    let (program, rest) = line.strip_prefix("Starting ")?.split_once(' ')?;
    let (version, rest) = rest.split_once(' ')?;
    let (_, date) = rest.rsplit_once("at ")?;
    Some((program, version, dated(date, 16)?))
}

/// The date that a text begins with, of so many signs and perhaps a word for UTC. Other zones have words that mean several.
fn dated(text: &str, length: usize) -> Option<&str> {
    let date = text.get(..length)?;
    let with_zone =
        text.get(..length + " UTC".len()).filter(|date| date.ends_with(" UTC") || date.ends_with(" GMT"));
    Some(with_zone.unwrap_or(date))
}

/// `2026-11-22 03:00:00 UTC for 2s`
fn scanned_at(text: &str, zone: &TimeZone) -> (Option<Timestamp>, Option<Timestamp>) {
    let start = dated(text, 19).and_then(|date| words::moment(date, zone));
    let length = text.rsplit_once(" for ").and_then(|(_, length)| length.strip_suffix('s')?.parse().ok());
    let end =
        start.zip(length).and_then(|(start, length)| start.checked_add(Duration::from_secs(length)).ok());
    (start, end)
}
