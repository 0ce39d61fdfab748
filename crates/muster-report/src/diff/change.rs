//! What differs between two entries of one host.

use std::ops::RangeInclusive;

use muster_model::{Excerpt, Verdict};
use muster_nmap::read::{State, Status, Transport};

use super::missing::Missing;
use super::names::Names;
use super::table::{Host, Place, Port, Rest, Script, Service, Table};
use crate::nmap::VERDICT_SCRIPT;

/// Something before and after.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Change<T> {
    pub(super) old: T,
    pub(super) new: T,
}

impl<T: PartialEq> Change<T> {
    pub(super) fn is_change(&self) -> bool {
        self.old != self.new
    }
}

impl<T> Change<T> {
    pub(super) fn map<U>(self, mut of: impl FnMut(T) -> U) -> Change<U> {
        Change { old: of(self.old), new: of(self.new) }
    }
}

/// One host before and after; `None`: it is not there.
#[derive(Clone, Copy, Debug)]
pub(super) struct HostChange<'a> {
    pub(super) table: &'a Table,
    pub(super) hosts: Change<Option<&'a Host>>,
    /// What it means that a side does not have one of its ports.
    pub(super) missing: Change<Missing>,
    /// Whether both sides have their words for services from one vocabulary.
    pub(super) is_one_vocabulary: bool,
    /// Whether both sides tell of what muster does not judge by.
    pub(super) tells_all: bool,
}

/// A port before and after.
#[derive(Clone, Debug)]
pub(super) struct PortChange<'a> {
    pub(super) place: Place,
    pub(super) seen: Change<Option<Seen<'a>>>,
    pub(super) scripts: Vec<ScriptChange<'a>>,
}

/// A port as one side has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Seen<'a> {
    pub(super) state: State,
    /// `None`: the port is only counted, and nothing is said of a service.
    pub(super) service: Option<&'a Service>,
}

/// A script's result before and after.
pub(super) type ScriptChange<'a> = Change<Option<&'a Script>>;

impl<'a> HostChange<'a> {
    /// Whether anything differs that a diff shows.
    pub(super) fn is_change(&self) -> bool {
        match (self.hosts.old, self.hosts.new) {
            (Some(old), Some(new)) if self.table.are_alike(old, new) => false,
            (Some(old), Some(new)) => self.differs_in_short(old, new) || self.ports_differ(),
            // To be down and not to be listed is the same.
            (Some(one), None) | (None, Some(one)) => one.status != Status::Down,
            (None, None) => false,
        }
    }

    fn differs_in_short(&self, old: &Host, new: &Host) -> bool {
        (old.status, old.timed_out) != (new.status, new.timed_out)
            || self.hardware().is_change()
            || self.names().is_change()
            || self.scripts().iter().any(Change::is_change)
            || self.systems().is_change()
            || self.rests().is_change()
    }

    fn ports_differ(&self) -> bool {
        self.ports().iter().any(PortChange::is_change)
    }

