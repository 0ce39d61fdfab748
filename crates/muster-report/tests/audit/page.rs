//! The HTML page.

use std::collections::HashSet;

use muster_model::{Run, Verdict};
use muster_report::write_html;

use crate::common;
use crate::sha256::in_base64;

fn page(run: &Run) -> String {
    let mut bytes = Vec::new();
    write_html(&mut bytes, &common::report(run)).unwrap();
    String::from_utf8(bytes).unwrap()
}

/// The values of an attribute.
fn values<'a>(page: &'a str, attribute: &str) -> Vec<&'a str> {
    let start = format!(" {attribute}=\"");
    page.split(&start).skip(1).map(|rest| rest.split_once('"').unwrap().0).collect()
}

fn escaped(text: &str) -> String {
    text.replace('&', "&#38;")
        .replace('<', "&#60;")
        .replace('>', "&#62;")
        .replace('\'', "&#39;")
        .replace('"', "&#34;")
}

#[test]
fn tags_are_balanced() {
    for run in
        [common::office(), common::partial(), common::empty(), common::large(9), common::hostile("</p>&<b>")]
    {
        let page = page(&run);
        assert_balanced(&page);
    }
}

/// Goes through the tags of the page; void elements and those closed in themselves have no end.
fn assert_balanced(page: &str) {
    const VOID: [&str; 3] = ["meta", "input", "br"];
    let without = |page: &str, element: &str| {
        let (before, rest) = page.split_once(&format!("<{element}>")).unwrap();
        before.to_owned() + rest.split_once(&format!("</{element}>")).unwrap().1
    };
    let page = without(&without(page, "style"), "script");
    let mut open: Vec<&str> = Vec::new();
    for tag in page.split('<').skip(1) {
        let (tag, _) = tag.split_once('>').expect("every tag ends");
        let name = tag.trim_start_matches('/').split([' ', '\n', '/']).next().unwrap();
        match tag {
            _ if tag.starts_with('!') || tag.ends_with('/') || VOID.contains(&name) => {}
            _ if tag.starts_with('/') => assert_eq!(open.pop(), Some(name), "in {open:?}"),
            _ => open.push(name),
        }
    }
    assert_eq!(open, [""; 0]);
}

#[test]
fn every_id_is_unique_and_every_link_leads_to_one() {
    for run in [common::office(), common::large(9)] {
        let page = page(&run);
        let ids = values(&page, "id");
        let known: HashSet<_> = ids.iter().collect();
        assert_eq!(ids.len(), known.len());
        for link in values(&page, "href") {
            assert!(known.contains(&link.strip_prefix('#').expect("links stay on the page")), "{link}");
        }
    }
}

#[test]
fn nothing_is_loaded() {
    let page = page(&common::office());
    for word in ["http://", "https://", " src=", "@import", "<link", "url(\"", "url('", "javascript:"] {
        assert!(!page.contains(word), "{word}");
    }
    assert!(!page.contains(" style="), "the page's own rules forbid it");
}

#[test]
fn what_the_page_allows_itself_is_what_it_holds() {
    let page = page(&common::empty());
    for element in ["style", "script"] {
        let (_, rest) = page.split_once(&format!("<{element}>")).unwrap();
        let (text, _) = rest.split_once(&format!("</{element}>")).unwrap();
        let hash = in_base64(text.as_bytes());
        assert!(page.contains(&format!("{element}-src 'sha256-{hash}'")), "{element}: {hash}");
    }
}

#[test]
fn options_of_commands_are_not_torn_apart() {
    let mut run = common::office();
    run.header.arguments = "muster audit --html the-page.html 10.0.0.0/24".to_owned();
    let page = page(&run);
    assert!(
        page.contains("<code>muster audit <kbd>--html</kbd> <kbd>the-page.html</kbd> 10.0.0.0/24</code>")
    );
    assert!(page.contains("ss <kbd>-tlnp</kbd></li>"));
    assert!(page.contains("\nkbd{font:inherit;display:inline-block;"));
}

#[test]
fn every_host_and_every_reason_is_there() {
    let mut different = common::all_different(9);
    different.hosts[7].judgement.verdict = Verdict::Unknown;
    for run in [common::office(), common::partial(), common::large(9), different] {
        let page = page(&run).replace("<kbd>", "").replace("</kbd>", "");
        let texts: HashSet<&str> =
            page.split('>').map(|rest| rest.split('<').next().unwrap().trim()).collect();
        for host in &run.hosts {
            assert!(texts.contains(&*host.asset.address.to_string()));
            let judgement = &host.judgement;
            let findings = judgement.findings.iter().flat_map(|finding| [&finding.text, &finding.remedy]);
            for statement in judgement.reasons.iter().chain(&judgement.next_steps).chain(findings) {
                assert!(texts.contains(&*escaped(&statement.text)), "{}", statement.text);
            }
        }
    }
}

#[test]
fn a_partial_run_says_so_and_states_no_bounds() {
    let page = page(&common::partial());
    assert!(page.contains("<strong>Partial.</strong>"));
    assert!(!page.contains("99 % sure"));
    assert!(!self::page(&common::office()).contains("<strong>Partial.</strong>"));
}

#[test]
fn a_large_run_stays_small() {
    // A sixteenth of 65,536 hosts, beside what does not grow with their number.
    let share = 15_000_000 / 16 + 2_500_000;
    assert!(page(&common::large(16)).len() < share);
    assert!(page(&common::all_different(16)).len() < share);
}
