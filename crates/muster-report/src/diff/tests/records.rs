//! Scanners that write what they find when they find it: a record a port, and nothing where nobody answers.

use super::*;

const LIST: (Form, &str) = (Form::MasscanList, "masscan");
const NMAP: (Form, &str) = (Form::Xml, "nmap");
const MUSTER: (Form, &str) = (Form::Xml, "muster");

const CUT: Ending = Ending::BrokenOff { line: 2 };

/// Two files that ended like this.
fn two(
    old: ((Form, &'static str), Vec<Host>, Ending),
    new: ((Form, &'static str), Vec<Host>, Ending),
) -> Two {
    Two::by([old, new].map(|((form, scanner), hosts, ending)| (form, scanner, (hosts, ending))))
}

fn whole(by: (Form, &'static str), hosts: Vec<Host>) -> ((Form, &'static str), Vec<Host>, Ending) {
    (by, hosts, Ending::Complete)
}

#[track_caller]
fn same(two: &Two) {
    assert_eq!(two.lines(), [""; 0]);
    assert!(!two.text(Shown::Different).1.is_different());
    assert!(!two.xml(Shown::Different).contains("hostdiff"));
    assert_eq!(two.jsonl(Shown::Different).lines().count(), 2);
}

/// A record of each port.
fn records(last: u8, ports: impl IntoIterator<Item = Port>) -> Vec<Host> {
    ports.into_iter().map(|port| host(last, vec![port])).collect()
}

#[test]
fn a_host_of_many_records_is_joined_once() {
    let ports = |numbers: Vec<u16>| records(1, numbers.into_iter().map(|number| port(number, OPEN)));
    let (up, down) = (ports((1..=65_535).collect()), ports((1..=65_535).rev().collect()));
    let two = two(whole(LIST, up), whole(LIST, down));
    same(&two);
    let lists = two.0.held_port_lists();
    assert!(lists <= 65_536, "{lists} lists of ports are held");
}

#[test]
fn of_many_records_of_a_port_the_last_holds_but_for_what_it_does_not_say() {
    let banner = with_service(port(80, OPEN), "http", "nginx", "1.18");
    let gathered = vec![host(1, vec![banner.clone()])];
    for ports in [vec![banner.clone(), port(80, OPEN)], vec![port(80, OPEN), banner.clone()]] {
        same(&two(whole(LIST, records(1, ports)), whole(LIST, gathered.clone())));
    }
    let newer = with_service(port(80, OPEN), "http", "nginx", "1.24");
    let replaced = two(whole(LIST, records(1, [banner.clone(), newer])), whole(LIST, gathered));
    assert_eq!(
        replaced.lines()[3..],
        ["-80/tcp open  http    nginx 1.24", "+80/tcp open  http    nginx 1.18"]
    );
    let closed = vec![host(1, vec![port(80, CLOSED)])];
    same(&two(whole(LIST, records(1, [banner, port(80, CLOSED)])), whole(LIST, closed)));
}

#[test]
fn of_a_port_that_half_a_host_lacks_nothing_follows() {
    let both = || vec![host(1, vec![port(80, OPEN), port(443, OPEN)])];
    let half = || vec![host(1, vec![port(80, OPEN)])];
    for by in [LIST, MUSTER] {
        for (old, new) in
            [((both(), Ending::Complete), (half(), CUT)), ((half(), CUT), (both(), Ending::Complete))]
        {
            let is_old_cut = old.1 == CUT;
            let two = two((by, old.0, old.1), (by, new.0, new.1));
            same(&two);
            let (has, lacks) = if is_old_cut { ("new.xml", "old.xml") } else { ("old.xml", "new.xml") };
            let note = format!(
                "ports of 1 host of {has} not compared: {lacks} does not have them, and it breaks off after line 2"
            );
            assert_eq!(two.0.notes_of(Shown::Different), [note]);
        }
    }
    let nmap = two((NMAP, both(), Ending::Complete), (NMAP, half(), CUT));
    assert_eq!(nmap.lines()[3..], ["-443/tcp open"], "nmap writes a host when it is done with it");
}

#[test]
fn what_half_a_host_has_is_compared() {
    let open = vec![host(1, vec![port(80, OPEN), port(443, OPEN)])];
    let closed = vec![host(1, vec![port(80, CLOSED)])];
    let two = two((MUSTER, open, Ending::Complete), (MUSTER, closed, CUT));
    assert_eq!(two.lines()[3..], ["-80/tcp open", "+80/tcp closed"]);
}

#[test]
fn nothing_else_follows_from_half_a_host() {
    let service = with_service(port(80, OPEN), "http", "nginx", "1.18");
    let said = Port { scripts: vec![script("http-title", "Home")], ..service };
    let full = Host {
        rest: vec![rest(CLOSED, 998, &[])],
        hardware: Some([2, 0, 0, 0, 0, 1]),
        scripts: vec![script("uptime", "1 day")],
        ..named(host(1, vec![said]), "www.example")
    };
    let bare = Host { rest: vec![rest(CLOSED, 20, &[])], ..host(1, vec![port(80, OPEN)]) };
    same(&two((MUSTER, vec![full.clone()], Ending::Complete), (MUSTER, vec![bare.clone()], CUT)));
    same(&two((MUSTER, vec![bare], CUT), (MUSTER, vec![full], Ending::Complete)));
}

#[test]
fn of_answers_alone_a_missing_port_was_not_open() {
    let list = || whole(LIST, vec![host(1, vec![port(80, OPEN)])]);
    let nmap = |more: Port| {
        let host = Host {
            rest: vec![rest(CLOSED, 998, &[])],
            ..host(1, vec![with_service(port(80, OPEN), "http", "", ""), more])
        };
        whole(NMAP, vec![named(host, "www.example")])
    };
    for state in [CLOSED, FILTERED, PortState::OpenFiltered] {
        same(&two(list(), nmap(port(22, state))));
        same(&two(nmap(port(22, state)), list()));
    }
    let open = two(list(), nmap(with_service(port(22, OPEN), "ssh", "", "")));
    assert_eq!(
        open.lines(),
        ["", " www.example (10.0.0.1):", " PORT   STATE SERVICE VERSION", "+22/tcp open  ssh"]
    );
    let fewer = two(whole(LIST, vec![host(1, vec![port(80, OPEN), port(81, OPEN)])]), list());
    assert_eq!(fewer.lines()[3..], ["-81/tcp open"]);
}

#[test]
fn of_answers_alone_a_missing_host_had_no_open_port() {
    let up =
        || whole(NMAP, vec![host(1, vec![port(22, CLOSED)]), host(2, vec![port(22, OPEN)]), host(3, vec![])]);
    let list = || whole(LIST, vec![host(3, vec![port(80, OPEN)])]);
    let gone = two(up(), list());
    let (text, tally) = gone.text(Shown::Different);
    assert_eq!((tally.gone, tally.unknown_in_new, tally.changed), (1, 1, 1), "{text}");
    assert_eq!(
        tally.notes(&gone.0),
        ["1 host of old.xml not compared: new.xml does not have them, and it lists open ports only"]
    );
    let (_, tally) = two(list(), up()).text(Shown::Different);
    assert_eq!((tally.appeared, tally.unknown_in_old), (1, 1));
    let pinged = whole(LIST, vec![host(3, vec![port(80, OPEN)]), host(4, vec![])]);
    let (_, tally) = two(up(), pinged).text(Shown::Different);
    assert_eq!(
        (tally.gone, tally.unknown_in_new),
        (2, 0),
        "one without ports shows that all were asked to answer"
    );
}

#[test]
fn a_file_of_several_runs_is_the_firsts() {
    let run = |scanner: &str, start| written_by(Form::Xml, scanner, start, (Vec::new(), Ending::Complete));
    let [first, second] = [("nmap", 1), ("muster", 2)].map(|(scanner, start)| run(scanner, start));
    let tail = first[1].clone();
    let side = Side::of_pieces("two.xml", [first[0].clone(), second[0].clone(), tail]).unwrap();
    assert_eq!((side.origin.scanner.as_str(), side.origin.start), ("nmap", Timestamp::from_second(1).ok()));
}

#[test]
fn counted_ports_are_found_in_whatever_order_they_are_told() {
    let reasons = |ranges: &[&[(u16, u16)]]| {
        let of = |ranges: &&[(u16, u16)]| rest(CLOSED, 0, ranges).reasons.remove(0);
        Rest { reasons: ranges.iter().map(of).collect(), ..rest(CLOSED, 600, &[]) }
    };
    let told = Host {
        rest: vec![reasons(&[&[(500, 900)], &[(1, 200), (100, 300), (150, 160)]])],
        ..host(1, vec![])
    };
    let listed = |number| whole(NMAP, vec![host(1, vec![port(number, FILTERED)])]);
    for (number, is_counted) in [
        (1, true),
        (155, true),
        (250, true),
        (300, true),
        (301, false),
        (500, true),
        (900, true),
        (901, false),
    ] {
        let lines = two(whole(NMAP, vec![told.clone()]), listed(number)).lines();
        let was = lines.contains(&format!("-{number}/tcp closed"));
        assert_eq!(was, is_counted, "{number}: {lines:?}");
    }
}
