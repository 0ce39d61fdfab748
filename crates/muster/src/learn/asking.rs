//! The hosts are swept and asked: once for what is open, then twice for what answers there.

use std::collections::BTreeMap;

use jiff::Timestamp;
use muster_catalog::Catalog;
use muster_engine::{PortSet, SweepPlan};
use muster_identify::{Depth, Dialogue, Heard, HostWords, Limits};
use muster_model::{Endpoint, PortState, Service, Told};
use muster_sweep::{Flow, Identification, IdentifySink, Scoped};

use crate::failure::Failure;
use crate::signals::Signals;
use crate::sweep::{
    Choice, NoStream, Opened, Pace, Stage, TalkProgress, Targets, TimingArgs, conversation_limits,
    conversation_pace, network_failure, sweep_stage, timed,
};

/// Who is asked, and how.
pub(super) struct Asking<'a> {
    pub(super) catalog: &'a Catalog,
    pub(super) targets: &'a Targets,
    pub(super) timing: &'a TimingArgs,
    pub(super) signals: &'a Signals,
}

/// What came of it.
#[derive(Debug, Default)]
pub(super) struct Answers {
    /// The open ports, in order.
    pub(super) open: Vec<Endpoint>,
    /// All answers of a port, of all hosts.
    pub(super) heard: BTreeMap<u16, Vec<Heard>>,
    /// What each endpoint was taken for, the last time.
    pub(super) services: Vec<Service>,
    /// What names the hosts.
    pub(super) hosts: HostWords,
    /// Whether it came to its end.
    pub(super) is_complete: bool,
}

impl Asking<'_> {
    /// Sweeps and asks.
    ///
    /// # Errors
    /// The network gives up.
    pub(super) fn ask(&self, ports: PortSet) -> Result<Answers, Failure> {
        let mut answers = Answers { is_complete: true, ..Answers::default() };
        self.targets.given_names.values().for_each(|name| answers.hosts.name(name));
        let sockets = self.sweep(ports, &mut answers)?;
        for endpoint in &answers.open {
            answers.hosts.address(endpoint.address);
        }
        for _ in 0..TIMES {
            if answers.is_complete {
                self.talk(sockets, &mut answers)?;
            }
        }
        Ok(answers)
    }

    /// Finds what is open; how many sockets there are.
    fn sweep(&self, ports: PortSet, answers: &mut Answers) -> Result<Option<usize>, Failure> {
        let choice = Choice::for_connections();
        let Opened { network, choice, .. } = Opened::connections(choice)?;
        let sockets = network.sockets();
        let plan = SweepPlan::new(self.targets.addresses.clone(), ports);
        let plan = timed(plan, Pace { args: self.timing, sockets });
        let stage = Stage {
            name: "ports",
            seed: self.timing.seed(),
            arguments: "",
            network: &choice,
            stats_every: self.timing.stats_every,
            only_open: false,
            signals: self.signals,
            watch: None,
            start: Timestamp::now(),
            journal: None,
        };
        let mut network = Scoped::new(network, self.targets.scope.clone());
        let scanned = sweep_stage(plan, &mut network, stage, &mut NoStream)?;
        answers.is_complete = scanned.complete;
        let open = scanned.seen.iter().filter(|seen| seen.state == PortState::Open);
        answers.open = open.map(|seen| seen.endpoint).collect();
        scanned.failure.map_or(Ok(sockets), Err)
    }

    fn talk(&self, sockets: Option<usize>, answers: &mut Answers) -> Result<(), Failure> {
        let identification = Identification {
            catalog: self.catalog,
            scope: &self.targets.scope,
            limits: Limits { depth: Depth::Unlearnt, ..conversation_limits(self.timing) },
            pace: conversation_pace(Pace { args: self.timing, sockets }),
        };
        let mut listener = Listener {
            signals: self.signals,
            progress: TalkProgress::new(self.timing.stats_every, None),
            heard: &mut answers.heard,
            hosts: &mut answers.hosts,
        };
        let identified =
            identification.run(&answers.open, &mut listener).map_err(|error| network_failure(&error))?;
        answers.is_complete = identified.is_complete;
        answers.services = identified.services;
        Ok(())
    }
}

/// What differs from one answer to the next is no trait.
const TIMES: usize = 2;

/// Takes in what is heard.
struct Listener<'a> {
    signals: &'a Signals,
    progress: TalkProgress<'a>,
    heard: &'a mut BTreeMap<u16, Vec<Heard>>,
    hosts: &'a mut HostWords,
}

impl Listener<'_> {
    fn flow(&self) -> Flow {
        if self.signals.received().is_some() { Flow::Stop } else { Flow::Continue }
    }
}

impl IdentifySink for Listener<'_> {
    fn ended(&mut self, dialogue: &Dialogue<'_>) {
        if let Some(heard) = dialogue.heard() {
            self.heard.entry(heard.endpoint.port).or_default().push(heard);
        }
    }

    fn service(&mut self, service: &Service) -> Flow {
        for told in &service.told {
            if let Told::HostName(name) | Told::Domain(name) = told {
                self.hosts.name(name.as_str());
            }
        }
        self.flow()
    }

    fn tick(&mut self, done: usize, total: usize) -> Flow {
        self.progress.tick(done, total);
        self.flow()
    }
}
