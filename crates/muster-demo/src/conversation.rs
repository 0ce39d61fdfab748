//! One accepted connection: says its greeting, hears a little, answers at most once, and ends.

use std::io::{self, Read, Write};
use std::net::Shutdown;
use std::time::{Duration, Instant};

use mio::net::TcpStream;

use crate::speech::Speech;

/// An accepted connection and what was heard on it.
#[derive(Debug)]
pub(crate) struct Conversation {
    stream: TcpStream,
    speech: Speech,
    heard: Vec<u8>,
    answered: bool,
    /// When it ends, whatever the other side does.
    pub(crate) ends: Instant,
}

impl Conversation {
    /// Begins with the greeting, if there is one.
    ///
    /// # Errors
    /// The other side is gone already.
    pub(crate) fn begin(stream: TcpStream, speech: Speech, now: Instant) -> io::Result<Self> {
        let greeting = speech.greeting();
        let mut conversation =
            Self { stream, speech, heard: Vec::new(), answered: false, ends: now + LONGEST };
        if let Some(greeting) = greeting {
            // A new connection has room for a line; one that has not is not worth waiting for.
            conversation.stream.write_all(greeting)?;
        }
        Ok(conversation)
    }

    /// Whether nothing will ever come of it.
    pub(crate) fn is_phantom(&self) -> bool {
        self.speech == Speech::Phantom
    }

    /// The connection, to watch.
    pub(crate) fn stream(&mut self) -> &mut TcpStream {
        &mut self.stream
    }

    /// Hears all there is and answers. `false`: it is over.
    pub(crate) fn go_on(&mut self) -> bool {
        let mut bytes = [0; 1024];
        loop {
            match self.stream.read(&mut bytes) {
                Ok(0) => {
                    // Whoever closed its half after a request still reads the answer.
                    let _ = self.answer();
                    return false;
                }
                Ok(length) if self.heard.len() + length > MOST_HEARD => return false,
                Ok(length) => self.heard.extend_from_slice(&bytes[..length]),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return self.answer().is_ok(),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(_) => return false,
            }
        }
    }

    /// Answers once, then only waits for the other side to close: closing first, with bytes unread, would reset the
    /// connection and could take the answer with it (RFC 1122, 4.2.2.13).
    fn answer(&mut self) -> io::Result<()> {
        if self.answered {
            return Ok(());
        }
        if let Some(answer) = self.speech.answer(&self.heard) {
            self.answered = true;
            self.stream.write_all(&answer)?;
            self.stream.shutdown(Shutdown::Write)?;
        }
        Ok(())
    }
}

/// No connection lasts longer.
const LONGEST: Duration = Duration::from_secs(5);
/// No connection is listened to for more bytes.
const MOST_HEARD: usize = 4096;
