//! How far the sweep is: a status line on a terminal, plain lines where asked for.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use muster_engine::{Bounds, Progress, Sweep};
use muster_model::Instant;
use muster_report::duration_text;

use crate::output::say;

/// Redraws a second on a terminal.
const DRAWS: u8 = 5;

/// Shows progress on stderr. Where stderr is not a terminal the status line stays hidden.
#[derive(Debug)]
pub(crate) struct ProgressLine {
    bar: ProgressBar,
    every: Option<Duration>,
    next_draw: Instant,
    next_line: Instant,
    stage: &'static str,
}

impl ProgressLine {
    /// `every` asks for plain lines too (`--stats-every`).
    pub(crate) fn new(stage: &'static str, every: Option<Duration>, now: Instant) -> Self {
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr_with_hz(DRAWS));
        if let Ok(style) = ProgressStyle::with_template("{wide_msg}") {
            bar.set_style(style);
        }
        Self { bar, every, next_draw: now, next_line: now + every.unwrap_or_default(), stage }
    }

    /// Brings the display up to date.
    pub(crate) fn tick(&mut self, sweep: &Sweep, now: Instant) {
        if now >= self.next_draw && !self.bar.is_hidden() {
            self.next_draw = now + Duration::from_secs(1) / u32::from(DRAWS);
            self.bar.set_message(self.describe(&sweep.progress(), now));
            self.bar.tick();
        }
        if let Some(every) = self.every
            && now >= self.next_line
        {
            self.next_line = now + every.max(Duration::from_millis(100));
            let line = self.describe(&sweep.progress(), now);
            self.bar.suspend(|| say(&format!("{line}\n")));
        }
    }

    /// Removes the status line.
    pub(crate) fn finish(&self) {
        self.bar.finish_and_clear();
    }

    fn describe(&self, progress: &Progress, now: Instant) -> String {
        let rate = progress.sent as f64 / now.since_start().as_secs_f64().max(0.001);
        format!(
            "{}: round {} {:.0}%, {} probes, {} of {} answered, {rate:.0}/s, about {} left{}",
            self.stage,
            progress.round,
            progress.of_round * 100.0,
            progress.sent,
            progress.answered,
            progress.endpoints,
            duration_text(progress.left, 0),
            progress.bounds.as_ref().map_or(String::new(), missed),
        )
    }
}

fn missed(bounds: &Bounds) -> String {
    match (bounds.alike, bounds.half) {
        (Some(alike), Some(half)) => {
            format!(", missed at most {alike} (losses alike), {half} (none over half)")
        }
        _ => String::new(),
    }
}
