//! One sweep from plan to observations.

use std::collections::HashSet;
use std::io;
use std::net::IpAddr;
use std::time::Duration;

use jiff::Timestamp;
use muster_engine::{AddressSet, Mark, Network, NetworkError, Seed, Shard, Summary, Sweep, SweepPlan};
use muster_model::{Endpoint, Instant, Observation};
use muster_report::schema::{End, Line, Run, SCHEMA, Silent};
use muster_sweep::{Ending, Journal, drive};

use super::choice::Choice;
use super::collector::Collector;
use super::journal::{Past, note_end};
use super::lines::LineStream;
use super::watch::Watch;
use super::work::Work;
use crate::failure::{Failure, Fault, chain};
use crate::output::{shell_word, unbroken};
use crate::signals::Signals;

/// What a sweep needs besides its plan.
pub(crate) struct Stage<'a> {
    /// `neighbors`, `discovery`, `ports` …
    pub(crate) name: &'static str,
    pub(crate) seed: Seed,
    /// The command line, for the JSON stream.
    pub(crate) arguments: &'a str,
    /// What the network is, and why.
    pub(crate) network: &'a Choice,
    pub(crate) stats_every: Option<Duration>,
    pub(crate) only_open: bool,
    pub(crate) signals: &'a Signals,
    /// Who watches over the scan; `None` where the words are not Nmap's.
    pub(crate) watch: Option<&'a Watch>,
    /// When the run began: with the network's clock, or in the process that began its journal.
    pub(crate) start: Timestamp,
    /// Where everything is noted that is seen, and where it stands already if it was seen before.
    pub(crate) journal: Option<&'a mut Journal>,
}

/// A sweep that is over.
pub(crate) struct Scanned {
    /// The strongest observation of every endpoint that has one, in order.
    pub(crate) seen: Vec<Observation>,
    /// Hosts given up after the host time-out.
    pub(crate) timed_out: HashSet<IpAddr>,
    /// Hosts with endpoints that were not asked, or given up: nothing is known of those, not even silence.
    pub(crate) withheld: AddressSet,
    /// The endpoints of this part of a sweep in parts that did not answer themselves; `None` if it is the whole.
    pub(crate) part: Option<HashSet<Endpoint>>,
    pub(crate) summary: Summary,
    /// When it began, on the network's clock.
    pub(crate) begun: Instant,
    pub(crate) elapsed: Duration,
    /// Whether it came to its end.
    pub(crate) complete: bool,
    /// Whether it had done so before this process began: all of it comes from the journal.
    pub(crate) was_over: bool,
    /// What made the network give up, if it did.
    pub(crate) failure: Option<Failure>,
}

