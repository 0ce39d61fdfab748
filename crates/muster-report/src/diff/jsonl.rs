//! The differences as JSON lines: [`schema::diff`](crate::schema::diff).

use std::io::{self, Write};

use muster_model::{Excerpt, Verdict};
use muster_nmap::read::{State, Status};

use super::Shown;
use super::change::{Change, HostChange, PortChange, ScriptChange, Seen};
use super::comparison::{Comparison, Tally};
use super::names::Names;
use super::side::Origin;
use super::table::{Script, Service};
use crate::schema::{SCHEMA, diff as schema};

/// Writes the differences; gives them in numbers.
///
/// # Errors
/// The writer's.
pub fn write_diff_jsonl(out: &mut impl Write, comparison: &Comparison, shown: Shown) -> io::Result<Tally> {
    let (old, new) = (source(&comparison.old.origin), source(&comparison.new.origin));
    let lines = Lines { shown };
    let (before, behind) = (comparison.before_hosts(), comparison.behind_hosts());
    let (before_hosts, behind_hosts) = (lines.scripts(&before), lines.scripts(&behind));
    schema::Line::Diff(schema::Diff { schema: SCHEMA, old, new, before_hosts, behind_hosts }).write(out)?;
    let tally =
        comparison.each(shown, |change| schema::Line::Host(Box::new(lines.host(change))).write(out))?;
    schema::Line::End(end(&tally)).write(out)?;
    Ok(tally)
}

fn source(origin: &Origin) -> schema::Source<'_> {
    schema::Source {
        source: origin.source.as_str(),
        scanner: origin.scanner.as_str(),
        version: origin.version.as_ref().map(Excerpt::as_str),
        arguments: origin.arguments.as_ref().map(Excerpt::as_str),
        start: origin.start,
        partial: origin.partial.as_deref(),
    }
}

fn end(tally: &Tally) -> schema::End {
    let verdicts = tally.verdicts.iter();
    schema::End {
        different: tally.is_different(),
        same: tally.same,
        changed: tally.changed,
        appeared: tally.appeared,
        gone: tally.gone,
        unknown_in_new: tally.unknown_in_new,
        unknown_in_old: tally.unknown_in_old,
        verdicts: verdicts
            .map(|((old, new), hosts)| schema::Verdicts { old: old.name(), new: new.name(), hosts: *hosts })
            .collect(),
    }
}

struct Lines {
    shown: Shown,
}

impl Lines {
    fn host<'a>(&self, change: &HostChange<'a>) -> schema::Host<'a> {
        let hosts = change.hosts;
        let rests = change.rests().map(|rests| Some(rests).filter(|rests| !rests.is_empty()));
        let listed = |names: Names<'a>| names.iter().collect::<Vec<_>>();
        let hardware = |bytes: [u8; 6]| bytes.map(|byte| format!("{byte:02x}")).join(":");
        schema::Host {
            address: change.either().address,
            change: kind(change),
            status: self.told(hosts.map(|host| host.map(|host| status(host.status)))),
            timed_out: self.told(hosts.map(|host| host.map(|host| host.timed_out))),
            names: self.told(change.names().map(|names| names.map(listed))),
            hardware: self.told(change.hardware().map(|bytes| bytes.map(hardware))),
            verdict: self.told(change.verdicts().map(|verdict| verdict.map(Verdict::name))),
            ports: self.ports(change),
            rest: self
                .told(rests)
                .map(|rests| schema::Change { old: rests.old.map(counted), new: rests.new.map(counted) }),
            systems: self.systems(change),
            scripts: self.scripts(&change.scripts()),
        }
    }

    /// What differs always, what does not if all is to be shown and it is known.
    fn told<T: PartialEq>(&self, change: Change<Option<T>>) -> Option<schema::Change<T>> {
        let is_known = change.old.is_some() || change.new.is_some();
        let is_told = is_known && (self.shown == Shown::All || change.is_change());
        is_told.then(|| schema::Change { old: change.old, new: change.new })
    }

    fn systems<'a>(&self, change: &HostChange<'a>) -> Option<schema::Change<Vec<&'a str>>> {
        let systems = change.systems().map(|systems| Some(systems).filter(|systems| !systems.is_empty()));
        let names = |systems: &'a [Excerpt]| systems.iter().map(Excerpt::as_str).collect::<Vec<_>>();
        self.told(systems.map(|systems| systems.map(names)))
    }

    fn ports<'a>(&self, change: &HostChange<'a>) -> Vec<schema::Port<'a>> {
        let is_shown = |port: &PortChange<'a>| self.shown == Shown::All || port.is_change();
        let ports = change.ports().into_iter().filter(is_shown);
        ports
            .map(|port| schema::Port {
                port: port.place.1,
                protocol: port.place.0.name(),
                old: port.seen.old.map(seen),
                new: port.seen.new.map(seen),
                scripts: self.scripts(&port.scripts),
            })
            .collect()
    }

    fn scripts<'a>(&self, scripts: &[ScriptChange<'a>]) -> Vec<schema::Script<'a>> {
        let is_shown = |script: &&ScriptChange<'a>| self.shown == Shown::All || script.is_change();
        let scripts = scripts.iter().filter(is_shown).copied();
        scripts
            .filter_map(|script| {
                Some(schema::Script {
                    id: script.new.or(script.old)?.id.as_str(),
                    old: script.old.map(Script::text),
                    new: script.new.map(Script::text),
                })
            })
            .collect()
    }
}

fn kind(change: &HostChange<'_>) -> &'static str {
    match change.hosts {
        _ if !change.is_change() => "same",
        Change { old: None, .. } => "appeared",
        Change { new: None, .. } => "gone",
        Change { .. } => "changed",
    }
}

/// The word for a status.
pub(super) fn status(status: Status) -> &'static str {
    match status {
        Status::Up => "up",
        Status::Down => "down",
        Status::Unknown => "unknown",
    }
}

fn counted(rests: Vec<(State, u32)>) -> Vec<schema::Rest> {
    rests.into_iter().map(|(state, count)| schema::Rest { state: state.name(), count }).collect()
}

fn seen(seen: Seen<'_>) -> schema::Seen<'_> {
    schema::Seen { state: seen.state.name(), service: seen.service.map(service) }
}

fn service(service: &Service) -> schema::Service<'_> {
    schema::Service {
        name: service.name.as_ref().map(Excerpt::as_str),
        product: service.product.as_ref().map(Excerpt::as_str),
        version: service.version.as_ref().map(Excerpt::as_str),
        extra: service.extra.as_ref().map(Excerpt::as_str),
        tls: service.is_in_tls,
    }
}
