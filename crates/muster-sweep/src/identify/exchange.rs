//! The loop: begins conversations, gives each its turn, and tells the sink.

use std::collections::HashMap;
use std::io;
use std::time::Duration;

use mio::{Events, Poll};
use muster_engine::NetworkError;
use muster_identify::Dialogue;
use muster_model::{Conversation, Endpoint, Instant, Service};
use muster_platform::connecting::ConnectError;
use muster_platform::{Descriptors, raise_descriptors};

use crate::drive::Flow;

use super::agenda::{Agenda, Errand};
use super::talks::Talks;
use super::{Identification, Identified, IdentifySink};

/// A run under way.
#[derive(Debug)]
pub(super) struct Exchange<'a> {
    identification: &'a Identification<'a>,
    poll: Poll,
    events: Events,
    started: std::time::Instant,
    agenda: Agenda,
    talks: Talks<'a>,
    /// Those that want another connection, for which their errand waits.
    pausing: HashMap<Endpoint, Dialogue<'a>>,
    /// Those that are over, in the order in which they ended.
    services: Vec<Service>,
    /// So many of them the sink has seen.
    told: usize,
    total: usize,
    most: usize,
    descriptors: Shortage,
}

/// A lack of descriptors, which hits all connections alike.
#[derive(Debug, Default)]
struct Shortage {
    /// How many this process may have.
    limit: u64,
    /// Since when not a single one was free for us.
    since: Option<Instant>,
    /// Not tried again before.
    until: Instant,
}

impl<'a> Exchange<'a> {
    pub(super) fn new(
        identification: &'a Identification<'a>,
        endpoints: &[Endpoint],
    ) -> Result<Self, NetworkError> {
        let mut endpoints = endpoints.to_vec();
        endpoints.sort_unstable();
        endpoints.dedup();
        let poll = Poll::new().map_err(|source| NetworkError::Io { operation: "open a poll", source })?;
        let descriptors = raise_descriptors()
            .map_err(|source| NetworkError::Io { operation: "read the descriptor limit", source })?;
        let mut exchange = Self {
            identification,
            poll,
            events: Events::with_capacity(EVENTS),
            started: std::time::Instant::now(),
            agenda: Agenda::new(&[], identification.pace),
            talks: Talks::new(),
            pausing: HashMap::new(),
            services: Vec::new(),
            told: 0,
            total: endpoints.len(),
            most: most_at_once(identification.pace.most_at_once, &descriptors),
            descriptors: Shortage { limit: descriptors.limit, ..Shortage::default() },
        };
        endpoints.retain(|&endpoint| exchange.is_to_be_asked(endpoint));
        exchange.agenda = Agenda::new(&endpoints, identification.pace);
        Ok(exchange)
    }

    pub(super) fn run(mut self, sink: &mut impl IdentifySink) -> Result<Identified, NetworkError> {
        while self.tell(sink) == Flow::Continue && !self.is_finished() {
            self.begin()?;
            self.wait()?;
            self.converse(sink);
        }
        Ok(self.into_identified())
    }

    /// Whether a connection to the endpoint is of use. If not, it is done already, and nothing is ever sent to it.
    fn is_to_be_asked(&mut self, endpoint: Endpoint) -> bool {
        let dialogue = self.dialogue(endpoint);
        if dialogue.is_over() {
            self.services.push(dialogue.into_service());
            return false;
        }
        true
    }

    /// Begins as many conversations as may be begun now.
    fn begin(&mut self) -> Result<(), NetworkError> {
        for _ in 0..BEGINNINGS_A_TURN {
            let now = self.now();
            if self.talks.len() >= self.most || now < self.descriptors.until {
                return Ok(());
            }
            let Some(errand) = self.agenda.poll_errand(now) else { return Ok(()) };
            self.begin_one(errand)?;
        }
        Ok(())
    }

    fn begin_one(&mut self, errand: Errand) -> Result<(), NetworkError> {
        let endpoint = errand.endpoint;
        if self.identification.scope.check(endpoint.address).is_err() {
            return Err(NetworkError::OutOfScope(endpoint));
        }
        let mut dialogue = self.dialogue(endpoint);
        dialogue.reconnect(self.now());
        match self.talks.begin(self.poll.registry(), errand, dialogue) {
            Ok(()) => self.descriptors.since = None,
            Err((error, dialogue)) => self.not_begun(errand, error, *dialogue)?,
        }
        Ok(())
    }

    /// What this machine is short of is waited for; whatever else there is ends the conversation.
    fn not_begun(
        &mut self,
        errand: Errand,
        error: ConnectError,
        mut dialogue: Dialogue<'a>,
    ) -> Result<(), NetworkError> {
        dialogue.postpone(self.now());
        self.pausing.insert(errand.endpoint, dialogue);
        match error {
            ConnectError::Descriptors => return self.wait_for_descriptors(errand),
            ConnectError::Resources => self.wait_for_resources(errand),
            _ => {
                self.agenda.end(&errand);
                self.end_unbegun(errand.endpoint, Conversation::NotConnected);
            }
        }
        Ok(())
    }

