//! The thread that serves every listener and every connection of the office.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::time::{Duration, Instant};

use mio::net::TcpListener;
use mio::{Events, Interest, Poll, Token, Waker};

use crate::conversation::Conversation;
use crate::speech::Speech;

/// All listeners, their connections and the queue of their events.
#[derive(Debug)]
pub(crate) struct Server {
    poll: Poll,
    listeners: Vec<(TcpListener, Speech)>,
    /// By token. Tokens count up, so that the first is the oldest and ends first.
    conversations: BTreeMap<usize, Conversation>,
    next_token: usize,
    /// Listeners that could not accept, for want of a descriptor.
    stalled: BTreeSet<usize>,
}

impl Server {
    /// Takes the listeners over. Their tokens are their places in the list.
    ///
    /// # Errors
    /// The event queue cannot be made or does not take a listener.
    pub(crate) fn new(mut listeners: Vec<(TcpListener, Speech)>) -> io::Result<Self> {
        let poll = Poll::new()?;
        for (index, (listener, _)) in listeners.iter_mut().enumerate() {
            poll.registry().register(listener, Token(index), Interest::READABLE)?;
        }
        let next_token = listeners.len();
        Ok(Self { poll, listeners, conversations: BTreeMap::new(), next_token, stalled: BTreeSet::new() })
    }

    /// What ends [`Server::run`] from another thread.
    ///
    /// # Errors
    /// The event queue does not take it.
    pub(crate) fn stopper(&self) -> io::Result<Waker> {
        Waker::new(self.poll.registry(), STOP)
    }

    /// Serves until stopped. Dropping the server closes every socket.
    ///
    /// # Errors
    /// The event queue fails.
    pub(crate) fn run(mut self) -> io::Result<()> {
        let mut events = Events::with_capacity(256);
        loop {
            self.wait(&mut events)?;
            for event in &events {
                match event.token() {
                    STOP => return Ok(()),
                    Token(listener) if listener < self.listeners.len() => self.accept_all(listener),
                    Token(conversation) => self.go_on(conversation),
                }
            }
            self.end_old(Instant::now());
            for listener in std::mem::take(&mut self.stalled) {
                self.accept_all(listener);
            }
        }
    }

    fn wait(&mut self, events: &mut Events) -> io::Result<()> {
        let timeout = self.timeout(Instant::now());
        match self.poll.poll(events, timeout) {
            // A signal: the events are from the time before and must not be seen twice.
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {
                events.clear();
                Ok(())
            }
            outcome => outcome,
        }
    }

    /// Until the oldest conversation ends, or a stalled listener is tried again.
    fn timeout(&self, now: Instant) -> Option<Duration> {
        let oldest = self.conversations.first_key_value();
        let ends = oldest.map(|(_, conversation)| conversation.ends.saturating_duration_since(now));
        let retry = (!self.stalled.is_empty()).then_some(STALL);
        ends.into_iter().chain(retry).min()
    }

    fn accept_all(&mut self, listener: usize) {
        let (socket, speech) = &self.listeners[listener];
        let speech = speech.clone();
        let mut accepted = Vec::new();
        loop {
            match socket.accept() {
                Ok((stream, _)) => accepted.push(stream),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => break,
                Err(error) if passes(error.kind()) => {}
                Err(_) => {
                    self.stalled.insert(listener);
                    break;
                }
            }
        }
        for stream in accepted {
            self.begin(stream, speech.clone());
        }
    }

    /// Over the cap a connection is closed at once, so that the port stays open to whoever only asks whether it is.
    fn begin(&mut self, stream: mio::net::TcpStream, speech: Speech) {
        if self.is_full(&speech) {
            return;
        }
        let token = self.next_token;
        self.next_token += 1;
        let Ok(mut conversation) = Conversation::begin(stream, speech, Instant::now()) else { return };
        if self.poll.registry().register(conversation.stream(), Token(token), Interest::READABLE).is_ok() {
            self.conversations.insert(token, conversation);
        }
    }

    /// Phantoms have places of their own, so that they take none from those who have something to say.
    fn is_full(&self, speech: &Speech) -> bool {
        let phantoms = self.conversations.values().filter(|conversation| conversation.is_phantom()).count();
        match speech {
            Speech::Phantom => phantoms >= MOST_PHANTOMS,
            _ => self.conversations.len() - phantoms >= MOST_CONVERSATIONS,
        }
    }

    fn go_on(&mut self, token: usize) {
        // An event may come for a conversation that ended earlier in the same batch.
        if self.conversations.get_mut(&token).is_some_and(|conversation| !conversation.go_on()) {
            self.conversations.remove(&token);
        }
    }

    fn end_old(&mut self, now: Instant) {
        while let Some(oldest) = self.conversations.first_entry() {
            if oldest.get().ends > now {
                return;
            }
            oldest.remove();
        }
    }
}

/// Whether an error of accept(2) is about one connection or one moment, and not about this process.
fn passes(kind: io::ErrorKind) -> bool {
    matches!(
        kind,
        io::ErrorKind::Interrupted | io::ErrorKind::ConnectionAborted | io::ErrorKind::ConnectionReset
    )
}

const STOP: Token = Token(usize::MAX);
/// More are accepted and closed at once.
const MOST_CONVERSATIONS: usize = 256;
/// The same for ports with nothing behind them.
const MOST_PHANTOMS: usize = 64;
/// How long a listener waits that found no descriptor free.
const STALL: Duration = Duration::from_millis(100);
