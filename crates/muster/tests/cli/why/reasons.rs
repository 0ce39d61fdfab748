//! Reasons, findings and next steps of one host, by their codes.

use std::collections::BTreeSet;

use muster_demo::{Expected, Role};
use muster_model::{PortState, Verdict};

use super::truth::{Case, days_before};

/// Every sentence is that of the run and true, and no finding is missing.
#[track_caller]
pub(super) fn assert_judgement(case: &Case<'_>) {
    let line = case.line;
    let texts = |key: &str| line[key].as_array().unwrap().iter().map(|item| (&item["code"], &item["text"]));
    let numbered = |key: &str| {
        let text = |(number, (_, text)): (usize, (_, &serde_json::Value))| {
            format!("{number}. {}", text.as_str().unwrap())
        };
        (1..).zip(texts(key)).map(text).collect::<Vec<_>>()
    };
    assert_eq!(case.why.items("why, strongest first"), numbered("reasons"));
    assert_eq!(case.why.items("next, cheapest first"), numbered("next_steps"));
    assert!(!numbered("reasons").is_empty(), "{}: no reason", case.address);
    for (code, text) in texts("reasons") {
        let (code, text) = (code.as_str().unwrap(), text.as_str().unwrap());
        assert!(holds(case, code, text), "{} ({:?}): {code}: {text}", case.address, case.role);
        assert!(states_hold(case, text), "{}: {text}", case.address);
    }
    assert_findings(case);
    let open = matches!(case.expected, Expected::Verdict(Verdict::Unknown | Verdict::Suspect));
    assert!(!open || !numbered("next_steps").is_empty(), "{}: no next step", case.address);
}

#[track_caller]
fn assert_findings(case: &Case<'_>) {
    let findings = case.line["findings"].as_array().unwrap();
    let codes: BTreeSet<&str> = findings.iter().map(|finding| finding["code"].as_str().unwrap()).collect();
    assert_eq!(codes, expected_findings(case), "{} ({:?})", case.address, case.role);
    let said = case.why.items("to be put right");
    assert_eq!(said.len(), 2 * findings.len(), "{said:?}");
    for (finding, said) in findings.iter().zip(said.chunks(2)) {
        let word = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
        let (severity, text) = said[0].split_once(' ').unwrap();
        assert_eq!(severity, word(&finding["severity"]));
        let text_and_code = format!("{} ({})", word(&finding["text"]["text"]), word(&finding["code"]));
        assert_eq!(text.trim_start(), text_and_code);
        assert!(states_hold(case, text), "{}: {text}", case.address);
        assert_eq!(said[1], format!("do  {}", word(&finding["remedy"]["text"])));
    }
}

