//! What an audit knows so far, and what it knows not to know.

use std::collections::HashMap;
use std::net::IpAddr;

use muster_audit::Asked;
use muster_engine::{AddressSet, IntervalSet, PortSet, Questions, SweepKind, SweepPlan};
use muster_identify::Phantom;
use muster_model::{
    Endpoint, Excerpt, HostName, NameSource, Observation, PortState, Protocol, RunOutcome, Service,
    SweepRecord,
};

use crate::failure::Failure;
use crate::signals::Signals;
use crate::sweep::{Pace, Scanned, states, timed, timed_for_neighbors};

/// What is known so far.
#[derive(Default)]
pub(super) struct Learnt {
    pub(super) asked: Asked,
    /// Targets with agent ports that were not asked, or given up: their silence says nothing.
    pub(super) withheld: AddressSet,
    pub(super) observations: Vec<Observation>,
    pub(super) services: Vec<Service>,
    pub(super) names: HashMap<IpAddr, Vec<HostName>>,
    /// The addresses of network cards on the same link.
    pub(super) hardware: HashMap<IpAddr, [u8; 6]>,
    pub(super) sweeps: Vec<SweepRecord>,
    /// Living hosts that were not asked for every port that tells devices, since their decoy is open.
    pub(super) accepting: AddressSet,
    /// Living hosts whose turn to be looked up did not come in time.
    pub(super) unnamed: usize,
    /// Networks where somebody answers who is not the host.
    pub(super) phantoms: Vec<Phantom>,
    /// Endpoints of sweeps that were left out because the run was stopped.
    pub(super) never_begun: u64,
    /// Something was left out because the run was stopped.
    pub(super) is_cut_short: bool,
    pub(super) failure: Option<Failure>,
}

impl Learnt {
    pub(super) fn take(&mut self, leg: &Leg, scanned: Scanned) {
        self.sweeps.push(record(leg, &scanned));
        self.withhold(leg, &scanned.withheld);
        if scanned.complete {
            self.asked.add(leg.targets.difference(&scanned.withheld), leg.ports.clone());
        }
        self.is_cut_short |= !scanned.complete;
        self.observations.extend(scanned.seen.into_iter().map(|seen| leg.kind.observed(seen)));
        if let Some(failure) = scanned.failure {
            self.fail(failure);
        }
    }

    /// Notes that a sweep is not made.
    pub(super) fn skip(&mut self, leg: &Leg) {
        self.never_begun = self.never_begun.saturating_add(leg.endpoints());
        self.withhold(leg, &leg.targets);
    }

    /// The silence of hosts that were not asked for their agents says nothing.
    fn withhold(&mut self, leg: &Leg, hosts: &AddressSet) {
        if leg.stage == AGENTS {
            // Where they are too scattered to be told apart nobody is called silent.
            self.withheld = self.withheld.union(hosts).unwrap_or_else(|_| everything());
        }
    }

    pub(super) fn fail(&mut self, failure: Failure) {
        self.is_cut_short = true;
        self.failure.get_or_insert(failure);
    }

    pub(super) fn outcome(&self, signals: &Signals) -> RunOutcome {
        let stopped = signals.received().map(|signal| signal.name().to_owned());
        let failed = self.failure.as_ref().map(|failure| failure.message().to_owned());
        match stopped.or(failed) {
            Some(by) => RunOutcome::Partial(by),
            None if self.is_cut_short => RunOutcome::Partial("stopped".to_owned()),
            None => RunOutcome::Complete,
        }
    }

    pub(super) fn put_in_order(&mut self) {
        self.observations.sort_by_key(|seen| seen.endpoint);
    }

    pub(super) fn open(&self) -> impl Iterator<Item = Endpoint> {
        self.observations.iter().filter(|seen| seen.state == PortState::Open).map(|seen| seen.endpoint)
    }

    pub(super) fn name(&mut self, address: IpAddr, name: &str, source: NameSource) {
        self.names.entry(address).or_default().push(HostName { name: Excerpt::of(name), source });
    }

    /// Whether every target was asked for its agents: only then is silence known.
    pub(super) fn agents_complete(&self) -> bool {
        self.sweeps.iter().all(|sweep| sweep.is_complete)
    }
}

/// The observations that prove that somebody is there.
pub(super) fn signs_of_life(observations: &[Observation]) -> impl Iterator<Item = &Observation> + Clone {
    observations.iter().filter(|seen| seen.is_sign_of_life())
}

