//! `muster scan`: the sweep alone, in Nmap's dialect.

mod args;
mod dry_run;
mod facts;
mod feigned;
mod found;
mod hosts;
mod outputs;
mod pings;
mod plan;
mod run;
mod stages;
mod telling;

pub(crate) use args::ScanArgs;
pub(crate) use run::scan;
