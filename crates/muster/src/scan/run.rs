//! `muster scan`, from its arguments to its exit code.

use std::borrow::Cow;
use std::ffi::OsString;
use std::io::{self, IsTerminal as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use jiff::Zoned;
use muster_catalog::Catalog;
use muster_engine::{Network as _, Payloads};
use muster_identify::Community;
use muster_model::Protocol;
use muster_nmap::options::quoted;
use muster_nmap::output::{Ending, Outcome, Scan, ScanKind};
use muster_platform::Keyboard;
use muster_sweep::{Journal, Scoped};

use super::args::ScanArgs;
use super::dry_run::dry_run;
use super::facts::journal_header;
use super::found::Found;
use super::outputs::{Others, Outputs};
use super::plan::ScanPlan;
use super::services::warning_of_udp;
use super::stages::Stages;
use super::telling::Telling;
use crate::failure::Failure;
use crate::output::{say, shell_word, unbroken};
use crate::signals::Signals;
use crate::sweep::{
    Choice, Keeping, Levels, NetworkKind, Opened, SNMP_PORT, Wanted, Watch, are_cut_off, as_calling_user,
    inputs, settle_privilege, udp_requests,
};

/// Runs the scan that `args` describes; `words` is the command line as typed.
pub(crate) fn scan(args: &ScanArgs, words: &[OsString]) -> Result<ExitCode, Failure> {
    let Read { keeping, plan, catalog, community, payloads } = as_calling_user(|| read(args))?;
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
    let levels = Levels::new(args.output.verbose, args.output.debug);
    let (targets, switch) = (&plan.targets.addresses, has_keys(args).then_some(&levels));
    let wanted =
        Wanted { targets, args: &args.network, needed, payloads: &payloads, udp_empty, levels: switch };
    let opened = Opened::new(choice, wanted)?;
    settle_privilege(opened.choice.kind)?;
    let (start, arguments) = (keeping.start(), keeping.arguments(&quoted(words)));
    let arguments = arguments.as_str();
    let claimed = keeping.claim(journal_header(args, &plan, opened.choice.kind, words, &start)?)?;
    let own: Vec<PathBuf> = args.catalog.inputs().into_iter().chain(args.snmp.input()).collect();
    let inputs: Vec<&Path> =
        inputs(&args.targets).into_iter().chain(own.iter().map(PathBuf::as_path)).collect();
    let others = Others { outputs: &files(args), inputs: &inputs };
    let outputs = Outputs::open(&args.output, levels.clone(), &start, &others)?;
    opened.begin_capture(&args.network)?;
    warn(args, &plan, &opened.choice, community.is_some());
    let header = Scan { start, ..header(args, &plan, opened.choice.kind, arguments) };
    let Opened { network, choice, .. } = opened;
    let network = Scoped::new(network, plan.targets.scope.clone());
    let journal = claimed.begin()?;
    let watch = Watch::new(levels.clone(), keyboard(args)?, plan.targets.addresses.len() as u64);
    let mut stages = Stages {
        args,
        arguments,
        signals,
        watch,
        outputs,
        header,
        network,
        choice,
        journal,
        plan,
        catalog: &catalog,
        community,
    };
    stages.outputs.begin(&stages.header);
    let found = stages.carry_out().inspect_err(|failure| break_off(&mut stages, failure))?;
    if was_over(&stages, &found) {
        say("the scan of this journal had come to its end: what it found is written once more\n");
    }
    Telling { stages: &mut stages, found: &found, levels: &levels }.write();
    let frames = stages.network.inner_mut().finish_taps();
    exit_code(&stages, found, frames)
}

/// What is read before anything is done.
struct Read {
    keeping: Keeping,
    plan: ScanPlan,
    catalog: Cow<'static, Catalog>,
    community: Option<Community>,
    payloads: Payloads,
}

/// The journal first: one that is gone on with says what else is to be read.
fn read(args: &ScanArgs) -> Result<Read, Failure> {
    let keeping = keeping(args)?;
    let community = args.snmp.read()?;
    let payloads = udp_requests(community.as_ref());
    let plan = ScanPlan::new(args, &payloads)?;
    if community.is_some() && plan.asks_udp(SNMP_PORT) && args.network.capture.is_some() {
        return Err(Failure::usage("--capture would keep the community of SNMP, which is a secret")
            .hint("leave out one of the two, or UDP port 161".to_owned()));
    }
    Ok(Read { keeping, plan, catalog: args.catalog.read()?, community, payloads })
}

/// Completes the outputs of a scan of which nothing is known, since it could not begin or go on.
fn break_off(stages: &mut Stages<'_>, failure: &Failure) {
    let end = Zoned::now().with_time_zone(stages.header.start.time_zone().clone());
    let elapsed = stages.lead() + stages.network.now().since_start();
    let outcome = Outcome::Interrupted(failure.message().to_owned());
    let ending = Ending { end, elapsed, total: 0, up: 0, unknown: 0, phantoms: Vec::new(), outcome };
    stages.outputs.end(&stages.header, &ending);
}

/// The keys of the terminal, unless they are to be left alone or bring the targets.
fn keyboard(args: &ScanArgs) -> Result<Option<Keyboard>, Failure> {
    if !has_keys(args) {
        return Ok(None);
    }
    Keyboard::open().map_err(|error| {
        Failure::environment(format!("cannot read keys from the terminal: {error}"))
            .hint("--noninteractive leaves the keyboard alone".to_owned())
    })
}

fn has_keys(args: &ScanArgs) -> bool {
    let is_list_typed = args.targets.list.as_deref().is_some_and(is_stdin);
    !args.output.noninteractive && !is_list_typed && io::stdin().is_terminal()
}

fn is_stdin(path: &Path) -> bool {
    path == Path::new("-")
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
fn warn(args: &ScanArgs, plan: &ScanPlan, choice: &Choice, has_community: bool) {
    for error in &plan.targets.unresolved {
        say(&format!("warning: {error}; the scan goes on without it\n"));
    }
    warn_of_network(args, choice);
    if let Some(warning) = warning_of_udp(&plan.ports, has_community).filter(|_| args.service_versions) {
        say(&warning);
    }
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
    Ok(stages.args.program.code_of(!stages.plan.targets.unresolved.is_empty()))
}

fn header(args: &ScanArgs, plan: &ScanPlan, kind: NetworkKind, arguments: &str) -> Scan {
    Scan {
        program: args.program.name().to_owned(),
        version: args.program.version().to_owned(),
        arguments: arguments.to_owned(),
        start: Zoned::now(),
        kind: match kind {
            _ if args.only_discovery => ScanKind::Discovery,
            NetworkKind::Connect => ScanKind::Connect,
            NetworkKind::Raw => ScanKind::Syn,
        },
        tcp: plan.ports.ranges(Protocol::Tcp).to_vec(),
        udp: plan.ports.ranges(Protocol::Udp).to_vec(),
        asks_services: args.service_versions,
        verbosity: args.output.verbose,
        debugging: args.output.debug,
        reasons: args.output.reason,
        only_open: args.output.open,
        stylesheet: args.output.stylesheet(),
    }
}
