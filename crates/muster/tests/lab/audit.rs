//! An audit of a network whose truth is known: who is there, who is silent, and what a name is worth.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::net::IpAddr;
use std::process::Command;
use std::sync::Arc;

use muster_catalog::DECOY_PORT;
use muster_model::{PortState, Reason};
use muster_testkit::lab::{Behaviour, Lab, LabPlan, Loss, Resolver, Side, Truth};
use serde_json::Value;
use tempfile::TempDir;

use crate::common::{MUSTER, Ran, finish, json_lines, of_type};
use crate::support::lab;

/// `muster audit` in the near namespace.
fn audit(lab: &Lab, line: &str) -> Command {
    let mut command = lab.command(Side::Near, MUSTER);
    command.args(["audit", "--no-store", "--jsonl", "-"]).args(line.split_whitespace());
    command
}

#[track_caller]
fn audited(lab: &Lab, line: &str) -> Report {
    Report::of(&finish(audit(lab, line)).ok())
}

struct Report {
    hosts: BTreeMap<IpAddr, Value>,
    coverage: Value,
}

impl Report {
    #[track_caller]
    fn of(ran: &Ran) -> Self {
        let lines = json_lines(&ran.stdout);
        let address = |host: &Value| host["address"].as_str().unwrap().parse().unwrap();
        let hosts = of_type(&lines, "host").into_iter().map(|host| (address(host), host.clone())).collect();
        Self { hosts, coverage: of_type(&lines, "coverage")[0].clone() }
    }

    /// The state of a port of a host, if it was told.
    fn state(&self, address: IpAddr, port: u16) -> Option<&str> {
        let name = format!("{port}/tcp");
        let ports = self.hosts.get(&address)?["ports"].as_array()?;
        ports.iter().find(|told| told["port"] == name)?["state"].as_str()
    }

    fn silent(&self) -> u64 {
        self.coverage["silent_addresses"].as_u64().unwrap()
    }
}

/// The hosts that answer by themselves, with the states of the port: what a rejected one says is said on the way.
fn living(lab: &Lab) -> BTreeMap<IpAddr, PortState> {
    let truth = lab.truth().filter(|(.., reason)| matches!(reason, Reason::SynAck | Reason::ConnRefused));
    truth.map(|(address, _, state, _)| (address, state)).collect()
}

/// Hosts and states are those of the truth, and everybody else is silent.
#[track_caller]
fn assert_true(report: &Report, lab: &Lab) {
    let living = living(lab);
    let (found, there): (BTreeSet<_>, BTreeSet<_>) = (report.hosts.keys().collect(), living.keys().collect());
    assert_eq!(found, there);
    for (address, state) in &living {
        assert_eq!(report.state(*address, 2967), Some(state.name()), "{address}");
        assert_ne!(report.hosts[address]["verdict"], "unprotected", "{address}: nothing was required");
    }
    let addresses = lab.truth().map(|(address, ..)| address).collect::<BTreeSet<_>>().len();
    assert_eq!(report.silent(), (addresses - living.len()) as u64, "{}", report.coverage);
}

#[test]
#[ignore = "needs root and the lab"]
fn a_network_is_audited_as_it_is() {
    let Some(lab) = lab(LabPlan::of("10.77.3.0/24").unwrap()) else { return };
    let report = audited(&lab, "-n -T5 -p 2967 10.77.3.0/24");
    assert_true(&report, &lab);
    let states: BTreeSet<&str> = lab.truth().map(|(_, _, state, _)| state.name()).collect();
    assert_eq!(states.len(), 3, "the truth has not every state");
}

#[test]
#[ignore = "needs root and the lab"]
fn so_is_one_of_the_other_family() {
    let Some(lab) = lab(LabPlan::of("fd77::100/120").unwrap()) else { return };
    assert_true(&audited(&lab, "-6 -n -T5 -p 2967 fd77::100/120"), &lab);
}

