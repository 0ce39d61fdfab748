//! What files cannot tell: said in every report, so that nobody takes it for an answer.

use std::collections::{BTreeMap, BTreeSet};

use muster_catalog::SIGN_PORTS;
use muster_engine::{AddressSet, PortSet};
use muster_model::Protocol;

use super::asked::FileAsked;
use super::file::ScanFile;
use super::judging::Rest;
use crate::audit::judging::Judging;
use crate::output::count;

/// What was read, to tell what was not.
pub(super) struct Untried<'a> {
    pub(super) files: &'a [ScanFile],
    pub(super) judging: Judging<'a>,
    /// The addresses that the files tell something of.
    pub(super) addresses: &'a AddressSet,
    /// Those that were named, if any were.
    pub(super) targets: Option<&'a AddressSet>,
    pub(super) rest: &'a Rest,
}

impl Untried<'_> {
    /// A sentence each.
    pub(super) fn sentences(&self) -> Vec<String> {
        let mut sentences = vec!["whatever the files do not tell: no packet was sent".to_owned()];
        sentences.extend(self.files.iter().filter_map(ScanFile::shortfall));
        let agents = "where agents listen: a host that shows nothing else is unknown";
        sentences.extend(self.unasked(&self.agents(), agents));
        let signs =
            "which tell computers from devices: without them no host is called unprotected or out of scope";
        sentences.extend(self.unasked(&SIGN_PORTS.iter().copied().collect(), signs));
        sentences.extend(self.unclear_ports());
        sentences.extend(self.decoy());
        sentences.push("UDP".to_owned());
        sentences.push("conversations with open ports, beyond what the files tell of them".to_owned());
        sentences.push("names of addresses, beyond those in the files".to_owned());
        sentences.extend(self.hosts());
        sentences
    }

    /// The ports of agents that are wanted where the files have hosts.
    fn agents(&self) -> BTreeSet<u16> {
        let groups = self.judging.policy.port_groups(self.addresses, self.judging.catalog);
        groups.into_iter().flat_map(|group| group.ports).collect()
    }

    /// Ports that files did not ask, those of equal files together.
    fn unasked(&self, wanted: &BTreeSet<u16>, why: &str) -> Vec<String> {
        let mut missing: BTreeMap<Vec<u16>, Vec<&str>> = BTreeMap::new();
        let each = self.files.iter().flat_map(|file| file.asked.iter().map(move |asked| (file, asked)));
        for (file, asked) in each {
            let Some(asked) = &asked.ports else { continue };
            let ports: Vec<u16> =
                wanted.iter().copied().filter(|&port| !asked.contains(Protocol::Tcp, port)).collect();
            if !ports.is_empty() {
                missing.entry(ports).or_default().push(&file.name);
            }
        }
        let sentence = |(ports, names): (Vec<u16>, Vec<&str>)| {
            let ports = PortSet::of_tcp(ports).list(Protocol::Tcp).replace(',', ", ");
            format!("TCP {ports} in {}, {why}", list(&names))
        };
        missing.into_iter().map(sentence).collect()
    }

    fn unclear_ports(&self) -> Vec<String> {
        let silent: Vec<&str> = self.named(|asked| asked.ports.is_none());
        let odd: Vec<&str> = self.named(|asked| !asked.is_plain);
        let mut sentences = Vec::new();
        if !silent.is_empty() {
            let names = list(&silent);
            sentences.push(format!("ports that {names} does not list: what was asked is not told there"));
        }
        if !odd.is_empty() {
            let names = list(&odd);
            sentences
                .push(format!("states of TCP ports in {names}: asked by segments that begin no connection"));
        }
        sentences
    }

    /// The files of which some run asked so.
    fn named(&self, is_meant: impl Fn(&FileAsked) -> bool) -> Vec<&str> {
        let files = self.files.iter().filter(|file| file.asked.iter().any(&is_meant));
        files.map(|file| file.name.as_str()).collect()
    }

    fn decoy(&self) -> Option<String> {
        let without = "hosts that accept every connection look like others";
        let Some(port) = self.judging.decoy else { return Some(format!("a decoy port: {without}")) };
        let has_it =
            |asked: &FileAsked| asked.ports.as_ref().is_some_and(|ports| ports.contains(Protocol::Tcp, port));
        let names = self.named(|asked| !has_it(asked));
        (!names.is_empty()).then(|| format!("the decoy port, TCP {port}, in {}: {without}", list(&names)))
    }

    fn hosts(&self) -> Vec<String> {
        let unclear: u64 = self.files.iter().map(|file| file.unclear).sum();
        let elsewhere: u64 = self.files.iter().map(|file| file.elsewhere).sum();
        let unlisted = self.targets.map_or(0, |targets| targets.difference(self.addresses).len());
        let is_named = self.targets.is_some_and(|targets| targets.len() < EVERYTHING);
        let mut sentences = Vec::new();
        if unclear > 0 {
            let hosts = count(unclear, "host");
            sentences.push(format!("{hosts} that the files call up without saying why: not in the report"));
        }
        if elsewhere > 0 {
            sentences.push(format!("{} of the files, left out by the targets", count(elsewhere, "host")));
        }
        if is_named && unlisted > 0 {
            sentences.push(format!("{}: no file tells anything of them", count(unlisted, "target")));
        }
        if self.rest.contradicted > 0 {
            let ports = count(self.rest.contradicted, "port");
            sentences.push(format!(
                "which answer is right at {ports} that answered otherwise before: the newest counts"
            ));
        }
        sentences
    }
}

/// Names for a sentence.
fn list(names: &[&str]) -> String {
    let mut shown: Vec<String> = names.iter().take(MOST_NAMES).map(ToString::to_string).collect();
    if names.len() > MOST_NAMES {
        shown.push(count((names.len() - MOST_NAMES) as u64, "other file"));
    }
    shown.join(", ")
}

/// Names that a sentence holds.
const MOST_NAMES: usize = 3;
/// Where only exclusions are named, the rest of the world is no target that a file lacks.
pub(super) const EVERYTHING: u128 = 1 << 64;
