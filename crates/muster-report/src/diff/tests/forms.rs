//! The three forms, whole.

use super::*;

/// A network of a week ago and of today, with everything that can differ.
fn office() -> Two {
    let web = |version: &str| with_service(port(80, OPEN), "http", "nginx", version);
    let tls = |mut port: Port| {
        port.service.as_mut().unwrap().is_in_tls = true;
        port
    };
    let agent = |state, word: &str, why: &str| {
        let agent = with_service(port(2967, state), "ssc-agent", "", "");
        Host { scripts: vec![verdict(word, why)], ..host(3, vec![agent]) }
    };
    let said = |port: Port, output: &str| Port { scripts: vec![script("http-title", output)], ..port };
    let old = vec![
        named(
            Host { rest: vec![rest(CLOSED, 998, &[])], ..host(1, vec![web("1.18"), port(443, OPEN)]) },
            "www.example",
        ),
        host(2, vec![port(22, OPEN)]),
        agent(CLOSED, "unprotected", "TCP 2967 is closed"),
        Host { scripts: vec![script("uptime", "1 day")], ..host(5, vec![said(web("1"), "Home")]) },
        host(6, vec![port(22, OPEN)]),
    ];
    let new = vec![
        named(
            Host {
                rest: vec![rest(CLOSED, 997, &[])],
                hardware: Some([2, 0, 0, 0, 0, 10]),
                ..host(
                    1,
                    vec![web("1.24"), tls(with_service(port(443, OPEN), "https", "", "")), port(8080, OPEN)],
                )
            },
            "web.example",
        ),
        agent(OPEN, "protected-likely", "TCP 2967 is open"),
        Host { status: Status::Up, ..host(4, vec![port(22, FILTERED)]) },
        Host { scripts: vec![script("uptime", "8 days")], ..host(5, vec![said(web("1"), "Welcome")]) },
        host(6, vec![port(22, OPEN)]),
    ];
    Two::new(old, new)
}

#[test]
fn text() {
    let (text, tally) = office().text(Shown::Different);
    insta::assert_snapshot!(text);
    assert_eq!((tally.same, tally.changed, tally.appeared, tally.gone), (1, 3, 1, 1));
}

#[test]
fn text_of_all() {
    insta::assert_snapshot!(office().text(Shown::All).0);
}

#[test]
fn jsonl() {
    insta::assert_snapshot!(office().jsonl(Shown::Different));
}

#[test]
fn xml() {
    insta::assert_snapshot!(office().xml(Shown::Different));
}

#[test]
fn nothing_differs() {
    let two = Two::new(vec![host(1, vec![port(80, OPEN)])], vec![host(1, vec![port(80, OPEN)])]);
    assert_eq!(two.lines(), [""; 0]);
    assert!(
        two.text(Shown::All)
            .0
            .contains("\n 10.0.0.1:\n Host is up.\n PORT   STATE SERVICE VERSION\n 80/tcp open\n")
    );
    let json = two.jsonl(Shown::Different);
    assert_eq!(json.lines().count(), 2);
    assert!(json.contains(r#""different":false,"same":1"#), "{json}");
    assert_eq!(two.jsonl(Shown::All).lines().count(), 3);
    assert!(!two.xml(Shown::Different).contains("hostdiff"));
}

#[test]
fn nothing_foreign_leaves_its_place() {
    let hostile = "\"]]>'</a>&lt;\u{1b}[2J\u{202e}\n+10.0.0.9:\n";
    let with = |more: &str| {
        let text = format!("{hostile}{more}");
        let port = with_service(port(80, OPEN), &text, &text, &text);
        Host {
            scripts: vec![script(&text, &text), verdict(&text, &text)],
            ..named(host(1, vec![port]), &text)
        }
    };
    let two = Two::new(vec![with("1")], vec![with("2")]);
    let (text, _) = two.text(Shown::Different);
    assert!(!text.contains(['\u{1b}', '\u{202e}']) && !text.contains("\n+10.0.0.9"), "{text}");
    assert_eq!(two.jsonl(Shown::Different).lines().count(), 3);
    let xml = two.xml(Shown::Different);
    let mut reader = quick_xml::Reader::from_str(&xml);
    let mut depth = 0;
    loop {
        match reader.read_event().unwrap() {
            quick_xml::events::Event::Start(_) => depth += 1,
            quick_xml::events::Event::End(_) => depth -= 1,
            quick_xml::events::Event::Eof => break,
            _ => {}
        }
    }
    assert_eq!(depth, 0, "{xml}");
}
