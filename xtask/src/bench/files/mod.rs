//! Reading files: Nmap's XML against `xmllint` and python-libnmap, and `muster diff` against `ndiff`.
//!
//! The files are made here, the same every time, below the target folder, and removed afterwards.

mod comparing;
mod making;
mod reading;

use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};

use super::report::{self, Scenario};
use super::rounds::{Contestant, Place, ROUNDS, Results, in_turn, run as run_once};
use super::score::Truth;
use super::target::{self, Target};
use crate::error::Error;
use crate::{project, setup, shell};

/// How much is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Extent {
    /// What the project asks of itself, written down.
    Full,
    /// A tenth of it, once, only printed: whether the benchmark works.
    Small,
}

impl Extent {
    /// A size or a count at this extent.
    fn of(self, full: u64) -> u64 {
        if self == Self::Full { full } else { full / 10 }
    }

    fn rounds(self) -> usize {
        if self == Self::Full { ROUNDS } else { 1 }
    }
}

/// What came of one of the two parts.
struct Outcome<'a> {
    scenario: Scenario<'a>,
    targets: Vec<Target>,
}

/// Runs both parts; writes the result if it is all of it.
pub(crate) fn run(extent: Extent) -> Result<(), Error> {
    setup::run(setup::Purpose::Bench)?;
    build()?;
    let folder = Folder::create()?;
    let reading = reading::contestants(&folder.0, extent)?;
    let reading = reading::part(&reading, &folder.0)?;
    let comparing = comparing::contestants(&folder.0, extent)?;
    let comparing = comparing::part(&comparing, &folder.0)?;
    let targets = [reading.targets, comparing.targets].concat();
    let scenarios = [reading.scenario, comparing.scenario];
    let body =
        format!("\n{}{}{LEGEND}{}", versions(), target::table(&targets), report::cost_tables(&scenarios));
    if extent == Extent::Small {
        println!("{body}");
        return Ok(());
    }
    let targets: Vec<Value> = targets.iter().map(Target::json).collect();
    report::write("files", &body, &json!({ "targets": targets, "parts": report::json(&scenarios) }))
}

const LEGEND: &str =
    "\nMedians of the rounds, in brackets the smallest and the largest. Ratio: wall time over muster's.\n";

/// The program and the example that only reads, built for release.
fn build() -> Result<(), Error> {
    let words = ["build", "--quiet", "--release", "--package"];
    shell::run(shell::cargo(&words).arg("muster"))?;
    shell::run(shell::cargo(&words).args(["muster-nmap", "--example", "read_scan"]))
}

/// A folder for the files, which goes with what is in it.
struct Folder(PathBuf);

impl Folder {
    fn create() -> Result<Self, Error> {
        let path = project::target_folder().join("bench-files");
        fs::create_dir_all(&path).map_err(Error::file("create", &path))?;
        Ok(Self(path))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// What the release build made.
fn built(name: &str) -> PathBuf {
    project::target_folder().join("release").join(name)
}

/// All rounds of those who are there.
fn race<'a>(contestants: &'a [Contestant], folder: &Path) -> Result<Vec<Results<'a>>, Error> {
    let nothing = Truth::default();
    in_turn(contestants, |contestant| Ok(run_once(contestant, Place::Loopback, folder, &nothing)?.0))
}

/// The median of one contestant, not a number where it did not run to its end.
fn figure(results: &[Results<'_>], name: &str, of: fn(&super::rounds::Run) -> f64) -> f64 {
    let one = results.iter().find(|one| one.contestant.name == name);
    let finished = one.filter(|one| one.runs.iter().all(|run| run.ending == super::rounds::Ending::Itself));
    finished.map_or(f64::NAN, |one| report::middle(one, of))
}

/// The Python that has python-libnmap: Debian's package is for Debian's own.
fn python() -> Option<&'static str> {
    let knows = |program: &&str| {
        let import = Command::new(program).args(["-c", "import libnmap"]).output();
        import.is_ok_and(|output| output.status.success())
    };
    ["/usr/bin/python3", "python3"].into_iter().find(knows)
}

/// The peers as they are installed.
fn versions() -> String {
    let first_line = |program: &str, words: &[&str]| {
        let output = Command::new(program).args(words).output().ok()?;
        let text = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
        text.lines().next().map(|line| line.trim().to_owned())
    };
    let libnmap = "import libnmap; print('python-libnmap', libnmap.__version__)";
    let mut text = String::from("Peers:");
    for (program, words) in [
        ("xmllint", &["--version"][..]),
        (python().unwrap_or("python3"), &["-c", libnmap]),
        // ndiff has no version of its own.
        ("nmap", &["--version"]),
    ] {
        let version = first_line(program, words).unwrap_or_else(|| format!("{program} is missing"));
        let _ = write!(text, " {version};");
    }
    text.trim_end_matches(';').to_owned() + ".\n"
}
