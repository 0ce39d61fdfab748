//! One conversation with an open port, without the socket.
//!
//! ```text
//! Connecting -> Listening -> Waiting -> Reading -> Over     the service waited for our request
//!     ^                  \-> Greeting ----------> Over     it spoke first: nothing is sent
//!     \------------------------ Again <-/                   it is still not clear who answers: the next request
//! ```
//!
//! Most conversations are one connection. A second one is made where the first request led to nothing and the [`plan`] has
//! another. Every stage has a time of its own and all of them end by the total. An answer that says where it ends (HTTP, TLS,
//! clamd's line) is cut there, so that what is learnt does not depend on how the bytes were cut into segments. Whoever
//! drives a dialogue asks it after every call for what to send and when to wake it, and closes the connection when it
//! is over.

mod plan;
mod turn;

use std::time::Duration;

use muster_catalog::{Catalog, Product};
use muster_model::{Conversation, Endpoint, Exchange, Instant, Protocol, Request, Service};

use self::plan::{Plan, Step};
use self::turn::{Progress, Turn};
use crate::Limits;
use crate::approach::{Approach, approach_within};
use crate::identity;
use crate::learn::Heard;

/// A conversation: bytes and times in, bytes and a [`Service`] out.
#[derive(Debug)]
pub struct Dialogue<'c> {
    products: &'c [Product],
    endpoint: Endpoint,
    limits: Limits,
    plan: Plan,
    /// What the connection is for, beyond listening.
    step: Option<Step>,
    /// Whether there was anything to ask at all.
    is_to_ask: bool,
    stage: Stage,
    /// It is over by then, whatever happens.
    latest: Instant,
    unsent: Option<Vec<u8>>,
    turn: Turn,
    /// The connections before, in order.
    before: Vec<Turn>,
}

/// Where a conversation is, and until when it stays there if nothing happens.
#[derive(Clone, Copy, Debug)]
enum Stage {
    /// The connection is being made.
    Connecting(Instant),
    /// It stands, and nobody has said anything.
    Listening(Instant),
    /// The service spoke first and may go on.
    Greeting(Instant),
    /// We asked.
    Waiting(Instant),
    /// The answer is coming.
    Reading(Instant),
    /// The connection is to be closed and another to be made; so much time is left then.
    Again(Duration),
    /// Nothing more is sent or heard.
    Over(Conversation),
}

impl<'c> Dialogue<'c> {
    /// A conversation that begins now, with connecting. Where nothing may be asked it is over at once, and nobody need
    /// connect.
    pub fn new(catalog: &'c Catalog, endpoint: Endpoint, limits: Limits, now: Instant) -> Self {
        Self::among(catalog.products(), endpoint, limits, now)
    }

    /// The same with products given one by one.
    pub(crate) fn among(products: &'c [Product], endpoint: Endpoint, limits: Limits, now: Instant) -> Self {
        let approach = approach_within(products, &endpoint, &limits);
        let stage = match approach {
            Approach::Leave => Stage::Over(Conversation::NotAsked),
            Approach::Talk(_) => Stage::Connecting(now + limits.connect),
        };
        let mut plan = Plan::of(&approach, endpoint.protocol, limits.depth);
        let step = plan.first();
        Self {
            products,
            endpoint,
            limits,
            step,
            is_to_ask: step.is_some(),
            plan,
            stage,
            latest: now + limits.total,
            unsent: None,
            turn: Turn::default(),
            before: Vec::new(),
        }
    }

    /// Whether the connection is to be closed and another to be made, whenever there is room for it: until
    /// [`reconnect`](Self::reconnect) no time passes.
    pub fn wants_connection(&self) -> bool {
        matches!(self.stage, Stage::Again(_))
    }

    /// The connection that was wanted begins to be made.
    pub fn reconnect(&mut self, now: Instant) {
        if let Stage::Again(left) = self.stage {
            self.latest = now + left;
            self.stage = Stage::Connecting(now + self.limits.connect);
        }
    }

