//! What is written where: formats, files, the stream of JSON, what is shown and what is hidden.

use std::fs;

use muster_model::{Endpoint, PortState};
use tempfile::TempDir;

use crate::common::{json_lines, of_type, xml_findings};
use crate::support::{address, network, office, scanned, scanned_in};

#[test]
fn every_format_has_a_file_and_the_terminal_its_own() {
    let Some(_office) = office(30) else { return };
    let folder = TempDir::new().unwrap();
    let line = format!("-Pn -p 2967 -oN normal -oG grepable -oX xml -oJ lines -oA all {}/27", network(30));
    let ran = scanned_in(folder.path(), &line).ok();
    let read = |name: &str| fs::read_to_string(folder.path().join(name)).unwrap();
    assert!(
        ran.stdout.starts_with("Starting muster ") && ran.stdout.contains("2967/tcp open"),
        "{}",
        ran.stdout
    );
    assert!(read("normal").starts_with("# muster ") && read("normal").contains("2967/tcp open"));
    assert_eq!(read("grepable"), read("all.gnmap"));
    assert_eq!(read("normal"), read("all.nmap"));
    assert_eq!(read("xml"), read("all.xml"));
    assert_eq!(xml_findings(&read("xml")).len(), 32);
    assert!(read("grepable").lines().last().unwrap().starts_with("# muster done at "));
    assert!(read("lines").starts_with("{\"type\":\"run\""));
}

#[test]
fn a_format_on_stdout_is_alone_there() {
    let target = address(31, 1);
    let first = |format: &str| {
        scanned(&format!("-Pn -p 2967 {format} - {target}")).ok().stdout.lines().next().unwrap().to_owned()
    };
    assert!(first("-oN").starts_with("# muster "));
    assert!(first("-oG").starts_with("# muster "));
    assert!(first("-oX").starts_with("<?xml"));
    assert!(first("-oJ").starts_with("{\"type\":\"run\""));
}

#[test]
fn the_stream_of_json_tells_everything_once() {
    let Some(office) = office(32) else { return };
    let ran = scanned(&format!("-T4 -Pn -p 2967 -oJ - {}/24", network(32))).ok();
    let lines = json_lines(&ran.stdout);
    let kinds: Vec<&str> = lines.iter().map(|line| line["type"].as_str().unwrap()).collect();
    assert_eq!((kinds[0], kinds[kinds.len() - 1]), ("run", "summary"));
    assert_eq!(
        (&lines[0]["schema"], &lines[0]["stage"], &lines[0]["endpoints"]),
        (&1.into(), &"ports".into(), &256.into())
    );
    assert!(
        lines[0]["arguments"]
            .as_str()
            .unwrap()
            .ends_with(&format!("scan -T4 -Pn -p 2967 -oJ - {}/24", network(32)))
    );
    let end = &lines[lines.len() - 1];
    assert_eq!(
        (&end["complete"], &end["answered"], &end["silent"], &end["not_tried"]),
        (&true.into(), &248.into(), &8.into(), &0.into())
    );
    let rounds = of_type(&lines, "round");
    let sent: u64 = rounds.iter().map(|round| round["sent"].as_u64().unwrap()).sum();
    assert_eq!(end["probes"], sent);
    assert!(rounds.iter().zip(1..).all(|(round, number)| round["number"] == number));

    for (endpoint, state) in office.truth().into_iter().filter(|(at, _)| at.port == 2967) {
        let told: Vec<_> = of_type(&lines, "port")
            .into_iter()
            .filter(|line| line["address"] == endpoint.address.to_string())
            .map(|line| line["state"].as_str().unwrap())
            .collect();
        let expected = if state == PortState::Filtered { vec![] } else { vec![state.name()] };
        assert_eq!(told, expected, "{endpoint}");
    }
    let silent = of_type(&lines, "silent");
    assert_eq!(silent.len(), 8, "{silent:?}");
    assert!(silent.iter().all(|line| line["first"] == line["last"] && line["port"] == 2967));
}

#[test]
fn only_what_is_open_is_shown_if_so_asked() {
    let Some(office) = office(33) else { return };
    let open = |(at, state): &(Endpoint, PortState)| at.port == 2967 && *state == PortState::Open;
    let open = office.truth().iter().filter(|found| open(found)).count();
    let folder = TempDir::new().unwrap();
    let line = format!("-T4 -Pn -p 2967 --open -oA all -oJ lines {}/24", network(33));
    let ran = scanned_in(folder.path(), &line).ok();
    let read = |name: &str| fs::read_to_string(folder.path().join(name)).unwrap();
    assert_eq!(ran.stdout.matches("2967/tcp open ").count(), open);
    assert!(!ran.stdout.contains("closed") && !ran.stdout.contains("filtered"), "{}", ran.stdout);
    assert_eq!(read("all.gnmap").matches("/open/tcp").count(), open);
    assert!(!read("all.gnmap").contains("/closed/"));
    assert_eq!(xml_findings(&read("all.xml")).len(), open);
    let lines = json_lines(&read("lines"));
    assert_eq!((of_type(&lines, "port").len(), of_type(&lines, "silent").len()), (open, 0));
}

#[test]
fn reasons_are_shown_if_so_asked() {
    let Some(_office) = office(34) else { return };
    let targets = [17, 19, 22].map(|host| address(34, host).to_string()).join(" ");
    let with = |words: &str| scanned(&format!("-T4 -Pn -p 2967 {words} {targets}")).ok().stdout;
    for words in ["--reason", "-vv", "-v -v"] {
        let text = with(words);
        for reason in ["syn-ack", "conn-refused", "no-response"] {
            assert!(text.contains(reason), "{words}: {text}");
        }
    }
    assert!(!with("").contains("syn-ack") && !with("-v").contains("syn-ack"));
}

#[test]
fn the_summary_says_how_sure_it_is_and_what_it_did_not_do() {
    let Some(_office) = office(35) else { return };
    let ran = scanned(&format!("-T4 -Pn -p 2967 --seed 9 {}/27", address(35, 0))).ok();
    let stderr = ran.stderr;
    for part in [
        "swept 32 endpoints in ",
        "known responders asked again",
        "missed responders, 99 % sure: at most ",
        "if losses are alike",
        "silent is not absent: 2 endpoints",
        "not looked at: TCP ports other than 2967, UDP",
        "seed 9",
    ] {
        assert!(stderr.contains(part), "{part}: {stderr}");
    }
}

#[test]
fn a_file_that_exists_is_replaced() {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("out"), "x".repeat(100_000)).unwrap();
    scanned_in(folder.path(), &format!("-Pn -p 2967 -oX out {}", address(36, 1))).ok();
    let text = fs::read_to_string(folder.path().join("out")).unwrap();
    assert!(text.starts_with("<?xml") && text.ends_with("</nmaprun>\n"), "{text}");
}

#[test]
fn nothing_is_coloured_that_is_not_for_a_terminal() {
    let Some(_office) = office(37) else { return };
    let ran = scanned(&format!("-Pn -p 2967 -v {}/28", address(37, 16))).ok();
    assert!(!ran.stdout.contains('\x1b') && !ran.stderr.contains('\x1b'), "{ran:?}");
}
