//! Lessons of answers as they come, and files that can be read again.

use muster_catalog::Catalog;
use muster_model::{Conversation, Instant};

use super::*;
use crate::{Depth, Dialogue, Limits};

/// A host with the product.
const HOST: &str = "10.1.2.3";

fn heard(port: u16, greeting: &[u8], answer: &[u8]) -> Heard {
    heard_of(Catalog::builtin(), HOST, port, greeting, answer).0.unwrap()
}

/// What is heard, and what the service is taken for.
fn heard_of(
    catalog: &Catalog,
    host: &str,
    port: u16,
    greeting: &[u8],
    answer: &[u8],
) -> (Option<Heard>, Option<muster_model::Identity>) {
    let (mut now, limits) = (Instant::START, Limits { depth: Depth::Unlearnt, ..Limits::default() });
    let mut dialogue = Dialogue::new(catalog, Endpoint::tcp(host.parse().unwrap(), port), limits, now);
    dialogue.handle_connected(now);
    dialogue.handle_bytes(now, greeting);
    while let Some(until) = dialogue.poll_timeout() {
        now = until;
        dialogue.handle_timeout(now);
        if dialogue.poll_transmit().is_some() {
            dialogue.handle_bytes(now, answer);
            dialogue.handle_end(now, Conversation::Closed);
        }
    }
    (dialogue.heard(), dialogue.into_service().identity)
}

fn hosts() -> HostWords {
    let mut hosts = HostWords::default();
    hosts.address(HOST.parse().unwrap());
    hosts.name("FINANCE7.corp.invalid");
    hosts
}

fn product(id: &str) -> &'static Product {
    Catalog::builtin().product(&id.parse().unwrap()).unwrap()
}

fn taught(heard: &[Heard]) -> Lesson {
    lesson(Catalog::builtin(), product("trend-officescan"), heard, &hosts()).unwrap()
}

fn texts(lesson: &Lesson) -> Vec<String> {
    let text = |kept: &Kept| format!("{} {}", kept.condition.part.term(), kept.condition.text);
    lesson.kept.iter().filter(|kept| !kept.is_common).map(text).collect()
}

fn page(fields: &str, title: &str) -> Vec<u8> {
    format!("HTTP/1.1 200 OK\r\n{fields}\r\n\r\n<html><title>{title}</title></html>").into_bytes()
}

#[test]
fn what_is_of_the_host_or_the_moment_is_left_out() {
    let one = page(
        "Server: AcmeTray/7.3.1\r\nDate: Mon\r\nETag: \"1\"\r\nSet-Cookie: a=1\r\nX-Node: finance7\r\n\
         X-Acme: agent of finance7\r\nX-Key: abcdef0123456789\r\nX-Run: alpha one",
        "Acme Agent - PC-0417",
    );
    let other = String::from_utf8(one.clone()).unwrap().replace("alpha one", "beta two").into_bytes();
    let lesson = taught(&[heard(40_123, b"", &one), heard(40_123, b"", &other)]);
    assert_eq!(texts(&lesson), ["field server AcmeTray/", "field x-acme agent of", "title Acme Agent"]);
    assert!(lesson.is_distinguishing());
    assert_eq!(lesson.tells.len(), 1, "{:?}", lesson.tells);
    for (part, why) in [
        ("field date", "it is of the moment"),
        ("field etag", "it is drawn for each answer or each host"),
        ("field set-cookie", "it is drawn for each answer or each host"),
        ("field x-node", "nothing is left that other hosts would say too"),
        ("field x-key", "nothing is left that other hosts would say too"),
        ("field x-run", "it differs from one answer to the next"),
        ("status", "every web server says so"),
    ] {
        let left = lesson.left.iter().find(|left| left.part == part);
        assert_eq!(left.map(|left| left.why.as_str()), Some(why), "{part}");
    }
}

#[test]
fn what_many_say_tells_nothing() {
    for (greeting, answer) in [
        (&b""[..], page("Server: nginx/1.22.1", "Welcome to nginx!")),
        (b"", page("Server: Apache", "Index of /")),
        (b"SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n", Vec::new()),
        (b"220 finance7.corp.invalid ESMTP Postfix\r\n", Vec::new()),
        (b"\x00\x01\x02\xff\xfe\x80\x80\x80", Vec::new()),
        (b"1234567890\r\n", Vec::new()),
    ] {
        let heard = heard(40_123, greeting, &answer);
        let lesson = taught(&[heard.clone(), heard]);
        assert!(!lesson.is_distinguishing(), "{lesson:?}");
    }
}

