//! What the elements within a host mean.

use muster_model::{Excerpt, Reason};

use super::run::{excerpt, unescaped};
use super::{Element, Fault};
use crate::read::making::HostInMaking;
use crate::read::{
    Form, Host, NameKind, OtherPort, OtherRest, Port, Rest, RestReason, Script, Service, State, Status,
    Transport, masscan, words,
};

/// A host as its elements come.
#[derive(Debug)]
pub(super) struct HostElement {
    host: HostInMaking,
    is_masscan: bool,
    port: Option<PortElement>,
    rest: Option<Rest>,
    script: Option<Script>,
    /// How many tables we are in: only elements outside of any are kept.
    tables: usize,
    element: Option<(Excerpt, String)>,
}

/// A port as its elements come.
#[derive(Debug, Default)]
struct PortElement {
    transport: Option<Transport>,
    /// What an answer that came from no port says of the host (masscan's ICMP and ARP).
    host_reason: Option<Reason>,
    number: Option<u16>,
    state: Option<State>,
    reason: Option<Reason>,
    reason_ttl: u8,
    reason_from: Option<std::net::IpAddr>,
    service: Option<Service>,
    scripts: Vec<Script>,
}

impl HostElement {
    pub(super) fn new(element: impl Element, form: Form) -> Result<Self, Fault> {
        let mut host = HostInMaking::new();
        let is_masscan = form == Form::MasscanXml;
        element.each_attribute(|key, value| match key {
            "starttime" => host.host.times.0 = words::epoch(value),
            "endtime" => host.host.times.1 = words::epoch(value),
            "timedout" => host.host.timed_out = value == "true",
            _ => {}
        })?;
        Ok(Self { host, is_masscan, port: None, rest: None, script: None, tables: 0, element: None })
    }

    /// Whether the text of a port, if one comes next, means no more than it says.
    pub(super) fn may_have_known_ports(&self) -> bool {
        !self.is_masscan && self.port.is_none() && self.script.is_none() && self.element.is_none()
    }

    /// The ports that are over.
    pub(super) fn ports(&self) -> &[Port] {
        &self.host.host.ports
    }

    pub(super) fn add_port(&mut self, port: Port) -> Result<(), Fault> {
        self.host.add_port(port).map_err(|_| Fault::TooMuch)
    }

    /// An element begins.
    pub(super) fn start(&mut self, name: &str, element: impl Element) -> Result<(), Fault> {
        match name {
            "port" => self.port(element),
            "state" => self.state(element),
            "service" => self.service(element),
            "status" => self.status(element),
            "address" => self.address(element),
            "hostname" => self.hostname(element),
            "extraports" => self.extra_ports(element),
            "extrareasons" => self.extra_reasons(element),
            "osmatch" => self.system(element),
            "script" => self.script(element),
            "table" => {
                self.tables += 1;
                Ok(())
            }
            "elem" if self.tables == 0 => self.element(element),
            _ => Ok(()),
        }
    }

    /// An element is over.
    pub(super) fn close(&mut self, name: &str) -> Result<(), Fault> {
        match name {
            "port" => self.end_port(),
            "extraports" => {
                let rest = self.rest.take();
                rest.map_or(Ok(()), |rest| self.host.add_rest(rest)).map_err(|_| Fault::TooMuch)
            }
            "script" => self.end_script(),
            "table" => {
                self.tables = self.tables.saturating_sub(1);
                Ok(())
            }
            "elem" => {
                if let (Some(script), Some((key, value))) = (&mut self.script, self.element.take()) {
                    script.elements.push((key, Excerpt::of(value.trim())));
                }
                Ok(())
            }
            _ => Ok(()),
        }
    }

    /// Keeps text that belongs to an element of a script, as far as an excerpt goes. Whether there is a place for text.
    pub(super) fn text(&mut self, text: &str) -> bool {
        if let Some((_, value)) = &mut self.element {
            let room = LONGEST_ELEMENT.saturating_sub(value.len());
            value.push_str(&text[..text.floor_char_boundary(room)]);
        }
        self.script.is_some() || self.port.is_some()
    }

