//! What a scan would do, without doing it.

use std::process::ExitCode;

use muster_engine::{Payloads, Shard, Sweep, SweepPlan};
use muster_model::Protocol;

use super::args::ScanArgs;
use super::pings::describe;
use super::plan::ScanPlan;
use super::stages::decoy_port;
use crate::failure::Failure;
use crate::output::{count, print};
use crate::sweep::{Choice, NetworkKind, Pace, duration, most_sockets, ways, wire_bytes};

/// Prints the plan to stdout; `payloads` are the requests for UDP ports.
///
/// # Errors
/// If there is nothing to sweep, the kernel does not tell its routes, or stdout cannot be written.
pub(crate) fn dry_run(
    args: &ScanArgs,
    plan: &ScanPlan,
    choice: &Choice,
    payloads: &Payloads,
) -> Result<ExitCode, Failure> {
    let sockets = most_sockets(choice.kind)?;
    let targets = plan.targets.addresses.clone();
    let pace = Pace { args: &args.timing, sockets };
    let sweep = match args.only_discovery {
        true => plan.discovery(targets, choice.kind, pace),
        false => plan.port_sweep(targets, pace),
    };
    // Who is to be taken for living, and nothing else, is asked nothing.
    let endpoints = if sweep.questions.is_empty() { 0 } else { endpoints(&sweep, plan)? };
    let ways =
        if choice.kind == NetworkKind::Raw { ways(&sweep.targets, &args.network)? } else { Vec::new() };
    let (least, silent) = duration(&sweep, endpoints);
    print(|out| {
        writeln!(out, "targets    {}: {}", count(sweep.targets.len(), "address"), sweep.targets)?;
        writeln!(out, "network    {choice}")?;
        ways.iter().try_for_each(|way| writeln!(out, "           {way}"))?;
        writeln!(out, "ports      {}", ports(args, &sweep))?;
        writeln!(out, "discovery  {}", discovery(args, plan, choice.kind))?;
        if let Some(port) = decoy_port(args, plan, choice) {
            writeln!(out, "decoys     {}", decoys(port))?;
        }
        if plan.shard != Shard::WHOLE {
            writeln!(out, "shard      {}: {}", plan.shard, count(endpoints, "endpoint"))?;
        }
        let most = endpoints.saturating_mul(u64::from(sweep.rounds.most));
        writeln!(out, "probes     {endpoints} if everything answers, at most {most} and the controls")?;
        writeln!(out, "bytes      {} a round, answers not counted", wire_bytes(&sweep, payloads))?;
        let a_host = 1.0 / sweep.host_spacing.as_secs_f64();
        writeln!(out, "rate       {} probes a second, at most {a_host:.0} to a host", sweep.rate)?;
        let (least, silent) = (least.as_secs_f64(), silent.as_secs_f64());
        writeln!(out, "time       at least {least:.1} s, about {silent:.1} s if nothing answers")?;
        writeln!(out, "rounds     {} to {}", sweep.rounds.least, sweep.rounds.most)?;
        if let Some(sockets) = sockets {
            writeln!(out, "sockets    at most {sockets} at once")?;
        }
        writeln!(out, "seed       {}\nnothing was sent", plan.seed.0)
    })?;
    Ok(ExitCode::SUCCESS)
}

fn endpoints(sweep: &SweepPlan, plan: &ScanPlan) -> Result<u64, Failure> {
    let whole = sweep.endpoints().map_err(Failure::usage)?;
    if plan.shard == Shard::WHOLE {
        return Ok(whole);
    }
    Sweep::new(sweep.clone(), plan.seed).map(|sweep| sweep.summary().endpoints).map_err(Failure::usage)
}

/// Who is asked besides, where the sweep finds open ports.
fn decoys(port: u16) -> String {
    format!(
        "where ports seem open, up to 16 addresses are asked at TCP {port} too, and 8 of every network that seems \
         full; --no-decoys leaves them out"
    )
}

/// `4: TCP 1-3,80`
fn ports(args: &ScanArgs, sweep: &SweepPlan) -> String {
    if args.only_discovery {
        return "none".to_owned();
    }
    let ports = sweep.questions.port_set();
    let lists = [("TCP", Protocol::Tcp), ("UDP", Protocol::Udp)].map(|(name, protocol)| {
        (ports.len(protocol) > 0).then(|| format!("{name} {}", ports.list(protocol)))
    });
    format!("{}: {}", ports.total(), lists.into_iter().flatten().collect::<Vec<_>>().join("; "))
}

fn discovery(args: &ScanArgs, plan: &ScanPlan, kind: NetworkKind) -> String {
    let near = match kind {
        NetworkKind::Raw => "ARP and Neighbour Discovery on the same link, ",
        NetworkKind::Connect => "",
    };
    let by = describe(&plan.discovery_questions(kind), kind);
    match (args.skip_discovery, args.only_discovery) {
        (true, _) if near.is_empty() => "none: every address is swept".to_owned(),
        (true, _) => format!("{near}elsewhere none: every address is swept"),
        (false, true) => format!("{near}{by}, nothing else"),
        (false, false) => format!("{near}{by} first; only hosts that answer are swept"),
    }
}
