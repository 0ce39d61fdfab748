//! What a scenario file may say, and the plan and the network that follow from it.

use std::net::IpAddr;
use std::time::Duration;

use muster_engine::{
    AddressSet, PortNames, PortSet, ProbeKind, Questions, RoundLimits, SweepKind, SweepPlan, TargetSpec,
};
use muster_model::{IcmpError, Protocol, Stack};
use serde::Deserialize;

use super::ScenarioError;
use crate::simulation::model::{Behaviour, Burst, Host, NetworkModel, SynProxy};

/// A scenario as its file says it. Whatever is left out is as in [`SweepPlan::new`] and [`NetworkModel::new`].
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    /// What it shows, in a sentence.
    pub shows: String,
    /// Print the observations; not for large scenarios.
    #[serde(default)]
    pub observations: bool,
    pub(super) seed: u64,
    targets: String,
    /// TCP ports asked by SYN; the next three likewise by ACK, by UDP and whether by echo requests.
    #[serde(default)]
    ports: Option<String>,
    #[serde(default)]
    ack_ports: Option<String>,
    #[serde(default)]
    udp_ports: Option<String>,
    #[serde(default)]
    echo: bool,
    /// Ask by ARP or Neighbour Discovery, and nothing else.
    #[serde(default)]
    neighbor: bool,
    #[serde(default)]
    discovery: bool,
    /// Whether a port that is closed counts as silent.
    #[serde(default)]
    ignore_resets: bool,
    #[serde(default)]
    rounds: Option<[u8; 2]>,
    #[serde(default)]
    to_the_cap: bool,
    #[serde(default)]
    rate: Option<f64>,
    #[serde(default)]
    host_spacing_ms: Option<u64>,
    #[serde(default)]
    host_timeout_ms: Option<u64>,
    #[serde(default)]
    host: Vec<HostRange>,
    #[serde(default)]
    network: Way,
    #[serde(default)]
    proxy: Option<Proxy>,
}

/// `[[host]]`: all addresses of a range. Addresses of no range are silent; of two ranges the later counts.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct HostRange {
    range: String,
    /// `open`, `closed`, `silent`, `rejected`, `opens-after N`, `answers-after N` or `until-ms N`.
    state: String,
    #[serde(default)]
    loss: f64,
    #[serde(default)]
    delay_ms: u64,
    /// Whether it answers echo requests, and ARP or Neighbour Discovery; usually if its ports answer.
    #[serde(default)]
    pings: Option<bool>,
    #[serde(default)]
    neighbor: Option<bool>,
    #[serde(default)]
    ttl: Option<u8>,
    /// Window, largest segment and options: `64240 1460 MSTNW`.
    #[serde(default)]
    stack: Option<String>,
}

/// `[proxy]`: a device that answers every SYN to its range.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Proxy {
    range: String,
    #[serde(default)]
    ttl: Option<u8>,
    #[serde(default)]
    stack: Option<String>,
}

/// `[network]`: the way to the hosts.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Way {
    loss: f64,
    delay_ms: Option<u64>,
    jitter_ms: u64,
    burst_every_ms: Option<u64>,
    burst_ms: u64,
    resets_per_second: Option<f64>,
    errors_per_second: Option<f64>,
    capacity: Option<f64>,
    room: Option<usize>,
    ring: Option<usize>,
}

impl Scenario {
    pub(super) fn plan(&self) -> Result<SweepPlan, ScenarioError> {
        let mut plan = SweepPlan::new(addresses(&self.targets)?, self.questions()?);
        plan.kind = if self.discovery { SweepKind::Discovery } else { SweepKind::Ports };
        plan.ignore_resets = self.ignore_resets;
        plan.rate = self.rate.unwrap_or(plan.rate);
        plan.host_spacing = self.host_spacing_ms.map_or(plan.host_spacing, Duration::from_millis);
        plan.host_timeout = self.host_timeout_ms.map(Duration::from_millis);
        if let Some([least, most]) = self.rounds {
            plan.rounds = RoundLimits { least, most, ..plan.rounds };
        }
        if self.to_the_cap {
            plan.rounds.max_missed = None;
        }
        Ok(plan)
    }

    fn questions(&self) -> Result<Questions, ScenarioError> {
        let mut questions = if self.neighbor { Questions::neighbor() } else { Questions::none() };
        if self.echo {
            questions = questions.with_host(ProbeKind::Echo);
        }
        let kinds = [
            (ProbeKind::Syn, &self.ports),
            (ProbeKind::Ack, &self.ack_ports),
            (ProbeKind::Udp, &self.udp_ports),
        ];
        for (kind, ports) in kinds {
            let Some(text) = ports else { continue };
            let ports = PortSet::parse(text, &NoNames, &[kind.protocol()]).map_err(|_| bad("ports", text))?;
            let (tcp, udp) = ports.into_sets();
            questions = questions.with(kind, if kind == ProbeKind::Udp { udp } else { tcp });
        }
        Ok(questions)
    }

