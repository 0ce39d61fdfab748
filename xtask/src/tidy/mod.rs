//! Holds the tree against the crate table and the invariants that no compiler checks.
//!
//! One file a rule. A rule reads the parsed [`Tree`] and nothing else, so that its test is a small tree with one thing
//! broken. Adding a rule: one new file, one line in [`RULES`].

mod crates;
mod foreign;
mod json;
mod mention;
mod platform;
mod purity;
mod shape;
mod sql;
mod supply;
mod terminal;
mod tree;

use std::fmt;

use tree::Tree;

use crate::error::Error;

/// One thing that is not as it should be.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Finding {
    /// Relative to the root of the project.
    file: String,
    /// Counted from 1; 0 where the finding is about the whole file.
    line: usize,
    /// The name in [`RULES`].
    rule: &'static str,
    message: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}: {}", self.file, self.line, self.rule, self.message)
    }
}

type Rule = fn(&Tree) -> Vec<Finding>;

const RULES: &[Rule] = &[
    crates::check,
    purity::check,
    platform::check,
    sql::check,
    json::check,
    terminal::check,
    foreign::check,
    shape::check,
    supply::check,
];

/// Checks the whole project and prints each finding on a line of its own.
pub(crate) fn run() -> Result<(), Error> {
    let tree = Tree::of_project()?;
    let mut findings: Vec<Finding> = RULES.iter().flat_map(|rule| rule(&tree)).collect();
    findings.sort();
    for finding in &findings {
        println!("{finding}");
    }
    if findings.is_empty() {
        println!("tidy: {} files, {} rules, nothing found", tree.files.len(), RULES.len());
        return Ok(());
    }
    Err(Error::Findings { count: findings.len() })
}
