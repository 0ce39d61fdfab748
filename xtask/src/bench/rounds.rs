//! Rounds of a race: every contestant once a round, in turn, so that a slow minute of the machine hits all alike.

use std::ffi::OsString;
use std::fmt;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

use muster_testkit::lab::{Lab, Side, Sink};

use super::score::{Report, Score, Truth};
use crate::error::Error;
use crate::shell;

/// How often each contestant runs.
pub(super) const ROUNDS: usize = 5;

/// Descriptors each contestant may have.
pub(super) const DESCRIPTORS: u32 = 20_000;

/// Where a contestant's words name the file for its results.
pub(super) const OUT: &str = "{out}";

/// What begins the name of a file of the scenario's own.
pub(super) const FOLDER: &str = "{folder}/";

const MAX_SECONDS_PER_RUN: u32 = 300;

/// A program with its words, and how to read what it found.
#[derive(Clone, Debug)]
pub(super) struct Contestant {
    pub(super) name: &'static str,
    pub(super) program: OsString,
    pub(super) words: Vec<String>,
    pub(super) read: fn(&str) -> Report,
    /// How often it runs.
    pub(super) rounds: usize,
    /// The exit code that says that all went well.
    pub(super) success: i32,
    /// After so many seconds it is ended, and the run counts as unfinished.
    pub(super) limit_seconds: u32,
}

/// One run of one contestant.
#[derive(Clone, Debug)]
pub(super) struct Run {
    pub(super) wall_seconds: f64,
    pub(super) cpu_seconds: f64,
    pub(super) peak_kib: u64,
    pub(super) score: Score,
    /// What a scenario measures besides, by name; a program of which it is not known is not a number.
    pub(super) extras: Vec<(&'static str, f64)>,
    pub(super) ending: Ending,
}

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ending {
    Itself,
    Limit,
    Failure,
}

impl Ending {
    /// What stands beside a run, or nothing where all is well.
    pub(super) fn remark(self) -> &'static str {
        match self {
            Self::Itself => "",
            Self::Limit => " (ended at its limit)",
            Self::Failure => " (failed)",
        }
    }
}

/// Where a contestant runs.
#[derive(Clone, Copy, Debug)]
pub(super) enum Place<'a> {
    Loopback,
    Lab(&'a Lab),
    Sink(&'a Sink),
}

impl Place<'_> {
    fn command(self, program: &str) -> Command {
        match self {
            Self::Loopback => Command::new(program),
            Self::Lab(lab) => lab.command(Side::Near, program),
            Self::Sink(sink) => sink.command(program),
        }
    }
}

/// A contestant's runs, in order.
#[derive(Debug)]
pub(super) struct Results<'a> {
    pub(super) contestant: &'a Contestant,
    pub(super) runs: Vec<Run>,
}

impl Contestant {
    /// One that runs in every round, for five minutes at most.
    pub(super) fn new(
        name: &'static str,
        program: impl Into<OsString>,
        words: Vec<String>,
        read: fn(&str) -> Report,
    ) -> Self {
        Self {
            name,
            program: program.into(),
            words,
            read,
            rounds: ROUNDS,
            success: 0,
            limit_seconds: MAX_SECONDS_PER_RUN,
        }
    }

    /// The same, but slow: it runs once, and not for longer than this.
    pub(super) fn once(self, limit_seconds: u32) -> Self {
        Self { rounds: 1, limit_seconds, ..self }
    }

    /// The same, but its exit code says that it found something.
    pub(super) fn ending_with(self, success: i32) -> Self {
        Self { success, ..self }
    }

    /// The command line as it is recorded.
    pub(super) fn line(&self) -> String {
        let program =
            Path::new(&self.program).file_name().unwrap_or(&self.program).to_string_lossy().into_owned();
        std::iter::once(program).chain(self.words.iter().cloned()).collect::<Vec<_>>().join(" ")
    }
}

/// Runs all rounds, on this machine's loopback or inside `lab`.
pub(super) fn race<'a>(
    contestants: &'a [Contestant],
    truth: &Truth,
    lab: Option<&Lab>,
    folder: &Path,
) -> Result<Vec<Results<'a>>, Error> {
    let place = lab.map_or(Place::Loopback, Place::Lab);
    in_turn(contestants, |contestant| Ok(run(contestant, place, folder, truth)?.0))
}

/// Runs all rounds, each run by `run`.
pub(super) fn in_turn<'a>(
    contestants: &'a [Contestant],
    mut run: impl FnMut(&Contestant) -> Result<Run, Error>,
) -> Result<Vec<Results<'a>>, Error> {
    let mut results: Vec<Results<'_>> =
        contestants.iter().map(|contestant| Results { contestant, runs: Vec::new() }).collect();
    for round in 1..=ROUNDS {
        for result in results.iter_mut().filter(|result| round <= result.contestant.rounds) {
            let run = run(result.contestant)?;
            println!("bench: round {round}: {}: {run}", result.contestant.name);
            result.runs.push(run);
        }
    }
    Ok(results)
}

impl fmt::Display for Run {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.2} s, {} MiB, {}", self.wall_seconds, self.peak_kib / 1024, self.score)?;
        self.extras.iter().try_for_each(|(name, value)| write!(f, ", {name} {value:.3}"))?;
        f.write_str(self.ending.remark())
    }
}

