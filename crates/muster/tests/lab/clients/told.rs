//! What somebody says of a network: which hosts are up, and the state of every port that is listed.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use serde_json::Value;

use crate::common::{json_lines, of_type};

/// Hosts that are up and states by endpoint.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Told {
    pub(super) up: BTreeSet<IpAddr>,
    pub(super) ports: BTreeMap<(IpAddr, u16), String>,
}

impl Told {
    /// What our own lines say: whoever answered has a line, and whoever has none was silent; the last line counts those.
    pub(super) fn by_json_lines(text: &str) -> Self {
        let lines = json_lines(text);
        let mut told = Self::default();
        for line in of_type(&lines, "port") {
            let port = line["port"].as_u64().unwrap() as u16;
            told.add(line["address"].as_str().unwrap(), port, line["state"].as_str().unwrap());
        }
        let silent = of_type(&lines, "summary")[0]["silent"].as_u64().unwrap();
        let endpoints = lines[0]["endpoints"].as_u64().unwrap();
        assert_eq!(told.ports.len() as u64 + silent, endpoints, "every endpoint is told of");
        told
    }

    /// The same of a scan that looked for the hosts before it asked `ports` of them: up is who answered for himself then.
    pub(super) fn by_json_lines_of_both_stages(text: &str, ports: &[u16]) -> Self {
        let lines = json_lines(text);
        let second = lines.iter().rposition(|line| line["type"] == "run").unwrap();
        let (looked, asked) = lines.split_at(second);
        assert_eq!((&looked[0]["stage"], &asked[0]["stage"]), (&"discovery".into(), &"ports".into()));
        let mut told = Self::default();
        let answers = |line: &&&Value| line["state"] == "open" || line["state"] == "closed";
        of_type(looked, "port")
            .iter()
            .filter(answers)
            .for_each(|line| told.rises(line["address"].as_str().unwrap()));
        for (address, port) in told.up.iter().flat_map(|at| ports.iter().map(move |port| (*at, *port))) {
            told.ports.insert((address, port), "filtered".to_owned());
        }
        for line in of_type(asked, "port") {
            let port = line["port"].as_u64().unwrap() as u16;
            told.add(line["address"].as_str().unwrap(), port, line["state"].as_str().unwrap());
        }
        assert_eq!(asked[0]["endpoints"], told.ports.len(), "nobody else is asked");
        told
    }

    /// What a script of ours printed for a library: `host ADDRESS STATE`, `port ADDRESS NUMBER PROTOCOL STATE`.
    #[track_caller]
    pub(super) fn by_lines(text: &str) -> Self {
        let mut told = Self::default();
        for line in text.lines() {
            match line.split(' ').collect::<Vec<_>>()[..] {
                ["host", address, "up"] => told.rises(address),
                ["port", address, number, "tcp", state] => told.add(address, number.parse().unwrap(), state),
                _ => panic!("unexpected: {line}"),
            }
        }
        told
    }

    /// Without all that is not open: some clients look at nothing else.
    pub(super) fn only_open(mut self) -> Self {
        self.ports.retain(|_, state| state == "open");
        self
    }

    pub(super) fn add(&mut self, address: &str, port: u16, state: &str) {
        self.ports.insert((address.parse().unwrap(), port), state.to_owned());
    }

    pub(super) fn rises(&mut self, address: &str) {
        self.up.insert(address.parse().unwrap());
    }
}
