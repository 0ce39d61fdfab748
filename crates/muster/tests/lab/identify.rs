//! Real programs, each at an address of its own: every one is identified as itself and none as an agent that it is not.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use muster_testkit::lab::Lab;
use muster_testkit::lab::programs::{Programs, SIGNATURE_DATE, Served};
use serde_json::Value;
use tempfile::TempDir;

use crate::common::{attribute, finish, has, json_lines, of_type, skip};
use crate::support::{by_frames, lab, muster, nmap_xml, scan};

/// A lab with all programs that are installed.
pub(crate) struct Servers {
    pub(crate) programs: Programs,
    pub(crate) lab: Lab,
    _folder: TempDir,
}

pub(crate) fn servers() -> Option<Servers> {
    let lab = lab(Programs::plan().unwrap())?;
    let folder = TempDir::new().unwrap();
    // Some of them are other users.
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
    let programs = Programs::start(&lab, folder.path()).unwrap();
    for missing in programs.missing() {
        skip(&format!("{missing} is not installed"));
    }
    Some(Servers { programs, lab, _folder: folder })
}

impl Servers {
    pub(crate) fn over(&self, is_udp: bool) -> Vec<&'static Served> {
        self.programs.served().filter(|served| served.is_udp == is_udp).collect()
    }

    /// `-p` and the targets.
    fn words(&self, is_udp: bool) -> String {
        let ports: Vec<String> = self.over(is_udp).iter().map(|served| served.port.to_string()).collect();
        let on_link = if is_udp { " 10.78.0.2" } else { "" };
        format!("-n -Pn -p {} {}{on_link}", ports.join(","), Programs::TARGETS)
    }
}

pub(crate) type Services = BTreeMap<(String, u64), Value>;

pub(crate) fn services(stdout: &str) -> Services {
    let lines = json_lines(stdout);
    let key = |line: &Value| (line["address"].as_str().unwrap().to_owned(), line["port"].as_u64().unwrap());
    of_type(&lines, "service").into_iter().map(|line| (key(line), line.clone())).collect()
}

fn of<'a>(services: &'a Services, served: &Served) -> &'a Value {
    &services[&(served.address.to_string(), u64::from(served.port))]
}

#[track_caller]
fn assert_itself(service: &Value, served: &Served) {
    let told = service.to_string();
    assert!(served.is_called(service["name"].as_str().unwrap()), "{told}");
    if let Some(product) = served.product {
        let words = [&service["product"], &service["version"]].map(|word| word.as_str().unwrap_or_default());
        assert!(words.iter().any(|word| word.contains(product)), "{product}: {told}");
    }
    if served.agent.is_none() {
        assert_no_agent(service, served);
    }
}

/// An agent is shown by its product's name: there is none, or the server's own.
#[track_caller]
fn assert_no_agent(service: &Value, served: &Served) {
    let product = service["product"].as_str();
    let is_own = |name: &str| served.product.is_some_and(|own| name.contains(own));
    assert!(product.is_none_or(is_own), "{service}");
}

#[test]
#[ignore = "needs root and the lab"]
fn every_program_is_identified_as_itself() {
    let Some(servers) = servers() else { return };
    let line = format!("-sV -oJ - {}", servers.words(false));
    for command in [scan(&servers.lab, &line), by_frames(&servers.lab, &line)] {
        let found = services(&finish(command).ok().stdout);
        for served in servers.over(false) {
            assert_itself(of(&found, served), served);
        }
    }
    nmap_agrees(&servers);
}

/// What the truth says is no whim of ours: Nmap calls all of them the same.
fn nmap_agrees(servers: &Servers) {
    if !has("nmap") {
        return;
    }
    let xml = nmap_xml(&servers.lab, &format!("-sT -sV {}", servers.words(false)));
    let mut names = BTreeMap::new();
    for host in xml.split("<host ").skip(1) {
        for port in host.split("<port ").skip(1).filter(|port| port.contains("<service ")) {
            let (_, service) = port.split_once("<service").unwrap();
            names.insert((attribute(host, "addr"), attribute(port, "portid")), attribute(service, "name"));
        }
    }
    for served in servers.over(false) {
        let name = names.get(&(served.address.to_string(), served.port.to_string()));
        assert!(name.is_some_and(|name| served.is_called(name)), "{served:?}: {name:?}");
    }
}

#[test]
#[ignore = "needs root and the lab"]
fn an_audit_takes_none_for_an_agent_but_clamd() {
    let Some(servers) = servers() else { return };
    let line = servers.words(false).replace("-Pn ", "");
    let ran = finish(muster(&servers.lab, &format!("audit --no-store --jsonl - -T4 {line}")));
    assert!(matches!(ran.code, 0 | 1), "{}", ran.stderr);
    let lines = json_lines(&ran.stdout);
    for host in of_type(&lines, "host") {
        let address = host["address"].as_str().unwrap();
        let agent =
            servers.programs.served().find(|it| it.address.to_string() == address && it.agent.is_some());
        let is_proved = host["verdict"] == "protected-verified";
        assert_eq!(is_proved, agent.is_some(), "{}", host["reasons"]);
        assert_eq!(host["reasons"].to_string().contains("identifies itself"), agent.is_some(), "{host}");
        assert_ne!(host["verdict"], "out-of-scope", "a server is no device: {host}");
        match (agent, address) {
            (Some(_), _) => assert!(host.to_string().contains(SIGNATURE_DATE), "{host}"),
            // Secure shell where Trellix' agent listens.
            (None, "10.77.3.2") => assert_eq!(host["verdict"], "suspect", "{}", host["reasons"]),
            _ => {}
        }
    }
}

/// SNMP answers nobody who does not know its community, and is not asked.
#[test]
#[ignore = "needs root and the lab"]
fn programs_behind_udp_are_found_open() {
    let Some(servers) = servers() else { return };
    let line = format!("-sU -oJ - {}", servers.words(true));
    let ran = finish(by_frames(&servers.lab, &line)).ok();
    let lines = json_lines(&ran.stdout);
    let is_open = |address: &str, port: u16| {
        let mut ports = of_type(&lines, "port").into_iter().filter(|line| line["state"] == "open");
        ports.any(|line| line["address"] == address && line["port"] == port)
    };
    for served in servers.over(true).iter().filter(|served| served.program != "snmpd") {
        assert!(is_open(&served.address.to_string(), served.port), "{served:?}: {}", ran.stdout);
    }
}
