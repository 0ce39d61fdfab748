//! Scenarios: each file in `scenarios/` is a simulated network; what its sweep tells lies beside it as a snapshot.
//!
//! A new scenario is a new file and its name in the list below.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use muster_testkit::simulation::run_scenario;

macro_rules! scenarios {
    ($($name:ident),* $(,)?) => {
        const LISTED: &[&str] = &[$(stringify!($name)),*];

        $(
            #[test]
            fn $name() {
                check(stringify!($name));
            }
        )*
    };
}

scenarios! {
    a_burst_swallows_a_round,
    a_full_ring_drops_replies,
    a_lost_syn_is_found_in_round_two,
    a_slow_host_among_fast_ones,
    a_slow_line_is_answered_by_slowing,
    a_syn_proxy_answers_for_all,
    blocked_in_the_middle,
    discovery_withholds_siblings,
    discovery_without_resets,
    flawless,
    host_time_out,
    huge_and_silent,
    icmp_errors_are_rate_limited,
    little_room,
    many_ports_of_one_host,
    neighbors,
    nothing_answers,
    one_round_only,
    opens_later,
    random_loss_does_not_slow,
    rejected_is_asked_twice,
    resets_are_rate_limited,
    several_kinds_of_questions,
    two_ports_are_spaced,
    udp,
    v6,
}

fn check(name: &str) {
    let path = folder().join(name).with_extension("toml");
    let text = fs::read_to_string(&path).expect("a scenario file");
    let report = run_scenario(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("scenarios");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(name, report));
}

#[test]
fn every_scenario_is_listed_and_has_a_snapshot() {
    let listed: BTreeSet<String> = LISTED.iter().map(|&name| name.to_owned()).collect();
    assert_eq!(stems("toml"), listed, "files and the list above");
    assert_eq!(stems("snap"), listed, "snapshots and scenarios");
}

fn stems(extension: &str) -> BTreeSet<String> {
    let paths = fs::read_dir(folder()).expect("a folder").map(|entry| entry.expect("an entry").path());
    let with_extension = paths.filter(|path| path.extension().is_some_and(|found| found == extension));
    with_extension.filter_map(|path| Some(path.file_stem()?.to_str()?.to_owned())).collect()
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/scenarios")
}