#[test]
fn what_another_product_of_the_catalogue_says_tells_nothing() {
    let answer = page("Server: OfficeScan Client", "x");
    let heard = heard(40_123, b"", &answer);
    let other = lesson(Catalog::builtin(), product("eset-agent"), &[heard.clone(), heard], &hosts()).unwrap();
    assert!(other.shared.as_ref().is_some_and(|who| who.contains("trend-officescan")), "{other:?}");
    assert!(!other.is_distinguishing());
}

#[test]
fn answers_in_two_protocols_teach_nothing() {
    let lesson = taught(&[heard(40_123, b"ACMEGUARD ready\r\n", b""), heard(40_123, b"", &page("", "Acme"))]);
    assert!(!lesson.has_traits() && lesson.left.len() == 1, "{lesson:?}");
}

/// A greeting and a page, found on another host and another port, and nothing else taken for it.
#[test]
fn what_was_learnt_is_found_on_any_port() {
    let product = product("trend-officescan");
    for (greeting, answer) in [
        (&b"ACMEGUARD v3.11 on FINANCE7 \"quoted\"\r\n"[..], Vec::new()),
        (b"", page("Server: Acme\\Tray \"x\"/7.3.1", "Status")),
    ] {
        let heard = heard(40_123, greeting, &answer);
        let lessons = [taught(&[heard.clone(), heard])];
        let origin = Origin { hosts: HOST.to_owned(), day: "2026-11-22".to_owned(), how: "asked".to_owned() };
        let teaching = Teaching { ports: &[], lessons: &lessons, insists: false };
        let text = proposal(product, &teaching, &origin).unwrap();
        let catalog = Catalog::builtin().with(&[("own.toml", &text)]);
        let catalog = catalog.unwrap_or_else(|faults| panic!("{faults:?}\n{text}"));
        assert!(catalog.default_ports().contains(&40_123), "an audit looks there");
        let elsewhere = heard_of(&catalog, "10.9.9.9", 50_001, greeting, &answer).1;
        assert!(
            matches!(&elsewhere, Some(muster_model::Identity::Genuine { product: id, .. }) if *id == product.id),
            "{elsewhere:?}\n{text}"
        );
        let other = heard_of(&catalog, "10.9.9.9", 50_001, b"HELLO there\r\n", b"").1;
        assert_eq!(other, None);
        // Learnt once more, it is known.
        let again = lesson(&catalog, catalog.product(&product.id).unwrap(), &[], &hosts());
        assert_eq!(again, None);
    }
}

#[test]
fn force_proposes_what_others_say_and_says_so() {
    let heard = heard(40_123, b"", &page("Server: nginx/1.22.1", "Login"));
    let lessons = [taught(&[heard.clone(), heard])];
    let origin = Origin { hosts: HOST.to_owned(), day: "2026-11-22".to_owned(), how: "asked".to_owned() };
    let product = product("trend-officescan");
    let proposed = |insists| proposal(product, &Teaching { ports: &[], lessons: &lessons, insists }, &origin);
    let forced = proposed(true).unwrap();
    assert!(forced.contains("NOT DISTINGUISHING") && forced.contains("nginx/"), "{forced}");
    let modest = proposed(false).unwrap();
    assert!(!modest.contains("site-trend-officescan") && modest.contains("ports = [40123]"), "{modest}");
    for text in [forced, modest] {
        Catalog::builtin().with(&[("own.toml", &text)]).unwrap();
    }
}

/// Whatever a host says, the file is one: what it says is in comments and strings alone.
#[test]
fn hostile_words_stay_words() {
    let titles = [
        "\"]]\n[[product]]\nid = 'x'",
        "Acme \\u001b[31m\u{202e} agent",
        "Acme\u{85}\u{2028}agent ''' \"\"\"",
    ];
    for title in titles {
        let answer = page(&format!("Server: Acme{}", title.replace('\n', " ")), title);
        let heard = heard(40_123, b"", &answer);
        let lessons = [taught(&[heard.clone(), heard])];
        let origin =
            Origin { hosts: title.to_owned(), day: "2026-11-22".to_owned(), how: "asked".to_owned() };
        let sites =
            [SitePort { protocol: muster_model::Protocol::Udp, port: 7, process: Some(title.to_owned()) }];
        let teaching = Teaching { ports: &sites, lessons: &lessons, insists: true };
        let text = proposal(product("trend-officescan"), &teaching, &origin).unwrap();
        let catalog = Catalog::builtin().with(&[("own.toml", &text)]);
        let catalog = catalog.unwrap_or_else(|faults| panic!("{faults:?}\n{text}"));
        assert_eq!(catalog.products().len(), Catalog::builtin().products().len());
    }
}
