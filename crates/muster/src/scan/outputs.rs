//! Where results go: files that are opened before the first probe, and stdout.

use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use jiff::Zoned;
use muster_nmap::output::{Ending, Format, Grepable, Host, Normal, Scan, Step, Task, Xml, file_name};
use muster_platform::is_unread;
use muster_report::schema::Line;

use super::output_args::OutputArgs;
use crate::failure::Failure;
use crate::output::{Place, Writer, check_apart, is_stdout, stdout};
use crate::sweep::{Levels, LineStream};

/// All outputs of a scan. One that fails is given up, the others go on; what happened is asked for at the end.
pub(crate) struct Outputs {
    formats: Vec<Output<Box<dyn Format>>>,
    json: Option<Output<BufWriter<Writer>>>,
    failures: Vec<OutputFailure>,
    levels: Levels,
}

/// What outputs may not be written over.
pub(crate) struct Others<'a> {
    /// Files that somebody else writes.
    pub(crate) outputs: &'a [&'a Path],
    /// Files that are read.
    pub(crate) inputs: &'a [&'a Path],
}

struct Output<T> {
    name: String,
    is_stdout: bool,
    writer: T,
}

struct OutputFailure {
    name: String,
    error: io::Error,
    /// Whoever read it has gone, and has seen enough.
    is_unread: bool,
}

impl Outputs {
    /// Opens every file that `args` names, with the date and time of `start` where a name asks for them; without any format
    /// to stdout, normal output goes there.
    ///
    /// # Errors
    /// If a file cannot be created, is also an input, or is named twice.
    pub(crate) fn open(
        args: &OutputArgs,
        levels: Levels,
        start: &Zoned,
        others: &Others<'_>,
    ) -> Result<Self, Failure> {
        let wanted: Vec<(Kind, PathBuf)> =
            wanted(args).into_iter().map(|(kind, path)| (kind, file_name(&path, start))).collect();
        let paths = wanted.iter().map(|(_, path)| path.as_path());
        check_apart(&paths.chain(others.outputs.iter().copied()).collect::<Vec<_>>(), others.inputs)?;
        let uses_stdout = wanted.iter().any(|(_, path)| is_stdout(path));
        let mut outputs = Self { formats: Vec::new(), json: None, failures: Vec::new(), levels };
        let open = if args.append_output { Place::at_end } else { Place::open };
        let places = wanted.iter().map(|(_, path)| open(path)).collect::<Result<Vec<_>, _>>()?;
        for ((kind, _), place) in wanted.iter().zip(places) {
            outputs.add(*kind, place);
        }
        if !uses_stdout {
            let normal = Normal::interactive(stdout());
            outputs.formats.push(Output {
                name: "stdout".to_owned(),
                is_stdout: true,
                writer: Box::new(normal),
            });
        }
        Ok(outputs)
    }

    fn add(&mut self, kind: Kind, place: Place) {
        let is_stdout = matches!(place, Place::Stdout);
        let (name, writer) = place.into_writer();
        let writer: Box<dyn Format> = match kind {
            Kind::Normal => Box::new(Normal::new(writer)),
            Kind::Grepable => Box::new(Grepable::new(writer)),
            Kind::Xml => Box::new(Xml::new(writer)),
            Kind::Json => {
                self.json = Some(Output { name, is_stdout, writer: BufWriter::new(writer) });
                return;
            }
        };
        self.formats.push(Output { name, is_stdout, writer });
    }

    /// Writes what stands before the hosts, in every format.
    pub(crate) fn begin(&mut self, scan: &Scan) {
        self.each(|format| format.begin(scan));
    }

    /// Writes one host.
    pub(crate) fn host(&mut self, scan: &Scan, host: &Host) {
        self.each(|format| format.host(scan, host));
    }

    /// Completes every format.
    pub(crate) fn end(&mut self, scan: &Scan, ending: &Ending) {
        self.each(|format| format.end(scan, ending));
        self.flush();
    }

    /// The first failure that somebody should know of. A reader that closed its pipe has seen enough and is none.
    pub(crate) fn failure(&self) -> Option<Failure> {
        let failure = self.failures.iter().find(|failure| !failure.is_unread)?;
        let message = format!("cannot write {}: {}", failure.name, failure.error);
        Some(
            Failure::environment(message)
                .hint("the other outputs are complete; free some space or name another file".to_owned()),
        )
    }