/// Sweeps `plan` over `network`; what is seen goes to `stream` at once.
///
/// # Errors
/// If the plan is empty, or the journal went on otherwise. A network that gives up is part of the result, and so is a
/// journal that cannot be written: what was seen until then stands.
pub(crate) fn sweep_stage(
    plan: SweepPlan,
    network: &mut impl Network,
    mut stage: Stage<'_>,
    stream: &mut impl LineStream,
) -> Result<Scanned, Failure> {
    let mut sweep = Sweep::new(plan.clone(), stage.seed).map_err(Failure::usage)?;
    let began = network.now();
    let past = Past::of_stage(stage.journal.as_deref_mut(), stage.name, &plan, began)?;
    sweep.restore(past.seen.iter().copied());
    stream.line(&stage.header(sweep.summary().endpoints));
    let work = Work::new(stage.name, &plan, stage.network.kind);
    if stream.wants_tasks() {
        stream.task(&work.begins());
    }
    let mut collector = Collector::new(&mut stage, work, stream, began);
    collector.restore(&past);
    let ending = match past.is_over() {
        true => Ok(Ending::Finished),
        false => drive(&mut sweep, network, &mut collector),
    };
    let (seen, timed_out) = collector.into_sorted();
    let complete = matches!(ending, Ok(Ending::Finished));
    let tail = past.tail(&sweep, network.now().since(began));
    let noted = note_end(stage.journal.as_deref_mut(), &tail, complete && !past.is_over());
    let unanswered = || past.unanswered(&sweep, &seen);
    if complete && !stage.only_open && stream.wants_lines() {
        write_silent(unanswered(), &seen, stream);
    }
    if stream.wants_tasks() {
        stream.task(&work.ends(tail.elapsed));
    }
    stream.line(&Line::Summary(Box::new(End::new(&tail.summary, complete, tail.elapsed))));
    stream.flush();
    let part = (plan.shard != Shard::WHOLE).then(|| unanswered().map(|(endpoint, _)| endpoint).collect());
    let withheld = withheld(unanswered(), &tail.summary, plan.targets);
    let failure = ending.err().map(|error| match &stage.journal {
        Some(journal) if is_down(&error) => Failure::environment(chain(&error)).hint(going_on(journal)),
        _ => network_failure(&error),
    });
    let failure = failure.or(noted.err());
    let was_over = past.is_over();
    let (begun, summary, elapsed) = (began + stage.lead(), tail.summary, tail.elapsed);
    Ok(Scanned { seen, timed_out, withheld, part, summary, begun, elapsed, complete, was_over, failure })
}

impl Scanned {
    /// The hosts that gave a sign of life.
    ///
    /// # Errors
    /// If they are too scattered.
    pub(crate) fn living(&self) -> Result<AddressSet, Failure> {
        let living = self.seen.iter().filter(|seen| seen.is_sign_of_life());
        AddressSet::of_addresses(living.map(|seen| seen.endpoint.address)).map_err(Failure::environment)
    }
}

impl Stage<'_> {
    /// How long before the network's clock the run began.
    pub(super) fn lead(&self) -> Duration {
        self.journal.as_ref().map_or(Duration::ZERO, |journal| journal.lead())
    }

    fn header(&self, endpoints: u64) -> Line<'_> {
        Line::Run(Run {
            schema: SCHEMA,
            muster: env!("CARGO_PKG_VERSION"),
            arguments: self.arguments,
            start: self.start,
            stage: self.name,
            network: self.network.kind.name(),
            network_why: &self.network.words,
            endpoints,
            seed: self.seed.0,
        })
    }
}

/// The hosts with withheld endpoints; all of `targets` where they are too scattered to be told apart.
fn withheld(
    unanswered: impl Iterator<Item = (Endpoint, Mark)>,
    summary: &Summary,
    targets: AddressSet,
) -> AddressSet {
    if summary.withheld == 0 {
        return AddressSet::empty();
    }
    let endpoints = unanswered.filter(|(_, mark)| *mark == Mark::Withheld);
    AddressSet::of_addresses(endpoints.map(|(endpoint, _)| endpoint.address)).unwrap_or(targets)
}

/// Writes the endpoints from which nothing came, neighbours with one port as one range.
fn write_silent(
    unanswered: impl Iterator<Item = (Endpoint, Mark)>,
    seen: &[Observation],
    stream: &mut impl LineStream,
) {
    let mut ranges: Vec<Silent> = Vec::new();
    for (endpoint, mark) in unanswered {
        let is_seen =
            mark != Mark::Silent && seen.binary_search_by_key(&endpoint, |seen| seen.endpoint).is_ok();
        if is_seen {
            continue;
        }
        let next = Silent::new(&endpoint);
        let same_port = |range: &&mut Silent| range.port == next.port && range.protocol == next.protocol;
        match ranges.iter_mut().find(same_port) {
            Some(range) if range.is_before(&next) => range.last = next.last,
            Some(range) => stream.line(&Line::Silent(std::mem::replace(range, next))),
            None => ranges.push(next),
        }
    }
    for range in ranges {
        stream.line(&Line::Silent(range));
    }
}

