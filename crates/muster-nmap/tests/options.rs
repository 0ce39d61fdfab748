//! Every option that an installed Nmap lists in its help is known: supported, taken without effect, or refused by name.

use std::io::{Write as _, stderr};
use std::process::Command;

use muster_nmap::options::OPTIONS;

#[test]
fn every_option_of_the_help_has_a_standing() {
    let Ok(help) = Command::new("nmap").arg("--help").output() else {
        // Not by a macro: the line must be seen although the test passes.
        return stderr().write_all(b"skipped: nmap is not installed\n").unwrap();
    };
    let help = String::from_utf8_lossy(&help.stdout).into_owned();
    let listed: Vec<String> = help.lines().flat_map(options).collect();
    assert!(listed.len() > 100, "{listed:?}");
    let unknown: Vec<_> =
        listed.iter().filter(|name| OPTIONS.iter().all(|option| option.typed != **name)).collect();
    assert!(unknown.is_empty(), "{unknown:?}");
}

/// The options of a line: `  -PE/PP/PM: …`, `  -f; --mtu <val>: …`, `  --min-rtt-timeout/max-rtt-timeout <time>: …`.
fn options(line: &str) -> Vec<String> {
    let Some(entry) = line.strip_prefix("  ").filter(|entry| entry.starts_with('-')) else {
        return Vec::new();
    };
    let end = entry.find(": ").or_else(|| entry.find(" <time>")).unwrap_or(entry.len());
    let entry = without_values(&entry[..end]);
    entry.split([';', ' ']).flat_map(alternatives).filter(|name| name.len() > 1).collect()
}

fn without_values(entry: &str) -> String {
    let mut depth = 0;
    let outside = entry.chars().filter(|c| {
        depth += i32::from(matches!(c, '<' | '['));
        let is_outside = depth == 0;
        depth -= i32::from(matches!(c, '>' | ']'));
        is_outside
    });
    outside.collect()
}

/// What stands after a slash lacks the dashes of the first, and of a word of two letters the first letter it has.
fn alternatives(words: &str) -> Vec<String> {
    let mut names = words.split('/').map(|word| word.split('=').next().unwrap_or_default());
    let first = names.next().unwrap_or_default().to_owned();
    let dashes: String = first.chars().take_while(|c| *c == '-').collect();
    if dashes.is_empty() {
        return Vec::new();
    }
    let rest =
        names.map(|name| if name.starts_with('-') { name.to_owned() } else { format!("{dashes}{name}") });
    std::iter::once(first.clone()).chain(rest).collect()
}