/// What a host does, by the last two bits of its address: 0 has the agent, 1 and 2 have none, of whom 1 shares files and
/// 2 says nothing else, and 3 is not there.
fn behaviour(address: IpAddr, port: u16) -> Behaviour {
    let IpAddr::V4(address) = address else { return Behaviour::Silent };
    match (address.octets()[3] % 4, port) {
        (0, 2967) | (1, FILE_SHARING) => Behaviour::Open,
        (0 | 1, _) | (2, 2967) => Behaviour::Closed,
        _ => Behaviour::Silent,
    }
}

/// One of the ports that tell computers from devices.
const FILE_SHARING: u16 = 445;

/// A network of such hosts, audited under a policy by which every one of them must listen.
fn required(loss: Loss) -> Option<(Lab, Report)> {
    let plan = LabPlan {
        ports: vec![2967, DECOY_PORT, FILE_SHARING],
        truth: Truth::Function(Arc::new(behaviour)),
        loss,
        ..LabPlan::of("10.77.3.0/26").unwrap()
    };
    let lab = lab(plan)?;
    let folder = TempDir::new().unwrap();
    let policy = folder.path().join("policy.toml");
    let zone = "[[zone]]\nname = \"lab\"\nranges = [\"10.77.0.0/16\"]\nproducts = [\"symantec-savce-10\"]\n\
                listener = \"required\"\n";
    fs::write(&policy, zone).unwrap();
    let report = audited(&lab, &format!("-n -T5 --policy {} 10.77.3.0/26", policy.display()));
    Some((lab, report))
}

/// A closed port proves something only where a policy says so, and then only on a host that shows elsewhere that
/// something listens.
#[test]
#[ignore = "needs root and the lab"]
fn a_policy_that_requires_the_listener_convicts_the_closed_alone() {
    let Some((_lab, report)) = required(Loss::default()) else { return };
    assert_eq!((report.hosts.len(), report.silent()), (48, 16));
    for (address, host) in &report.hosts {
        let IpAddr::V4(v4) = address else { panic!("{address}") };
        let is_convicted = host["verdict"] == "unprotected";
        assert_eq!(is_convicted, v4.octets()[3] % 4 == 1, "{address}: {host}");
    }
}

/// Who is missed for the loss of packets counts as silent; nobody is taken for what he is not.
#[test]
#[ignore = "needs root and the lab"]
fn lost_packets_make_no_verdict_wrong() {
    let Some((_lab, report)) = required(Loss { to_far: 20, to_near: 20 }) else { return };
    for (address, host) in &report.hosts {
        let IpAddr::V4(v4) = address else { panic!("{address}") };
        let truth = behaviour(*address, 2967).state().name();
        let told = report.state(*address, 2967).unwrap_or("filtered");
        assert!(v4.octets()[3] % 4 != 3 && (told == truth || told == "filtered"), "{truth}: {host}");
        assert!(host["verdict"] != "unprotected" || v4.octets()[3] % 4 == 1, "{host}");
    }
    assert_eq!(report.silent() + report.hosts.len() as u64, 64);
    assert!(report.hosts.len() > 35, "only {} of 48 were found", report.hosts.len());
}

