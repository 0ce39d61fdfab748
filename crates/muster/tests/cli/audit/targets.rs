//! Zones, lists, exclusions and dry runs: who is asked, and that nobody else is.

use std::collections::BTreeSet;
use std::net::{IpAddr, SocketAddr, TcpListener};

use muster_catalog::{Catalog, DECOY_PORT, SIGN_PORTS};
use serde_json::Value;

use super::verdicts;
use crate::common::{finish_with, of_type};
use crate::support::{Workplace, address, assert_refused, network, office, unfolded};

/// Listeners on all ports of an address that an audit may ask. What arrives waits in their queues to be counted.
struct Trap(Vec<TcpListener>);

impl Trap {
    fn on(address: IpAddr) -> Self {
        let ports = SIGN_PORTS.iter().copied().chain(Catalog::builtin().default_ports()).chain([DECOY_PORT]);
        let ports: BTreeSet<u16> = ports.filter(|port| *port >= 1024).collect();
        let listen = |port| {
            let listener = TcpListener::bind(SocketAddr::new(address, port)).unwrap();
            listener.set_nonblocking(true).unwrap();
            listener
        };
        Self(ports.into_iter().map(listen).collect())
    }

    /// Connections since the last count.
    fn count(&self) -> usize {
        self.0.iter().map(|listener| std::iter::from_fn(|| listener.accept().ok()).count()).sum()
    }
}

#[test]
fn excluded_hosts_get_no_connection() {
    let place = Workplace::new();
    let (left_out, asked) = (Trap::on(address(120, 5)), Trap::on(address(120, 9)));
    place.write("list", &format!("{}\n", address(120, 5)));
    let line = format!("audit -T5 --no-store {}/28", network(120));
    for options in [format!("--exclude {}", address(120, 5)), "--excludefile list".to_owned()] {
        let ran = place.run(&format!("{line} {options}")).ok();
        assert_eq!(left_out.count(), 0, "{options}");
        assert!(asked.count() > 10, "the trap does not work");
        assert!(ran.stdout.contains("15 addresses"), "{}", ran.stdout);
    }
    place.run(&line).ok();
    assert!(left_out.count() > 10 && asked.count() > 10, "the trap does not work");
    let all = place.run(&format!("{line} --exclude {}/24", network(120)));
    assert_refused(&all, 2, "every target is excluded", "--exclude");
    assert_eq!((left_out.count(), asked.count()), (0, 0));
}

#[test]
fn a_dry_run_sends_nothing_and_leaves_nothing() {
    let place = Workplace::new();
    let trap = Trap::on(address(121, 3));
    let line = format!("audit --html page --jsonl lines {}/29", network(121));
    let ran = place.run(&format!("{line} --dry-run")).ok();
    assert_eq!((trap.count(), place.names()), (0, Vec::new()));
    let plan = |key: &str| {
        let plan = unfolded(&ran.stdout);
        let row = plan.lines().find_map(|line| line.strip_prefix(key));
        row.unwrap_or_else(|| panic!("no {key}: {plan}")).trim().to_owned()
    };
    assert!(plan("targets").starts_with("8 addresses: "));
    assert!(plan("policy").starts_with("none"));
    assert!(plan("sweep").starts_with("8 addresses: TCP 2868,2967-2968,"));
    assert_eq!(plan("decoy"), format!("TCP {DECOY_PORT}, on which nothing listens"));
    assert!(ran.stdout.ends_with("no probe was sent\n"), "{}", ran.stdout);
    // The plan is what is then done.
    place.run(&line).ok();
    assert!(trap.count() > 10, "the trap does not work");
    let ports = plan("sweep").rsplit(' ').next().unwrap().to_owned();
    let planned: BTreeSet<&str> = ports.split(',').collect();
    let lines = place.lines("lines");
    let swept: BTreeSet<&str> = lines[1]["ports"].as_str().unwrap().split(',').collect();
    assert_eq!((swept, &lines[1]["stage"]), (planned, &Value::from("agents")));
}

