//! The way of an audit: sweep, tell devices, identify, name, reconcile, judge. `audit` and `demo` go it alike.

use std::collections::HashMap;
use std::net::IpAddr;

use jiff::Timestamp;
use muster_audit::{Asked, Evidence, Judge, Policy, PortGroup, reconcile};
use muster_catalog::Catalog;
use muster_engine::{AddressSet, PortSet, Seed, SweepPlan};
use muster_identify::{Limits, classify};
use muster_model::{
    Endpoint, Excerpt, HostName, NameSource, Observation, PortState, Protocol, Run, RunHeader, RunOutcome,
    Service, SweepRecord,
};
use muster_sweep::{Connect, Identification, IdentifyPace, Scoped};

use super::untried::Untried;
use super::watch::Watch;
use crate::failure::Failure;
use crate::signals::Signals;
use crate::sweep::{
    NoStream, Scanned, Stage, Targets, TimingArgs, names_of, network_failure, states, sweep_stage, timed,
};

/// An audit that is planned.
pub(crate) struct Audit<'a> {
    /// What is known by heart.
    pub(crate) catalog: &'a Catalog,
    /// What is expected where.
    pub(crate) policy: &'a Policy,
    /// Where to look.
    pub(crate) targets: &'a Targets,
    /// Which ports where.
    pub(crate) groups: &'a [PortGroup],
    /// The port on which nothing listens.
    pub(crate) decoy: Option<u16>,
    /// The ports that tell devices from computers.
    pub(crate) signs: &'a [u16],
    /// How fast.
    pub(crate) timing: &'a TimingArgs,
    /// Whether names of addresses are looked up.
    pub(crate) asks_names: bool,
    /// Who may want it to stop.
    pub(crate) signals: &'a Signals,
}

/// An audit that is over.
pub(crate) struct Audited {
    /// What became of it.
    pub(crate) run: Run,
    /// What made the network give up, if it did; what was learnt until then is in the run.
    pub(crate) failure: Option<Failure>,
}

impl Audit<'_> {
    /// Goes all the way, or as far as signals and network let it.
    ///
    /// # Errors
    /// If it cannot begin. Whatever goes wrong later is part of the result.
    pub(crate) fn carry_out(&self, header: RunHeader) -> Result<Audited, Failure> {
        let connect = Connect::new().map_err(|error| network_failure(&error))?;
        let sockets = connect.most_sockets();
        let mut way = Way {
            audit: self,
            seed: Seed(header.seed),
            start: Timestamp::now(),
            network: Scoped::new(connect, self.targets.scope.clone()),
            sockets,
            learnt: Learnt::default(),
        };
        way.sweep_agents()?;
        way.sweep_signs()?;
        way.learnt.put_in_order();
        way.identify()?;
        way.look_up_names();
        Ok(way.judge(header))
    }
}

/// An audit under way.
struct Way<'a> {
    audit: &'a Audit<'a>,
    seed: Seed,
    /// When the network's clock began.
    start: Timestamp,
    network: Scoped<Connect>,
    sockets: usize,
    learnt: Learnt,
}

/// What is known so far.
#[derive(Default)]
struct Learnt {
    asked: Asked,
    observations: Vec<Observation>,
    services: Vec<Service>,
    names: HashMap<IpAddr, Vec<HostName>>,
    sweeps: Vec<SweepRecord>,
    /// Endpoints of sweeps that were left out because the run was stopped.
    never_begun: u64,
    /// Something was left out because the run was stopped.
    is_cut_short: bool,
    failure: Option<Failure>,
}

