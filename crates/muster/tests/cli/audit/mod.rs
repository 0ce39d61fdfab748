//! `muster audit` of offices whose truth is known.

mod asked;
mod consistency;
mod descriptors;
mod fail_on;
mod interruption;
mod options;
mod pipes;
mod store;
mod targets;
mod truth;

use std::collections::BTreeMap;
use std::net::Ipv4Addr;

use muster_demo::Office;
use serde_json::Value;

use crate::common::{Ran, of_type};
use crate::support::{Workplace, network, office};

/// An office, an audit of it, and the folder where that left its files.
pub(crate) struct Audited {
    pub(crate) office: Office,
    pub(crate) place: Workplace,
    pub(crate) ran: Ran,
    /// What `--jsonl` wrote.
    pub(crate) lines: Vec<Value>,
}

/// Audits the network of a test with an office in it. Its policy lies in `office.toml`, the JSON lines in `lines`, the
/// run in the default store.
#[track_caller]
pub(crate) fn audited(test: u8, options: &str) -> Option<Audited> {
    let office = office(test)?;
    let place = Workplace::new();
    place.write("office.toml", &office.policy());
    let ran = place.run(&format!("audit -T4 --jsonl lines {options} {}/24", network(test))).ok();
    let lines = place.lines("lines");
    Some(Audited { office, place, ran, lines })
}

/// The verdict on every host, by address.
pub(crate) fn verdicts(lines: &[Value]) -> BTreeMap<Ipv4Addr, String> {
    let word = |line: &&Value| line["verdict"].as_str().unwrap().to_owned();
    of_type(lines, "host").iter().map(|line| (address_of(&line["address"]), word(line))).collect()
}

/// Every address in the ranges of that type.
pub(crate) fn ranges(lines: &[Value], kind: &str) -> Vec<Ipv4Addr> {
    let range = |line: &&Value| u32::from(address_of(&line["first"]))..=u32::from(address_of(&line["last"]));
    of_type(lines, kind).iter().flat_map(range).map(Ipv4Addr::from).collect()
}

/// The line about one host.
#[track_caller]
pub(crate) fn host_line(lines: &[Value], address: Ipv4Addr) -> &Value {
    let found = of_type(lines, "host").into_iter().find(|line| address_of(&line["address"]) == address);
    found.unwrap_or_else(|| panic!("no host {address}"))
}

#[track_caller]
pub(crate) fn address_of(value: &Value) -> Ipv4Addr {
    value.as_str().unwrap().parse().unwrap()
}
