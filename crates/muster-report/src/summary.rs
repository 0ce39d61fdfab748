//! A sweep's end in sentences: what was found, how sure that is, and what was not looked at.

use std::io::{self, Write};
use std::time::Duration;

use muster_engine::{Bounds, Summary};

/// How many of the ports that answered are in which state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct States {
    /// Open ports.
    pub open: u64,
    /// Closed ports.
    pub closed: u64,
}

/// Writes the summary of a sweep of `ports` ports a host that took `elapsed`. `complete` is false if it was stopped.
///
/// # Errors
/// The writer's.
pub fn write_summary(
    out: &mut impl Write,
    summary: &Summary,
    states: States,
    elapsed: Duration,
    complete: bool,
) -> io::Result<()> {
    let partial = if complete { "" } else { " (stopped before the end: partial)" };
    writeln!(
        out,
        "swept {} in {:.2} s{partial}: {} open, {} closed, {} refused by an error on the way, {} silent",
        count(summary.endpoints, "endpoint"),
        elapsed.as_secs_f64(),
        states.open,
        states.closed,
        summary.soft,
        summary.silent,
    )?;
    write_probes(out, summary)?;
    if complete {
        write_bounds(out, &summary.bounds, summary.silent)?;
    } else {
        writeln!(out, "missed responders: not stated, the sweep did not come to its end")?;
    }
    write_untried(out, summary)
}

fn write_probes(out: &mut impl Write, summary: &Summary) -> io::Result<()> {
    let controls = summary.bounds.controls.tally;
    write!(out, "{} in {}", count(summary.sent, "probe"), count(summary.rounds.len() as u64, "round"))?;
    match controls.sent {
        0 => writeln!(out),
        sent => writeln!(
            out,
            "; {} of {} asked again stayed silent",
            controls.silent,
            count(sent, "known responder")
        ),
    }
}

fn write_bounds(out: &mut impl Write, bounds: &Bounds, silent: u64) -> io::Result<()> {
    if silent == 0 {
        return writeln!(out, "missed responders: none, nothing stayed silent");
    }
    match (bounds.alike, bounds.half) {
        (Some(alike), Some(half)) => writeln!(
            out,
            "missed responders, 99 % sure: at most {alike} if losses are alike; at most {half} if no host loses more \
             than half of its probes and rounds are independent"
        ),
        _ => writeln!(out, "missed responders: loss not measurable, nothing answered"),
    }
}

fn write_untried(out: &mut impl Write, summary: &Summary) -> io::Result<()> {
    if summary.silent > 0 {
        writeln!(
            out,
            "silent is not absent: {} may hide firewalled computers",
            count(summary.silent, "endpoint")
        )?;
    }
    if summary.withheld > 0 {
        writeln!(
            out,
            "not asked, or given up: {} (no route, host time-out)",
            count(summary.withheld, "endpoint")
        )?;
    }
    if summary.not_tried > 0 {
        writeln!(out, "not tried: {} when the sweep was stopped", count(summary.not_tried, "endpoint"))?;
    }
    if summary.conflicts > 0 {
        writeln!(out, "{} answered differently when asked again", count(summary.conflicts, "endpoint"))?;
    }
    let drops = summary.local_drops;
    if drops.sending > 0 {
        writeln!(out, "this machine was short of sockets {} times and slowed down", drops.sending)?;
    }
    if drops.receiving > 0 {
        writeln!(out, "this machine had no room for {} and slowed down", count(drops.receiving, "answer"))?;
    }
    if let Some(since) = summary.blocked_since {
        let second = since.since_start().as_secs_f64();
        writeln!(out, "known responders no longer answered after {second:.1} s: blocked, or overloaded")?;
    }
    Ok(())
}

fn count(number: u64, noun: &str) -> String {
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use muster_engine::{Controls, Drops, LossTally, RoundSummary};
    use muster_model::Instant;

    use super::*;

    fn summary() -> Summary {
        let tally = LossTally { sent: 40, silent: 2 };
        let round = |number, found| RoundSummary { number, sent: 256, found, controls: tally };
        Summary {
            rounds: vec![round(1, 60), round(2, 1)],
            endpoints: 256,
            answered: 61,
            restored: 0,
            soft: 3,
            withheld: 0,
            silent: 192,
            not_tried: 0,
            sent: 512,
            open_controls: tally,
            closed_controls: LossTally::default(),
            conflicts: 0,
            local_drops: Drops::default(),
            rate: 2_000.0,
            blocked_since: None,
            bounds: Bounds {
                found: 61,
                found_last: 1,
                alike: Some(4),
                half: Some(11),
                expected: 0.9,
                controls: Controls { tally, missed_by_all: 0.01 },
            },
            rtt: None,
        }
    }

    fn text(summary: &Summary, complete: bool) -> String {
        let mut bytes = Vec::new();
        let states = States { open: 30, closed: 31 };
        write_summary(&mut bytes, summary, states, Duration::from_millis(2_310), complete).unwrap();
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn a_whole_sweep() {
        insta::assert_snapshot!(text(&summary(), true));
    }

    #[test]
    fn whatever_went_wrong_is_said() {
        let mut summary = summary();
        (summary.not_tried, summary.withheld, summary.conflicts) = (100, 5, 1);
        summary.local_drops = Drops { sending: 7, receiving: 0 };
        (summary.bounds.alike, summary.bounds.half) = (None, None);
        summary.blocked_since = Some(Instant::from_nanos(1_500_000_000));
        insta::assert_snapshot!(text(&summary, false));
    }

    #[test]
    fn without_an_answer_nothing_is_measured() {
        let mut summary = summary();
        (summary.bounds.alike, summary.bounds.half) = (None, None);
        assert!(text(&summary, true).contains("loss not measurable, nothing answered"));
    }

    #[test]
    fn without_silence_nothing_is_missed() {
        let summary = Summary { silent: 0, ..summary() };
        assert!(text(&summary, true).contains("missed responders: none"));
    }
}
