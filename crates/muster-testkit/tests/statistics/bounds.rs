//! Bounds A and B are held against the truth, cell by cell.

use std::fmt::Write as _;
use std::time::Duration;

use muster_engine::RoundLimits;
use muster_testkit::simulation::{Behaviour, Burst};

use crate::cell::{Cell, Run, median};

/// A bound that is broken with probability 1 % is broken more often than this in 1,000 sweeps once in a thousand cells.
const MOST_BROKEN: usize = 21;

const ROUNDS: [u8; 3] = [1, 2, 3];
const RESPONDERS: [usize; 3] = [20, 200, 5_000];
const LOSSES: [f64; 3] = [0.01, 0.05, 0.2];

/// What became of a cell's sweeps.
struct Verdict {
    broken_a: usize,
    broken_b: usize,
    median_a: u64,
    median_b: u64,
    missed_99: u64,
}

impl Verdict {
    fn of(runs: &[Run]) -> Self {
        let broken = |bound: fn(&Run) -> Option<u64>| {
            runs.iter().filter(|run| bound(run).is_some_and(|b| run.missed > b)).count()
        };
        let middle = |bound: fn(&Run) -> Option<u64>| median(runs.iter().filter_map(bound));
        let mut missed: Vec<u64> = runs.iter().map(|run| run.missed).collect();
        missed.sort_unstable();
        Self {
            broken_a: broken(|run| run.bounds.alike),
            broken_b: broken(|run| run.bounds.half),
            median_a: middle(|run| run.bounds.alike),
            median_b: middle(|run| run.bounds.half),
            missed_99: missed[missed.len() * 99 / 100],
        }
    }

    fn row(&self, cell: &Cell, runs: &[Run]) -> String {
        let probes: u64 = runs.iter().map(|run| run.summary.sent).sum();
        let rounds: usize = runs.iter().map(|run| run.summary.rounds.len()).sum();
        format!(
            "{:<60} A broken {:>4}  median {:>5}   B broken {:>4}  median {:>5}   99 % of misses {:>4}   rounds {:.2}  probes {:.0}",
            cell.name,
            self.broken_a,
            self.median_a,
            self.broken_b,
            self.median_b,
            self.missed_99,
            rounds as f64 / runs.len() as f64,
            probes as f64 / runs.len() as f64,
        )
    }
}

/// Runs the cells, checks each, and gives the table.
fn table(cells: impl Iterator<Item = Cell>, check: impl Fn(&Cell, &Verdict)) -> String {
    let mut table = String::new();
    for cell in cells {
        let runs = cell.run();
        let verdict = Verdict::of(&runs);
        let _ = writeln!(table, "{}", verdict.row(&cell, &runs));
        check(&cell, &verdict);
    }
    table
}

fn uniform_cells() -> impl Iterator<Item = Cell> {
    RESPONDERS.into_iter().flat_map(|responders| {
        LOSSES.into_iter().flat_map(move |loss| {
            ROUNDS.into_iter().map(move |rounds| Cell::uniform(responders, loss, rounds))
        })
    })
}

/// The least `q` with `P(Bin(n, chance) <= q) >= 99 %`.
fn quantile_99(n: usize, chance: f64) -> u64 {
    let mut log = n as f64 * (-chance).ln_1p();
    let (mut sum, mut q) = (log.exp(), 0);
    while sum < 0.99 {
        log += ((n as u64 - q) as f64 / (q + 1) as f64 * chance / (1.0 - chance)).ln();
        q += 1;
        sum += log.exp();
    }
    q
}

/// Uniform loss, a fixed number of rounds: A holds, and is near the truth.
#[test]
fn alike_losses() {
    let table = table(uniform_cells(), |cell, verdict| {
        assert!(
            verdict.broken_a <= MOST_BROKEN,
            "A is broken in {} of 1,000: {}",
            verdict.broken_a,
            cell.name
        );
        assert!(
            verdict.broken_b <= MOST_BROKEN,
            "B is broken in {} of 1,000: {}",
            verdict.broken_b,
            cell.name
        );
        let truth = quantile_99(cell.responders, cell.loss.powi(cell.rounds.most.into()));
        let most = if cell.responders == 20 { 4 * truth + 10 } else { 3 * truth + 5 };
        assert!(verdict.median_a <= most, "A is {} where {truth} is true: {}", verdict.median_a, cell.name);
    });
    insta::assert_snapshot!("alike_losses", table);
}

