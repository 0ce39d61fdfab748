//! One sweep from plan to observations.

use std::collections::HashSet;
use std::net::IpAddr;
use std::time::Duration;

use jiff::Timestamp;
use muster_engine::{Network, NetworkError};
use muster_engine::{Seed, Summary, Sweep, SweepPlan};
use muster_model::Observation;
use muster_report::schema::{End, Line, Run, SCHEMA, Silent};
use muster_sweep::{Ending, drive};

use super::collector::Collector;
use super::outputs::Outputs;
use super::progress::ProgressLine;
use crate::failure::{Failure, Fault, chain};
use crate::signals::Signals;

/// What a sweep needs besides its plan.
pub(crate) struct Stage<'a> {
    /// `discovery` or `ports`.
    pub(crate) name: &'static str,
    pub(crate) seed: Seed,
    /// The command line, for the JSON stream.
    pub(crate) arguments: &'a str,
    pub(crate) stats_every: Option<Duration>,
    pub(crate) only_open: bool,
    pub(crate) signals: &'a Signals,
    /// When the network's clock began.
    pub(crate) start: Timestamp,
}

/// A sweep that is over.
pub(crate) struct Scanned {
    /// The strongest observation of every endpoint that has one, in order.
    pub(crate) seen: Vec<Observation>,
    /// Hosts given up after the host time-out.
    pub(crate) timed_out: HashSet<IpAddr>,
    pub(crate) summary: Summary,
    pub(crate) elapsed: Duration,
    /// Whether it came to its end.
    pub(crate) complete: bool,
}

/// Sweeps `plan` over `network`; what is seen goes to the JSON stream of `outputs` at once.
///
/// # Errors
/// If the plan is empty or the network gives up.
pub(crate) fn sweep_stage(
    plan: SweepPlan,
    network: &mut impl Network,
    stage: &Stage<'_>,
    mut outputs: Option<&mut Outputs>,
) -> Result<Scanned, Failure> {
    let mut sweep = Sweep::new(plan, stage.seed).map_err(Failure::usage)?;
    let begun = network.now();
    if let Some(outputs) = &mut outputs {
        outputs.json(&stage.header(sweep.summary().endpoints));
    }
    let mut collector = Collector {
        seen: Vec::new(),
        timed_out: HashSet::new(),
        outputs: outputs.as_deref_mut(),
        progress: ProgressLine::new(stage.name, stage.stats_every, begun),
        signals: stage.signals,
        start: stage.start,
        only_open: stage.only_open,
    };
    let ending = drive(&mut sweep, network, &mut collector);
    let (seen, timed_out) = collector.into_sorted();
    let complete = matches!(ending, Ok(Ending::Finished));
    let elapsed = network.now().since(begun);
    let summary = sweep.summary();
    if let Some(outputs) = &mut outputs {
        if complete && !stage.only_open && outputs.has_json() {
            write_silent(&sweep, &seen, outputs);
        }
        outputs.json(&Line::Summary(Box::new(End::new(&summary, complete, elapsed))));
        outputs.flush();
    }
    ending.map_err(network_failure)?;
    Ok(Scanned { seen, timed_out, summary, elapsed, complete })
}

impl Stage<'_> {
    fn header(&self, endpoints: u64) -> Line<'_> {
        Line::Run(Run {
            schema: SCHEMA,
            muster: env!("CARGO_PKG_VERSION"),
            arguments: self.arguments,
            start: self.start,
            stage: self.name,
            endpoints,
            seed: self.seed.0,
        })
    }
}

/// Writes the endpoints from which nothing came, neighbours with one port as one range.
fn write_silent(sweep: &Sweep, seen: &[Observation], outputs: &mut Outputs) {
    let mut ranges: Vec<Silent> = Vec::new();
    for (endpoint, mark) in sweep.unanswered() {
        let is_seen = mark != muster_engine::Mark::Silent
            && seen.binary_search_by_key(&endpoint, |seen| seen.endpoint).is_ok();
        if is_seen {
            continue;
        }
        let next = Silent::new(&endpoint);
        let same_port = |range: &&mut Silent| range.port == next.port && range.protocol == next.protocol;
        match ranges.iter_mut().find(same_port) {
            Some(range) if range.is_before(&next) => range.last = next.last,
            Some(range) => outputs.json(&Line::Silent(std::mem::replace(range, next))),
            None => ranges.push(next),
        }
    }
    for range in ranges {
        outputs.json(&Line::Silent(range));
    }
}

pub(crate) fn network_failure(error: NetworkError) -> Failure {
    match error {
        NetworkError::NoDescriptors { .. } => Failure::environment(&error)
            .hint("raise the limit of open files, for example with ulimit -n 4096, and try again".to_owned()),
        NetworkError::OutOfScope(_) => Failure::new(Fault::Internal, &error)
            .hint("nothing was sent there; please report this".to_owned()),
        NetworkError::Io { .. } => Failure::environment(chain(&error)),
    }
}
