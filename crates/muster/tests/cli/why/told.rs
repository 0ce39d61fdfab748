//! What listeners told, held against what they tell whoever asks.

use std::collections::BTreeSet;
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use muster_demo::Role;
use muster_model::PortState;
use serde_json::Value;

use super::reasons::genuine;
use super::truth::{Case, days_before, port_of};

/// There was a conversation with every open port but the decoy, and nothing was made up.
#[track_caller]
pub(super) fn assert_conversations(case: &Case<'_>) {
    let services = case.line["services"].as_array().unwrap();
    let sections: Vec<_> = case.why.parts_of("conversation on ").collect();
    assert_eq!(sections.len(), services.len(), "{}", case.address);
    let open = case.ports().map(|(port, _)| port).filter(|port| case.state(*port) == PortState::Open);
    let open: BTreeSet<u16> = open.collect();
    let talked: BTreeSet<u16> = services.iter().map(|service| port_of(&service["port"])).collect();
    assert_eq!(talked, open, "{}", case.address);
    for (service, (title, items)) in services.iter().zip(sections) {
        assert_eq!(title, service["port"].as_str().unwrap());
        assert_told(case, service, items);
        assert_exchanges(case, service, items);
        assert_identity(case, service, items);
    }
}

/// What was sent and what came is what the lines say, and what anybody gets to hear there begins like it.
#[track_caller]
fn assert_exchanges(case: &Case<'_>, service: &Value, items: &[String]) {
    let exchanges = service["exchanges"].as_array().unwrap();
    for (label, side) in [("sent ", "sent"), ("came ", "heard")] {
        let said: Vec<_> = items.iter().filter_map(|item| item.strip_prefix(label)).collect();
        assert_eq!(said.len(), exchanges.len(), "{}: {items:?}", case.address);
        for (said, exchange) in said.iter().zip(exchanges) {
            let words = exchange[side]["text"].as_str().unwrap();
            assert!(
                said.trim() == "nothing" || said.replace(' ', "").ends_with(&words.replace(' ', "")),
                "{said}"
            );
        }
    }
    let heard = exchanges.iter().map(|exchange| text(&exchange["heard"]["text"]));
    let heard: Vec<_> = heard.filter(|heard| !heard.is_empty()).collect();
    assert_eq!(
        heard.is_empty(),
        service["told"].as_array().unwrap().is_empty(),
        "{}: {service}",
        case.address
    );
    for heard in heard {
        let page = page_of(case, port_of(&service["port"]));
        let beginning = heard.split(['\\', '…']).next().unwrap();
        assert!(page.contains(beginning), "{}: {heard}: {page}", case.address);
    }
}

#[track_caller]
fn assert_told(case: &Case<'_>, service: &Value, items: &[String]) {
    let told = service["told"].as_array().unwrap();
    let parts: Vec<String> = told
        .iter()
        .map(|told| format!("{}: {}", text(&told["what"]).replace('-', " "), text(&told["value"])))
        .collect();
    let said = items.iter().filter_map(|item| item.strip_prefix("told"));
    let parts = if parts.is_empty() { vec!["nothing".to_owned()] } else { parts };
    // A word longer than a line is broken.
    let dense = |text: &str| text.replace(' ', "");
    let (said, parts): (Vec<_>, Vec<_>) =
        (said.map(dense).collect(), parts.iter().map(|part| dense(part)).collect());
    assert_eq!(said, parts, "{}", case.address);
    if told.is_empty() {
        return;
    }
    let page = page_of(case, port_of(&service["port"]));
    for told in told {
        let (what, value) = (text(&told["what"]), text(&told["value"]));
        let is_true = match what {
            "signature-date" => days_before(if case.role == Some(Role::FreshScanner) { 1 } else { 60 })
                .iter()
                .any(|day| day.to_string() == value),
            _ => page.contains(value),
        };
        assert!(is_true, "{}: {what} {value}: {page}", case.address);
    }
    let speech = service["speech"].as_str().unwrap();
    assert!(items.iter().any(|item| item.starts_with("speaks") && item.ends_with(speech)), "{items:?}");
}

/// The agents of the office tell who they are, and nobody else is taken for one.
#[track_caller]
fn assert_identity(case: &Case<'_>, service: &Value, items: &[String]) {
    let who = items[0].strip_prefix("who").unwrap().trim_start();
    let kind = service["identity"]["kind"].as_str();
    let words = match kind {
        None => "no known agent listens on this port",
        Some("genuine") => "identified itself as ",
        Some("consistent") => "behaves like ",
        Some("impostor") => "is not ",
        Some("unlearnt") => "nothing learnt speaks for or against ",
        Some(other) => panic!("{other}"),
    };
    assert!(who.starts_with(words), "{who}");
    if kind == Some("genuine") {
        let (product, _) = genuine(case.role).unwrap_or_else(|| panic!("{}: {who}", case.address));
        assert_eq!(service["identity"]["product"], product);
        assert!(who.contains(product), "{who}");
    }
    let is_computer_of_its_own = matches!(case.role, Some(Role::TrellixAgent | Role::MovedComputer));
    if kind == Some("genuine") && is_computer_of_its_own {
        let names = service["told"].as_array().unwrap().iter().filter(|told| told["what"] == "host-name");
        let names: Vec<&str> = names.map(|told| text(&told["value"])).collect();
        assert_eq!(names, [case.name.to_uppercase()]);
    }
}

/// What is to be heard on a port: a greeting, or the answer to the request that fits.
pub(super) fn page_of(case: &Case<'_>, port: u16) -> String {
    let mut stream = TcpStream::connect(SocketAddr::from((case.address, port))).unwrap();
    stream.set_read_timeout(Some(Duration::from_millis(300))).unwrap();
    let request = if port == 3310 { "VERSION\n" } else { "GET / HTTP/1.0\r\n\r\n" };
    // Who speaks first may have hung up already.
    let _ = stream.write_all(request.as_bytes());
    let mut heard = Vec::new();
    // What came before the end of patience is what was said.
    let _ = stream.read_to_end(&mut heard);
    String::from_utf8(heard).unwrap()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}
