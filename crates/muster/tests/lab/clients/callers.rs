//! Libraries that run `nmap` themselves: the one that they find in the path is muster.

use std::collections::BTreeSet;
use std::os::unix::fs::symlink;
use std::process::Command;

use crate::clients::told::Told;
use crate::clients::{
    BRISKLY, FEW, FEW_PORTS, MANY, NETWORK, RANGE, Swept, WORDS, has_nmap_parser, installed, python_with,
    script,
};
use crate::common::{MUSTER, finish, has};
use crate::support::{by_frames, finish_all};

#[test]
#[ignore = "needs root and the lab"]
fn whoever_calls_nmap_finds_what_our_json_lines_say() {
    let Some(swept) = Swept::new() else { return };
    symlink(MUSTER, swept.file("nmap")).unwrap();
    let calls: Vec<Call> = [("few", FEW), ("many", MANY)]
        .into_iter()
        .flat_map(|(name, ports)| calls(&swept, name, ports))
        .collect();
    let (commands, expected): (Vec<_>, Vec<_>) =
        calls.into_iter().map(|call| (call.command, (call.who, call.told))).unzip();
    for (ran, (who, told)) in finish_all(commands).into_iter().zip(expected) {
        assert_eq!(Told::by_lines(&ran.ok().stdout), told, "{who}");
    }
}

/// A library that calls `nmap`, and what it must find.
struct Call {
    who: String,
    command: Command,
    told: Told,
}

fn calls(swept: &Swept, name: &str, ports: &str) -> Vec<Call> {
    let words = [&WORDS[..], &BRISKLY].concat();
    let ports_too = [&["-p", ports], &words[..]].concat();
    let call = |who: &str, command, told| Call { who: format!("{who}, {name}"), command, told };
    let mut calls = Vec::new();
    if let Some(python) = python_with("nmap") {
        let command = called(swept, python, "python_nmap.py", &[NETWORK, ports], &words);
        calls.push(call("python-nmap", command, swept.told(name)));
    }
    // These two say -vvv of themselves.
    if let Some(python) = python_with("libnmap") {
        let command = called(swept, python, "python_libnmap.py", &["run", NETWORK], &ports_too);
        calls.push(call("python-libnmap", command, swept.told_in_full(name)));
    }
    if has_nmap_parser() {
        let command = called(swept, "perl", "nmap_parser.pl", &["run", NETWORK], &ports_too);
        calls.push(call("Nmap::Parser", command, swept.told_in_full(name)));
    }
    if let Some(folder) = installed("node/node_modules").filter(|_| has("node")) {
        // It says -T4 of itself as well.
        let mut command = called(swept, "node", "node_libnmap.js", &[RANGE, ports], &words);
        command.env("NODE_PATH", folder);
        calls.push(call("node-libnmap", command, swept.told(name)));
    }
    calls
}

/// With its own arguments, `-sV` alone: hosts are looked for, ports asked, and what listens there.
#[test]
#[ignore = "needs root and the lab"]
fn python_nmap_as_it_calls_by_default_finds_what_our_json_lines_say() {
    let Some(swept) = Swept::yet_to_be() else { return };
    symlink(MUSTER, swept.file("nmap")).unwrap();
    let Some(python) = python_with("nmap") else { return };
    let lines = finish(by_frames(&swept.lab, &format!("-sV -p {FEW} -oJ - {NETWORK}"))).ok().stdout;
    let told = Told::by_json_lines_of_both_stages(&lines, &FEW_PORTS);
    let addresses = swept.lab.truth().map(|(address, ..)| address).collect::<BTreeSet<_>>().len();
    assert!((1..addresses).contains(&told.up.len()), "some are up and some are not: {told:?}");
    let states: BTreeSet<&str> = told.ports.values().map(String::as_str).collect();
    assert_eq!(states, ["closed", "filtered", "open"].into());
    let ran = finish(called(&swept, python, "python_nmap.py", &[NETWORK, FEW], &[])).ok();
    assert_eq!(Told::by_lines(&ran.stdout), told);
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
