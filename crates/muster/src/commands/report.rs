//! `muster report`: a run that is kept, once more.

use std::process::ExitCode;

use clap::Args;
use jiff::Timestamp;
use muster_model::RunId;
use muster_report::{AuditReport, write_audit_text};

use super::why::{loaded, run_number};
use crate::documents::{DocumentArgs, Documents};
use crate::failure::Failure;
use crate::keeping::{StorePath, store_words};
use crate::output::{print, text_style};

/// Show a run that is kept, on the terminal or in files
#[derive(Args, Debug)]
pub(crate) struct ReportArgs {
    /// The run's number, as in muster history [default: the last run]
    #[arg(value_name = "RUN", value_parser = run_number)]
    run: Option<RunId>,
    #[command(flatten)]
    documents: DocumentArgs,
    #[command(flatten)]
    store: StorePath,
}

/// Writes the reports that were asked for, or the text on stdout.
pub(crate) fn report(args: &ReportArgs) -> Result<ExitCode, Failure> {
    let store = args.store.open()?;
    let (id, run) = loaded(&args.store, &store, args.run)?;
    let documents = Documents::new(&args.documents, &[], Some(&args.store.path()?))?;
    documents.try_places()?;
    let typed = args.store.typed();
    let store = store_words(typed.as_deref());
    let report = AuditReport { run: &run, id: Some(id), store, made: Timestamp::now() };
    if documents.are_wanted() {
        documents.write(&report)?;
    } else {
        print(|out| write_audit_text(out, &report, text_style()))?;
    }
    Ok(ExitCode::SUCCESS)
}
