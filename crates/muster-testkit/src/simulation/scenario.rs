//! Scenario files: a network in TOML, swept, and what came of it as text to be compared.

use std::fmt::Write as _;
use std::time::Duration;

use muster_engine::{
    AddressSet, PortNames, PortSet, RoundLimits, Seed, Sweep, SweepEvent, SweepKind, SweepPlan, TargetSpec,
};
use muster_model::{IcmpError, Instant, Protocol};
use muster_sweep::{Ending, Flow, Sink, drive};
use serde::Deserialize;

use super::model::{Behaviour, Burst, Host, NetworkModel};
use super::network::SimulatedNetwork;

/// A scenario as its file says it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    /// What it shows, in a sentence.
    pub shows: String,
    targets: String,
    ports: String,
    seed: u64,
    #[serde(default)]
    discovery: bool,
    #[serde(default)]
    rounds: Option<[u8; 2]>,
    #[serde(default)]
    to_the_cap: bool,
    #[serde(default)]
    rate: Option<f64>,
    #[serde(default)]
    host_timeout_ms: Option<u64>,
    #[serde(default)]
    host: Vec<HostRange>,
    #[serde(default)]
    network: Way,
    /// Print the observations; not for large scenarios.
    #[serde(default)]
    observations: bool,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct HostRange {
    range: String,
    state: String,
    #[serde(default)]
    loss: f64,
    #[serde(default)]
    delay_ms: u64,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Way {
    loss: f64,
    delay_ms: Option<u64>,
    jitter_ms: u64,
    burst_every_ms: Option<u64>,
    burst_ms: u64,
    resets_per_second: Option<f64>,
    capacity: Option<f64>,
}

/// Scenarios give ports by number.
struct NoNames;

impl PortNames for NoNames {
    fn numbers(&self, _pattern: &str, _protocol: Protocol) -> Vec<u16> {
        Vec::new()
    }
}

/// What is wrong with a scenario file.
#[derive(Debug, thiserror::Error)]
pub enum ScenarioError {
    /// Not TOML, or an unknown key.
    #[error("{0}")]
    Toml(#[from] toml::de::Error),
    /// A range, port or state that cannot be read.
    #[error("{what}: {text}")]
    Value {
        /// Which.
        what: &'static str,
        /// As written.
        text: String,
    },
}

/// Sweeps the network that `text` describes and reports events, probes and bounds.
///
/// # Errors
/// If the file cannot be read as a scenario.
pub fn run_scenario(text: &str) -> Result<String, ScenarioError> {
    let scenario: Scenario = toml::from_str(text)?;
    let mut sweep = Sweep::new(scenario.plan()?, Seed(scenario.seed))
        .map_err(|error| ScenarioError::Value { what: "plan", text: error.to_string() })?;
    let mut network = SimulatedNetwork::new(scenario.model()?, Seed(scenario.seed)).with_log();
    let mut events = Events::default();
    let ending = drive(&mut sweep, &mut network, &mut events);
    Ok(scenario.report(&sweep, &network, &events.0, matches!(ending, Ok(Ending::Finished))))
}

#[derive(Default)]
struct Events(Vec<SweepEvent>);

impl Sink for Events {
    fn event(&mut self, event: SweepEvent) -> Flow {
        self.0.push(event);
        Flow::Continue
    }
}

impl Scenario {
    fn plan(&self) -> Result<SweepPlan, ScenarioError> {
        let ports = PortSet::parse(&self.ports, &NoNames, &[Protocol::Tcp])
            .map_err(|_| ScenarioError::Value { what: "ports", text: self.ports.clone() })?;
        let mut plan = SweepPlan::new(addresses(&self.targets)?, ports);
        plan.kind = if self.discovery { SweepKind::Discovery } else { SweepKind::Ports };
        plan.rate = self.rate.unwrap_or(plan.rate);
        plan.host_timeout = self.host_timeout_ms.map(Duration::from_millis);
        if let Some([least, most]) = self.rounds {
            plan.rounds = RoundLimits { least, most, ..plan.rounds };
        }
        if self.to_the_cap {
            plan.rounds.max_missed = None;
        }
        Ok(plan)
    }

    fn model(&self) -> Result<NetworkModel, ScenarioError> {
        let mut set = AddressSet::default();
        for range in &self.host {
            set = set.union(&addresses(&range.range)?).map_err(|_| bad("range", &range.range))?;
        }
        let mut hosts = vec![Host::new(Behaviour::Silent); set.len() as usize];
        for range in &self.host {
            for address in addresses(&range.range)?.iter() {
                if let Some(rank) = set.rank(address) {
                    hosts[rank as usize] = range.host()?;
                }
            }
        }
        let way = &self.network;
        let milliseconds = Duration::from_millis;
        Ok(NetworkModel {
            loss: way.loss,
            delay: milliseconds(way.delay_ms.unwrap_or(1)),
            jitter: milliseconds(way.jitter_ms),
            burst: way
                .burst_every_ms
                .map(|every| Burst { period: milliseconds(every), length: milliseconds(way.burst_ms) }),
            resets_per_second: way.resets_per_second,
            capacity: way.capacity,
            ..NetworkModel::new(set, hosts)
        })
    }

    fn report(
        &self,
        sweep: &Sweep,
        network: &SimulatedNetwork,
        events: &[SweepEvent],
        finished: bool,
    ) -> String {
        let mut text = format!("{}\n", self.shows);
        let mut line = |line: String| _ = writeln!(text, "{line}");
        for event in events {
            match event {
                SweepEvent::Observed(seen) if self.observations => {
                    line(format!(
                        "{:>10} round {} {} {} {}",
                        at(seen.at),
                        seen.round,
                        seen.endpoint,
                        seen.state,
                        seen.reason
                    ));
                }
                SweepEvent::Observed(_) => {}
                SweepEvent::HostTimedOut(address) => line(format!("host timed out: {address}")),
                SweepEvent::RoundEnded(round) => line(format!(
                    "round {}: sent {}, found {}, controls {} of {} silent",
                    round.number, round.sent, round.found, round.controls.silent, round.controls.sent
                )),
            }
        }
        let summary = sweep.summary();
        let bounds = &summary.bounds;
        let bound = |bound: Option<u64>| bound.map_or("not measurable".to_owned(), |bound| bound.to_string());
        line(format!("finished: {finished}, sent {} (network counted {})", summary.sent, network.sent()));
        line(format!(
            "endpoints {}: answered {}, soft {}, withheld {}, silent {}",
            summary.endpoints, summary.answered, summary.soft, summary.withheld, summary.silent
        ));
        line(format!(
            "bound A {}, bound B {}, conflicts {}",
            bound(bounds.alike),
            bound(bounds.half),
            summary.conflicts
        ));
        line(format!("rate at the end {:.0}", summary.rate));
        if let Some(since) = summary.blocked_since {
            line(format!("blocked or overloaded since {}", at(since)));
        }
        text
    }
}

impl HostRange {
    fn host(&self) -> Result<Host, ScenarioError> {
        let (word, value) = self.state.split_once(' ').unwrap_or((&self.state, ""));
        let number = || value.parse::<u64>().map_err(|_| bad("state", &self.state));
        let router = std::net::IpAddr::from([10, 0, 0, 254]);
        let behaviour = match word {
            "open" => Behaviour::Open,
            "closed" => Behaviour::Closed,
            "silent" => Behaviour::Silent,
            "rejected" => Behaviour::Rejected(IcmpError { kind: 3, code: 13, from: router }),
            "opens-after" => Behaviour::OpensAfter(number()? as u8),
            "until-ms" => Behaviour::Until(Duration::from_millis(number()?)),
            _ => return Err(bad("state", &self.state)),
        };
        Ok(Host { behaviour, loss: self.loss, delay: Duration::from_millis(self.delay_ms) })
    }
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

fn at(instant: Instant) -> String {
    format!("{:.3} s", instant.since_start().as_secs_f64())
}