    /// The connection could not begin to be made: it is wanted again.
    pub fn postpone(&mut self, now: Instant) {
        if let Stage::Connecting(_) = self.stage {
            self.stage = Stage::Again(self.latest.since(now));
        }
    }

    /// The connection stands.
    pub fn handle_connected(&mut self, now: Instant) {
        if let Stage::Connecting(_) = self.stage {
            // Whoever speaks first did so over the first connection; over UDP nobody does.
            let may_speak_first = self.before.is_empty() && self.endpoint.protocol == Protocol::Tcp;
            match may_speak_first {
                true => self.stage = Stage::Listening(now + self.limits.greeting),
                false => self.ask(now),
            }
        }
    }

    /// Bytes to send now. Each is handed out once.
    pub fn poll_transmit(&mut self) -> Option<Vec<u8>> {
        let unsent = self.unsent.take()?;
        if self.limits.keeps_words {
            self.turn.sent.add(&unsent);
        }
        Some(unsent)
    }

    /// The service said something.
    pub fn handle_bytes(&mut self, now: Instant, bytes: &[u8]) {
        self.handle_connected(now);
        if bytes.is_empty() {
            return;
        }
        match self.stage {
            Stage::Connecting(_) | Stage::Again(_) | Stage::Over(_) => {}
            Stage::Listening(_) | Stage::Greeting(_) => {
                self.turn.is_greeting = true;
                let is_all = self.turn.hear(&self.endpoint, bytes, self.limits.bytes);
                self.stage = Stage::Greeting(now + self.pause());
                self.end_unless(is_all, now);
            }
            Stage::Waiting(_) | Stage::Reading(_) => {
                let is_all = self.turn.hear(&self.endpoint, bytes, self.limits.bytes);
                self.read_answer(now);
                self.end_unless(is_all, now);
            }
        }
    }

    /// The connection ended or never came about, or the run is being stopped.
    pub fn handle_end(&mut self, now: Instant, end: Conversation) {
        self.finish(now, end);
    }

    /// When to call [`handle_timeout`](Self::handle_timeout) at the latest; `None` only when it is over or
    /// [wants a connection](Self::wants_connection).
    pub fn poll_timeout(&self) -> Option<Instant> {
        match self.stage {
            Stage::Over(_) | Stage::Again(_) => None,
            Stage::Connecting(until)
            | Stage::Listening(until)
            | Stage::Greeting(until)
            | Stage::Waiting(until)
            | Stage::Reading(until) => Some(until.min(self.latest)),
        }
    }

    /// Time has passed.
    pub fn handle_timeout(&mut self, now: Instant) {
        if self.poll_timeout().is_none_or(|until| now < until) {
            return;
        }
        match self.stage {
            Stage::Connecting(_) => self.finish(now, Conversation::NotConnected),
            _ if now >= self.latest => self.finish(now, Conversation::TimedOut),
            Stage::Listening(_) if self.step.is_some() => self.ask(now),
            Stage::Greeting(_) => self.finish(now, Conversation::Satisfied),
            Stage::Reading(_) if self.turn.progress == Progress::Open => {
                self.finish(now, Conversation::Satisfied);
            }
            _ => self.finish(now, Conversation::TimedOut),
        }
    }

    /// Whether nothing more will be sent or heard.
    pub fn is_over(&self) -> bool {
        matches!(self.stage, Stage::Over(_))
    }

    /// What was learnt. A conversation that is not over counts as stopped.
    pub fn into_service(mut self) -> Service {
        let end = match self.stage {
            Stage::Over(end) => end,
            _ => Conversation::Stopped,
        };
        self.turn.end = Some(end);
        let (asked, exchanges) = (self.asked(), self.exchanges());
        let turn = self.telling();
        let end = turn.end.filter(|_| end != Conversation::Stopped).unwrap_or(end);
        let answer = turn.answer();
        let is_silence = end == Conversation::TimedOut && (turn.asked.is_some() || !self.is_to_ask);
        let (identity, tells) = identity::identify(self.products, &self.endpoint, &answer, is_silence);
        let speech = answer.speech();
        let mut told = answer.told(&self.endpoint);
        told.extend(tells);
        Service { endpoint: self.endpoint, identity, speech, asked, told, end, exchanges }
    }

