//! The shape of a source: short enough to be read, and opened by a comment that says what it is for.

use super::Finding;
use super::tree::{Source, Tree};

const RULE: &str = "shape";

/// Longest file that needs no explanation.
const MAX_LINES: usize = 500;

/// Longer files, each with the reason why it is not cut.
const LONG: &[(&str, &str)] = &[];

/// Looks at every source's length, and at the head of everything below `src`.
pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    tree.sources.iter().flat_map(|source| check_source(source, LONG)).collect()
}

fn check_source(source: &Source, long: &[(&str, &str)]) -> Vec<Finding> {
    let mut findings = Vec::new();
    let lines = source.text.lines().count();
    match long.iter().find(|(path, _)| *path == source.path) {
        None if lines > MAX_LINES => {
            findings.push(source.finding(
                MAX_LINES,
                RULE,
                format!("{lines} lines: cut it, or list it with a reason"),
            ));
        }
        Some(_) if lines <= MAX_LINES => {
            findings.push(source.finding(0, RULE, "no longer a long file: take it off the list"));
        }
        _ => {}
    }
    if source.path.contains("/src/") && !source.text.starts_with("//!") {
        findings.push(source.finding(
            1,
            RULE,
            "no head comment: the first line says `//!` what the file is for",
        ));
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    fn findings(text: &str, long: &[(&str, &str)]) -> usize {
        let tree = Tree::of(&[("crates/muster-model/src/lib.rs", text)]);
        check_source(&tree.sources[0], long).len()
    }

    #[test]
    fn a_head_comment_is_needed() {
        assert_eq!(findings("//! What it is.\nfn f() {}\n", &[]), 0);
        assert_eq!(findings("fn f() {}\n", &[]), 1);
    }

    #[test]
    fn a_long_file_needs_a_reason_and_a_short_one_none() {
        let listed = [("crates/muster-model/src/lib.rs", "a table")];
        let long = "//! Long.\n".to_owned() + &"\n".repeat(MAX_LINES);
        assert_eq!(findings(&long, &[]), 1);
        assert_eq!(findings(&long, &listed), 0);
        assert_eq!(findings("//! Short.\n", &listed), 1);
    }
}
