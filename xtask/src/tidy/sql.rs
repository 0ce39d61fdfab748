//! Invariant 3, first third: SQL is in `muster-store` only.

use super::Finding;
use super::tree::{Source, Tree};

const RULE: &str = "sql";
const HOME: &str = "muster-store";
const PACKAGES: &[&str] = &["diesel", "postgres", "rusqlite", "sea-orm", "sqlite", "sqlx", "tokio-postgres"];

/// How a statement begins, and a word it cannot do without.
const STATEMENTS: &[(&str, &str)] = &[
    ("ALTER", "TABLE"),
    ("CREATE", "INDEX"),
    ("CREATE", "TABLE"),
    ("DELETE", "FROM"),
    ("DROP", "TABLE"),
    ("INSERT", "INTO"),
    ("PRAGMA", "PRAGMA"),
    ("SELECT", "FROM"),
    ("UPDATE", "SET"),
];

/// Looks for database packages in the manifests and for statements in string literals.
pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    let sources = tree.sources.iter().filter(|source| ![HOME, "xtask"].contains(&source.package()));
    let mut findings: Vec<Finding> = sources.flat_map(check_source).collect();
    for manifest in tree.manifests.iter().filter(|manifest| manifest.package() != HOME) {
        for dependency in manifest.dependencies() {
            if PACKAGES.contains(&dependency.name) {
                let message = format!("{}: only {HOME} talks to a database", dependency.name);
                findings.push(manifest.finding(dependency.name, RULE, message));
            }
        }
    }
    findings
}

fn check_source(source: &Source) -> Vec<Finding> {
    let statements = source.mentions.literals.iter().filter(|literal| is_statement(&literal.what));
    statements.map(|literal| source.finding(literal.line, RULE, format!("SQL belongs to {HOME}"))).collect()
}

/// SQL by convention has its key words in capitals, which keeps English sentences out of this.
fn is_statement(text: &str) -> bool {
    let mut words = text.split_whitespace();
    let first = words.next().unwrap_or_default();
    STATEMENTS
        .iter()
        .any(|(start, other)| first == *start && (start == other || words.clone().any(|word| word == *other)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn findings(path: &str, text: &str) -> Vec<Finding> {
        check(&Tree::of(&[(path, text)]))
    }

    #[test]
    fn sentences_are_not_statements() {
        let text = "/// SELECT a FROM b\nfn f() { say(\"Select one from the list\"); say(\"UPDATE\"); }";
        assert_eq!(findings("crates/muster-audit/src/lib.rs", text), []);
    }

    #[test]
    fn one_broken_thing_is_one_finding() {
        for broken in
            ["\"SELECT host FROM asset\"", "r#\"\n  INSERT INTO run VALUES (?)\"#", "\"PRAGMA user_version\""]
        {
            let text = format!("fn f() {{ query({broken}); }}");
            assert_eq!(findings("crates/muster-report/src/lib.rs", &text).len(), 1, "{broken}");
            assert_eq!(findings("crates/muster-store/src/lib.rs", &text), []);
        }
    }

    #[test]
    fn a_database_package_is_found() {
        let text = "[dependencies]\nrusqlite.workspace = true\n";
        assert_eq!(findings("crates/muster-report/Cargo.toml", text).len(), 1);
        assert_eq!(findings("crates/muster-store/Cargo.toml", text), []);
    }
}
