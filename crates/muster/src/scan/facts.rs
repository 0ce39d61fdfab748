//! What makes a scan's plan, for its journal: a scan goes on only where all of it is the same.

use std::ffi::OsString;
use std::time::Duration;

use jiff::Zoned;
use muster_sweep::{Fact, Header};

use super::args::ScanArgs;
use super::plan::ScanPlan;
use super::program::Program;
use crate::dialect::as_scan;
use crate::failure::Failure;
use crate::sweep::{NetworkKind, TimingArgs};

/// The header of the journal of a scan that began at `start` with the command line `words`.
///
/// # Errors
/// If words are not UTF-8: they could not be typed again from the journal.
pub(crate) fn journal_header(
    args: &ScanArgs,
    plan: &ScanPlan,
    kind: NetworkKind,
    words: &[OsString],
    start: &Zoned,
) -> Result<Header, Failure> {
    let words = typed_for_muster(args, words);
    let arguments = words.iter().map(|word| word.to_str().map(str::to_owned)).collect::<Option<_>>();
    let arguments = match arguments {
        Some(arguments) => arguments,
        None if args.journal.is_none() => Vec::new(),
        None => {
            return Err(Failure::usage("a journal holds only arguments that are UTF-8")
                .hint("rename the files that are not".to_owned()));
        }
    };
    Ok(Header {
        program: env!("CARGO_PKG_VERSION").to_owned(),
        arguments,
        start: start.timestamp().as_nanosecond().try_into().unwrap_or_default(),
        seed: plan.seed.0,
        facts: facts(args, plan, kind),
    })
}

/// The words by which muster itself is told the same: a journal is gone on with under either name.
fn typed_for_muster(args: &ScanArgs, words: &[OsString]) -> Vec<OsString> {
    match args.program {
        Program::Muster => words.to_vec(),
        Program::Nmap => as_scan(words),
    }
}

fn facts(args: &ScanArgs, plan: &ScanPlan, kind: NetworkKind) -> Vec<Fact> {
    let discovery = match &plan.pings {
        None => "none (-Pn)".to_owned(),
        Some(_) => plan.discovery_words(kind),
    };
    let network = match kind {
        NetworkKind::Connect => "connections (-sT)",
        NetworkKind::Raw => "frames (-sS)",
    };
    vec![
        Fact::of_addresses("targets", &plan.targets.addresses),
        Fact::new("ports", &plan.ports),
        Fact::new("discovery", discovery),
        Fact::new("decoys", if args.no_decoys { "none (--no-decoys)" } else { "asked" }),
        Fact::new("shard", plan.shard),
        Fact::new("order", if args.choice.sequential { "ascending (-r)" } else { "random" }),
        Fact::new("network", network),
        Fact::new("frames", frames(args)),
        Fact::new("timing", timing(&args.timing)),
    ]
}

/// The options of frames that were typed.
fn frames(args: &ScanArgs) -> String {
    let network = &args.network;
    typed([
        valued("-e", network.device.as_ref()),
        valued("-S", network.source),
        valued("-g", network.source_port),
        valued("--ttl", network.ttl),
        network.disable_arp_ping.then(|| "--disable-arp-ping".to_owned()),
        args.udp_empty.then(|| "--udp-empty".to_owned()),
    ])
}

/// The options of timing that were typed.
fn timing(timing: &TimingArgs) -> String {
    typed([
        Some(format!("-T {}", format!("{:?}", timing.template).to_lowercase())),
        valued("--max-rate", timing.max_rate),
        valued("--min-rate", timing.min_rate),
        valued("--max-retries", timing.max_retries),
        valued("--max-missed", timing.max_missed),
        timed("--host-timeout", timing.host_timeout),
        timed("--scan-delay", timing.scan_delay),
        timed("--initial-rtt-timeout", timing.initial_rtt_timeout),
        timed("--min-rtt-timeout", timing.min_rtt_timeout),
        timed("--max-rtt-timeout", timing.max_rtt_timeout),
    ])
}

fn timed(option: &str, time: Option<Duration>) -> Option<String> {
    valued(option, time.map(|time| format!("{}s", time.as_secs_f64())))
}

fn valued(option: &str, value: Option<impl std::fmt::Display>) -> Option<String> {
    value.map(|value| format!("{option} {value}"))
}

fn typed(options: impl IntoIterator<Item = Option<String>>) -> String {
    let options: Vec<String> = options.into_iter().flatten().collect();
    if options.is_empty() { "as usual".to_owned() } else { options.join(" ") }
}
