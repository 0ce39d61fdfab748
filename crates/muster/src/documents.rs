//! Reports in files: HTML, CSV, JSON lines and Nmap's XML.

use std::cell::OnceCell;
use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use clap::Args;
use jiff::tz::TimeZone;
use muster_report::nmap::write_xml;
use muster_report::{AuditReport, write_csv, write_html, write_jsonl};
use tempfile::NamedTempFile;

use crate::failure::Failure;
use crate::output::{Place, check_apart, check_spares, is_stdout, stdout};

/// Which reports to write, and where
#[derive(Args, Debug, Default)]
#[command(next_help_heading = "Reports (FILE - is stdout)")]
pub(crate) struct DocumentArgs {
    /// A page for people, in one file
    #[arg(long, value_name = "FILE")]
    pub(crate) html: Option<PathBuf>,
    /// A table, a row a host
    #[arg(long, value_name = "FILE")]
    pub(crate) csv: Option<PathBuf>,
    /// JSON, an object a line
    #[arg(long, value_name = "FILE")]
    pub(crate) jsonl: Option<PathBuf>,
    /// Nmap's XML, with the verdicts as results of a script
    #[arg(long, value_name = "FILE")]
    pub(crate) xml: Option<PathBuf>,
}

/// Reports that are to be written, each to a place that was tried before the first probe.
#[derive(Debug)]
pub(crate) struct Documents {
    wanted: Vec<(Form, PathBuf)>,
    /// Pipes and devices that were tried, which stay open: a pipe's reader would take the first closing for the end.
    held: OnceCell<Vec<(PathBuf, File)>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    Html,
    Csv,
    Jsonl,
    Xml,
}

impl DocumentArgs {
    /// The files that were asked for.
    pub(crate) fn paths(&self) -> impl Iterator<Item = &Path> {
        [&self.html, &self.csv, &self.jsonl, &self.xml].into_iter().flatten().map(PathBuf::as_path)
    }
}

impl Documents {
    /// Settles what is to be written where; touches nothing.
    ///
    /// # Errors
    /// If a file is also an input or the store, or is named twice.
    pub(crate) fn new(args: &DocumentArgs, inputs: &[&Path], store: Option<&Path>) -> Result<Self, Failure> {
        let forms = [
            (Form::Html, &args.html),
            (Form::Csv, &args.csv),
            (Form::Jsonl, &args.jsonl),
            (Form::Xml, &args.xml),
        ];
        let wanted: Vec<_> =
            forms.into_iter().filter_map(|(form, path)| Some((form, path.clone()?))).collect();
        let paths: Vec<&Path> = wanted.iter().map(|(_, path)| path.as_path()).collect();
        check_apart(&paths, inputs)?;
        check_spares(&paths, store.as_slice(), "store")?;
        Ok(Self { wanted, held: OnceCell::new() })
    }

    /// Sees whether every file can be written, without touching what is in it; those that are missing are made.
    ///
    /// # Errors
    /// If one cannot, or is a pipe that nobody reads.
    pub(crate) fn try_places(&self) -> Result<(), Failure> {
        let mut held = Vec::new();
        for (_, path) in &self.wanted {
            if is_stdout(path) || !is_pipe_or_device(path) {
                Place::open(path)?;
            } else if let Place::File(_, file) = open_in_time(path)? {
                held.push((path.clone(), file));
            }
        }
        // Tried once; were it twice, the first ones are as good.
        let _ = self.held.set(held);
        Ok(())
    }

    /// Whether one of them takes stdout, so that nothing else may go there.
    pub(crate) fn take_stdout(&self) -> bool {
        self.wanted.iter().any(|(_, path)| is_stdout(path))
    }

    /// Whether there are any.
    pub(crate) fn are_wanted(&self) -> bool {
        !self.wanted.is_empty()
    }

