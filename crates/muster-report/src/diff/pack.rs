//! Hosts as they come from files and runs, made small.

use std::collections::BTreeMap;

use muster_model::{Excerpt, Verdict};
use muster_nmap::read::{OtherPort, OtherRest, State, Transport};
use muster_nmap::{output, read};

use super::intern::Id;
use super::table::{Host, Port, Ports, Rest, Rests, Script, Scripts, Service, Table};
use crate::nmap::VERDICT_SCRIPT;

impl Table {
    /// The host of a file, in small.
    pub(super) fn host(&mut self, host: read::Host) -> Host {
        let verdict = host.scripts.iter().find_map(verdict);
        let read::Unjudged { ports: others, rest: other_rest, systems } = host.unjudged;
        let ports = self.listed(host.ports, others);
        Host {
            address: host.address,
            status: host.status,
            hardware: host.hardware,
            timed_out: host.timed_out,
            verdict,
            names: self.names.id(host.names),
            ports,
            rests: self.rests(host.rest, other_rest),
            systems: self.systems.id_at(u16::from(!systems.is_empty()), systems),
            scripts: self.scripts(host.scripts),
        }
    }

    /// Several entries for one host in one, as of a scanner that writes one for each port: what comes later goes before.
    pub(super) fn joined(&mut self, entries: &[Host]) -> Host {
        let [first, later @ ..] = entries else { unreachable!("a host has an entry") };
        if later.is_empty() {
            return *first;
        }
        let host = later.iter().fold(*first, |host, next| Host {
            address: next.address,
            status: if next.status == read::Status::Unknown { host.status } else { next.status },
            hardware: next.hardware.or(host.hardware),
            timed_out: next.timed_out,
            verdict: next.verdict.or(host.verdict),
            rests: if self.rests.value(next.rests).is_empty() { host.rests } else { next.rests },
            systems: if self.systems.value(next.systems).is_empty() { host.systems } else { next.systems },
            scripts: if self.scripts.value(next.scripts).is_empty() { host.scripts } else { next.scripts },
            ..host
        });
        let names = self.names.joined(entries.iter().map(|host| host.names).collect());
        Host { names, ports: self.joined_ports(entries), ..host }
    }

    fn joined_ports(&mut self, entries: &[Host]) -> Id<Ports> {
        let mut ports = BTreeMap::new();
        for port in entries.iter().flat_map(|host| self.ports.value(host.ports)) {
            let known = ports.entry(port.place()).or_insert(*port);
            *known = self.later(known, port);
        }
        self.ports.id(ports.into_values().collect())
    }

    /// A port that is told of again. Where the later record is of its state alone, the service is the earlier one's.
    fn later(&self, earlier: &Port, later: &Port) -> Port {
        let is_of_state =
            earlier.state == later.state && *self.services.value(later.service) == Service::default();
        Port {
            service: if is_of_state { earlier.service } else { later.service },
            scripts: if self.scripts.value(later.scripts).is_empty() {
                earlier.scripts
            } else {
                later.scripts
            },
            ..*later
        }
    }

    /// Whether a port of the host is open, as far as it is listed.
    pub(super) fn has_open_port(&self, host: &Host) -> bool {
        self.ports.value(host.ports).iter().any(|port| port.state == State::Open)
    }

    /// A port; what has none is no port.
    fn port(&mut self, port: read::Port) -> Option<Port> {
        let (number, state) = (port.number, port.state.into());
        let transport = Transport::of_protocol(port.protocol)?;
        let (service, scripts) = (port.service, port.scripts);
        Some(self.other(OtherPort { transport, number, state, service, scripts }))
    }

    fn other(&mut self, port: OtherPort) -> Port {
        Port {
            transport: port.transport,
            number: port.number,
            state: port.state,
            service: self.services.id_at(port.number, port.service.map(service).unwrap_or_default()),
            scripts: self.scripts(port.scripts),
        }
    }

    /// Of two entries for one port the first is kept.
    fn listed(&mut self, listed: Vec<read::Port>, others: Vec<OtherPort>) -> Id<Ports> {
        let mut ports = std::mem::take(&mut self.room);
        ports.clear();
        ports.extend(listed.into_iter().filter_map(|port| self.port(port)));
        ports.extend(others.into_iter().map(|port| self.other(port)));
        ports.sort_by_key(Port::place);
        ports.dedup_by_key(|port| port.place());
        let id = self.ports.id_of(&ports[..]);
        self.room = ports;
        id
    }

    fn rests(&mut self, rests: Vec<read::Rest>, others: Vec<OtherRest>) -> Id<Rests> {
        let others =
            others.into_iter().map(|OtherRest { state, count }| Rest { state, count, ports: Vec::new() });
        let mut rests: Rests = rests.into_iter().map(rest).chain(others).collect();
        rests.sort_by_key(|rest| rest.state.name());
        let place = rests.first().map_or(0, |rest| rest.count as u16);
        self.rests.id_at(place, rests)
    }

