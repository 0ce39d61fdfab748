//! What a sweep is to do, complete and checked before the first probe.

use std::time::Duration;

use crate::permutation::{Order, Shard};
use crate::{AddressSet, Questions};

/// The largest number of endpoints in one sweep: its ledger then takes 1 GiB.
pub const MAX_ENDPOINTS: u64 = 1 << 32;

/// Everything a sweep needs to know.
#[derive(Clone, Debug)]
pub struct SweepPlan {
    /// The addresses.
    pub targets: AddressSet,
    /// What each is asked.
    pub questions: Questions,
    /// Ports, or only signs of life.
    pub kind: SweepKind,
    /// How often the silent are asked.
    pub rounds: RoundLimits,
    /// How long to wait.
    pub timing: Timing,
    /// Probes a second over all; positive.
    pub rate: f64,
    /// The least time between two probes to one host.
    pub host_spacing: Duration,
    /// After this time from its first probe a host is asked no more.
    pub host_timeout: Option<Duration>,
    /// Which part of the endpoints this sweep takes.
    pub shard: Shard,
    /// In which order they are asked.
    pub order: Order,
    /// Whether a port that is closed by a reset counts as silent: many a firewall resets in the place of hosts.
    pub ignore_resets: bool,
}

impl SweepPlan {
    /// A plan with the defaults: 2,000 probes a second, 40 a second to a host, two to five rounds.
    pub fn new(targets: AddressSet, questions: impl Into<Questions>) -> Self {
        Self {
            targets,
            questions: questions.into(),
            kind: SweepKind::Ports,
            rounds: RoundLimits::default(),
            timing: Timing::default(),
            rate: 2_000.0,
            host_spacing: Duration::from_millis(25),
            host_timeout: None,
            shard: Shard::WHOLE,
            order: Order::Random,
            ignore_resets: false,
        }
    }

    /// Whether the silent are never asked again, so that controls must come from the first round.
    pub(crate) fn is_one_round(&self) -> bool {
        self.rounds.most <= 1
    }

    /// Number of endpoints, over all shards.
    ///
    /// # Errors
    /// If there are none, or more than [`MAX_ENDPOINTS`].
    pub fn endpoints(&self) -> Result<u64, PlanError> {
        let (addresses, ports) = (self.targets.len(), self.questions.total());
        let families = [(true, self.targets.v4().len()), (false, self.targets.v6().len())];
        let of_family = |(is_ipv4, addresses): (bool, u128)| {
            addresses.saturating_mul(u128::from(self.questions.of_family(is_ipv4).total()))
        };
        match families.into_iter().map(of_family).fold(0, u128::saturating_add) {
            0 => Err(PlanError::Nothing { addresses, ports }),
            count if count > u128::from(MAX_ENDPOINTS) => Err(PlanError::TooMany { addresses, ports }),
            count => Ok(count as u64),
        }
    }
}

/// What a sweep is after.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SweepKind {
    /// The state of every port.
    Ports,
    /// Which hosts answer: one answer from a host is enough, its other ports are then left alone.
    Discovery,
}

/// How often the silent are asked.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RoundLimits {
    /// At least so many rounds, while anything is silent.
    pub least: u8,
    /// At most so many; not 0.
    pub most: u8,
    /// Stop when the expected number of missed responders is below this and the last round found nothing new;
    /// `None` goes to the cap.
    pub max_missed: Option<f64>,
}

impl RoundLimits {
    /// The usual limits for `max_missed`, as many rounds as it takes: up to five for one missed responder, which is enough
    /// for 30,000 responders at 10 % loss, up to eight for less, which is enough for a hundredth of one.
    pub fn within(max_missed: f64) -> Self {
        let most = if max_missed < 1.0 { 8 } else { 5 };
        Self { least: 2, most, max_missed: Some(max_missed) }
    }
}

/// At most one missed responder is to be expected.
impl Default for RoundLimits {
    fn default() -> Self {
        Self::within(1.0)
    }
}

/// How long to wait for answers. Within the bounds a round waits by the round-trip times measured, so that on a network
/// nearby the floor decides.
///
/// A /16 at 300,000 probes a second takes 0.7 s without loss, and 1.6 s with 5 % loss each way, where floor and patience
/// are 100 and 250 ms.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timing {
    /// Before anything has answered.
    pub initial: Duration,
    /// A round never ends sooner after its last probe.
    pub floor: Duration,
    /// Nor is it held open longer.
    pub ceiling: Duration,
    /// An answer to the first round counts for at least so long, even when the round is over: hosts slower than the rest
    /// are found although rounds follow each other at the pace of the rest. Where an attempt holds a socket, less than a
    /// second, since kernels repeat the SYN of a connection then by themselves: a try that nobody counts.
    pub patience: Duration,
    /// The least time that the last probes are waited for. Where an attempt ends when its time is over, as long as
    /// `patience`, so that a slow host is found by any round; where attempts end with the sweep, a host that is only slow
    /// has answered an earlier round by then.
    pub linger: Duration,
}

impl Default for Timing {
    fn default() -> Self {
        Self {
            initial: Duration::from_secs(1),
            floor: Duration::from_millis(250),
            ceiling: Duration::from_secs(10),
            patience: Duration::from_millis(900),
            linger: Duration::from_millis(900),
        }
    }
}

/// Why a plan cannot be carried out.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PlanError {
    /// No address or no port is left.
    #[error("nothing to sweep: {addresses} addresses, {ports} ports")]
    Nothing {
        /// Addresses in the plan.
        addresses: u128,
        /// Ports in the plan.
        ports: u32,
    },
    /// More than [`MAX_ENDPOINTS`].
    #[error("too much for one sweep: {addresses} addresses × {ports} ports, at most {MAX_ENDPOINTS} in all")]
    TooMany {
        /// Addresses in the plan.
        addresses: u128,
        /// Ports in the plan.
        ports: u32,
    },
}
