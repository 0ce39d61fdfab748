//! `muster audit --from-scan`: the same report, from files.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use jiff::Timestamp;
use muster_audit::Policy;
use muster_catalog::DECOY_PORT;
use muster_engine::AddressSet;
use muster_model::{Run, RunHeader};
use muster_report::{AuditReport, write_audit_text};
use muster_store::Spool;

use super::file::{self, Aside, ScanFile, aside_failure, check_stdin};
use super::import::{as_of, description, run};
use super::judging::Batches;
use super::narrow::{Telling, instant};
use crate::audit::args::AuditArgs;
use crate::audit::judging::Judging;
use crate::audit::operator;
use crate::audit::plan::{AuditPlan, policy_of, zone};
use crate::documents::Documents;
use crate::failure::Failure;
use crate::keeping::{Keeping, store_words};
use crate::output::{count, is_stdout, print, say, text_style};
use crate::sweep::{NetworkKind, settle_privilege, written_out};

/// Judges what the files of `args` tell; `arguments` is the command line as typed, for the record.
pub(crate) fn audit_files(args: &AuditArgs, arguments: &str) -> Result<ExitCode, Failure> {
    settle_privilege(NetworkKind::Connect)?;
    check_stdin(&args.from_scan)?;
    let catalog = args.catalog.read()?;
    let catalog = &*catalog;
    let (policy, policy_text) = policy_of(args.policy.as_deref(), catalog)?;
    let decoy = Some(args.decoy.or(policy.decoy).unwrap_or(DECOY_PORT)).filter(|&port| port != 0);
    let targets = targets(args, &policy)?;
    if args.timing.dry_run {
        return dry_run(args, &policy, policy_text.is_some());
    }
    let inputs = AuditPlan::inputs(args);
    let inputs: Vec<&Path> = inputs.iter().map(PathBuf::as_path).collect();
    let documents = Documents::new(&args.documents, &inputs, args.store.path()?.as_deref())?;
    let mut keeping = Keeping::open(&args.store)?;
    documents.try_places()?;
    let telling = Telling::of(catalog, decoy);
    let spool = Spool::new().map_err(|error| aside_failure(&error))?;
    let mut aside = Aside { spool, telling: &telling, targets: targets.as_ref() };
    let files = read(args, &mut aside)?;
    let header = header(&files, policy_text, arguments);
    let judging = Judging { catalog, policy: &policy, decoy, now: as_of(&files) };
    let run = judged(header, &files, judging, &aside)?;
    let kept = keeping.keep(&run);
    let id = keeping.id().filter(|_| kept.is_ok());
    let typed = args.store.typed();
    let store = store_words(typed.as_deref());
    let report = AuditReport { run: &run, id, made: Timestamp::now(), store, catalog };
    let written = documents.write(&report);
    let told = match documents.take_stdout() {
        true => Ok(()),
        false => print(|out| write_audit_text(out, &report, text_style())),
    };
    kept.and(written).and(told)?;
    let previous = if args.fail_on.needs_previous() { keeping.previous()? } else { None };
    Ok(ExitCode::from(u8::from(args.fail_on.holds(&run, previous.as_ref()))))
}

/// The addresses that were named, by zones or one by one.
fn targets(args: &AuditArgs, policy: &Policy) -> Result<Option<AddressSet>, Failure> {
    let zones = args.zone.iter().map(|name| zone(name, policy)).collect::<Result<Vec<_>, _>>()?;
    let zones = AddressSet::union_all(&zones).map_err(Failure::usage)?;
    written_out(&zones, &args.targets)
}

fn read(args: &AuditArgs, aside: &mut Aside<'_>) -> Result<Vec<ScanFile>, Failure> {
    let mut files = Vec::with_capacity(args.from_scan.len());
    for (number, path) in args.from_scan.iter().enumerate() {
        let file = aside.read(path, number)?;
        let hosts = count(file.hosts, "host");
        say(&format!("{}: {hosts}, {} of {}\n", file.name, file.head.form, file.scanner()));
        if let Some(words) = file.shortfall() {
            say(&format!("warning: {words}; the audit goes on with what stands before\n"));
        }
        files.push(file);
    }
    Ok(files)
}

fn header(files: &[ScanFile], policy: Option<String>, arguments: &str) -> RunHeader {
    let descriptions: Vec<String> = files.iter().map(description).collect();
    RunHeader {
        start: files.iter().map(ScanFile::start).min().unwrap_or_else(Timestamp::now),
        arguments: arguments.to_owned(),
        operator: operator(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        policy,
        targets: String::new(),
        addresses: 0,
        seed: 0,
        network: Some(descriptions.join("\n")),
    }
}

fn judged(
    header: RunHeader,
    files: &[ScanFile],
    judging: Judging<'_>,
    aside: &Aside<'_>,
) -> Result<Run, Failure> {
    let batches = Batches { files, judging, start: instant(Some(header.start)) };
    let mut hosts = Vec::new();
    let rest = batches.judge(aside, |some| {
        hosts.extend(some);
        Ok(())
    })?;
    Ok(Run { hosts, ..run(header, files, judging, (aside.targets, rest)) })
}

/// Says what would be read, without reading further than the heads.
fn dry_run(args: &AuditArgs, policy: &Policy, has_policy: bool) -> Result<ExitCode, Failure> {
    let heads = args.from_scan.iter().map(|path| file::look(path)).collect::<Result<Vec<_>, _>>()?;
    print(|out| {
        for (path, head) in args.from_scan.iter().zip(heads) {
            let name = if is_stdout(path) { "stdin".to_owned() } else { path.display().to_string() };
            match head {
                None => writeln!(out, "read       {name}: a pipe, which is not touched before")?,
                Some((form, head)) => {
                    let start = head.start.map_or_else(String::new, |start| format!(", begun {start}"));
                    writeln!(out, "read       {name}: {form} of {}{start}", head.scanner)?;
                }
            }
        }
        let (zones, exemptions) = (policy.zones.len() as u64, policy.exemptions.len() as u64);
        match has_policy {
            true => writeln!(out, "policy     {}, {}", count(zones, "zone"), count(exemptions, "exemption"))?,
            false => writeln!(out, "policy     none: nothing is expected, so nothing is missing")?,
        }
        writeln!(out, "network    none: no packet is sent, no name is looked up\nnothing was judged")
    })?;
    Ok(ExitCode::SUCCESS)
}
