//! The sweeps of a scan, one after the other: who is on the link, who is there, their ports, and who only seems to be.

use std::collections::BTreeSet;
use std::net::IpAddr;
use std::time::Duration;

use muster_catalog::Catalog;
use muster_catalog::DECOY_PORT;
use muster_engine::{AddressSet, PortSet, ProbeKind, Questions, Shard, SweepPlan};
use muster_identify::{Community, Decoys, decoy_addresses, phantoms};
use muster_model::{Endpoint, Observation, PortState, Protocol};
use muster_nmap::output::Scan;
use muster_report::schema::{Hardware, Line, PhantomNetwork, Port};
use muster_sweep::{Journal, Scoped};

use super::args::ScanArgs;
use super::found::{DecoysAsked, Found};
use super::outputs::Outputs;
use super::plan::ScanPlan;
use crate::failure::Failure;
use crate::signals::Signals;
use crate::sweep::{
    AnyNetwork, Choice, LineStream as _, NoStream, Pace, Scanned, Stage, Watch, sweep_stage, timed_for_decoys,
};

/// A scan under way.
pub(crate) struct Stages<'a> {
    pub(crate) args: &'a ScanArgs,
    /// The command line as typed.
    pub(crate) arguments: &'a str,
    pub(crate) signals: Signals,
    /// Who watches.
    pub(crate) watch: Watch,
    pub(crate) outputs: Outputs,
    pub(crate) header: Scan,
    pub(crate) network: Scoped<AnyNetwork>,
    pub(crate) choice: Choice,
    /// Where everything is noted, if it is to be.
    pub(crate) journal: Option<Journal>,
    pub(crate) plan: ScanPlan,
    /// Who may be listening.
    pub(crate) catalog: &'a Catalog,
    /// By which SNMP is asked; without one it is not.
    pub(crate) community: Option<Community>,
}

