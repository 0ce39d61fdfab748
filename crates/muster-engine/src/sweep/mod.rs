//! The state machine: what it knows, and the verbs that drive it.

mod replies;
mod report;
mod restore;
mod rounds;
mod transmit;

use std::collections::{HashMap, VecDeque};
use std::hash::BuildHasherDefault;
use std::time::Duration;

use muster_model::{Instant, Nature};

use self::rounds::order;
use self::transmit::{Candidate, MOST_STEPS};
use crate::controls::Responders;
use crate::event::SweepEvent;
use crate::ledger::Ledger;
use crate::network::Drops;
use crate::pacing::Pace;
use crate::plan::{PlanError, SweepPlan};
use crate::probe::{ProbeBatch, Purpose, Reply};
use crate::random::{NumberHasher, Seed};
use crate::round::Round;
use crate::rtt::RoundTripTime;
use crate::space::Space;
use crate::spacing::HostSpacing;
use crate::trial::RateTrial;

/// A sweep in progress.
///
/// Drive it with `poll_transmit` → the network → [`handle_sent`](Self::handle_sent), `handle_reply`, `handle_timeout`
/// no later than [`poll_timeout`](Self::poll_timeout), and take its events with `poll_event`, until
/// [`is_finished`](Self::is_finished). The same plan, seed and replies give the same events.
#[derive(Debug)]
pub struct Sweep {
    plan: SweepPlan,
    seed: Seed,
    space: Space,
    ledger: Ledger,
    pace: Pace,
    spacing: HostSpacing,
    rtt: RoundTripTime,
    trial: RateTrial,
    responders: Responders,
    round: Round,
    past: Vec<Round>,
    phase: Phase,
    wake: Instant,
    last_sent: Instant,
    /// When the last probe of the first round left, once that round is over.
    first_round_sent: Option<Instant>,
    in_hand: u64,
    /// Probes that the network could not send, and that are still among those that count as sent or are about to.
    unsent: u64,
    first_asked: HashMap<u64, Option<Instant>, BuildHasherDefault<NumberHasher>>,
    events: VecDeque<SweepEvent>,
    conflicts: u64,
    local_drops: Drops,
    restored: u64,
}

/// Where a sweep stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    /// Probes of the round go out.
    Probing,
    /// All are out; answers are waited for.
    Settling,
    /// The last round is over; slow hosts get the rest of their time.
    Lingering,
    /// Done.
    Finished,
}

impl Sweep {
    /// A sweep of `plan` in the order that `seed` gives.
    ///
    /// # Errors
    /// If the plan has nothing to sweep, or too much.
    pub fn new(plan: SweepPlan, seed: Seed) -> Result<Self, PlanError> {
        let size = plan.endpoints()?;
        let space = Space::new(plan.targets.clone(), &plan.questions, size, plan.shard, seed);
        let order = order(&plan, &space, seed, 1);
        Ok(Self {
            seed,
            ledger: Ledger::new(size),
            pace: Pace::new(plan.rate),
            spacing: HostSpacing::new(gap(&plan, &space)),
            rtt: RoundTripTime::default(),
            trial: RateTrial::new(plan.rate),
            responders: Responders::new(seed.derive("controls", 0)),
            round: Round::new(1, order, plan.rate),
            past: Vec::new(),
            phase: if space.len() == 0 { Phase::Finished } else { Phase::Probing },
            wake: Instant::START,
            last_sent: Instant::START,
            first_round_sent: None,
            in_hand: 0,
            unsent: 0,
            first_asked: HashMap::default(),
            events: VecDeque::new(),
            conflicts: 0,
            local_drops: Drops::default(),
            restored: 0,
            plan,
            space,
        })
    }

    /// Adds the probes that are due at `now`, as many as `batch` has room for.
    pub fn poll_transmit(&mut self, now: Instant, batch: &mut ProbeBatch) {
        if self.phase != Phase::Probing {
            return;
        }
        self.pace.refill(now, self.in_hand);
        if !self.pace.is_ready() {
            self.wake = self.pace.next();
            return;
        }
        let mut steps = MOST_STEPS;
        self.wake = now;
        while batch.room() > 0 {
            if !self.pace.has_token() {
                self.wake = self.pace.next();
                return;
            }
            self.fill(now, &mut steps, batch);
            if batch.room() == 0 || !self.pace.has_token() {
                continue;
            }
            match self.next_candidate(now, &mut steps) {
                Candidate::Probe(index, purpose) => {
                    if let Some(probe) = self.prepare(now, index, purpose) {
                        batch.push(probe);
                    }
                }
                Candidate::Later(at) => {
                    self.wake = at;
                    return;
                }
                Candidate::Exhausted => {
                    self.phase = Phase::Settling;
                    self.last_sent = self.last_sent.max(now);
                    return;
                }
            }
        }
    }

