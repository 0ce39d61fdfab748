//! `muster audit`: sweep, identify, judge, keep, tell.

mod args;
mod dry_run;
mod from_scan;
mod judging;
mod learnt;
mod pipeline;
mod plan;
mod questions;
mod refused;
mod run;
mod sample;
mod untried;
mod watch;

pub(crate) use args::AuditArgs;
pub(crate) use from_scan::{Import, Imported, check_stdin, narrowed_to};
pub(crate) use pipeline::{Audit, Audited};
pub(crate) use plan::policy_of;
pub(crate) use run::{audit, operator};
