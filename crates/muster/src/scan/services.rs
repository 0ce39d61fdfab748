//! `-sV`: what listens at the open ports, by one conversation with each, as an audit holds them.

use std::collections::{BTreeSet, HashMap};
use std::fmt;
use std::net::IpAddr;
use std::time::Instant;

use jiff::Zoned;
use muster_catalog::{Catalog, registry};
use muster_engine::{Network as _, PortSet};
use muster_identify::{Approach, Depth, Limits, approach};
use muster_model::{Conversation, Endpoint, PortState, Protocol, Service};
use muster_nmap::output::{Method, Service as Fields, Step, Task, Total};
use muster_report::schema::{self, Line};
use muster_sweep::{Flow, Identification, IdentifySink};

use super::found::Found;
use super::stages::Stages;
use crate::output::count;
use crate::signals::Signals;
use crate::sweep::{
    LineStream, Pace, SERVICE_SCAN, TalkProgress, Watched, conversation_limits, conversation_pace,
    network_failure,
};

impl Stages<'_> {
    /// Talks once to every open TCP port. What a phantom answered is no port of a host any more.
    pub(super) fn ask_services(&mut self, found: &mut Found) {
        let community = self.community;
        let limits = Limits { depth: Depth::Unknown, community, ..conversation_limits(&self.args.timing) };
        let open = open_ports(found, self.catalog, &limits);
        if open.is_empty() {
            return;
        }
        let lead = self.lead() + self.network.now().since_start();
        let Self { args, signals, watch, outputs, network, plan, catalog, .. } = self;
        let pace = Pace { args: &args.timing, sockets: network.inner().sockets() };
        let identification =
            Identification { catalog, scope: &plan.targets.scope, limits, pace: conversation_pace(pace) };
        let work = Work::new(&open);
        let watched = Watched { watch, hosts: work.hosts, lead };
        let progress = TalkProgress::new(args.timing.stats_every, Some(watched));
        let mut listener = Listener {
            catalog,
            signals,
            outputs,
            progress,
            asked: ServicesAsked::default(),
            fields: HashMap::new(),
        };
        listener.tell(work.begins());
        let outcome = identification.run(&open, &mut listener);
        listener.tell(work.ends());
        listener.outputs.flush();
        let Listener { asked, fields, .. } = listener;
        (found.services, found.services_asked) = (fields, Some(asked));
        match outcome {
            Ok(identified) => found.is_follow_up_cut_short |= !identified.is_complete,
            Err(error) => {
                found.is_follow_up_cut_short = true;
                found.failure = Some(network_failure(&error));
            }
        }
    }
}

/// What somebody who asked for `-sV` of `ports` may expect in vain.
pub(super) fn warning_of_udp(ports: &PortSet, has_community: bool) -> Option<String> {
    let asked = asked_udp(has_community);
    match (ports.len(Protocol::Tcp), ports.len(Protocol::Udp)) {
        (_, 0) => None,
        (0, _) => {
            Some(format!("warning: of UDP ports -sV asks {asked} only, and no TCP port is among the ports\n"))
        }
        _ => Some(format!(
            "note: of UDP ports -sV asks {asked} what they are; of others only the state is told\n"
        )),
    }
}

/// The UDP ports that are asked what they are.
pub(super) fn asked_udp(has_community: bool) -> &'static str {
    if has_community { "53, 137, 161 and 5353" } else { "53, 137 and 5353" }
}

/// The open ports, in order, those of UDP as far as there is something to ask.
fn open_ports(found: &Found, catalog: &Catalog, limits: &Limits) -> Vec<Endpoint> {
    let seen = found.ports.iter().flat_map(|ports| &ports.seen);
    let open = seen.filter(|seen| seen.state == PortState::Open).map(|seen| seen.endpoint);
    let is_asked = |endpoint: &Endpoint| approach(catalog, endpoint, limits) != Approach::Leave;
    open.filter(|endpoint| endpoint.protocol == Protocol::Tcp || is_asked(endpoint)).collect()
}

/// The conversations as a part of the work.
struct Work {
    services: u64,
    hosts: u64,
    only: Option<IpAddr>,
    begun: Instant,
}

