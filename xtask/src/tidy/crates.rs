//! The crate table: which crates there are, on which level, and that dependencies go down only.

use super::Finding;
use super::tree::{Manifest, Tree};

const RULE: &str = "crates";

/// Where a crate stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Level {
    /// May depend on smaller numbers only.
    Floor(u8),
    /// Never ships; may depend on everything, and nothing that ships depends on it.
    Dev,
}

/// The crate table of `ARCHITECTURE.md`.
const TABLE: &[(&str, Level)] = &[
    ("muster-model", Level::Floor(1)),
    ("muster-platform", Level::Floor(1)),
    ("muster-catalog", Level::Floor(2)),
    ("muster-engine", Level::Floor(2)),
    ("muster-identify", Level::Floor(3)),
    ("muster-audit", Level::Floor(3)),
    ("muster-nmap", Level::Floor(3)),
    ("muster-listeners", Level::Floor(3)),
    ("muster-sweep", Level::Floor(4)),
    ("muster-evidence", Level::Floor(4)),
    ("muster-watch", Level::Floor(4)),
    ("muster-store", Level::Floor(4)),
    ("muster-report", Level::Floor(4)),
    ("muster-demo", Level::Floor(5)),
    ("muster-serve", Level::Floor(5)),
    ("muster", Level::Floor(6)),
    ("muster-testkit", Level::Dev),
    ("xtask", Level::Dev),
];

/// What every member takes from the workspace.
const SHARED: &[&str] = &["version", "edition", "rust-version", "license", "publish"];

/// The level of a package, if the table has it.
pub(crate) fn level(package: &str) -> Option<Level> {
    TABLE.iter().find(|(name, _)| *name == package).map(|(_, level)| *level)
}

/// Whether a package stands below the level where the outside world begins.
pub(crate) fn is_pure(package: &str) -> bool {
    package != "muster-platform" && matches!(level(package), Some(Level::Floor(0..=3)))
}

/// Holds every manifest against the table.
pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    let members = tree.manifests.iter().filter(|manifest| !manifest.path.starts_with("fuzz/"));
    let mut findings: Vec<Finding> = members.flat_map(check_manifest).collect();
    findings.extend(check_document(tree));
    findings
}

fn check_manifest(manifest: &Manifest) -> Vec<Finding> {
    let mut findings = check_shared(manifest);
    let name =
        manifest.table.get("package").and_then(|package| package.get("name")?.as_str()).unwrap_or_default();
    if name != manifest.package() {
        findings.push(manifest.finding(
            "name",
            RULE,
            format!("package {name} lies in folder {}", manifest.package()),
        ));
    }
    match level(manifest.package()) {
        Some(level) => findings.extend(check_dependencies(manifest, level)),
        None => findings.push(manifest.finding("name", RULE, "not in the crate table")),
    }
    findings
}

fn check_shared(manifest: &Manifest) -> Vec<Finding> {
    let inherits = |table: Option<&toml::Value>| {
        table.and_then(|table| table.get("workspace")?.as_bool()).unwrap_or(false)
    };
    let package = manifest.table.get("package");
    let mut findings: Vec<Finding> = SHARED
        .iter()
        .filter(|key| !inherits(package.and_then(|package| package.get(**key))))
        .map(|key| manifest.finding(key, RULE, format!("{key} does not come from the workspace")))
        .collect();
    if !inherits(manifest.table.get("lints")) {
        findings.push(manifest.finding("[lints]", RULE, "lints do not come from the workspace"));
    }
    findings
}

fn check_dependencies(manifest: &Manifest, own: Level) -> Vec<Finding> {
    let shipped = manifest.dependencies().into_iter().filter(|dependency| !dependency.dev);
    let broken = shipped.filter_map(|dependency| {
        let theirs = level(dependency.name)?;
        let message = complaint(own, theirs)?;
        Some(manifest.finding(
            dependency.name,
            RULE,
            format!("depends on {}, which {message}", dependency.name),
        ))
    });
    broken.collect()
}

/// What is wrong with a crate on level `own` depending on one on level `theirs`.
fn complaint(own: Level, theirs: Level) -> Option<String> {
    match (own, theirs) {
        (Level::Dev, _) => None,
        (Level::Floor(_), Level::Dev) => Some("never ships: only dev-dependencies may name it".to_owned()),
        (Level::Floor(own), Level::Floor(theirs)) if theirs < own => None,
        (Level::Floor(own), Level::Floor(theirs)) => {
            Some(format!("is on level {theirs}, not below level {own}"))
        }
    }
}

/// The document for people must know every crate that exists.
fn check_document(tree: &Tree) -> Vec<Finding> {
    let Some(document) = tree.files.iter().find(|file| file.path == "ARCHITECTURE.md") else {
        return Vec::new();
    };
    let unnamed = tree
        .manifests
        .iter()
        .map(Manifest::package)
        .filter(|package| level(package).is_some() && !document.text.contains(&format!("`{package}`")));
    let file = &document.path;
    unnamed
        .map(|package| Finding {
            file: file.clone(),
            line: 0,
            rule: RULE,
            message: format!("the crate `{package}` is not named"),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const CLEAN: &str = "[package]\nname = \"muster-engine\"\nversion.workspace = true\nedition.workspace = true\n\
        rust-version.workspace = true\nlicense.workspace = true\npublish.workspace = true\n[lints]\nworkspace = true\n\
        [dependencies]\nmuster-model.workspace = true\n[dev-dependencies]\nmuster-testkit.workspace = true\n";
    const PATH: &str = "crates/muster-engine/Cargo.toml";

    fn messages(path: &str, text: &str) -> Vec<String> {
        check(&Tree::of(&[(path, text)])).into_iter().map(|finding| finding.to_string()).collect()
    }

    #[test]
    fn the_clean_example_is_clean() {
        assert_eq!(messages(PATH, CLEAN), [""; 0]);
    }

    #[test]
    fn one_broken_thing_is_one_finding() {
        for (from, to, expected) in [
            (
                "muster-model.",
                "muster-nmap.",
                "Cargo.toml:11: crates: depends on muster-nmap, which is on level 3",
            ),
            ("muster-model.", "muster-catalog.", "which is on level 2, not below level 2"),
            ("[dev-dependencies]\n", "", "depends on muster-testkit, which never ships"),
            (
                "[dependencies]",
                "[target.'cfg(unix)'.dependencies]\nmuster-sweep.workspace = true\n[dependencies]",
                "level 4",
            ),
            ("[lints]\nworkspace = true\n", "", "lints do not come from the workspace"),
            ("edition.workspace = true", "edition = \"2021\"", "edition does not come from the workspace"),
            ("name = \"muster-engine\"", "name = \"engine\"", "package engine lies in folder muster-engine"),
        ] {
            let found = messages(PATH, &CLEAN.replace(from, to));
            assert!(found.len() == 1 && found[0].contains(expected), "{to}: {found:?}");
        }
    }

    #[test]
    fn a_crate_outside_the_table_is_found() {
        let found =
            messages("crates/muster-extra/Cargo.toml", &CLEAN.replace("muster-engine", "muster-extra"));
        assert!(found.iter().any(|message| message.contains("not in the crate table")), "{found:?}");
    }

    #[test]
    fn the_document_names_every_crate() {
        let tree = |text| Tree::of(&[(PATH, CLEAN), ("ARCHITECTURE.md", text)]);
        assert_eq!(check(&tree("| 2 | `muster-engine` |")), []);
        assert_eq!(check(&tree("| 2 | `muster-model` |")).len(), 1);
    }
}
