//! Invariant 2: `unsafe`, and code that differs by operating system, are in `muster-platform` only.

use super::Finding;
use super::mention::Mention;
use super::tree::{Source, Tree};

const RULE: &str = "platform";
const HOME: &str = "muster-platform";
const CONDITIONS: &[&str] = &["target_os", "target_family", "target_vendor", "target_env", "unix", "windows"];

/// Looks at every source outside the platform crate; tests may be for one system, but are never `unsafe`.
pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    let sources = tree.sources.iter().filter(|source| source.package() != HOME);
    let mut findings: Vec<Finding> = sources.flat_map(check_source).collect();
    for manifest in tree.manifests.iter().filter(|manifest| manifest.package() != HOME) {
        if manifest.table.contains_key("target") {
            findings.push(manifest.finding(
                "[target",
                RULE,
                "dependencies by system belong to muster-platform",
            ));
        }
    }
    findings
}

fn check_source(source: &Source) -> Vec<Finding> {
    let blocks = source.mentions.paths.iter().filter(|mention| mention.what == "unsafe");
    let blocks =
        blocks.map(|mention| source.finding(mention.line, RULE, "unsafe belongs to muster-platform"));
    let conditions = source.mentions.conditions.iter().filter(|mention| {
        !source.is_for_tests()
            && !mention.test
            && mention.what.split(' ').any(|word| CONDITIONS.contains(&word))
    });
    let conditions = conditions.map(|Mention { what, line, .. }| {
        source.finding(*line, RULE, format!("{what}: what differs by system belongs to muster-platform"))
    });
    blocks.chain(conditions).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const CLEAN: &str = "#![forbid(unsafe_code)]\n#[cfg(debug_assertions)]\nfn f() -> &'static str { \"unsafe\" }\n\
        #[cfg(test)]\nmod tests { #[cfg(unix)] fn g() {} }\n";

    fn findings(path: &str, text: &str) -> Vec<Finding> {
        check(&Tree::of(&[(path, text)]))
    }

    #[test]
    fn the_clean_example_is_clean() {
        assert_eq!(findings("crates/muster-sweep/src/lib.rs", CLEAN), []);
    }

    #[test]
    fn one_broken_thing_is_one_finding() {
        for broken in [
            "fn b() { unsafe { c() } }",
            "#[cfg(target_os = \"linux\")] fn b() {}",
            "#[cfg_attr(windows, allow(dead_code))] fn b() {}",
            "fn b() -> bool { cfg!(not(unix)) }",
            "#[cfg(test)] mod more { unsafe fn b() {} }",
        ] {
            let text = format!("{CLEAN}{broken}");
            let found = findings("crates/muster-sweep/src/lib.rs", &text);
            assert!(found.len() == 1 && found[0].line == 6, "{broken}: {found:?}");
            assert_eq!(findings("crates/muster-platform/src/lib.rs", &text), []);
        }
    }

    #[test]
    fn a_manifest_has_no_tables_by_system() {
        let text = "[target.'cfg(unix)'.dependencies]\nlibc.workspace = true\n";
        assert_eq!(findings("crates/muster-sweep/Cargo.toml", text).len(), 1);
        assert_eq!(findings("crates/muster-platform/Cargo.toml", text), []);
    }
}
