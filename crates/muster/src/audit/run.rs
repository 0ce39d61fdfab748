//! `muster audit`, from its arguments to its exit code.

use std::process::ExitCode;

use jiff::Timestamp;
use muster_engine::PortSet;
use muster_model::{Protocol, Run, RunHeader};
use muster_report::{AuditReport, write_audit_text};

use super::args::AuditArgs;
use super::dry_run::dry_run;
use super::from_scan::audit_files;
use super::pipeline::{Audit, Audited};
use super::plan::AuditPlan;
use crate::documents::Documents;
use crate::failure::Failure;
use crate::keeping::{Keeping, store_words};
use crate::output::{count, print, say, text_style};
use crate::signals::Signals;
use crate::sweep::{Choice, NetworkKind, Opened, Wanted, as_calling_user, settle_privilege, udp_requests};

/// Runs the audit that `args` describes; `arguments` is the command line as typed, for the record.
pub(crate) fn audit(args: &AuditArgs, arguments: &str) -> Result<ExitCode, Failure> {
    if !args.from_scan.is_empty() {
        return audit_files(args, arguments);
    }
    let (plan, catalog, community) = as_calling_user(|| {
        let catalog = args.catalog.read()?;
        Ok((AuditPlan::new(args, &catalog)?, catalog, args.snmp.read()?))
    })?;
    let choice = Choice::new(&plan.targets.addresses, &args.network, None)?;
    if args.timing.dry_run {
        return dry_run(args, &plan, &choice);
    }
    let signals = Signals::catch()?;
    let raw = open_frames(args, &plan, &choice)?;
    settle_privilege(raw.as_ref().map_or(NetworkKind::Connect, |opened| opened.choice.kind))?;
    let inputs = AuditPlan::inputs(args);
    let inputs: Vec<_> = inputs.iter().map(std::path::PathBuf::as_path).collect();
    let documents = Documents::new(&args.documents, &inputs, args.store.path()?.as_deref())?;
    let mut keeping = Keeping::open(&args.store)?;
    documents.try_places()?;
    raw.as_ref().map_or(Ok(()), |opened| opened.begin_capture(&args.network))?;
    let header = RunHeader { network: Some(network(&choice, raw.as_ref())), ..header(&plan, arguments) };
    keeping.begin(&header)?;
    announce(args, &plan, raw.as_ref().map_or(&choice, |opened| &opened.choice));
    let audit = Audit {
        catalog: &catalog,
        policy: &plan.policy,
        targets: &plan.targets,
        groups: &plan.groups,
        decoy: plan.decoy,
        signs: plan.signs,
        timing: &args.timing,
        trusts_link: !args.network.disable_arp_ping,
        asks_names: !args.targets.never_resolve,
        name_servers: &args.targets.dns_servers,
        community,
        signals: &signals,
    };
    let opened = raw.map_or_else(|| Opened::connections(choice), Ok);
    let audited = audit.carry_out(opened, header);
    let kept = keeping.record(&audited.run);
    let id = keeping.id().filter(|_| kept.is_ok());
    let typed = args.store.typed();
    let store = store_words(typed.as_deref());
    let report = AuditReport { run: &audited.run, id, store, made: Timestamp::now(), catalog: &catalog };
    let written = documents.write(&report);
    let told = if documents.take_stdout() { Ok(()) } else { tell(&report) };
    kept.and(written).and(told)?;
    exit_code(args, &plan, &signals, &keeping, audited)
}

/// What takes privilege is opened before anything else. Connections are opened when the run has begun: should that fail,
/// the run says so.
fn open_frames(args: &AuditArgs, plan: &AuditPlan, choice: &Choice) -> Result<Option<Opened>, Failure> {
    if choice.kind == NetworkKind::Connect {
        return Ok(None);
    }
    let wanted = Wanted {
        targets: &plan.targets.addresses,
        args: &args.network,
        needed: None,
        payloads: &udp_requests(None),
        udp_empty: false,
        levels: None,
    };
    Opened::new(choice.clone(), wanted).map(Some)
}

/// Who does what, with which plan: what is kept of a run before it begins.
fn header(plan: &AuditPlan, arguments: &str) -> RunHeader {
    RunHeader {
        start: Timestamp::now(),
        arguments: arguments.to_owned(),
        operator: operator(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        policy: plan.policy_text.clone(),
        targets: plan.targets.addresses.to_string(),
        addresses: u64::try_from(plan.targets.addresses.len()).unwrap_or(u64::MAX),
        seed: plan.seed.0,
        network: None,
    }
}

/// By what is asked and why, then a line for each interface.
fn network(choice: &Choice, opened: Option<&Opened>) -> String {
    let choice = opened.map_or(choice, |opened| &opened.choice);
    let interfaces = opened.map(|opened| opened.network.description()).unwrap_or_default();
    [vec![choice.to_string()], interfaces].concat().join("\n")
}

/// As `user@machine`; what the system does not tell is a question mark.
pub(crate) fn operator() -> String {
    let unknown = |_| "?".to_owned();
    format!("{}@{}", whoami::username().unwrap_or_else(unknown), whoami::hostname().unwrap_or_else(unknown))
}

/// Says on stderr what is about to be asked, and which targets are not.
fn announce(args: &AuditArgs, plan: &AuditPlan, choice: &Choice) {
    if let Some(warning) = choice.warning().filter(|_| args.network.syn) {
        say(&warning);
    }
    if !choice.are_all_own {
        say(&format!("asked by {choice}\n"));
    }
    for error in &plan.targets.unresolved {
        say(&format!("warning: {error}; the audit goes on without it\n"));
    }
    for group in &plan.groups {
        let ports = PortSet::of_tcp(group.ports.iter().copied()).list(Protocol::Tcp);
        let zones =
            if group.zones.is_empty() { String::new() } else { format!(" ({})", group.zones.join(", ")) };
        let addresses = count(group.targets.len(), "address");
        say(&format!("auditing {addresses}{zones} for agents on TCP {ports}\n"));
    }
}

fn tell(report: &AuditReport<'_>) -> Result<(), Failure> {
    print(|out| write_audit_text(out, report, text_style()))
}

fn exit_code(
    args: &AuditArgs,
    plan: &AuditPlan,
    signals: &Signals,
    keeping: &Keeping,
    audited: Audited,
) -> Result<ExitCode, Failure> {
    let Audited { run, failure } = audited;
    if let Some(failure) = failure {
        return Err(failure);
    }
    if let Some(signal) = signals.received() {
        return Ok(signal.exit_code());
    }
    if holds(args, keeping, &run)? {
        return Ok(ExitCode::from(1));
    }
    Ok(plan.exit_code())
}

fn holds(args: &AuditArgs, keeping: &Keeping, run: &Run) -> Result<bool, Failure> {
    let previous = if args.fail_on.needs_previous() { keeping.previous()? } else { None };
    Ok(args.fail_on.holds(run, previous.as_ref()))
}
