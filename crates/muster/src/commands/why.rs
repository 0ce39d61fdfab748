//! `muster why`: the chain of reasons for one host's verdict.

use std::net::IpAddr;
use std::process::ExitCode;

use clap::Args;
use jiff::Timestamp;
use muster_catalog::Catalog;
use muster_model::{Run, RunId};
use muster_report::{AuditReport, write_why};
use muster_store::{HostQuery, Store};

use crate::failure::Failure;
use crate::keeping::{StorePath, store_failure, store_words};
use crate::output::print;

/// Tell why a host has its verdict
///
/// From the last run that is kept, or another one: what answered, what it said, what follows from it by the policy, and
/// what would tell more.
#[derive(Args, Debug)]
pub(crate) struct WhyArgs {
    /// The host: its address or its name
    #[arg(value_name = "HOST")]
    host: String,
    /// The run's number, as in muster history [default: the last run]
    #[arg(long, value_name = "N", value_parser = run_number)]
    run: Option<RunId>,
    #[command(flatten)]
    store: StorePath,
}

/// Prints the reasons.
pub(crate) fn why(args: &WhyArgs) -> Result<ExitCode, Failure> {
    let store = args.store.open()?;
    let (id, run) = loaded(&args.store, &store, args.run)?;
    let hosts = store.host(id, &host_query(&args.host)).map_err(|error| store_failure(&error))?;
    if hosts.is_empty() {
        return Err(not_in(args, id, &run));
    }
    let typed = args.store.typed();
    let store = store_words(typed.as_deref());
    let report =
        AuditReport { run: &run, id: Some(id), store, made: Timestamp::now(), catalog: Catalog::builtin() };
    print(|out| hosts.iter().try_for_each(|host| write_why(out, &report, host)))?;
    Ok(ExitCode::SUCCESS)
}

/// A run by its number, or else the last one that was kept.
///
/// # Errors
/// There is none.
pub(crate) fn loaded(path: &StorePath, store: &Store, id: Option<RunId>) -> Result<(RunId, Run), Failure> {
    let failed = |error| store_failure(&error);
    let id = match id {
        Some(id) => id,
        None => store.latest().map_err(failed)?.ok_or_else(|| no_runs(path))?,
    };
    match store.load(id).map_err(failed)? {
        Some(run) => Ok((id, run)),
        None => {
            let error = format!("run {id} is not in the store, or has no end recorded: under way, or killed");
            Err(Failure::usage(error).hint(format!("{} lists the runs", path.command("history"))))
        }
    }
}

/// A run's number as it is typed. The parser's own errors tell of digits.
pub(crate) fn run_number(text: &str) -> Result<RunId, String> {
    let hint = "muster history lists the runs; without a number it is the last one";
    text.parse().map(RunId).map_err(|_| format!("not a run's number\n\n  tip: {hint}"))
}

/// An address if it is one, else a name.
pub(crate) fn host_query(host: &str) -> HostQuery {
    host.parse::<IpAddr>().map_or_else(|_| HostQuery::Name(host.to_owned()), HostQuery::Address)
}

fn no_runs(path: &StorePath) -> Failure {
    Failure::usage("the store holds no run")
        .hint(format!("make one: {}", path.command("audit 192.168.0.0/24")))
}

/// A host that is not there may be silent, unmeasured or not asked at all: three different things.
fn not_in(args: &WhyArgs, id: RunId, run: &Run) -> Failure {
    let host = args.host.as_str();
    let within = |ranges: &[muster_model::AddressRange], address: IpAddr| {
        ranges.iter().any(|range| {
            range.first.is_ipv4() == address.is_ipv4() && (range.first..=range.last).contains(&address)
        })
    };
    let Ok(address) = host.parse::<IpAddr>() else {
        return Failure::usage(format!("no host of run {id} is called {host}")).hint(
            "try its address; names are known only where a target, a name server or an agent told them"
                .to_owned(),
        );
    };
    if within(&run.silent, address) {
        return Failure::usage(format!("{host} was silent in run {id}: nothing is known about it"))
            .hint("silent is not absent: it may be firewalled; ask DHCP, ARP or directory lists".to_owned());
    }
    if within(&run.phantom, address) {
        return Failure::usage(format!(
            "{host} was not measured in run {id}: the host or something on the way accepts everything, or resets everything"
        ))
        .hint("ask from a place behind the firewall that answers".to_owned());
    }
    Failure::usage(format!("{host} is not in run {id}, whose targets were {}", run.header.targets))
        .hint(format!("{} lists other runs; --run N chooses one", args.store.command("history")))
}
