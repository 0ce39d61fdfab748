//! The hosts: what needs attention, of what too little is known, and all of them.

use std::collections::HashSet;
use std::net::IpAddr;
use std::ops::Deref;

use muster_model::{Host, Observation, PortState, Run, Verdict};

use crate::audit::groups::{Group, Groups};
use crate::audit::words::{count, first_name, grouped};
use muster_audit::worklist;

/// How many groups each table before the list of all hosts has at most.
const MOST_TASKS: usize = 200;
/// How many hosts a row of such a table names before the fold.
const NAMED: usize = 4;
/// Where hosts are told by groups, so many have their ports and conversations on the page.
const MOST_DETAILED: usize = 2_000;

/// What somebody has to do or find out, a row for each group of hosts.
pub(super) struct Work<'a> {
    pub(super) attention: String,
    pub(super) tasks: Vec<Task<'a>>,
    pub(super) more_tasks: usize,
    pub(super) unknown: Vec<Task<'a>>,
    pub(super) more_unknown: usize,
}

impl<'a> Work<'a> {
    pub(super) fn of(run: &'a Run, groups: &Groups<'a>) -> Self {
        let hosts = worklist(run);
        let mut seen = HashSet::new();
        let places: Vec<usize> =
            hosts.iter().map(|host| groups.place(host)).filter(|place| seen.insert(*place)).collect();
        let mut unknown: Vec<usize> = (0..groups.all.len())
            .filter(|place| groups.all[*place].verdict() == Verdict::Unknown && !seen.contains(place))
            .collect();
        unknown.sort_by_key(|place| std::cmp::Reverse(groups.all[*place].hosts.len()));
        let tasks = |places: &[usize]| {
            places.iter().take(MOST_TASKS).map(|&id| Task::of(id, &groups.all[id])).collect()
        };
        Self {
            attention: count(hosts.len() as u64, "host"),
            tasks: tasks(&places),
            more_tasks: places.len().saturating_sub(MOST_TASKS),
            unknown: tasks(&unknown),
            more_unknown: unknown.len().saturating_sub(MOST_TASKS),
        }
    }
}

/// All hosts, by row or by group.
pub(super) struct Listing<'a> {
    pub(super) hosts_number: String,
    pub(super) detailed_number: String,
    pub(super) is_grouped: bool,
    pub(super) rows: Vec<Row<'a>>,
    pub(super) groups: Vec<Task<'a>>,
}

impl<'a> Listing<'a> {
    pub(super) fn of(run: &'a Run, groups: &Groups<'a>) -> Self {
        let mut list = Self {
            hosts_number: if groups.are_told {
                grouped(run.hosts.len() as u64)
            } else if run.hosts.is_empty() {
                "0".to_owned()
            } else {
                count(run.hosts.len() as u64, "host")
            },
            detailed_number: String::new(),
            is_grouped: groups.are_told,
            rows: Vec::new(),
            groups: Vec::new(),
        };
        if groups.are_told {
            let detailed = detailed(run);
            list.detailed_number = grouped(detailed.len() as u64);
            list.groups = groups.all.iter().enumerate().map(|(id, group)| Task::of(id, group)).collect();
            list.groups.sort_by_key(|task| (task.verdict(), std::cmp::Reverse(task.group.hosts.len())));
            list.groups.iter_mut().for_each(|task| task.share_out(&detailed));
        } else {
            list.rows = run.hosts.iter().map(Row).collect();
        }
        list
    }
}

/// The hosts that told most, of those that need attention first.
fn detailed(run: &Run) -> HashSet<IpAddr> {
    let mut hosts: Vec<&Host> = run
        .hosts
        .iter()
        .filter(|host| host.judgement.verdict.needs_attention() || !host.asset.services.is_empty())
        .collect();
    hosts.sort_by_key(|host| (host.asset.services.is_empty(), host.judgement.verdict));
    hosts.iter().take(MOST_DETAILED).map(|host| host.asset.address).collect()
}

/// A group of hosts with a number of its own.
pub(super) struct Task<'a> {
    pub(super) id: usize,
    pub(super) group: Group<'a>,
    /// Its hosts with ports and conversations, and those without.
    pub(super) detailed: Vec<Row<'a>>,
    pub(super) compact: Vec<Row<'a>>,
}

