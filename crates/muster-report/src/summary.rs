//! A sweep's end in sentences: what was found, how sure that is, and what was not looked at.

use std::io::{self, Write};
use std::time::Duration;

use muster_engine::Summary;

use crate::duration_text;

/// How many of the ports that answered are in which state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct States {
    /// Open ports.
    pub open: u64,
    /// Closed ports.
    pub closed: u64,
    /// Hosts that answered a request of ICMP.
    pub pings: u64,
    /// Hosts that answered on the local link, to ARP or Neighbour Discovery.
    pub neighbors: u64,
    /// Ports at addresses for which nobody answered on the local link: not even an error came.
    pub nobody: u64,
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
    write!(
        out,
        "swept {} in {}{partial}: {} open, {} closed, ",
        count(summary.endpoints, "endpoint"),
        duration_text(elapsed, 2),
        states.open,
        states.closed,
    )?;
    write_hosts(out, states)?;
    write_unanswered(out, summary, states.nobody)?;
    write_probes(out, summary)?;
    if complete {
        write_bounds(out, summary)?;
    } else {
        writeln!(out, "missed responders: not stated, the sweep did not come to its end")?;
    }
    write_untried(out, summary)
}

/// Who answered without a port.
fn write_hosts(out: &mut impl Write, states: States) -> io::Result<()> {
    for (hosts, to) in [(states.pings, "an ICMP request"), (states.neighbors, "on the same link")] {
        if hosts > 0 {
            write!(out, "{hosts} answered {to}, ")?;
        }
    }
    Ok(())
}

/// What did not answer itself. A host that was given up is no longer among the soft ones, though it was seen.
fn write_unanswered(out: &mut impl Write, summary: &Summary, nobody: u64) -> io::Result<()> {
    let nobody = nobody.min(summary.soft);
    write!(out, "{} refused by an error on the way, ", summary.soft - nobody)?;
    if nobody > 0 {
        write!(out, "{nobody} at addresses for which nobody answered, ")?;
    }
    writeln!(out, "{} silent", summary.silent)
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

fn write_bounds(out: &mut impl Write, summary: &Summary) -> io::Result<()> {
    if summary.silent == 0 {
        return writeln!(out, "missed responders: {}", without_silence(summary));
    }
    let (whom, rest) = match summary.asks_udp {
        true => (
            " that answer themselves",
            "\nmissed closed UDP ports: not stated, hosts limit their ICMP errors",
        ),
        false => ("", ""),
    };
    match (summary.bounds.alike, summary.bounds.half) {
        (Some(alike), Some(half)) => writeln!(
            out,
            "missed responders{whom}, 99 % sure: at most {alike} if losses are alike; at most {half} if no host loses \
             more than half of its probes and rounds are independent{rest}"
        ),
        _ if summary.asks_udp && summary.answered > summary.restored => {
            writeln!(out, "missed responders: loss not measurable, nothing answered but by ICMP errors{rest}")
        }
        _ => writeln!(out, "missed responders: loss not measurable, nothing answered"),
    }
}

/// What may be said of those that were missed where nothing stayed silent. An error from the way, or a look-up that
/// failed, is no word from the host.
fn without_silence(summary: &Summary) -> String {
    match (summary.soft, summary.withheld) {
        (0, 0) => "none, nothing stayed silent".to_owned(),
        (0, _) => "none of those that were asked to the end, nothing stayed silent".to_owned(),
        (soft, _) => {
            format!(
                "not stated, nothing is known of {} that did not answer themselves",
                count(soft, "endpoint")
            )
        }
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
            "not asked, or given up: {} (no way there, an interface that took nothing, host time-out)",
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
        writeln!(
            out,
            "this machine was short of buffers or sockets {} times and slowed down",
            drops.sending
        )?;
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
    use muster_engine::{Bounds, Controls, Drops, LossTally, RoundSummary};
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
            asks_udp: false,
            rtt: None,
        }
    }

    fn text(summary: &Summary, complete: bool) -> String {
        text_of(summary, States { open: 30, closed: 31, ..States::default() }, complete)
    }

    fn text_of(summary: &Summary, states: States, complete: bool) -> String {
        let mut bytes = Vec::new();
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
    fn of_closed_udp_ports_nothing_is_stated() {
        let mut summary = Summary { asks_udp: true, ..summary() };
        let told = text(&summary, true);
        assert!(told.contains("missed responders that answer themselves, 99 % sure: at most 4 "), "{told}");
        assert!(
            told.contains("\nmissed closed UDP ports: not stated, hosts limit their ICMP errors\n"),
            "{told}"
        );
        (summary.bounds.alike, summary.bounds.half) = (None, None);
        let told = text(&summary, true);
        assert!(told.contains("loss not measurable, nothing answered but by ICMP errors\n"), "{told}");
        summary.answered = 0;
        assert!(text(&summary, true).contains("loss not measurable, nothing answered\n"));
    }

    #[test]
    fn an_address_for_which_nobody_answered_is_no_error_and_no_word_from_a_host() {
        let summary = Summary { silent: 0, soft: 192, answered: 0, ..summary() };
        let of = |nobody| text_of(&summary, States { nobody, ..States::default() }, true);
        let told = of(190);
        assert!(told.contains(
            "2 refused by an error on the way, 190 at addresses for which nobody answered, 0 silent"
        ));
        assert!(!told.contains("missed responders: none"), "{told}");
        assert!(told.contains("missed responders: not stated, nothing is known of 192 endpoints"), "{told}");
        assert!(
            of(500).contains("0 refused by an error on the way, 192 at addresses"),
            "who was given up is in neither"
        );
    }

    #[test]
    fn who_answers_without_a_port_is_counted_too() {
        let told =
            text_of(&summary(), States { open: 3, pings: 40, neighbors: 18, ..States::default() }, true);
        let expected =
            ": 3 open, 0 closed, 40 answered an ICMP request, 18 answered on the same link, 3 refused by";
        assert!(told.contains(expected), "{told}");
        assert!(!text(&summary(), true).contains("an ICMP request"), "a sweep of ports sends none");
    }

    #[test]
    fn without_silence_nothing_is_missed() {
        let mut summary = Summary { silent: 0, soft: 0, ..summary() };
        assert!(text(&summary, true).contains("missed responders: none, nothing stayed silent"));
        summary.withheld = 3;
        assert!(text(&summary, true).contains("missed responders: none of those that were asked to the end"));
    }
}
