//! Libraries that run `nmap` themselves: the one that they find in the path is muster.

use std::os::unix::fs::symlink;
use std::process::Command;

use crate::clients::told::Told;
use crate::clients::{
    FEW, MANY, NETWORK, RANGE, Swept, WORDS, has_nmap_parser, installed, python_with, script,
};
use crate::common::{MUSTER, finish, has};

#[test]
#[ignore = "needs root and the lab"]
fn whoever_calls_nmap_finds_what_our_json_lines_say() {
    let Some(swept) = Swept::new() else { return };
    symlink(MUSTER, swept.file("nmap")).unwrap();
    for (name, ports) in [("few", FEW), ("many", MANY)] {
        let told = swept.told(name);
        if let Some(python) = python_with("nmap") {
            let command = called(&swept, python, "python_nmap.py", &[NETWORK, ports], &WORDS);
            assert_eq!(found(command), told, "python-nmap, {name}");
        }
        // These two say -vvv of themselves.
        let port_words = ["-p", ports];
        if let Some(python) = python_with("libnmap") {
            let words = [&port_words[..], &WORDS].concat();
            let command = called(&swept, python, "python_libnmap.py", &["run", NETWORK], &words);
            assert_eq!(found(command), swept.told_in_full(name), "python-libnmap, {name}");
        }
        if has_nmap_parser() {
            let words = [&port_words[..], &WORDS].concat();
            let command = called(&swept, "perl", "nmap_parser.pl", &["run", NETWORK], &words);
            assert_eq!(found(command), swept.told_in_full(name), "Nmap::Parser, {name}");
        }
        if let Some(folder) = installed("node/node_modules").filter(|_| has("node")) {
            // It says -T4 of itself as well.
            let mut command = called(&swept, "node", "node_libnmap.js", &[RANGE, ports], &WORDS);
            command.env("NODE_PATH", folder);
            assert_eq!(found(command), told, "node-libnmap, {name}");
        }
    }
}

/// A script that calls `nmap`, with the folder of the link before all others.
fn called(swept: &Swept, program: &str, name: &str, first: &[&str], words: &[&str]) -> Command {
    let mut command = swept.command(program);
    command.arg(script(name)).args(first).args(words);
    let path = std::env::var("PATH").unwrap_or_default();
    command.env("PATH", format!("{}:{path}", swept.folder.path().display()));
    for variable in ["SUDO_UID", "SUDO_GID", "SUDO_USER"] {
        command.env_remove(variable);
    }
    command
}

#[track_caller]
fn found(command: Command) -> Told {
    Told::by_lines(&finish(command).ok().stdout)
}
