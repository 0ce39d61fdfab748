//! `muster diff`: what changed between two scans, from files or from runs that are kept.

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::{panic, thread};

use clap::Args;
use jiff::tz::TimeZone;
use muster_model::RunId;
use muster_nmap::read::{ReadError, Reader};
use muster_report::diff::{Comparison, Shown, Side, write_diff_jsonl, write_diff_text, write_diff_xml};
use muster_store::Store;

use super::why::loaded;
use crate::audit::narrowed_to;
use crate::failure::{Failure, chain};
use crate::keeping::{StorePath, store_failure};
use crate::output::{is_stdout, print, say};

/// Show what changed between two scans: hosts, ports, services and verdicts
///
/// A and B are files that nmap, masscan or muster wrote, in any of their forms and also packed (gz, zst), or runs of
/// muster audit by their numbers. Lines that went begin with -, lines that came with +. Ends with 0 if nothing differs,
/// with 1 if something does. Two files of nmap's XML are compared in all that ndiff shows. A run has what muster judges by, and
/// so have other forms: operating systems, ports that are unfiltered or closed|filtered, SCTP, and scripts before and after a scan
/// are compared of XML alone.
#[derive(Args, Debug)]
pub(crate) struct DiffArgs {
    /// The earlier scan: a file (- is stdin), or the number of a run as in muster history
    #[arg(value_name = "A")]
    old: String,
    /// The later scan [default: A, and the run before it of the same targets is the earlier one: to an audit another audit, to
    /// files other files]
    #[arg(value_name = "B")]
    new: Option<String>,
    /// Show hosts and ports that are alike, too
    #[arg(short = 'v', long)]
    verbose: bool,
    /// JSON, an object a line
    #[arg(long, conflicts_with = "xml")]
    json: bool,
    /// XML, as ndiff writes it
    #[arg(long)]
    xml: bool,
    #[command(flatten)]
    store: StorePath,
}

/// Prints the differences.
pub(crate) fn diff(args: &DiffArgs) -> Result<ExitCode, Failure> {
    let mut sources = Sources { args, store: None };
    let (old, new) = sources.sources()?;
    let (old, new) = sources.sides(&old, &new)?;
    let comparison = Comparison::new(old, new);
    let shown = if args.verbose { Shown::All } else { Shown::Different };
    let mut tally = None;
    print(|out| {
        tally = Some(match (args.json, args.xml) {
            (true, _) => write_diff_jsonl(out, &comparison, shown),
            (_, true) => write_diff_xml(out, &comparison, shown),
            _ => write_diff_text(out, &comparison, shown),
        }?);
        Ok(())
    })?;
    // A reader that closed the pipe has seen a difference, or the output would have been too short for that.
    let Some(tally) = tally else { return Ok(ExitCode::from(DIFFERENT)) };
    for note in tally.notes(&comparison) {
        say(&format!("note: {note}\n"));
    }
    Ok(if tally.is_different() { ExitCode::from(DIFFERENT) } else { ExitCode::SUCCESS })
}

/// The exit code where something differs.
const DIFFERENT: u8 = 1;

/// One of the two scans, as it was named.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Source {
    Run(RunId),
    File(PathBuf),
}

impl Source {
    /// Digits are a run; a file of such a name is reached as `./3`.
    fn of(word: &str) -> Self {
        match word.parse() {
            Ok(number) if word.bytes().all(|byte| byte.is_ascii_digit()) => Self::Run(RunId(number)),
            _ => Self::File(word.into()),
        }
    }
}

struct Sources<'a> {
    args: &'a DiffArgs,
    store: Option<Store>,
}

