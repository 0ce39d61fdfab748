//! `muster scan`, from its arguments to its exit code.

use std::ffi::OsString;
use std::path::Path;
use std::process::ExitCode;

use jiff::Zoned;
use muster_model::Protocol;
use muster_nmap::options::quoted;
use muster_nmap::output::{Scan, ScanKind};
use muster_sweep::{Journal, Scoped};

use super::args::ScanArgs;
use super::dry_run::dry_run;
use super::facts::journal_header;
use super::found::Found;
use super::outputs::Outputs;
use super::plan::ScanPlan;
use super::stages::Stages;
use super::telling::Telling;
use crate::failure::Failure;
use crate::output::{say, shell_word, unbroken};
use crate::signals::Signals;
use crate::sweep::{
    Choice, Keeping, NetworkKind, Opened, Wanted, are_cut_off, as_calling_user, inputs, settle_privilege,
    udp_requests,
};

/// Runs the scan that `args` describes; `words` is the command line as typed.
pub(crate) fn scan(args: &ScanArgs, words: &[OsString]) -> Result<ExitCode, Failure> {
    let payloads = udp_requests();
    let (keeping, plan) = as_calling_user(|| Ok((keeping(args)?, ScanPlan::new(args, &payloads)?)))?;
    let plan = ScanPlan { seed: keeping.seed(args.timing.seed, plan.seed), ..plan };
    let needed = plan.needs_frames(args);
    let choice = Choice::new(&plan.targets.addresses, &args.network, needed)?;
    if args.timing.dry_run {
        warn_of_network(args, &choice);
        return dry_run(args, &plan, &choice, &payloads);
    }
    args.resume.as_deref().map_or(Ok(()), |journal| check_ways(journal, args, &plan))?;
    let signals = Signals::catch()?;
    let udp_empty = args.sends_empty_datagrams();
    let wanted = Wanted { targets: &plan.targets.addresses, args: &args.network, needed, udp_empty };
    let opened = Opened::new(choice, wanted)?;
    settle_privilege(opened.choice.kind)?;
    let (start, arguments) = (keeping.start(), keeping.arguments(&quoted(words)));
    let arguments = arguments.as_str();
    let claimed = keeping.claim(journal_header(args, &plan, opened.choice.kind, words, &start)?)?;
    let outputs = Outputs::open(&args.output, &files(args), &inputs(&args.targets))?;
    opened.begin_capture(&args.network)?;
    warn(args, &plan, &opened.choice);
    let header = Scan { start, ..header(args, &plan, opened.choice.kind, arguments) };
    let Opened { network, choice, .. } = opened;
    let network = Scoped::new(network, plan.targets.scope.clone());
    let journal = claimed.begin()?;
    let mut stages = Stages { args, arguments, signals, outputs, header, network, choice, journal, plan };
    stages.outputs.begin(&stages.header);
    let found = stages.carry_out()?;
    if was_over(&stages, &found) {
        say("the scan of this journal had come to its end: what it found is written once more\n");
    }
    Telling { stages: &mut stages, found: &found }.write();
    let frames = stages.network.inner_mut().finish_taps();
    exit_code(&stages, found, frames)
}

/// The journal that the scan keeps. One that is gone on with has all arguments, or they are all repeated.
fn keeping(args: &ScanArgs) -> Result<Keeping, Failure> {
    let has_targets = !args.targets.targets.is_empty() || args.targets.list.is_some();
    if args.resume.is_some() && !has_targets {
        return Err(Failure::usage("--resume takes all arguments from the journal, or none")
            .hint("leave out everything else, or repeat everything".to_owned()));
    }
    Keeping::look(args.journal.as_deref(), args.resume.as_deref())
}

/// Sees that some target can be reached. Else the scan would end with nothing asked, for good.
fn check_ways(journal: &Path, args: &ScanArgs, plan: &ScanPlan) -> Result<(), Failure> {
    if !are_cut_off(&plan.targets.addresses, &args.network) {
        return Ok(());
    }
    let command = unbroken(&format!("muster scan --resume {}", shell_word(journal)));
    Err(Failure::environment("no way leads to any target: an interface or a route is missing")
        .hint(format!("when it is there again: {command}")))
}

/// Files that a scan writes besides its outputs.
fn files(args: &ScanArgs) -> Vec<&Path> {
    let files = [&args.network.capture, &args.journal, &args.resume];
    files.into_iter().flatten().map(std::path::PathBuf::as_path).collect()
}

/// What is not done as somebody may expect.
fn warn(args: &ScanArgs, plan: &ScanPlan, choice: &Choice) {
    for error in &plan.targets.unresolved {
        say(&format!("warning: {error}; the scan goes on without it\n"));
    }
    warn_of_network(args, choice);
    if !plan.mute.is_empty() {
        say(&plan.warning_of_mute());
    }
}

/// Whether everything that was found comes from the journal of a scan that had ended.
fn was_over(stages: &Stages<'_>, found: &Found) -> bool {
    let is_resumed = stages.journal.as_ref().is_some_and(Journal::is_resumed);
    is_resumed && found.is_complete() && found.sweeps().all(|scanned| scanned.was_over)
}

/// Half handshakes were asked for, and are not what is done.
fn warn_of_network(args: &ScanArgs, choice: &Choice) {
    if let Some(warning) = choice.warning().filter(|_| args.network.syn) {
        say(&warning);
    }
}

fn exit_code(stages: &Stages<'_>, found: Found, frames: Result<(), Failure>) -> Result<ExitCode, Failure> {
    if let Some(failure) = found.into_failure().or_else(|| stages.outputs.failure()) {
        return Err(failure);
    }
    frames?;
    if let Some(signal) = stages.signals.received() {
        return Ok(signal.exit_code());
    }
    Ok(ExitCode::from(if stages.plan.targets.unresolved.is_empty() { 0 } else { 4 }))
}

fn header(args: &ScanArgs, plan: &ScanPlan, kind: NetworkKind, arguments: &str) -> Scan {
    Scan {
        program: "muster".to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        arguments: arguments.to_owned(),
        start: Zoned::now(),
        kind: match kind {
            _ if args.only_discovery => ScanKind::Discovery,
            NetworkKind::Connect => ScanKind::Connect,
            NetworkKind::Raw => ScanKind::Syn,
        },
        tcp: plan.ports.ranges(Protocol::Tcp).to_vec(),
        udp: plan.ports.ranges(Protocol::Udp).to_vec(),
        verbosity: args.output.verbose,
        debugging: 0,
        reasons: args.output.reason,
        only_open: args.output.open,
        stylesheet: None,
    }
}
