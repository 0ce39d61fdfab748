//! `-sL`: the targets themselves, in every format. Nothing is sent to them; unless with `-n`, name servers are asked.

use std::collections::HashMap;
use std::ffi::OsString;
use std::net::IpAddr;
use std::process::ExitCode;

use jiff::Zoned;
use muster_model::Reason;
use muster_nmap::options::quoted;
use muster_nmap::output::{Ending, Host, Outcome, Scan, ScanKind};

use super::args::ScanArgs;
use super::outputs::{Others, Outputs};
use crate::failure::Failure;
use crate::output::say;
use crate::signals::{Signal, Signals};
use crate::sweep::{Levels, Targets, as_calling_user, inputs, names_of};

/// Lists the targets of `args`; `words` is the command line as typed.
///
/// # Errors
/// What is wrong with the targets, or with a file to write.
pub(crate) fn list_targets(args: &ScanArgs, words: &[OsString]) -> Result<ExitCode, Failure> {
    let start = Zoned::now();
    let targets = as_calling_user(|| Targets::new(&args.targets, NO_PORT))?;
    let signals = Signals::catch()?;
    let levels = Levels::new(args.output.verbose, args.output.debug);
    let others = Others { outputs: &[], inputs: &inputs(&args.targets) };
    let mut outputs = Outputs::open(&args.output, levels, &start, &others)?;
    for error in &targets.unresolved {
        say(&format!("warning: {error}; the list goes on without it\n"));
    }
    let names = names(args, &targets, &signals);
    let scan = scan(args, &quoted(words), start);
    outputs.begin(&scan);
    let mut total = 0;
    for address in targets.order.of(&targets.addresses).take_while(|_| signals.received().is_none()) {
        outputs.host(&scan, &host(address, &targets, &names));
        total += 1;
    }
    outputs.end(&scan, &ending(&scan, total, &signals));
    exit_code(args, &targets, &outputs, &signals)
}

/// Nothing is asked.
const NO_PORT: u32 = 0;

fn names(args: &ScanArgs, targets: &Targets, signals: &Signals) -> HashMap<IpAddr, String> {
    if args.targets.never_resolve {
        return HashMap::new();
    }
    let addresses: Vec<IpAddr> = targets.addresses.iter().collect();
    names_of(&addresses, &args.targets.dns_servers, signals).told()
}

fn scan(args: &ScanArgs, arguments: &str, start: Zoned) -> Scan {
    Scan {
        program: args.program.name().to_owned(),
        version: args.program.version().to_owned(),
        arguments: arguments.to_owned(),
        start,
        kind: ScanKind::List,
        tcp: Vec::new(),
        udp: Vec::new(),
        asks_services: false,
        verbosity: args.output.verbose,
        debugging: args.output.debug,
        reasons: false,
        only_open: false,
        stylesheet: args.output.stylesheet(),
    }
}

/// Whether it is up nobody has asked: the formats say so of a list.
fn host(address: IpAddr, targets: &Targets, names: &HashMap<IpAddr, String>) -> Host {
    Host {
        address,
        up: true,
        phantom: None,
        reason: Reason::UserSet,
        reason_ttl: 0,
        hardware: None,
        maker: None,
        given_name: targets.given_names.get(&address).cloned(),
        reverse_name: names.get(&address).cloned(),
        ports: Vec::new(),
        scripts: Vec::new(),
        latency: None,
        timed_out: false,
        start: 0,
        end: 0,
    }
}

fn ending(scan: &Scan, total: u64, signals: &Signals) -> Ending {
    let end = Zoned::now().with_time_zone(scan.start.time_zone().clone());
    let elapsed = end.timestamp().duration_since(scan.start.timestamp()).try_into().unwrap_or_default();
    let outcome = match signals.received() {
        Some(signal) => Outcome::Interrupted(signal.name().to_owned()),
        None => Outcome::Success,
    };
    Ending { end, elapsed, total, up: 0, unknown: 0, phantoms: Vec::new(), outcome }
}

fn exit_code(
    args: &ScanArgs,
    targets: &Targets,
    outputs: &Outputs,
    signals: &Signals,
) -> Result<ExitCode, Failure> {
    if let Some(failure) = outputs.failure() {
        return Err(failure);
    }
    let code = args.program.code_of(!targets.unresolved.is_empty());
    Ok(signals.received().map_or(code, Signal::exit_code))
}
