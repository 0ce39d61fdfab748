//! What the audit did not see, and how sure it is of what it saw.

use std::io::{self, Write};

use muster_model::{AddressRange, SweepRecord};

use super::super::AuditReport;
use super::super::words::{PHANTOM, SILENCE, bounds, clean, count, doubts, grouped, sweep_name, unsettled};
use super::{TextStyle, write_wrapped};
use muster_audit::Coverage;

/// How many ranges are named.
const MOST_RANGES: usize = 8;

/// Writes silence, phantoms, what was not tried, and the bounds of each sweep.
pub(super) fn write_limits(
    out: &mut impl Write,
    report: &AuditReport<'_>,
    style: TextStyle,
) -> io::Result<()> {
    let coverage = Coverage::of(report.run);
    writeln!(out, "\n{}", style.heading("what is not known, and how sure the rest is"))?;
    if coverage.silent > 0 {
        let text = format!("{}: {SILENCE}", count(coverage.silent, "silent address"));
        write_wrapped(out, style.columns(), ("  ", "    "), &text)?;
    }
    if coverage.phantom > 0 {
        let text =
            format!("{} in {}: {PHANTOM}", count(coverage.phantom, "address"), ranges(&report.run.phantom));
        write_wrapped(out, style.columns(), ("  ", "    "), &text)?;
    }
    for sentence in &report.run.not_tried {
        write_wrapped(out, style.columns(), ("  ", "    "), &format!("not tried: {sentence}"))?;
    }
    let (whole, others): (Vec<_>, Vec<_>) = report.run.sweeps.iter().partition(|sweep| is_answered(sweep));
    others.into_iter().try_for_each(|sweep| write_sweep(out, report, sweep, style))?;
    match whole[..] {
        [] => Ok(()),
        [sweep] => write_sweep(out, report, sweep, style),
        _ => {
            let endpoints = count(whole.iter().map(|sweep| sweep.endpoints).sum::<u64>(), "endpoint");
            let sweeps = whole.len();
            let text = format!(
                "{sweeps} sweeps of {endpoints} in which every endpoint answered, so nothing was missed"
            );
            write_wrapped(out, style.columns(), ("  ", "    "), &text)
        }
    }
}

/// Whether every endpoint was asked, and answered, and nothing about it is doubtful.
fn is_answered(sweep: &SweepRecord) -> bool {
    sweep.is_complete && sweep.answered == sweep.endpoints && doubts(sweep).is_empty()
}

fn write_sweep(
    out: &mut impl Write,
    report: &AuditReport<'_>,
    sweep: &SweepRecord,
    style: TextStyle,
) -> io::Result<()> {
    let mut numbers = format!(
        "{} answered of {}, {} silent",
        grouped(sweep.answered),
        count(sweep.endpoints, "endpoint"),
        grouped(sweep.silent)
    );
    let unsettled = unsettled(sweep);
    if !unsettled.is_empty() {
        numbers = format!("{numbers}, {unsettled}");
    }
    let head = format!("sweep {} of ports {}: {numbers}", sweep_name(sweep), clean(&sweep.ports));
    let clauses: Vec<String> = [head, bounds(report.run, sweep)].into_iter().chain(doubts(sweep)).collect();
    write_wrapped(out, style.columns(), ("  ", "    "), &clauses.join("; "))
}

fn ranges(ranges: &[AddressRange]) -> String {
    let mut names: Vec<_> = ranges.iter().take(MOST_RANGES).map(ToString::to_string).collect();
    if ranges.len() > MOST_RANGES {
        names.push(format!("{} more ranges", grouped((ranges.len() - MOST_RANGES) as u64)));
    }
    names.join(", ")
}
