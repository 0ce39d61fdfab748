//! What muster does not judge by: compared where both sides tell of it.

use muster_nmap::read::{OtherPort, OtherRest, State, Transport};

use super::*;

fn with(host: Host, ports: &[(Transport, u16, State)], systems: &[&str]) -> Host {
    let port = |&(transport, number, state): &(Transport, u16, State)| OtherPort {
        transport,
        number,
        state,
        service: None,
        scripts: Vec::new(),
    };
    let systems = systems.iter().copied().map(excerpt).collect();
    let unjudged = Unjudged { ports: ports.iter().map(port).collect(), rest: Vec::new(), systems };
    Host { unjudged, ..host }
}

/// The same file with results of scripts around its hosts.
fn said(hosts: Vec<Host>, before: &str, behind: &str) -> Vec<Result<Piece, ()>> {
    let mut pieces = pieces(1_800_000_000, hosts, Ending::Complete);
    for piece in &mut pieces {
        match piece {
            Ok(Piece::Head(head)) if !before.is_empty() => head.scripts = vec![script("before", before)],
            Ok(Piece::Tail(tail)) if !behind.is_empty() => tail.scripts = vec![script("behind", behind)],
            _ => {}
        }
    }
    pieces
}

fn compared(old: Vec<Result<Piece, ()>>, new: Vec<Result<Piece, ()>>) -> Two {
    let side = |name, pieces| Side::of_pieces(name, pieces).unwrap();
    Two(Comparison::new(side("old.xml", old), side("new.xml", new)))
}

#[test]
fn other_ports_and_systems_are_compared() {
    use State::{ClosedFiltered, Unfiltered};
    let old =
        with(host(1, vec![port(80, OPEN)]), &[(Transport::Sctp, 9, State::Open)], &["Linux 4", "Linux 5"]);
    let more = [(Transport::Tcp, 80, ClosedFiltered), (Transport::Tcp, 81, Unfiltered)];
    let new = with(host(1, Vec::new()), &more, &["Linux 5", "BSD"]);
    let two = Two::new(vec![old], vec![new]);
    let expected = [
        "",
        " 10.0.0.1:",
        " PORT   STATE           SERVICE VERSION",
        "-80/tcp open",
        "+80/tcp closed|filtered",
        "+81/tcp unfiltered",
        "-9/sctp open",
        " OS details:",
        "-  Linux 4",
        "   Linux 5",
        "+  BSD",
    ];
    assert_eq!(two.lines(), expected);
    let json = two.jsonl(Shown::Different);
    for part in [
        r#""systems":{"old":["Linux 4","Linux 5"],"new":["Linux 5","BSD"]}"#,
        r#""port":9,"protocol":"sctp","old":{"state":"open""#,
        r#""new":{"state":"unfiltered""#,
    ] {
        assert!(json.contains(part), "{json}");
    }
    let xml = two.xml(Shown::Different).split_whitespace().collect::<Vec<_>>().join(" ");
    let systems = r#"<os> <a> <osmatch name="Linux 4"/> </a> <osmatch name="Linux 5"/> <b> <osmatch name="BSD"/> </b> </os>"#;
    assert!(xml.contains(systems) && xml.contains(r#"portid="9" protocol="sctp""#), "{xml}");
}

#[test]
fn ports_of_other_states_that_are_counted_are_compared() {
    let of = |count| {
        let unjudged =
            Unjudged { rest: vec![OtherRest { state: State::Unfiltered, count }], ..Unjudged::default() };
        vec![Host { unjudged, ..host(1, Vec::new()) }]
    };
    let lines = Two::new(of(9), of(8)).lines();
    assert_eq!(lines[2..], ["-Not shown: 9 unfiltered ports", "+Not shown: 8 unfiltered ports"]);
}

#[test]
fn what_a_side_does_not_tell_of_is_no_difference() {
    let full = || {
        let ports = [(Transport::Sctp, 9, State::Open), (Transport::Tcp, 81, State::Unfiltered)];
        let rest = vec![OtherRest { state: State::ClosedFiltered, count: 9 }];
        let mut full = with(host(1, vec![port(80, OPEN)]), &ports, &["Linux 5"]);
        full.unjudged.rest = rest;
        vec![full]
    };
    let plain = || vec![host(1, vec![port(80, OPEN)])];
    let whole = |hosts| (hosts, Ending::Complete);
    for [old, new] in [
        [(Form::Xml, "nmap", whole(full())), (Form::Grepable, "nmap", whole(plain()))],
        [(Form::Normal, "nmap", whole(plain())), (Form::Xml, "nmap", whole(full()))],
    ] {
        assert_eq!(Two::by([old, new]).lines(), [""; 0]);
    }
    let lines = Two::new(full(), plain()).lines();
    assert!(
        lines.contains(&"-OS details:".to_owned()) && lines.contains(&"-9/sctp open".to_owned()),
        "{lines:?}"
    );
}

#[test]
fn what_scripts_say_of_no_host_is_shown_around_the_hosts() {
    let plain = || vec![host(1, Vec::new())];
    let two = compared(said(plain(), "a", "same"), said(plain(), "b", "same"));
    assert_eq!(
        two.text(Shown::Different).0,
        " nmap 7.93 scan initiated 2027-01-15 08:00:00 UTC as: nmap -p 1-1000 10.0.0.0/24\n\n Pre-scan script results:\n-|_ before: a\n+|_ before: b\n"
    );
    assert!(two.text(Shown::Different).1.is_different());
    assert!(two.text(Shown::All).0.ends_with("\n\n Post-scan script results:\n |_ behind: same\n"));
    let json = two.jsonl(Shown::Different);
    assert!(json.contains(r#""before_hosts":[{"id":"before","old":"a","new":"b"}]"#), "{json}");
    assert!(!json.contains("behind_hosts") && json.contains(r#""different":true"#), "{json}");
    let gone = compared(said(plain(), "", "a"), said(plain(), "", ""));
    assert!(gone.text(Shown::Different).0.ends_with("\n\n-Post-scan script results:\n-|_ behind: a\n"));
    let xml = gone.xml(Shown::Different).split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(
        xml.contains(r#"<a> <postscript> <script id="behind" output="a"/> </postscript> </a> </scandiff>"#),
        "{xml}"
    );
}

#[test]
fn scripts_behind_the_end_of_a_file_that_breaks_off_are_not_gone() {
    let plain = || vec![host(1, Vec::new())];
    let cut = pieces(1_800_000_000, plain(), Ending::BrokenOff { line: 9 });
    let two = compared(said(plain(), "", "a"), cut);
    assert!(!two.text(Shown::Different).1.is_different());
}

#[test]
fn results_are_shown_line_by_line() {
    let of = |lines: &[&str]| {
        let lines = lines.iter().copied().map(excerpt).collect();
        vec![Host { scripts: vec![Script { lines, ..script("said", "whatever") }], ..host(1, Vec::new()) }]
    };
    let two = Two::new(of(&["", "  one", "  two"]), of(&["", "  two", "  three"]));
    let expected =
        [" Host script results:", " |  said:", "-|    one", "-|_   two", "+|    two", "+|_   three"];
    assert_eq!(two.lines()[2..], expected);
    assert!(two.jsonl(Shown::Different).contains(r#""old":"\n  one\n  two""#));
    assert!(
        two.xml(Shown::Different).contains("output=\"&#10;  one&#10;  two\""),
        "{}",
        two.xml(Shown::Different)
    );
}
