//! How to read what the contestants write.

use std::collections::HashMap;
use std::net::IpAddr;

use muster_model::PortState;
use serde_json::Value;

use super::super::score::Report;

/// muster's JSON lines: a line for every endpoint about which there is something to say, one for the end of the run.
pub(super) fn json_lines(text: &str) -> Report {
    let mut report = Report::default();
    for line in text.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok()) {
        if let Some(stated) = line["missed_if_losses_alike"].as_u64() {
            report.stated = Some(stated);
        }
        if let Some((address, state, reason)) = port(&line) {
            report.states.insert(address, state);
            report.reasons.insert(address, reason);
        }
    }
    report
}

fn port(line: &Value) -> Option<(IpAddr, PortState, String)> {
    // Neighbours and hosts that were asked before the ports have lines of the same kind.
    let is_port = line["type"] == "port" && line["protocol"] == "tcp";
    let address = line["address"].as_str().filter(|_| is_port)?.parse().ok()?;
    Some((address, state(line["state"].as_str()?)?, line["reason"].as_str()?.to_owned()))
}

/// Nmap's XML, of hosts with one port each.
pub(super) fn xml(text: &str) -> Report {
    // Without times its element has no attributes; `<hostnames>` and `<hosthint>` begin alike.
    let text = text.replace("<host>", "<host ");
    let found: Vec<_> = text
        .split("<host ")
        .skip(1)
        .filter_map(|host| {
            let address: IpAddr = attribute(host, "addr")?.parse().ok()?;
            let (_, port) = host.split_once("<state ")?;
            Some((address, state(attribute(port, "state")?)?, attribute(port, "reason")?.to_owned()))
        })
        .collect();
    let states = found.iter().map(|(address, state, _)| (*address, *state)).collect();
    let reasons: HashMap<IpAddr, String> =
        found.into_iter().map(|(address, _, reason)| (address, reason)).collect();
    Report { states, reasons, ..Report::default() }
}

fn attribute<'a>(xml: &'a str, name: &str) -> Option<&'a str> {
    let at = xml.find(&format!("{name}=\""))? + name.len() + 2;
    xml[at..].split('"').next()
}

fn state(word: &str) -> Option<PortState> {
    match word {
        "open" => Some(PortState::Open),
        "closed" => Some(PortState::Closed),
        "filtered" => Some(PortState::Filtered),
        _ => None,
    }
}

/// zmap's default: one open address a line.
pub(super) fn addresses(text: &str) -> Report {
    let open = text.lines().filter_map(|line| line.trim().parse().ok());
    Report { states: open.map(|at| (at, PortState::Open)).collect(), only_open: true, ..Report::default() }
}

/// masscan's `-oL`: `open tcp 2967 10.77.1.1 1700000000`.
pub(super) fn masscan(text: &str) -> Report {
    let line = |line: &str| {
        let mut words = line.split(' ');
        let state = state(words.next()?)?;
        Some((words.nth(2)?.parse().ok()?, state))
    };
    Report { states: text.lines().filter_map(line).collect(), only_open: true, ..Report::default() }
}

/// Of a sink nobody hears anything.
pub(super) fn nothing(_: &str) -> Report {
    Report::default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> IpAddr {
        text.parse().expect("address")
    }

    #[test]
    fn lines_of_muster_are_read() {
        let text = "{\"type\":\"run\"}\n\
            {\"type\":\"port\",\"address\":\"10.77.1.2\",\"protocol\":\"icmp\",\"state\":\"open\",\"reason\":\"echo-reply\"}\n\
            {\"type\":\"port\",\"address\":\"10.77.1.1\",\"protocol\":\"tcp\",\"state\":\"open\",\"reason\":\"syn-ack\"}\n\
            {\"type\":\"end\",\"missed_if_losses_alike\":3}\n";
        let report = json_lines(text);
        assert_eq!(report.states.len(), 1);
        assert_eq!((report.states[&at("10.77.1.1")], report.stated), (PortState::Open, Some(3)));
        assert_eq!(report.reasons[&at("10.77.1.1")], "syn-ack");
    }

    #[test]
    fn xml_is_read() {
        let text = "<nmaprun>\n<host starttime=\"1\"><status state=\"up\" reason=\"user-set\"/>\n\
            <address addr=\"10.77.1.1\" addrtype=\"ipv4\"/>\n<hostnames>\n</hostnames>\n<ports><port protocol=\"tcp\" portid=\"2967\">\
            <state state=\"closed\" reason=\"reset\" reason_ttl=\"64\"/></port></ports></host>\n\
            <hosthint></hosthint><host><address addr=\"10.77.1.2\"/></host></nmaprun>";
        let report = xml(text);
        assert_eq!(report.states.len(), 1);
        assert_eq!(report.reasons[&at("10.77.1.1")], "reset");
    }

    #[test]
    fn lists_are_read() {
        assert_eq!(addresses("10.77.1.1\nnoise\n10.77.1.2\n").states.len(), 2);
        let report = masscan("#masscan\nopen tcp 2967 10.77.1.1 1795340504\n# end\n");
        assert_eq!(report.states[&at("10.77.1.1")], PortState::Open);
    }
}
