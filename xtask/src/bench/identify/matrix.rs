//! What an audit says of services and hosts of which the truth is known: agents and their impostors, devices and computers.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::net::IpAddr;

use serde_json::{Value, json};

/// What an audit may say of a service: the kinds of its lines, and of one that no product is known to listen beside.
const VERDICTS: [&str; 5] = ["genuine", "consistent", "impostor", "unlearnt", "no product's port"];

/// Truth and what was said, counted.
#[derive(Debug, Default)]
pub(super) struct Matrix {
    /// By what is true: how often each verdict was said, and how often a product that it is not was called genuine.
    services: BTreeMap<String, ([usize; VERDICTS.len()], usize)>,
    /// By what is true: whether it is a device, how many were excluded, and how many there are.
    hosts: BTreeMap<String, (bool, usize, usize)>,
}

/// How sure a judgement is, and how much it misses.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Rates {
    pub(super) precision: f64,
    pub(super) recall: f64,
}

impl Rates {
    fn of(right: usize, wrong: usize, all: usize) -> Self {
        let share = |part: usize, whole: usize| {
            if whole == 0 { f64::NAN } else { part as f64 / whole as f64 }
        };
        Self { precision: share(right, right + wrong), recall: share(right, all) }
    }
}

/// The lines of the hosts of an audit, by address.
pub(super) fn hosts(text: &str) -> BTreeMap<IpAddr, Value> {
    let lines = text.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let hosts = lines.filter(|line| line["type"] == "host");
    hosts.filter_map(|host| Some((host["address"].as_str()?.parse().ok()?, host))).collect()
}

impl Matrix {
    /// Counts a service: what stands at a port of a host, and the agent that it is, if it is one.
    pub(super) fn add_service(&mut self, host: &Value, port: u16, what: &str, agent: Option<&str>) {
        let truth = agent.map_or_else(|| format!("{what}, no agent"), |agent| format!("{agent} (agent)"));
        let name = format!("{port}/tcp");
        let services = host["services"].as_array().map(Vec::as_slice).unwrap_or_default();
        let identity = services.iter().find(|service| service["port"] == *name).map(|it| &it["identity"]);
        let kind = identity.and_then(|identity| identity["kind"].as_str());
        let place = VERDICTS.iter().position(|verdict| Some(*verdict) == kind).unwrap_or(VERDICTS.len() - 1);
        let (counts, wrong) = self.services.entry(truth).or_default();
        counts[place] += 1;
        let called = identity.filter(|_| place == 0).and_then(|identity| identity["product"].as_str());
        *wrong += usize::from(called.is_some() && called != agent);
    }

    /// Counts a host: what it is, and whether it is a device.
    pub(super) fn add_host(&mut self, host: &Value, what: &str, is_device: bool) {
        let (truth, excluded, all) = self.hosts.entry(what.to_owned()).or_default();
        *truth = is_device;
        *all += 1;
        *excluded += usize::from(host["verdict"] == "out-of-scope");
    }

    /// Of the agents that are called genuine.
    pub(super) fn genuine(&self) -> Rates {
        let is_agent = |truth: &str| truth.ends_with("(agent)");
        let said = self.services.values().map(|(counts, _)| counts[0]).sum::<usize>();
        let wrong = self.services.values().map(|(_, wrong)| wrong).sum::<usize>();
        let agents = self.services.iter().filter(|(truth, _)| is_agent(truth));
        let all = agents.map(|(_, (counts, _))| counts.iter().sum::<usize>()).sum();
        Rates::of(said - wrong, wrong, all)
    }

    /// Of the devices that are excluded from the scope.
    pub(super) fn excluded(&self) -> Rates {
        let count = |is_device: bool| {
            let hosts = self.hosts.values().filter(move |(truth, ..)| *truth == is_device);
            hosts.fold((0, 0), |(said, all), (_, more, of)| (said + more, all + of))
        };
        let ((right, devices), (wrong, _)) = (count(true), count(false));
        Rates::of(right, wrong, devices)
    }

    /// Two tables.
    pub(super) fn markdown(&self) -> String {
        let mut text =
            format!("| truth | {} |\n|---|{}\n", VERDICTS.join(" | "), "---|".repeat(VERDICTS.len()));
        for (truth, (counts, _)) in &self.services {
            let _ = writeln!(text, "| {truth} | {} |", counts.map(|count| count.to_string()).join(" | "));
        }
        text += "\n| truth | computer or device | excluded | of |\n|---|---|---|---|\n";
        for (truth, (is_device, excluded, all)) in &self.hosts {
            let kind = if *is_device { "device" } else { "computer" };
            let _ = writeln!(text, "| {truth} | {kind} | {excluded} | {all} |");
        }
        text
    }

    /// The same for programs.
    pub(super) fn json(&self) -> Value {
        let service = |(truth, (counts, wrong)): (&String, &([usize; VERDICTS.len()], usize))| json!({ "truth": truth, "verdicts": VERDICTS, "counts": counts, "wrong": wrong });
        let host = |(truth, (is_device, excluded, all)): (&String, &(bool, usize, usize))| json!({ "truth": truth, "device": is_device, "excluded": excluded, "of": all });
        json!({
            "services": self.services.iter().map(service).collect::<Vec<_>>(),
            "hosts": self.hosts.iter().map(host).collect::<Vec<_>>(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn host(address: &str, verdict: &str, identity: &Value) -> Value {
        let services = json!([{ "port": "3310/tcp", "identity": identity }]);
        json!({ "type": "host", "address": address, "verdict": verdict, "services": services })
    }

    #[test]
    fn truth_and_sayings_are_counted() {
        let genuine = json!({ "kind": "genuine", "product": "clamav" });
        let said = host("10.77.3.1", "protected-verified", &genuine);
        let text = format!("{{\"type\":\"run\"}}\n{said}\n");
        let host_of = |verdict| host("10.77.3.1", verdict, &Value::Null);
        let mut matrix = Matrix::default();
        let lines = hosts(&text);
        let line = &lines[&IpAddr::from([10, 77, 3, 1])];
        matrix.add_service(line, 3310, "clamd", Some("clamav"));
        assert_eq!(matrix.genuine(), Rates { precision: 1.0, recall: 1.0 });
        matrix.add_service(line, 3310, "another's", Some("eset"));
        matrix.add_service(line, 22, "sshd", None);
        assert_eq!(matrix.genuine(), Rates { precision: 0.5, recall: 0.5 });
        matrix.add_host(&host_of("out-of-scope"), "printer", true);
        matrix.add_host(&host_of("unknown"), "printer", true);
        assert_eq!(matrix.excluded(), Rates { precision: 1.0, recall: 0.5 });
        matrix.add_host(&host_of("out-of-scope"), "server", false);
        assert_eq!(matrix.excluded(), Rates { precision: 0.5, recall: 0.5 });
        let table = matrix.markdown();
        assert!(table.contains("| sshd, no agent | 0 | 0 | 0 | 0 | 1 |"), "{table}");
        assert!(table.contains("| printer | device | 1 | 2 |"), "{table}");
    }
}
