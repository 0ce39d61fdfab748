//! What a sweep tells while it runs, and at the end.

use std::time::Duration;

use muster_model::{Instant, Observation};

use crate::misses::{Bounds, LossTally};
use crate::network::Drops;

/// Something that happened in a sweep.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum SweepEvent {
    /// An endpoint's state became known. A later observation of the same endpoint replaces it: an answer an ICMP error,
    /// open closed.
    Observed(Observation),
    /// A host was given up after the host time-out; any of its addresses' endpoints names it.
    HostTimedOut(std::net::IpAddr),
    /// A round is over.
    RoundEnded(RoundSummary),
}

/// One round in numbers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RoundSummary {
    /// From 1.
    pub number: u8,
    /// Probes sent, controls among them.
    pub sent: u64,
    /// Endpoints that answered a probe of this round first.
    pub found: u64,
    /// The round's controls.
    pub controls: LossTally,
}

/// A sweep in numbers.
#[derive(Clone, Debug, PartialEq)]
pub struct Summary {
    /// Every round begun.
    pub rounds: Vec<RoundSummary>,
    /// Endpoints in all.
    pub endpoints: u64,
    /// Endpoints that answered, the restored ones among them.
    pub answered: u64,
    /// Endpoints that were known to answer before the sweep began, from an earlier part of it. They were not asked again,
    /// and the stated error does not speak of them.
    pub restored: u64,
    /// Endpoints known only by an ICMP error from the way or a failed neighbour look-up.
    pub soft: u64,
    /// Endpoints not asked, or given up.
    pub withheld: u64,
    /// Endpoints from which nothing came.
    pub silent: u64,
    /// Endpoints that were to be asked and were not, because the sweep was stopped.
    pub not_tried: u64,
    /// Probes sent.
    pub sent: u64,
    /// Controls of open endpoints.
    pub open_controls: LossTally,
    /// Controls of closed endpoints.
    pub closed_controls: LossTally,
    /// Endpoints that answered differently when asked again.
    pub conflicts: u64,
    /// What this machine itself lost: probes that it could not send at first and offered again, and replies that it had
    /// no room for. Whose reply was lost is asked again, unless that was the last round.
    pub local_drops: Drops,
    /// The rate in force at the end, in probes a second.
    pub rate: f64,
    /// Since when known responders no longer answer, if they fell silent: blocked, or overloaded.
    pub blocked_since: Option<Instant>,
    /// The stated error.
    pub bounds: Bounds,
    /// Whether UDP ports were asked. The stated error speaks of who answers by a message of its own: a closed UDP port
    /// shows by an ICMP error, of which a host sends only a few a second, and how many of those were missed is not known.
    pub asks_udp: bool,
    /// Smoothed round-trip time and its variation; `None` if nothing answered.
    pub rtt: Option<(Duration, Duration)>,
}

/// How far a sweep has come.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Progress {
    /// The round, from 1.
    pub round: u8,
    /// How much of the round is behind, from 0 to 1.
    pub of_round: f64,
    /// Probes sent.
    pub sent: u64,
    /// Endpoints that answered.
    pub answered: u64,
    /// Endpoints in all.
    pub endpoints: u64,
    /// How long this round and the second one, if it is still to come, will take. Further rounds depend on what they
    /// find.
    pub left: Duration,
    /// The bounds as they are now; `None` in the first round.
    pub bounds: Option<Bounds>,
}
