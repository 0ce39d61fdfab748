//! How far the sweep is: a status line on a terminal; lines of their own when the time has come or a key asks for them.

use std::collections::HashSet;
use std::net::IpAddr;
use std::time::Duration;

use jiff::Zoned;
use muster_engine::{Bounds, Progress, Sweep};
use muster_model::{Instant, Observation};
use muster_nmap::output::{Share, Stats};
use muster_report::duration_text;

use super::stage::Stage;
use super::watch::{KEYS_EVERY, Watch, Wish};
use super::work::Work;
use crate::output::{StatusLine, say};

/// How often the status line is brought up to date.
const DRAWN_EVERY: Duration = Duration::from_millis(200);

/// Shows progress on stderr. Where stderr is not a terminal the status line stays hidden.
#[derive(Debug)]
pub(crate) struct ProgressLine<'a> {
    line: StatusLine,
    stage: &'static str,
    work: Work,
    watch: Option<&'a Watch>,
    /// How often plain lines come (`--stats-every`).
    every: Option<Duration>,
    begun: Instant,
    /// When the network's clock began, by that of the run.
    lead: Duration,
    next_draw: Instant,
    next_line: Instant,
    next_key: Instant,
}

impl<'a> ProgressLine<'a> {
    /// For the sweep `work`, which begins at `now`.
    pub(crate) fn new(stage: &Stage<'a>, work: Work, now: Instant) -> Self {
        Self {
            line: StatusLine::new(),
            stage: stage.name,
            work,
            watch: stage.watch,
            every: stage.stats_every,
            begun: now,
            lead: stage.lead(),
            next_draw: now,
            next_line: now + stage.stats_every.unwrap_or_default(),
            next_key: now,
        }
    }

    /// Brings the display up to date. If lines were told, says how much of the sweep is done.
    pub(crate) fn tick(&mut self, sweep: &Sweep, now: Instant, seen: &[Observation]) -> Option<Share> {
        if now >= self.next_draw && !self.line.is_hidden() {
            self.next_draw = now + DRAWN_EVERY;
            self.line.show(self.describe(&sweep.progress(), now));
        }
        let is_due = self.is_due(now);
        let is_wished = self.is_wished(now);
        (is_due || is_wished).then(|| self.tell(&sweep.progress(), now, seen))
    }

    /// Removes the status line.
    pub(crate) fn finish(&self) {
        self.line.finish();
    }

    fn is_due(&mut self, now: Instant) -> bool {
        let Some(every) = self.every.filter(|_| now >= self.next_line) else { return false };
        self.next_line = now + every.max(Duration::from_millis(100));
        true
    }

    /// Does what the keys say that were pressed. Whether one of them asks for the status.
    fn is_wished(&mut self, now: Instant) -> bool {
        let Some(watch) = self.watch.filter(|_| now >= self.next_key) else { return false };
        self.next_key = now + KEYS_EVERY;
        let mut is_wished = false;
        for wish in std::iter::from_fn(|| watch.wish()).take(MOST_KEYS) {
            match wish {
                Wish::Status => is_wished = true,
                Wish::Told(text) => say(&format!("{text}\n")),
            }
        }
        is_wished
    }

    /// In Nmap's words where somebody watches, and in any case in our own, which say more.
    fn tell(&self, progress: &Progress, now: Instant, seen: &[Observation]) -> Share {
        let share = share(progress, now.since(self.begun));
        if let Some(watch) = self.watch {
            let stats = self.stats(watch, now, seen);
            let timing = share.line(self.work.task, &Zoned::now());
            say(&format!("{stats}\n{timing}\n"));
        }
        say(&format!("{}\n", self.describe(progress, now)));
        share
    }

    /// All hosts of a sweep are worked on at once. When ports are swept, the others are done with.
    fn stats(&self, watch: &Watch, now: Instant, seen: &[Observation]) -> Stats<'static> {
        let Work { task, hosts, is_search, .. } = self.work;
        let up = if is_search { living(seen) } else { hosts };
        let completed = if is_search { 0 } else { watch.hosts().saturating_sub(hosts) };
        Stats { elapsed: now.since_start() + self.lead, completed, up, undergoing: hosts, task }
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

/// More keys than that at once were not pressed by anybody.
const MOST_KEYS: usize = 64;

/// How many hosts gave a sign of life.
fn living(seen: &[Observation]) -> u64 {
    let signs = seen.iter().filter(|seen| seen.is_sign_of_life());
    signs.map(|seen| seen.endpoint.address).collect::<HashSet<IpAddr>>().len() as u64
}

/// By time: how many rounds there will be is not known before.
fn share(progress: &Progress, elapsed: Duration) -> Share {
    let (elapsed, left) = (elapsed.as_secs_f64(), progress.left.as_secs_f64());
    Share { done: elapsed / (elapsed + left).max(0.001), left: Some(progress.left) }
}

fn missed(bounds: &Bounds) -> String {
    match (bounds.alike, bounds.half) {
        (Some(alike), Some(half)) => {
            format!(", missed at most {alike} (losses alike), {half} (none over half)")
        }
        _ => String::new(),
    }
}

#[cfg(test)]
impl ProgressLine<'_> {
    /// One that nobody sees.
    pub(super) fn hidden(work: Work) -> Self {
        Self {
            line: StatusLine::hidden(),
            stage: "ports",
            work,
            watch: None,
            every: None,
            begun: Instant::START,
            lead: Duration::ZERO,
            next_draw: Instant::START,
            next_line: Instant::START,
            next_key: Instant::START,
        }
    }
}
