//! Nothing that a foreign machine, a policy or a command line says reaches a page, a table or a terminal as it is.

use muster_model::Run;
use muster_report::{TextStyle, write_audit_text, write_csv, write_html, write_jsonl, write_why};
use proptest::prelude::*;

use crate::common;

fn written(run: &Run, write: impl Fn(&mut Vec<u8>, &muster_report::AuditReport<'_>)) -> String {
    let mut bytes = Vec::new();
    write(&mut bytes, &common::report(run));
    String::from_utf8(bytes).unwrap()
}

/// Texts that are nothing but trouble, between others.
fn trouble() -> impl Strategy<Value = String> {
    let bait = prop::sample::select(vec![
        "<script>alert(1)</script>",
        "</script><script>",
        "\"><img src=x onerror=alert(1)>",
        "' onmouseover='alert(1)",
        "<!--",
        "-->",
        "{{ 7*7 }}",
        "=cmd|' /C calc'!A0",
        "+1+1",
        "-1",
        "@SUM(A1)",
        "＝1",
        "\u{1b}[2J\u{1b}]0;title\u{7}",
        "\r\nx,y",
        "\t=1",
        "\u{202e}evil",
        "\u{9b}31m",
        "&amp;",
    ]);
    prop::collection::vec(prop_oneof![3 => bait.prop_map(str::to_owned), 1 => ".{0,12}"], 1..4)
        .prop_map(|parts| parts.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn a_page_keeps_its_tags(text in trouble()) {
        let tags = |page: &str| page.matches('<').count();
        let page = written(&common::hostile(&text), |out, report| write_html(out, report).unwrap());
        // Around words that begin with a hyphen, whoever wrote them.
        let page = page.replace("<kbd>", "").replace("</kbd>", "");
        // As many tags and attributes as with harmless words: nothing was opened and nothing was closed. The policy has
        // a line for each of its own, which adds no tag.
        let harmless = written(&common::hostile("harmless"), |out, report| write_html(out, report).unwrap());
        let harmless = harmless.replace("<kbd>", "").replace("</kbd>", "");
        prop_assert_eq!(tags(&page), tags(&harmless));
        prop_assert_eq!(page.matches("<script").count(), 1);
        let quotes = |page: &str| page.matches('"').count();
        prop_assert_eq!(quotes(&page), quotes(&harmless));
    }

    #[test]
    fn a_table_has_no_formula(text in trouble()) {
        let table = written(&common::hostile(&text), |out, report| write_csv(out, report).unwrap());
        let mut reader = csv::Reader::from_reader(table.as_bytes());
        for record in reader.records() {
            let record = record.unwrap();
            prop_assert_eq!(record.len(), 17);
            for cell in &record {
                prop_assert!(!cell.trim_start().starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠', '\t', '\r']), "{}", cell);
            }
        }
    }

    #[test]
    fn a_terminal_is_not_steered(text in trouble()) {
        let run = common::hostile(&text);
        let style = TextStyle { width: 80, most_hosts: 20, color: false };
        let page = written(&run, |out, report| {
            write_audit_text(out, report, style).unwrap();
            for host in &report.run.hosts {
                write_why(out, report, host).unwrap();
            }
        });
        let steers = |c: char| c != '\n' && (c.is_control() || ('\u{202a}'..='\u{202e}').contains(&c));
        prop_assert!(!page.contains(steers));
    }

    #[test]
    fn a_line_of_json_is_a_line(text in trouble()) {
        let lines = written(&common::hostile(&text), |out, report| write_jsonl(out, report).unwrap());
        for line in lines.lines() {
            prop_assert!(serde_json::from_str::<serde_json::Value>(line).is_ok());
        }
    }
}