impl Work {
    fn new(open: &[Endpoint]) -> Self {
        let hosts: BTreeSet<IpAddr> = open.iter().map(|endpoint| endpoint.address).collect();
        let only = hosts.first().copied().filter(|_| hosts.len() == 1);
        Self { services: open.len() as u64, hosts: hosts.len() as u64, only, begun: Instant::now() }
    }

    fn begins(&self) -> Step {
        Step::Talks { services: self.services, hosts: self.hosts, only: self.only }
    }

    fn ends(&self) -> Step {
        let total = Total::Services { services: self.services, hosts: self.hosts };
        Step::Ends { elapsed: self.begun.elapsed(), total }
    }
}

/// How many services were asked what they are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct ServicesAsked {
    /// Conversations that came to their end.
    pub(crate) ended: u64,
    /// Of them those that told what they are.
    pub(crate) told: u64,
    /// Of them those that were not held: whatever is sent there may be printed.
    pub(crate) left_alone: u64,
}

/// `3 of 5 open TCP ports told what listens there; 1 that may print was left alone`.
impl fmt::Display for ServicesAsked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { ended, told, left_alone } = *self;
        write!(f, "{told} of {} told what listens there", count(ended, "open port"))?;
        match left_alone {
            0 => Ok(()),
            1 => f.write_str("; 1 that may print was left alone"),
            many => write!(f, "; {many} that may print were left alone"),
        }
    }
}

/// Takes in what services turn out to be, and streams it.
struct Listener<'a, Stream> {
    catalog: &'a Catalog,
    signals: &'a Signals,
    outputs: &'a mut Stream,
    progress: TalkProgress<'a>,
    asked: ServicesAsked,
    fields: HashMap<Endpoint, Fields>,
}

impl<Stream: LineStream> Listener<'_, Stream> {
    fn tell(&mut self, step: Step) {
        self.outputs.task(&Task { name: SERVICE_SCAN, at: Zoned::now(), step });
    }

    fn flow(&self) -> Flow {
        let is_over = self.signals.received().is_some() || self.outputs.is_abandoned();
        if is_over { Flow::Stop } else { Flow::Continue }
    }
}

impl<Stream: LineStream> IdentifySink for Listener<'_, Stream> {
    fn service(&mut self, service: &Service) -> Flow {
        let Endpoint { port, protocol, .. } = service.endpoint;
        let fields =
            muster_report::nmap::service(self.catalog, service, registry::service_name(port, protocol));
        self.asked.ended += 1;
        self.asked.told += u64::from(fields.method == Method::Probed);
        self.asked.left_alone += u64::from(service.end == Conversation::NotAsked);
        self.outputs.line(&Line::Service(Box::new(schema::Service::new(service, &fields))));
        self.fields.insert(service.endpoint, fields);
        self.flow()
    }

    fn tick(&mut self, done: usize, total: usize) -> Flow {
        if let Some(share) = self.progress.tick(done, total) {
            self.tell(Step::IsAt(share));
        }
        self.flow()
    }
}

#[cfg(test)]
mod tests {
    use muster_engine::IntervalSet;

    use super::*;

    #[test]
    fn nobody_waits_for_udp_services_in_vain() {
        let udp = || IntervalSet::from_ranges([53..=53]).unwrap();
        let warning = |tcp| warning_of_udp(&PortSet::new(tcp, udp()), false).unwrap();
        assert!(warning(IntervalSet::empty()).starts_with("warning: "));
        assert!(warning(udp()).starts_with("note: "));
        assert_eq!(warning_of_udp(&PortSet::tcp(80), true), None);
        let with_community = warning_of_udp(&PortSet::new(udp(), udp()), true).unwrap();
        assert!(with_community.contains(" 161 ") && !warning(udp()).contains("161"));
    }

    #[test]
    fn services_are_counted() {
        let told = |ended, told, left_alone| ServicesAsked { ended, told, left_alone }.to_string();
        assert_eq!(told(1, 1, 0), "1 of 1 open port told what listens there");
        assert_eq!(
            told(5, 3, 1),
            "3 of 5 open ports told what listens there; 1 that may print was left alone"
        );
        assert!(told(5, 3, 2).ends_with("; 2 that may print were left alone"));
    }
}
