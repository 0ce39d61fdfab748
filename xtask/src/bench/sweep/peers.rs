//! The contestants and their command lines: each with the settings that its users would choose to be fast.
//!
//! zmap and masscan do not resolve a gateway that is no default route; they are told its hardware address. zmap's own
//! list of forbidden networks has the private ones on it and is replaced by an empty one.

use muster_testkit::lab::{Lab, Side, Sink};

use super::read;
use crate::bench::peers::PORT;
use crate::bench::rounds::{Contestant, OUT};
use crate::error::Error;
use crate::{project, shell};

/// What a contestant is told about the place: whom to ask, and by whom to send.
#[derive(Clone, Debug)]
pub(super) struct Way {
    /// Networks, as `address/bits`.
    pub(super) targets: Vec<String>,
    /// The gateway's hardware address.
    pub(super) gateway: String,
}

impl Way {
    /// Into a lab.
    pub(super) fn into_lab(lab: &Lab, targets: &[String]) -> Result<Self, Error> {
        let mut cat = lab.command(Side::Far, "cat");
        let hardware = shell::output(cat.arg("/sys/class/net/lab0/address"))?;
        Ok(Self { targets: targets.to_vec(), gateway: hardware.trim().to_owned() })
    }

    /// Into a sink.
    pub(super) fn into_sink(sink: &Sink, targets: &[&str]) -> Self {
        let targets = targets.iter().map(|&target| target.to_owned()).collect();
        Self { targets, gateway: sink.gateway_hardware().to_owned() }
    }
}

/// Built for release, once for all parts.
pub(super) fn build() -> Result<(), Error> {
    shell::run(&mut shell::cargo(&["build", "--quiet", "--release", "--package", "muster"]))
}

/// `muster scan -sS` of these targets, with `more` options; JSON lines on stdout, so that nothing else is written there.
pub(super) fn muster(way: &Way, more: &[&str]) -> Contestant {
    let program = project::target_folder().join("release/muster");
    let port = PORT.to_string();
    let words = ["scan", "-sS", "-n", "-Pn", "-p", &port].into_iter().chain(more.iter().copied());
    let words = words.chain(["-oJ", "-"]).chain(way.targets.iter().map(String::as_str));
    Contestant::new("muster", program, owned(words), read::json_lines)
}

/// What muster may be told where the network is known to take it.
pub(super) const FULL_SPEED: [&str; 5] = ["-T5", "--min-rate", "2000000", "--max-rate", "2000000"];

/// zmap; it reports open ports only.
pub(super) fn zmap(name: &'static str, way: &Way, more: &[&str]) -> Contestant {
    let port = PORT.to_string();
    let Way { targets, gateway } = way;
    let words = ["-p", &port, "-i", "lab0", "-S", "10.78.0.1", "-G", gateway, "-C", NOTHING, "-b", NOTHING];
    let words = words.into_iter().chain(["-q", "-v", "0", "--disable-syslog", "-o", OUT]);
    let words = words.chain(more.iter().copied()).chain(targets.iter().map(String::as_str));
    Contestant::new(name, "zmap", owned(words), read::addresses)
}

/// In the place of zmap's settings and of its list.
const NOTHING: &str = "/dev/null";

/// masscan; it reports open ports only.
pub(super) fn masscan(name: &'static str, way: &Way, more: &[&str]) -> Contestant {
    let port = format!("-p{PORT}");
    let words = ["--adapter", "lab0", "--adapter-ip", "10.78.0.1", "--router-mac", &way.gateway];
    let words = words.into_iter().chain([port.as_str(), "-oL", OUT]).chain(more.iter().copied());
    let words = words.chain(way.targets.iter().map(String::as_str));
    Contestant::new(name, "masscan", owned(words), read::masscan)
}

/// Nmap with privilege.
pub(super) fn nmap(name: &'static str, way: &Way, more: &[&str]) -> Contestant {
    let port = PORT.to_string();
    let words = ["-sS", "-n", "-Pn", "-p", &port].into_iter().chain(more.iter().copied());
    let words = words.chain(["--no-stylesheet", "-oX", OUT]).chain(way.targets.iter().map(String::as_str));
    Contestant::new(name, "nmap", owned(words), read::xml)
}

fn owned<'a>(words: impl Iterator<Item = &'a str>) -> Vec<String> {
    words.map(str::to_owned).collect()
}