/// The hint where descriptors are too few.
pub(crate) const MORE_DESCRIPTORS: &str =
    "raise the limit of open files, for example with ulimit -n 4096, and try again";

/// The hint where an interface went down.
const BACK_UP: &str = "what was found until then is in the outputs; sweep again when the interface is up";

/// The hint where an interface went down and a journal knows what was seen until then.
fn going_on(journal: &Journal) -> String {
    let command = unbroken(&format!("muster scan --resume {}", shell_word(journal.path())));
    format!("when the interface is as it was: {command}")
}

fn is_down(error: &NetworkError) -> bool {
    matches!(error, NetworkError::Io { source, .. } if source.kind() == io::ErrorKind::NetworkDown)
}

/// What made a network give up, for the user.
pub(crate) fn network_failure(error: &NetworkError) -> Failure {
    match error {
        NetworkError::NoDescriptors { .. } => Failure::environment(error).hint(MORE_DESCRIPTORS.to_owned()),
        NetworkError::OutOfScope(_) => {
            Failure::new(Fault::Internal, error).hint("nothing was sent there; please report this".to_owned())
        }
        NetworkError::Io { .. } => {
            Failure::environment(chain(error)).hint(is_down(error).then(|| BACK_UP.to_owned()))
        }
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use muster_engine::{Drops, PortSet, Probe, Reply};
    use muster_model::{Nature, PortState, Reason};

    use super::*;
    use crate::sweep::NoStream;

    /// Refuses every port at once, until it breaks. Every look at its clock takes a millisecond.
    struct Breaking {
        clock: Cell<u64>,
        left: usize,
        replies: Vec<Reply>,
    }

    impl Network for Breaking {
        fn now(&self) -> Instant {
            self.clock.set(self.clock.get() + 1_000_000);
            Instant::from_nanos(self.clock.get())
        }

        fn room(&self) -> usize {
            self.left.min(1)
        }

        fn send(&mut self, probes: &[Probe]) -> Result<usize, NetworkError> {
            self.left -= 1;
            let Probe { endpoint, kind, attempt, .. } = probes[0];
            let (state, reason, nature) = (PortState::Closed, Reason::ConnRefused, Nature::Answer);
            self.replies.push(Reply {
                stack: None,
                kind,
                endpoint,
                attempt: Some(attempt),
                state,
                reason,
                nature,
                icmp: None,
                ttl: None,
                rtt: None,
            });
            Ok(1)
        }

        fn receive(&mut self, _until: Instant, replies: &mut Vec<Reply>) -> Result<Drops, NetworkError> {
            replies.append(&mut self.replies);
            match self.left {
                0 if replies.is_empty() => Err(NetworkError::NoDescriptors { limit: 9 }),
                _ => Ok(Drops::default()),
            }
        }
    }

    #[test]
    fn what_was_seen_before_the_network_gave_up_stands() {
        let addresses = [[10, 0, 0, 1], [10, 0, 0, 2], [10, 0, 0, 3]].map(IpAddr::from);
        let plan = SweepPlan::new(AddressSet::of_addresses(addresses).unwrap(), PortSet::tcp(2967));
        let stage = Stage {
            name: "ports",
            seed: Seed(1),
            arguments: "",
            network: &Choice::for_this_machine(),
            stats_every: None,
            only_open: false,
            signals: &Signals::default(),
            watch: None,
            start: Timestamp::UNIX_EPOCH,
            journal: None,
        };
        let mut network = Breaking { clock: Cell::new(0), left: 2, replies: Vec::new() };
        let scanned = sweep_stage(plan, &mut network, stage, &mut NoStream).unwrap();
        assert!(!scanned.complete);
        assert_eq!((scanned.seen.len(), scanned.summary.not_tried), (2, 1));
        assert!(scanned.failure.unwrap().message().starts_with("no free descriptor"));
    }
}
