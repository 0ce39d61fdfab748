//! The way of an audit: sweep, tell devices, identify, name, reconcile, judge. `audit` and `demo` go it alike.

use std::net::IpAddr;

use jiff::Timestamp;
use muster_audit::{Policy, PortGroup};
use muster_catalog::Catalog;
use muster_engine::{AddressSet, PortSet, Seed};
use muster_identify::{Community, Decoys, Dialogue, Limits, decoy_addresses, phantoms};
use muster_model::{
    Conversation, Endpoint, Instant, NameSource, Observation, PortState, Run, RunHeader, Service,
};
use muster_sweep::{Identification, NameServer, Scoped};

use super::judging::Judging;
use super::learnt::{AGENTS, Learnt, Leg, LegKind, hosts_of, signs_of_life};
use super::questions::{self, Questions};
use super::sample::Sample;
use super::untried::Untried;
use super::watch::Watch;
use crate::failure::Failure;
use crate::signals::Signals;
use crate::sweep::{
    AnyNetwork, Choice, NoStream, Opened, Pace, Stage, Targets, TimingArgs, conversation_limits,
    conversation_pace, names_of, network_failure, sweep_stage,
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
    /// Whether hosts on the same link that are silent even there are asked nothing else.
    pub(crate) trusts_link: bool,
    /// Whether names of addresses are looked up.
    pub(crate) asks_names: bool,
    /// By whom; by the system where none is named.
    pub(crate) name_servers: &'a [NameServer],
    /// By which SNMP is asked; without one it is not.
    pub(crate) community: Option<Community>,
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
    /// Goes all the way, or as far as signals and network let it. Whatever goes wrong is part of the result: a run that
    /// was begun has an end.
    pub(crate) fn carry_out(&self, opened: Result<Opened, Failure>, header: RunHeader) -> Audited {
        let Opened { network, choice, .. } = match opened {
            Ok(opened) => opened,
            Err(failure) => {
                let mut learnt = Learnt::default();
                learnt.fail(failure);
                self.agent_legs().for_each(|leg| learnt.skip(&leg));
                return judge(self, learnt, header);
            }
        };
        let sockets = network.sockets();
        let mut way = Way {
            audit: self,
            seed: Seed(header.seed),
            start: Timestamp::now(),
            network: Some(Scoped::new(network, self.targets.scope.clone())),
            choice,
            sockets,
            learnt: Learnt::default(),
        };
        let absent = way.sweep_neighbors();
        self.agent_legs().for_each(|leg| way.sweep(&leg.without(&absent)));
        way.learnt.put_in_order();
        way.look_for_phantoms(&absent);
        way.sweep_signs();
        way.learnt.put_in_order();
        way.identify();
        way.look_up_names();
        way.ask_hosts();
        judge(self, way.learnt, header)
    }

    /// Every target's agent ports and the decoy.
    fn agent_legs(&self) -> impl Iterator<Item = Leg> {
        self.groups.iter().map(|group| Leg {
            stage: AGENTS,
            kind: LegKind::Ports,
            zones: group.zones.clone(),
            targets: group.targets.clone(),
            ports: PortSet::of_tcp(group.ports.iter().copied().chain(self.decoy)),
        })
    }
}

/// An audit under way.
struct Way<'a> {
    audit: &'a Audit<'a>,
    seed: Seed,
    /// When the network's clock began.
    start: Timestamp,
    /// Until the last sweep is over.
    network: Option<Scoped<AnyNetwork>>,
    choice: Choice,
    /// How many attempts can be under way at once, where each holds a socket.
    sockets: Option<usize>,
    learnt: Learnt,
}