impl Stages<'_> {
    /// Finds out which hosts are there, unless told that all are, and sweeps their ports, unless told not to.
    ///
    /// # Errors
    /// Nothing to sweep. Whatever goes wrong on the way is part of what was found.
    pub(crate) fn carry_out(&mut self) -> Result<Found, Failure> {
        let mut found = Found::default();
        let reached = self.living_neighbors(&mut found)?;
        if !found.is_complete() {
            return Ok(found);
        }
        let hosts = self.living(&mut found, reached.clone())?;
        if !self.args.only_discovery && !hosts.is_empty() && found.is_complete() {
            let plan = self.plan.port_sweep(hosts.clone(), self.pace());
            found.ports = Some(self.stage("ports", plan)?);
        }
        if found.is_complete() {
            self.find_phantoms(&mut found, &hosts, &reached)?;
        }
        // Whoever is asked next needs the descriptors.
        self.network.inner_mut().rest();
        if self.args.service_versions && found.is_complete() {
            self.ask_services(&mut found);
        }
        Ok(found)
    }

    /// The targets without those of the link that are silent even there. Nothing can be sent to a host on the link before
    /// its hardware address is known: so it is asked for also where nobody is to be taken for down. The parts of a sweep
    /// must all divide the same hosts, whoever answers whom.
    fn living_neighbors(&mut self, found: &mut Found) -> Result<AddressSet, Failure> {
        let targets = self.plan.targets.addresses.clone();
        let near = self.network.inner().on_link().intersection(&targets);
        if near.is_empty() {
            return Ok(targets);
        }
        let plan = self.plan.neighbors(near.clone(), self.pace());
        let scanned = self.stage("neighbors", plan)?;
        if scanned.summary.restored > 0 {
            self.learn_again(&scanned)?;
        }
        self.tell_hardware(&scanned);
        let living = scanned.living()?;
        if self.args.network.disable_arp_ping || self.plan.shard != Shard::WHOLE {
            found.failure = scanned.failure;
            found.is_cut_short = !scanned.complete;
            return Ok(targets);
        }
        found.neighbors = Some((near.clone(), scanned));
        targets.difference(&near).union(&living).map_err(Failure::environment)
    }

    /// Who answered on the link is known from the journal, but not with which hardware address, and that may have changed:
    /// they are asked once more. Whoever is silent now stays living, and its ports will be.
    fn learn_again(&mut self, scanned: &Scanned) -> Result<(), Failure> {
        let living = scanned.living()?;
        let is_unknown = |address: &IpAddr| self.network.inner().hardware_of(*address).is_none();
        let unknown =
            AddressSet::of_addresses(living.iter().filter(is_unknown)).map_err(Failure::environment)?;
        if !unknown.is_empty() {
            let plan = self.plan.neighbors(unknown, self.pace());
            self.unheard("neighbors", plan)?;
        }
        Ok(())
    }

    /// Of `hosts` those that give a sign of life. Whoever answered on the link has done so already.
    fn living(&mut self, found: &mut Found, hosts: AddressSet) -> Result<AddressSet, Failure> {
        let near = found.neighbors.as_ref().map_or(AddressSet::empty(), |(near, _)| near.clone());
        let far = hosts.difference(&near);
        if self.plan.pings.is_none() || far.is_empty() {
            return Ok(hosts);
        }
        let plan = self.plan.discovery(far.clone(), self.choice.kind, self.pace());
        let scanned = self.stage("discovery", plan)?;
        let living = scanned.living()?.union(&hosts.intersection(&near)).map_err(Failure::environment)?;
        found.discovery = Some((far, scanned));
        Ok(living)
    }

    /// Asks for ports on which nothing listens, where answers look as if one device gave them all, and takes back what
    /// turns out to be nobody's. `hosts` are those whose ports were swept, `reached` all that could be asked. Where every
    /// target is this machine itself, its own kernel answers.
    fn find_phantoms(
        &mut self,
        found: &mut Found,
        hosts: &AddressSet,
        reached: &AddressSet,
    ) -> Result<(), Failure> {
        let Some(port) = decoy_port(self.args, &self.plan, &self.choice) else { return Ok(()) };
        let (life, ports) = (found.life(), found.ports.as_ref().map_or(&[][..], |ports| &ports.seen));
        let asked = self.decoys(port, [(life, reached), (ports, hosts)], reached);
        if asked.is_empty() {
            return Ok(());
        }
        let targets = AddressSet::of_addresses(asked.iter().map(|decoy| decoy.address));
        let plan =
            SweepPlan::new(targets.map_err(Failure::environment)?, Questions::from(PortSet::tcp(port)));
        let rtt = found.sweeps().last().and_then(|scanned| scanned.summary.rtt);
        let plan = timed_for_decoys(plan, self.pace(), rtt);
        let answers = self.unheard("decoys", plan)?;
        let decoys = Decoys { asked: &asked, answers: &answers.seen };
        // Most scans look for hosts, or sweep their ports: what was seen need then not be copied.
        let convicted = match (life, ports) {
            ([], seen) | (seen, []) => phantoms(seen, reached, &decoys),
            both => phantoms(&[both.0, both.1].concat(), reached, &decoys),
        };
        let open = answers.seen.iter().filter(|seen| seen.state == PortState::Open).count() as u64;
        found.decoys = Some(DecoysAsked { port, hosts: asked.len() as u64, open });
        found.failure = answers.failure;
        found.is_follow_up_cut_short = !answers.complete;
        found.take_back(convicted);
        self.tell_phantoms(found);
        Ok(())
    }

    /// What to ask at the decoy port, by what was `seen` of whom.
    fn decoys(
        &self,
        port: u16,
        seen: [(&[Observation], &AddressSet); 2],
        reached: &AddressSet,
    ) -> Vec<Endpoint> {
        let addresses: BTreeSet<IpAddr> = seen
            .into_iter()
            .flat_map(|(seen, hosts)| decoy_addresses(seen, hosts, reached, self.plan.seed))
            .collect();
        addresses.into_iter().map(|address| Endpoint::tcp(address, port)).collect()
    }

    /// How long before this process the scan began.
    pub(crate) fn lead(&self) -> Duration {
        self.journal.as_ref().map_or(Duration::ZERO, Journal::lead)
    }

    fn pace(&self) -> Pace<'_> {
        Pace { args: &self.args.timing, sockets: self.network.inner().sockets() }
    }

    /// A sweep that streams what it sees, and is noted in the journal.
    fn stage(&mut self, name: &'static str, plan: SweepPlan) -> Result<Scanned, Failure> {
        let Self {
            args,
            arguments,
            signals,
            watch,
            outputs,
            header,
            network,
            choice,
            journal,
            plan: whole,
            ..
        } = self;
        let stage = Stage {
            name,
            seed: whole.seed,
            arguments,
            network: choice,
            stats_every: args.timing.stats_every,
            only_open: args.output.open,
            signals,
            watch: Some(watch),
            start: header.start.timestamp(),
            journal: journal.as_mut(),
        };
        sweep_stage(plan, network, stage, outputs)
    }

    /// A sweep of which only what follows is told.
    fn unheard(&mut self, name: &'static str, plan: SweepPlan) -> Result<Scanned, Failure> {
        let stage = Stage {
            name,
            seed: self.plan.seed,
            arguments: self.arguments,
            network: &self.choice,
            stats_every: None,
            only_open: true,
            signals: &self.signals,
            watch: None,
            start: self.header.start.timestamp(),
            journal: None,
        };
        sweep_stage(plan, &mut self.network, stage, &mut NoStream)
    }

    /// Streams the hardware addresses of the hosts on the link.
    fn tell_hardware(&mut self, scanned: &Scanned) {
        for seen in scanned.seen.iter().filter(|seen| seen.is_sign_of_life()) {
            let address = seen.endpoint.address;
            if let Some(hardware) = self.network.inner().hardware_of(address) {
                self.outputs.line(&Line::Hardware(Hardware::new(address, hardware)));
            }
        }
    }

    /// Streams who answers in whose stead, and which ports are therefore not what they seemed. With `--open` too: they
    /// were told as open.
    fn tell_phantoms(&mut self, found: &Found) {
        let start = self.header.start.timestamp();
        let feigned = &found.feigned;
        for (place, phantom) in feigned.phantoms.iter().enumerate() {
            self.outputs.line(&Line::Phantom(PhantomNetwork {
                prefix: phantom.prefix.to_string(),
                kind: phantom.kind.name(),
                addresses: phantom.addresses,
                decoys_asked: phantom.decoys_asked,
                decoys_answered: phantom.decoys_answered,
                unproven_hosts: feigned.unproven_by(place),
                evidence: phantom.to_string(),
            }));
        }
        for seen in feigned.life.iter().chain(&feigned.ports) {
            self.outputs.line(&Line::Port(Port::feigned(seen, start)));
        }
    }
}

