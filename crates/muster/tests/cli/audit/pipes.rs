//! Reports on stdout alone, and readers that go early.

use std::net::Ipv4Addr;

use crate::common::{finish, json_lines};
use crate::support::{Workplace, address, assert_refused, network, nobodys, shell};

#[test]
fn a_report_on_stdout_is_alone_there() {
    let place = Workplace::new();
    let line = format!("audit -T5 --no-store --no-devices -p 2967 {}/29", network(150));
    let lines = place.run(&format!("{line} --jsonl -")).ok();
    let parsed = json_lines(&lines.stdout);
    assert_eq!((&parsed[0]["type"], &parsed.last().unwrap()["type"]), (&"audit".into(), &"coverage".into()));
    let table = place.run(&format!("{line} --csv - --jsonl lines")).ok().stdout;
    assert_eq!((table.split_terminator("\r\n").count(), place.lines("lines").len()), (9, parsed.len()));
    assert!(table.starts_with("address,"), "{table}");
    let page = place.run(&format!("{line} --html -")).ok().stdout;
    let page = page.trim_end().to_lowercase();
    assert!(page.starts_with("<!doctype html>") && page.ends_with("</html>"), "{page}");
    let both = place.run(&format!("{line} --html - --csv -"));
    assert_refused(&both, 2, "written to one place", "a file of its own");
    assert_eq!(both.stdout, "");
}

#[test]
fn a_reader_that_has_seen_enough_gets_a_run_that_is_kept() {
    let place = Workplace::new();
    let targets = format!("audit -T5 --no-devices -p 2967 {}/22", nobodys());
    for (number, options) in (1..).zip(["", "--jsonl -", "--csv -", "--html -"]) {
        for reader in ["head -1", "true"] {
            let script = format!("($MUSTER {targets} {options}; echo $? >&2) | {reader}");
            let ran = finish(place.at_home(shell(&script)));
            assert!(
                ran.stderr.ends_with("\n0\n") && !ran.stderr.contains("error"),
                "{options}: {}",
                ran.stderr
            );
        }
        let history = place.run("history").ok().stdout;
        assert_eq!(history.matches("  complete\n").count(), 2 * number, "{history}");
    }
    let first = place.run(&format!("why {}", Ipv4Addr::from(nobodys().to_bits() + 1))).ok();
    assert!(first.stdout.contains("2967/tcp"), "{}", first.stdout);
}

#[test]
fn what_is_read_from_the_store_goes_into_closed_pipes() {
    let place = Workplace::new();
    place.run(&format!("audit -T5 --no-devices -p 2967 {}/29", address(156, 0))).ok();
    for line in
        ["history", "report", "report --html -", "report --jsonl -", &format!("why {}", address(156, 1))]
    {
        let ran = finish(place.at_home(shell(&format!("($MUSTER {line}; echo $? >&2) | true"))));
        assert_eq!(ran.stderr, "0\n", "{line}");
    }
}
