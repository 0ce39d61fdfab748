//! What we depend on: sources, licences and bans of `deny.toml`, read from the lock file's packages.
//!
//! cargo-deny does this and more where it is installed; it takes minutes to build, and these three must always hold.

use serde_json::Value;

use super::Finding;
use super::tree::Tree;
use crate::{project, shell};

const RULE: &str = "supply";
const CRATES_IO: &str = "registry+https://github.com/rust-lang/crates.io-index";

/// What `deny.toml` asks for.
struct Policy {
    licences: Vec<String>,
    banned: Vec<String>,
}

/// Asks cargo for the packages and holds them against the policy.
pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    let finding = |message: String| Finding { file: "deny.toml".to_owned(), line: 0, rule: RULE, message };
    let Some(policy) =
        tree.files.iter().find(|file| file.path == "deny.toml").and_then(|file| policy(&file.text))
    else {
        return vec![finding("missing, or without licenses.allow and bans.deny".to_owned())];
    };
    match packages() {
        Some(packages) => {
            packages.iter().flat_map(|package| complaints(package, &policy)).map(finding).collect()
        }
        None => vec![finding("cargo metadata gave nothing".to_owned())],
    }
}

fn policy(text: &str) -> Option<Policy> {
    let table: toml::Table = text.parse().ok()?;
    let strings = |value: &toml::Value| value.as_str().map(str::to_owned);
    let names = |value: &toml::Value| value.get("crate").and_then(strings).or_else(|| strings(value));
    let licences = table.get("licenses")?.get("allow")?.as_array()?.iter().filter_map(strings).collect();
    let banned = table.get("bans")?.get("deny")?.as_array()?.iter().filter_map(names).collect();
    Some(Policy { licences, banned })
}

/// The packages for all systems; without a network, where those of other systems were never fetched, for this one.
fn packages() -> Option<Vec<Value>> {
    let metadata = ["metadata", "--quiet", "--format-version", "1"];
    let text = shell::output(&mut shell::cargo(&metadata)).ok().or_else(|| {
        let host = host()?;
        println!("tidy: packages of {host} only");
        shell::output(shell::cargo(&metadata).args(["--offline", "--filter-platform", &host])).ok()
    })?;
    let metadata: Value = serde_json::from_str(&text).ok()?;
    Some(metadata.get("packages")?.as_array()?.clone())
}

fn host() -> Option<String> {
    let version = shell::output(&mut shell::command("rustc", &["-vV"])).ok()?;
    version.lines().find_map(|line| line.strip_prefix("host: ")).map(str::to_owned)
}

fn complaints(package: &Value, policy: &Policy) -> Vec<String> {
    let field = |key: &str| package.get(key).and_then(Value::as_str);
    let name = field("name").unwrap_or_default();
    let licence = field("license").unwrap_or("none stated");
    let mut complaints = Vec::new();
    if policy.banned.iter().any(|banned| banned == name) {
        complaints.push(format!("{name} is banned"));
    }
    if !is_allowed(licence, &policy.licences) {
        complaints.push(format!("{name}: licence {licence} is not on the list"));
    }
    match field("source") {
        Some(source) if source != CRATES_IO => complaints.push(format!("{name} comes from {source}")),
        None if !is_ours(field("manifest_path")) => {
            complaints.push(format!("{name} comes from outside the project"));
        }
        _ => {}
    }
    complaints
}

fn is_ours(manifest: Option<&str>) -> bool {
    manifest.is_some_and(|path| std::path::Path::new(path).starts_with(project::root()))
}

/// Reads an SPDX expression as a choice of demands; the old `/` means `OR`.
///
/// Brackets are spread out by hand in no crate we know but `(A OR B) AND C`: every part in brackets is then a demand.
fn is_allowed(expression: &str, allowed: &[String]) -> bool {
    let expression = expression.replace('/', " OR ");
    if expression.contains('(') {
        let demands = expression.split(" AND ").map(|part| part.trim_matches(['(', ')', ' ']));
        return demands.into_iter().all(|part| !part.contains(['(', ')']) && is_allowed(part, allowed));
    }
    let choices = expression.split(" OR ");
    choices
        .into_iter()
        .any(|choice| choice.split(" AND ").all(|licence| allowed.iter().any(|one| one == licence.trim())))
}

#[cfg(test)]
mod tests {
    use super::*;

    const DENY: &str = "[licenses]\nallow = [\"MIT\", \"Unicode-3.0\"]\n[bans]\ndeny = [{ crate = \"openssl\", reason = \"C\" }]\n";

    fn package(name: &str, licence: &str, source: &str) -> Vec<String> {
        let policy = policy(DENY).expect("the example is a policy");
        complaints(&serde_json::json!({ "name": name, "license": licence, "source": source }), &policy)
    }

    #[test]
    fn the_clean_example_is_clean() {
        assert_eq!(package("good", "MIT OR GPL-3.0", CRATES_IO), [""; 0]);
    }

    #[test]
    fn one_broken_thing_is_one_finding() {
        assert_eq!(package("openssl", "MIT", CRATES_IO), ["openssl is banned"]);
        assert_eq!(package("bad", "GPL-3.0", CRATES_IO), ["bad: licence GPL-3.0 is not on the list"]);
        assert_eq!(
            package("far", "MIT", "git+https://example.org/far"),
            ["far comes from git+https://example.org/far"]
        );
    }

    #[test]
    fn expressions_are_choices_of_demands() {
        let allowed = ["MIT", "Unicode-3.0"].map(str::to_owned);
        for (expression, expected) in [
            ("MIT/Apache-2.0", true),
            ("(MIT OR Apache-2.0) AND Unicode-3.0", true),
            ("(MIT OR Apache-2.0) AND NPSL", false),
            ("MIT AND NPSL", false),
            ("Apache-2.0", false),
        ] {
            assert_eq!(is_allowed(expression, &allowed), expected, "{expression}");
        }
    }
}