    /// `&lt;` in such a text, or anything else of that form.
    pub(super) fn reference(&mut self, name: &str) {
        self.text(&unescaped(&format!("&{name};")));
    }

    /// The host, if it has an address. masscan has no word for its status: it lists those that answered.
    pub(super) fn finish(mut self) -> Option<Box<Host>> {
        if self.is_masscan && self.host.host.status == Status::Unknown {
            self.host.host.status = Status::Up;
        }
        self.host.finish()
    }

    /// What scripts say, where they speak of no host.
    pub(super) fn into_scripts(self) -> Vec<Script> {
        self.host.host.scripts
    }

    fn status(&mut self, element: impl Element) -> Result<(), Fault> {
        let host = &mut self.host.host;
        element.each_attribute(|key, value| match key {
            "state" => host.status = status(value),
            "reason" => host.reason = words::host_reason(value),
            "reason_ttl" => host.reason_ttl = value.parse().unwrap_or_default(),
            _ => {}
        })
    }

    fn address(&mut self, element: impl Element) -> Result<(), Fault> {
        let (mut address, mut hardware) = (None, None);
        element.each_attribute(|key, value| {
            if key == "addr" {
                (address, hardware) = (words::address(value), words::hardware(value));
            }
        })?;
        self.host.address = self.host.address.or(address);
        self.host.host.hardware = self.host.host.hardware.or(hardware);
        Ok(())
    }

    fn hostname(&mut self, element: impl Element) -> Result<(), Fault> {
        let (mut name, mut kind) = (String::new(), NameKind::Reverse);
        element.each_attribute(|key, value| match key {
            "name" => name = unescaped(value).into_owned(),
            "type" if value == "user" => kind = NameKind::User,
            _ => {}
        })?;
        self.host.add_name(&name, kind).map_err(|_| Fault::TooMuch)
    }

    fn port(&mut self, element: impl Element) -> Result<(), Fault> {
        let mut port = PortElement::default();
        element.each_attribute(|key, value| match key {
            "protocol" => {
                (port.transport, port.host_reason) = (Transport::of(value), masscan::host_reason(value));
            }
            "portid" => port.number = value.parse().ok(),
            _ => {}
        })?;
        self.port = Some(port);
        Ok(())
    }

    fn state(&mut self, element: impl Element) -> Result<(), Fault> {
        let Some(port) = &mut self.port else { return Ok(()) };
        element.each_attribute(|key, value| match key {
            "state" => port.state = State::of(value),
            "reason" => port.reason = words::reason(value),
            "reason_ttl" => port.reason_ttl = value.parse().unwrap_or_default(),
            "reason_ip" => port.reason_from = words::address(value),
            _ => {}
        })
    }

    fn service(&mut self, element: impl Element) -> Result<(), Fault> {
        let Some(port) = &mut self.port else { return Ok(()) };
        let mut service = Service::default();
        element.each_attribute(|key, value| {
            let field = match key {
                "name" => &mut service.name,
                "product" => &mut service.product,
                "version" => &mut service.version,
                "extrainfo" => &mut service.extra,
                "banner" => &mut service.banner,
                "tunnel" => return service.is_in_tls = value == "ssl",
                "method" => return service.is_probed = value == "probed",
                _ => return,
            };
            *field = Some(excerpt(value)).filter(|text| !text.is_empty());
        })?;
        service.name.take_if(|name| name.as_str() == "unknown");
        service.is_probed |= service.banner.is_some();
        port.service = service.if_any();
        Ok(())
    }

    fn extra_ports(&mut self, element: impl Element) -> Result<(), Fault> {
        let (mut state, mut count) = (None, None);
        element.each_attribute(|key, value| match key {
            "state" => state = State::of(value),
            "count" => count = value.parse().ok(),
            _ => {}
        })?;
        self.rest = None;
        match (state.zip(count), state.and_then(State::known)) {
            (Some((_, count)), Some(state)) => self.rest = Some(Rest { state, count, reasons: Vec::new() }),
            (Some((state, count)), None) => {
                return self.host.add_other_rest(OtherRest { state, count }).map_err(|_| Fault::TooMuch);
            }
            (None, _) => {}
        }
        Ok(())
    }

