//! What we depend on: sources, licences and bans of `deny.toml`, read from the lock file's packages.
//!
//! cargo-deny does this and more where it is installed; it takes minutes to build, and these three must always hold.

use std::collections::HashMap;

use serde_json::Value;

use super::Finding;
use super::tree::Tree;
use crate::{project, shell};

const RULE: &str = "supply";
const CRATES_IO: &str = "registry+https://github.com/rust-lang/crates.io-index";

/// What `deny.toml` asks for.
struct Policy {
    licences: Vec<String>,
    banned: Vec<Ban>,
}

/// A package that nobody may use, but for the wrappers.
struct Ban {
    name: String,
    wrappers: Vec<String>,
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
        Some(Packages { all, users }) => {
            let complain = |package| complaints(package, &users, &policy);
            all.iter().flat_map(complain).map(finding).collect()
        }
        None => vec![finding("cargo metadata gave nothing".to_owned())],
    }
}

fn policy(text: &str) -> Option<Policy> {
    let table: toml::Table = text.parse().ok()?;
    let strings = |value: &toml::Value| value.as_str().map(str::to_owned);
    let licences = table.get("licenses")?.get("allow")?.as_array()?.iter().filter_map(strings).collect();
    let banned = table.get("bans")?.get("deny")?.as_array()?.iter().filter_map(ban).collect();
    Some(Policy { licences, banned })
}

fn ban(value: &toml::Value) -> Option<Ban> {
    let string = |value: &toml::Value| value.as_str().map(str::to_owned);
    let name = value.get("crate").and_then(string).or_else(|| string(value))?;
    let wrappers = value.get("wrappers").and_then(toml::Value::as_array);
    Some(Ban { name, wrappers: wrappers.into_iter().flatten().filter_map(string).collect() })
}

/// The packages of the lock file, and who uses whom, by name.
struct Packages {
    all: Vec<Value>,
    users: Vec<(String, String)>,
}

/// The packages for all systems; without a network, where those of other systems were never fetched, for this one.
fn packages() -> Option<Packages> {
    let metadata = ["metadata", "--quiet", "--format-version", "1"];
    let text = shell::output(&mut shell::cargo(&metadata)).ok().or_else(|| {
        let host = host()?;
        println!("tidy: packages of {host} only");
        shell::output(shell::cargo(&metadata).args(["--offline", "--filter-platform", &host])).ok()
    })?;
    let metadata: Value = serde_json::from_str(&text).ok()?;
    let all = metadata.get("packages")?.as_array()?.clone();
    Some(Packages { users: users(&metadata, &all)?, all })
}

fn users(metadata: &Value, packages: &[Value]) -> Option<Vec<(String, String)>> {
    let text = |value: &Value, key: &str| value.get(key).and_then(Value::as_str).map(str::to_owned);
    let names: HashMap<String, String> =
        packages.iter().filter_map(|package| Some((text(package, "id")?, text(package, "name")?))).collect();
    let mut users = Vec::new();
    for node in metadata.get("resolve")?.get("nodes")?.as_array()? {
        let Some(user) = text(node, "id").and_then(|id| names.get(&id)) else { continue };
        for used in node.get("dependencies")?.as_array()?.iter().filter_map(Value::as_str) {
            users.extend(names.get(used).map(|used| (user.clone(), used.clone())));
        }
    }
    Some(users)
}

fn host() -> Option<String> {
    let version = shell::output(&mut shell::command("rustc", &["-vV"])).ok()?;
    version.lines().find_map(|line| line.strip_prefix("host: ")).map(str::to_owned)
}

fn complaints(package: &Value, users: &[(String, String)], policy: &Policy) -> Vec<String> {
    let field = |key: &str| package.get(key).and_then(Value::as_str);
    let name = field("name").unwrap_or_default();
    let licence = field("license").unwrap_or("none stated");
    let mut complaints = Vec::new();
    if let Some(ban) = policy.banned.iter().find(|ban| ban.name == name) {
        complaints.extend(trespass(ban, users));
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

/// Without wrappers nobody may use it.
fn trespass(ban: &Ban, users: &[(String, String)]) -> Option<String> {
    let Ban { name, wrappers } = ban;
    if wrappers.is_empty() {
        return Some(format!("{name} is banned"));
    }
    let (user, _) = users.iter().find(|(user, used)| used == name && !wrappers.contains(user))?;
    Some(format!("{name} is banned, and {user} uses it"))
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

    const DENY: &str = "[licenses]\nallow = [\"MIT\", \"Unicode-3.0\"]\n[bans]\ndeny = [{ crate = \"openssl\", reason = \"C\" }, { crate = \"time\", wrappers = [\"reader\"] }]\n";

    fn package(name: &str, licence: &str, source: &str) -> Vec<String> {
        let policy = policy(DENY).expect("the example is a policy");
        let package = serde_json::json!({ "name": name, "license": licence, "source": source });
        complaints(&package, &[("reader".to_owned(), "time".to_owned())], &policy)
    }

    #[test]
    fn a_wrapper_may_what_others_may_not() {
        assert_eq!(package("time", "MIT", CRATES_IO), [""; 0]);
        let ban = Ban { name: "time".to_owned(), wrappers: vec!["reader".to_owned()] };
        let users = ["reader", "stranger"].map(|user| (user.to_owned(), "time".to_owned()));
        assert_eq!(trespass(&ban, &users), Some("time is banned, and stranger uses it".to_owned()));
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
