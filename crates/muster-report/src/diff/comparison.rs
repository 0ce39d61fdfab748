//! Two sides, gone through in one go.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use muster_model::Verdict;

use super::Shown;
use super::change::{Change, HostChange, ScriptChange, scripts};
use super::missing::Missing;
use super::side::Side;
use super::table::{Host, Table};

/// Two sides with what their hosts share.
#[derive(Debug)]
pub struct Comparison {
    table: Table,
    pub(super) old: Side,
    pub(super) new: Side,
    missing: Change<Missing>,
    is_one_vocabulary: bool,
    tells_all: bool,
}

/// A comparison in numbers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Hosts that are alike.
    pub same: u64,
    /// Hosts of both sides that differ.
    pub changed: u64,
    /// Hosts that only the new side has.
    pub appeared: u64,
    /// Hosts that only the old side has.
    pub gone: u64,
    /// Hosts of the old side of which the new one says nothing.
    pub unknown_in_new: u64,
    /// Hosts of the new side of which the old one said nothing.
    pub unknown_in_old: u64,
    /// Hosts of both sides of which the new one may lack ports that it found open: these are not compared.
    pub ports_unknown_in_new: u64,
    /// The same for the old side.
    pub ports_unknown_in_old: u64,
    /// Scripts that said something else of no host.
    pub scripts: u64,
    /// Hosts by their verdicts before and after, where these differ.
    pub verdicts: BTreeMap<(Verdict, Verdict), u64>,
}

impl Tally {
    /// Whether anything differs.
    pub fn is_different(&self) -> bool {
        self.changed + self.appeared + self.gone + self.scripts > 0
    }

    /// What is to be known beside the differences, a sentence each.
    pub fn notes(&self, comparison: &Comparison) -> Vec<String> {
        let Comparison { old, new, .. } = comparison;
        let hosts = [note(old, new, self.unknown_in_new), note(new, old, self.unknown_in_old)];
        let ports = [
            ports_note(old, new, self.ports_unknown_in_new),
            ports_note(new, old, self.ports_unknown_in_old),
        ];
        hosts.into_iter().chain(ports).flatten().collect()
    }

    fn count(&mut self, change: &HostChange<'_>) {
        let verdicts = change.verdicts();
        if let (Some(old), Some(new)) = (verdicts.old, verdicts.new)
            && old != new
        {
            *self.verdicts.entry((old, new)).or_default() += 1;
        }
        let unknown = change.leaves_out();
        self.ports_unknown_in_new += u64::from(unknown.new);
        self.ports_unknown_in_old += u64::from(unknown.old);
        match change.hosts {
            _ if !change.is_change() => self.same += 1,
            Change { old: None, .. } => self.appeared += 1,
            Change { new: None, .. } => self.gone += 1,
            Change { .. } => self.changed += 1,
        }
    }
}

/// About hosts that `has` has and of which `lacks` says nothing.
fn note(has: &Side, lacks: &Side, count: u64) -> Option<String> {
    let why = lacks.origin.partial.as_deref().unwrap_or_else(|| lacks.absence.why());
    let (has, lacks) = (&has.origin, &lacks.origin);
    let hosts = crate::audit::words::count(count, "host");
    (count > 0).then(|| {
        format!("{hosts} of {} not compared: {} does not have them, and {why}", has.source, lacks.source)
    })
}

/// About hosts that both have, and ports that only `has` has.
fn ports_note(has: &Side, lacks: &Side, count: u64) -> Option<String> {
    let why = lacks.origin.partial.as_deref()?;
    let (has, lacks) = (&has.origin.source, &lacks.origin.source);
    let hosts = crate::audit::words::count(count, "host");
    (count > 0)
        .then(|| format!("ports of {hosts} of {has} not compared: {lacks} does not have them, and {why}"))
}

impl Comparison {
    /// Compares an earlier scan with a later one.
    pub fn new(old: Side, new: Side) -> Self {
        let (mut old, mut new) = (old, new);
        let mut table = std::mem::take(&mut old.table);
        table.absorb(std::mem::take(&mut new.table), &mut new.hosts);
        let missing = Change { old: missing(&old, &new), new: missing(&new, &old) };
        let is_one_vocabulary = old.is_run == new.is_run || old.vocabulary() == new.vocabulary();
        let tells_all = old.tells_all && new.tells_all;
        Self { table, old, new, missing, is_one_vocabulary, tells_all }
    }

