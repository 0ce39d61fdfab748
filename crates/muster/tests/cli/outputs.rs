//! What is written where: formats, files, the stream of JSON, what is shown and what is hidden.

use std::fs;

use muster_model::{Endpoint, PortState};
use tempfile::TempDir;

use crate::common::{assert_valid_xml, json_lines, of_type, xml_findings};
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
fn hosts_are_listed_as_they_were_typed() {
    let typed = [9, 3, 200, 4, 9].map(|host| address(38, host).to_string());
    let ran = scanned(&format!("-Pn -p 2967 --exclude {} -oG - {}", typed[2], typed.join(" "))).ok();
    let listed: Vec<&str> = ran
        .stdout
        .lines()
        .filter(|line| line.contains("Status: Up"))
        .filter_map(|line| line.split(' ').nth(1))
        .collect();
    assert_eq!(listed, [&typed[0], &typed[1], &typed[3]]);
}

#[test]
fn file_names_tell_when() {
    let folder = TempDir::new().unwrap();
    let target = address(39, 1);
    scanned_in(folder.path(), &format!("-Pn -p 2967 -oA of-%Y-%% -oJ lines-%q {target}")).ok();
    let mut names: Vec<String> = fs::read_dir(folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    let year = names.last().unwrap().split('-').nth(1).unwrap().to_owned();
    assert!(year.len() == 4 && year.parse::<u16>().is_ok(), "{names:?}");
    let expected = ["gnmap", "nmap", "xml"].map(|ending| format!("of-{year}-%.{ending}"));
    assert_eq!(names, [&["lines-q".to_owned()][..], &expected].concat());
    let twice = scanned_in(folder.path(), &format!("-Pn -p 2967 -oN %Y -oG %Y {target}"));
    assert_eq!(twice.code, 2, "two names become one: {}", twice.stderr);
}

#[test]
fn a_file_can_be_added_to() {
    let folder = TempDir::new().unwrap();
    let line = format!("-Pn -p 2967 --append-output -oA all -oJ lines {}", address(40, 1));
    scanned_in(folder.path(), &line).ok();
    let read = |name: &str| fs::read_to_string(folder.path().join(name)).unwrap();
    let files = ["all.nmap", "all.gnmap", "all.xml", "lines"];
    let first = files.map(read);
    scanned_in(folder.path(), &line).ok();
    for (file, first) in files.iter().zip(&first) {
        let both = read(file);
        assert!(both.starts_with(first.as_str()), "{file}");
        assert_eq!(both.lines().count(), 2 * first.lines().count(), "{file}: {both}");
    }
}

#[test]
fn the_work_is_told_to_those_who_want_to_know() {
    let Some(_office) = office(41) else { return };
    let folder = TempDir::new().unwrap();
    let line = format!("-sT -Pn -p 2967 --stats-every 200ms --max-rate 100 -oX xml {}/26", network(41));
    let ran = scanned_in(folder.path(), &format!("-v {line}")).ok();
    let open = ran.stdout.matches("\n2967/tcp open ").count();
    assert!(ran.stdout.contains("\nScanning 64 hosts [1 port/host]\n"), "{}", ran.stdout);
    assert!(open > 3 && ran.stdout.matches("Discovered open port 2967/tcp on ").count() == open);
    assert!(ran.stdout.contains("s elapsed (64 total ports)\n"), "{}", ran.stdout);
    assert!(ran.stderr.contains(" elapsed; 0 hosts completed (64 up), 64 undergoing Connect Scan\n"));
    let path = folder.path().join("xml");
    let xml = fs::read_to_string(&path).unwrap();
    for element in ["<taskbegin task=\"Connect Scan\"", "<taskprogress task=", "<taskend task="] {
        assert!(xml.contains(element), "{element}: {xml}");
    }
    assert_valid_xml(&path);
    let ran = scanned_in(folder.path(), &line).ok();
    let xml = fs::read_to_string(&path).unwrap();
    assert!(
        !xml.contains("<taskbegin") && xml.contains("<taskprogress"),
        "who asked for it is told how far it is"
    );
    assert!(!ran.stdout.contains("Discovered"), "{}", ran.stdout);
}

#[test]
fn nothing_is_coloured_that_is_not_for_a_terminal() {
    let Some(_office) = office(37) else { return };
    let ran = scanned(&format!("-Pn -p 2967 -v {}/28", address(37, 16))).ok();
    assert!(!ran.stdout.contains('\x1b') && !ran.stderr.contains('\x1b'), "{ran:?}");
}

/// As Nmap 7.93 writes it.
#[test]
fn the_xml_names_the_style_sheet_that_was_asked_for() {
    let folder = TempDir::new().unwrap();
    for (words, sheet) in [
        ("--stylesheet some.xsl", Some("some.xsl")),
        ("--stylesheet a&b\"c.xsl", Some("a&amp;b&quot;c.xsl")),
        ("--webxml", Some("https://svn.nmap.org/nmap/docs/nmap.xsl")),
        ("--no-stylesheet", None),
        ("", None),
    ] {
        let line = format!("-n -Pn -p 1 {words} -oX out {}", address(246, 1));
        scanned_in(folder.path(), &line).ok();
        let xml = fs::read_to_string(folder.path().join("out")).unwrap();
        let found = xml.lines().find(|line| line.starts_with("<?xml-stylesheet"));
        let expected = sheet.map(|sheet| format!("<?xml-stylesheet href=\"{sheet}\" type=\"text/xsl\"?>"));
        assert_eq!(found, expected.as_deref(), "{words}");
        assert_valid_xml(&folder.path().join("out"));
    }
}
