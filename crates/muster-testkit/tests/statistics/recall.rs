//! What a sweep finds, sends and states: loss × rate × rounds over a line that carries 20,000 probes a second.

use std::fmt::Write as _;

use muster_engine::RoundLimits;

use crate::cell::{Cell, median};

#[test]
fn loss_by_rate_by_rounds() {
    let mut table = String::from("loss  rate     rounds   recall   probes  A      B      rate at the end\n");
    for loss in [0.0, 0.01, 0.05, 0.2] {
        for rate in [2_000.0, 10_000.0, 100_000.0] {
            for rounds in [Some(1), Some(2), Some(3), None] {
                let _ = writeln!(table, "{}", row(loss, rate, rounds));
            }
        }
    }
    insta::assert_snapshot!("loss_by_rate_by_rounds", table);
}

fn row(loss: f64, rate: f64, rounds: Option<u8>) -> String {
    let words = rounds.map_or("stop rule".to_owned(), |rounds| rounds.to_string());
    let limits =
        rounds.map_or(RoundLimits::default(), |n| RoundLimits { least: n, most: n, max_missed: None });
    let cell = Cell {
        name: format!("recall loss={loss} rate={rate} rounds={words}"),
        capacity: Some(20_000.0),
        rate,
        rounds: limits,
        sweeps: 11,
        ..Cell::uniform(2_000, loss, 1)
    };
    let runs = cell.run();
    let found: u64 = runs.iter().map(|run| run.summary.answered).sum();
    let bound = |bound: Option<u64>| bound.unwrap_or(u64::MAX);
    format!(
        "{loss:<5} {rate:<8} {words:<9} {:.4} {:>8}  {:<6} {:<6} {:.0}",
        found as f64 / (2_000 * runs.len()) as f64,
        median(runs.iter().map(|run| run.summary.sent)),
        median(runs.iter().map(|run| bound(run.bounds.alike))),
        median(runs.iter().map(|run| bound(run.bounds.half))),
        median(runs.iter().map(|run| run.summary.rate as u64)),
    )
}
