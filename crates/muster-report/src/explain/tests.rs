//! Pages as they are printed, and words as they are understood.

use muster_model::Protocol;
use proptest::prelude::*;

use super::*;

#[test]
fn a_port() {
    insta::assert_snapshot!(page("2967"));
}

#[test]
fn a_program() {
    insta::assert_snapshot!(page("rtvscan.exe"));
}

#[test]
fn a_vendor() {
    insta::assert_snapshot!(page("sophos"));
}

#[test]
fn an_incident() {
    insta::assert_snapshot!(page("CVE-2006-2630"));
}

#[test]
fn markdown_has_no_markup_but_the_pages_own() {
    let text = written("2967", PageForm::Markdown);
    assert!(text.starts_with("# Port 2967, TCP and UDP\n\n## Whose number it is\n\n"), "{text}");
    assert!(text.contains("\n## Sources disagree\n\n- **"), "{text}");
    assert!(text.contains("\n- **Linux**: `sudo ss -tlnp 'sport = :2967'`\n"), "{text}");
    assert!(!text.contains("cve_") && !text.replace("**", "").contains(" *"), "{text}");
}

#[test]
fn memory_is_marked_and_a_name_of_several_ports_lists_them() {
    assert!(page("clamd").contains("[recalled: from memory, not settled]"));
    let text = page("admind");
    assert!(text.contains("more        muster explain 3279"), "{text}");
}

#[test]
fn words_stand_for_ports() {
    for (word, expected) in [
        ("2967", Some((2967, None))),
        (" 2967 ", Some((2967, None))),
        ("tcp/2967", Some((2967, Some(Protocol::Tcp)))),
        ("UDP/2967", Some((2967, Some(Protocol::Udp)))),
        ("2967/udp", Some((2967, Some(Protocol::Udp)))),
        ("ssc-agent", Some((2967, None))),
        ("symantec-av", Some((2967, None))),
        ("65535", Some((65_535, None))),
        ("0", None),
        ("65536", None),
        ("+80", None),
        ("tcp/", None),
        ("/80", None),
        ("tcp/udp", None),
        ("2967/2967", None),
        ("ssc-*", None),
        ("", None),
    ] {
        let found = Topic::find(Catalog::builtin(), word).map(|topic| match topic {
            Topic::Port { port, protocol } => (port, protocol),
            other => panic!("{word}: {other:?}"),
        });
        assert_eq!(found, expected, "{word}");
    }
}

#[test]
fn words_stand_for_what_the_catalogue_has() {
    for (word, expected) in [
        ("RTVSCAN.EXE", "rtvscan.exe of symantec-savce-10, symantec-savce-8-9, symantec-sep-client"),
        ("rtvscan", "rtvscan.exe of symantec-savce-10, symantec-savce-8-9, symantec-sep-client"),
        ("Sophos Message Router", "RouterNT.exe of sophos-sec-rms"),
        ("clamd", "clamd of clamav, clamav"),
        ("symantec-sep", "products symantec-sep-client, symantec-sep-gup, symantec-sepm"),
        ("ClamAV", "products clamav"),
        ("sophos", "products sophos-central-endpoint, sophos-central-relay, sophos-sec-rms"),
        ("kaspersky", "products kaspersky-distribution-point, kaspersky-ksc, kaspersky-nagent"),
        ("mcafee", "products trellix-agent"),
        ("falcon", "products crowdstrike"),
        (
            "apex one",
            "products trend-apexone-agent, trend-apexone-mac, trend-apexone-mac-server, trend-osce-server",
        ),
        ("cve-2006-2630", "incidents 2006-05-25"),
        ("sagevo", "incidents 2006-12-15, 2006-12-22"),
        ("big yellow", "incidents 2006-12-15, 2007-01"),
        ("Spybot", "incidents 2006-11-28"),
    ] {
        let topic = Topic::find(Catalog::builtin(), word);
        assert_eq!(topic.as_ref().map(in_short).as_deref(), Some(expected), "{word}");
    }
    for word in ["all", "to", "now", "cve", "cve-2006", "nonsense", "CVE-2006-26", "-"] {
        let topic = Topic::find(Catalog::builtin(), word);
        assert!(!matches!(topic, Some(Topic::Products(_) | Topic::Program { .. })), "{word}: {topic:?}");
    }
}