    /// The entry to take what is the same on both sides from.
    pub(super) fn either(&self) -> &'a Host {
        self.hosts.new.or(self.hosts.old).expect("a host that neither side has is none")
    }

    /// Its names, if there are any.
    pub(super) fn names(&self) -> Change<Option<Names<'a>>> {
        let names = |host: &Host| self.table.names.names(host.names);
        self.said(self.hosts.map(|host| host.map(names).filter(|names| !names.is_empty())))
    }

    pub(super) fn hardware(&self) -> Change<Option<[u8; 6]>> {
        self.said(self.hosts.map(|host| host?.hardware))
    }

    pub(super) fn verdicts(&self) -> Change<Option<Verdict>> {
        self.both(self.hosts.map(|host| host?.verdict))
    }

    /// What its operating system may be, the likeliest first.
    pub(super) fn systems(&self) -> Change<&'a [Excerpt]> {
        let systems =
            self.hosts.map(|host| host.map_or(&[][..], |host| self.table.systems.value(host.systems)));
        let either = if systems.new.is_empty() { systems.old } else { systems.new };
        if self.tells_all || self.is_of_one_side() { systems } else { Change { old: either, new: either } }
    }

    /// What one side says of a host that both have, where the other does not speak of such things.
    fn said<T: Copy>(&self, change: Change<Option<T>>) -> Change<Option<T>> {
        let is_silent = self.missing.map(|missing| missing != Missing::Gone);
        match change {
            Change { old: None, new } if is_silent.old => self.both(Change { old: None, new }),
            Change { old, new: None } if is_silent.new => self.both(Change { old, new: None }),
            change => change,
        }
    }

    /// What one side says of a host that both have, for both.
    fn both<T: Copy>(&self, change: Change<Option<T>>) -> Change<Option<T>> {
        if self.is_of_one_side() {
            return change;
        }
        Change { old: change.old.or(change.new), new: change.new.or(change.old) }
    }

    fn is_of_one_side(&self) -> bool {
        self.hosts.old.is_none() || self.hosts.new.is_none()
    }

    /// Ports that are listed on either side, in order. Of a host that was given up nothing is known of its ports, so they
    /// are not compared.
    pub(super) fn ports(&self) -> Vec<PortChange<'a>> {
        let lists = self.hosts.map(|host| host.map_or(&[][..], |host| self.table.ports.value(host.ports)));
        if !self.compares_ports() {
            return Vec::new();
        }
        merged(lists, Port::place).map(|(place, ports)| self.port(place, ports)).collect()
    }

    /// Results of scripts on the host, in order of their ids.
    pub(super) fn scripts(&self) -> Vec<ScriptChange<'a>> {
        let lists =
            self.hosts.map(|host| host.map_or(&[][..], |host| self.table.scripts.value(host.scripts)));
        merged(lists, |script| &script.id).map(|(id, change)| self.script(id, change)).collect()
    }

    /// Only muster has verdicts: a file without any is of somebody else.
    fn script(&self, id: &Excerpt, change: ScriptChange<'a>) -> ScriptChange<'a> {
        if id.as_str() == VERDICT_SCRIPT { self.both(change) } else { self.worded(change) }
    }

    /// What is said in words, if both have theirs from one vocabulary.
    fn worded<T: Copy>(&self, change: Change<Option<T>>) -> Change<Option<T>> {
        if self.is_one_vocabulary || self.is_of_one_side() {
            return self.said(change);
        }
        let either = change.new.or(change.old);
        Change { old: either, new: either }
    }

    /// Ports that are only counted. A side that lists ports of a state counts them no less: only where the sums differ is
    /// there a change.
    pub(super) fn rests(&self) -> Change<Vec<(State, u32)>> {
        if !self.compares_ports() {
            return Change { old: Vec::new(), new: Vec::new() };
        }
        let counted = self.hosts.map(|host| self.counted(host));
        let differs = |state: State| {
            let sums = self.hosts.map(|host| host.map_or(0, |host| self.sum(host, state)));
            let is_compared = self.both_count() && (self.tells_all || is_judged(state));
            self.is_of_one_side() || (is_compared && sums.is_change())
        };
        let mut states = counted.old.iter().chain(&counted.new).map(|rest| rest.0);
        if states.any(differs) {
            return counted;
        }
        let told = if counted.new.is_empty() { counted.old } else { counted.new };
        Change { old: told.clone(), new: told }
    }

    /// Whether both sides count the ports that they do not list.
    fn both_count(&self) -> bool {
        self.missing == Change { old: Missing::Gone, new: Missing::Gone }
    }

    fn counted(&self, host: Option<&Host>) -> Vec<(State, u32)> {
        let rests = host.map_or(&[][..], |host| self.table.rests.value(host.rests));
        rests.iter().map(|rest| (rest.state, rest.count)).collect()
    }

    fn sum(&self, host: &Host, state: State) -> u64 {
        let listed = self.table.ports.value(host.ports).iter().filter(|port| port.state == state).count();
        let rests = self.table.rests.value(host.rests).iter().filter(|rest| rest.state == state);
        listed as u64 + rests.map(|rest| u64::from(rest.count)).sum::<u64>()
    }

    fn compares_ports(&self) -> bool {
        let is_given_up = |host: Option<&Host>| host.is_some_and(|host| host.timed_out);
        !is_given_up(self.hosts.old) && !is_given_up(self.hosts.new)
    }

    fn port(&self, place: Place, ports: Change<Option<&'a Port>>) -> PortChange<'a> {
        let scripts = ports.map(|port| port.map_or(&[][..], |port| self.table.scripts.value(port.scripts)));
        let other = ports.new.or(ports.old).map(|port| port.state);
        let seen = self.looked_for(
            place,
            Change {
                old: self.seen(self.hosts.old, ports.old, place, other),
                new: self.seen(self.hosts.new, ports.new, place, other),
            },
        );
        let is_of_both = seen.old.is_some() && seen.new.is_some();
        let script = |change| if is_of_both { self.worded(change) } else { change };
        PortChange {
            place,
            seen: self.served(alike(seen)),
            scripts: merged(scripts, |script| &script.id).map(|(_, change)| script(change)).collect(),
        }
    }

    /// A port that a side does not have is taken to be as the other has it, unless it is known to have been otherwise.
    fn looked_for(&self, place: Place, seen: Change<Option<Seen<'a>>>) -> Change<Option<Seen<'a>>> {
        let is_judged =
            |seen: Seen<'_>| matches!(place.0, Transport::Tcp | Transport::Udp) && is_judged(seen.state);
        let is_refuted = |missing: Missing, seen: Option<Seen<'_>>| match missing {
            _ if !self.tells_all && !seen.is_some_and(is_judged) => false,
            Missing::Gone => true,
            Missing::NotOpen => seen.is_some_and(|seen| seen.state == State::Open),
            Missing::Unknown => false,
        };
        match seen {
            Change { old: None, new } if !is_refuted(self.missing.old, new) => self.both(seen),
            Change { old, new: None } if !is_refuted(self.missing.new, old) => self.both(seen),
            seen => seen,
        }
    }

    /// The same of services.
    fn served(&self, seen: Change<Option<Seen<'a>>>) -> Change<Option<Seen<'a>>> {
        let Change { old: Some(old), new: Some(new) } = seen else { return seen };
        let of = |seen: Seen<'a>| seen.service.filter(|service| **service != Service::default());
        let said = self.worded(Change { old: of(old), new: of(new) });
        let with =
            |seen: Seen<'a>, said: Option<&'a Service>| Seen { service: said.or(seen.service), ..seen };
        Change { old: Some(with(old, said.old)), new: Some(with(new, said.new)) }
    }

    /// Which sides lack ports that the other one has, so that nothing follows from it.
    pub(super) fn leaves_out(&self) -> Change<bool> {
        let unknown = self.missing.map(|missing| missing == Missing::Unknown);
        if self.is_of_one_side() || !(unknown.old || unknown.new) {
            return Change { old: false, new: false };
        }
        let places = |host: Option<&'a Host>| host.map_or(&[][..], |host| self.table.ports.value(host.ports));
        let lists = self.hosts.map(places);
        let lacks = |missing: &[Port], ports: &[Port]| {
            let is_missing = |port: &Port| missing.binary_search_by_key(&port.place(), Port::place).is_err();
            ports.iter().any(is_missing)
        };
        Change {
            old: unknown.old && lacks(lists.old, lists.new),
            new: unknown.new && lacks(lists.new, lists.old),
        }
    }

    /// A port of one side: listed, or counted among others. Where it is not said which ports are counted, one that may be
    /// among them is taken to be: in the state that the other side has it in.
    fn seen(
        &self,
        host: Option<&Host>,
        port: Option<&'a Port>,
        place: Place,
        other: Option<State>,
    ) -> Option<Seen<'a>> {
        if let Some(port) = port {
            return Some(Seen { state: port.state, service: Some(self.table.services.value(port.service)) });
        }
        let rests = self.table.rests.value(host?.rests);
        let rest = rests
            .iter()
            .find(|rest| rest.holds(place))
            .or_else(|| rests.iter().find(|rest| rest.ports.is_empty() && Some(rest.state) == other))?;
        Some(Seen { state: rest.state, service: None })
    }
}

/// A port that is only counted has no service to differ from.
fn alike(seen: Change<Option<Seen<'_>>>) -> Change<Option<Seen<'_>>> {
    let Change { old: Some(old), new: Some(new) } = seen else { return seen };
    let listed = if new.service.is_some() { new } else { old };
    let is_alike = old.state == new.state && (old.service.is_none() || new.service.is_none());
    if is_alike { Change { old: Some(listed), new: Some(listed) } } else { seen }
}

impl PortChange<'_> {
    pub(super) fn is_change(&self) -> bool {
        self.seen.is_change() || self.scripts.iter().any(Change::is_change)
    }
}

impl Rest {
    fn holds(&self, place: Place) -> bool {
        let at = self.ports.partition_point(|(transport, range)| (*transport, *range.end()) < place);
        let of = |(transport, range): &(Transport, RangeInclusive<u16>)| {
            *transport == place.0 && range.contains(&place.1)
        };
        self.ports.get(at).is_some_and(of)
    }
}

/// A state by which muster judges.
fn is_judged(state: State) -> bool {
    !matches!(state, State::Unfiltered | State::ClosedFiltered)
}

/// Results of scripts by their ids.
pub(super) fn scripts<'a>(lists: Change<&'a [Script]>) -> Vec<ScriptChange<'a>> {
    merged(lists, |script| &script.id).map(|(_, change)| change).collect()
}

/// Two lists in order as one: what has one key comes together. Of several with one key each keeps its own place.
fn merged<'a, T, K: Ord>(
    lists: Change<&'a [T]>,
    key: impl Fn(&'a T) -> K,
) -> impl Iterator<Item = (K, Change<Option<&'a T>>)> {
    let Change { mut old, mut new } = lists;
    std::iter::from_fn(move || {
        let keys = (old.first().map(&key), new.first().map(&key));
        let takes_old = keys.0.is_some() && (keys.1.is_none() || keys.0 <= keys.1);
        let takes_new = keys.1.is_some() && (keys.0.is_none() || keys.1 <= keys.0);
        let key = if takes_new { keys.1 } else { keys.0 }?;
        let old = takes_old.then(|| old.split_off_first()).flatten();
        let new = takes_new.then(|| new.split_off_first()).flatten();
        Some((key, Change { old, new }))
    })
}