impl Way<'_> {
    /// Asks the targets on the same link whether they are there, where the network can; gives those that are not.
    fn sweep_neighbors(&mut self) -> AddressSet {
        let on_link = self.network.as_ref().map_or(AddressSet::empty(), |network| network.inner().on_link());
        let targets = on_link.intersection(&self.audit.targets.addresses);
        let leg = Leg {
            stage: "neighbors",
            kind: LegKind::Neighbors,
            zones: Vec::new(),
            targets: targets.clone(),
            ports: PortSet::default(),
        };
        self.sweep(&leg);
        match hosts_of(signs_of_life(&self.learnt.observations)) {
            Ok(living) if self.audit.trusts_link && !self.learnt.is_cut_short => targets.difference(&living),
            Ok(_) => AddressSet::empty(),
            Err(failure) => {
                self.learnt.fail(failure);
                AddressSet::empty()
            }
        }
    }

    /// Whoever answers in the hosts' stead. Every target but the `absent` and those withheld was asked at the decoy port,
    /// so that nothing need be asked.
    fn look_for_phantoms(&mut self, absent: &AddressSet) {
        let Some(decoy) = self.audit.decoy.filter(|_| !self.choice.are_all_own) else { return };
        let seen = &self.learnt.observations;
        let is_decoy = |seen: &&Observation| seen.endpoint == Endpoint::tcp(seen.endpoint.address, decoy);
        let answers: Vec<Observation> = seen.iter().filter(is_decoy).copied().collect();
        let reached = reached(&self.audit.targets.addresses, absent, &self.learnt);
        let addresses = decoy_addresses(seen, &reached, &reached, self.seed);
        let asked: Vec<Endpoint> =
            addresses.into_iter().map(|address| Endpoint::tcp(address, decoy)).collect();
        let decoys = Decoys { asked: &asked, answers: &answers };
        self.learnt.phantoms = phantoms(seen, &reached, &decoys);
    }

    /// The ports that tell devices from computers, of those that live, as far as they were not asked already. What
    /// accepts every connection is asked only where an application may show itself: its other ports prove nothing, and
    /// each costs a conversation.
    fn sweep_signs(&mut self) {
        let legs = match self.sign_legs() {
            Ok(legs) => legs,
            Err(failure) => return self.learnt.fail(failure),
        };
        legs.into_iter().for_each(|leg| self.sweep(&leg));
    }

    fn sign_legs(&mut self) -> Result<Vec<Leg>, Failure> {
        let signs = self.audit.signs;
        let seen = signs_of_life(&self.learnt.observations);
        let is_open = |seen: &&Observation| seen.state == PortState::Open;
        let is_decoy = |seen: &&Observation| Some(seen.endpoint.port) == self.audit.decoy;
        let living = hosts_of(seen.clone())?;
        let accepting = hosts_of(seen.filter(is_open).filter(is_decoy))?;
        let telling: Vec<u16> = signs.iter().copied().filter(|port| TELLING.contains(port)).collect();
        let mut legs: Vec<Leg> = Vec::new();
        for (hosts, signs) in [(living.difference(&accepting), signs), (accepting.clone(), &telling[..])] {
            for group in self.audit.groups {
                let ports = signs.iter().copied().filter(|port| !group.ports.contains(port));
                let (ports, targets) = (PortSet::of_tcp(ports), group.targets.intersection(&hosts));
                let leg = Leg {
                    stage: "devices",
                    kind: LegKind::Ports,
                    zones: group.zones.clone(),
                    targets,
                    ports,
                };
                match legs.iter_mut().find(|same| same.ports == leg.ports) {
                    Some(same) => same.join(leg)?,
                    None => legs.push(leg),
                }
            }
        }
        self.learnt.accepting = accepting;
        Ok(legs)
    }

    fn sweep(&mut self, leg: &Leg) {
        if leg.is_empty() {
            return;
        }
        let network = match &mut self.network {
            Some(network) if !self.learnt.is_cut_short => network,
            _ => return self.learnt.skip(leg),
        };
        let pace = Pace { args: self.audit.timing, sockets: self.sockets };
        let plan = leg.plan(pace);
        let stage = Stage {
            name: leg.stage,
            seed: self.seed,
            arguments: "",
            network: &self.choice,
            stats_every: self.audit.timing.stats_every,
            only_open: false,
            signals: self.audit.signals,
            watch: None,
            start: self.start,
            journal: None,
        };
        match sweep_stage(plan, network, stage, &mut NoStream) {
            Ok(scanned) => self.learnt.take(leg, scanned),
            Err(failure) => {
                self.learnt.fail(failure);
                self.learnt.skip(leg);
            }
        }
    }

    /// The addresses of network cards on the same link: as the network learnt them, or as the kernel did when it connected.
    fn learn_hardware(&mut self) {
        let Some(network) = &self.network else { return };
        let known = network.inner().hardware();
        let living = signs_of_life(&self.learnt.observations).map(|seen| seen.endpoint.address);
        let found = living.filter_map(|address| Some((address, known(address)?)));
        self.learnt.hardware = found.collect();
    }

    /// A conversation with everything that is open. The decoy too: what is said there is said by what accepts every
    /// connection, and to be told from what an application says elsewhere.
    fn identify(&mut self) {
        self.learn_hardware();
        // A network keeps the sockets it made; conversations need the descriptors.
        self.network = None;
        let open: Vec<Endpoint> = self.learnt.open().collect();
        let telling: Vec<u16> = self.audit.signs.iter().copied().chain(self.audit.decoy).collect();
        let sample = Sample::of(self.audit.catalog, &open, &self.learnt.accepting, &telling);
        self.learnt.services = self.talk(&sample.first);
        let (rest, left_out) = sample.rest_of_speakers(&self.learnt.services, &telling);
        let rest = self.talk(&rest);
        self.learnt.services.extend(rest);
        let limits = Limits { keeps_words: true, ..conversation_limits(self.audit.timing) };
        let left_out = left_out.into_iter().map(|endpoint| {
            let mut dialogue = Dialogue::new(self.audit.catalog, endpoint, limits, Instant::START);
            dialogue.handle_end(Instant::START, Conversation::LeftOut);
            dialogue.into_service()
        });
        self.learnt.services.extend(left_out);
        self.learnt.services.sort_unstable_by_key(|service| service.endpoint);
    }

    /// What each says of itself over UDP, of those that live. In the order of things this comes last: most have a name by
    /// then.
    fn ask_hosts(&mut self) {
        let questions = Questions { names: self.audit.asks_names, snmp: self.audit.community.is_some() };
        if !self.learnt.is_cut_short {
            let services = self.talk(&questions.endpoints(&self.learnt));
            questions::keep(&mut self.learnt, services);
        }
    }

    fn talk(&mut self, endpoints: &[Endpoint]) -> Vec<Service> {
        if endpoints.is_empty() {
            return Vec::new();
        }
        let identification = Identification {
            catalog: self.audit.catalog,
            scope: &self.audit.targets.scope,
            limits: Limits {
                community: self.audit.community,
                keeps_words: true,
                ..conversation_limits(self.audit.timing)
            },
            pace: conversation_pace(Pace { args: self.audit.timing, sockets: self.sockets }),
        };
        let mut watch = Watch::new(self.audit.signals, self.audit.timing.stats_every);
        match identification.run(endpoints, &mut watch) {
            Ok(identified) => {
                self.learnt.is_cut_short |= !identified.is_complete;
                identified.services
            }
            Err(error) => {
                self.learnt.fail(network_failure(&error));
                Vec::new()
            }
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
            let looked_up = names_of(&living, self.audit.name_servers, self.audit.signals);
            self.learnt.unnamed = looked_up.left_out;
            for (address, name) in looked_up.names {
                self.learnt.name(address, &name, NameSource::Reverse);
            }
        }
    }
}

