//! All conversations under way: whose turn it is, and whose time is up.

use std::collections::BTreeSet;
use std::time::Duration;

use mio::{Registry, Token};
use muster_identify::Dialogue;
use muster_model::Instant;
use muster_platform::connecting::ConnectError;

use super::agenda::Errand;
use super::talk::{Talk, Turn, connect};

/// Conversations by number. A number is given again only after its connection is closed.
#[derive(Debug)]
pub(super) struct Talks<'c> {
    places: Vec<Option<Place<'c>>>,
    vacant: Vec<usize>,
    /// At most one for each conversation.
    deadlines: BTreeSet<(Instant, usize)>,
    /// Those of which more can be read, although the system will not say so again.
    unread: BTreeSet<usize>,
    over: Vec<(Errand, Dialogue<'c>)>,
    buffer: Vec<u8>,
}

#[derive(Debug)]
struct Place<'c> {
    talk: Talk<'c>,
    errand: Errand,
    deadline: Option<Instant>,
}

impl<'c> Talks<'c> {
    pub(super) fn new() -> Self {
        Self {
            places: Vec::new(),
            vacant: Vec::new(),
            deadlines: BTreeSet::new(),
            unread: BTreeSet::new(),
            over: Vec::new(),
            buffer: vec![0; BUFFER],
        }
    }

    /// How many are under way.
    pub(super) fn len(&self) -> usize {
        self.places.len() - self.vacant.len()
    }

    /// Connects, to hold or to go on with `dialogue`.
    ///
    /// # Errors
    /// Why this machine could not begin, and the dialogue.
    pub(super) fn begin(
        &mut self,
        registry: &Registry,
        errand: Errand,
        dialogue: Dialogue<'c>,
    ) -> Result<(), (ConnectError, Box<Dialogue<'c>>)> {
        let number = self.vacant.last().copied().unwrap_or(self.places.len());
        let stream = match connect(errand.endpoint, registry, Token(number)) {
            Ok(stream) => stream,
            Err(error) => return Err((error, Box::new(dialogue))),
        };
        if self.vacant.pop().is_none() {
            self.places.push(None);
        }
        let talk = Talk::new(stream, dialogue);
        self.places[number] = Some(Place { talk, errand, deadline: None });
        self.reschedule(number, Instant::START);
        Ok(())
    }

    /// The system says that something happened to a connection.
    pub(super) fn handle_event(&mut self, number: usize, now: Instant) {
        let Some(Some(place)) = self.places.get_mut(number) else { return };
        let turn = place.talk.turn(now, &mut self.buffer);
        self.settle(number, turn, Instant::START);
    }

    /// Goes on reading where more was to be read than a turn allows.
    pub(super) fn read_on(&mut self, now: Instant) {
        for number in std::mem::take(&mut self.unread) {
            self.handle_event(number, now);
        }
    }

    /// Tells those whose time has come.
    pub(super) fn handle_timeout(&mut self, now: Instant) {
        while let Some(&(at, number)) = self.deadlines.first()
            && at <= now
        {
            self.deadlines.pop_first();
            let Some(place) = &mut self.places[number] else { continue };
            place.deadline = None;
            let turn = place.talk.handle_timeout(now, &mut self.buffer);
            self.settle(number, turn, now + SHORTEST_WAIT);
        }
    }

    /// When [`Talks::read_on`] or [`Talks::handle_timeout`] is to be called; for the first, at once.
    pub(super) fn poll_timeout(&self) -> Option<Instant> {
        match self.deadlines.first() {
            _ if !self.unread.is_empty() => Some(Instant::START),
            first => first.map(|(at, _)| *at),
        }
    }

    /// Those whose connection has done its part, in the order in which it ended; each once.
    pub(super) fn take_over(&mut self) -> Vec<(Errand, Dialogue<'c>)> {
        std::mem::take(&mut self.over)
    }

    /// Cuts all of them short.
    pub(super) fn stop(&mut self, now: Instant) {
        for number in 0..self.places.len() {
            if let Some(place) = &mut self.places[number] {
                place.talk.stop(now);
                self.end(number);
            }
        }
    }

    /// Does what follows from a turn. There is to be no deadline before `earliest`.
    fn settle(&mut self, number: usize, turn: Turn, earliest: Instant) {
        if turn == Turn::Over {
            return self.end(number);
        }
        if turn == Turn::Unread {
            self.unread.insert(number);
        }
        self.reschedule(number, earliest);
    }

    fn end(&mut self, number: usize) {
        let Some(place) = self.places[number].take() else { return };
        if let Some(deadline) = place.deadline {
            self.deadlines.remove(&(deadline, number));
        }
        self.unread.remove(&number);
        self.vacant.push(number);
        self.over.push((place.errand, place.talk.into_dialogue()));
    }

    /// Notes the conversation's deadline, but none before `earliest`.
    fn reschedule(&mut self, number: usize, earliest: Instant) {
        let Some(place) = &mut self.places[number] else { return };
        let deadline = place.talk.poll_timeout().map(|at| at.max(earliest));
        if deadline == place.deadline {
            return;
        }
        if let Some(former) = place.deadline {
            self.deadlines.remove(&(former, number));
        }
        self.deadlines.extend(deadline.map(|deadline| (deadline, number)));
        place.deadline = deadline;
    }
}

/// Read at a time; one buffer serves all.
const BUFFER: usize = 16 * 1_024;
/// Between two deadlines of one conversation, so that none can keep the loop busy by them.
const SHORTEST_WAIT: Duration = Duration::from_millis(1);

#[cfg(test)]
mod tests;
