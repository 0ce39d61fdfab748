//! An audit as JSON lines.

use std::io::{self, Write};

use super::AuditReport;
use crate::schema::audit::{Audit, Host, Line, Range, Sweep, Totals};
use muster_audit::Coverage;

/// Writes the lines of [`schema::audit`](crate::schema::audit).
///
/// # Errors
/// The writer's.
pub fn write_jsonl(out: &mut impl Write, report: &AuditReport<'_>) -> io::Result<()> {
    let run = report.run;
    Line::Audit(Audit::new(run, report.id)).write(out)?;
    for sweep in &run.sweeps {
        Line::Sweep(Sweep::new(run, sweep)).write(out)?;
    }
    for host in &run.hosts {
        Line::Host(Box::new(Host::new(host, run.header.start))).write(out)?;
    }
    for range in &run.silent {
        Line::Silent(Range::from(*range)).write(out)?;
    }
    for range in &run.phantom {
        Line::Phantom(Range::from(*range)).write(out)?;
    }
    Line::Coverage(Totals::from(&Coverage::of(run))).write(out)
}
