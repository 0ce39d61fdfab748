//! What came of a scenario, as text.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use muster_engine::{Network, NetworkError, Summary, Sweep, SweepEvent};
use muster_model::{Endpoint, Instant, Observation, PortState};
use muster_sweep::Ending;

use super::file::Scenario;
use crate::simulation::network::SimulatedNetwork;

/// A scenario that has been swept.
pub(super) struct Report<'a> {
    pub(super) scenario: &'a Scenario,
    pub(super) sweep: &'a Sweep,
    pub(super) network: &'a SimulatedNetwork,
    pub(super) events: &'a [SweepEvent],
}

impl Report<'_> {
    pub(super) fn text(&self, ending: &Result<Ending, NetworkError>) -> String {
        let summary = self.sweep.summary();
        let mut lines = vec![self.scenario.shows.clone(), String::new()];
        lines.extend(self.events.iter().filter_map(|event| self.event(event)));
        let end = match ending {
            Ok(Ending::Finished) => "finished".to_owned(),
            Ok(Ending::Stopped) => "stopped".to_owned(),
            Err(error) => error.to_string(),
        };
        lines.push(format!("{end} after {}: sent {}", at(self.network.now()), sent(&summary, self.network)));
        lines.push(self.found());
        lines.extend(numbers(&summary));
        lines.join("\n") + "\n"
    }

    fn event(&self, event: &SweepEvent) -> Option<String> {
        match event {
            SweepEvent::Observed(seen) => self.scenario.observations.then(|| observation(seen)),
            SweepEvent::HostTimedOut(address) => Some(format!("host timed out: {address}")),
            SweepEvent::RoundEnded(round) => Some(format!(
                "round {}: sent {}, found {}, controls {} of {} silent",
                round.number, round.sent, round.found, round.controls.silent, round.controls.sent
            )),
        }
    }

    /// The truth about the hosts beside what was seen of them; the last state seen of an endpoint counts.
    fn found(&self) -> String {
        let mut states: BTreeMap<Endpoint, PortState> = BTreeMap::new();
        let mut alive = BTreeSet::new();
        for event in self.events {
            if let SweepEvent::Observed(seen) = event {
                states.insert(seen.endpoint, seen.state);
                alive.extend(seen.is_sign_of_life().then_some(seen.endpoint.address));
            }
        }
        let mut text = format!("hosts that answer: {}, found {}", self.network.responders(), alive.len());
        for state in [PortState::Open, PortState::Closed, PortState::Filtered] {
            let count = states.values().filter(|&&seen| seen == state).count();
            let _ = write!(text, "; {state} {count}");
        }
        text
    }
}

fn observation(seen: &Observation) -> String {
    let signs =
        [seen.ttl.map(|ttl| format!(" ttl {ttl}")), seen.stack.map(|stack| format!(" stack {stack}"))];
    let signs: String = signs.into_iter().flatten().collect();
    let Observation { round, endpoint, state, reason, .. } = seen;
    format!("{:>9} round {round} {endpoint} {state} {reason}{signs}", at(seen.at))
}

/// The sweep and the network count apart from each other, and the same.
fn sent(summary: &Summary, network: &SimulatedNetwork) -> String {
    if summary.sent == network.sent() {
        return summary.sent.to_string();
    }
    format!("{}, but the network counted {}", summary.sent, network.sent())
}

fn numbers(summary: &Summary) -> Vec<String> {
    let bounds = &summary.bounds;
    let bound = |bound: Option<u64>| bound.map_or("not measurable".to_owned(), |bound| bound.to_string());
    let mut lines = vec![
        format!(
            "endpoints {}: answered {}, soft {}, withheld {}, silent {}, not tried {}",
            summary.endpoints,
            summary.answered,
            summary.soft,
            summary.withheld,
            summary.silent,
            summary.not_tried
        ),
        format!(
            "bound A {}, bound B {}, conflicts {}, rate at the end {:.0}",
            bound(bounds.alike),
            bound(bounds.half),
            summary.conflicts,
            summary.rate
        ),
    ];
    let drops = summary.local_drops;
    if !drops.is_empty() {
        lines.push(format!("lost here: {} sending, {} receiving", drops.sending, drops.receiving));
    }
    lines.extend(summary.blocked_since.map(|since| format!("blocked or overloaded since {}", at(since))));
    lines
}

fn at(instant: Instant) -> String {
    format!("{:.3} s", instant.since_start().as_secs_f64())
}
