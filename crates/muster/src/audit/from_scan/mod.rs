//! Judging what other scanners found: files are read, narrowed, put aside on disk, and judged a batch at a time. Nothing is
//! asked of anybody. An import holds a batch of hosts in memory, however large the file; an audit of files ends in a report, and for
//! that holds all hosts as they were judged.
//!
//! ```text
//! file ─Reader─▶ Host ─narrow─▶ Sheet ─▶ Spool ─in order of address─▶ merge ─▶ Learnt ─▶ Judging ─▶ hosts with verdicts
//! ```
//!
//! What it may conclude is less than what an audit may: a port that a file does not name says something only where the file
//! accounts for all that it asked, and a host that no file lists is unknown. It is judged as of the end of the scan.

mod asked;
mod file;
mod import;
mod judging;
mod merge;
mod narrow;
mod run;
mod seen;
mod sheet;
mod targets;
#[cfg(test)]
mod testing;
mod told;
mod untried;

pub(crate) use file::check_stdin;
pub(crate) use import::{Import, Imported};
pub(super) use run::audit_files;
pub(crate) use targets::narrowed_to;
