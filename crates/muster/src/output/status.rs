//! The status line: the last line of a terminal, drawn again and again while work goes on.
//!
//! There is one terminal, hence one status line. Whatever else goes there takes the line away for that long.

use std::io::{self, LineWriter, Write};
use std::sync::{Mutex, PoisonError};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle, WeakProgressBar};

/// Redraws a second.
const DRAWS: u8 = 5;

/// The line that was made last, if it is there still.
static LATEST: Mutex<Option<WeakProgressBar>> = Mutex::new(None);

/// A status line on stderr; where that is no terminal it stays hidden. It goes
/// with this value.
#[derive(Debug)]
pub(crate) struct StatusLine(ProgressBar);

impl StatusLine {
    /// One that shows nothing yet.
    pub(crate) fn new() -> Self {
        let line = Self::on(ProgressDrawTarget::stderr_with_hz(DRAWS));
        *LATEST.lock().unwrap_or_else(PoisonError::into_inner) = Some(line.0.downgrade());
        line
    }

    /// One that nobody sees.
    #[cfg(test)]
    pub(crate) fn hidden() -> Self {
        Self::on(ProgressDrawTarget::hidden())
    }

    fn on(target: ProgressDrawTarget) -> Self {
        let bar = ProgressBar::with_draw_target(None, target);
        Self(match ProgressStyle::with_template("{wide_msg}") {
            Ok(style) => bar.with_style(style),
            Err(_) => bar,
        })
    }

    /// Whether nobody sees it.
    pub(crate) fn is_hidden(&self) -> bool {
        self.0.is_hidden()
    }

    /// Shows `text` instead of what was there.
    pub(crate) fn show(&self, text: String) {
        self.0.set_message(text);
    }

    /// Removes it for good.
    pub(crate) fn finish(&self) {
        self.0.finish_and_clear();
    }
}

/// Does what writes to the terminal, without a status line in its way.
pub(super) fn aside<T>(write: impl FnOnce() -> T) -> T {
    let latest = LATEST.lock().unwrap_or_else(PoisonError::into_inner).clone();
    match latest.and_then(|line| line.upgrade()) {
        Some(bar) => bar.suspend(write),
        None => write(),
    }
}

/// The terminal for what comes while there may be a status line. In whole lines: the status would go over half a one.
pub(crate) fn lines<W: Write>(terminal: W) -> impl Write {
    LineWriter::with_capacity(LONGEST, Aside(terminal))
}

/// No line is longer, but for what somebody makes so.
const LONGEST: usize = 1 << 16;

/// The terminal without its status line.
struct Aside<W>(W);

impl<W: Write> Write for Aside<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        aside(|| self.0.write(bytes))
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}
