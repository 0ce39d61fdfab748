//! What the terminal shows.

use muster_model::{Exchange, Protocol, Run, Said, Verdict};
use muster_report::{TextStyle, write_audit_text, write_history, write_why};

use crate::common;

const PLAIN: TextStyle = TextStyle { width: 80, most_hosts: 20, color: false };

fn text(run: &Run, style: TextStyle) -> String {
    let mut bytes = Vec::new();
    write_audit_text(&mut bytes, &common::report(run), style).unwrap();
    let text = String::from_utf8(bytes).unwrap();
    if !style.color {
        for line in text.lines() {
            assert!(line.chars().count() <= style.width, "{line}");
        }
    }
    text
}

#[test]
fn an_office() {
    insta::assert_snapshot!(text(&common::office(), PLAIN));
}

#[test]
fn a_partial_run_says_so_first_and_states_no_bounds() {
    let text = text(&common::partial(), PLAIN);
    assert!(text.starts_with("PARTIAL: interrupted by the user"));
    assert!(!text.contains("99 % sure"));
    insta::assert_snapshot!(text);
}

#[test]
fn nothing_found() {
    insta::assert_snapshot!(text(&common::empty(), PLAIN));
}

#[test]
fn without_a_policy() {
    insta::assert_snapshot!(text(&common::without_policy(), PLAIN));
}

#[test]
fn a_large_network_is_short() {
    let text = text(&common::large(20), TextStyle { most_hosts: 6, ..PLAIN });
    assert!(text.lines().count() < 80);
    insta::assert_snapshot!(text);
}

#[test]
fn nothing_shown_is_nothing_forgotten() {
    let tasks = |most_hosts| {
        let text = text(&common::office(), TextStyle { most_hosts, ..PLAIN });
        let (_, text) = text.split_once("to attend to, worst first\n").unwrap();
        let (tasks, _) = text.split_once("\nwhat is not known").unwrap();
        let tasks = tasks.split("\nnot enough is known").next().unwrap();
        let shown = tasks.lines().filter(|line| line.starts_with("  why ")).count();
        let rest = tasks.lines().find_map(|line| line.strip_suffix(": muster report 12 --csv FILE has all"));
        let left = rest.map_or(0, |rest| {
            let groups = rest.split_once(" in ").unwrap().1;
            groups.split(' ').next().unwrap().parse::<usize>().unwrap()
        });
        (shown, left)
    };
    let (all, left) = tasks(1_000);
    assert_eq!((tasks(0), left), ((0, all), 0));
    for most_hosts in [1, 5, 9, 17] {
        let (shown, left) = tasks(most_hosts);
        assert!(shown > 0 && shown + left == all, "{most_hosts}: {shown} and {left} of {all}");
    }
}

#[test]
fn colours_change_no_letter() {
    let colored = text(&common::office(), TextStyle { color: true, ..PLAIN });
    assert!(colored.contains('\u{1b}'));
    let mut parts = colored.split('\u{1b}');
    let first = parts.next().unwrap().to_owned();
    let plain = parts.fold(first, |text, part| text + part.split_once('m').unwrap().1);
    let trimmed = |text: &str| text.lines().map(|line| line.trim_end().to_owned()).collect::<Vec<_>>();
    assert_eq!(trimmed(&plain), trimmed(&text(&common::office(), PLAIN)));
}

#[test]
fn narrow_terminals_are_served() {
    text(&common::office(), TextStyle { width: 50, ..PLAIN });
}

#[test]
fn why_a_host_is_what_it_is() {
    let run = common::office();
    let mut bytes = Vec::new();
    for verdict in [Verdict::Suspect, Verdict::Degraded, common::VERIFIED, Verdict::OutOfScope] {
        let host = common::with(&run, verdict).next().unwrap();
        write_why(&mut bytes, &common::report(&run), host).unwrap();
        bytes.extend_from_slice(b"\n=====\n\n");
    }
    insta::assert_snapshot!(String::from_utf8(bytes).unwrap());
}

#[test]
fn a_history() {
    let mut bytes = Vec::new();
    write_history(&mut bytes, &common::history()).unwrap();
    let text = String::from_utf8(bytes).unwrap();
    assert!(text.lines().all(|line| line.chars().count() <= 80));
    insta::assert_snapshot!(text);
}

#[test]
fn no_history() {
    let mut bytes = Vec::new();
    write_history(&mut bytes, &[]).unwrap();
    assert_eq!(bytes, b"no runs yet: muster audit TARGETS makes one\n");
}

/// Text of `muster why` about a host of which this was changed; no line of it is too long, or more than text.
fn why_with(change: impl FnOnce(&mut muster_model::Asset)) -> String {
    let run = common::office();
    let mut host = common::with(&run, Verdict::Degraded).next().unwrap().clone();
    change(&mut host.asset);
    let mut bytes = Vec::new();
    write_why(&mut bytes, &common::report(&run), &host).unwrap();
    let text = String::from_utf8(bytes).unwrap();
    for line in text.lines() {
        assert!(line.chars().count() <= 80 && !line.chars().any(char::is_control), "{line:?}");
    }
    text
}

#[test]
fn what_was_said_is_spelt_out() {
    let noise: Vec<u8> = (0..=u8::MAX).cycle().take(2_310).collect();
    let hostile = b"\x1b[31m=cmd|'/C calc'!A0 <script>a  b</script>";
    let text = why_with(|asset| {
        asset.services[0].exchanges = vec![
            Exchange { is_in_tls: true, sent: Said::of(b"GET /\r\n", 7), heard: Said::of(&noise, 0) },
            Exchange { is_in_tls: false, sent: Said::default(), heard: Said::of(hostile, 0) },
        ];
    });
    for part in [
        "  sent       7 bytes within TLS: GET /\\r\\n\n",
        "  came       512 of 2,310 bytes within TLS:",
        "…\n",
        "  sent       nothing\n",
        &format!("  came       {} bytes: \\x1b[31m=cmd|'/C calc'!A0", hostile.len()),
        "a\\x20\\x20b",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
}

#[test]
fn agents_udp_ports_say_what_can_be_learnt() {
    for (port, is_agents) in [(8082, true), (15_000, true), (52_311, true), (2967, true), (53, false)] {
        let text = why_with(|asset| {
            asset.ports[0].endpoint.protocol = Protocol::Udp;
            asset.ports[0].endpoint.port = port;
        });
        let words = format!("Nothing is said to an agent on UDP {port}:");
        assert_eq!(text.contains(&words), is_agents, "{port}: {text}");
    }
}
