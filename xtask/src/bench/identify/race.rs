//! Service detection by muster and by Nmap, of the same ports.

use std::collections::BTreeMap;
use std::fs;
use std::net::IpAddr;
use std::path::Path;

use muster_testkit::lab::Lab;
use serde_json::{Value, json};

use super::super::rounds::{Contestant, OUT, Place, median, run as run_once};
use super::super::score::{Report, Truth};
use crate::error::Error;
use crate::project;

/// muster's rounds; Nmap, which takes minutes, has one.
const ROUNDS: usize = 3;

/// The names that a contestant found by talking.
pub(super) type Named = BTreeMap<(IpAddr, u16), String>;

/// What both took and found.
pub(super) struct Raced {
    pub(super) muster_seconds: f64,
    pub(super) muster_right: usize,
    pub(super) nmap_seconds: f64,
    pub(super) nmap_right: usize,
    pub(super) nmap: Named,
}

impl Raced {
    pub(super) fn json(&self) -> Value {
        let Self { muster_seconds, muster_right, nmap_seconds, nmap_right, .. } = self;
        json!({
            "muster_seconds": muster_seconds, "muster_right": muster_right,
            "nmap_seconds": nmap_seconds, "nmap_right": nmap_right,
        })
    }
}

/// Both, with the same words.
pub(super) fn contestants(ports: &str, targets: &str) -> [Contestant; 2] {
    let common = ["-sT", "-sV", "-n", "-Pn", "-T5", "-p", ports];
    let words = |first: &[&str], last: &[&str]| {
        first.iter().chain(&common).chain(last).map(|&word| word.to_owned()).collect()
    };
    let nothing: fn(&str) -> Report = |_| Report::default();
    let program = project::target_folder().join("release/muster");
    [
        Contestant::new("muster", program, words(&["scan"], &["-oJ", OUT, targets]), nothing),
        Contestant::new("nmap", "nmap", words(&["--unprivileged"], &["-oX", OUT, targets]), nothing)
            .once(900),
    ]
}

/// All rounds; `is_right` judges the name of a port.
pub(super) fn run(
    [muster, nmap]: &[Contestant; 2],
    lab: &Lab,
    folder: &Path,
    is_right: impl Fn(IpAddr, u16, &str) -> bool,
) -> Result<Raced, Error> {
    let once = |contestant: &Contestant, read: fn(&str) -> Named| {
        let (run, _) = run_once(contestant, Place::Lab(lab), folder, &Truth::default())?;
        let named = read(&fs::read_to_string(folder.join("found")).unwrap_or_default());
        let right = count(&named, &is_right);
        println!("bench: {}: {:.2} s, {right} right", contestant.name, run.wall_seconds);
        Ok::<_, Error>((run.wall_seconds, right, named))
    };
    let rounds = (0..ROUNDS).map(|_| once(muster, lines)).collect::<Result<Vec<_>, _>>()?;
    let (nmap_seconds, nmap_right, nmap) = once(nmap, xml)?;
    Ok(Raced {
        muster_seconds: median(rounds.iter().map(|(seconds, ..)| *seconds)),
        // The worst round counts.
        muster_right: rounds.iter().map(|(_, right, _)| *right).min().unwrap_or_default(),
        nmap_seconds,
        nmap_right,
        nmap,
    })
}

/// How many of the names are right.
pub(super) fn count(named: &Named, is_right: impl Fn(IpAddr, u16, &str) -> bool) -> usize {
    named.iter().filter(|((address, port), name)| is_right(*address, *port, name)).count()
}

/// The services in muster's lines that were told by talking.
fn lines(text: &str) -> Named {
    let lines = text.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let services = lines.filter(|line| line["type"] == "service" && line["method"] == "probed");
    let named = services.filter_map(|line| {
        let port = u16::try_from(line["port"].as_u64()?).ok()?;
        Some(((line["address"].as_str()?.parse().ok()?, port), line["name"].as_str()?.to_owned()))
    });
    named.collect()
}

/// The services that Nmap's XML says were told by talking.
fn xml(text: &str) -> Named {
    let attribute = |text: &str, name: &str| {
        let (_, rest) = text.split_once(&format!(" {name}=\""))?;
        rest.split('"').next().map(str::to_owned)
    };
    let mut named = Named::new();
    for host in text.split("<host ").skip(1) {
        for port in host.split("<port ").skip(1).filter(|port| port.contains("method=\"probed\"")) {
            let port = format!(" {port}");
            let of_service = port.split_once("<service").and_then(|(_, service)| attribute(service, "name"));
            let number = attribute(&port, "portid").and_then(|number| number.parse().ok());
            if let (Some(address), Some(number), Some(name)) =
                (attribute(host, "addr").and_then(|address| address.parse().ok()), number, of_service)
            {
                named.insert((address, number), name);
            }
        }
    }
    named
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_outputs_are_read() {
        let line = r#"{"type":"service","address":"10.77.8.1","port":3310,"name":"clamd","method":"probed"}
{"type":"service","address":"10.77.8.1","port":80,"name":"http","method":"table"}"#;
        let at = |port| (IpAddr::from([10, 77, 8, 1]), port);
        assert_eq!(lines(line), Named::from([(at(3310), "clamd".to_owned())]));
        let text = r#"<host ><address addr="10.77.8.1"/><port protocol="tcp" portid="22"><service name="ssh" method="probed"/></port><port protocol="tcp" portid="80"><service name="http" method="table"/></port>"#;
        let named = xml(text);
        assert_eq!(named, Named::from([(at(22), "ssh".to_owned())]));
        assert_eq!(count(&named, |_, port, name| (port, name) == (22, "ssh")), 1);
    }
}