/// What is wrong with the host, by who sits there and what is expected of it.
fn expected_findings(case: &Case<'_>) -> BTreeSet<&'static str> {
    let mut codes = BTreeSet::new();
    let expects = |product: &str| case.zone.is_some_and(|zone| zone.product == product);
    match case.role {
        Some(Role::ChatServer | Role::ShellServer | Role::TransferServer) => {
            codes.insert("impostor-listener");
        }
        // What refuses everything may be no computer.
        Some(Role::Computer)
            if case.zone.is_some_and(|zone| zone.requires_listener)
                && case.state(REMOTE_DESKTOP) == PortState::Open =>
        {
            codes.insert("missing-agent");
        }
        Some(Role::MovedComputer) => {
            codes.insert("undeployed-listener");
        }
        Some(Role::StaleScanner) => {
            codes.insert("stale-signatures");
        }
        Some(Role::ShieldedApplication) => {
            codes.insert("phantom-subnet");
        }
        Some(Role::SophosRouter) => {
            codes.insert("end-of-life-agent");
        }
        Some(Role::Agent) if expects("symantec-savce-10") => {
            codes.insert("end-of-life-agent");
        }
        _ => {}
    }
    if case.address.octets()[3] == 33 {
        codes.insert("exemption-expired");
    }
    codes
}

/// Key and title of the product that identifies itself.
pub(super) fn genuine(role: Option<Role>) -> Option<(&'static str, &'static str)> {
    match role? {
        Role::TrellixAgent | Role::ReservedTrellixAgent | Role::MovedComputer => {
            Some(("trellix-agent", "Trellix Agent"))
        }
        Role::SophosRouter => Some(("sophos-sec-rms", "Sophos Enterprise Console")),
        Role::FreshScanner | Role::StaleScanner => Some(("clamav", "ClamAV")),
        _ => None,
    }
}

/// Whether the state of every port that a sentence tells is the true one.
fn states_hold(case: &Case<'_>, text: &str) -> bool {
    [("is closed", PortState::Closed), ("is open", PortState::Open)].iter().all(|(words, state)| {
        let ports = text.split("TCP ").skip(1).filter_map(|rest| rest.split_once(' '));
        ports.filter(|(_, rest)| rest.starts_with(words)).all(|(port, _)| case.state(number(port)) == *state)
    })
}

/// Whether a reason is true of what is there. A code that is not known here is to be added: it needs a truth.
fn holds(case: &Case<'_>, code: &str, text: &str) -> bool {
    let names_zone = || case.zone.is_some_and(|zone| text.contains(&format!("zone {}", zone.name)));
    let names_expected = || case.zone.is_some_and(|zone| text.contains(title(&zone.product)));
    let state = || case.state(port(text));
    let is = |roles: &[Role]| case.role.is_some_and(|role| roles.contains(&role));
    let dated = |days| days_before(days).iter().any(|day| text.contains(&day.to_string()));
    match code {
        "alive" => text.ends_with(&format!("that it is {}", state())),
        "closed-listener" => state() == PortState::Closed && names_expected(),
        "closed-proves-nothing" => state() == PortState::Closed,
        "only-sign" => case.ports().all(|(port, _)| case.state(port) != PortState::Open),
        "consistent-listener" => {
            state() == PortState::Open
                && (is(&[Role::UpdateProvider]) && text.contains("HTTP")
                    || is(&[Role::Agent, Role::MovedComputer]) && text.contains("says nothing"))
        }
        "device" => is(&[Role::PrintServer]) && text.contains("a printer") || is(&[Role::Switch]),
        "device-sign" => is(&[Role::PlainPrintServer]) && text.contains("9100 open"),
        "end-of-life" => {
            is(&[Role::Agent]) && text.contains(title("symantec-savce-10")) && text.contains("2012-07-04")
                || is(&[Role::SophosRouter]) && text.contains(title("sophos-sec-rms"))
        }
        "exempt" => {
            case.address.octets()[3] == 26 && text.contains("2099-12-31") && text.contains("workshop")
        }
        "expected" | "unexpected" => names_zone() && names_expected(),
        "fresh-signatures" => is(&[Role::FreshScanner]) && dated(1) && text.contains("14 days"),
        "identified" => {
            state() == PortState::Open && genuine(case.role).is_some_and(|(_, title)| text.contains(title))
        }
        "impostor" => {
            state() == PortState::Open
                && (is(&[Role::ChatServer]) && text.contains(" IRC")
                    || is(&[Role::ShellServer]) && text.contains(" SSH")
                    || is(&[Role::TransferServer]) && text.contains(" FTP"))
        }
        "listener-required" => case.zone.is_some_and(|zone| zone.requires_listener) && names_zone(),
        "no-agent-port" => AGENT_PORTS.iter().all(|port| case.state(*port) != PortState::Open),
        "no-answer" => state() == PortState::Filtered,
        "no-device-sign" => !is(&[Role::PrintServer, Role::PlainPrintServer, Role::Switch]),
        "unlike-listener" => is(&[Role::WebApplication]) && state() == PortState::Open,
        "open-listener" => is(&[Role::Agent]) && state() == PortState::Open,
        "outside-zones" => case.zone.is_none(),
        "phantom" => is(&[Role::ShieldedApplication]),
        "positive-trait" => is(&[Role::UpdateProvider]) && text.contains("HTTP"),
        "stale-signatures" => is(&[Role::StaleScanner]) && dated(60) && text.contains("14 days"),
        _ => panic!("no truth is known for {code}: {text}"),
    }
}

/// What is open on a computer of the office that shows that it is one.
const REMOTE_DESKTOP: u16 = 3389;
/// The agents' ports on which something of the office listens.
const AGENT_PORTS: [u16; 10] = [2967, 2968, 3310, 8081, 8192, 8193, 8194, 12_345, 13_000, 21_112];

/// How a product of the office's policy begins in a sentence.
fn title(product: &str) -> &'static str {
    match product {
        "clamav" => "ClamAV",
        "sophos-sec-rms" => "Sophos Enterprise Console",
        "symantec-savce-10" => "Symantec AntiVirus",
        "symantec-sep" => "Symantec Endpoint Protection",
        "trellix-agent" => "Trellix Agent",
        _ => panic!("{product}"),
    }
}

/// The first port that a sentence names.
fn port(text: &str) -> u16 {
    let (_, rest) = text.split_once("TCP ").unwrap_or_else(|| panic!("no port: {text}"));
    number(rest)
}

fn number(text: &str) -> u16 {
    text.split(|c: char| !c.is_ascii_digit()).next().unwrap().parse().unwrap()
}
