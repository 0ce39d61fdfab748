//! `muster history`: the runs that are kept, and one host through them.

use muster_store::Store;

use crate::support::{Workplace, address, assert_refused, network, office};

/// The numbers of the runs, as listed.
fn numbers(text: &str) -> Vec<u32> {
    let rows = text.lines().filter(|line| line.contains("  20") && !line.trim_start().starts_with('$'));
    rows.map(|row| row.split_whitespace().next().unwrap().parse().unwrap()).collect()
}

#[test]
fn runs_are_listed_from_the_newest() {
    let place = Workplace::new();
    let line = format!("audit -T5 --no-devices -p 2967 {}", address(170, 1));
    for host in ["", " -n", " --seed 3"] {
        place.run(&format!("{line}{host}")).ok();
    }
    let all = place.run("history").ok();
    assert_eq!(numbers(&all.stdout), [3, 2, 1]);
    assert_eq!(numbers(&place.run("history -n 2").ok().stdout), [3, 2]);
    for words in [&format!("{line} --seed 3"), "1 unknown", "0.0 % to 100.0 %", "complete"] {
        assert!(all.stdout.contains(words), "{words}: {}", all.stdout);
    }
    for line in all.stdout.lines().filter(|line| !line.contains("$ ")) {
        assert!(line.chars().count() <= 80, "{line}");
    }
}

#[test]
fn one_host_through_the_runs() {
    let Some(office) = office(171) else { return };
    let place = Workplace::new();
    place.write("office.toml", &office.policy());
    let line = format!("audit -T5 --no-devices {} {}", address(171, 19), address(171, 116));
    place.run(&line).ok();
    place.run(&format!("{line} --policy office.toml")).ok();
    place.run(&format!("audit -T5 --no-devices {}", address(171, 18))).ok();
    let of = |host: &str| place.run(&format!("history {host}")).ok().stdout;
    let agent = of("pc-116");
    assert_eq!(numbers(&agent), [2, 1]);
    assert_eq!(agent, of(&address(171, 116).to_string()));
    assert_eq!(agent.matches("protected (verified)").count(), 2, "{agent}");
    assert!(agent.contains("TCP 8081 is open, and what answers there identifies itself"), "{agent}");
    assert_eq!(numbers(&of(&address(171, 18).to_string())), [3]);
    for nobody in [address(171, 20).to_string(), "PC-117".to_owned()] {
        let ran = place.run(&format!("history {nobody}"));
        assert_refused(&ran, 2, &format!("no run that is kept has a host {nobody}"), "muster history");
    }
}

#[test]
fn a_store_that_is_not_there_and_one_with_nothing_in_it() {
    let place = Workplace::new();
    let host = address(172, 1);
    for line in ["history", "report", "report 1", &format!("why {host}"), &format!("history {host}")] {
        let ran = place.run(line);
        assert_refused(&ran, 2, "there is no store: ", "muster audit");
        assert!(ran.stderr.contains("muster.db"), "{}", ran.stderr);
        assert_refused(&place.run(&format!("{line} --store nowhere")), 2, "nowhere", "--store");
    }
    assert_eq!(place.names(), Vec::<String>::new(), "looking for a store makes one");
    drop(Store::open(&place.path("kept")).unwrap());
    let empty = |line: &str| place.run(&format!("{line} --store kept"));
    assert_eq!(empty("history").ok().stdout, "no runs yet: muster audit TARGETS makes one\n");
    for line in ["report", &format!("why {host}")] {
        assert_refused(&empty(line), 2, "the store holds no run", "muster audit");
    }
    assert_refused(&empty("report 1"), 2, "run 1 is not in the store", "muster history");
    assert_refused(&empty(&format!("history {host}")), 2, "no run that is kept has a host", "muster history");
    place.run(&format!("audit -T5 --no-devices -p 2967 --store kept {}/30", network(172))).ok();
    assert_eq!(numbers(&empty("history").ok().stdout), [1]);
}
