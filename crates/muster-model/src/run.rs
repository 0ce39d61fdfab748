//! One run of an audit, as it is kept.

use std::fmt;
use std::net::IpAddr;
use std::time::Duration;

use jiff::Timestamp;

use crate::{Asset, Judgement};

/// The number of a run in its store, from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RunId(pub u64);

impl fmt::Display for RunId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Who ran what, when, and by which rules: known before the first probe.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunHeader {
    /// When it began.
    pub start: Timestamp,
    /// The command line.
    pub arguments: String,
    /// Who, as `user@machine`.
    pub operator: String,
    /// The program's version.
    pub version: String,
    /// The policy's text; `None`: there was none.
    pub policy: Option<String>,
    /// The targets, as a list of ranges in words.
    pub targets: String,
    /// How many addresses they are.
    pub addresses: u64,
    /// The seed of the order of probes.
    pub seed: u64,
    /// By what was asked and why, with the interfaces, a line each; `None` where it was not noted.
    pub network: Option<String>,
}

/// A run and what became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run {
    /// What was to be done.
    pub header: RunHeader,
    /// When it ended.
    pub end: Timestamp,
    /// Whether it came to its end; otherwise what stopped it.
    pub outcome: RunOutcome,
    /// The sweeps it made, in order.
    pub sweeps: Vec<SweepRecord>,
    /// Addresses that gave no answer of their own, at most an error came from the way; as ranges from first to last, in
    /// order.
    pub silent: Vec<AddressRange>,
    /// Ranges where something on the way answered for every address: not measured.
    pub phantom: Vec<AddressRange>,
    /// What was not looked at, a sentence each.
    pub not_tried: Vec<String>,
    /// Every host that exists, in order of address, with its judgement.
    pub hosts: Vec<Host>,
}

/// A host and what is said of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Host {
    /// What was seen.
    pub asset: Asset,
    /// What is said of it.
    pub judgement: Judgement,
}

/// How a run ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RunOutcome {
    /// It came to its end.
    Complete,
    /// It was stopped, by this.
    Partial(String),
}

/// From first to last address, both included, of one family.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AddressRange {
    /// The first address.
    pub first: IpAddr,
    /// The last address.
    pub last: IpAddr,
}

impl AddressRange {
    /// How many addresses.
    #[expect(clippy::len_without_is_empty, reason = "no range is empty")]
    pub fn len(&self) -> u128 {
        match (self.first, self.last) {
            (IpAddr::V4(first), IpAddr::V4(last)) => {
                u128::from(u32::from(last).saturating_sub(u32::from(first))) + 1
            }
            (IpAddr::V6(first), IpAddr::V6(last)) => {
                u128::from(last).saturating_sub(u128::from(first)).saturating_add(1)
            }
            _ => 0,
        }
    }
}

impl fmt::Display for AddressRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.first == self.last {
            return self.first.fmt(f);
        }
        write!(f, "{}-{}", self.first, self.last)
    }
}

/// One sweep of a run in numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SweepRecord {
    /// What it was for, as in `agents`.
    pub stage: String,
    /// The zones whose addresses it asked, in the order of the policy; empty where they lie outside every zone.
    pub zones: Vec<String>,
    /// The ports, as in `2967,8081`.
    pub ports: String,
    /// Endpoints to be asked.
    pub endpoints: u64,
    /// Endpoints that answered.
    pub answered: u64,
    /// Of those, open ones.
    pub open: u64,
    /// Endpoints known only by an error from the way.
    pub errors: u64,
    /// Endpoints not asked, or given up: no route, or out of time.
    pub withheld: u64,
    /// Endpoints that were still to be asked when the sweep was stopped.
    pub not_tried: u64,
    /// Endpoints from which nothing came.
    pub silent: u64,
    /// Probes sent.
    pub probes: u64,
    /// Rounds made.
    pub rounds: u8,
    /// Known responders probed again, and how many of them stayed silent.
    pub controls: (u64, u64),
    /// Endpoints that answered differently when they were asked again.
    pub conflicts: u64,
    /// How far into the sweep every known responder was silent from then on: it was blocked, or too fast.
    pub blocked_since: Option<Duration>,
    /// Bound A: missed responders at most, 99 % sure, if losses are alike; `None`: not measurable.
    pub missed_if_losses_alike: Option<u64>,
    /// Bound B: the same if no host loses more than half and rounds are independent.
    pub missed_if_no_host_loses_half: Option<u64>,
    /// How long it took.
    pub elapsed: Duration,
    /// Whether it came to its end.
    pub is_complete: bool,
}

/// A run in one line, for a history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunSummary {
    /// Its number.
    pub id: RunId,
    /// When it began.
    pub start: Timestamp,
    /// When it ended; `None`: it never did, or is still under way.
    pub end: Option<Timestamp>,
    /// How it ended; a run that never ended is partial.
    pub outcome: RunOutcome,
    /// The command line.
    pub arguments: String,
    /// The targets in words.
    pub targets: String,
    /// How many addresses they are.
    pub addresses: u64,
    /// Hosts by verdict, in the order of [`Verdict::ALL`](crate::Verdict::ALL).
    pub verdicts: Vec<(crate::Verdict, u64)>,
}
