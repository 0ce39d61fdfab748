//! Conversations with open ports: how fast, how long, and how far they are. `scan -sV`, `audit` and `demo` share it.

use std::time::{Duration, Instant};

use jiff::Zoned;
use muster_engine::{AddressSet, PortSet, SweepPlan};
use muster_identify::Limits;
use muster_nmap::output::{Share, Stats};
use muster_sweep::IdentifyPace;

use super::args::TimingArgs;
use super::timing::{Pace, timed};
use super::watch::{KEYS_EVERY, Watch, Wish};
use crate::output::{StatusLine, say};

/// How long, and how much, a service may talk.
pub(crate) fn conversation_limits(timing: &TimingArgs) -> Limits {
    let (usual, patience) = (Limits::default(), timing.patience());
    Limits {
        greeting: usual.greeting.mul_f64(patience),
        answer: usual.answer.mul_f64(patience),
        total: usual.total.mul_f64(patience),
        ..usual
    }
}

/// How fast conversations are begun: as fast as probes.
pub(crate) fn conversation_pace(pace: Pace<'_>) -> IdentifyPace {
    let plan = timed(SweepPlan::new(AddressSet::empty(), PortSet::default()), pace);
    IdentifyPace {
        most_at_once: MOST_CONVERSATIONS,
        rate: plan.rate,
        host_spacing: plan.host_spacing,
        per_host: CONVERSATIONS_PER_HOST,
    }
}

/// Sockets held open at once; the descriptor limit may allow fewer.
const MOST_CONVERSATIONS: usize = 4_096;
/// A host is talked to at so many ports at once: no agent, however small the machine, is to notice that it is asked.
const CONVERSATIONS_PER_HOST: usize = 2;

/// Shows on stderr how far conversations are: a status line on a terminal, lines of their own when the time has come or a
/// key asks for them.
#[derive(Debug)]
pub(crate) struct TalkProgress<'a> {
    line: StatusLine,
    every: Option<Duration>,
    watched: Option<Watched<'a>>,
    begun: Instant,
    next_line: Instant,
    next_key: Instant,
}

/// Whoever watches a scan, and what they are told of it.
#[derive(Debug)]
pub(crate) struct Watched<'a> {
    pub(crate) watch: &'a Watch,
    /// How many hosts are talked to.
    pub(crate) hosts: u64,
    /// How long before the conversations the scan began.
    pub(crate) lead: Duration,
}

impl<'a> TalkProgress<'a> {
    /// `every` asks for plain lines too (`--stats-every`).
    pub(crate) fn new(every: Option<Duration>, watched: Option<Watched<'a>>) -> Self {
        let (line, now) = (StatusLine::new(), Instant::now());
        Self { line, every, watched, begun: now, next_line: now + every.unwrap_or_default(), next_key: now }
    }

    /// Brings the display up to date. If lines were told, says how much is done.
    pub(crate) fn tick(&mut self, done: usize, total: usize) -> Option<Share> {
        let text = format!("identify: {done} of {total} open ports");
        let now = Instant::now();
        let is_due = self.is_due(now);
        let is_wished = self.is_wished(now);
        let share = (is_due || is_wished).then(|| self.tell(&text, done, total));
        self.line.show(text);
        share
    }

    fn is_due(&mut self, now: Instant) -> bool {
        let Some(every) = self.every.filter(|_| now >= self.next_line) else { return false };
        self.next_line = now + every.max(Duration::from_millis(100));
        true
    }

    /// Does what the keys say that were pressed. Whether one of them asks for the status.
    fn is_wished(&mut self, now: Instant) -> bool {
        let Some(watched) = self.watched.as_ref().filter(|_| now >= self.next_key) else { return false };
        self.next_key = now + KEYS_EVERY;
        let mut is_wished = false;
        for wish in std::iter::from_fn(|| watched.watch.wish()).take(MOST_KEYS) {
            match wish {
                Wish::Status => is_wished = true,
                Wish::Told(text) => say(&format!("{text}\n")),
            }
        }
        is_wished
    }

    /// In Nmap's words where somebody watches, and in any case in our own.
    fn tell(&self, text: &str, done: usize, total: usize) -> Share {
        let share = share(done, total, self.begun.elapsed());
        if let Some(Watched { watch, hosts, lead }) = self.watched {
            let stats = Stats {
                elapsed: lead + self.begun.elapsed(),
                completed: watch.hosts().saturating_sub(hosts),
                up: hosts,
                undergoing: hosts,
                task: "Service Scan",
            };
            say(&format!("{stats}\n{}\n", share.line(SERVICE_SCAN, &Zoned::now())));
        }
        say(&format!("{text}\n"));
        share
    }
}

impl Drop for TalkProgress<'_> {
    fn drop(&mut self) {
        self.line.finish();
    }
}

/// What Nmap calls the conversations.
pub(crate) const SERVICE_SCAN: &str = "Service scan";

/// More keys than that at once were not pressed by anybody.
const MOST_KEYS: usize = 64;

/// The rest takes as long as what is done, as far as anything is.
fn share(done: usize, total: usize, elapsed: Duration) -> Share {
    let done = done as f64 / total.max(1) as f64;
    let left = (done > 0.0).then(|| Duration::try_from_secs_f64(elapsed.as_secs_f64() * (1.0 - done) / done));
    Share { done, left: left.and_then(Result::ok) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sweep::timing::Template;

    #[test]
    fn what_is_left_follows_from_what_is_done() {
        let second = Duration::from_secs(1);
        assert_eq!(share(1, 4, second), Share { done: 0.25, left: Some(second * 3) });
        assert_eq!(share(0, 4, second), Share { done: 0.0, left: None });
        assert_eq!(share(0, 0, second).left, None);
    }

    /// Whatever else the user chooses, a host is never met more often at once.
    #[test]
    fn a_host_is_met_by_two_connections_at_most() {
        for template in [Template::Paranoid, Template::Normal, Template::Insane] {
            let args = TimingArgs { template, ..TimingArgs::default() };
            assert!(conversation_pace(Pace { args: &args, sockets: None }).per_host <= 2);
        }
    }

    #[test]
    fn patience_follows_the_template() {
        let of = |template| {
            let timing = TimingArgs::of(template);
            conversation_limits(&timing).greeting
        };
        assert_eq!(of(Template::Normal), Limits::default().greeting);
        assert!(of(Template::Insane) < of(Template::Normal));
    }
}