impl Sources<'_> {
    /// What is to be compared.
    fn sources(&mut self) -> Result<(Source, Source), Failure> {
        let first = Source::of(&self.args.old);
        match (first, &self.args.new) {
            (first, Some(second)) => {
                let second = Source::of(second);
                check_stdin(&first, &second)?;
                Ok((first, second))
            }
            (Source::Run(run), None) => Ok((Source::Run(self.before(run)?), Source::Run(run))),
            (Source::File(path), None) => {
                Err(Failure::usage(format!("nothing to compare {} with", path.display())).hint(
                    "name two files, a file and a run, or one run: muster diff before.xml after.xml"
                        .to_owned(),
                ))
            }
        }
    }

    /// The last complete run of the same targets and kind before this one.
    fn before(&mut self, run: RunId) -> Result<RunId, Failure> {
        let path = &self.args.store;
        let store = self.store()?;
        if let Some(before) = store.previous(run).map_err(|error| store_failure(&error))? {
            return Ok(before);
        }
        loaded(path, store, Some(run))?;
        let (both, list) = (path.command("diff 3 4"), path.command("history"));
        Err(Failure::usage(format!("no complete run of the same targets is kept from before run {run}"))
            .hint("an audit is compared with an audit, files with files".to_owned())
            .hint(format!("name both: {both}; {list} lists the runs")))
    }

    fn store(&mut self) -> Result<&Store, Failure> {
        if self.store.is_none() {
            self.store = Some(self.args.store.open()?);
        }
        Ok(self.store.as_ref().expect("it was just opened"))
    }

    /// Reads both; two files at once, since that is what takes time.
    fn sides(&mut self, old: &Source, new: &Source) -> Result<(Side, Side), Failure> {
        let (Source::File(old), Source::File(new)) = (old, new) else {
            return Ok((self.side(old)?, self.side(new)?));
        };
        thread::scope(|scope| {
            let old = scope.spawn(|| of_file(old));
            let new = of_file(new);
            // What the reader of a file panics with, this thread goes on to panic with.
            let old = old.join().unwrap_or_else(|panic| panic::resume_unwind(panic));
            Ok((old?, new?))
        })
    }

    fn side(&mut self, source: &Source) -> Result<Side, Failure> {
        match source {
            Source::Run(id) => {
                let (path, store) = (&self.args.store, self.store()?);
                let (id, run) = loaded(path, store, Some(*id))?;
                let side = Side::of_run(id, &run);
                let side = match narrowed_to(&run.header) {
                    Some(ranges) => side.narrowed_to(ranges),
                    None => side,
                };
                let file = store.file_of(id).map_err(|error| store_failure(&error))?;
                Ok(match file.and_then(|file| Some((file.scanner?, file.version))) {
                    Some((scanner, version)) => side.made_by(&scanner, version.as_deref()),
                    None => side,
                })
            }
            Source::File(path) => of_file(path),
        }
    }
}

fn of_file(path: &Path) -> Result<Side, Failure> {
    if is_stdout(path) {
        return read("stdin", io::stdin().lock());
    }
    let file = opened(path)?;
    read(&path.display().to_string(), BufReader::with_capacity(BUFFER, file))
}

fn read(name: &str, bytes: impl Read) -> Result<Side, Failure> {
    let failed = |error: ReadError| {
        Failure::usage(format!("cannot read {name}: {}", chain(&error))).hint(error.hint().to_owned())
    };
    let reader = Reader::new(bytes).map_err(failed)?.in_zone(TimeZone::system());
    Side::of_pieces(name, reader).map_err(failed)
}

/// Bytes that are read from a file at once.
const BUFFER: usize = 1 << 16;

/// Stdin can be read once.
fn check_stdin(old: &Source, new: &Source) -> Result<(), Failure> {
    let is_stdin = |source: &Source| matches!(source, Source::File(path) if is_stdout(path));
    if !(is_stdin(old) && is_stdin(new)) {
        return Ok(());
    }
    Err(Failure::usage("stdin can be read once, and both scans would be read from it")
        .hint("name a file for one of the two".to_owned()))
}

fn opened(path: &Path) -> Result<File, Failure> {
    let failed = |why: &dyn std::fmt::Display| {
        let failure = Failure::usage(format!("cannot read {}: {why}", path.display()));
        failure.hint("name a file that nmap, masscan or muster wrote, or the number of a run".to_owned())
    };
    let file = File::open(path).map_err(|error| failed(&error))?;
    match file.metadata() {
        Ok(about) if about.is_dir() => Err(failed(&"it is a folder")),
        _ => Ok(file),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_a_run() {
        let file = |name: &str| Source::File(name.into());
        for (word, expected) in [
            ("3", Source::Run(RunId(3))),
            ("./3", file("./3")),
            ("+3", file("+3")),
            ("3.xml", file("3.xml")),
            ("-", file("-")),
            ("", file("")),
            ("99999999999999999999", file("99999999999999999999")),
        ] {
            assert_eq!(Source::of(word), expected, "{word}");
        }
    }
}