    /// Writes them all; one that fails does not keep the others from being written.
    ///
    /// # Errors
    /// The first failure. A reader that closed its pipe has seen enough and is none.
    pub(crate) fn write(&self, report: &AuditReport<'_>) -> Result<(), Failure> {
        let mut failures = Vec::new();
        for (form, path) in &self.wanted {
            match form.write_to(path, self.held(path), report) {
                Err(unwritten) if unwritten.error.kind() != io::ErrorKind::BrokenPipe => {
                    failures.push((path, unwritten));
                }
                _ => {}
            }
        }
        let Some((path, Unwritten { error, hint })) = failures.first() else { return Ok(()) };
        let name = if is_stdout(path) { "stdout".to_owned() } else { path.display().to_string() };
        Err(Failure::environment(format!("cannot write {name}: {error}")).hint((*hint).to_owned()))
    }

    fn held(&self, path: &Path) -> Option<&File> {
        self.held.get()?.iter().find(|(held, _)| held == path).map(|(_, file)| file)
    }
}

fn is_pipe_or_device(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|there| !there.is_file() && !there.is_dir())
}

/// To open a pipe takes until somebody reads it, which may be never.
fn open_in_time(path: &Path) -> Result<Place, Failure> {
    let (sender, opened) = mpsc::channel();
    let tried = path.to_path_buf();
    // If it comes to nothing the thread ends with the program, which is at once.
    thread::spawn(move || sender.send(Place::open(&tried)));
    opened.recv_timeout(PATIENCE).unwrap_or_else(|_| {
        let message = format!("cannot write {}: nobody opened the pipe to read it", path.display());
        Err(Failure::usage(message).hint("start its reader first, or name a file".to_owned()))
    })
}

/// How long a pipe's reader may take to come.
const PATIENCE: Duration = Duration::from_secs(3);

impl Form {
    fn write_to(self, path: &Path, held: Option<&File>, report: &AuditReport<'_>) -> Result<(), Unwritten> {
        if is_stdout(path) {
            return self.write(&mut stdout(), report).map_err(Unwritten::in_place);
        }
        if let Some(file) = held {
            return self.write(&mut BufWriter::new(file), report).map_err(Unwritten::in_place);
        }
        match Beside::of(path) {
            Some(beside) => self.write_beside(beside, report).map_err(Unwritten::beside),
            None => self.write_in_place(path, report).map_err(Unwritten::in_place),
        }
    }

    fn write_beside(self, mut beside: Beside, report: &AuditReport<'_>) -> io::Result<()> {
        self.write(&mut BufWriter::new(beside.file.as_file_mut()), report)?;
        beside.take_its_place()
    }

    fn write_in_place(self, path: &Path, report: &AuditReport<'_>) -> io::Result<()> {
        self.write(&mut BufWriter::new(File::create(path)?), report)
    }

    fn write(self, out: &mut impl Write, report: &AuditReport<'_>) -> io::Result<()> {
        match self {
            Self::Html => write_html(out, report),
            Self::Csv => write_csv(out, report),
            Self::Jsonl => write_jsonl(out, report),
            Self::Xml => write_xml(out, report, &TimeZone::system()),
        }?;
        out.flush()
    }
}

/// Why a report was not written, and what can be done.
struct Unwritten {
    error: io::Error,
    hint: &'static str,
}

impl Unwritten {
    fn beside(error: io::Error) -> Self {
        let hint = "what stood there before is still there; free some space or name another file";
        Self { error, hint }
    }

    fn in_place(error: io::Error) -> Self {
        Self { error, hint: "what is there now is not whole; free some space or name another file" }
    }
}

/// A new file beside the one that is meant, which it replaces when all of it is written: a full disk costs no older
/// report. Devices and pipes cannot be replaced, nor can a file in a folder that takes no others.
struct Beside {
    file: NamedTempFile,
    target: PathBuf,
}

impl Beside {
    fn of(path: &Path) -> Option<Self> {
        let target = path.canonicalize().ok()?;
        let before = fs::metadata(&target).ok().filter(fs::Metadata::is_file)?;
        let file = NamedTempFile::new_in(target.parent()?).ok()?;
        // Temporary files are for their owner alone; a report is for whom the old one was for.
        fs::set_permissions(file.path(), before.permissions()).ok()?;
        Some(Self { file, target })
    }

    fn take_its_place(self) -> io::Result<()> {
        self.file.persist(&self.target).map(drop).map_err(|error| error.error)
    }
}
