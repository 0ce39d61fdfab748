//! Invariant 3, last third: only `muster` opens stdout and stderr; renderers write to `io::Write`.

use super::Finding;
use super::crates::{Level, level};
use super::tree::{Source, Tree};

const RULE: &str = "terminal";
const HOME: &str = "muster";
const MACROS: &[&str] =
    &["print!", "println!", "eprint!", "eprintln!", "dbg!", "std::println!", "std::eprintln!"];
const BANNED: &[&str] =
    &["std::io::stdout", "std::io::stderr", "std::io::Stdout", "std::io::Stderr", "anstream"];

/// Looks at everything that ships outside the binary.
pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    let fenced = |package: &str| package != HOME && matches!(level(package), Some(Level::Floor(_)));
    tree.sources.iter().filter(|source| fenced(source.package())).flat_map(check_source).collect()
}

fn check_source(source: &Source) -> Vec<Finding> {
    let mut findings = source.shipped_uses(BANNED, RULE, "only the binary opens stdout and stderr");
    if source.is_for_tests() {
        return findings;
    }
    let printed = source
        .mentions
        .paths
        .iter()
        .filter(|mention| !mention.test && MACROS.contains(&mention.what.as_str()));
    findings.extend(printed.map(|mention| {
        source.finding(mention.line, RULE, format!("{}: only the binary prints", mention.what))
    }));
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    const CLEAN: &str = "use std::io::{self, Write};\nfn f(to: &mut dyn Write) { writeln!(to, \"println!\"); }\n\
        #[cfg(test)]\nmod tests { fn g() { println!(\"seen only in tests\"); } }\n";

    fn findings(path: &str, text: &str) -> Vec<Finding> {
        check(&Tree::of(&[(path, text)]))
    }

    #[test]
    fn the_clean_example_is_clean() {
        assert_eq!(findings("crates/muster-report/src/text.rs", CLEAN), []);
    }

    #[test]
    fn one_broken_thing_is_one_finding() {
        for broken in
            ["println!(\"x\")", "std::eprintln!(\"x\")", "f(&mut io::stdout())", "if true { dbg!(1); }"]
        {
            let text = format!("{CLEAN}fn b() {{ {broken}; }}");
            let found = findings("crates/muster-report/src/text.rs", &text);
            assert!(found.len() == 1 && found[0].line == 5, "{broken}: {found:?}");
            assert_eq!(findings("crates/muster/src/main.rs", &text), []);
        }
    }
}
