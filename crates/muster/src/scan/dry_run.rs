//! What a scan would do, without doing it.

use std::process::ExitCode;

use muster_engine::{Payloads, Shard, Sweep, SweepPlan};
use muster_model::Protocol;
use muster_report::duration_text;

use super::args::ScanArgs;
use super::plan::ScanPlan;
use super::services::asked_udp;
use super::stages::decoy_port;
use crate::failure::Failure;
use crate::output::{count, print, text_width, write_row};
use crate::sweep::{Choice, NetworkKind, Pace, SNMP_PORT, duration, most_sockets, ways, wire_bytes};

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
    let mut rows = vec![
        ("targets", format!("{}: {}", count(sweep.targets.len(), "address"), sweep.targets)),
        ("network", choice.to_string()),
    ];
    rows.extend(ways.into_iter().map(|way| ("", way)));
    rows.push(("ports", ports(args, &sweep)));
    rows.push(("discovery", discovery(args, plan, choice.kind)));
    rows.extend(decoy_port(args, plan, choice).map(|port| ("decoys", decoys(port))));
    if args.service_versions {
        rows.push(("services", services(payloads)));
    }
    if plan.shard != Shard::WHOLE {
        rows.push(("shard", format!("{}: {}", plan.shard, count(endpoints, "endpoint"))));
    }
    rows.extend(costs(&sweep, endpoints, payloads));
    rows.extend(sockets.map(|sockets| ("sockets", format!("at most {sockets} at once"))));
    rows.push(("seed", plan.seed.0.to_string()));
    print(|out| {
        rows.iter().try_for_each(|(key, text)| write_row(out, text_width(), key, text))?;
        writeln!(out, "nothing was sent")
    })?;
    Ok(ExitCode::SUCCESS)
}

fn services(payloads: &Payloads) -> String {
    let udp = asked_udp(payloads.at(SNMP_PORT).is_some());
    format!(
        "one conversation with every TCP port that is open, ports that may print excepted, and with UDP {udp}"
    )
}

fn endpoints(sweep: &SweepPlan, plan: &ScanPlan) -> Result<u64, Failure> {
    let whole = sweep.endpoints().map_err(Failure::usage)?;
    if plan.shard == Shard::WHOLE {
        return Ok(whole);
    }
    Sweep::new(sweep.clone(), plan.seed).map(|sweep| sweep.summary().endpoints).map_err(Failure::usage)
}

/// What it takes, by what the plan allows.
fn costs(sweep: &SweepPlan, endpoints: u64, payloads: &Payloads) -> [(&'static str, String); 5] {
    let most = endpoints.saturating_mul(u64::from(sweep.rounds.most));
    let a_host = 1.0 / sweep.host_spacing.as_secs_f64();
    let (least, silent) = duration(sweep, endpoints);
    let [least, silent] = [least, silent].map(|time| duration_text(time, 1));
    [
        ("probes", format!("{endpoints} if everything answers, at most {most} and the controls")),
        ("bytes", format!("{} a round, answers not counted", wire_bytes(sweep, payloads))),
        ("rate", format!("{} probes a second, at most {a_host:.0} to a host", sweep.rate)),
        ("time", format!("at least {least}, about {silent} if nothing answers")),
        ("rounds", format!("{} to {}", sweep.rounds.least, sweep.rounds.most)),
    ]
}

/// Who is asked besides, where the answers look as if one device gave them all.
fn decoys(port: u16) -> String {
    format!(
        "where ports seem open, up to 16 addresses are asked at TCP {port} too, and 8 of every network that seems \
         full or resets alike; --no-decoys leaves them out"
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
    let by = plan.discovery_words(kind);
    match (args.skip_discovery, args.only_discovery) {
        (true, _) if near.is_empty() => "none: every address is swept".to_owned(),
        (true, _) => format!("{near}elsewhere none: every address is swept"),
        (false, true) => format!("{near}{by}, nothing else"),
        (false, false) => format!("{near}{by} first; only hosts that answer are swept"),
    }
}
