//! Files beside the runs that were made of them, and files of scanners that write what they find when they find it.

use super::*;

/// The addresses that differ, and how.
fn changes(ran: &Ran) -> Vec<(String, String)> {
    let lines = json_lines(&ran.stdout);
    let told = |line: &serde_json::Value| {
        Some((line["address"].as_str()?.to_owned(), line["change"].as_str()?.to_owned()))
    };
    lines.iter().filter_map(told).collect()
}

/// Both ways to compare two files end alike and find the same hosts.
#[track_caller]
fn assert_alike(place: &Workplace, files: &str, runs: &str, expected: &[(&str, &str)]) {
    let [by_files, by_runs] = [files, runs].map(|words| place.run(&format!("diff --json {words}")));
    let expected: Vec<_> =
        expected.iter().map(|(address, change)| ((*address).to_owned(), (*change).to_owned())).collect();
    assert_eq!((by_files.code, changes(&by_files)), (i32::from(!expected.is_empty()), expected));
    assert_eq!((by_runs.code, changes(&by_runs)), (by_files.code, changes(&by_files)), "{}", by_runs.stderr);
}

#[test]
fn runs_that_were_imported_differ_as_their_files_do() {
    let place = place();
    let last = BEFORE
        .find("<host><status state=\"up\" reason=\"reset\" reason_ttl=\"64\"/><address addr=\"10.0.0.3\"");
    place.write("cut.xml", &BEFORE[..last.unwrap()]);
    place.run("import before.xml after.xml cut.xml");
    let differing = [("10.0.0.1", "changed"), ("10.0.0.3", "gone"), ("10.0.0.4", "appeared")];
    assert_alike(&place, "before.xml after.xml", "1 2", &differing);
    assert_alike(&place, "before.xml before.xml", "1 1", &[]);
    assert_alike(&place, "before.xml cut.xml", "1 3", &[]);
}

#[test]
fn a_run_is_as_the_file_that_it_was_made_of() {
    let place = place();
    place.run("import before.xml").ok();
    for words in ["1 before.xml", "before.xml 1"] {
        let ran = place.run(&format!("diff {words}"));
        assert_eq!((ran.code, hosts(&ran), ran.stderr.as_str()), (0, vec![], ""), "{words}: {}", ran.stdout);
    }
    let later = place.run("diff 1 after.xml");
    let lines = hosts(&later);
    let is_told = ["-10.0.0.3:", "+10.0.0.4:", "+443/tcp open"]
        .map(|start| lines.iter().filter(|line| line.starts_with(start)).count());
    assert_eq!((later.code, is_told), (1, [1, 1, 1]), "{}", later.stdout);
    assert!(!later.stdout.contains("Not shown"), "a run counts no ports: {}", later.stdout);
}

const LIST: &str = "#masscan\nopen tcp 80 10.0.0.1 1700000000\nopen tcp 443 10.0.0.1 1700000000\n# end\n";

#[test]
fn a_list_that_breaks_off_loses_no_ports() {
    let place = Workplace::new();
    place.write("whole.list", LIST);
    place.write("cut.list", &LIST[..LIST.find("open tcp 443").unwrap()]);
    for (words, has, lacks) in
        [("whole.list cut.list", "whole.list", "cut.list"), ("cut.list whole.list", "whole.list", "cut.list")]
    {
        let ran = place.run(&format!("diff {words}")).ok();
        assert_eq!(hosts(&ran)[1..], [""; 0], "{}", ran.stdout);
        let note = format!(
            "note: ports of 1 host of {has} not compared: {lacks} does not have them, and it breaks off after line 2\n"
        );
        assert_eq!(ran.stderr, note);
    }
    place.write("fewer.list", &LIST.replace("open tcp 443 10.0.0.1 1700000000\n", ""));
    let fewer = place.run("diff whole.list fewer.list");
    assert_eq!((fewer.code, fewer.stdout.contains("\n-443/tcp open\n")), (1, true), "{}", fewer.stdout);
}

#[test]
fn what_a_list_does_not_have_was_not_open() {
    let place = place();
    place.write(
        "open.list",
        "#masscan\nopen tcp 22 10.0.0.1 1\nopen tcp 80 10.0.0.1 1\nopen tcp 22 10.0.0.3 1\n# end\n",
    );
    let ran = place.run("diff before.xml open.list").ok();
    assert_eq!(
        ran.stderr,
        "note: 1 host of before.xml not compared: open.list does not have them, and it lists open ports only\n"
    );
    place.write("fewer.list", "#masscan\nopen tcp 22 10.0.0.1 1\nopen tcp 22 10.0.0.3 1\n# end\n");
    let fewer = place.run("diff before.xml fewer.list");
    assert_eq!((fewer.code, fewer.stdout.contains("\n-80/tcp open")), (1, true), "{}", fewer.stdout);
}
