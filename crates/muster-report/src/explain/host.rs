//! What to run on a host to see who listens.

use std::collections::BTreeSet;

use muster_catalog::{Os, Process};
use muster_model::Protocol;

use crate::schema::catalog::Check;

/// Commands that name the program behind a port.
pub(super) fn of_port(protocol: Protocol, port: u16) -> Vec<Check> {
    let (ss, lsof, endpoints) = match protocol {
        Protocol::Udp => ("-ulnp", format!("-iUDP:{port}"), "UDPEndpoint"),
        _ => ("-tlnp", format!("-iTCP:{port} -sTCP:LISTEN"), "TCPConnection -State Listen"),
    };
    let lsof = format!("sudo lsof -nP {lsof}");
    vec![
        check(LINUX, format!("sudo ss {ss} 'sport = :{port}'")),
        check(LINUX, lsof.clone()),
        check(MACOS, lsof),
        check(WINDOWS, format!("netstat -anob                  (as administrator; find :{port})")),
        check(POWERSHELL, format!("Get-Net{endpoints} -LocalPort {port} |")),
        check(POWERSHELL, "  ForEach-Object { Get-Process -Id $_.OwningProcess }".to_owned()),
    ]
}

/// Commands that show whether programs run, and where they listen.
pub(super) fn of_programs<'a>(programs: impl Iterator<Item = &'a Process>) -> Vec<Check> {
    let programs: Vec<&Process> = programs.collect();
    let mut checks = Vec::new();
    for (system, os) in [(LINUX, Os::Linux), (MACOS, Os::Macos), (WINDOWS, Os::Windows)] {
        let here = programs.iter().filter(|program| program.os == os);
        let names: BTreeSet<&str> = here.clone().map(|program| program.name.as_str()).collect();
        let services: BTreeSet<&str> = here.filter_map(|program| program.service.as_deref()).collect();
        if names.is_empty() {
            continue;
        }
        checks.extend(names.into_iter().map(|name| check(system, runs(os, name))));
        checks.extend(services.into_iter().filter_map(|service| Some(check(system, serves(os, service)?))));
        checks.push(check(system, listens(os).to_owned()));
    }
    checks
}

fn runs(os: Os, name: &str) -> String {
    match os {
        Os::Windows => format!("tasklist /svc /fi \"imagename eq {}\"", name.replace('"', "")),
        Os::Macos => format!("pgrep -fl {}", word(name)),
        _ => format!("pgrep -fa {}", word(name)),
    }
}

/// macOS' launchd has labels of its own, which the catalogue's service names mostly are not.
fn serves(os: Os, service: &str) -> Option<String> {
    match os {
        Os::Windows => Some(format!("sc query \"{}\"", service.replace('"', ""))),
        Os::Linux => Some(format!("systemctl status {}", word(service))),
        _ => None,
    }
}

fn listens(os: Os) -> &'static str {
    match os {
        Os::Windows => "netstat -anob                  (as administrator)",
        Os::Macos => "sudo lsof -nP -i",
        _ => "sudo ss -tulnp",
    }
}

/// As a shell takes it.
fn word(text: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "._-+@".contains(c);
    if text.chars().all(is_plain) { text.to_owned() } else { format!("'{}'", text.replace('\'', r"'\''")) }
}

fn check(system: &'static str, command: String) -> Check {
    Check { system, command }
}

const LINUX: &str = "Linux";
const MACOS: &str = "macOS";
const WINDOWS: &str = "Windows";
const POWERSHELL: &str = "PowerShell";