#[test]
fn lists_of_targets_are_read() {
    let place = Workplace::new();
    place.write("list", &format!("# two\n{} {}\n", address(122, 1), address(122, 2)));
    let line = "audit -T5 --no-store --no-devices -p 2967 --jsonl lines -iL";
    place.run(&format!("{line} list {}", address(122, 3))).ok();
    let hosts = || verdicts(&place.lines("lines")).into_keys().map(IpAddr::from).collect::<Vec<_>>();
    assert_eq!(hosts(), [1, 2, 3].map(|host| address(122, host)));
    finish_with(place.muster(&format!("{line} -")), &format!("{}\n", address(122, 7))).ok();
    assert_eq!(hosts(), [address(122, 7)]);
    assert_refused(&place.run(&format!("{line} nowhere")), 2, "cannot read nowhere", "the list");
    assert_refused(&place.run("audit --no-store"), 2, "no targets", "192.168.0.0/24");
}

#[test]
fn zones_are_targets() {
    let Some(office) = office(123) else { return };
    let place = Workplace::new();
    place.write("muster.toml", &office.policy());
    let audited = |targets: &str| {
        place.run(&format!("audit -T5 --no-store --jsonl lines {targets}")).ok();
        verdicts(&place.lines("lines")).into_keys().map(|at| at.octets()[3]).collect::<Vec<_>>()
    };
    assert_eq!(audited("--zone servers"), [4, 5, 6, 7]);
    assert_eq!(audited("--zone servers --zone depot"), [4, 5, 6, 7, 21]);
    assert_eq!(audited(&format!("--zone depot {}", address(123, 88))), [21, 88]);
    assert_eq!(audited(&format!("--zone servers --exclude {}", address(123, 6))), [4, 5, 7]);
    let refused = |line: &str, error: &str, hint: &str| assert_refused(&place.run(line), 2, error, hint);
    refused("audit --zone attic", "the policy has no zone attic", "workshop");
    refused("audit", "no targets", "--zone offices");
    let elsewhere = Workplace::new();
    assert_refused(&elsewhere.run("audit --zone servers"), 2, "no zone servers", "--policy FILE");
}

#[test]
fn a_plan_too_large_is_refused_before_anything_is_kept() {
    let place = Workplace::new();
    let refused = place.run("audit --allow 127.0.0.0/8 --decoy 0 -p - 127.0.0.0/8 -n");
    assert_refused(&refused, 2, "too much for one sweep", "in parts");
    assert_eq!(place.names(), Vec::<String>::new());
}

#[test]
fn sweeps_of_one_stage_are_told_apart_by_their_zones() {
    let Some(office) = office(124) else { return };
    let place = Workplace::new();
    place.write("muster.toml", &office.policy());
    let ran = place.run(&format!("audit -T5 --jsonl lines --html page {}/24", network(124))).ok();
    let lines = place.lines("lines");
    let agents: Vec<&Value> =
        of_type(&lines, "sweep").into_iter().filter(|sweep| sweep["stage"] == "agents").collect();
    let zones: BTreeSet<String> = agents.iter().map(|sweep| sweep["zones"].to_string()).collect();
    assert!(agents.len() > 2 && zones.len() == agents.len(), "{zones:?}");
    // Each group has its own sentence of what was not tried, and is named when it is begun.
    for sweep in &agents {
        let names: Vec<&str> =
            sweep["zones"].as_array().unwrap().iter().map(|zone| zone.as_str().unwrap()).collect();
        let ports = sweep["ports"].as_str().unwrap().replace(',', ", ");
        let place_of = match &names[..] {
            [] => "outside the zones: ".to_owned(),
            names => format!("in {}: ", names.join(", ")),
        };
        let sentence = format!("{place_of}TCP ports other than {ports} and those that tell devices");
        assert!(lines[0]["not_tried"].as_array().unwrap().contains(&sentence.clone().into()), "{sentence}");
        if !names.is_empty() {
            let named = format!(" ({}) ", names.join(", "));
            assert!(ran.stderr.contains(&named), "{named}: {}", ran.stderr);
            assert!(place.read("page").contains(&format!("agents ({})", names.join(", "))));
        }
    }
}