/// The addresses of what was seen.
///
/// # Errors
/// If they are too scattered.
pub(super) fn hosts_of<'a>(seen: impl Iterator<Item = &'a Observation>) -> Result<AddressSet, Failure> {
    AddressSet::of_addresses(seen.map(|seen| seen.endpoint.address)).map_err(Failure::environment)
}

/// One sweep to be made.
pub(super) struct Leg {
    pub(super) stage: &'static str,
    pub(super) kind: LegKind,
    pub(super) zones: Vec<String>,
    pub(super) targets: AddressSet,
    pub(super) ports: PortSet,
}

/// What a sweep asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LegKind {
    /// Whether somebody is there, on the same link.
    Neighbors,
    /// Ports.
    Ports,
}

impl LegKind {
    /// An observation as an audit keeps it: that somebody is there says nothing of any port, so that none is open by it.
    fn observed(self, seen: Observation) -> Observation {
        match self {
            Self::Neighbors => Observation { state: PortState::Filtered, ..seen },
            Self::Ports => seen,
        }
    }
}

impl Leg {
    /// Whether there is nobody to be asked, or nothing.
    pub(super) fn is_empty(&self) -> bool {
        self.targets.is_empty() || self.questions().is_empty()
    }

    /// The same without some hosts.
    pub(super) fn without(self, hosts: &AddressSet) -> Self {
        Self { targets: self.targets.difference(hosts), ..self }
    }

    /// The sweep.
    pub(super) fn plan(&self, pace: Pace<'_>) -> SweepPlan {
        let plan = SweepPlan::new(self.targets.clone(), self.questions());
        match self.kind {
            LegKind::Neighbors => timed_for_neighbors(SweepPlan { kind: SweepKind::Discovery, ..plan }, pace),
            LegKind::Ports => timed(plan, pace),
        }
    }

    pub(super) fn endpoints(&self) -> u64 {
        let endpoints = self.targets.len().saturating_mul(self.questions().total().into());
        u64::try_from(endpoints).unwrap_or(u64::MAX)
    }

    fn questions(&self) -> Questions {
        match self.kind {
            LegKind::Neighbors => Questions::neighbor(),
            LegKind::Ports => self.ports.clone().into(),
        }
    }

    /// What is asked, in words.
    fn asks(&self) -> String {
        match self.kind {
            LegKind::Neighbors => "ARP and Neighbour Discovery".to_owned(),
            LegKind::Ports => self.ports.list(Protocol::Tcp),
        }
    }

    /// Adds the hosts of a leg with the same ports.
    pub(super) fn join(&mut self, other: Self) -> Result<(), Failure> {
        if other.targets.is_empty() {
            return Ok(());
        }
        if self.targets.is_empty() {
            self.zones.clear();
        }
        self.targets = self.targets.union(&other.targets).map_err(Failure::environment)?;
        let new: Vec<String> = other.zones.into_iter().filter(|zone| !self.zones.contains(zone)).collect();
        self.zones.extend(new);
        Ok(())
    }
}

fn record(leg: &Leg, scanned: &Scanned) -> SweepRecord {
    let summary = &scanned.summary;
    let controls = summary.bounds.controls.tally;
    let bound = |bound: Option<u64>| bound.filter(|_| scanned.complete);
    SweepRecord {
        stage: leg.stage.to_owned(),
        zones: leg.zones.clone(),
        ports: leg.asks(),
        endpoints: summary.endpoints,
        answered: summary.answered,
        open: states(&scanned.seen).open,
        errors: summary.soft,
        withheld: summary.withheld,
        not_tried: summary.not_tried,
        silent: summary.silent,
        probes: summary.sent,
        rounds: u8::try_from(summary.rounds.len()).unwrap_or(u8::MAX),
        controls: (controls.sent, controls.silent),
        conflicts: summary.conflicts,
        blocked_since: summary.blocked_since.map(|since| since.since(scanned.begun)),
        missed_if_losses_alike: bound(summary.bounds.alike),
        missed_if_no_host_loses_half: bound(summary.bounds.half),
        elapsed: scanned.elapsed,
        is_complete: scanned.complete,
    }
}

fn everything() -> AddressSet {
    AddressSet::new(IntervalSet::full(), IntervalSet::full())
}

/// The stage whose silence counts.
pub(super) const AGENTS: &str = "agents";
