//! `muster report`: a run that is kept, once more.

use crate::common::json_lines;
use crate::support::{Workplace, address, assert_refused, network};

fn place_with_runs() -> Workplace {
    let place = Workplace::new();
    for host in [1, 2] {
        place.run(&format!("audit -T5 --no-devices -p 2967 {}", address(175, host))).ok();
    }
    place
}

#[test]
fn any_run_in_any_form() {
    let place = place_with_runs();
    let first = place.run("report 1").ok().stdout;
    assert!(first.contains(&format!("\nrun 1: {}, 1 address, ", address(175, 1))), "{first}");
    assert_eq!(place.run("report").ok().stdout, place.run("report 2").ok().stdout);
    let ran = place.run("report 1 --html page --csv table --jsonl lines").ok();
    assert_eq!((ran.stdout.as_str(), ran.stderr.as_str()), ("", ""), "the files are the report");
    assert_eq!(place.lines("lines")[0]["run"], 1);
    assert!(place.read("page").contains(&format!("<h1>{}</h1>", address(175, 1))));
    assert_eq!(place.run("report 1 --csv -").ok().stdout, place.read("table"));
    assert_eq!(json_lines(&place.run("report 1 --jsonl -").ok().stdout), place.lines("lines"));
}

#[test]
fn the_style_sheet_is_not_written_over_the_store() {
    let place = Workplace::new();
    place.run(&format!("audit -T5 --no-devices -p 2967 --store runs.db {}", address(176, 1))).ok();
    let before = std::fs::read(place.path("runs.db")).unwrap();
    for line in ["--stylesheet runs.db", "1 --stylesheet ./runs.db", "--stylesheet runs.db --html page"] {
        let ran = place.run(&format!("report --store runs.db {line}"));
        assert_refused(&ran, 2, "overwrite the store", "another output file");
        assert_eq!(std::fs::read(place.path("runs.db")).unwrap(), before, "{line}");
    }
    let mut named = place.muster("report --stylesheet runs.db");
    named.env("MUSTER_STORE", place.path("runs.db"));
    assert_refused(&crate::common::finish(named), 2, "overwrite the store", "another output file");
}

#[test]
fn what_cannot_be_done_is_said() {
    let place = place_with_runs();
    let refused = |line: &str, error: &str, hint: &str| assert_refused(&place.run(line), 2, error, hint);
    refused("report 3", "run 3 is not in the store", "muster history");
    refused("report first", "first", "--help");
    refused("report --csv nowhere/table", "cannot write nowhere/table", "a folder that exists");
    refused("report --csv both --html ./both", "written to one place", "a file of its own");
    let store = place.path(".local/share/muster/muster.db");
    place.run(&format!("audit -T5 --no-devices -p 2967 --store kept {}/30", network(175))).ok();
    refused("report --store kept --html kept", "overwrite the store", "another output file");
    refused(&format!("report --html {}", store.display()), "overwrite the store", "another output file");
    place.run("report 2").ok();
}
