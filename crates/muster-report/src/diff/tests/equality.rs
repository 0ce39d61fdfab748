//! What is a difference and what is none.

use super::*;

#[track_caller]
fn same(old: Host, new: Host) {
    let two = Two::new(vec![old], vec![new]);
    assert_eq!(two.lines(), [""; 0]);
    assert!(!two.text(Shown::Different).1.is_different());
}

#[track_caller]
fn differ(old: Host, new: Host, lines: &[&str]) {
    let two = Two::new(vec![old], vec![new]);
    assert_eq!(two.lines(), lines);
    assert!(two.text(Shown::Different).1.is_different());
}

#[test]
fn what_says_nothing_of_the_host_is_no_difference() {
    let one = host(1, vec![port(80, OPEN), port(22, CLOSED)]);
    let seen = Port { reason_ttl: 64, reason: Some(muster_model::Reason::SynAck), ..port(80, OPEN) };
    let now = Some(Timestamp::UNIX_EPOCH);
    let another = Host { times: (now, now), reason_ttl: 3, ..host(1, vec![port(22, CLOSED), seen]) };
    same(one, another);
}

#[test]
fn ports_that_are_counted_are_as_good_as_listed() {
    let listed = host(1, vec![port(22, CLOSED), port(23, CLOSED), port(80, OPEN)]);
    let exact = Host { rest: vec![rest(CLOSED, 2, &[(22, 23)])], ..host(1, vec![port(80, OPEN)]) };
    let counted = Host { rest: vec![rest(CLOSED, 2, &[])], ..host(1, vec![port(80, OPEN)]) };
    same(listed.clone(), exact.clone());
    same(listed, counted.clone());
    same(exact, counted);
}

#[test]
fn a_port_that_opens_leaves_those_that_are_counted() {
    let before =
        Host { rest: vec![rest(CLOSED, 998, &[(3, 1000)])], ..host(1, vec![port(1, OPEN), port(2, OPEN)]) };
    let ports = vec![port(1, OPEN), port(2, OPEN), with_service(port(80, OPEN), "http", "", "")];
    let after = Host { rest: vec![rest(CLOSED, 997, &[(3, 79), (81, 1000)])], ..host(1, ports) };
    differ(
        before,
        after,
        &[
            "",
            " 10.0.0.1:",
            "-Not shown: 998 closed ports",
            "+Not shown: 997 closed ports",
            " PORT   STATE  SERVICE VERSION",
            "-80/tcp closed",
            "+80/tcp open   http",
        ],
    );
}

#[test]
fn of_a_port_that_may_be_counted_nothing_new_is_said() {
    let before = Host { rest: vec![rest(FILTERED, 2, &[])], ..host(1, vec![port(80, OPEN)]) };
    let after = Host { rest: vec![rest(CLOSED, 2, &[])], ..host(1, vec![port(22, FILTERED)]) };
    let lines = [
        "",
        " 10.0.0.1:",
        "-Not shown: 2 filtered ports",
        "+Not shown: 2 closed ports",
        " PORT   STATE SERVICE VERSION",
        "-80/tcp open",
    ];
    differ(before, after, &lines);
}

#[test]
fn services_are_compared_by_what_they_are() {
    let before = with_service(port(80, OPEN), "http", "nginx", "1.18");
    let after = with_service(port(80, OPEN), "http", "nginx", "1.24");
    let by = |port: &Port, is_probed| {
        let service = Service { is_probed, banner: Some(excerpt("hello")), ..port.service.clone().unwrap() };
        Port { service: Some(service), ..port.clone() }
    };
    same(host(1, vec![before.clone()]), host(1, vec![by(&before, true)]));
    let rows = ["-80/tcp open  http    nginx 1.18", "+80/tcp open  http    nginx 1.24"];
    differ(
        host(1, vec![before]),
        host(1, vec![after]),
        &["", " 10.0.0.1:", " PORT   STATE SERVICE VERSION", rows[0], rows[1]],
    );
}

#[test]
fn udp_and_tcp_are_apart() {
    let udp = Port { protocol: Protocol::Udp, ..port(53, OPEN) };
    let two = Two::new(vec![host(1, vec![udp.clone()])], vec![host(1, vec![port(53, OPEN), udp])]);
    assert_eq!(two.lines()[3..], ["+53/tcp open"]);
}

#[test]
fn a_host_that_was_given_up_has_no_ports_to_compare() {
    let before = host(1, vec![port(80, OPEN)]);
    let after = Host { timed_out: true, ..host(1, Vec::new()) };
    let lines = ["", " 10.0.0.1:", "-Host is up.", "+Host timed out: nothing is known of its ports."];
    differ(before, after.clone(), &lines);
    same(after.clone(), after);
}

#[test]
fn to_be_down_is_not_to_be_listed() {
    let down = Host { status: Status::Down, ..host(1, Vec::new()) };
    assert_eq!(Two::new(vec![down.clone()], Vec::new()).lines(), [""; 0]);
    assert_eq!(Two::new(Vec::new(), vec![down.clone()]).lines(), [""; 0]);
    differ(down, host(1, Vec::new()), &["", " 10.0.0.1:", "-Host is down.", "+Host is up."]);
}

#[test]
fn entries_of_one_host_are_one_host() {
    let scattered = vec![host(2, Vec::new()), host(1, vec![port(80, OPEN)]), host(1, vec![port(22, OPEN)])];
    let gathered = vec![host(1, vec![port(22, OPEN), port(80, OPEN)]), host(2, Vec::new())];
    assert_eq!(Two::new(scattered, gathered).lines(), [""; 0]);
    let twice = vec![host(1, vec![port(80, CLOSED)]), host(1, vec![port(80, OPEN)])];
    assert_eq!(Two::new(twice, vec![host(1, vec![port(80, OPEN)])]).lines(), [""; 0], "the later one holds");
}

#[test]
fn long_results_are_told_apart_by_what_they_hold() {
    let long = "x".repeat(500);
    let with = |value: &str| {
        let elements = vec![(excerpt("key"), excerpt(value))];
        Host { scripts: vec![Script { elements, ..script("long", &long) }], ..host(1, Vec::new()) }
    };
    same(with("a"), with("a"));
    assert!(Two::new(vec![with("a")], vec![with("b")]).text(Shown::Different).1.is_different());
}