impl<'a> Task<'a> {
    fn of(id: usize, group: &Group<'a>) -> Self {
        Self { id, group: group.clone(), detailed: Vec::new(), compact: Vec::new() }
    }

    fn share_out(&mut self, detailed: &HashSet<IpAddr>) {
        let hosts = self.group.hosts.iter().map(|host| Row(host));
        (self.detailed, self.compact) = hosts.partition(|row| detailed.contains(&row.asset.address));
    }

    pub(super) fn verdict(&self) -> Verdict {
        self.group.verdict()
    }

    /// Its verdict's place in the order of attention.
    pub(super) fn rank(&self) -> usize {
        rank(self.verdict())
    }

    pub(super) fn size(&self) -> usize {
        self.group.hosts.len()
    }

    pub(super) fn count(&self) -> String {
        count(self.size() as u64, "host")
    }

    pub(super) fn compact_count(&self) -> String {
        count(self.compact.len() as u64, "host")
    }

    /// A host that stands for all.
    pub(super) fn host(&self) -> Row<'a> {
        Row(self.group.hosts[0])
    }

    pub(super) fn why(&self) -> &'a str {
        self.host().why()
    }

    pub(super) fn first(&self) -> Vec<Row<'a>> {
        self.group.hosts.iter().take(NAMED).map(|host| Row(host)).collect()
    }

    pub(super) fn rest(&self) -> Vec<Row<'a>> {
        self.group.hosts.iter().skip(NAMED).map(|host| Row(host)).collect()
    }

    /// The remedies and the next steps, each once.
    pub(super) fn steps(&self) -> Vec<&'a str> {
        self.group.steps()
    }
}

/// A host on the page.
#[derive(Clone, Copy)]
pub(super) struct Row<'a>(&'a Host);

impl<'a> Row<'a> {
    pub(super) fn name(&self) -> &'a str {
        first_name(&self.0.asset.names)
    }

    pub(super) fn names(&self) -> String {
        let names = self.asset.names.iter().map(|name| format!("{} ({})", name.name, name.source.name()));
        names.collect::<Vec<_>>().join(", ")
    }

    /// Whether more than its address is known.
    pub(super) fn has_identity(&self) -> bool {
        !self.asset.names.is_empty()
            || self.asset.zone.is_some()
            || self.asset.hardware.is_some()
            || self.asset.is_phantom
    }

    pub(super) fn why(&self) -> &'a str {
        self.0.judgement.reasons.first().map_or("", |reason| &reason.text)
    }

    pub(super) fn rank(&self) -> usize {
        rank(self.judgement.verdict)
    }

    pub(super) fn has_open(&self) -> bool {
        self.asset.ports.iter().any(|port| port.state == PortState::Open)
    }

    /// The open ports.
    pub(super) fn open(&self) -> String {
        let open = self.asset.ports.iter().filter(|port| port.state == PortState::Open);
        open.map(|port| port.endpoint.port.to_string()).collect::<Vec<_>>().join(" ")
    }

    /// Whether a port is more than closed; paper has no room for those that are not.
    pub(super) fn tells_ports(&self) -> bool {
        self.asset.ports.iter().any(|port| port.state != PortState::Closed)
    }

    /// Every port that answered, and how.
    pub(super) fn ports(&self) -> Vec<PortLine> {
        let line = |seen: &Observation| {
            let second = seen.at.since_start().as_secs_f64();
            let by = seen.icmp.map(|icmp| format!(" from {}", icmp.from)).unwrap_or_default();
            PortLine {
                name: format!("{}/{}", seen.endpoint.port, seen.endpoint.protocol),
                how: format!("{}, {}{by}, at {second:.3} s", seen.state.name(), seen.reason),
                is_closed: seen.state == PortState::Closed,
            }
        };
        self.asset.ports.iter().map(line).collect()
    }
}

/// A port that answered.
pub(super) struct PortLine {
    pub(super) name: String,
    pub(super) how: String,
    pub(super) is_closed: bool,
}

impl Deref for Row<'_> {
    type Target = Host;

    fn deref(&self) -> &Host {
        self.0
    }
}

fn rank(verdict: Verdict) -> usize {
    Verdict::ALL.iter().position(|own| *own == verdict).unwrap_or(Verdict::ALL.len())
}