impl Way<'_> {
    /// Every target's agent ports and the decoy.
    fn sweep_agents(&mut self) -> Result<(), Failure> {
        for group in self.audit.groups {
            let ports = PortSet::of_tcp(group.ports.iter().copied().chain(self.audit.decoy));
            self.sweep("agents", group.targets.clone(), ports)?;
        }
        Ok(())
    }

    /// The ports that tell devices from computers, of those that live, as far as they were not asked already.
    fn sweep_signs(&mut self) -> Result<(), Failure> {
        let living = living(&self.learnt.observations)?;
        let mut wanted: Vec<(PortSet, AddressSet)> = Vec::new();
        for group in self.audit.groups {
            let ports = self.audit.signs.iter().copied().filter(|port| !group.ports.contains(port));
            let (ports, hosts) = (PortSet::of_tcp(ports), group.targets.intersection(&living));
            match wanted.iter_mut().find(|(same, _)| *same == ports) {
                Some((_, joined)) => *joined = joined.union(&hosts).map_err(Failure::usage)?,
                None => wanted.push((ports, hosts)),
            }
        }
        wanted.into_iter().try_for_each(|(ports, hosts)| self.sweep("devices", hosts, ports))
    }

    fn sweep(&mut self, name: &'static str, targets: AddressSet, ports: PortSet) -> Result<(), Failure> {
        if targets.is_empty() || ports.is_empty() {
            return Ok(());
        }
        if self.learnt.is_cut_short {
            let endpoints = targets.len().saturating_mul(ports.total().into());
            let endpoints = u64::try_from(endpoints).unwrap_or(u64::MAX);
            self.learnt.never_begun = self.learnt.never_begun.saturating_add(endpoints);
            return Ok(());
        }
        let listed = ports.list(Protocol::Tcp);
        let plan = SweepPlan::new(targets.clone(), ports.clone());
        let plan = timed(plan, self.audit.timing, self.sockets);
        let stage = Stage {
            name,
            seed: self.seed,
            arguments: "",
            stats_every: self.audit.timing.stats_every,
            only_open: false,
            signals: self.audit.signals,
            start: self.start,
        };
        let scanned = sweep_stage(plan, &mut self.network, &stage, &mut NoStream)?;
        if scanned.complete {
            self.learnt.asked.add(targets, ports);
        }
        self.learnt.take(record(name, listed, &scanned), scanned);
        Ok(())
    }

    /// A conversation with everything that is open, but for the decoy.
    fn identify(&mut self) -> Result<(), Failure> {
        let open: Vec<Endpoint> =
            self.learnt.open().filter(|open| Some(open.port) != self.audit.decoy).collect();
        let identification = Identification {
            catalog: self.audit.catalog,
            scope: &self.audit.targets.scope,
            limits: limits(self.audit.timing.patience()),
            pace: self.pace(),
        };
        let mut watch = Watch::new(self.audit.signals, self.audit.timing.stats_every);
        match identification.run(&open, &mut watch) {
            Ok(identified) => {
                self.learnt.is_cut_short |= !identified.is_complete;
                self.learnt.services = identified.services;
            }
            Err(error) => self.learnt.fail(network_failure(&error)),
        }
        Ok(())
    }

    fn pace(&self) -> IdentifyPace {
        let plan =
            timed(SweepPlan::new(AddressSet::empty(), PortSet::default()), self.audit.timing, self.sockets);
        IdentifyPace {
            most_at_once: MOST_CONVERSATIONS,
            rate: plan.rate,
            host_spacing: plan.host_spacing,
            per_host: CONVERSATIONS_PER_HOST,
        }
    }

    /// Names as they were typed, and as the name server has them; loopback and link-local addresses are not asked for.
    fn look_up_names(&mut self) {
        for (&address, name) in &self.audit.targets.given_names {
            self.learnt.name(address, name, NameSource::Target);
        }
        if self.audit.asks_names && !self.learnt.is_cut_short {
            let mut living: Vec<IpAddr> =
                signs_of_life(&self.learnt.observations).map(|seen| seen.endpoint.address).collect();
            living.dedup();
            for (address, name) in names_of(&living, self.audit.signals) {
                self.learnt.name(address, &name, NameSource::Reverse);
            }
        }
    }

    fn judge(self, header: RunHeader) -> Audited {
        let Self { audit, learnt, .. } = self;
        let stopped = audit.signals.received().map(|signal| signal.name().to_owned());
        let failed = learnt.failure.as_ref().map(|failure| failure.message().to_owned());
        let outcome = match stopped.or(failed) {
            Some(by) => RunOutcome::Partial(by),
            None if learnt.is_cut_short => RunOutcome::Partial("stopped".to_owned()),
            None => RunOutcome::Complete,
        };
        let evidence = Evidence {
            observations: &learnt.observations,
            services: &learnt.services,
            names: &learnt.names,
            targets: &audit.targets.addresses,
            decoy: audit.decoy,
            complete: learnt.agents_complete(),
        };
        let found = reconcile(&evidence, audit.policy, |ports, services, names| {
            classify(audit.catalog, ports, services, names)
        });
        let now = Timestamp::now();
        let judge = Judge { policy: audit.policy, catalog: audit.catalog, asked: &learnt.asked, now };
        let untried = Untried {
            audit,
            sweeps: &learnt.sweeps,
            never_begun: learnt.never_begun,
            services: &learnt.services,
            is_cut_short: learnt.is_cut_short,
        };
        let run = Run {
            hosts: judge.judge_all(found.assets),
            header,
            end: now,
            outcome,
            silent: found.silent,
            phantom: found.phantom,
            not_tried: untried.sentences(),
            sweeps: learnt.sweeps,
        };
        Audited { run, failure: learnt.failure }
    }
}

