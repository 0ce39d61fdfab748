//! The state machine.

use std::collections::{HashMap, VecDeque};

use muster_model::{Endpoint, Instant, Nature, Observation, PortState};

use crate::controls::{MOST_CONTROLS, Responder, Responders};
use crate::event::{Progress, RoundSummary, Summary, SweepEvent};
use crate::ledger::{Ledger, Mark};
use crate::misses::{Bounds, LossTally, RoundTally, bounds};
use crate::network::Drops;
use crate::pacing::Pace;
use crate::permutation::Permutation;
use crate::plan::{PlanError, SweepKind, SweepPlan};
use crate::probe::{Attempt, Probe, ProbeBatch, Purpose, Reply};
use crate::random::Seed;
use crate::round::{Round, Step};
use crate::rtt::RoundTripTime;
use crate::space::Space;
use crate::spacing::HostSpacing;
use crate::trial::RateTrial;

/// How many members one call looks at, so that a round over millions of answered endpoints keeps nobody waiting.
const MOST_STEPS: u32 = 1 << 16;

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
    in_hand: u64,
    first_asked: HashMap<u64, Option<Instant>>,
    events: VecDeque<SweepEvent>,
    conflicts: u64,
    local_drops: u64,
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

/// What to send next, if anything.
enum Candidate {
    Probe(u64, Purpose),
    Later(Instant),
    Exhausted,
}

impl Sweep {
    /// A sweep of `plan` in the order that `seed` gives.
    ///
    /// # Errors
    /// If the plan has nothing to sweep, or too much.
    pub fn new(plan: SweepPlan, seed: Seed) -> Result<Self, PlanError> {
        let size = plan.endpoints()?;
        let space = Space::new(plan.targets.clone(), plan.ports.clone(), size, plan.shard, seed);
        // With one port a host is asked once a round, and rounds are further apart than the gap.
        let is_spaced = space.ports_per_host() > 1 || plan.timing.floor < plan.host_spacing;
        let gap = if is_spaced { plan.host_spacing } else { std::time::Duration::ZERO };
        Ok(Self {
            seed,
            ledger: Ledger::new(size),
            pace: Pace::new(plan.rate),
            spacing: HostSpacing::new(gap),
            rtt: RoundTripTime::default(),
            trial: RateTrial::new(plan.rate),
            responders: Responders::new(seed.derive("controls", 0)),
            round: Round::new(
                1,
                Permutation::new(space.len(), seed.derive("round", 1)),
                Vec::new(),
                plan.rate,
            ),
            past: Vec::new(),
            phase: if space.len() == 0 { Phase::Finished } else { Phase::Probing },
            wake: Instant::START,
            last_sent: Instant::START,
            in_hand: 0,
            first_asked: HashMap::new(),
            events: VecDeque::new(),
            conflicts: 0,
            local_drops: 0,
            plan,
            space,
        })
    }

