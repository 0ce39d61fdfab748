//! An audit for the terminal: the answer first, then who needs attention, then what is not known.

mod attention;
mod limits;
mod map;
mod wrap;

use std::io::{self, Write};

use anstyle::Style;
use muster_model::{RunOutcome, Verdict};

use super::share::Share;
use super::words::{SILENT, clean, count, grouped, meaning, moment, took};
use super::{AuditReport, StoreWords};
use crate::map::{Judged, Mark};
use muster_audit::Coverage;

pub(crate) use wrap::write_wrapped;

/// How the text is set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TextStyle {
    /// Columns; at least 40 are used.
    pub width: usize,
    /// How many hosts that need attention are shown.
    pub most_hosts: usize,
    /// Whether words and letters have colours.
    pub color: bool,
}

impl TextStyle {
    fn columns(self) -> usize {
        self.width.max(40)
    }

    fn paint(self, style: Style, text: &str) -> String {
        if self.color { format!("{style}{text}{style:#}") } else { text.to_owned() }
    }

    fn heading(self, text: &str) -> String {
        self.paint(Style::new().bold(), text)
    }
}

/// Writes the audit for a terminal.
///
/// # Errors
/// The writer's.
pub fn write_audit_text(out: &mut impl Write, report: &AuditReport<'_>, style: TextStyle) -> io::Result<()> {
    write_answer(out, report, style)?;
    write_verdicts(out, report, style)?;
    map::write_map(out, report, style)?;
    attention::write_attention(out, report, style)?;
    attention::write_unknown(out, report, style)?;
    limits::write_limits(out, report, style)?;
    write_signature(out, report, style)
}

fn write_answer(out: &mut impl Write, report: &AuditReport<'_>, style: TextStyle) -> io::Result<()> {
    let run = report.run;
    if let RunOutcome::Partial(why) = &run.outcome {
        let text = format!("PARTIAL: {why}; what follows is what was seen until then, and no more");
        write_wrapped(out, style.columns(), ("", "  "), &text)?;
    }
    if run.header.policy.is_none() {
        let text = "no policy: which product is expected where is not known, so nothing is called unprotected \
                    for want of one";
        write_wrapped(out, style.columns(), ("", "  "), text)?;
    }
    let share = Share::from(&Coverage::of(run));
    write_wrapped(out, style.columns(), ("", "  "), &share.sentence())
}

/// The counts with what they mean; the letters are the map's.
fn write_verdicts(out: &mut impl Write, report: &AuditReport<'_>, style: TextStyle) -> io::Result<()> {
    let coverage = Coverage::of(report.run);
    writeln!(out)?;
    for verdict in Verdict::ALL {
        let row = Row { mark: verdict.into(), name: verdict.to_string(), meaning: meaning(verdict) };
        row.write(out, coverage.count(verdict).into(), style)?;
    }
    let row = Row {
        mark: Judged::Phantom,
        name: "phantom addresses".to_owned(),
        meaning: "even the decoy port is open: not measured",
    };
    row.write(out, coverage.phantom, style)?;
    let row = Row { mark: Judged::Silent, name: "silent addresses".to_owned(), meaning: SILENT };
    row.write(out, coverage.silent, style)
}

/// A line of the table of counts.
struct Row {
    mark: Judged,
    name: String,
    meaning: &'static str,
}

impl Row {
    fn write(&self, out: &mut impl Write, number: u128, style: TextStyle) -> io::Result<()> {
        let letter = style.paint(self.mark.style(), &self.mark.letter().to_string());
        let indent = " ".repeat(33);
        let first = format!("{letter}  {:<20} {:>7}  ", self.name, grouped(number));
        write_wrapped(out, style.columns(), (&first, &indent), self.meaning)
    }
}

fn write_signature(out: &mut impl Write, report: &AuditReport<'_>, style: TextStyle) -> io::Result<()> {
    let header = &report.run.header;
    let number = report.id.map_or_else(|| "not stored".to_owned(), |id| format!("run {id}"));
    let text = format!(
        "{number}: {}, {}, began {}, took {}, by {}, muster {}",
        clean(&header.targets),
        count(header.addresses, "address"),
        moment(header.start),
        took(report.run),
        header.operator,
        header.version,
    );
    writeln!(out)?;
    write_wrapped(out, style.columns(), ("", "  "), &text)?;
    let why = report.why();
    let text = match (report.id, report.store) {
        (Some(_), _) => format!("every reason for one host: {why}"),
        (None, StoreWords::Usual) => {
            format!("without --no-store a run is kept, and {why} tells every reason")
        }
        (None, StoreWords::Named(_)) => {
            format!("the run is not in its store; of one that is, {why} tells every reason")
        }
        (None, StoreWords::OnlyNamed) => {
            format!("with --store FILE a run is kept, and {why} tells every reason")
        }
    };
    write_wrapped(out, style.columns(), ("", "  "), &text)
}