fn in_short(topic: &Topic<'_>) -> String {
    let list = |words: Vec<&str>| words.join(", ");
    match topic {
        Topic::Port { port, .. } => format!("port {port}"),
        Topic::Service { name, tcp, udp } => format!("{name}: {tcp:?} {udp:?}"),
        Topic::Program { name, owners } => {
            format!("{name} of {}", list(owners.iter().map(|(product, _)| product.id.as_str()).collect()))
        }
        Topic::Products(products) => {
            format!("products {}", list(products.iter().map(|product| product.id.as_str()).collect()))
        }
        Topic::Incidents(incidents) => {
            format!("incidents {}", list(incidents.iter().map(|incident| incident.date.as_str()).collect()))
        }
    }
}

#[test]
fn a_misspelt_word_has_a_neighbour() {
    for (word, expected) in [
        ("rtvscan.ex", Some("rtvscan.exe")),
        ("sohpos", Some("Sophos")),
        ("symantec-sepp", Some("symantec-sep")),
        ("CVE-2006-2631", Some("CVE-2006-2630")),
        ("zzzzzzz", None),
        ("", None),
    ] {
        assert_eq!(Topic::nearest(Catalog::builtin(), word), expected, "{word}");
    }
}

#[test]
fn every_page_fits_its_columns() {
    let catalog = Catalog::builtin();
    let mut words: Vec<String> = catalog.keys().into_iter().map(str::to_owned).collect();
    for product in catalog.products() {
        words.extend(product.processes.iter().map(|process| process.name.clone()));
        words.extend(product.listeners.iter().flat_map(|listener| &listener.ports).map(u16::to_string));
    }
    words
        .extend(catalog.incidents().iter().flat_map(|incident| incident.name.split(", ").map(str::to_owned)));
    words.extend(["1".to_owned(), "22".to_owned(), "65535".to_owned()]);
    for word in words {
        for line in page(&word).lines() {
            let is_one_word = !line.trim_start().contains(' ');
            assert!(line.chars().count() <= 80 || is_one_word, "{word}: {line}");
            assert_eq!(line.trim_end(), line, "{word}");
        }
    }
}

#[test]
fn a_port_that_nobody_uses_says_so() {
    let text = page("tcp/7239");
    assert!(text.contains("IANA's registry has no name for it"), "{text}");
    assert!(text.contains("No product of the catalogue."), "{text}");
    assert!(!text.contains("Sources") && !text.contains("UDP"), "{text}");
}

proptest! {
    #[test]
    fn any_word_is_understood_or_not(word in ".{0,200}") {
        let catalog = Catalog::builtin();
        if let Some(topic) = Topic::find(catalog, &word) {
            for form in [PageForm::Text, PageForm::Markdown] {
                write_explanation(&mut Vec::new(), catalog, &topic, form).unwrap();
            }
        }
        if let Some(near) = Topic::nearest(catalog, &word) {
            prop_assert!(Topic::find(catalog, near).is_some(), "{near}");
        }
    }
}

/// What is suggested can be asked.
#[test]
fn every_word_that_may_be_suggested_is_known() {
    let catalog = Catalog::builtin();
    for word in super::topic::words(catalog) {
        assert!(Topic::find(catalog, word).is_some(), "{word}");
    }
}

fn page(word: &str) -> String {
    written(word, PageForm::Text)
}

fn written(word: &str, form: PageForm) -> String {
    let catalog = Catalog::builtin();
    let topic = Topic::find(catalog, word).unwrap_or_else(|| panic!("{word} is not known"));
    let mut text = Vec::new();
    write_explanation(&mut text, catalog, &topic, form).unwrap();
    String::from_utf8(text).unwrap()
}