/// The targets that were asked for their agents and at the decoy port: of the others silence there says nothing.
fn reached(targets: &AddressSet, absent: &AddressSet, learnt: &Learnt) -> AddressSet {
    targets.difference(absent).difference(&learnt.withheld)
}

/// What is said of what was learnt.
fn judge(audit: &Audit<'_>, learnt: Learnt, header: RunHeader) -> Audited {
    let untried = Untried { audit, learnt: &learnt }.sentences();
    let targets = audit.targets.addresses.difference(&learnt.withheld);
    let now = Timestamp::now();
    let judging = Judging { catalog: audit.catalog, policy: audit.policy, decoy: audit.decoy, now };
    let judged = judging.judge(&learnt, &targets);
    let run = Run {
        hosts: judged.hosts,
        header,
        end: now,
        outcome: learnt.outcome(audit.signals),
        silent: judged.silent,
        phantom: judged.phantom,
        not_tried: untried,
        sweeps: learnt.sweeps,
    };
    Audited { run, failure: learnt.failure }
}

/// Of the ports that tell devices, those at which an application shows itself without being known.
const TELLING: [u16; 3] = [80, 443, 8080];

#[cfg(test)]
mod tests {
    use muster_engine::Prefix;
    use muster_model::{Instant, Reason};

    use super::*;

    #[test]
    fn nobody_is_a_decoy_who_was_not_asked() {
        let set = |text: &str| AddressSet::from(text.parse::<Prefix>().unwrap());
        let (targets, absent) = (set("10.0.0.0/24"), set("10.0.0.0/25"));
        let learnt = Learnt { withheld: set("10.0.0.128/26"), ..Learnt::default() };
        let reached = reached(&targets, &absent, &learnt);
        assert_eq!(reached, set("10.0.0.192/26"));
        let endpoint = Endpoint::tcp([10, 0, 0, 200].into(), 2967);
        let (state, reason, at) = (PortState::Open, Reason::SynAck, Instant::START);
        let (icmp, ttl, stack, rtt, round) = (None, None, None, None, 1);
        let open = Observation { endpoint, state, reason, icmp, ttl, stack, rtt, round, at };
        let decoys = decoy_addresses(&[open], &reached, &reached, Seed(1));
        assert!(!decoys.is_empty() && decoys.iter().all(|address| reached.contains(*address)), "{decoys:?}");
    }
}