    /// What was heard, part by part, for somebody to learn from; `None` if nothing was.
    pub fn heard(&self) -> Option<Heard> {
        let answer = self.telling().answer();
        (!answer.bytes.is_empty()).then(|| Heard::of(self.endpoint, &answer))
    }

    /// The connection that tells most; of equals the last. Where nobody said anything, the first: it was for what the port
    /// suggests.
    fn telling(&self) -> &Turn {
        let turns = self.before.iter().chain([&self.turn]);
        let told = turns.clone().filter(|turn| rank(turn) > 0).max_by_key(|turn| rank(turn));
        told.or(turns.into_iter().next()).unwrap_or(&self.turn)
    }

    /// What was asked over all connections, each once.
    fn asked(&self) -> Vec<Request> {
        let mut asked: Vec<Request> =
            self.before.iter().chain([&self.turn]).filter_map(|turn| turn.asked).collect();
        asked.dedup();
        asked
    }

    /// What was sent and came over all connections over which anything did, if it was to be kept.
    fn exchanges(&self) -> Vec<Exchange> {
        let turns = self.before.iter().chain([&self.turn]).filter(|_| self.limits.keeps_words);
        let exchanges = turns.map(|turn| turn.exchange(&self.endpoint));
        exchanges.filter(|it| !it.sent.is_nothing() || !it.heard.is_nothing()).collect()
    }

    fn ask(&mut self, now: Instant) {
        if let Some(step) = self.step {
            self.unsent = Some(self.turn.ask(step, &self.endpoint, self.limits.community.as_ref()));
            self.stage = Stage::Waiting(now + self.limits.answer);
        }
    }

    fn read_answer(&mut self, now: Instant) {
        self.turn.read();
        if let Some(bytes) = self.turn.take_unsent() {
            self.unsent.get_or_insert_default().extend(bytes);
        }
        let patience = match self.turn.progress {
            Progress::Complete => return self.finish(now, Conversation::Satisfied),
            Progress::Partial => self.limits.answer,
            Progress::Open => self.pause(),
        };
        self.stage = Stage::Reading(now + patience);
    }

    fn end_unless(&mut self, is_all: bool, now: Instant) {
        if !is_all {
            self.finish(now, Conversation::TooLong);
        }
    }

    /// How long to wait for more of something that does not say where it ends: a whole line is probably all.
    fn pause(&self) -> Duration {
        match self.turn.heard.last() {
            Some(b'\n') => self.limits.greeting.min(BETWEEN_LINES),
            _ => self.limits.greeting,
        }
    }

    /// Ends the connection: goes on to the next step, or is over.
    fn finish(&mut self, now: Instant, end: Conversation) {
        if self.is_over() {
            return;
        }
        self.turn.end = Some(end);
        let may_go_on = self.turn.asked.is_some() && end != Conversation::Stopped && now < self.latest;
        self.step = if may_go_on { self.plan.next_after(&self.turn) } else { None };
        self.stage = match self.step {
            Some(_) => Stage::Again(self.latest.since(now)),
            None => Stage::Over(end),
        };
        // A session says goodbye; nothing else is left to be said.
        if self.step.is_some() || end != Conversation::Satisfied {
            self.unsent = None;
        }
        if self.step.is_some() {
            self.before.push(std::mem::take(&mut self.turn));
        }
    }
}

/// How much the answer over a connection tells.
fn rank(turn: &Turn) -> u8 {
    match turn.answer() {
        answer if answer.has_certificate() => 4,
        answer if answer.speech().is_some() && !answer.is_unclear() => 3,
        answer if answer.speech().is_some() => 2,
        answer if !answer.bytes.is_empty() => 1,
        _ => 0,
    }
}

/// After a whole line. Programs write the lines of a greeting in one go; a network adds some milliseconds between them.
const BETWEEN_LINES: Duration = Duration::from_millis(250);

#[cfg(test)]
mod tests;
