//! How far the conversations of an audit are, and whether somebody wants them to stop.

use std::time::Duration;

use muster_model::Service;
use muster_sweep::{Flow, IdentifySink};

use crate::signals::Signals;
use crate::sweep::TalkProgress;

/// Watches the conversations of an audit.
#[derive(Debug)]
pub(crate) struct Watch<'a> {
    signals: &'a Signals,
    progress: TalkProgress<'a>,
}

impl<'a> Watch<'a> {
    /// `every` asks for plain lines too (`--stats-every`).
    pub(crate) fn new(signals: &'a Signals, every: Option<Duration>) -> Self {
        Self { signals, progress: TalkProgress::new(every, None) }
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
        self.progress.tick(done, total);
        self.flow()
    }
}