    fn scripts(&mut self, scripts: Vec<read::Script>) -> Id<Scripts> {
        let scripts = sorted(scripts);
        // Most say nothing.
        self.scripts.id_at(u16::from(!scripts.is_empty()), scripts)
    }
}

/// Results in order of their ids.
pub(super) fn sorted(scripts: Vec<read::Script>) -> Scripts {
    let mut scripts: Scripts = scripts.into_iter().map(script).collect();
    scripts.sort_by(|one, other| one.id.cmp(&other.id));
    scripts
}

fn service(service: read::Service) -> Service {
    let read::Service { name, product, version, extra, is_in_tls, .. } = service;
    Service { name, product, version, extra, is_in_tls }
}

fn rest(rest: read::Rest) -> Rest {
    let ports = rest.reasons.into_iter().flat_map(|reason| reason.ports);
    let placed = |(protocol, range)| Some((Transport::of_protocol(protocol)?, range));
    let mut ports: Vec<_> = ports.filter_map(placed).collect();
    ports.sort_by_key(|(protocol, range)| (*protocol, *range.start()));
    ports.dedup_by(|(protocol, next), (of, last)| {
        let joins = protocol == of && u32::from(*next.start()) <= u32::from(*last.end()) + 1;
        if joins {
            *last = *last.start()..=*last.end().max(next.end());
        }
        joins
    });
    Rest { state: rest.state.into(), count: rest.count, ports }
}

/// What muster says by keys it says in more words than it judges by, so of a verdict only the text counts.
fn script(script: read::Script) -> Script {
    let is_verdict = script.id.as_str() == VERDICT_SCRIPT;
    let is_cut = script.output.as_str().ends_with('…') && !is_verdict;
    let elements = if is_cut { script.elements } else { Vec::new() };
    let lines = if is_verdict { Vec::new() } else { script.lines };
    Script { id: script.id, output: script.output, lines, elements }
}

/// The verdict, by its key or else the first word of the text.
fn verdict(script: &read::Script) -> Option<Verdict> {
    if script.id.as_str() != VERDICT_SCRIPT {
        return None;
    }
    let by_key = script.elements.iter().find(|(key, _)| key.as_str() == "verdict");
    let by_text = || script.output.as_str().split(':').next().unwrap_or_default();
    let text = by_key.map_or_else(by_text, |(_, value)| value.as_str());
    Verdict::ALL.into_iter().find(|verdict| verdict.name() == text || verdict.to_string() == text)
}

/// The host of a run as a reader of the run's own XML would see it.
pub(super) fn as_read(host: output::Host) -> read::Host {
    let named = |name: Option<String>, kind| name.map(|name| (Excerpt::of(&name), kind));
    let names =
        [named(host.given_name, read::NameKind::User), named(host.reverse_name, read::NameKind::Reverse)];
    read::Host {
        address: host.address,
        hardware: host.hardware,
        names: names.into_iter().flatten().collect(),
        status: if host.up { read::Status::Up } else { read::Status::Down },
        reason: Some(host.reason),
        reason_ttl: host.reason_ttl,
        ports: host.ports.into_iter().map(port_as_read).collect(),
        rest: Vec::new(),
        scripts: host.scripts.iter().map(script_as_read).collect(),
        unjudged: read::Unjudged::default(),
        timed_out: host.timed_out,
        times: (None, None),
    }
}

fn port_as_read(port: output::Port) -> read::Port {
    read::Port {
        protocol: port.protocol,
        number: port.number,
        state: port.state,
        reason: Some(port.reason),
        reason_ttl: port.reason_ttl,
        reason_from: port.reason_from,
        service: port.service.map(service_as_read),
        scripts: port.scripts.iter().map(script_as_read).collect(),
        at: None,
    }
}

fn service_as_read(service: output::Service) -> read::Service {
    let excerpt = |text: Option<String>| text.map(|text| Excerpt::of(&text));
    read::Service {
        name: excerpt(service.name),
        product: excerpt(service.product),
        version: excerpt(service.version),
        extra: excerpt(service.extra),
        is_in_tls: service.is_in_tls,
        is_probed: service.method == output::Method::Probed,
        banner: None,
    }
}

fn script_as_read(script: &output::Script) -> read::Script {
    let excerpt = |text: &str| Excerpt::of(text);
    read::Script {
        id: excerpt(&script.id),
        output: excerpt(&script.output),
        lines: Vec::new(),
        elements: script.elements.iter().map(|(key, value)| (excerpt(key), excerpt(value))).collect(),
    }
}
