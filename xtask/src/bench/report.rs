//! Writes results to `bench/runs/`, dated: Markdown for people and the same as JSON.

use std::fmt::Write;

use serde_json::{Value, json};

use super::machine::Machine;
use super::rounds::{Ending, Results, Run, median};
use crate::error::Error;
use crate::project;

/// One scenario with all that ran in it.
#[derive(Debug)]
pub(super) struct Scenario<'a> {
    pub(super) title: &'a str,
    /// What the numbers must be read with.
    pub(super) remark: String,
    pub(super) results: Vec<Results<'a>>,
}

/// Writes `bench/runs/DATE-NAME.md` and `.json`.
pub(super) fn write(name: &str, body: &str, data: &Value) -> Result<(), Error> {
    let machine = Machine::look();
    let date = jiff::Zoned::now().date().to_string();
    let path = format!("bench/runs/{date}-{name}");
    let head = format!(
        "# {name}, {date}\n\nCommit {}; {}, {} cores, {}; {}.\n",
        machine.commit, machine.cpu, machine.cores, machine.kernel, machine.rustc,
    );
    project::write(format!("{path}.md"), &(head + body))?;
    let data = json!({ "name": name, "date": date, "machine": machine.json(), "data": data });
    project::write(format!("{path}.json"), &format!("{data:#}\n"))?;
    println!("bench: wrote {path}.md and {path}.json");
    Ok(())
}

