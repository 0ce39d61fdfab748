//! How far the conversations are, and whether somebody wants them to stop.

use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use muster_model::Service;
use muster_sweep::{Flow, IdentifySink};

use crate::output::say;
use crate::signals::Signals;

/// Watches the conversations of an audit.
#[derive(Debug)]
pub(crate) struct Watch<'a> {
    signals: &'a Signals,
    bar: ProgressBar,
    every: Option<Duration>,
    next_line: Instant,
}

impl<'a> Watch<'a> {
    /// `every` asks for plain lines too (`--stats-every`).
    pub(crate) fn new(signals: &'a Signals, every: Option<Duration>) -> Self {
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr_with_hz(5));
        if let Ok(style) = ProgressStyle::with_template("{wide_msg}") {
            bar.set_style(style);
        }
        Self { signals, bar, every, next_line: Instant::now() + every.unwrap_or_default() }
    }

    fn flow(&self) -> Flow {
        if self.signals.received().is_some() { Flow::Stop } else { Flow::Continue }
    }
}

impl IdentifySink for Watch<'_> {
    fn service(&mut self, _service: &Service) -> Flow {
        self.flow()
    }

    fn tick(&mut self, done: usize, total: usize) -> Flow {
        let text = format!("identify: {done} of {total} open ports");
        if let Some(every) = self.every
            && Instant::now() >= self.next_line
        {
            self.next_line = Instant::now() + every.max(Duration::from_millis(100));
            self.bar.suspend(|| say(&format!("{text}\n")));
        }
        self.bar.set_message(text);
        self.flow()
    }
}

impl Drop for Watch<'_> {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
