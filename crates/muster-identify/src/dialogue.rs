//! One conversation with an open port, without the socket.
//!
//! ```text
//! Connecting -> Listening -> Waiting -> Reading -> Over     the service waited for our request
//!                        \-> Greeting ----------> Over     it spoke first: nothing is sent
//! ```
//!
//! Every stage has a time of its own and all of them end by the total. An answer that says where it ends (HTTP, TLS,
//! clamd's line) is cut there, so that what is learnt does not depend on how the bytes were cut into segments. Whoever
//! drives a dialogue asks it after every call for what to send and when to wake it, and closes the connection when it
//! is over.

use std::time::Duration;

use muster_catalog::{Catalog, Product};
use muster_model::{Conversation, Endpoint, Instant, Request, Service};

use crate::Limits;
use crate::answer::Answer;
use crate::approach::{Approach, approach_among};
use crate::identity;
use crate::service::{self, Reader};

/// A conversation: bytes and times in, bytes and a [`Service`] out.
#[derive(Debug)]
pub struct Dialogue<'c> {
    products: &'c [Product],
    endpoint: Endpoint,
    limits: Limits,
    approach: Approach,
    stage: Stage,
    /// It is over by then, whatever happens.
    latest: Instant,
    unsent: Option<Vec<u8>>,
    asked: Option<Request>,
    is_greeting: bool,
    heard: Vec<u8>,
    reader: Reader,
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
        let approach = approach_among(products, &endpoint);
        let stage = match approach {
            Approach::Leave => Stage::Over(Conversation::NotAsked),
            Approach::Listen | Approach::Ask(_) => Stage::Connecting(now + limits.connect),
        };
        Self {
            products,
            endpoint,
            limits,
            approach,
            stage,
            latest: now + limits.total,
            unsent: None,
            asked: None,
            is_greeting: false,
            heard: Vec::new(),
            reader: Reader::default(),
        }
    }

    /// The connection stands.
    pub fn handle_connected(&mut self, now: Instant) {
        if let Stage::Connecting(_) = self.stage {
            self.stage = Stage::Listening(now + self.limits.greeting);
        }
    }

    /// Bytes to send now. Each is handed out once.
    pub fn poll_transmit(&mut self) -> Option<Vec<u8>> {
        self.unsent.take()
    }

    /// The service said something.
    pub fn handle_bytes(&mut self, now: Instant, bytes: &[u8]) {
        self.handle_connected(now);
        match self.stage {
            _ if bytes.is_empty() => {}
            Stage::Connecting(_) | Stage::Over(_) => {}
            Stage::Listening(_) | Stage::Greeting(_) => {
                self.is_greeting = true;
                let is_all = self.hear(bytes);
                self.stage = Stage::Greeting(now + self.pause());
                self.end_unless(is_all);
            }
            Stage::Waiting(_) | Stage::Reading(_) => {
                let is_all = self.hear(bytes);
                self.read_answer(now);
                self.end_unless(is_all);
            }
        }
    }

    /// The connection ended or never came about, or the run is being stopped.
    pub fn handle_end(&mut self, _now: Instant, end: Conversation) {
        self.finish(end);
    }

    /// When to call [`handle_timeout`](Self::handle_timeout) at the latest; `None` only when it is over.
    pub fn poll_timeout(&self) -> Option<Instant> {
        match self.stage {
            Stage::Over(_) => None,
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
        match (self.stage, self.approach) {
            (Stage::Connecting(_), _) => self.finish(Conversation::NotConnected),
            _ if now >= self.latest => self.finish(Conversation::TimedOut),
            (Stage::Listening(_), Approach::Ask(request)) => self.ask(now, request),
            (Stage::Greeting(_), _) => self.finish(Conversation::Satisfied),
            (Stage::Reading(_), _) if !self.reader.awaits_more() => self.finish(Conversation::Satisfied),
            _ => self.finish(Conversation::TimedOut),
        }
    }

    /// Whether nothing more will be sent or heard.
    pub fn is_over(&self) -> bool {
        matches!(self.stage, Stage::Over(_))
    }

    /// What was learnt. A conversation that is not over counts as stopped.
    pub fn into_service(self) -> Service {
        let end = match self.stage {
            Stage::Over(end) => end,
            _ => Conversation::Stopped,
        };
        let answer = Answer::read(&self.heard, self.asked, self.is_greeting);
        let is_silence = end == Conversation::TimedOut && self.had_its_chance();
        let (identity, tells) = identity::identify(self.products, &self.endpoint, &answer, is_silence);
        let speech = answer.speech();
        let mut told = answer.told();
        told.extend(tells);
        let asked = self.asked.into_iter().collect();
        Service { endpoint: self.endpoint, identity, speech, asked, told, end }
    }

    /// Whether everything that was to be asked was asked, so that silence means something.
    fn had_its_chance(&self) -> bool {
        match self.approach {
            Approach::Leave => false,
            Approach::Listen => true,
            Approach::Ask(_) => self.asked.is_some(),
        }
    }

    fn ask(&mut self, now: Instant, request: Request) {
        self.unsent = Some(service::request(request, &self.endpoint));
        self.asked = Some(request);
        self.stage = Stage::Waiting(now + self.limits.answer);
    }

    /// Keeps what there is room for; whether that was all.
    fn hear(&mut self, bytes: &[u8]) -> bool {
        let room = self.limits.bytes.saturating_sub(self.heard.len());
        self.heard.extend_from_slice(&bytes[..bytes.len().min(room)]);
        bytes.len() <= room
    }

    fn read_answer(&mut self, now: Instant) {
        if let Some(end) = self.reader.end(&self.heard, self.asked) {
            self.heard.truncate(end);
            return self.finish(Conversation::Satisfied);
        }
        let patience = if self.reader.awaits_more() { self.limits.answer } else { self.pause() };
        self.stage = Stage::Reading(now + patience);
    }

    fn end_unless(&mut self, is_all: bool) {
        if !is_all {
            self.finish(Conversation::TooLong);
        }
    }

    /// How long to wait for more of something that does not say where it ends: a whole line is probably all.
    fn pause(&self) -> Duration {
        match self.heard.last() {
            Some(b'\n') => self.limits.greeting.min(BETWEEN_LINES),
            _ => self.limits.greeting,
        }
    }

    fn finish(&mut self, end: Conversation) {
        if !self.is_over() {
            self.unsent = None;
            self.stage = Stage::Over(end);
        }
    }
}

/// After a whole line. Programs write the lines of a greeting in one go; a network adds some milliseconds between them.
const BETWEEN_LINES: Duration = Duration::from_millis(250);

#[cfg(test)]
mod tests;
