//! A line of text for every frame.

use std::fmt;
use std::io::{self, Write};

use muster_engine::describe;

use super::{Direction, Output, Passage, Tap};

/// Writes a line for every frame: direction, seconds since the start, interface and what the frame says.
pub struct Trace<W> {
    output: Output<W>,
}

impl<W: Write> Trace<W> {
    /// Lines to `writer`, which is best buffered.
    pub fn new(writer: W) -> Self {
        Self { output: Output::new(writer) }
    }
}

impl<W: Write> Tap for Trace<W> {
    fn frame(&mut self, passage: &Passage<'_>) {
        let word = match passage.direction {
            Direction::Sent => "SENT",
            Direction::Received => "RCVD",
        };
        let (seconds, device) = (passage.after.as_secs_f64(), &passage.device.name);
        let what = describe(passage.framing, passage.frame);
        self.output.write(|writer| writeln!(writer, "{word} ({seconds:.4}s) {device} {what}"));
    }

    fn finish(&mut self) -> io::Result<()> {
        self.output.finish()
    }
}

impl<W> fmt::Debug for Trace<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Trace").finish_non_exhaustive()
    }
}