impl Learnt {
    fn take(&mut self, record: SweepRecord, scanned: Scanned) {
        self.sweeps.push(record);
        self.is_cut_short |= !scanned.complete;
        self.observations.extend(scanned.seen);
        if let Some(failure) = scanned.failure {
            self.fail(failure);
        }
    }

    fn fail(&mut self, failure: Failure) {
        self.is_cut_short = true;
        self.failure.get_or_insert(failure);
    }

    fn put_in_order(&mut self) {
        self.observations.sort_by_key(|seen| seen.endpoint);
    }

    fn open(&self) -> impl Iterator<Item = Endpoint> {
        self.observations.iter().filter(|seen| seen.state == PortState::Open).map(|seen| seen.endpoint)
    }

    fn name(&mut self, address: IpAddr, name: &str, source: NameSource) {
        self.names.entry(address).or_default().push(HostName { name: Excerpt::of(name), source });
    }

    /// Whether every target was asked for its agents: only then is silence known.
    fn agents_complete(&self) -> bool {
        self.sweeps.iter().all(|sweep| sweep.is_complete)
    }
}

fn signs_of_life(observations: &[Observation]) -> impl Iterator<Item = &Observation> {
    observations.iter().filter(|seen| seen.is_sign_of_life())
}

fn living(observations: &[Observation]) -> Result<AddressSet, Failure> {
    let hosts: Vec<AddressSet> =
        signs_of_life(observations).map(|seen| seen.endpoint.address.into()).collect();
    AddressSet::union_all(&hosts).map_err(Failure::usage)
}

fn limits(patience: f64) -> Limits {
    let usual = Limits::default();
    Limits {
        greeting: usual.greeting.mul_f64(patience),
        answer: usual.answer.mul_f64(patience),
        total: usual.total.mul_f64(patience),
        ..usual
    }
}

fn record(stage: &str, ports: String, scanned: &Scanned) -> SweepRecord {
    let summary = &scanned.summary;
    let controls = summary.bounds.controls.tally;
    let bound = |bound: Option<u64>| bound.filter(|_| scanned.complete);
    SweepRecord {
        stage: stage.to_owned(),
        ports,
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
        missed_if_losses_alike: bound(summary.bounds.alike),
        missed_if_no_host_loses_half: bound(summary.bounds.half),
        elapsed: scanned.elapsed,
        is_complete: scanned.complete,
    }
}

/// Sockets held open at once; the descriptor limit may allow fewer.
const MOST_CONVERSATIONS: usize = 4_096;
/// A host is talked to at so many ports at once: where everything seems open, one after the other would take minutes.
const CONVERSATIONS_PER_HOST: usize = 16;
