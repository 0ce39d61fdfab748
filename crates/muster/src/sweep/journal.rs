//! The journal of a run: what a stage finds in it, and what is noted.

mod keeping;
mod words;

use std::collections::HashSet;
use std::net::IpAddr;
use std::time::Duration;

use muster_engine::{Mark, ProbeKind, RoundSummary, Summary, Sweep, SweepEvent, SweepPlan};
use muster_model::{Endpoint, Instant, Observation};
use muster_sweep::{Journal, JournalError, StageHead, StageTail, Standing};

pub(crate) use keeping::Keeping;
pub(crate) use words::{Resumed, resumed};

use super::collector::keep_latest;
use crate::failure::Failure;

/// What an earlier part of the run has left of a stage.
#[derive(Debug, Default)]
pub(crate) struct Past {
    /// What was seen, in the order it was seen.
    pub(crate) seen: Vec<Observation>,
    /// Hosts that were given up, where the stage came to its end. Else their time begins anew.
    pub(crate) timed_out: HashSet<IpAddr>,
    /// The rounds, where the stage came to its end.
    pub(crate) rounds: Vec<RoundSummary>,
    /// How it ended, if it did: nothing is left to be asked.
    pub(crate) tail: Option<StageTail>,
}

impl Past {
    /// Begins the stage of `plan` in the journal; without one there is no past.
    ///
    /// # Errors
    /// If the journal went on otherwise.
    pub(crate) fn of_stage(
        journal: Option<&mut Journal>,
        name: &str,
        plan: &SweepPlan,
        now: Instant,
    ) -> Result<Self, Failure> {
        let mut past = Self::default();
        let Some(journal) = journal else { return Ok(past) };
        let head = StageHead::new(name, plan, now + journal.lead());
        let standing = journal.begin_stage(&head, &mut |event| past.take(event, plan));
        match standing.map_err(|error| journal_failure(&error))? {
            Standing::New => {}
            Standing::Begun => {
                past.timed_out.clear();
                past.rounds.clear();
            }
            Standing::Ended(tail) => past.tail = Some(*tail),
        }
        Ok(past)
    }

    /// Takes in what belongs to the plan: a journal may be forged.
    fn take(&mut self, event: SweepEvent, plan: &SweepPlan) {
        match event {
            SweepEvent::Observed(seen) if is_of(plan, &seen) => {
                self.seen.push(seen);
                let most = plan.endpoints().unwrap_or(0).saturating_mul(MOST_TIMES_SEEN);
                if self.seen.len() as u64 > most {
                    keep_latest(&mut self.seen);
                }
            }
            SweepEvent::HostTimedOut(address) if plan.targets.contains(address) => {
                self.timed_out.insert(address);
            }
            SweepEvent::RoundEnded(round) if self.rounds.len() < usize::from(u8::MAX) => {
                self.rounds.push(round);
            }
            _ => {}
        }
    }

    /// Whether the stage came to its end.
    pub(crate) fn is_over(&self) -> bool {
        self.tail.is_some()
    }

    /// The end of the stage: that of then, or of `sweep`, which took `elapsed` and is over now.
    pub(crate) fn tail(&self, sweep: &Sweep, elapsed: Duration) -> StageTail {
        let summary = sweep.summary();
        match &self.tail {
            None => StageTail { summary, elapsed },
            Some(tail) => {
                let summary = Summary { restored: summary.restored, ..tail.summary.clone() };
                StageTail { summary, elapsed: tail.elapsed }
            }
        }
    }

    /// The endpoints that did not answer. Of a stage that is over `sweep` knows only what answered: what was seen
    /// otherwise, or belongs to a host that was given up, was withheld.
    pub(crate) fn unanswered(
        &self,
        sweep: &Sweep,
        seen: &[Observation],
    ) -> impl Iterator<Item = (Endpoint, Mark)> {
        sweep.unanswered().map(move |(endpoint, mark)| {
            let is_seen = || seen.binary_search_by_key(&endpoint, |seen| seen.endpoint).is_ok();
            let is_withheld = self.is_over()
                && mark == Mark::Silent
                && (self.timed_out.contains(&endpoint.address) || is_seen());
            (endpoint, if is_withheld { Mark::Withheld } else { mark })
        })
    }
}

/// Writes what is pending, and the end of the stage where it came to one.
///
/// # Errors
/// If the journal cannot be written.
pub(crate) fn note_end(journal: Option<&mut Journal>, tail: &StageTail, is_end: bool) -> Result<(), Failure> {
    let Some(journal) = journal else { return Ok(()) };
    if is_end {
        journal.end_stage(tail.clone());
    } else {
        journal.flush();
    }
    journal.failure().map_or(Ok(()), |error| Err(journal_failure(error)))
}

/// An endpoint is seen at most so often: an error, an answer, a better one.
const MOST_TIMES_SEEN: u64 = 4;

fn is_of(plan: &SweepPlan, seen: &Observation) -> bool {
    let at = seen.endpoint;
    let mut kinds = ProbeKind::ALL.into_iter().filter(|kind| kind.protocol() == at.protocol);
    plan.targets.contains(at.address) && kinds.any(|kind| plan.questions.rank(kind, at.port).is_some())
}

/// What is wrong with a journal, for the user.
pub(crate) fn journal_failure(error: &JournalError) -> Failure {
    let failure = if error.is_usage() { Failure::usage(error) } else { Failure::environment(error) };
    failure.hint(error.hint().to_owned())
}
