//! How long it takes to read the catalogue, to look up the maker of a card, and to classify a million hosts.

use std::fmt::Write;

use serde_json::{Value, json};

use super::machine::Machine;
use super::report;
use crate::error::Error;
use crate::{project, shell};

const HOSTS: &str = "1000000";
/// The best of so many: what else the machine did only adds.
const REPEATS: usize = 5;

/// What is measured, by its name in the example, and what it must stay under.
const LIMITS: [(&str, f64); 3] =
    [("catalogue read and indexed, ms", 5.0), ("maker of a card, ns", 100.0), ("hosts classified, s", 2.0)];

/// Measures, prints and writes the results.
pub(crate) fn run() -> Result<(), Error> {
    let example = "classify";
    let words = ["build", "--quiet", "--release", "--package", "muster-identify", "--example", example];
    shell::run(&mut shell::cargo(&words))?;
    let program = project::target_folder().join("release/examples").join(example);
    let machine = Machine::look();
    println!("bench: commit {}; {}, {} cores", machine.commit, machine.cpu, machine.cores);
    let mut best = LIMITS.map(|_| f64::INFINITY);
    let mut last = String::new();
    for _ in 0..REPEATS {
        last = shell::output(&mut shell::command(&program.display().to_string(), &[HOSTS]))?;
        for ((name, _), best) in LIMITS.iter().zip(&mut best) {
            let found = figure(&last, name).ok_or_else(|| Error::unexpected(example.to_owned(), &last))?;
            *best = best.min(found);
        }
    }
    for ((name, limit), best) in LIMITS.iter().zip(&best) {
        let is_kept = if best < limit { "kept" } else { "MISSED" };
        println!("bench: {name}: {best} (limit {limit}: {is_kept})");
    }
    report::write("classify", &markdown(&best, &last), &data(&best))
}

/// The figure of that name.
fn figure(text: &str, name: &str) -> Option<f64> {
    let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))?;
    line.trim().parse().ok()
}

fn markdown(best: &[f64; LIMITS.len()], last: &str) -> String {
    let mut text = format!(
        "\nThe best of {REPEATS} runs of `cargo xtask bench classify`: {HOSTS} hosts of a hundred kinds, each with ports, \
         stacks, a service, a name and a card, asked for its class and its system on one core.\n\n\
         | figure | best | limit |\n|---|---|---|\n"
    );
    for ((name, limit), best) in LIMITS.iter().zip(best) {
        let _ = writeln!(text, "| {name} | {best} | {limit} |");
    }
    let _ = write!(text, "\nThe last run in full:\n\n```text\n{last}```\n");
    text
}

fn data(best: &[f64; LIMITS.len()]) -> Value {
    let figure =
        |((name, limit), best): (&(&str, f64), &f64)| json!({ "name": name, "best": best, "limit": limit });
    LIMITS.iter().zip(best).map(figure).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_found_by_their_names() {
        let text = "maker of a card, ns: 41.5\nhosts classified, s: 1.250\n";
        assert_eq!(figure(text, "hosts classified, s"), Some(1.25));
        assert_eq!(figure(text, "maker of a card"), None);
        assert_eq!(figure("maker of a card, ns: soon", "maker of a card, ns"), None);
    }
}
