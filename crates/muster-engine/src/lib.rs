//! The sweep as a pure state machine.
//!
//! A [`Sweep`] decides which endpoint is probed when, keeps what came back, and states how many responders it may
//! have missed. It owns no socket, no thread and no clock: `now` comes in with every call, probes and events go out,
//! and whoever drives it (the loop in `muster-sweep`, a simulation in a test) carries them to a [`Network`].
//!
//! ```text
//!  targets ─▶ permutation ─▶ round ─▶ pacing ─▶ poll_transmit ─▶ Probe ─▶ Network
//!                 ▲            ▲                                              │
//!              ledger ◀── handle_reply ◀────────────── Reply ◀───────────────┘
//!                 │            │
//!              misses       events ─▶ Observation
//! ```
//!
//! What it does not do: parse names (it takes them as values), speak any wire format, print.

mod controls;
mod event;
mod frame;
mod ledger;
mod misses;
mod network;
mod pacing;
mod permutation;
mod plan;
mod ports;
mod probe;
mod questions;
mod random;
mod round;
mod rtt;
mod space;
mod spacing;
mod sweep;
mod targets;
mod trial;

pub use event::{Progress, RoundSummary, Summary, SweepEvent};
pub use frame::{
    Departure, Forge, ForgeSettings, Framing, MOST_FRAME, MOST_PAYLOAD, Payloads, Recognition, describe,
};
pub use ledger::{Ledger, Mark};
pub use misses::{Bounds, Controls, LossTally, RoundTally, bounds, clopper_pearson_upper};
pub use network::{Drops, Network, NetworkError};
pub use permutation::{NotAShard, Order, Permutation, Shard};
pub use plan::{MAX_ENDPOINTS, PlanError, RoundLimits, SweepKind, SweepPlan, Timing};
pub use ports::{PortError, PortNames, PortSet};
pub use probe::{Attempt, Probe, ProbeBatch, Purpose, Reply};
pub use questions::{ProbeKind, Questions};
pub use random::Seed;
pub use sweep::Sweep;
pub use targets::{
    AddressSet, IntervalSet, ListError, MAX_INTERVALS, Number, Prefix, TargetError, TargetList,
    TargetProblem, TargetSpec, TooManyRanges, parse_exclude,
};