/// The TCP port at which hosts are asked that nothing should answer at; `None` if they are not.
pub(crate) fn decoy_port(args: &ScanArgs, plan: &ScanPlan, choice: &Choice) -> Option<u16> {
    let pings = plan.discovery_questions(choice.kind);
    let pings = [ProbeKind::Syn, ProbeKind::Ack].map(|kind| pings.ports(kind).clone());
    let is_any = plan.ports.len(Protocol::Tcp) > 0 || pings.iter().any(|ports| !ports.is_empty());
    let is_swept =
        |port| plan.ports.contains(Protocol::Tcp, port) || pings.iter().any(|ports| ports.contains(port));
    (is_any && !args.no_decoys && !choice.are_all_own).then(|| port_apart(is_swept))
}

/// A port on which nothing is known to listen, and that is not among those that were swept.
fn port_apart(is_swept: impl Fn(u16) -> bool) -> u16 {
    let below = (1_024..DECOY_PORT).rev();
    let mut ports = std::iter::once(DECOY_PORT).chain(below);
    ports.find(|port| !is_swept(*port)).unwrap_or(DECOY_PORT)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_decoy_is_no_port_of_the_sweep() {
        assert_eq!(port_apart(|port| port == 2967), DECOY_PORT);
        assert_eq!(port_apart(|port| port == DECOY_PORT), DECOY_PORT - 1);
        assert_eq!(port_apart(|_| true), DECOY_PORT);
    }
}
