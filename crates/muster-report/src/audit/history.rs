//! A store's runs, a few lines each.

use std::io::{self, Write};

use muster_model::{RunOutcome, RunSummary};

use super::share::Share;
use super::text::write_wrapped;
use super::words::{clean, grouped, minute};

/// Writes what is known of `runs`, in the order given, at most 80 columns wide unless a command line is longer.
///
/// # Errors
/// The writer's.
pub fn write_history(out: &mut impl Write, runs: &[RunSummary]) -> io::Result<()> {
    if runs.is_empty() {
        return writeln!(out, "no runs yet: muster audit TARGETS makes one");
    }
    writeln!(out, "{:>5}  {:<16}  {:>12}  {:<18}  outcome", "run", "began (UTC)", "addresses", "coverage")?;
    for run in runs {
        write_run(out, run)?;
    }
    let text = "coverage: the protected, up to the protected, unknown and suspect, of the computers in scope that \
                answered; what a run did not reach is not in it";
    writeln!(out)?;
    write_wrapped(out, WIDTH, ("", "  "), text)
}

fn write_run(out: &mut impl Write, run: &RunSummary) -> io::Result<()> {
    let outcome = match (&run.outcome, run.end) {
        (RunOutcome::Complete, _) => "complete",
        (RunOutcome::Partial(_), Some(_)) => "partial",
        (RunOutcome::Partial(_), None) => "partial, no end",
    };
    writeln!(
        out,
        "{:>5}  {:<16}  {:>12}  {:<18}  {outcome}",
        run.id,
        minute(run.start),
        grouped(run.addresses),
        Share::from(run).range().unwrap_or_else(|| "-".to_owned()),
    )?;
    let counts: Vec<_> = run
        .verdicts
        .iter()
        .filter(|(_, hosts)| *hosts > 0)
        .map(|(verdict, hosts)| format!("{} {verdict}", grouped(*hosts)))
        .collect();
    let verdicts = if counts.is_empty() { "no hosts".to_owned() } else { counts.join(", ") };
    write_wrapped(out, WIDTH, (INDENT, INDENT), &verdicts)?;
    if let RunOutcome::Partial(why) = &run.outcome {
        write_wrapped(out, WIDTH, (INDENT, INDENT), why)?;
    }
    writeln!(out, "{INDENT}$ {}", clean(&run.arguments))
}

const WIDTH: usize = 80;
const INDENT: &str = "       ";
