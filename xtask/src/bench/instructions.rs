//! Instructions per operation of the engine's hot paths and the catalogue's look-ups: a number that does not depend on how busy the machine is.
//!
//! Each operation is run twice, with two counts, under callgrind; the difference leaves out the set-up.

use std::fmt::Write;
use std::path::Path;

use serde_json::{Value, json};

use super::report;
use crate::error::Error;
use crate::{project, setup, shell};

/// Of each package an example, and the operations that it performs.
const OPERATIONS: &[(&str, &str, &[&str])] = &[
    (
        "muster-engine",
        "instructions",
        &["permutation", "ledger", "poll_transmit", "handle_reply", "cookie", "stamp", "recognize"],
    ),
    ("muster-catalog", "lookups", &["maker", "maker_signs", "stack_families"]),
];
const COUNTS: [u64; 2] = [20_000, 120_000];

/// Counts every operation and writes the results.
pub(crate) fn run() -> Result<(), Error> {
    setup::run(setup::Purpose::Bench)?;
    let mut costs = Vec::new();
    for (package, example, operations) in OPERATIONS {
        build(package, example)?;
        for operation in *operations {
            let cost = per_operation(example, operation)?;
            println!("bench: {operation}: {cost:.1} instructions");
            costs.push((*operation, cost));
        }
    }
    report::write("instructions", &markdown(&costs), &json(&costs))
}

fn build(package: &str, example: &str) -> Result<(), Error> {
    let path = format!("crates/{package}/examples/{example}.rs");
    if !project::root().join(&path).exists() {
        return Err(Error::Missing { what: path, hint: "it runs one operation a given number of times" });
    }
    let words = ["build", "--quiet", "--release", "--package", package, "--example", example];
    shell::run(&mut shell::cargo(&words))
}

fn per_operation(example: &str, operation: &str) -> Result<f64, Error> {
    let [few, many] = COUNTS;
    let spent = |count| instructions(example, operation, count);
    let difference = spent(many)? as f64 - spent(few)? as f64;
    Ok(difference / (many - few) as f64)
}

fn instructions(example: &str, operation: &str, count: u64) -> Result<u64, Error> {
    let profile = project::target_folder().join(format!("callgrind.{operation}.{count}"));
    let example = project::target_folder().join("release/examples").join(example);
    let mut valgrind = shell::command("valgrind", &["--quiet", "--tool=callgrind"]);
    valgrind.arg(format!("--callgrind-out-file={}", profile.display()));
    shell::output(valgrind.arg(example).args([operation, &count.to_string()]))?;
    let text = project::read(Path::new(&profile))?;
    total(&text).ok_or_else(|| Error::unexpected(profile.display().to_string(), &"no total"))
}

/// The line `totals: N` (or, in a file of one part, `summary: N`) of a callgrind profile.
fn total(profile: &str) -> Option<u64> {
    let line = |key| profile.lines().find_map(|line: &str| line.strip_prefix(key));
    line("totals: ").or_else(|| line("summary: "))?.trim().parse().ok()
}

fn markdown(costs: &[(&str, f64)]) -> String {
    let [few, many] = COUNTS;
    let mut text = format!(
        "\nInstructions per operation under callgrind, from the difference between {few} and {many} operations.\n\n\
         | operation | instructions |\n|---|---|\n"
    );
    for (operation, cost) in costs {
        let _ = writeln!(text, "| {operation} | {cost:.1} |");
    }
    text
}

fn json(costs: &[(&str, f64)]) -> Value {
    costs.iter().map(|(operation, cost)| json!({ "operation": operation, "instructions": cost })).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_total_is_found() {
        assert_eq!(total("events: Ir\nsummary: 12\n\ntotals: 34\n"), Some(34));
        assert_eq!(total("events: Ir\nsummary: 12\n"), Some(12));
        assert_eq!(total(""), None);
    }
}