    /// Notes that the network took `count` of the probes handed out.
    pub fn handle_sent(&mut self, now: Instant, count: usize) {
        let count = count as u64;
        self.pace.refill(now, self.in_hand);
        self.in_hand -= count.min(self.in_hand);
        self.spacing.sent(count as usize, now);
        self.round.sent += count;
        self.take_back_unsent();
        self.last_sent = now;
    }

    /// Notes what this machine lost: it slows the sweep down.
    pub fn handle_drops(&mut self, drops: Drops) {
        if !drops.is_empty() {
            self.local_drops.add(drops);
            self.round.overrun += drops.receiving;
            self.pace.slow_down();
        }
    }

    /// Takes a reply in. One that belongs to no endpoint of this sweep is ignored.
    pub fn handle_reply(&mut self, now: Instant, reply: Reply) {
        let Some(index) = self.space.index(reply.kind, reply.endpoint) else { return };
        if self.plan.ignore_resets && reply.is_reset() {
            return;
        }
        if is_of_unsent(&reply) {
            self.unsent += 1;
            self.take_back_unsent();
        }
        let attempt = reply.attempt.unwrap_or_else(|| self.latest_attempt(index));
        if let (Nature::Answer, Some(rtt)) = (reply.nature, reply.rtt) {
            self.rtt.sample(rtt);
        }
        match (attempt.purpose, reply.nature) {
            (Purpose::Control, Nature::Answer) => self.handle_control(now, index, attempt.round, &reply),
            (Purpose::Control, _) | (_, Nature::Silence) => {}
            (Purpose::Target, _) => self.handle_target(now, index, attempt.round, &reply),
        }
    }

    /// When [`handle_timeout`](Self::handle_timeout) or [`poll_transmit`](Self::poll_transmit) should be called at the
    /// latest; `None` when finished.
    pub fn poll_timeout(&self) -> Option<Instant> {
        match self.phase {
            Phase::Probing => Some(self.wake),
            Phase::Settling => Some(self.settled_at()),
            Phase::Lingering => Some(self.lingered_at()),
            Phase::Finished => None,
        }
    }

    /// Does what time alone brings about: ends a rate trial, a round, the sweep.
    pub fn handle_timeout(&mut self, now: Instant) {
        // A clock that jumped back must not make the sweep wait for as long as it jumped.
        self.last_sent = self.last_sent.min(now);
        self.first_round_sent = self.first_round_sent.map(|sent| sent.min(now));
        match self.phase {
            Phase::Probing => self.judge_trial(now),
            Phase::Settling if self.in_hand == 0 && (now >= self.settled_at() || self.is_answered()) => {
                self.end_round(now);
            }
            Phase::Lingering if now >= self.lingered_at() || self.is_answered() => {
                self.after_last_round();
            }
            _ => {}
        }
    }

    /// The next event, oldest first.
    pub fn poll_event(&mut self) -> Option<SweepEvent> {
        self.events.pop_front()
    }

    /// Whether there is nothing left to do.
    pub fn is_finished(&self) -> bool {
        self.phase == Phase::Finished
    }

    /// The order's seed.
    pub fn seed(&self) -> Seed {
        self.seed
    }

    /// The network may say that a probe could not be sent before it says that it took it.
    fn take_back_unsent(&mut self) {
        let known = self.unsent.min(self.round.sent);
        self.round.sent -= known;
        self.unsent -= known;
    }

    fn rounds(&self) -> impl Iterator<Item = &Round> {
        self.past.iter().chain([&self.round])
    }

    fn round_mut(&mut self, number: u8) -> Option<&mut Round> {
        match usize::from(number).checked_sub(1)? {
            past if past < self.past.len() => self.past.get_mut(past),
            _ => Some(&mut self.round).filter(|round| round.number == number),
        }
    }
}

/// Whether a reply says that its probe never left: this machine gave up on it, and nothing came from the network.
fn is_of_unsent(reply: &Reply) -> bool {
    let is_ours = matches!(reply.nature, Nature::Soft | Nature::Local);
    is_ours && reply.icmp.is_none() && reply.ttl.is_none() && reply.rtt.is_none()
}

/// With one port a host is asked once a round, and rounds are further apart than the gap: nothing need be remembered.
/// In a sweep of a single round the controls come in that round, and are put off by as much.
fn gap(plan: &SweepPlan, space: &Space) -> Duration {
    let comes_once = space.most_per_host() == 1 && plan.timing.floor >= plan.host_spacing;
    if comes_once { Duration::ZERO } else { plan.host_spacing }
}
