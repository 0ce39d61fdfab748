//! Where runs are kept.

use crate::common::finish;
use crate::support::{Workplace, address, assert_refused};

fn line(host: u8) -> String {
    format!("audit -T5 --no-devices -p 2967 {}", address(130, host))
}

/// How many runs the store holds that `options` name.
fn runs(place: &Workplace, options: &str) -> usize {
    place.run(&format!("history {options}")).ok().stdout.matches("  complete\n").count()
}

#[test]
fn a_run_that_is_not_kept_leaves_nothing() {
    let place = Workplace::new();
    let ran = place.run(&format!("{} --no-store", line(1))).ok();
    assert_eq!(place.names(), Vec::<String>::new());
    assert!(ran.stdout.contains("\nnot stored: "), "{}", ran.stdout);
    let conflict = place.run(&format!("{} --no-store --store here", line(1)));
    assert_refused(&conflict, 2, "cannot be used with", "--help");
}

#[test]
#[cfg(target_os = "linux")]
fn the_usual_place_is_this_users_data_folder() {
    let place = Workplace::new();
    place.run(&line(2)).ok();
    assert!(place.path(".local/share/muster/muster.db").is_file());
    place.run(&line(2)).ok();
    assert_eq!(runs(&place, ""), 2);
    let mut elsewhere = place.muster(&line(2));
    elsewhere.env("XDG_DATA_HOME", place.path("data"));
    finish(elsewhere).ok();
    assert!(place.path("data/muster/muster.db").is_file());
    assert_eq!((runs(&place, ""), runs(&place, "--store data/muster/muster.db")), (2, 1));
}

#[test]
fn the_environment_names_a_store_and_options_come_before_it() {
    let place = Workplace::new();
    let with = |line: &str| {
        let mut command = place.muster(line);
        command.env("MUSTER_STORE", place.path("named"));
        finish(command)
    };
    with(&line(3)).ok();
    assert_eq!((place.names(), runs(&place, "--store named")), (vec!["named".to_owned()], 1));
    assert_eq!(with("history").ok().stdout, place.run("history --store named").ok().stdout);
    with(&format!("{} --store other", line(3))).ok();
    assert_eq!((runs(&place, "--store named"), runs(&place, "--store other")), (1, 1));
    with(&format!("{} --no-store", line(3))).ok();
    assert_eq!(place.names(), ["named", "other"]);
    assert_eq!((runs(&place, "--store named"), runs(&place, "--store other")), (1, 1));
}

#[test]
#[cfg(unix)]
fn others_on_this_machine_cannot_read_it() {
    use std::os::unix::fs::PermissionsExt as _;
    let place = Workplace::new();
    place.run(&format!("{} --store kept", line(4))).ok();
    let mode = std::fs::metadata(place.path("kept")).unwrap().permissions().mode();
    assert_eq!(mode & 0o077, 0, "{mode:o}: it names weaknesses");
}
