//! The contestants: their command lines, and how to read what they write.

use std::ffi::OsString;
use std::path::PathBuf;

use muster_model::PortState;

use super::rounds::{Contestant, DESCRIPTORS, OUT};
use super::score::Report;
use crate::error::Error;
use crate::{project, shell};

/// The port every scenario asks for.
pub(super) const PORT: u16 = 2967;

const RUSTSCAN_VERSION: &str = "2.4.1";

/// muster, built for release.
pub(super) fn muster(target: &str) -> Result<Contestant, Error> {
    shell::run(&mut shell::cargo(&["build", "--quiet", "--release", "--package", "muster"]))?;
    let mut words = vec!["scan".to_owned()];
    words.extend(dialect(target));
    let program = project::target_folder().join("release/muster");
    Ok(Contestant::new("muster", program, words, grepable))
}

/// Nmap without privileges, told not to wait.
pub(super) fn nmap(target: &str) -> Result<Contestant, Error> {
    if !shell::is_present("nmap") {
        return Err(Error::Missing {
            what: "nmap".to_owned(),
            hint: "run `cargo xtask setup --bench` as root",
        });
    }
    let mut words = vec!["--unprivileged".to_owned()];
    words.extend(dialect(target));
    Ok(Contestant::new("nmap", "nmap", words, grepable))
}

/// RustScan with a short time-out and one try; from crates.io into the target folder.
///
/// Twice: with a batch as large as the descriptors allow, and with one of half that size. Where the processor is the
/// bottleneck, the large batch lets its own time-outs expire before it looks at the answers, and open ports are missed;
/// it would not be fair to show that alone.
pub(super) fn rustscans(target: &str) -> Result<[Contestant; 2], Error> {
    let program = install_rustscan()?;
    let contestant =
        |name, batch| Contestant::new(name, program.clone(), rustscan_words(target, batch), arrows);
    Ok([contestant("RustScan", DESCRIPTORS / 2), contestant("RustScan, full batch", DESCRIPTORS - 100)])
}

fn rustscan_words(target: &str, batch: u32) -> Vec<String> {
    let (descriptors, batch, port) = (DESCRIPTORS.to_string(), batch.to_string(), PORT.to_string());
    let words = [
        "--no-config",
        "--no-banner",
        "--greppable",
        "--scripts",
        "none",
        "--timeout",
        "500",
        "--tries",
        "1",
    ];
    let words = words.into_iter().chain([
        "--ulimit",
        &descriptors,
        "--batch-size",
        &batch,
        "-p",
        &port,
        "-a",
        target,
    ]);
    words.map(str::to_owned).collect()
}

/// The words that muster and Nmap have in common.
fn dialect(target: &str) -> Vec<String> {
    let port = PORT.to_string();
    ["-sT", "-n", "-Pn", "-T5", "--min-rate", "100000", "-p", &port, target, "-oG", OUT]
        .map(str::to_owned)
        .to_vec()
}

fn install_rustscan() -> Result<OsString, Error> {
    let folder: PathBuf = project::target_folder().join("bench-tools");
    let program = folder.join("bin/rustscan");
    if !program.exists() {
        println!("bench: installing RustScan {RUSTSCAN_VERSION} into {}", folder.display());
        let version = ["install", "rustscan", "--locked", "--quiet", "--version", RUSTSCAN_VERSION];
        shell::run(shell::cargo(&version).arg("--root").arg(&folder))?;
    }
    Ok(program.into())
}

/// `Host: 10.77.0.1 () Ports: 2967/open/tcp//symantec-av///`, of which only the first port counts.
fn grepable(text: &str) -> Report {
    let line = |line: &str| {
        let (host, ports) = line.strip_prefix("Host: ")?.split_once("Ports: ")?;
        let address = host.split(' ').next()?.parse().ok()?;
        let state = match ports.split('/').nth(1)? {
            "open" => PortState::Open,
            "closed" => PortState::Closed,
            "filtered" => PortState::Filtered,
            _ => return None,
        };
        Some((address, state))
    };
    Report { states: text.lines().filter_map(line).collect(), ..Report::default() }
}

/// `10.77.0.1 -> [2967]`
fn arrows(text: &str) -> Report {
    let line = |line: &str| {
        let (address, ports) = line.split_once(" -> ")?;
        let address = address.trim().parse().ok()?;
        ports.contains(&PORT.to_string()).then_some((address, PortState::Open))
    };
    Report { states: text.lines().filter_map(line).collect(), only_open: true, ..Report::default() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grepable_lines_are_read() {
        let report = grepable(
            "# a comment\nHost: 10.77.0.1 ()\tStatus: Up\nHost: 10.77.0.1 ()\tPorts: 2967/open/tcp//symantec-av///\n\
             Host: 10.77.0.2 (name)\tPorts: 2967/filtered/tcp//symantec-av///\n",
        );
        assert_eq!(report.states.len(), 2);
        assert_eq!(
            report.states[&"10.77.0.2".parse::<std::net::IpAddr>().expect("address")],
            PortState::Filtered
        );
    }

    #[test]
    fn arrows_are_read() {
        let report = arrows("10.77.0.1 -> [2967]\n10.77.0.9 -> [80]\nnoise\n");
        assert_eq!(report.states.len(), 1);
        assert!(report.only_open);
    }
}
