//! `muster history`: the runs that are kept, or one host through them.

use std::process::ExitCode;

use clap::Args;
use muster_report::{write_history, write_host_history};

use super::why::host_query;
use crate::failure::Failure;
use crate::keeping::{StorePath, store_failure};
use crate::output::print;

/// List the runs that are kept, newest first, or the verdicts on one host through them
#[derive(Args, Debug)]
pub(crate) struct HistoryArgs {
    /// Only this host: its address or its name
    #[arg(value_name = "HOST")]
    host: Option<String>,
    /// At most so many runs
    #[arg(short = 'n', long = "most", value_name = "N", default_value = "20")]
    most: usize,
    #[command(flatten)]
    store: StorePath,
}

/// Prints the list.
pub(crate) fn history(args: &HistoryArgs) -> Result<ExitCode, Failure> {
    let store = args.store.open()?;
    let failed = |error| store_failure(&error);
    match &args.host {
        None => {
            let runs = store.runs(args.most).map_err(failed)?;
            print(|out| write_history(out, &runs))?;
        }
        Some(host) => {
            let seen = store.host_history(&host_query(host), args.most).map_err(failed)?;
            if seen.is_empty() {
                return Err(Failure::usage(format!("no run that is kept has a host {host}"))
                    .hint(format!("{} lists the runs and their targets", args.store.command("history"))));
            }
            print(|out| write_host_history(out, &seen))?;
        }
    }
    Ok(ExitCode::SUCCESS)
}
