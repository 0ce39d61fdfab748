//! `muster why`: what it says is true, and whoever is not among the hosts is told why not.

mod reasons;
mod told;
mod truth;

use std::net::IpAddr;

pub(crate) use truth::port_of;

use crate::audit::audited;
use crate::support::{Workplace, address, assert_refused, network, office};

/// The text of `muster why` in parts: the head, then each part by its title, wrapped lines joined.
#[derive(Debug)]
pub(crate) struct Why {
    pub(crate) head: Vec<String>,
    pub(crate) parts: Vec<(String, Vec<String>)>,
}

impl Why {
    pub(crate) fn parse(text: &str) -> Self {
        let mut blocks = text.trim_end().split("\n\n");
        let head = joined(blocks.next().unwrap().lines(), 0);
        let part = |block: &str| {
            let mut lines = block.lines();
            (lines.next().unwrap().to_owned(), joined(lines, 2))
        };
        Self { head, parts: blocks.map(part).collect() }
    }

    /// The items under a title; none where it does not come up.
    pub(crate) fn items(&self, title: &str) -> &[String] {
        let found = self.parts.iter().find(|(found, _)| found.as_str() == title);
        found.map_or(&[], |(_, items)| items)
    }

    /// The parts whose titles begin like that, with the rest of the title.
    pub(crate) fn parts_of<'a>(&'a self, title: &'a str) -> impl Iterator<Item = (&'a str, &'a [String])> {
        self.parts.iter().filter_map(move |(found, items)| Some((found.strip_prefix(title)?, &items[..])))
    }
}

/// Lines indented by `indent` begin an item, and so does what there is to do about a finding; others go on with one.
fn joined<'a>(lines: impl Iterator<Item = &'a str>, indent: usize) -> Vec<String> {
    let mut items: Vec<String> = Vec::new();
    for line in lines {
        let text = line.trim_start();
        match items.last_mut() {
            Some(item) if line.len() - text.len() != indent && !text.starts_with("do  ") => {
                item.push(' ');
                item.push_str(text);
            }
            _ => items.push(text.to_owned()),
        }
    }
    items
}

#[test]
fn a_host_goes_by_its_names() {
    let Some(audited) = audited(100, "--policy office.toml") else { return };
    let place = &audited.place;
    let by_address = place.run(&format!("why {}", address(100, 116))).ok().stdout;
    assert!(by_address.starts_with(&format!("{} PC-116 (agent)\n", address(100, 116))), "{by_address}");
    for name in ["PC-116", "pc-116"] {
        assert_eq!(place.run(&format!("why {name}")).ok().stdout, by_address, "{name}");
    }
    refuses_who_is_no_host(place);
}

#[track_caller]
fn refuses_who_is_no_host(place: &Workplace) {
    let refused = |host: &str, error: &str, hint: &str| {
        assert_refused(&place.run(&format!("why {host}")), 2, error, hint);
    };
    let at = |host: u8| address(100, host).to_string();
    refused(&at(159), "was silent in run 1", "silent is not absent");
    refused(&at(64), "was not measured in run 1", "behind the firewall");
    refused(&address(101, 1).to_string(), "is not in run 1, whose targets were", "--run N");
    refused("::1", "is not in run 1", "--run N");
    refused("PC-999", "no host of run 1 is called PC-999", "try its address");
    refused(&format!("{} --run 7", at(17)), "run 7 is not in the store", "muster history");
}

#[test]
fn every_run_has_its_own_reasons() {
    let Some(office) = office(102) else { return };
    let place = Workplace::new();
    place.write("office.toml", &office.policy());
    let host: IpAddr = address(102, 19);
    place.run(&format!("audit -T5 {}/27", network(102))).ok();
    place.run(&format!("audit -T5 --policy office.toml {}/27", network(102))).ok();
    let verdict = |options: &str| {
        let text = place.run(&format!("why {host} {options}")).ok().stdout;
        text.lines().find_map(|line| line.split_once(": ")).unwrap().0.to_owned()
    };
    assert_eq!(["", "--run 1", "--run 2"].map(verdict), ["unprotected", "unknown", "unprotected"]);
    let second = place.run(&format!("why {host} --run 2")).ok().stdout;
    assert_eq!(place.run(&format!("why {host}")).ok().stdout, second);
    assert!(second.trim_end().lines().any(|line| line.starts_with("seen in run 2, began ")), "{second}");
}
