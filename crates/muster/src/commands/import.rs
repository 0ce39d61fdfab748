//! `muster import`: files of other scanners become runs of their own.

use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use muster_model::Verdict;
use muster_store::Store;

use crate::audit::{Import, Imported, check_stdin, policy_of};
use crate::catalog::CatalogArgs;
use crate::failure::{Failure, Fault};
use crate::keeping::{StorePath, store_failure};
use crate::output::{count, print, say};

/// Keep files that nmap, masscan or muster scan wrote as runs of their own, judged as of their own time
///
/// Nothing is sent, no name is looked up. Afterwards muster history, why, report and diff work on them. A file that tells
/// the same as one that was imported before is named and left out. Dates that do not say their zone, as in grepable and normal
/// output, are taken to be of this machine's.
#[derive(Args, Debug)]
pub(crate) struct ImportArgs {
    /// A file in any form of theirs, also packed (gz, zst); - is stdin
    #[arg(value_name = "FILE", required = true)]
    files: Vec<PathBuf>,
    /// The policy: zones, expected products, exemptions [default: muster.toml in this folder, if there is one]
    #[arg(long, value_name = "FILE")]
    policy: Option<PathBuf>,
    /// Import files, too, that were imported before
    #[arg(long)]
    again: bool,
    #[command(flatten)]
    catalog: CatalogArgs,
    #[command(flatten)]
    store: StorePath,
}

/// Imports one file after the other, and prints a line for each.
pub(crate) fn import(args: &ImportArgs) -> Result<ExitCode, Failure> {
    check_stdin(&args.files)?;
    let catalog = args.catalog.read()?;
    let (policy, policy_text) = policy_of(args.policy.as_deref(), &catalog)?;
    let import =
        Import { catalog: &catalog, policy: &policy, policy_text: policy_text.as_deref(), again: args.again };
    let mut store = Store::open(&args.store.path()?).map_err(|error| store_failure(&error))?;
    let mut code = ExitCode::SUCCESS;
    for path in &args.files {
        match import.import(path, &mut store) {
            Ok(imported) => tell(&imported)?,
            // Another file may well be readable; a store or a disk that fails, fails for all.
            Err(failure) if failure.fault() == Fault::Usage => code = failure.report(),
            Err(failure) => return Err(failure),
        }
    }
    Ok(code)
}

fn tell(imported: &Imported) -> Result<(), Failure> {
    match imported {
        Imported::Known { id, name } => {
            say(&format!("{name}: left out, since run {id} was made of a file that tells the same\n"));
            say("hint: --again imports it once more\n");
            Ok(())
        }
        Imported::Run { id, file, verdicts, silent } => {
            let mut parts = vec![format!("{} of {}", file.head.form, file.scanner())];
            parts.push(hosts(verdicts));
            let silent = (*silent > 0).then(|| count(*silent, "silent address"));
            let unclear = (file.unclear > 0)
                .then(|| format!("left out: {} called up without a reason", count(file.unclear, "host")));
            parts.extend(silent.into_iter().chain(unclear).chain(file.shortfall()));
            print(|out| writeln!(out, "run {id}: {}: {}", file.name, parts.join("; ")))
        }
    }
}

/// How many hosts, and how many of them have each verdict.
fn hosts(verdicts: &[(Verdict, u64)]) -> String {
    let total: u64 = verdicts.iter().map(|(_, number)| number).sum();
    let some = verdicts.iter().filter(|(_, number)| *number > 0);
    let each: Vec<String> = some.map(|(verdict, number)| format!("{number} {verdict}")).collect();
    match each.is_empty() {
        true => count(total, "host"),
        false => format!("{}: {}", count(total, "host"), each.join(", ")),
    }
}