    fn extra_reasons(&mut self, element: impl Element) -> Result<(), Fault> {
        let Some(rest) = self.rest.as_mut().filter(|rest| rest.reasons.len() < MOST_REASONS) else {
            return Ok(());
        };
        let mut reason = RestReason { reason: None, count: 0, ports: Vec::new() };
        let (mut protocol, mut is_known, mut ports) = (None, true, Vec::new());
        element.each_attribute(|key, value| match key {
            "reason" => reason.reason = words::reason(value),
            "count" => reason.count = value.parse().unwrap_or_default(),
            "proto" => (protocol, is_known) = (words::protocol(value), words::protocol(value).is_some()),
            "ports" => ports = words::ports(value),
            _ => {}
        })?;
        if let Some(protocol) = protocol {
            reason.ports = ports.into_iter().map(|range| (protocol, range)).collect();
        }
        rest.reasons.extend(is_known.then_some(reason));
        Ok(())
    }

    fn script(&mut self, element: impl Element) -> Result<(), Fault> {
        let (mut id, mut output) = (String::new(), String::new());
        element.each_attribute(|key, value| match key {
            "id" => id = unescaped(value).into_owned(),
            "output" => output = unescaped(value).into_owned(),
            _ => {}
        })?;
        let script = Script::of(&id, &output);
        (self.script, self.tables, self.element) = (Some(script), 0, None);
        Ok(())
    }

    /// Of elements without a key there is nothing to say what they are.
    fn element(&mut self, element: impl Element) -> Result<(), Fault> {
        let mut key = None;
        element.each_attribute(|name, value| {
            if name == "key" {
                key = Some(excerpt(value));
            }
        })?;
        let has_room = self.script.as_ref().is_some_and(|script| script.elements.len() < MOST_ELEMENTS);
        self.element = key.filter(|_| has_room).map(|key| (key, String::new()));
        Ok(())
    }

    fn end_script(&mut self) -> Result<(), Fault> {
        let Some(script) = self.script.take() else { return Ok(()) };
        self.host.weigh_script(&script).map_err(|_| Fault::TooMuch)?;
        match &mut self.port {
            Some(port) => port.scripts.push(script),
            None => self.host.host.scripts.push(script),
        }
        Ok(())
    }

    /// What the host's system may be.
    fn system(&mut self, element: impl Element) -> Result<(), Fault> {
        let mut name = None;
        element.each_attribute(|key, value| {
            if key == "name" {
                name = Some(excerpt(value));
            }
        })?;
        name.map_or(Ok(()), |name| self.host.add_system(name)).map_err(|_| Fault::TooMuch)
    }

    /// A port in a state or of a transport that nobody knows is left out.
    fn end_port(&mut self) -> Result<(), Fault> {
        let Some(port) = self.port.take() else { return Ok(()) };
        if let Some(reason) = port.host_reason.filter(|_| self.is_masscan) {
            (self.host.host.reason, self.host.host.reason_ttl) = (Some(reason), port.reason_ttl);
        }
        let (Some(transport), Some(number), Some(state)) = (port.transport, port.number, port.state) else {
            return Ok(());
        };
        let at = self.host.host.times.1.filter(|_| self.is_masscan);
        let PortElement { reason, reason_ttl, reason_from, service, scripts, .. } = port;
        let (Some(protocol), Some(state)) = (transport.known(), state.known()) else {
            let other = OtherPort { transport, number, state, service, scripts };
            return self.host.add_other(other).map_err(|_| Fault::TooMuch);
        };
        let port = Port { protocol, number, state, reason, reason_ttl, reason_from, service, scripts, at };
        self.add_port(port)
    }
}

fn status(word: &str) -> Status {
    match word {
        "up" => Status::Up,
        "down" => Status::Down,
        _ => Status::Unknown,
    }
}

/// More than an excerpt holds.
const LONGEST_ELEMENT: usize = 4096;

/// How many elements of one script are kept.
const MOST_ELEMENTS: usize = 1024;

/// How many reasons of one state are kept: there are not half as many.
const MOST_REASONS: usize = 128;
