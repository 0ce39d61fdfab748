//! `muster audit`: sweep, identify, judge, keep, tell.

mod args;
mod dry_run;
mod learnt;
mod pipeline;
mod plan;
mod refused;
mod run;
mod untried;
mod watch;

pub(crate) use args::AuditArgs;
pub(crate) use pipeline::{Audit, Audited};
pub(crate) use run::{audit, operator};
