//! `muster scan`: the sweep alone, in Nmap's dialect.

mod args;
mod dry_run;
mod hosts;
mod outputs;
mod plan;
mod run;

pub(crate) use args::ScanArgs;
pub(crate) use run::scan;
