//! A scan that was cut off goes on from its journal: nothing that is in it is asked again, and nothing is lost.

mod kills;
mod listeners;
mod refusals;
mod stops;

use std::collections::BTreeSet;
use std::net::IpAddr;
use std::path::Path;
use std::process::Stdio;

use muster_engine::SweepEvent;
use muster_sweep::read_bytes;
use muster_testkit::lab::Running;

use crate::common::finish;
use crate::support::{Workplace, muster};

/// `muster` with the words of `line` in the workplace, under way, its outputs unread.
fn started(place: &Workplace, line: &str) -> Running {
    let mut command = place.muster(line);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    Running::start(command).unwrap()
}

/// The addresses that a journal has an answer of; fails if it is none.
#[track_caller]
fn noted(journal: &Path) -> BTreeSet<IpAddr> {
    let (_, events, _) = read_bytes(&std::fs::read(journal).unwrap()).unwrap();
    events
        .into_iter()
        .filter_map(|event| match event {
            SweepEvent::Observed(seen) => Some(seen.endpoint.address),
            _ => None,
        })
        .collect()
}

/// A grepable output without the lines that hold times and arguments.
#[track_caller]
fn findings(place: &Workplace, name: &str) -> String {
    let text = place.read(name);
    text.lines().filter(|line| !line.starts_with('#')).map(|line| format!("{line}\n")).collect()
}

/// The findings of the same scan, never interrupted and without a journal.
#[track_caller]
fn unbroken(words: &str) -> String {
    let place = Workplace::new();
    let mut command = muster();
    command.args(format!("scan {words} -oG unbroken").split_whitespace());
    finish(place.at_home(command)).ok();
    findings(&place, "unbroken")
}
