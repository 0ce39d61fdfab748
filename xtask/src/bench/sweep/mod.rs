//! The raw sweep against zmap, masscan and Nmap, in network namespaces of our own from which no packet can leave.
//!
//! Five parts: frames into a sink, a /16 as mixed as an office, the same with loss, a silent /24, memory for a /8. The
//! contestants run in turn, so that a slow minute of the machine hits all alike: it is the ratios that count.

mod network;
mod peers;
mod read;
mod silent;
mod sink;

use std::fmt::Write;
use std::fs;
use std::path::Path;

use muster_testkit::lab::{Lab, LabError};
use serde_json::{Value, json};

use super::report::{self, Scenario};
use super::rounds::{Contestant, ROUNDS};
use super::target::{self, Target, at_least, at_most};
use crate::error::Error;
use crate::{setup, shell};

/// A part of the benchmark by its name.
type Part = (&'static str, fn(&Path, &mut Findings) -> Result<(), Error>);

const PARTS: &[Part] = &[
    ("rate", sink::rate),
    ("clean", network::clean),
    ("lossy", network::lossy),
    ("silent", silent::part),
    ("memory", sink::memory),
];

const LEGEND: &str =
    "\nMedians of the rounds, in brackets the smallest and the largest. Ratio: wall time over muster's.\n";

/// What came of the parts so far.
#[derive(Debug, Default)]
struct Findings {
    text: String,
    data: Vec<Value>,
    targets: Vec<Target>,
    /// How often those run that are not slow.
    rounds: usize,
}

/// Runs all parts and writes the result; with names of parts, runs those, once each, and only prints it.
pub(crate) fn run(names: &[&str]) -> Result<(), Error> {
    if names.iter().any(|name| PARTS.iter().all(|(known, _)| known != name)) {
        return Err(Error::Usage);
    }
    setup::run(setup::Purpose::Bench)?;
    Lab::available()
        .map_err(|what| Error::Missing { what, hint: "run as root on Linux, with `ip` and `nft`" })?;
    let folder = super::connect::scratch()?;
    let rounds = if names.is_empty() { ROUNDS } else { 1 };
    let mut findings = Findings { rounds, ..Findings::default() };
    let mut wanted = PARTS.iter().filter(|(name, _)| names.is_empty() || names.contains(name));
    let outcome = wanted.try_for_each(|(_, part)| part(&folder, &mut findings));
    let _ = fs::remove_dir_all(&folder);
    outcome?;
    let body = format!("\n{}{}{LEGEND}{}", versions(), target::table(&findings.targets), findings.text);
    if names.is_empty() {
        let targets: Vec<Value> = findings.targets.iter().map(Target::json).collect();
        return report::write("sweep", &body, &json!({ "targets": targets, "parts": findings.data }));
    }
    println!("{body}");
    Ok(())
}

impl Findings {
    /// Adds a scenario's table, and what muster had to show in it.
    fn add(&mut self, scenario: Scenario<'_>, targets: Vec<Target>) {
        let scenarios = [scenario];
        self.text.push_str(&report::tables(&scenarios));
        self.data.push(report::json(&scenarios));
        for target in &targets {
            println!("bench: {target}");
        }
        self.targets.extend(targets);
    }
}

/// The peers as they are installed.
fn versions() -> String {
    let first_line = |program: &str| {
        let output = shell::command(program, &["--version"]).output().ok()?;
        let text = [output.stdout, output.stderr].concat();
        let text = String::from_utf8_lossy(&text).trim().lines().next()?.trim().to_owned();
        Some(text)
    };
    let mut text = String::from("Peers:");
    for program in ["zmap", "masscan", "nmap"] {
        let version = first_line(program).unwrap_or_else(|| format!("{program} is missing"));
        let _ = write!(text, " {version};");
    }
    text.trim_end_matches(';').to_owned() + ".\n"
}

/// Those whose program is there; the others are named and left out.
fn present(contestants: Vec<Contestant>, rounds: usize) -> Vec<Contestant> {
    let (present, missing): (Vec<_>, Vec<_>) = contestants.into_iter().partition(|contestant| {
        Path::new(&contestant.program).exists() || shell::is_present(&contestant.program.to_string_lossy())
    });
    missing.iter().for_each(|contestant| println!("bench: {} is missing and left out", contestant.name));
    present.into_iter().map(|one| Contestant { rounds: one.rounds.min(rounds), ..one }).collect()
}

#[allow(clippy::needless_pass_by_value, reason = "the shape that map_err takes")]
fn broken(error: LabError) -> Error {
    Error::unexpected("the lab", &error)
}
