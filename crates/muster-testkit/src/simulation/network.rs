//! The simulated network itself.

use std::collections::HashMap;
use std::time::Duration;

use muster_engine::{Drops, Network, NetworkError, Probe, ProbeKind, Reply, Seed};
use muster_model::{Endpoint, Instant};

use super::answer::{Answer, Said};
use super::flight::Flight;
use super::model::{Behaviour, Host, NetworkModel, SynProxy};

/// A clock tick: like a real poll, the network wakes at most a thousand times a second.
const TICK: Duration = Duration::from_millis(1);

/// A [`Network`] over a [`NetworkModel`].
#[derive(Debug)]
pub struct SimulatedNetwork {
    model: NetworkModel,
    seed: Seed,
    draws: u64,
    now: Instant,
    flight: Flight,
    resets: Bucket,
    errors: Bucket,
    line: Bucket,
    asked: HashMap<Endpoint, u8>,
    log: Option<Vec<(Instant, Probe)>>,
    sent: u64,
}

/// Passes `rate` a second with a tenth of a second's worth at once.
#[derive(Debug)]
struct Bucket {
    tokens: f64,
    at: Instant,
}

impl Bucket {
    fn passes(&mut self, rate: Option<f64>, now: Instant) -> bool {
        let Some(rate) = rate else { return true };
        let gained = now.since(self.at).as_secs_f64() * rate;
        self.tokens = (self.tokens + gained).min((rate / 10.0).max(1.0));
        self.at = now;
        let passes = self.tokens >= 1.0;
        self.tokens -= if passes { 1.0 } else { 0.0 };
        passes
    }
}

impl SimulatedNetwork {
    /// A network that behaves as `model` says, by the chances that `seed` draws.
    pub fn new(model: NetworkModel, seed: Seed) -> Self {
        let bucket = || Bucket { tokens: 1.0, at: Instant::START };
        Self {
            flight: Flight::new(model.room),
            model,
            seed,
            draws: 0,
            now: Instant::START,
            resets: bucket(),
            errors: bucket(),
            line: bucket(),
            asked: HashMap::new(),
            log: None,
            sent: 0,
        }
    }

    /// Keeps every probe with its time, for tests of order and pace.
    pub fn with_log(mut self) -> Self {
        self.log = Some(Vec::new());
        self
    }

    /// Every probe sent, if the network keeps a log.
    pub fn log(&self) -> &[(Instant, Probe)] {
        self.log.as_deref().unwrap_or_default()
    }

    /// Number of probes sent.
    pub fn sent(&self) -> u64 {
        self.sent
    }

    /// Number of hosts that ever answer.
    pub fn responders(&self) -> usize {
        self.model.hosts.iter().filter(|host| host.is_responder()).count()
    }

    /// Makes the clock jump, forwards or backwards, while no time passes.
    pub fn jump(&mut self, to: Instant) {
        self.flight.jump(self.now, to);
        self.resets.at = to;
        self.errors.at = to;
        self.line.at = to;
        self.now = to;
    }

    /// Lets time pass while nobody looks: a stalled machine.
    pub fn stall(&mut self, length: Duration) {
        self.now = self.now + length;
    }

    fn chance(&mut self) -> f64 {
        self.draws += 1;
        (self.seed.derive("chance", self.draws) >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// The answer to a probe and when it will be there, if it and the probe come through.
    fn pass(&mut self, probe: &Probe) -> Option<(Instant, Reply)> {
        let is_proxied = probe.kind == ProbeKind::Syn
            && self
                .model
                .proxy
                .as_ref()
                .is_some_and(|proxy| proxy.addresses.contains(probe.endpoint.address));
        let (host, answer) = if is_proxied {
            self.model.proxy.as_ref().map(SynProxy::answer)?
        } else {
            let rank = self.model.addresses.rank(probe.endpoint.address)?;
            let host = self.model.hosts[rank as usize];
            let said = self.said(&host, probe);
            (host, Answer::of(&host, said, probe)?)
        };
        if self.is_lost(&host, &answer) {
            return None;
        }
        let jitter = self.model.jitter.mul_f64(self.chance());
        let rtt = self.model.delay + host.delay + jitter;
        Some((self.now + rtt, answer.reply(probe, rtt)))
    }

    /// What the host's ports have to say now.
    fn said(&mut self, host: &Host, probe: &Probe) -> Option<Said> {
        match host.behaviour {
            Behaviour::Open => Some(Said::Open),
            Behaviour::Closed => Some(Said::Closed),
            Behaviour::Rejected(icmp) => Some(Said::Rejected(icmp)),
            Behaviour::Silent => None,
            Behaviour::OpensAfter(times) => {
                Some(if self.asked(probe) > times { Said::Open } else { Said::Closed })
            }
            Behaviour::AnswersAfter(times) => (self.asked(probe) > times).then_some(Said::Open),
            Behaviour::Until(end) => (self.now.since_start() < end).then_some(Said::Open),
        }
    }

    /// How often the probe's endpoint has been asked, this time included.
    fn asked(&mut self, probe: &Probe) -> u8 {
        let asked = self.asked.entry(probe.endpoint).or_default();
        *asked = asked.saturating_add(1);
        *asked
    }

    fn is_lost(&mut self, host: &Host, answer: &Answer) -> bool {
        let survives = (1.0 - self.model.loss) * (1.0 - host.loss);
        let in_burst = self.model.burst.is_some_and(|burst| burst.covers(self.now.since_start(), self.seed));
        let is_limited = answer.is_reset() && !self.resets.passes(self.model.resets_per_second, self.now)
            || answer.is_error() && !self.errors.passes(self.model.errors_per_second, self.now);
        let is_lost = survives < 1.0 && self.chance() >= survives;
        is_lost || in_burst || is_limited
    }
}

impl Network for SimulatedNetwork {
    fn now(&self) -> Instant {
        self.now
    }

    fn room(&self) -> usize {
        self.flight.room()
    }

    fn send(&mut self, probes: &[Probe]) -> Result<usize, NetworkError> {
        let count = probes.len().min(self.room());
        for probe in &probes[..count] {
            self.sent += 1;
            if let Some(log) = &mut self.log {
                log.push((self.now, *probe));
            }
            let passes = self.line.passes(self.model.capacity, self.now);
            let reply = if passes { self.pass(probe) } else { None };
            self.flight.add(probe.expires, reply);
        }
        Ok(count)
    }

    fn receive(&mut self, until: Instant, replies: &mut Vec<Reply>) -> Result<Drops, NetworkError> {
        let wake = until.min(self.flight.next().max(self.now + TICK));
        self.now = self.now.max(wake);
        let before = replies.len();
        self.flight.land(self.now, replies);
        let most = before.saturating_add(self.model.ring);
        let receiving = replies.len().saturating_sub(most) as u64;
        replies.truncate(most);
        Ok(Drops { sending: 0, receiving })
    }
}
