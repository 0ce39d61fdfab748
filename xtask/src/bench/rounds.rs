//! Rounds of a race: every contestant once a round, in turn, so that a slow minute of the machine hits all alike.

use std::ffi::OsString;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use muster_testkit::lab::{Lab, Side};

use super::score::{Report, Score, Truth};
use crate::error::Error;
use crate::shell;

/// How often each contestant runs.
pub(super) const ROUNDS: usize = 5;

/// Descriptors each contestant may have.
pub(super) const DESCRIPTORS: u32 = 20_000;

/// Where a contestant's words name the file for its results.
pub(super) const OUT: &str = "{out}";

const MAX_SECONDS_PER_RUN: u32 = 300;

/// A program with its words, and how to read what it found.
#[derive(Debug)]
pub(super) struct Contestant {
    pub(super) name: &'static str,
    pub(super) program: OsString,
    pub(super) words: Vec<String>,
    pub(super) read: fn(&str) -> Report,
}

/// One run of one contestant.
#[derive(Clone, Copy, Debug)]
pub(super) struct Run {
    pub(super) wall_seconds: f64,
    pub(super) cpu_seconds: f64,
    pub(super) peak_kib: u64,
    pub(super) score: Score,
}

/// A contestant's runs, in order.
#[derive(Debug)]
pub(super) struct Results<'a> {
    pub(super) contestant: &'a Contestant,
    pub(super) runs: Vec<Run>,
}

impl Contestant {
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
    let mut results: Vec<Results<'_>> =
        contestants.iter().map(|contestant| Results { contestant, runs: Vec::new() }).collect();
    for round in 1..=ROUNDS {
        for result in &mut results {
            let run = run(result.contestant, truth, lab, folder)?;
            println!(
                "bench: round {round}: {}: {:.2} s, {} MiB, {}",
                result.contestant.name,
                run.wall_seconds,
                run.peak_kib / 1024,
                run.score,
            );
            result.runs.push(run);
        }
    }
    Ok(results)
}

fn run(contestant: &Contestant, truth: &Truth, lab: Option<&Lab>, folder: &Path) -> Result<Run, Error> {
    let found = folder.join("found");
    let usage = folder.join("usage");
    let _ = fs::remove_file(&found);
    let mut command = command(contestant, lab, &found, &usage);
    if !contestant.words.iter().any(|word| word == OUT) {
        let file = fs::File::create(&found).map_err(Error::file("create", &found))?;
        command.stdout(file);
    }
    shell::run(&mut command)?;
    let text = fs::read_to_string(&found).map_err(Error::file("read", &found))?;
    let usage = fs::read_to_string(&usage).map_err(Error::file("read", &usage))?;
    let score = truth.score(&(contestant.read)(&text));
    parse_usage(&usage, score).ok_or_else(|| Error::unexpected("the output of time", &usage))
}

/// `time` measures what no safe code of ours can: the memory of one child. It runs innermost, so that it sees nothing
/// of the namespace's making.
fn command(contestant: &Contestant, lab: Option<&Lab>, found: &Path, usage: &Path) -> Command {
    let mut command = match lab {
        Some(lab) => lab.command(Side::Near, "timeout"),
        None => Command::new("timeout"),
    };
    let limited = format!("ulimit -n {DESCRIPTORS} && exec \"$@\"");
    command.args([&MAX_SECONDS_PER_RUN.to_string(), "sh", "-c", &limited, "sh"]);
    command.args(["time", "--format=%e %U %S %M", "--output"]).arg(usage);
    command.arg(&contestant.program);
    command.args(
        contestant.words.iter().map(|word| if word == OUT { found.into() } else { OsString::from(word) }),
    );
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command
}

fn parse_usage(text: &str, score: Score) -> Option<Run> {
    // A program that fails adds a line of its own before this one.
    let mut words = text.lines().last()?.split(' ');
    let mut seconds = || words.next()?.parse::<f64>().ok();
    let (wall_seconds, user, system) = (seconds()?, seconds()?, seconds()?);
    Some(Run { wall_seconds, cpu_seconds: user + system, peak_kib: words.next()?.parse().ok()?, score })
}

/// The middle value; of an even number of values the mean of the two in the middle. Zero of none.
pub(super) fn median(values: impl IntoIterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.into_iter().collect();
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
    fn usage_is_read_from_the_last_line() {
        let run =
            parse_usage("Command exited with non-zero status 1\n2.20 0.31 1.12 14336\n", Score::default());
        let run = run.expect("parses");
        assert!((run.cpu_seconds - 1.43).abs() < 1e-9 && run.peak_kib == 14_336);
        assert!(parse_usage("", Score::default()).is_none());
    }
}