    /// Adds the probes that are due at `now`, as many as `batch` has room for.
    pub fn poll_transmit(&mut self, now: Instant, batch: &mut ProbeBatch) {
        if self.phase != Phase::Probing {
            return;
        }
        self.pace.refill(now);
        let mut steps = MOST_STEPS;
        self.wake = now;
        while batch.room() > 0 {
            if !self.pace.has_token() {
                self.wake = self.pace.next();
                return;
            }
            match self.next_candidate(now, &mut steps) {
                Candidate::Probe(index, purpose) => batch_push(batch, self.prepare(now, index, purpose)),
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
        self.in_hand -= count.min(self.in_hand);
        self.round.sent += count;
        self.last_sent = now;
    }

    /// Notes what this machine lost: it slows the sweep down.
    pub fn handle_drops(&mut self, drops: Drops) {
        if !drops.is_empty() {
            self.local_drops += drops.sending + drops.receiving;
            self.pace.slow_down();
        }
    }

    /// Takes a reply in. One that belongs to no endpoint of this sweep is ignored.
    pub fn handle_reply(&mut self, now: Instant, reply: Reply) {
        let Some(index) = self.space.index(&reply.endpoint) else { return };
        if let (Nature::Answer, Some(rtt)) = (reply.nature, reply.rtt) {
            self.rtt.sample(rtt);
        }
        match (reply.attempt.purpose, reply.nature) {
            (Purpose::Control, Nature::Answer) => self.handle_control(now, index, &reply),
            (Purpose::Control, _) | (_, Nature::Silence) => {}
            (Purpose::Target, nature) => self.handle_target(now, index, nature, &reply),
        }
    }

    /// When [`handle_timeout`](Self::handle_timeout) or [`poll_transmit`](Self::poll_transmit) should be called at the
    /// latest; `None` when finished.
    pub fn poll_timeout(&self) -> Option<Instant> {
        match self.phase {
            Phase::Probing => Some(self.wake),
            Phase::Settling => Some(self.settled_at()),
            Phase::Lingering => Some(self.last_sent + self.plan.timing.patience),
            Phase::Finished => None,
        }
    }

    /// Does what time alone brings about: ends a rate trial, a round, the sweep.
    pub fn handle_timeout(&mut self, now: Instant) {
        match self.phase {
            Phase::Probing => self.judge_trial(now),
            Phase::Settling if self.in_hand == 0 && (now >= self.settled_at() || self.is_answered()) => {
                self.end_round(now);
            }
            Phase::Lingering if now >= self.last_sent + self.plan.timing.patience || self.is_answered() => {
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

    /// The endpoints that did not answer themselves, with their marks, in the order of addresses and ports.
    pub fn unanswered(&self) -> impl Iterator<Item = (Endpoint, Mark)> {
        let mut members: Vec<u64> = Vec::new();
        let mut whole = 0..0;
        if self.space.len() == self.space.size() {
            whole = 0..self.space.size();
        } else {
            members = (0..self.space.len()).map(|number| self.space.member(number)).collect();
            members.sort_unstable();
        }
        let marked = whole.chain(members).map(|index| (index, self.ledger.mark(index)));
        marked
            .filter(|(_, mark)| *mark != Mark::Answered)
            .map(|(index, mark)| (self.space.endpoint(index), mark))
    }

    /// The order's seed.
    pub fn seed(&self) -> Seed {
        self.seed
    }

    /// How far the sweep has come.
    pub fn progress(&self) -> Progress {
        let first_again = if self.round.number == 1 { self.silent() } else { 0 };
        let left = (self.round.left() + first_again) as f64 / self.pace.cap();
        Progress {
            round: self.round.number,
            of_round: self.round.progress(),
            sent: self.sent(),
            answered: self.ledger.count(Mark::Answered),
            endpoints: self.space.len(),
            left: std::time::Duration::from_secs_f64(left.min(1e9)),
            bounds: (self.round.number > 1).then(|| self.bounds()),
        }
    }

    /// The sweep in numbers, so far or at its end.
    pub fn summary(&self) -> Summary {
        let not_tried = if self.round.number == 1 { self.round.left() } else { 0 };
        let silent = self.silent();
        Summary {
            rounds: self.rounds().map(summary_of_round).collect(),
            endpoints: self.space.len(),
            answered: self.ledger.count(Mark::Answered),
            soft: self.ledger.count(Mark::Soft),
            withheld: self.ledger.count(Mark::Withheld),
            silent: silent - not_tried.min(silent),
            not_tried,
            sent: self.sent(),
            open_controls: self.controls_of(PortState::Open),
            closed_controls: self.controls_of(PortState::Closed),
            conflicts: self.conflicts,
            local_drops: self.local_drops,
            rate: self.pace.cap(),
            blocked_since: self.round.controls.silent_since(),
            bounds: self.bounds(),
            rtt: self.rtt.smoothed().map(|smoothed| (smoothed, self.rtt.variation())),
        }
    }

    fn next_candidate(&mut self, now: Instant, steps: &mut u32) -> Candidate {
        if let Some((index, purpose)) = self.spacing.take_ready(now) {
            return Candidate::Probe(index, purpose);
        }
        if self.spacing.is_full() {
            return Candidate::Later(self.spacing.next_ready().unwrap_or(now));
        }
        while *steps > 0 {
            *steps -= 1;
            match self.round.step() {
                Step::Control(index) => return Candidate::Probe(index, Purpose::Control),
                Step::End => return self.spacing.next_ready().map_or(Candidate::Exhausted, Candidate::Later),
                Step::Member(number) => {
                    let index = self.space.member(number);
                    if self.is_wanted(index) {
                        return Candidate::Probe(index, Purpose::Target);
                    }
                }
            }
        }
        Candidate::Later(now)
    }

    /// A probe that may go out now, with everything noted that follows from sending it.
    fn prepare(&mut self, now: Instant, index: u64, purpose: Purpose) -> Option<Probe> {
        if purpose == Purpose::Target && (!self.is_wanted(index) || self.is_timed_out(now, index)) {
            return None;
        }
        if let Err(ready) = self.spacing.ask(self.space.host(index), now) {
            self.spacing.defer(ready, index, purpose);
            return None;
        }
        if purpose == Purpose::Control {
            self.round.controls.record_sent(index, self.pace.cap(), now);
        }
        self.pace.spend();
        self.in_hand += 1;
        let expires = now + self.rtt.timeout(&self.plan.timing).max(self.plan.timing.patience);
        let attempt = Attempt { round: self.round.number, purpose };
        Some(Probe { endpoint: self.space.endpoint(index), attempt, expires })
    }

    fn is_wanted(&self, index: u64) -> bool {
        match self.ledger.mark(index) {
            Mark::Silent => true,
            // An error may pass: whoever sent one is asked at least twice, and not for ever.
            Mark::Soft => self.round.number == 2,
            Mark::Answered | Mark::Withheld => false,
        }
    }

    /// Whether the host's time is up; then the endpoint is withheld.
    fn is_timed_out(&mut self, now: Instant, index: u64) -> bool {
        let Some(limit) = self.plan.host_timeout else { return false };
        let first = self.first_asked.entry(self.space.host(index)).or_insert(Some(now));
        let is_over = first.is_none_or(|first| now.since(first) >= limit);
        if is_over {
            self.ledger.set(index, Mark::Withheld);
            if first.take().is_some() {
                self.events.push_back(SweepEvent::HostTimedOut(self.space.endpoint(index).address));
            }
        }
        is_over
    }

    fn handle_target(&mut self, now: Instant, index: u64, nature: Nature, reply: &Reply) {
        let mark = match (nature, self.ledger.mark(index)) {
            (Nature::Answer, Mark::Silent | Mark::Soft) => Mark::Answered,
            (Nature::Soft, Mark::Silent) => Mark::Soft,
            (Nature::Local, Mark::Silent) => Mark::Withheld,
            _ => return,
        };
        self.ledger.set(index, mark);
        self.observe(now, reply);
        if mark == Mark::Answered {
            self.count_found(reply.attempt.round);
            self.responders.offer(Responder { index, state: reply.state });
            if self.plan.kind == SweepKind::Discovery {
                self.withhold_siblings(index);
            }
        }
    }

    fn handle_control(&mut self, now: Instant, index: u64, reply: &Reply) {
        let Some(round) = self.round_mut(reply.attempt.round) else { return };
        let Some(before) = round.controls.record_answer(index) else { return };
        if before != reply.state {
            self.conflicts += 1;
            if reply.state == PortState::Open {
                self.observe(now, reply);
            }
        }
    }

    fn observe(&mut self, now: Instant, reply: &Reply) {
        self.events.push_back(SweepEvent::Observed(Observation {
            endpoint: reply.endpoint,
            state: reply.state,
            reason: reply.reason,
            icmp: reply.icmp,
            ttl: reply.ttl,
            rtt: reply.rtt,
            round: reply.attempt.round,
            at: now,
        }));
    }

    fn count_found(&mut self, round: u8) {
        if let Some(round) = self.round_mut(round) {
            round.found += 1;
        }
    }

    /// In discovery one sign of life is enough.
    fn withhold_siblings(&mut self, index: u64) {
        for sibling in self.space.siblings(index) {
            if matches!(self.ledger.mark(sibling), Mark::Silent | Mark::Soft) {
                self.ledger.set(sibling, Mark::Withheld);
            }
        }
    }

    fn end_round(&mut self, now: Instant) {
        if self.plan.rounds.most == 1 && self.add_controls() {
            return;
        }
        self.judge_trial(now);
        self.events.push_back(SweepEvent::RoundEnded(summary_of_round(&self.round)));
        if self.wants_another_round() {
            self.begin_round();
        } else {
            self.phase = Phase::Lingering;
            if self.is_answered() {
                self.phase = Phase::Finished;
            }
        }
    }

    /// Late answers may have changed what the last round's end showed.
    fn after_last_round(&mut self) {
        if self.wants_another_round() {
            self.begin_round();
        } else {
            self.phase = Phase::Finished;
        }
    }

    /// A sweep of one round has its controls after the round; whether there are any to wait for.
    fn add_controls(&mut self) -> bool {
        if self.round.controls.planned() > 0 || self.silent() == 0 {
            return false;
        }
        let drawn = self.responders.draw(|index| self.space.host(index));
        let is_worth_it = !drawn.is_empty();
        if is_worth_it {
            self.round.add_controls(drawn);
            self.phase = Phase::Probing;
        }
        is_worth_it
    }

    fn begin_round(&mut self) {
        let number = self.round.number + 1;
        let drawn = if self.silent() == 0 {
            Vec::new()
        } else {
            self.responders.draw(|index| self.space.host(index))
        };
        debug_assert!(drawn.len() as u64 <= MOST_CONTROLS);
        let usual = self.trial.usual();
        let rate = self.trial.begin_round(self.at_rate(usual), drawn.len() as u64);
        self.pace.set_cap(rate);
        let order = Permutation::new(self.space.len(), self.seed.derive("round", u64::from(number)));
        let round = Round::new(number, order, drawn, rate);
        self.past.push(std::mem::replace(&mut self.round, round));
        self.phase = Phase::Probing;
        self.wake = Instant::START;
    }

    /// Ends a rate trial when its window is over and its last control has had its time.
    fn judge_trial(&mut self, now: Instant) {
        let Some(window) = self.trial.window(self.round.controls.planned()) else { return };
        let settled = self.round.controls.last_sent().is_some_and(|sent| now >= sent + self.timeout());
        let is_over = self.round.controls.sent() >= window;
        if !is_over || !(settled || self.phase == Phase::Settling) {
            return;
        }
        let at_usual = self.at_rate(self.trial.usual());
        let rate = self.trial.judge(self.at_rate(self.pace.cap()), at_usual);
        self.pace.set_cap(rate);
        if self.phase == Phase::Probing {
            self.round.note_rate(rate);
        }
    }

    fn wants_another_round(&self) -> bool {
        let limits = &self.plan.rounds;
        let done = self.round.number;
        let waiting = self.silent() + if done == 1 { self.ledger.count(Mark::Soft) } else { 0 };
        if waiting == 0 || done >= limits.most {
            return false;
        }
        if done < limits.least {
            return true;
        }
        let bounds = self.bounds();
        match limits.max_missed {
            None => true,
            // With no responder at all the loss cannot be measured, and further rounds would show no more.
            Some(_) if bounds.found == 0 => false,
            Some(most) => bounds.found_last > 0 || bounds.expected >= most,
        }
    }

    /// Whether no answer can be missing: then nothing need be waited for.
    fn is_answered(&self) -> bool {
        let soft = if self.round.number <= 2 { self.ledger.count(Mark::Soft) } else { 0 };
        self.silent() == 0 && soft == 0 && self.round.controls.all_answered()
    }

    fn settled_at(&self) -> Instant {
        self.last_sent + self.timeout()
    }

    fn timeout(&self) -> std::time::Duration {
        self.rtt.timeout(&self.plan.timing)
    }

    /// Members of this shard from which nothing came.
    fn silent(&self) -> u64 {
        let others = [Mark::Answered, Mark::Soft, Mark::Withheld].map(|mark| self.ledger.count(mark));
        self.space.len() - others.iter().sum::<u64>()
    }

    fn bounds(&self) -> Bounds {
        let tallies: Vec<RoundTally> = self.rounds().map(Round::tally).collect();
        bounds(&tallies, self.plan.rounds.most, self.silent())
    }

    fn sent(&self) -> u64 {
        self.rounds().map(|round| round.sent).sum()
    }

    fn at_rate(&self, rate: f64) -> LossTally {
        sum(self.rounds().map(|round| round.at_rate(rate)))
    }

    fn controls_of(&self, state: PortState) -> LossTally {
        sum(self.rounds().map(|round| round.controls.of_state(state)))
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

fn batch_push(batch: &mut ProbeBatch, probe: Option<Probe>) {
    if let Some(probe) = probe {
        batch.push(probe);
    }
}

fn sum(tallies: impl Iterator<Item = LossTally>) -> LossTally {
    tallies.fold(LossTally::default(), |sum, tally| LossTally {
        sent: sum.sent + tally.sent,
        silent: sum.silent + tally.silent,
    })
}

fn summary_of_round(round: &Round) -> RoundSummary {
    let controls = sum(round.tally().by_rate.iter().map(|&(_, tally)| tally));
    RoundSummary { number: round.number, sent: round.sent, found: round.found, controls }
}
