//! What a journal is made of.

use std::time::Duration;

use muster_engine::{Summary, SweepEvent, SweepPlan};
use muster_model::Instant;

use super::bytes::{Put, Rest};
use super::digest::Digest;
use super::header::Header;
use super::{observed, summary};

/// One entry.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Record {
    /// The first one, and only that.
    Header(Header),
    /// Another process went on here.
    Resumed(Instant),
    /// A stage began.
    StageBegun(StageHead),
    /// Something happened in the stage.
    Event(SweepEvent),
    /// The stage came to its end.
    StageEnded(Box<StageTail>),
}

/// A stage that begins: one sweep of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StageHead {
    /// What it is called.
    pub name: String,
    /// Digest of its targets.
    targets: u64,
    /// Digest of its questions.
    questions: u64,
    /// How many endpoints it has, over all shards.
    pub endpoints: u64,
    /// When it began.
    pub begun: Instant,
}

/// A stage that came to its end.
#[derive(Clone, Debug, PartialEq)]
pub struct StageTail {
    /// Its numbers.
    pub summary: Summary,
    /// How long it took.
    pub elapsed: Duration,
}

impl StageHead {
    /// The beginning of `plan`'s sweep at `begun`.
    pub fn new(name: &str, plan: &SweepPlan, begun: Instant) -> Self {
        Self {
            name: name.to_owned(),
            targets: Digest::of_addresses(&plan.targets),
            questions: Digest::of_questions(&plan.questions),
            endpoints: plan.endpoints().unwrap_or(0),
            begun,
        }
    }

    /// Whether both sweep the same.
    pub(super) fn is_like(&self, other: &Self) -> bool {
        *self == Self { begun: self.begun, ..other.clone() }
    }

    pub(super) fn description(&self) -> String {
        format!("{} of {} endpoints ({:016x})", self.name, self.endpoints, self.targets ^ self.questions)
    }
}

impl Record {
    /// Appends its payload.
    pub(super) fn put(&self, out: &mut Vec<u8>) {
        match self {
            Self::Header(header) => {
                out.byte(HEADER);
                header.put(out);
            }
            Self::Resumed(at) => {
                out.byte(RESUMED);
                out.instant(*at);
            }
            Self::StageBegun(head) => {
                out.byte(STAGE_BEGUN);
                out.text(&head.name);
                out.number(head.targets);
                out.number(head.questions);
                out.number(head.endpoints);
                out.instant(head.begun);
            }
            Self::Event(event) => put_event(out, event),
            Self::StageEnded(tail) => {
                out.byte(STAGE_ENDED);
                summary::put(out, &tail.summary);
                out.duration(tail.elapsed);
            }
        }
    }

    /// Reads a payload, all of it.
    pub(super) fn take(payload: &[u8]) -> Option<Self> {
        let mut rest = Rest(payload);
        let record = match rest.byte()? {
            HEADER => Self::Header(Header::take(&mut rest)?),
            RESUMED => Self::Resumed(rest.instant()?),
            STAGE_BEGUN => Self::StageBegun(StageHead {
                name: rest.text()?.to_owned(),
                targets: rest.number()?,
                questions: rest.number()?,
                endpoints: rest.number()?,
                begun: rest.instant()?,
            }),
            OBSERVED => Self::Event(SweepEvent::Observed(observed::take(&mut rest)?)),
            HOST_TIMED_OUT => Self::Event(SweepEvent::HostTimedOut(rest.address()?)),
            ROUND_ENDED => Self::Event(SweepEvent::RoundEnded(summary::take_round(&mut rest)?)),
            STAGE_ENDED => Self::StageEnded(Box::new(StageTail {
                summary: summary::take(&mut rest)?,
                elapsed: rest.duration()?,
            })),
            _ => return None,
        };
        rest.is_empty().then_some(record)
    }
}

/// Apart, so that the many observations need no copy.
pub(super) fn put_event(out: &mut Vec<u8>, event: &SweepEvent) {
    match event {
        SweepEvent::Observed(seen) => {
            out.byte(OBSERVED);
            observed::put(out, seen);
        }
        SweepEvent::HostTimedOut(address) => {
            out.byte(HOST_TIMED_OUT);
            out.address(*address);
        }
        SweepEvent::RoundEnded(round) => {
            out.byte(ROUND_ENDED);
            summary::put_round(out, round);
        }
    }
}

const HEADER: u8 = 1;
const RESUMED: u8 = 2;
const STAGE_BEGUN: u8 = 3;
const OBSERVED: u8 = 4;
const HOST_TIMED_OUT: u8 = 5;
const ROUND_ENDED: u8 = 6;
const STAGE_ENDED: u8 = 7;