    /// Conversations that end make room. Without any, somebody else has all descriptors, and may give some back.
    fn wait_for_descriptors(&mut self, errand: Errand) -> Result<(), NetworkError> {
        let now = self.now();
        self.agenda.put_back(errand, now);
        self.descriptors.until = now + RETRY;
        if self.talks.len() > 0 {
            self.descriptors.since = None;
            return Ok(());
        }
        if now.since(*self.descriptors.since.get_or_insert(now)) < LONGEST_SHORTAGE {
            return Ok(());
        }
        Err(NetworkError::NoDescriptors { limit: self.descriptors.limit })
    }

    /// Local ports can be short for one target alone, and a system without IPv6 says the same: nobody else waits.
    fn wait_for_resources(&mut self, mut errand: Errand) {
        let now = self.now();
        if now.since(*errand.short_since.get_or_insert(now)) < LONGEST_SHORTAGE {
            self.agenda.put_back(errand, now + RETRY);
        } else {
            self.agenda.end(&errand);
            self.end_unbegun(errand.endpoint, Conversation::NotConnected);
        }
    }

    /// Waits until there is something to do, at most until the sink is to be asked again.
    fn wait(&mut self) -> Result<(), NetworkError> {
        let now = self.now();
        let beginning = self.agenda.poll_timeout().filter(|_| self.talks.len() < self.most);
        let beginning = beginning.map(|at| at.max(self.descriptors.until));
        let until = [beginning, self.talks.poll_timeout()].into_iter().flatten().min();
        let longest = until.map_or(LONGEST_WAIT, |until| until.since(now).min(LONGEST_WAIT));
        match self.poll.poll(&mut self.events, Some(longest)) {
            Err(source) if source.kind() != io::ErrorKind::Interrupted => {
                Err(NetworkError::Io { operation: "wait for sockets", source })
            }
            _ => Ok(()),
        }
    }

    /// Gives a turn to every conversation that has something to do.
    fn converse(&mut self, sink: &mut impl IdentifySink) {
        self.talks.read_on(self.now());
        for event in &self.events {
            self.talks.handle_event(event.token().0, Instant::START + self.started.elapsed());
        }
        self.talks.handle_timeout(self.now());
        self.collect(|dialogue| sink.ended(dialogue));
    }

    fn collect(&mut self, mut ended: impl FnMut(&Dialogue<'_>)) {
        for (errand, dialogue) in self.talks.take_over() {
            if dialogue.wants_connection() {
                self.pausing.insert(errand.endpoint, dialogue);
                self.agenda.resume(errand);
            } else {
                self.agenda.end(&errand);
                ended(&dialogue);
                self.services.push(dialogue.into_service());
            }
        }
    }

    fn tell(&mut self, sink: &mut impl IdentifySink) -> Flow {
        while let Some(service) = self.services.get(self.told) {
            self.told += 1;
            if sink.service(service) == Flow::Stop {
                return Flow::Stop;
            }
        }
        sink.tick(self.told, self.total)
    }

    fn is_finished(&self) -> bool {
        self.services.len() == self.total
    }

    /// Stops what is not over.
    fn into_identified(mut self) -> Identified {
        let is_complete = self.is_finished();
        for endpoint in self.agenda.abandon() {
            self.end_unbegun(endpoint, Conversation::Stopped);
        }
        self.talks.stop(self.now());
        self.collect(|_| {});
        self.services.sort_unstable_by_key(|service| service.endpoint);
        Identified { services: self.services, is_complete }
    }

    /// Ends a conversation that has not begun.
    fn end_unbegun(&mut self, endpoint: Endpoint, end: Conversation) {
        let mut dialogue = self.dialogue(endpoint);
        dialogue.handle_end(self.now(), end);
        self.services.push(dialogue.into_service());
    }

    /// The conversation that pauses, or a new one.
    fn dialogue(&mut self, endpoint: Endpoint) -> Dialogue<'a> {
        let Identification { catalog, limits, .. } = *self.identification;
        let now = self.now();
        self.pausing.remove(&endpoint).unwrap_or_else(|| Dialogue::new(catalog, endpoint, limits, now))
    }

    fn now(&self) -> Instant {
        Instant::START + self.started.elapsed()
    }
}

/// What the pace and the descriptors allow. Should not even one be free, that shows when it is needed.
fn most_at_once(wanted: usize, descriptors: &Descriptors) -> usize {
    let free = descriptors.free();
    let most = free.saturating_sub(RESERVE).max(free / 4);
    wanted.min(usize::try_from(most).unwrap_or(usize::MAX)).max(1)
}

/// Descriptors left to the rest of the program.
const RESERVE: u64 = 32;
/// Taken from the system at a time.
const EVENTS: usize = 1_024;
/// Connections begun before those that stand have their turn again.
const BEGINNINGS_A_TURN: usize = 256;
/// The sink is asked at least so often whether to go on.
const LONGEST_WAIT: Duration = Duration::from_millis(90);
/// Between two attempts to get what the system is short of.
const RETRY: Duration = Duration::from_millis(100);
/// What was short for so long, with nothing of ours to be freed, stays short.
const LONGEST_SHORTAGE: Duration = Duration::from_secs(2);
