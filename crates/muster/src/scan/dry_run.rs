//! What a scan would do, without doing it.

use std::io::{self, Write as _};
use std::process::ExitCode;

use muster_model::Protocol;

use super::args::ScanArgs;
use super::plan::ScanPlan;
use crate::failure::Failure;

/// Prints the plan to stdout.
pub(crate) fn dry_run(args: &ScanArgs, plan: &ScanPlan, sockets: usize) -> Result<ExitCode, Failure> {
    let sweep = if args.only_discovery {
        plan.discovery(&args.timing, sockets)?
    } else {
        plan.port_sweep(plan.targets.addresses.clone(), &args.timing, sockets)
    };
    let endpoints = sweep.endpoints().map_err(Failure::usage)?;
    let (addresses, ports) = (sweep.targets.len(), sweep.questions.total());
    let discovery = match (args.skip_discovery, args.only_discovery) {
        (true, _) => "none: every address is swept",
        (false, true) => "ports 80 and 443, nothing else",
        (false, false) => "ports 80 and 443 first; only hosts that answer are swept",
    };
    let rounds = &sweep.rounds;
    let text = format!(
        "targets    {addresses} {}: {}\n\
         ports      {ports}: TCP {}\n\
         discovery  {discovery}\n\
         probes     {endpoints} if everything answers, at most {} and the controls\n\
         rate       {} probes a second, at most {:.0} to a host; at least {:.1} s\n\
         rounds     {} to {}\n\
         sockets    at most {sockets} at once\n\
         seed       {}\n\
         nothing was sent\n",
        if addresses == 1 { "address" } else { "addresses" },
        sweep.targets,
        sweep.questions.port_set().list(Protocol::Tcp),
        endpoints.saturating_mul(u64::from(rounds.most)),
        sweep.rate,
        1.0 / sweep.host_spacing.as_secs_f64(),
        endpoints as f64 / sweep.rate,
        rounds.least,
        rounds.most,
        plan.seed.0,
    );
    match anstream::stdout().write_all(text.as_bytes()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(Failure::environment(format!("cannot write stdout: {error}")))
        }
        _ => Ok(ExitCode::SUCCESS),
    }
}
