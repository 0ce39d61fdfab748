//! `muster report`: a run that is kept, once more.

use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use jiff::Timestamp;
use muster_model::RunId;
use muster_report::nmap::STYLESHEET;
use muster_report::{AuditReport, write_audit_text};

use super::why::{loaded, run_number};
use crate::catalog::CatalogArgs;
use crate::documents::{DocumentArgs, Documents};
use crate::failure::Failure;
use crate::keeping::{StorePath, store_words};
use crate::output::{Place, check_apart, check_spares, is_stdout, print, text_style};

/// Show a run that is kept, on the terminal or in files
#[derive(Args, Debug)]
pub(crate) struct ReportArgs {
    /// The run's number, as in muster history [default: the last run]
    #[arg(value_name = "RUN", value_parser = run_number)]
    run: Option<RunId>,
    #[command(flatten)]
    documents: DocumentArgs,
    /// The style sheet that makes a page of muster's or Nmap's XML: xsltproc FILE scan.xml > page.html
    #[arg(long, value_name = "FILE", help_heading = "Reports (FILE - is stdout)")]
    stylesheet: Option<PathBuf>,
    #[command(flatten)]
    catalog: CatalogArgs,
    #[command(flatten)]
    store: StorePath,
}

/// Writes the reports that were asked for, or the text on stdout.
pub(crate) fn report(args: &ReportArgs) -> Result<ExitCode, Failure> {
    if let Some(path) = &args.stylesheet {
        let others = args.documents.paths();
        check_apart(&others.chain([path.as_path()]).collect::<Vec<_>>(), &[])?;
        // Without a data folder there is no store to be spared.
        check_spares(&[path], args.store.path().ok().as_deref().as_slice(), "store")?;
        write_stylesheet(path)?;
        // The style sheet is the same for every run, and there need not be any.
        if args.run.is_none() && args.documents.paths().next().is_none() {
            return Ok(ExitCode::SUCCESS);
        }
    }
    let store = args.store.open()?;
    let (id, run) = loaded(&args.store, &store, args.run)?;
    let inputs = args.catalog.inputs();
    let inputs: Vec<&Path> = inputs.iter().map(PathBuf::as_path).collect();
    let documents = Documents::new(&args.documents, &inputs, Some(&args.store.path()?))?;
    documents.try_places()?;
    let catalog = args.catalog.read()?;
    let typed = args.store.typed();
    let store = store_words(typed.as_deref());
    let report = AuditReport { run: &run, id: Some(id), store, made: Timestamp::now(), catalog: &catalog };
    if documents.are_wanted() {
        documents.write(&report)?;
    } else {
        print(|out| write_audit_text(out, &report, text_style()))?;
    }
    Ok(ExitCode::SUCCESS)
}

fn write_stylesheet(path: &Path) -> Result<(), Failure> {
    if is_stdout(path) {
        return print(|out| out.write_all(STYLESHEET.as_bytes()));
    }
    let (name, mut out) = Place::open(path)?.into_writer();
    match out.write_all(STYLESHEET.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(Failure::environment(format!("cannot write {name}: {error}"))
                .hint("free some space or name another file".to_owned()))
        }
        _ => Ok(()),
    }
}
