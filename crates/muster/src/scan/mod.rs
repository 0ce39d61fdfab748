//! `muster scan`: the sweep alone, in Nmap's dialect.

mod args;
mod chosen;
mod dry_run;
mod facts;
mod feigned;
mod found;
mod hosts;
mod iflist;
mod list;
mod output_args;
mod outputs;
mod pings;
mod plan;
mod program;
mod run;
mod services;
mod stages;
mod telling;

pub(crate) use args::ScanArgs;
pub(crate) use iflist::list_interfaces;
pub(crate) use list::list_targets;
pub(crate) use program::Program;
pub(crate) use run::scan;
