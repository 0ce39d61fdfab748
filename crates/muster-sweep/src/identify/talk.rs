//! One connection and the conversation over it.

use std::io;

use mio::{Registry, Token};
use muster_identify::Dialogue;
use muster_model::{Conversation, Endpoint, Instant};
use muster_platform::connecting::ConnectError;

use super::wire::Wire;

/// A connection that is coming about or stands, and what is said over it.
#[derive(Debug)]
pub(super) struct Talk<'c> {
    wire: Wire,
    dialogue: Dialogue<'c>,
    is_connected: bool,
    /// The other side has reset the connection; what it said before can still be read.
    is_reset: bool,
    /// What the system would not take yet.
    unsent: Vec<u8>,
}

/// What is to be done with a conversation after its turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Turn {
    /// It waits for the other side or for its time.
    Waiting,
    /// There is more to be read now.
    Unread,
    /// The connection has done its part: the conversation is over, or wants another one.
    Over,
}

/// Begins to connect to `endpoint`, and has `registry` tell of the connection's events by `token`.
///
/// # Errors
/// Why this machine could not begin.
pub(super) fn connect(endpoint: Endpoint, registry: &Registry, token: Token) -> Result<Wire, ConnectError> {
    Wire::open(endpoint, registry, token)
}

impl<'c> Talk<'c> {
    pub(super) fn new(wire: Wire, dialogue: Dialogue<'c>) -> Self {
        Self { wire, dialogue, is_connected: false, is_reset: false, unsent: Vec::new() }
    }

    /// Something happened to the connection: sends and reads what can be, by way of `buffer`.
    pub(super) fn turn(&mut self, now: Instant, buffer: &mut [u8]) -> Turn {
        if !self.is_connected {
            match self.wire.standing() {
                None => return Turn::Waiting,
                Some(Conversation::NotConnected) => return self.end(now, Conversation::NotConnected),
                Some(end) => self.is_reset = end == Conversation::Reset,
            }
            self.is_connected = true;
            self.dialogue.handle_connected(now);
        }
        self.send();
        self.hear(now, buffer)
    }

    /// Time has passed. What came meanwhile is read first: after a stall of this machine it may be there, although the
    /// time is up.
    pub(super) fn handle_timeout(&mut self, now: Instant, buffer: &mut [u8]) -> Turn {
        let turn = self.turn(now, buffer);
        if turn != Turn::Over {
            self.dialogue.handle_timeout(now);
        }
        if self.is_connected {
            self.send();
        }
        if self.has_done() { Turn::Over } else { turn }
    }

    /// Whether nothing more is to be said or heard over this connection.
    fn has_done(&self) -> bool {
        self.dialogue.is_over() || self.dialogue.wants_connection()
    }

    /// When [`Talk::handle_timeout`] is to be called.
    pub(super) fn poll_timeout(&self) -> Option<Instant> {
        self.dialogue.poll_timeout()
    }

    /// Cuts the conversation short.
    pub(super) fn stop(&mut self, now: Instant) {
        self.dialogue.handle_end(now, Conversation::Stopped);
    }

    /// Closes the connection.
    pub(super) fn into_dialogue(self) -> Dialogue<'c> {
        self.dialogue
    }

    /// Sends what is to be said, as far as the system takes it.
    fn send(&mut self) {
        while !self.is_reset {
            if self.unsent.is_empty() {
                let Some(bytes) = self.dialogue.poll_transmit() else { return };
                self.unsent = bytes;
            }
            match self.wire.send(&self.unsent) {
                Ok(sent) => drop(self.unsent.drain(..sent)),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return,
                // Reading tells what was said before, and that it is over.
                Err(_) => self.is_reset = true,
            }
        }
    }

    /// Reads a bounded amount, so that an endless talker does not hold up the others.
    fn hear(&mut self, now: Instant, buffer: &mut [u8]) -> Turn {
        for _ in 0..READS_A_TURN {
            match self.wire.receive(buffer) {
                Ok(0) if self.wire.is_datagrams() => {}
                Ok(0) if self.is_reset => return self.end(now, Conversation::Reset),
                Ok(0) => return self.end(now, Conversation::Closed),
                Ok(count) => self.dialogue.handle_bytes(now, &buffer[..count]),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) if error.kind() == io::ErrorKind::WouldBlock && !self.is_reset => {
                    return Turn::Waiting;
                }
                // However the connection broke, it was not closed in order.
                Err(_) => return self.end(now, Conversation::Reset),
            }
            self.send();
            if self.has_done() {
                return Turn::Over;
            }
        }
        Turn::Unread
    }

    fn end(&mut self, now: Instant, end: Conversation) -> Turn {
        self.dialogue.handle_end(now, end);
        Turn::Over
    }
}

/// With the buffer's size this bounds what one conversation reads before the others have their turn.
const READS_A_TURN: usize = 4;

#[cfg(test)]
mod tests;