    /// Hands every host that is to be shown to `show`, in order of address.
    ///
    /// # Errors
    /// The first of `show`.
    pub(super) fn each<'a, E>(
        &'a self,
        shown: Shown,
        mut show: impl FnMut(&HostChange<'a>) -> Result<(), E>,
    ) -> Result<Tally, E> {
        let differing = [self.before_hosts(), self.behind_hosts()].concat();
        let differing = differing.iter().filter(|script| script.is_change()).count();
        let mut tally = Tally { scripts: differing as u64, ..Tally::default() };
        for hosts in self.pairs() {
            match hosts {
                Change { old: Some(host), new: None } if !self.tells(&self.new, host) => {
                    tally.unknown_in_new += 1;
                }
                Change { old: None, new: Some(host) } if !self.tells(&self.old, host) => {
                    tally.unknown_in_old += 1;
                }
                hosts => {
                    let change = self.change(hosts);
                    tally.count(&change);
                    if shown == Shown::All || change.is_change() {
                        show(&change)?;
                    }
                }
            }
        }
        Ok(tally)
    }

    /// What scripts said before the first host.
    pub(super) fn before_hosts(&self) -> Vec<ScriptChange<'_>> {
        self.of_no_host(0)
    }

    /// What scripts said behind the last host; nothing follows where a side does not have its end.
    pub(super) fn behind_hosts(&self) -> Vec<ScriptChange<'_>> {
        let are_whole = self.old.origin.partial.is_none() && self.new.origin.partial.is_none();
        if are_whole { self.of_no_host(1) } else { Vec::new() }
    }

    fn of_no_host(&self, place: usize) -> Vec<ScriptChange<'_>> {
        let lists = Change { old: &self.old.scripts[place][..], new: &self.new.scripts[place][..] };
        if self.tells_all { scripts(lists) } else { Vec::new() }
    }

    fn change<'a>(&'a self, hosts: Change<Option<&'a Host>>) -> HostChange<'a> {
        let (missing, is_one_vocabulary, tells_all) = (self.missing, self.is_one_vocabulary, self.tells_all);
        HostChange { table: &self.table, hosts, missing, is_one_vocabulary, tells_all }
    }

    /// Whether it follows anything from that `lacks` does not have the host.
    fn tells(&self, lacks: &Side, host: &Host) -> bool {
        lacks.absence.tells(host.address, || self.table.has_open_port(host))
    }

    /// Every host with its entries.
    fn pairs(&self) -> impl Iterator<Item = Change<Option<&Host>>> {
        let (mut old, mut new) = (self.old.hosts.iter().peekable(), self.new.hosts.iter().peekable());
        std::iter::from_fn(move || {
            let order = match (old.peek(), new.peek()) {
                (Some(old), Some(new)) => old.address.cmp(&new.address),
                (Some(_), None) => Ordering::Less,
                (None, Some(_)) => Ordering::Greater,
                (None, None) => return None,
            };
            Some(Change {
                old: if order.is_le() { old.next() } else { None },
                new: if order.is_ge() { new.next() } else { None },
            })
        })
    }
}

/// A run has every port that matters to muster in whatever state, and of the others those that are open; a file beside it has
/// more.
fn missing(lacks: &Side, has: &Side) -> Missing {
    match lacks.missing {
        Missing::Gone if lacks.is_run && !has.is_run => Missing::NotOpen,
        missing => missing,
    }
}

#[cfg(test)]
impl Comparison {
    /// How many lists of ports are held.
    pub(super) fn held_port_lists(&self) -> usize {
        self.table.ports.len()
    }

    /// What is to be known beside the differences.
    pub(super) fn notes_of(&self, shown: Shown) -> Vec<String> {
        let tally = self.each(shown, |_| Ok::<_, ()>(()));
        tally.map(|tally| tally.notes(self)).unwrap_or_default()
    }
}
