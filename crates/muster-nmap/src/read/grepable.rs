//! `-oG` of Nmap, muster and masscan.
//!
//! A host has up to two lines, one with its status and one with its ports, which follow each other. Only `Ignored State`
//! speaks of ports that are not listed, and only if they are all in one state. There are no reasons.

use muster_model::PortState;

use super::lines::{self, Fault, Header, LineForm, Progress};
use super::making::{HostInMaking, TooMuch};
use super::{NameKind, Port, Rest, Service, Status, masscan, words};

/// The reader of `-oG`.
#[derive(Debug, Default)]
pub(super) struct Grepable {
    host: Option<HostInMaking>,
    has_header: bool,
    is_masscan: bool,
    /// Whether a status is all that is said of a host.
    is_discovery: bool,
    /// Whether the host in the making has its ports, or will have none.
    is_whole: bool,
}

impl LineForm for Grepable {
    fn line(&mut self, line: &str, run: &mut Progress) -> Result<(), Fault> {
        if let Some(fields) = host_fields(line) {
            return self.host(fields, run);
        }
        if line.starts_with('#') {
            return self.comment(line, run);
        }
        lines::unknown(line, run.form())
    }

    fn is_whole(&self, line: &str) -> bool {
        lines::is_whole_footer(line)
    }

    fn end(&mut self, run: &mut Progress) -> Result<(), Fault> {
        if self.is_whole || self.is_discovery || !run.is_open() {
            self.give(run);
        }
        self.host = None;
        Ok(())
    }

    /// A name, or what an item says behind its state and transport. Of the seven slashes of an item none stands in there.
    fn ends_in_foreign_words(&self, line: &str) -> bool {
        match line.rsplit('\t').next().and_then(|field| field.split_once(": ")) {
            Some(("Host", title)) => title.contains('(') && !title.contains(')'),
            Some(("Ports", items)) => items.matches('/').count() % 7 > 2,
            Some(("Status" | "Timestamp" | "Ignored State", _)) | None => false,
            Some(_) => !line.starts_with('#'),
        }
    }

    fn give_up(&mut self, run: &mut Progress) -> Result<(), Fault> {
        self.host.iter_mut().for_each(|host| host.host.timed_out = true);
        self.give(run);
        Ok(())
    }
}

impl Grepable {
    fn host(&mut self, fields: &str, run: &mut Progress) -> Result<(), Fault> {
        run.begin();
        let mut at = None;
        for field in fields.split('\t') {
            let (key, value) = field.split_once(": ").unwrap_or((field.trim_end_matches(':'), ""));
            match key {
                "Timestamp" => at = words::epoch(value),
                "Host" => self.title(value, run)?,
                _ => self.field(key, value)?,
            }
        }
        if let Some(host) = self.host.as_mut().filter(|_| at.is_some()) {
            host.host.times.1 = at;
            host.host.ports.iter_mut().for_each(|port| port.at = at);
        }
        Ok(())
    }

    /// `10.0.0.1 (pc1.example.lan)`. Lines of the same address that follow each other are one host; masscan's are not
    /// joined, since they may come in any order.
    fn title(&mut self, title: &str, run: &mut Progress) -> Result<(), Fault> {
        let (address, name) = title.split_once(' ').unwrap_or((title, ""));
        let address = words::address(address);
        if self.is_masscan || self.host.as_ref().is_none_or(|host| host.address != address) {
            self.give(run);
            self.host = address.map(HostInMaking::at);
        }
        let name = name.trim().trim_start_matches('(').trim_end_matches(')');
        Ok(self.host.as_mut().map_or(Ok(()), |host| host.add_name(name, NameKind::Reverse))?)
    }

    fn field(&mut self, key: &str, value: &str) -> Result<(), TooMuch> {
        let Some(host) = &mut self.host else { return Ok(()) };
        match key {
            "Status" => self.is_whole |= status(host, value),
            "Ports" => {
                self.is_whole = true;
                for item in value.split(", ") {
                    item_of(item).map_or(Ok(()), |port| host.add_port(port))?;
                    if self.is_masscan
                        && let Some(reason) = item.split('/').nth(2).and_then(masscan::host_reason)
                    {
                        host.host.reason = Some(reason);
                    }
                }
                if host.host.status == Status::Unknown {
                    host.host.status = Status::Up;
                }
            }
            "Ignored State" => ignored(value).map_or(Ok(()), |rest| host.add_rest(rest))?,
            _ => {}
        }
        Ok(())
    }

    fn comment(&mut self, line: &str, run: &mut Progress) -> Result<(), Fault> {
        if let Some(header) = Header::of(line) {
            return self.header(&header, run);
        }
        if line.starts_with("# Ports scanned:") {
            if let Some(head) = &mut run.head {
                head.asked = lines::ports_scanned(line);
                head.asked_otherwise = lines::others_scanned(line);
                head.lists_down |= !self.is_masscan && head.arguments.is_none();
            }
        } else if let Some((tally, stopped)) = lines::footer(line, &run.zone) {
            self.give(run);
            run.begin();
            run.end_run(tally, stopped);
        }
        Ok(())
    }

    fn header(&mut self, header: &Header<'_>, run: &mut Progress) -> Result<(), Fault> {
        if self.has_header && self.is_masscan != header.is_masscan() {
            return Err(Fault::Foreign(if self.is_masscan { "output of Nmap" } else { "output of masscan" }));
        }
        self.end(run)?;
        run.begin_run();
        self.has_header = true;
        self.is_masscan = header.is_masscan();
        self.is_discovery = words::is_discovery(header.arguments);
        if let Some(head) = &mut run.head {
            header.fill(head, &run.zone);
        }
        Ok(())
    }

    fn give(&mut self, run: &mut Progress) {
        self.is_whole = false;
        if let Some(host) = self.host.take() {
            run.add(host);
        }
    }
}

/// A line that speaks of a host; masscan puts the time first.
fn host_fields(line: &str) -> Option<&str> {
    (line.starts_with("Host: ") || line.starts_with("Timestamp: ")).then_some(line)
}

/// Whether nothing can follow.
fn status(host: &mut HostInMaking, word: &str) -> bool {
    let host = &mut host.host;
    match word {
        "Up" => host.status = Status::Up,
        "Down" => host.status = Status::Down,
        "Timeout" => host.timed_out = true,
        _ => {}
    }
    word != "Up"
}

/// `22/open/tcp//ssh//OpenSSH 9/`: number, state, transport, owner, service, RPC, version. Slashes in the last three have
/// become bars.
fn item_of(item: &str) -> Option<Port> {
    let mut fields = item.split('/');
    let number = fields.next()?.trim().parse().ok()?;
    let state = words::state(fields.next()?)?;
    let protocol = words::protocol(fields.next()?)?;
    let mut service = Service::of_cell(fields.nth(1).unwrap_or_default());
    service.product = fields.nth(1).and_then(words::excerpt);
    service.is_probed = service.product.is_some();
    Some(Port { service: service.if_any(), ..Port::new(protocol, number, state) })
}

/// `closed (998)`
fn ignored(text: &str) -> Option<Rest> {
    let (state, count) = text.split_once(" (")?;
    let state: PortState = words::state(state)?;
    Some(Rest { state, count: count.trim_end().strip_suffix(')')?.parse().ok()?, reasons: Vec::new() })
}