    pub(super) fn model(&self) -> Result<NetworkModel, ScenarioError> {
        let mut set = AddressSet::default();
        for range in &self.host {
            set = set.union(&addresses(&range.range)?).map_err(|_| bad("range", &range.range))?;
        }
        let mut hosts = vec![Host::new(Behaviour::Silent); set.len() as usize];
        for range in &self.host {
            for address in addresses(&range.range)?.iter() {
                if let Some(rank) = set.rank(address) {
                    hosts[rank as usize] = range.host(address)?;
                }
            }
        }
        let proxy = self.proxy.as_ref().map(Proxy::model).transpose()?;
        Ok(NetworkModel { proxy, ..self.network.model(NetworkModel::new(set, hosts)) })
    }
}

impl HostRange {
    fn host(&self, address: IpAddr) -> Result<Host, ScenarioError> {
        let (word, value) = self.state.split_once(' ').unwrap_or((&self.state, ""));
        let number = || value.parse::<u64>().map_err(|_| bad("state", &self.state));
        let behaviour = match word {
            "open" => Behaviour::Open,
            "closed" => Behaviour::Closed,
            "silent" => Behaviour::Silent,
            "rejected" => Behaviour::Rejected(prohibited(address)),
            "opens-after" => Behaviour::OpensAfter(number()? as u8),
            "answers-after" => Behaviour::AnswersAfter(number()? as u8),
            "until-ms" => Behaviour::Until(Duration::from_millis(number()?)),
            _ => return Err(bad("state", &self.state)),
        };
        let usual = Host::new(behaviour);
        Ok(Host {
            loss: self.loss,
            delay: Duration::from_millis(self.delay_ms),
            pings: self.pings.unwrap_or(usual.pings),
            is_neighbor: self.neighbor.unwrap_or(usual.is_neighbor),
            ttl: self.ttl,
            stack: stack(self.stack.as_deref())?,
            ..usual
        })
    }
}

impl Proxy {
    fn model(&self) -> Result<SynProxy, ScenarioError> {
        let (addresses, stack) = (addresses(&self.range)?, stack(self.stack.as_deref())?);
        Ok(SynProxy { addresses, ttl: self.ttl, stack })
    }
}

impl Way {
    fn model(&self, flawless: NetworkModel) -> NetworkModel {
        let burst = |every| Burst { period: every, length: Duration::from_millis(self.burst_ms) };
        NetworkModel {
            loss: self.loss,
            delay: self.delay_ms.map_or(flawless.delay, Duration::from_millis),
            jitter: Duration::from_millis(self.jitter_ms),
            burst: self.burst_every_ms.map(Duration::from_millis).map(burst),
            resets_per_second: self.resets_per_second,
            errors_per_second: self.errors_per_second,
            capacity: self.capacity,
            room: self.room.unwrap_or(flawless.room),
            ring: self.ring.unwrap_or(flawless.ring),
            ..flawless
        }
    }
}

/// Scenarios give ports by number.
struct NoNames;

impl PortNames for NoNames {
    fn numbers(&self, _pattern: &str, _protocol: Protocol) -> Vec<u16> {
        Vec::new()
    }
}

/// A router's "communication administratively prohibited" about a probe for `address`: RFC 1812 section 5.2.7.1,
/// RFC 4443 section 3.1.
fn prohibited(address: IpAddr) -> IcmpError {
    match address {
        IpAddr::V4(_) => IcmpError { kind: 3, code: 13, from: IpAddr::from([10, 0, 0, 254]) },
        IpAddr::V6(_) => IcmpError { kind: 1, code: 1, from: IpAddr::from([0xfd00, 0, 0, 0, 0, 0, 0, 0xfe]) },
    }
}

fn stack(text: Option<&str>) -> Result<Option<Stack>, ScenarioError> {
    text.map(|text| text.parse().map_err(|_| bad("stack", text))).transpose()
}

fn addresses(text: &str) -> Result<AddressSet, ScenarioError> {
    match TargetSpec::parse(text) {
        Ok(TargetSpec::Addresses(set)) => Ok(set),
        _ => Err(bad("range", text)),
    }
}

fn bad(what: &'static str, text: &str) -> ScenarioError {
    ScenarioError::Value { what, text: text.to_owned() }
}