/// Runs one contestant once; with what it found.
pub(super) fn run(
    contestant: &Contestant,
    place: Place<'_>,
    folder: &Path,
    truth: &Truth,
) -> Result<(Run, Report), Error> {
    let found = folder.join("found");
    let usage = folder.join("usage");
    // What the run before left must not be taken for this one's.
    let _ = fs::remove_file(&found);
    let _ = fs::remove_file(&usage);
    let before = Instant::now();
    let mut command = command(contestant, place, &found, &usage);
    if !contestant.words.iter().any(|word| word == OUT) {
        let file = fs::File::create(&found).map_err(Error::file("create", &found))?;
        command.stdout(file);
    }
    let ending = match shell::run(&mut command) {
        Ok(()) => Ending::Itself,
        Err(Error::Failed { status, .. }) if status.code() == Some(TIMED_OUT) => Ending::Limit,
        Err(Error::Failed { status, .. }) if status.code() == Some(contestant.success) => Ending::Itself,
        Err(Error::Failed { .. }) => Ending::Failure,
        Err(error) => return Err(error),
    };
    let report = (contestant.read)(&fs::read_to_string(&found).unwrap_or_default());
    let score = truth.score(&report);
    let text = fs::read_to_string(&usage).unwrap_or_default();
    let run = match parse_usage(&text, score) {
        Some(run) => run,
        // Who was ended has no usage.
        None if ending != Ending::Itself => {
            Run { wall_seconds: before.elapsed().as_secs_f64(), ..Run::of(score) }
        }
        None => return Err(Error::unexpected("the output of time", &text)),
    };
    Ok((Run { ending, ..run }, report))
}

/// What timeout(1) says of a program that it ended.
const TIMED_OUT: i32 = 124;

impl Run {
    /// What it measured besides by this name; not a number where that is not known.
    pub(super) fn extra(&self, name: &str) -> f64 {
        self.extras.iter().find(|(known, _)| *known == name).map_or(f64::NAN, |(_, value)| *value)
    }

    /// Nothing is known but what it found.
    fn of(score: Score) -> Self {
        let (wall_seconds, cpu_seconds) = (f64::NAN, f64::NAN);
        Self { wall_seconds, cpu_seconds, peak_kib: 0, score, extras: Vec::new(), ending: Ending::Itself }
    }
}

/// `time` measures what no safe code of ours can: the memory of one child. It runs innermost, so that it sees nothing
/// of the namespace's making.
fn command(contestant: &Contestant, place: Place<'_>, found: &Path, usage: &Path) -> Command {
    let mut command = place.command("timeout");
    let limited = format!("ulimit -n {DESCRIPTORS} && exec \"$@\"");
    command.args([&contestant.limit_seconds.to_string(), "sh", "-c", &limited, "sh"]);
    command.args(["time", "--format=%e %U %S %M", "--output"]).arg(usage);
    command.arg(&contestant.program);
    command.args(contestant.words.iter().map(|word| said(word, found)));
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command
}

/// A word as the program gets it.
fn said(word: &str, found: &Path) -> OsString {
    match (word, word.strip_prefix(FOLDER)) {
        (OUT, _) => found.into(),
        (_, Some(name)) => found.with_file_name(name).into(),
        _ => word.into(),
    }
}

fn parse_usage(text: &str, score: Score) -> Option<Run> {
    // A program that fails adds a line of its own before this one.
    let mut words = text.lines().last()?.split(' ');
    let mut seconds = || words.next()?.parse::<f64>().ok();
    let (wall_seconds, user, system) = (seconds()?, seconds()?, seconds()?);
    let cpu_seconds = user + system;
    let peak_kib = words.next()?.parse().ok()?;
    Some(Run { wall_seconds, cpu_seconds, peak_kib, ..Run::of(score) })
}

/// The middle value; of an even number of values the mean of the two in the middle. Zero of none. What is not a number
/// does not count.
pub(super) fn median(values: impl IntoIterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.into_iter().filter(|value| !value.is_nan()).collect();
    values.sort_by(f64::total_cmp);
    match values.len() {
        0 => 0.0,
        length if length % 2 == 1 => values[length / 2],
        length => f64::midpoint(values[length / 2 - 1], values[length / 2]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_the_middle() {
        assert_eq!(median([3.0, 1.0, 2.0]), 2.0);
        assert_eq!(median([4.0, 1.0, 2.0, 3.0]), 2.5);
        assert_eq!(median([]), 0.0);
    }

    #[test]
    fn words_name_places_and_not_their_paths() {
        let said = |word| said(word, Path::new("/somewhere/found"));
        assert_eq!([said(OUT), said("{folder}/a.xml")], ["/somewhere/found", "/somewhere/a.xml"]);
        assert_eq!(said("-p"), "-p");
    }

    #[test]
    fn usage_is_read_from_the_last_line() {
        let run =
            parse_usage("Command exited with non-zero status 1\n2.20 0.31 1.12 14336\n", Score::default());
        let run = run.expect("parses");
        assert!((run.cpu_seconds - 1.43).abs() < 1e-9 && run.peak_kib == 14_336);
        assert!(parse_usage("", Score::default()).is_none());
    }
}
