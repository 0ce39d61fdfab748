//! Invariant 3, second third: the public JSON is in `muster-report` only.

use super::Finding;
use super::crates::{Level, level};
use super::tree::Tree;

const RULE: &str = "json";
const HOME: &str = "muster-report";
const MESSAGE: &str = "JSON is written by muster-report alone";

/// Reading settings and data with `serde::Deserialize` is nobody's public contract.
const BANNED: &[&str] = &["serde_json", "serde::Serialize", "serde::Serializer", "serde::ser"];

/// Looks at everything that ships; dev crates read and write what they like.
pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    let fenced = |package: &str| package != HOME && matches!(level(package), Some(Level::Floor(_)));
    let sources = tree.sources.iter().filter(|source| fenced(source.package()));
    let mut findings: Vec<Finding> =
        sources.flat_map(|source| source.shipped_uses(BANNED, RULE, MESSAGE)).collect();
    for manifest in tree.manifests.iter().filter(|manifest| fenced(manifest.package())) {
        if manifest.dependencies().iter().any(|dependency| !dependency.dev && dependency.name == "serde_json")
        {
            findings.push(manifest.finding("serde_json", RULE, MESSAGE));
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    fn findings(path: &str, text: &str) -> Vec<Finding> {
        check(&Tree::of(&[(path, text)]))
    }

    #[test]
    fn one_broken_thing_is_found_outside_the_schema() {
        for broken in [
            "use serde::{Deserialize, Serialize};",
            "#[derive(serde::Serialize)] struct A;",
            "fn f() { serde_json::to_string(&1); }",
        ] {
            assert_eq!(findings("crates/muster-model/src/lib.rs", broken).len(), 1, "{broken}");
            assert_eq!(findings("crates/muster-report/src/schema.rs", broken), [], "{broken}");
            assert_eq!(findings("crates/muster-testkit/src/lib.rs", broken), [], "{broken}");
        }
    }

    #[test]
    fn reading_and_tests_are_free() {
        assert_eq!(findings("crates/muster-catalog/src/lib.rs", "use serde::Deserialize;"), []);
        assert_eq!(findings("crates/muster/tests/cli.rs", "use serde_json::Value;"), []);
    }

    #[test]
    fn the_package_is_found_unless_for_tests() {
        let manifest = |table: &str| format!("[{table}]\nserde_json.workspace = true\n");
        assert_eq!(findings("crates/muster/Cargo.toml", &manifest("dependencies")).len(), 1);
        assert_eq!(findings("crates/muster/Cargo.toml", &manifest("dev-dependencies")), []);
    }
}
