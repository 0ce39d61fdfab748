//! What options leave out is not found, and said to be left out.

use std::collections::BTreeSet;
use std::net::Ipv4Addr;

use muster_demo::Expected;

use super::{address_of, host_line, ranges, verdicts};
use crate::common::of_type;
use crate::support::{Workplace, address, assert_refused, office};

/// The ports that the sweeps of that stage asked.
fn swept(place: &Workplace, stage: &str) -> Vec<String> {
    let lines = place.lines("lines");
    let sweeps = of_type(&lines, "sweep").into_iter().filter(|sweep| sweep["stage"] == stage);
    sweeps.map(|sweep| sweep["ports"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn without_a_decoy_what_accepts_everything_looks_alive() {
    let Some(_office) = office(110) else { return };
    let place = Workplace::new();
    let line = format!("audit -T5 --jsonl lines -p 2967 --no-devices {}/28", address(110, 64));
    place.run(&line).ok();
    assert_eq!(
        (ranges(&place.lines("lines"), "phantom").len(), verdicts(&place.lines("lines")).len()),
        (16, 0)
    );
    let ran = place.run(&format!("{line} --decoy 0")).ok();
    let lines = place.lines("lines");
    assert_eq!((ranges(&lines, "phantom").len(), verdicts(&lines).len()), (0, 16));
    assert_eq!(swept(&place, "agents"), ["2967"]);
    assert!(ran.stdout.contains("not tried: a decoy port: "), "{}", ran.stdout);
    // Another port is asked instead; that this block does not accept there is the office's doing.
    place.run(&format!("{line} --decoy 23456")).ok();
    assert_eq!(verdicts(&place.lines("lines")).len(), 16);
    assert_eq!(swept(&place, "agents"), ["2967,23456"]);
}

#[test]
fn without_their_ports_devices_are_not_known() {
    let Some(office) = office(111) else { return };
    let place = Workplace::new();
    place.write("muster.toml", &office.policy());
    let line = format!("audit -T5 --jsonl lines {}/28", address(111, 240));
    place.run(&line).ok();
    let devices =
        |word: &str| verdicts(&place.lines("lines")).values().filter(|found| *found == word).count();
    assert_eq!((devices("out-of-scope"), devices("unknown")), (4, 12));
    let ran = place.run(&format!("{line} --no-devices")).ok();
    assert_eq!((devices("out-of-scope"), devices("unknown")), (0, 16));
    assert_eq!(swept(&place, "devices"), Vec::<String>::new());
    assert!(ran.stdout.contains("not tried: ports that tell computers from devices"), "{}", ran.stdout);
}

#[test]
fn what_may_be_a_printer_is_not_called_unprotected() {
    let Some(office) = office(112) else { return };
    let place = Workplace::new();
    place.write("muster.toml", &office.policy());
    // A printer in a zone where every computer must have the agent, and a computer without it.
    let line = format!("audit -T5 --jsonl lines {} {}", address(112, 16), address(112, 19));
    place.run(&line).ok();
    let words = || verdicts(&place.lines("lines")).into_values().collect::<Vec<_>>();
    assert_eq!(words(), ["unknown", "unprotected"]);
    place.run(&format!("{line} --no-devices")).ok();
    assert_eq!(words()[0], "unknown", "nobody asked the ports that show it");
}

#[test]
fn products_and_ports_are_chosen() {
    let Some(_office) = office(113) else { return };
    let place = Workplace::new();
    let line = format!("audit -T5 --no-store --no-devices --decoy 0 --jsonl lines {}", address(113, 116));
    for (options, ports, is_trellix) in [
        ("--product clamav", "3310", false),
        ("--product trellix-agent", "8081", true),
        ("--product trellix-agent --product clamav", "3310,8081", true),
        ("-p 8081", "8081", true),
        ("-p 2967,8080-8082", "2967,8080-8082", true),
    ] {
        place.run(&format!("{line} {options}")).ok();
        assert_eq!(swept(&place, "agents"), [ports], "{options}");
        let expected = if is_trellix { "protected-verified" } else { "unknown" };
        assert_eq!(
            verdicts(&place.lines("lines")).into_values().collect::<Vec<_>>(),
            [expected],
            "{options}"
        );
        let not_tried = place.lines("lines")[0]["not_tried"].to_string().replace(", ", ",");
        assert!(not_tried.contains(&format!("\"TCP ports other than {ports}\"")), "{not_tried}");
    }
    let refused = |options: &str, error: &str, hint: &str| {
        assert_refused(&place.run(&format!("{line} {options}")), 2, error, hint);
    };
    refused("--product trelix-agent", "trelix-agent", "trellix-agent");
    refused("--product crowdstrike", "no TCP port is known", "muster explain crowdstrike");
    refused("--product clamav -p 80", "cannot be used with", "--help");
    refused("-p U:2967", "UDP", "leave the U: ports out");
}

#[test]
fn the_default_ports_have_no_gap() {
    let Some(office) = office(114) else { return };
    let place = Workplace::new();
    place.run(&format!("audit -T5 --jsonl lines {}/29", address(114, 0))).ok();
    let agents: BTreeSet<String> = swept(&place, "agents").into_iter().collect();
    assert_eq!(agents.len(), 1);
    let clamd = host_line(&place.lines("lines"), office.desks()[4].address).clone();
    assert_eq!(
        (address_of(&clamd["address"]).into(), &clamd["verdict"]),
        (address(114, 6), &"protected-verified".into())
    );
}

#[test]
fn names_are_looked_up_unless_told_not_to() {
    let place = Workplace::new();
    let line = format!("audit -T5 --no-store --no-devices -p 2967 {}", address(115, 1));
    let is_said = |line: &str| place.run(line).ok().stdout.contains("not tried: names of addresses (-n)");
    assert!(is_said(&format!("{line} -n")));
    assert!(!is_said(&line));
}

#[test]
fn hosts_that_were_given_up_are_neither_silent_nor_convicted() {
    let Some(office) = office(116) else { return };
    let place = Workplace::new();
    place.write("muster.toml", &office.policy());
    // A printer where every computer must have the agent; a time-out that ends before all ports were asked.
    let line = format!("audit -T3 --jsonl lines --host-timeout 150ms {}", address(116, 16));
    let ran = place.run(&line).ok();
    let lines = place.lines("lines");
    let withheld: u64 =
        of_type(&lines, "sweep").iter().map(|sweep| sweep["withheld"].as_u64().unwrap()).sum();
    assert!(withheld > 0, "nothing was given up: {}", ran.stdout);
    assert!(!verdicts(&lines).values().any(|word| word == "unprotected"), "{}", ran.stdout);
    assert_eq!(ranges(&lines, "silent"), Vec::<Ipv4Addr>::new());
    assert!(ran.stdout.contains(&format!("not tried: {withheld} endpoints without a route or given up")));
    assert!(ran.stdout.contains(" not asked or given up"), "{}", ran.stdout);
    for sweep in of_type(&lines, "sweep") {
        let is_settled = sweep["answered"] == sweep["endpoints"] || sweep["silent"] != 0;
        assert_eq!(sweep["missed_if_losses_alike"].is_null(), !is_settled, "{sweep}");
    }
    // Who says nothing is silent, but not if it was given up before its time.
    let expected = office.expected_under_policy();
    let (silent, _) = expected.iter().find(|(_, expected)| *expected == Expected::Silent).unwrap();
    let line = format!("audit -T3 --no-devices --jsonl lines {silent}");
    place.run(&line).ok();
    assert_eq!(ranges(&place.lines("lines"), "silent"), [*silent]);
    place.run(&format!("{line} --host-timeout 150ms")).ok();
    assert_eq!(ranges(&place.lines("lines"), "silent"), Vec::<Ipv4Addr>::new());
}

#[test]
fn a_decoy_that_is_looked_for_is_refused() {
    let place = Workplace::new();
    let line = format!("audit --no-store -p 2967,9999 {} --decoy", address(117, 1));
    assert_refused(&place.run(&format!("{line} 9999")), 2, "the decoy port is among the ports", "--decoy 0");
    // A port of an agent, and one that tells devices.
    for port in [8081, 9100] {
        let ran = place.run(&format!("{line} {port}"));
        assert_refused(&ran, 2, &port.to_string(), "decoy");
    }
}

#[test]
fn what_accepts_everything_is_asked_for_few_signs() {
    let Some(_office) = office(118) else { return };
    let place = Workplace::new();
    let ran = place.run(&format!("audit -T5 --no-store --jsonl lines -p 2967 {}/28", address(118, 64))).ok();
    let lines = place.lines("lines");
    assert_eq!(ranges(&lines, "phantom").len() + verdicts(&lines).len(), 16);
    assert_eq!(swept(&place, "devices"), ["80,443,8080"]);
    assert!(ran.stdout.contains("not tried: most ports that tell devices at 16 addresses"), "{}", ran.stdout);
}