/// A printer's name and a printer's port are signs of two kinds; either alone convicts nobody.
#[test]
#[ignore = "needs root and the lab"]
fn a_name_is_a_sign_of_a_device_if_a_port_is_another() {
    let behaviour = |address: IpAddr, port: u16| {
        let IpAddr::V4(address) = address else { return Behaviour::Silent };
        match (address.octets()[3], port) {
            (1 | 2, 9100) => Behaviour::Open,
            (1..=3, _) => Behaviour::Closed,
            _ => Behaviour::Silent,
        }
    };
    let plan = LabPlan {
        ports: vec![2967, 9100],
        truth: Truth::Function(Arc::new(behaviour)),
        ..LabPlan::of("10.77.3.0/29").unwrap()
    };
    let Some(lab) = lab(plan) else { return };
    let names = [
        ("printer-7.office.test", "10.77.3.1"),
        ("pc-2.office.test", "10.77.3.2"),
        ("printer-8.office.test", "10.77.3.3"),
    ];
    let mut resolver =
        Resolver::start(&lab, names.map(|(name, at)| (name, at.parse::<IpAddr>().unwrap()))).unwrap();
    let report = audited(&lab, "-T5 -p 2967 10.77.3.0/29");
    let host = |last: u8| &report.hosts[&IpAddr::from([10, 77, 3, last])];
    for (last, (name, _)) in (1..).zip(names) {
        let told = &host(last)["names"];
        assert_eq!((&told[0]["name"], &told[0]["source"]), (&name.into(), &"reverse".into()), "{told}");
    }
    assert_eq!(host(1)["verdict"], "out-of-scope", "{}", host(1));
    assert!(host(1)["device"].to_string().contains("printer"), "{}", host(1));
    assert_ne!(host(2)["verdict"], "out-of-scope", "{}", host(2));
    assert_ne!(host(3)["verdict"], "out-of-scope", "{}", host(3));
    let asked = resolver.questions();
    assert!(!asked.iter().any(|question| question.starts_with("5.3.77.10.")), "who is silent: {asked:?}");

    let nameless = audited(&lab, "-n -T5 -p 2967 10.77.3.0/29");
    assert_eq!(nameless.hosts[&IpAddr::from([10, 77, 3, 1])]["verdict"], "unknown");
    assert_eq!(resolver.questions(), [""; 0], "-n");
}

#[test]
#[ignore = "needs root and the lab"]
fn an_address_that_is_left_out_gets_no_packet() {
    let plan = LabPlan {
        truth: Truth::Function(Arc::new(|_, _| Behaviour::Open)),
        ..LabPlan::of("10.77.3.0/28").unwrap()
    };
    let Some(lab) = lab(plan) else { return };
    let rules = "add table inet count; add chain inet count in { type filter hook prerouting priority -400; }; \
                 add rule inet count in ip daddr 10.77.3.5 counter; \
                 add rule inet count in ip daddr 10.77.3.6 counter; \
                 add rule inet count in ip daddr 10.77.3.8/30 counter";
    let nft = |words: &[&str]| {
        let mut command = lab.command(Side::Far, "nft");
        command.args(words);
        finish(command).ok().stdout
    };
    nft(&[rules]);
    let report = audited(&lab, "-n -T5 --exclude 10.77.3.5,10.77.3.8/30 10.77.3.0/28");
    assert_eq!(report.hosts.len(), 11);
    let counted = nft(&["list", "table", "inet", "count"]);
    let packets = |address: &str| {
        let line = counted.lines().find(|line| line.contains(address)).unwrap();
        line.split_whitespace().skip_while(|word| *word != "packets").nth(1).unwrap().parse::<u64>().unwrap()
    };
    assert_eq!((packets("10.77.3.5 "), packets("10.77.3.8/30 ")), (0, 0), "{counted}");
    assert!(packets("10.77.3.6 ") > 2, "{counted}");
}

#[test]
#[ignore = "needs root and the lab"]
fn who_answers_on_the_link_alone_is_there() {
    let Some(lab) = lab(LabPlan::of("10.77.3.0/30").unwrap()) else { return };
    let ran = finish(audit(&lab, "-n -p 9 10.78.0.10-16")).ok();
    assert!(ran.stderr.contains("asked by frames: "), "{}", ran.stderr);
    let report = Report::of(&ran);
    let seen: Vec<String> = report.hosts.keys().map(ToString::to_string).collect();
    assert_eq!(seen, ["10.78.0.10", "10.78.0.11", "10.78.0.12", "10.78.0.13"]);
    assert_eq!(report.silent(), 3);
    assert!(report.hosts.values().all(|host| host["verdict"] == "unknown"));
    let lines = json_lines(&ran.stdout);
    let sweeps: Vec<_> = of_type(&lines, "sweep")
        .iter()
        .map(|sweep| (sweep["stage"].clone(), sweep["endpoints"].clone()))
        .collect();
    assert_eq!(sweeps[..2], [("neighbors".into(), 7.into()), ("agents".into(), 8.into())]);
}
