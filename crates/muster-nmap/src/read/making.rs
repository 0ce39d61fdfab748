//! A host in the making. What a file can make us keep of one host is bounded, however long it goes on about it.

use std::net::{IpAddr, Ipv4Addr};

use muster_model::{Excerpt, PortState, Protocol};

use super::{
    Host, NameKind, OtherPort, OtherRest, Port, Rest, RestReason, Script, Service, Status, Unjudged,
};

/// A host in the making.
#[derive(Debug)]
pub(super) struct HostInMaking {
    /// What is known of it. The address is another field until it is known.
    pub(super) host: Host,
    /// Its address, once it is known.
    pub(super) address: Option<IpAddr>,
    weight: usize,
}

/// One host takes more memory than any scanner's would.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct TooMuch;

impl HostInMaking {
    /// Nothing is known yet.
    pub(super) fn new() -> Self {
        Self { host: Host::nobody(), address: None, weight: 0 }
    }

    /// A host with an address.
    pub(super) fn at(address: IpAddr) -> Self {
        Self { address: Some(address), ..Self::new() }
    }

    /// The host, if it has an address: else there is nobody to speak of.
    pub(super) fn finish(self) -> Option<Box<Host>> {
        Some(Box::new(Host { address: self.address?, ..self.host }))
    }

    pub(super) fn add_port(&mut self, port: Port) -> Result<(), TooMuch> {
        let texts = port.service.iter().flat_map(Service::texts);
        self.weigh(size_of::<Port>() + texts.map(|text| text.as_str().len()).sum::<usize>())?;
        self.host.ports.push(port);
        Ok(())
    }

    /// A port that nothing is judged by.
    pub(super) fn add_other(&mut self, port: OtherPort) -> Result<(), TooMuch> {
        let texts = port.service.iter().flat_map(Service::texts);
        self.weigh(size_of::<OtherPort>() + texts.map(|text| text.as_str().len()).sum::<usize>())?;
        self.host.unjudged.ports.push(port);
        Ok(())
    }

    pub(super) fn add_other_rest(&mut self, rest: OtherRest) -> Result<(), TooMuch> {
        self.weigh(size_of::<OtherRest>())?;
        self.host.unjudged.rest.push(rest);
        Ok(())
    }

    /// What its system may be.
    pub(super) fn add_system(&mut self, name: Excerpt) -> Result<(), TooMuch> {
        self.weigh(64 + name.as_str().len())?;
        self.host.unjudged.systems.push(name);
        Ok(())
    }

    pub(super) fn add_rest(&mut self, rest: Rest) -> Result<(), TooMuch> {
        let ranges: usize = rest.reasons.iter().map(|reason| reason.ports.len()).sum();
        self.weigh(size_of::<Rest>() + size_of::<RestReason>() * rest.reasons.len() + 8 * ranges)?;
        self.host.rest.push(rest);
        Ok(())
    }

    /// A name is given once.
    pub(super) fn add_name(&mut self, name: &str, kind: NameKind) -> Result<(), TooMuch> {
        let name = (Excerpt::of(name), kind);
        if name.0.is_empty() || self.host.names.last() == Some(&name) {
            return Ok(());
        }
        self.weigh(64 + name.0.as_str().len())?;
        self.host.names.push(name);
        Ok(())
    }

    /// For a script of the host or of one of its ports.
    pub(super) fn weigh_script(&mut self, script: &Script) -> Result<(), TooMuch> {
        let elements =
            script.elements.iter().map(|(key, value)| 64 + key.as_str().len() + value.as_str().len());
        let lines = script.lines.iter().map(|line| 64 + line.as_str().len());
        self.weigh(128 + script.output.as_str().len() + elements.chain(lines).sum::<usize>())
    }

    fn weigh(&mut self, bytes: usize) -> Result<(), TooMuch> {
        self.weight += bytes;
        if self.weight > HEAVIEST { Err(TooMuch) } else { Ok(()) }
    }
}

impl Host {
    fn nobody() -> Self {
        Self {
            address: Ipv4Addr::UNSPECIFIED.into(),
            hardware: None,
            names: Vec::new(),
            status: Status::Unknown,
            reason: None,
            reason_ttl: 0,
            ports: Vec::new(),
            rest: Vec::new(),
            scripts: Vec::new(),
            unjudged: Unjudged::default(),
            timed_out: false,
            times: (None, None),
        }
    }
}

impl Port {
    /// A port of which no more is known.
    pub(super) fn new(protocol: Protocol, number: u16, state: PortState) -> Self {
        Self {
            protocol,
            number,
            state,
            reason: None,
            reason_ttl: 0,
            reason_from: None,
            service: None,
            scripts: Vec::new(),
            at: None,
        }
    }
}

impl Script {
    /// What a script said.
    /// Nmap begins what takes more than one line with a line end.
    pub(super) fn of(id: &str, output: &str) -> Self {
        let lines = output.lines();
        Self {
            id: Excerpt::of(id),
            output: Excerpt::of(output.strip_prefix('\n').unwrap_or(output)),
            lines: if output.contains('\n') {
                lines.take(MOST_LINES).map(Excerpt::of).collect()
            } else {
                Vec::new()
            },
            elements: Vec::new(),
        }
    }

    /// One more line of what it said, as far as an excerpt and the room for lines go.
    pub(super) fn go_on(&mut self, line: &str) {
        if self.lines.is_empty() {
            self.lines.push(self.output.clone());
        }
        if self.lines.len() < MOST_LINES {
            self.lines.push(Excerpt::of(line));
        }
        let so_far = self.output.as_str();
        if !so_far.ends_with('…') {
            let gap = if so_far.is_empty() { "" } else { "\n" };
            self.output = Excerpt::of(&format!("{so_far}{gap}{line}"));
        }
    }
}

impl Service {
    fn texts(&self) -> impl Iterator<Item = &Excerpt> {
        [&self.name, &self.product, &self.version, &self.extra, &self.banner].into_iter().flatten()
    }

    /// A name as the tables of the line forms have it: `ssl/http`, `http?`, `unknown`.
    pub(super) fn of_cell(cell: &str) -> Self {
        let (is_in_tls, name) = match cell.split_once(['/', '|']) {
            Some(("ssl" | "tls", name)) => (true, name),
            _ => (false, cell),
        };
        let name = name.strip_suffix('?').unwrap_or(name);
        let name = Some(name).filter(|name| !matches!(*name, "" | "unknown"));
        Self { name: name.map(Excerpt::of), is_in_tls, ..Self::default() }
    }

    /// The service, unless nothing is said of it.
    pub(super) fn if_any(self) -> Option<Self> {
        let is_any = self.is_in_tls || self.is_probed || self.texts().next().is_some();
        is_any.then_some(self)
    }
}

/// Lines of a script that are kept.
const MOST_LINES: usize = 4096;

/// What one host may take. All 65,535 ports open, each with 700 bytes of text, take less.
const HEAVIEST: usize = 64 << 20;
