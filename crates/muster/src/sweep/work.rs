//! A sweep as a part of the work, in Nmap's words.

use std::net::IpAddr;
use std::time::Duration;

use jiff::Zoned;
use muster_engine::{ProbeKind, SweepKind, SweepPlan};
use muster_model::Endpoint;
use muster_nmap::output::{Share, Step, Task, Total};

use super::choice::NetworkKind;

/// What a sweep is called, and what it goes through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Work {
    /// Nmap's name for it.
    pub(crate) task: &'static str,
    /// How many hosts are asked.
    pub(crate) hosts: u64,
    /// Whether it is only to be found out which of them are there.
    pub(crate) is_search: bool,
    only: Option<IpAddr>,
    endpoints: u64,
}

impl Work {
    /// The sweep of `plan`, which is called `stage`, over such a network.
    pub(crate) fn new(stage: &'static str, plan: &SweepPlan, kind: NetworkKind) -> Self {
        let hosts = u64::try_from(plan.targets.len()).unwrap_or(u64::MAX);
        let is_search = matches!(plan.kind, SweepKind::Discovery);
        Self {
            task: task(stage, plan, kind),
            hosts,
            is_search,
            only: plan.targets.iter().next().filter(|_| hosts == 1),
            endpoints: plan.endpoints().unwrap_or(hosts),
        }
    }

    /// It begins.
    pub(crate) fn begins(&self) -> Task<'static> {
        let ports = self.endpoints / self.hosts.max(1);
        self.at(Step::Begins { hosts: self.hosts, only: self.only, ports })
    }

    /// A port is open.
    pub(crate) fn found(&self, endpoint: Endpoint) -> Task<'static> {
        self.at(Step::Found(endpoint))
    }

    /// It is so far.
    pub(crate) fn is_at(&self, share: Share) -> Task<'static> {
        self.at(Step::IsAt(share))
    }

    /// It is over.
    pub(crate) fn ends(&self, elapsed: Duration) -> Task<'static> {
        let total = if self.is_search { Total::Hosts(self.hosts) } else { Total::Ports(self.endpoints) };
        self.at(Step::Ends { elapsed, total })
    }

    fn at(&self, step: Step) -> Task<'static> {
        Task { name: self.task, at: Zoned::now(), step }
    }
}

fn task(stage: &'static str, plan: &SweepPlan, kind: NetworkKind) -> &'static str {
    let has_tcp = !plan.questions.ranges(ProbeKind::Syn).is_empty();
    match (stage, kind) {
        ("neighbors", _) if plan.targets.v4().is_empty() => "ND Ping Scan",
        ("neighbors", _) => "ARP Ping Scan",
        ("discovery", _) => "Ping Scan",
        ("ports", _) if !has_tcp => "UDP Scan",
        ("ports", NetworkKind::Connect) => "Connect Scan",
        ("ports", NetworkKind::Raw) => "SYN Stealth Scan",
        _ => stage,
    }
}
