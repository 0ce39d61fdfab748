//! Two sides, gone through in one go.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use muster_model::Verdict;

use super::Shown;
use super::change::{Change, HostChange};
use super::side::Side;
use super::table::{Host, Table};

/// Two sides with what their hosts share.
#[derive(Debug)]
pub struct Comparison {
    table: Table,
    pub(super) old: Side,
    pub(super) new: Side,
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
    /// Hosts by their verdicts before and after, where these differ.
    pub verdicts: BTreeMap<(Verdict, Verdict), u64>,
}

impl Tally {
    /// Whether anything differs.
    pub fn is_different(&self) -> bool {
        self.changed + self.appeared + self.gone > 0
    }

    /// What is to be known beside the differences, a sentence each.
    pub fn notes(&self, comparison: &Comparison) -> Vec<String> {
        let Comparison { old, new, .. } = comparison;
        [note(old, new, self.unknown_in_new), note(new, old, self.unknown_in_old)]
            .into_iter()
            .flatten()
            .collect()
    }

    fn count(&mut self, change: &HostChange<'_>) {
        let verdicts = change.verdicts();
        if let (Some(old), Some(new)) = (verdicts.old, verdicts.new)
            && old != new
        {
            *self.verdicts.entry((old, new)).or_default() += 1;
        }
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
    let (has, lacks) = (&has.origin, &lacks.origin);
    let why = match &lacks.partial {
        None => "it did not ask for them",
        Some(why) => why,
    };
    let hosts = crate::audit::words::count(count, "host");
    (count > 0).then(|| {
        format!("{hosts} of {} not compared: {} does not have them, and {why}", has.source, lacks.source)
    })
}

impl Comparison {
    /// Compares an earlier scan with a later one.
    pub fn new(old: Side, new: Side) -> Self {
        let (mut old, mut new) = (old, new);
        let mut table = std::mem::take(&mut old.table);
        table.absorb(std::mem::take(&mut new.table), &mut new.hosts);
        Self { table, old, new }
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
        let mut tally = Tally::default();
        for hosts in self.pairs() {
            match hosts {
                Change { old: Some(host), new: None } if !self.new.knows(host.address) => {
                    tally.unknown_in_new += 1;
                }
                Change { old: None, new: Some(host) } if !self.old.knows(host.address) => {
                    tally.unknown_in_old += 1;
                }
                hosts => {
                    let change = HostChange { table: &self.table, hosts };
                    tally.count(&change);
                    if shown == Shown::All || change.is_change() {
                        show(&change)?;
                    }
                }
            }
        }
        Ok(tally)
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