    fn each(&mut self, mut write: impl FnMut(&mut dyn Format) -> io::Result<()>) {
        let failures = &mut self.failures;
        self.formats.retain_mut(|output| match write(output.writer.as_mut()) {
            Ok(()) => true,
            Err(error) => {
                failures.push(OutputFailure::of(output, error));
                false
            }
        });
    }

    fn on_json(&mut self, write: impl FnOnce(&mut BufWriter<Writer>) -> io::Result<()>) {
        let Some(output) = &mut self.json else { return };
        if let Err(error) = write(&mut output.writer) {
            self.failures.push(OutputFailure::of(output, error));
            // Dropping a BufWriter tries to write once more and ignores the outcome, which is known already.
            self.json = None;
        }
    }
}

impl LineStream for Outputs {
    fn line(&mut self, line: &Line<'_>) {
        self.on_json(|writer| line.write(writer));
    }

    fn task(&mut self, task: &Task<'_>) {
        // What was asked for is told; what begins and ends only to those who want to know.
        if matches!(task.step, Step::IsAt(_)) || self.wants_tasks() {
            self.each(|format| format.task(task));
        }
    }

    fn wants_tasks(&self) -> bool {
        self.levels.verbosity() > 0
    }

    fn flush(&mut self) {
        self.on_json(Write::flush);
    }

    fn wants_lines(&self) -> bool {
        self.json.is_some()
    }

    fn is_abandoned(&self) -> bool {
        self.formats.is_empty()
            && self.json.is_none()
            && self.failures.iter().all(|failure| failure.is_unread)
    }

    fn look_for_reader(&mut self) {
        let is_stdout = self.json.as_ref().is_some_and(|output| output.is_stdout);
        if is_stdout && is_unread(&io::stdout()) {
            self.on_json(|_| Err(io::ErrorKind::BrokenPipe.into()));
        }
    }
}

impl OutputFailure {
    /// A terminal that has gone is a reader that has gone, but with an error of its own.
    fn of<T>(output: &Output<T>, error: io::Error) -> Self {
        let is_unread =
            error.kind() == io::ErrorKind::BrokenPipe || output.is_stdout && is_unread(&io::stdout());
        Self { name: output.name.clone(), error, is_unread }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Normal,
    Grepable,
    Xml,
    Json,
}

fn wanted(args: &OutputArgs) -> Vec<(Kind, PathBuf)> {
    let with = |base: &PathBuf, ending: &str| {
        let mut name = base.clone().into_os_string();
        name.push(ending);
        PathBuf::from(name)
    };
    let single = [
        (Kind::Normal, &args.normal),
        (Kind::Grepable, &args.grepable),
        (Kind::Xml, &args.xml),
        (Kind::Json, &args.json),
    ];
    let mut wanted: Vec<_> =
        single.into_iter().filter_map(|(kind, path)| Some((kind, path.clone()?))).collect();
    if let Some(base) = &args.all {
        wanted.extend([
            (Kind::Normal, with(base, ".nmap")),
            (Kind::Xml, with(base, ".xml")),
            (Kind::Grepable, with(base, ".gnmap")),
        ]);
    }
    wanted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_base_is_three_files() {
        let none = OutputArgs::default;
        let args = OutputArgs { all: Some("dir.d/base".into()), json: Some("-".into()), ..none() };
        let expected = [
            (Kind::Json, "-"),
            (Kind::Normal, "dir.d/base.nmap"),
            (Kind::Xml, "dir.d/base.xml"),
            (Kind::Grepable, "dir.d/base.gnmap"),
        ];
        assert_eq!(wanted(&args), expected.map(|(kind, path)| (kind, PathBuf::from(path))));
        assert_eq!(wanted(&none()), []);
    }

    #[test]
    fn a_closed_pipe_is_no_failure_but_leaves_nobody_to_write_for() {
        let failed = |kind: io::ErrorKind| {
            let output = Output { name: "stdout".to_owned(), is_stdout: false, writer: () };
            OutputFailure::of(&output, kind.into())
        };
        let levels = Levels::default();
        let with = |failures| Outputs { formats: Vec::new(), json: None, failures, levels: levels.clone() };
        let closed = with(vec![failed(io::ErrorKind::BrokenPipe)]);
        assert!(closed.is_abandoned() && closed.failure().is_none());
        let full = with(vec![failed(io::ErrorKind::BrokenPipe), failed(io::ErrorKind::StorageFull)]);
        assert!(!full.is_abandoned());
        assert!(full.failure().unwrap().message().starts_with("cannot write stdout: "));
    }
}
