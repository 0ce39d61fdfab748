//! The forms of one run say the same, and what is stored is what was said.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;

use super::{Audited, audited, verdicts};
use crate::support::{Workplace, network};

/// The table of counts, by the stable name of a verdict, as the JSON lines have it.
fn counts(audited: &Audited) -> BTreeMap<String, u64> {
    let totals = audited.lines.last().unwrap();
    assert_eq!(totals["type"], "coverage");
    let places = NAMES.map(|(key, _)| (key.to_owned(), totals[key].as_u64().unwrap()));
    places.into_iter().collect()
}

/// What the JSON lines call it, and what people read.
const NAMES: [(&str, &str); 10] = [
    ("suspect", "suspect"),
    ("unprotected", "unprotected"),
    ("degraded", "degraded"),
    ("unknown", "unknown"),
    ("protected_likely", "protected (likely)"),
    ("protected_verified", "protected (verified)"),
    ("exempt", "exempt"),
    ("out_of_scope", "out-of-scope"),
    ("phantom_addresses", "phantom addresses"),
    ("silent_addresses", "silent addresses"),
];

#[test]
fn all_forms_say_the_same() {
    let Some(audited) = audited(93, "--policy office.toml --html page --csv table") else { return };
    let (hosts, counts) = (verdicts(&audited.lines), counts(&audited));
    assert_eq!(counts.values().sum::<u64>(), 256, "an address is nowhere or twice: {counts:?}");
    for (key, _) in &NAMES[..8] {
        let verdict = key.replace('_', "-");
        assert_eq!(hosts.values().filter(|word| **word == verdict).count() as u64, counts[*key], "{key}");
    }
    assert_eq!(text_counts(&audited.ran.stdout), counts);
    assert_eq!(page_counts(&audited.place.read("page")), counts);
    assert_eq!(table(&audited.place), hosts);
    assert_eq!(page_hosts(&audited.place.read("page")), hosts.keys().copied().collect::<Vec<_>>());
    let map: Vec<char> = letters(&audited.ran.stdout).collect();
    assert_eq!(map.len(), 256);
    for (at, (address, verdict)) in hosts.iter().map(|host| (usize::from(host.0.octets()[3]), host)) {
        assert_eq!(map[at], letter(verdict), "{address}");
    }
    same_coverage(&audited, &counts);
}

/// Coverage is the quotient of the counts, wherever it stands.
#[track_caller]
fn same_coverage(audited: &Audited, counts: &BTreeMap<String, u64>) {
    let sum = |names: &[&str]| names.iter().map(|name| counts[*name]).sum::<u64>();
    let protected = sum(&["protected_likely", "protected_verified"]);
    let open = sum(&["unknown", "suspect"]);
    let in_scope = protected + open + sum(&["degraded", "unprotected"]);
    let totals = audited.lines.last().unwrap();
    assert_eq!(totals["in_scope"], in_scope);
    let share = |part: u64| part as f64 / in_scope as f64;
    for (key, expected) in [("lowest", share(protected)), ("highest", share(protected + open))] {
        assert!((totals[key].as_f64().unwrap() - expected).abs() < 1e-9, "{key}: {totals}");
    }
    let range = format!("{:.1} % to {:.1} %", share(protected) * 100.0, share(protected + open) * 100.0);
    let history = audited.place.run("history").ok().stdout;
    for text in [&audited.ran.stdout, &audited.place.read("page"), &history] {
        // The page keeps numbers and their signs on one line.
        assert!(text.replace('\u{a0}', " ").contains(&range), "{range}: {text}");
    }
}

/// The rows of the text's table, as in `!  suspect   3  something else …`.
fn text_counts(text: &str) -> BTreeMap<String, u64> {
    let count = |name: &str| {
        let row = text.lines().find(|line| line.get(3..).is_some_and(|row| row.starts_with(name)));
        let number = row.unwrap_or_else(|| panic!("no {name}: {text}"))[3 + name.len()..].trim_start();
        number.split(' ').next().unwrap().replace(',', "").parse().unwrap()
    };
    NAMES.iter().map(|(key, name)| ((*key).to_owned(), count(name))).collect()
}