/// The scenarios as Markdown: medians, ratios to the first contestant, commands.
pub(super) fn markdown(scenarios: &[Scenario<'_>]) -> String {
    String::from(
        "\nMedians of the rounds, in brackets the smallest and the largest. Ratio: wall time over muster's.\n",
    ) + &tables(scenarios)
}

/// The same without the line that explains them.
pub(super) fn tables(scenarios: &[Scenario<'_>]) -> String {
    let mut text = String::new();
    for scenario in scenarios {
        let _ = write!(text, "\n## {}\n\n{}\n\n", scenario.title, scenario.remark);
        let extras: Vec<&str> = extras(&scenario.results).collect();
        let more = extras.iter().map(|name| format!(" {name} |")).collect::<String>();
        let _ = writeln!(
            text,
            "| tool | wall s | ratio | CPU s | peak MiB | wrong | open missed | closed missed |{more}"
        );
        let _ = writeln!(text, "|---|---|---|---|---|---|---|---|{}", "---|".repeat(extras.len()));
        let reference = scenario.results.first().map_or(0.0, |first| middle(first, |run| run.wall_seconds));
        for results in &scenario.results {
            text.push_str(&row(results, reference, &extras));
        }
        text.push_str(&commands(&scenario.results));
    }
    text
}

/// The same for programs that only read files: what they cost, and nothing of what they found.
pub(super) fn cost_tables(scenarios: &[Scenario<'_>]) -> String {
    let mut text = String::new();
    for Scenario { title, remark, results } in scenarios {
        let _ = write!(text, "\n## {title}\n\n{remark}\n\n");
        text.push_str("| tool | wall s | ratio | CPU s | peak MiB |\n|---|---|---|---|---|\n");
        let reference = results.first().map_or(0.0, |first| middle(first, |run| run.wall_seconds));
        for one in results {
            let cells = costs(one, reference);
            let _ = writeln!(text, "{cells}");
        }
        text.push_str(&commands(results));
    }
    text
}

fn commands(results: &[Results<'_>]) -> String {
    let lines: String = results.iter().map(|results| results.contestant.line() + "\n").collect();
    format!("\n```sh\n{lines}```\n")
}

/// Every single run.
pub(super) fn json(scenarios: &[Scenario<'_>]) -> Value {
    let run = |run: &Run| {
        let extras: serde_json::Map<String, Value> =
            run.extras.iter().map(|(name, value)| ((*name).to_owned(), json!(value))).collect();
        json!({
            "finished": run.ending == Ending::Itself, "wrong_reasons": run.score.wrong_reasons, "extras": extras,
            "wall_seconds": run.wall_seconds, "cpu_seconds": run.cpu_seconds, "peak_kib": run.peak_kib,
            "wrong": run.score.wrong, "missed_open": run.score.missed_open, "missed_closed": run.score.missed_closed,
        })
    };
    let results = |results: &Results<'_>| {
        let runs: Vec<Value> = results.runs.iter().map(run).collect();
        json!({ "tool": results.contestant.name, "command": results.contestant.line(), "runs": runs })
    };
    let scenario = |scenario: &Scenario<'_>| {
        let results: Vec<Value> = scenario.results.iter().map(results).collect();
        json!({ "title": scenario.title, "remark": scenario.remark, "results": results })
    };
    scenarios.iter().map(scenario).collect()
}

/// What the scenario measured besides.
fn extras<'a>(results: &'a [Results<'_>]) -> impl Iterator<Item = &'a str> {
    let first = results.first().and_then(|results| results.runs.first());
    first.into_iter().flat_map(|run| run.extras.iter().map(|(name, _)| *name))
}

fn row(results: &Results<'_>, reference: f64, extras: &[&str]) -> String {
    let count = |of: fn(&Run) -> usize| spread(results, |run| of(run) as f64, 0);
    let more = extras.iter().map(|name| format!(" {} |", spread(results, |run| run.extra(name), 2)));
    format!(
        "{} {} | {} | {} |{}\n",
        costs(results, reference),
        count(|run| run.score.wrong),
        count(|run| run.score.missed_open),
        count(|run| run.score.missed_closed),
        more.collect::<String>(),
    )
}

/// Who it is, time and memory: the first cells of a row.
fn costs(results: &Results<'_>, reference: f64) -> String {
    let wall = middle(results, |run| run.wall_seconds);
    let ratio = if reference > 0.0 { wall / reference } else { 0.0 };
    let endings = results.runs.iter().map(|run| run.ending.remark());
    let ending = endings.max().unwrap_or_default();
    format!(
        "| {}{ending} | {} | {ratio:.2} | {} | {} |",
        results.contestant.name,
        spread(results, |run| run.wall_seconds, 2),
        spread(results, |run| run.cpu_seconds, 2),
        spread(results, |run| run.peak_kib as f64 / 1024.0, 1),
    )
}

/// `median (min–max)`, or one number where all are the same.
fn spread(results: &Results<'_>, of: impl Fn(&Run) -> f64, digits: usize) -> String {
    let values = results.runs.iter().map(&of).filter(|value| !value.is_nan());
    let (low, high) =
        values.fold((f64::MAX, f64::MIN), |(low, high), value| (low.min(value), high.max(value)));
    let middle = middle(results, of);
    if low > high {
        "–".to_owned()
    } else if low == high {
        format!("{middle:.digits$}")
    } else {
        format!("{middle:.digits$} ({low:.digits$}–{high:.digits$})")
    }
}

/// The median over a contestant's runs.
pub(super) fn middle(results: &Results<'_>, of: impl Fn(&Run) -> f64) -> f64 {
    median(results.runs.iter().map(of))
}

#[cfg(test)]
mod tests {
    use super::super::rounds::Contestant;
    use super::super::score::{Report, Score};
    use super::*;

    #[test]
    fn a_table_has_medians_ratios_and_commands() {
        let contestant = |name, program: &str| {
            let words = vec!["-p".to_owned(), "2967".to_owned()];
            Contestant::new(name, program, words, |_| Report::default())
        };
        let contestants = [contestant("muster", "/x/muster"), contestant("nmap", "nmap")];
        let run = |wall_seconds| Run {
            wall_seconds,
            cpu_seconds: 0.5,
            peak_kib: 2048,
            score: Score::default(),
            extras: Vec::new(),
            ending: Ending::Itself,
        };
        let results = |contestant, walls: &[f64]| Results {
            contestant,
            runs: walls.iter().copied().map(run).collect(),
        };
        let results =
            vec![results(&contestants[0], &[1.0, 1.0, 1.0]), results(&contestants[1], &[2.0, 3.0, 2.5])];
        let text = markdown(&[Scenario { title: "all closed", remark: "On loopback.".to_owned(), results }]);
        assert!(text.contains("| muster | 1.00 | 1.00 | 0.50 | 2.0 | 0 | 0 | 0 |"), "{text}");
        assert!(text.contains("| nmap | 2.50 (2.00–3.00) | 2.50 |"), "{text}");
        assert!(text.contains("\nmuster -p 2967\nnmap -p 2967\n"), "{text}");
    }
}