/// The same with the stop rule, which looks at the bounds after each round.
#[test]
fn alike_losses_with_the_stop_rule() {
    let cells = uniform_cells().filter(|cell| cell.rounds.most == 2).map(Cell::with_stop_rule);
    let table = table(cells, |cell, verdict| {
        assert!(
            verdict.broken_a <= MOST_BROKEN,
            "A is broken in {} of 1,000: {}",
            verdict.broken_a,
            cell.name
        );
        assert!(
            verdict.broken_b <= MOST_BROKEN,
            "B is broken in {} of 1,000: {}",
            verdict.broken_b,
            cell.name
        );
    });
    insta::assert_snapshot!("alike_losses_with_the_stop_rule", table);
}

/// Networks where hosts differ or losses come together, but no host loses more than half.
fn unlike_cells() -> Vec<Cell> {
    let mut cells = Vec::new();
    for responders in RESPONDERS {
        for rounds in [2, 3] {
            let plain = Cell::uniform(responders, 0.01, rounds);
            let named = |what: &str| format!("{what} N={responders} rounds={rounds}");
            cells.push(Cell { name: named("a tenth loses 40 %"), lossy: Some((0.1, 0.4)), ..plain.clone() });
            // Ten bursts in a round, each three tenths of its period: far shorter than the gap between rounds.
            let period = Duration::from_secs_f64(plain.seconds() / 10.0);
            let burst = Burst { period, length: period.mul_f64(0.3) };
            cells.push(Cell { name: named("bursts of 3 in 10"), burst: Some(burst), ..plain.clone() });
            let limited = Some(responders as f64 * 0.7 / (plain.seconds() * 4.0));
            cells.push(Cell {
                name: named("limited RST"),
                behaviour: Behaviour::Closed,
                resets_per_second: limited,
                rate: plain.rate / 4.0,
                ..plain
            });
        }
    }
    cells
}

/// Where losses are unlike, B holds; how often A fails is printed.
#[test]
fn unlike_losses() {
    let table = table(unlike_cells().into_iter(), |cell, verdict| {
        assert!(
            verdict.broken_b <= MOST_BROKEN,
            "B is broken in {} of 1,000: {}",
            verdict.broken_b,
            cell.name
        );
    });
    insta::assert_snapshot!("unlike_losses", table);
}

/// The same with the stop rule.
#[test]
fn unlike_losses_with_the_stop_rule() {
    let cells = unlike_cells().into_iter().filter(|cell| cell.rounds.most == 2).map(Cell::with_stop_rule);
    let table = table(cells, |cell, verdict| {
        assert!(
            verdict.broken_b <= MOST_BROKEN,
            "B is broken in {} of 1,000: {}",
            verdict.broken_b,
            cell.name
        );
    });
    insta::assert_snapshot!("unlike_losses_with_the_stop_rule", table);
}

/// Hosts that lose four probes of five are beyond B's assumption: the table shows how far beyond.
#[test]
fn where_the_bounds_end() {
    let cells = RESPONDERS.into_iter().flat_map(|responders| {
        let lossy = Cell {
            name: format!("a tenth loses 80 % N={responders} rounds=2"),
            lossy: Some((0.1, 0.8)),
            ..Cell::uniform(responders, 0.01, 2)
        };
        let stopping = Cell {
            rounds: RoundLimits::default(),
            name: format!("{} stop rule", lossy.name),
            ..lossy.clone()
        };
        [lossy, stopping]
    });
    insta::assert_snapshot!("where_the_bounds_end", table(cells, |_, _| {}));
}
