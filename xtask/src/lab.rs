//! A lab that stays up, to be tried out by hand: `lab up`, `lab down`, `lab truth`.
//!
//! `lab up` keeps the foreground until Ctrl-C, `lab down` or the end of its minutes, and then removes all it made.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use muster_testkit::lab::{Asked, Lab, LabError, LabPlan, NAMES, named};
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;

use crate::error::Error;
use crate::{project, shell};

/// How long a lab stays up where nothing else is said.
const MINUTES: u64 = 30;
/// The programs of a lab end by themselves after this; it cannot be up for longer.
const MOST_MINUTES: u64 = 30;
const GLANCE: Duration = Duration::from_millis(100);
/// How long `lab down` waits for a lab to be gone.
const PATIENCE: Duration = Duration::from_secs(15);

/// Does what the words after `lab` say.
pub(crate) fn run(words: &[&str]) -> Result<(), Error> {
    match words {
        ["up", name] => up(name, MINUTES),
        ["up", name, "--minutes", minutes] => up(name, minutes.parse().map_err(|_| Error::Usage)?),
        ["down"] => down(None),
        ["down", name] => down(Some(name)),
        ["truth", name] => truth(name),
        _ => {
            println!("labs:");
            NAMES.iter().for_each(|(name, what)| println!("  {name:9} {what}"));
            Err(Error::Usage)
        }
    }
}

fn up(name: &str, minutes: u64) -> Result<(), Error> {
    let plan = plan(name)?;
    if let Some(process) = running(&note(name)) {
        return Err(Error::unexpected(
            format!("lab {name}"),
            &format!("is up already, by process {process}"),
        ));
    }
    Lab::available()
        .map_err(|what| Error::Missing { what, hint: "run as root on Linux, with `ip` and `nft`" })?;
    let asked_to_end = Arc::new(AtomicBool::new(false));
    for signal in [SIGINT, SIGTERM] {
        flag::register(signal, Arc::clone(&asked_to_end))
            .map_err(|error| Error::unexpected("signals", &error))?;
    }
    let minutes = minutes.clamp(1, MOST_MINUTES);
    let lab = Lab::start(plan).map_err(broken)?;
    project::write(note(name), &std::process::id().to_string())?;
    announce(name, &lab, minutes);
    let end = Instant::now() + Duration::from_secs(minutes * 60);
    while !asked_to_end.load(Ordering::Relaxed) && Instant::now() < end {
        thread::park_timeout(GLANCE);
    }
    drop(lab);
    let _ = fs::remove_file(note(name));
    println!("lab {name} is down");
    Ok(())
}

fn announce(name: &str, lab: &Lab, minutes: u64) {
    println!("lab {name} is up for {minutes} minutes, until Ctrl-C or `cargo xtask lab down {name}`");
    println!("  scanners' side: {}", lab.near());
    println!("  hosts' side:    {}", lab.far());
    println!("to try, as root:");
    for line in suggestions(lab.plan()) {
        println!("  ip netns exec {} {line}", lab.near());
    }
}

fn suggestions(plan: &LabPlan) -> Vec<String> {
    let ports = |ports: &[u16]| ports.iter().map(u16::to_string).collect::<Vec<_>>().join(",");
    let tcp = ports(&plan.ports);
    let sweep = |family: &str, network: &dyn std::fmt::Display| {
        format!("muster scan -sS{family} -n -Pn -p {tcp} {network}")
    };
    let family = |is_v4| if is_v4 { "" } else { " -6" };
    let mut lines: Vec<String> =
        plan.networks.iter().map(|network| sweep(family(network.is_ipv4()), network)).collect();
    lines.extend(plan.middleboxes.iter().map(|(network, _)| sweep(family(network.is_ipv4()), network)));
    lines.push(sweep("", &"10.78.0.0/24"));
    if !plan.udp_ports.is_empty() {
        let udp = ports(&plan.udp_ports);
        lines.extend(
            plan.networks.first().map(|network| format!("muster scan -sU -n -Pn -p {udp} {network}")),
        );
        lines.extend(plan.networks.first().map(|network| format!("muster scan -sn -PE -n {network}")));
    }
    lines
}

/// Asks the process of a lab to end, or those of all labs, and waits until they have.
fn down(name: Option<&str>) -> Result<(), Error> {
    let names = NAMES.iter().map(|(known, _)| *known).filter(|known| name.is_none_or(|name| name == *known));
    for name in names {
        let note = note(name);
        match running(&note) {
            Some(process) => end(name, process)?,
            None => println!("lab {name} is not up"),
        }
        let _ = fs::remove_file(note);
    }
    let stale = Lab::sweep_stale().map_err(broken)?;
    if stale > 0 {
        println!("removed {stale} namespaces of labs whose process was gone");
    }
    Ok(())
}

fn end(name: &str, process: u32) -> Result<(), Error> {
    shell::run(&mut shell::command("kill", &["-TERM", &process.to_string()]))?;
    let deadline = Instant::now() + PATIENCE;
    while running(&note(name)).is_some() {
        if Instant::now() > deadline {
            return Err(Error::unexpected(format!("lab {name}"), &format!("process {process} does not end")));
        }
        thread::park_timeout(GLANCE);
    }
    println!("lab {name} is down");
    Ok(())
}

/// Every endpoint as `address port state reason`, as a raw sweep must find it.
fn truth(name: &str) -> Result<(), Error> {
    let plan = plan(name)?;
    for (asked, protocol) in [(Asked::Syn, "tcp"), (Asked::Udp, "udp")] {
        for (address, port, state, reason) in plan.findings(asked) {
            println!("{address} {port}/{protocol} {state} {}", reason.name());
        }
    }
    Ok(())
}

fn plan(name: &str) -> Result<LabPlan, Error> {
    named(name).ok_or_else(|| {
        let names: Vec<&str> = NAMES.iter().map(|(name, _)| *name).collect();
        Error::unexpected(format!("lab {name}"), &format!("there are {}", names.join(", ")))
    })
}

/// Where the process of a lab leaves its number: one place for all checkouts, as their namespaces are in one place.
fn note(name: &str) -> PathBuf {
    Path::new("/run/muster-lab").join(name)
}

/// The process that a note speaks of, if it still is what it was.
fn running(note: &Path) -> Option<u32> {
    let process: u32 = fs::read_to_string(note).ok()?.trim().parse().ok()?;
    let command = fs::read_to_string(format!("/proc/{process}/cmdline")).ok()?;
    command.contains("\0lab\0up\0").then_some(process)
}

#[allow(clippy::needless_pass_by_value, reason = "the shape that map_err takes")]
fn broken(error: LabError) -> Error {
    Error::unexpected("the lab", &error)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_note_of_another_process_is_none() {
        let note = std::env::temp_dir().join(format!("muster-lab-note-{}", std::process::id()));
        fs::write(&note, std::process::id().to_string()).expect("written");
        let found = running(&note);
        fs::remove_file(&note).expect("removed");
        assert_eq!(found, None);
    }

    #[test]
    fn every_lab_has_something_to_try() {
        for (name, _) in NAMES {
            let lines = suggestions(&plan(name).expect("known"));
            assert!(
                lines.len() > 1 && lines.iter().all(|line| line.starts_with("muster scan -s")),
                "{lines:?}"
            );
        }
    }
}