/// The rows of the page's table.
fn page_counts(page: &str) -> BTreeMap<String, u64> {
    let (_, table) = page.split_once("<table class=\"counts\">").unwrap();
    let (table, _) = table.split_once("</table>").unwrap();
    let count = |name: &str| {
        let (_, row) =
            table.split_once(&format!("</svg>{name}</span>")).unwrap_or_else(|| panic!("no {name}"));
        let (_, cell) = row.split_once("<td class=\"num\">").unwrap();
        cell.split('<').next().unwrap().replace(',', "").parse().unwrap()
    };
    NAMES.iter().map(|(key, name)| ((*key).to_owned(), count(name))).collect()
}

/// The hosts of the page, by what the links to them point at.
fn page_hosts(page: &str) -> Vec<Ipv4Addr> {
    let mut hosts: Vec<Ipv4Addr> =
        page.split(" id=\"h-").skip(1).map(|rest| rest.split('"').next().unwrap().parse().unwrap()).collect();
    hosts.sort();
    hosts
}

/// Address and verdict of every row of the table. Neither has a comma, and no cell a line end.
fn table(place: &Workplace) -> BTreeMap<Ipv4Addr, String> {
    let text = place.read("table");
    let mut rows = text.split_terminator("\r\n");
    assert!(rows.next().unwrap().starts_with("address,name,zone,verdict,"));
    let row = |row: &str| {
        let cells: Vec<&str> = row.splitn(5, ',').collect();
        (cells[0].parse().unwrap(), cells[3].to_owned())
    };
    rows.map(row).collect()
}

/// The letters of the text's map.
fn letters(text: &str) -> impl Iterator<Item = char> + '_ {
    let rows = text.lines().filter_map(|line| {
        let (address, letters) = line.trim_start().split_once(' ')?;
        Some(letters).filter(|letters| letters.len() == 64 && address.starts_with("127."))
    });
    rows.flat_map(str::chars)
}

fn letter(verdict: &str) -> char {
    match verdict {
        "suspect" => '!',
        "unprotected" => 'U',
        "degraded" => 'D',
        "unknown" => '?',
        "protected-likely" => 'p',
        "protected-verified" => 'P',
        "exempt" => 'e',
        "out-of-scope" => 'o',
        other => panic!("{other}"),
    }
}

#[test]
fn what_is_stored_is_what_was_said() {
    let Some(audited) = audited(94, "--policy office.toml --html page --csv table") else { return };
    let place = &audited.place;
    assert_eq!(place.run("report").ok().stdout, audited.ran.stdout);
    place.run("report 1 --html again.page --csv again.table --jsonl again.lines").ok();
    assert_eq!(place.read("again.lines"), place.read("lines"));
    assert_eq!(place.read("again.table"), place.read("table"));
    let (page, again) = (without_making(&place.read("page")), without_making(&place.read("again.page")));
    assert!(page == again, "{:?}", page.lines().zip(again.lines()).find(|(one, other)| one != other));
}

/// The page without the moment at which it was written.
fn without_making(page: &str) -> String {
    let (before, rest) = page.split_once("Written ").unwrap();
    let (_, after) = rest.split_once(" by muster ").unwrap();
    format!("{before}{after}")
}

#[test]
fn the_order_of_probes_changes_nothing() {
    let Some(first) = audited(95, "--policy office.toml --seed 7 --csv table") else { return };
    let line = format!("audit -T4 --policy office.toml --seed 8 --csv other {}/24", network(95));
    first.place.run(&line).ok();
    let without_run = |name: &str| {
        let text = first.place.read(name);
        let row = |row: &str| row.rsplitn(3, ',').last().unwrap().to_owned();
        text.split_terminator("\r\n").map(row).collect::<Vec<_>>()
    };
    assert_eq!(without_run("table"), without_run("other"), "an order of probes changes what is found");
}
