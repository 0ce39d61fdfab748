//! Who looks on at every frame that leaves or arrives.

mod capture;
mod trace;

use std::fmt;
use std::io;
use std::time::{Duration, SystemTime};

use muster_engine::Framing;
use muster_platform::Device;

pub use capture::Capture;
pub use trace::Trace;

/// Sees every frame that the kernel took or that came.
///
/// A tap that can no longer write stops by itself, keeps the reason for [`finish`](Self::finish), and never ends the
/// sweep.
pub trait Tap: fmt::Debug {
    /// Takes note of a frame.
    fn frame(&mut self, passage: &Passage<'_>);

    /// Writes out what is still held back; called once, at the end.
    ///
    /// # Errors
    /// What stopped the tap, then or earlier.
    fn finish(&mut self) -> io::Result<()>;
}

/// Which way a frame went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// Out: the kernel took it.
    Sent,
    /// In.
    Received,
}

/// One frame on its way, and when.
#[derive(Clone, Copy, Debug)]
pub struct Passage<'a> {
    /// Out or in.
    pub direction: Direction,
    /// The interface.
    pub device: &'a Device,
    /// What the frame begins with.
    pub framing: Framing,
    /// Its bytes.
    pub frame: &'a [u8],
    /// Since the network was opened.
    pub after: Duration,
    /// The time of day.
    pub at: SystemTime,
}

/// A writer that stops at its first error and keeps it.
#[derive(Debug)]
struct Output<W> {
    writer: W,
    stopped: Option<io::Error>,
}

impl<W: io::Write> Output<W> {
    fn new(writer: W) -> Self {
        Self { writer, stopped: None }
    }

    fn write(&mut self, write: impl FnOnce(&mut W) -> io::Result<()>) {
        if self.stopped.is_none() {
            self.stopped = write(&mut self.writer).err();
        }
    }

    fn finish(&mut self) -> io::Result<()> {
        self.write(io::Write::flush);
        self.stopped.take().map_or(Ok(()), Err)
    }
}

#[cfg(test)]
mod tests;
