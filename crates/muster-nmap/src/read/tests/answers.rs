//! What masscan says of hosts that answered from no port, and what files say of transports that muster does not speak.

use super::super::*;
use super::pieces;

fn host(file: &str) -> Host {
    let hosts = pieces(file.as_bytes()).into_iter();
    let host =
        hosts.filter_map(|piece| if let Piece::Host(host) = piece { Some(*host) } else { None }).next();
    host.unwrap_or_else(|| panic!("no host: {file}"))
}

fn head(file: &str) -> Head {
    let Some(Piece::Head(head)) = pieces(file.as_bytes()).into_iter().next() else {
        panic!("no head: {file}")
    };
    *head
}

#[test]
fn answers_that_came_from_no_port_are_the_hosts() {
    for (protocol, state, expected) in [
        ("icmp", "open", Reason::EchoReply),
        ("arp", "up", Reason::ArpResponse),
        ("arp", "open", Reason::ArpResponse),
    ] {
        for file in [
            format!(
                "<nmaprun scanner=\"masscan\"><host><address addr=\"10.0.0.1\"/><ports><port protocol=\"{protocol}\" \
                 portid=\"0\"><state state=\"{state}\" reason=\"none\" reason_ttl=\"64\"/></port></ports></host>"
            ),
            format!(
                "[\n{{ \"ip\": \"10.0.0.1\", \"ports\": [ {{\"port\": 0, \"proto\": \"{protocol}\", \"status\": \"{state}\", \
                 \"ttl\": 64}} ] }}\n]\n"
            ),
            format!("#masscan\n{state} {protocol} 0 10.0.0.1 1700000001\n# end\n"),
            format!(
                "# Masscan 1.3.2 scan initiated x\nTimestamp: 1700000001\tHost: 10.0.0.1 ()\tPorts: \
                 0/{state}/{protocol}////\n"
            ),
        ] {
            let host = host(&file);
            assert_eq!((host.status, host.reason), (Status::Up, Some(expected)), "{file}");
            assert!(host.ports.is_empty(), "{file}");
        }
    }
}

#[test]
fn a_list_of_ports_in_an_unknown_state_is_no_host() {
    assert_eq!(pieces(b"#masscan\nup tcp 80 10.0.0.1 1700000001\n# end\n").len(), 2);
}

#[test]
fn hosts_are_up_by_every_reply_of_theirs() {
    for (word, reason) in [
        ("timestamp-reply", Reason::TimestampReply),
        ("addressmask-reply", Reason::AddressMaskReply),
        ("proto-response", Reason::EchoReply),
        ("init-ack", Reason::EchoReply),
        ("abort", Reason::EchoReply),
    ] {
        let xml = format!(
            "<nmaprun><host><status state=\"up\" reason=\"{word}\" reason_ttl=\"9\"/><address addr=\"10.0.0.1\"/></host>"
        );
        let normal = format!(
            "Nmap scan report for 10.0.0.1\nHost is up, received {word} ttl 9 (0.010s latency).\n# Nmap done at x\n"
        );
        for host in [host(&xml), host(&normal)] {
            assert_eq!((host.reason, host.reason_ttl), (Some(reason), 9), "{word}");
        }
    }
}

#[test]
fn what_was_asked_otherwise_is_marked() {
    let xml = |protocol: &str| {
        format!(
            "<nmaprun args=\"nmap x\"><scaninfo type=\"a\" protocol=\"{protocol}\" services=\"1-9\"/><host>"
        )
    };
    let lists = |lists: &str| {
        format!("# Nmap 7.93 scan initiated x as: nmap x\n# Ports scanned: {lists}\nHost: 10.0.0.1 ()\n")
    };
    let line = |words: &str| {
        format!("# Nmap 7.93 scan initiated x as: nmap {words}\nNmap scan report for 10.0.0.1\n")
    };
    for (file, expected) in [
        (xml("tcp"), false),
        (xml("sctp"), true),
        (xml("ip"), true),
        (lists("TCP(1;22) UDP(0;) SCTP(0;) PROTOCOLS(0;)"), false),
        (lists("TCP(1;22) UDP(0;) SCTP(1;9) PROTOCOLS(0;)"), true),
        (lists("TCP(0;) UDP(0;) SCTP(0;) PROTOCOLS(2;1,6)"), true),
        (line("-sS -p 22"), false),
        (line("-sSY -p 22"), true),
    ] {
        assert_eq!(head(&file).asked_otherwise, expected, "{file}");
    }
}

#[test]
fn scripts_that_speak_of_no_host_are_the_runs() {
    let xml = "<nmaprun><scaninfo type=\"syn\" protocol=\"tcp\" services=\"1\"/><taskbegin task=\"NSE\" time=\"1\"/>\
               <prescript><script id=\"before\" output=\"a\"><elem key=\"k\">v</elem></script></prescript>\
               <host><address addr=\"10.0.0.1\"/></host>\
               <postscript><script id=\"behind\" output=\"b\"/></postscript><runstats><finished/></runstats></nmaprun>";
    let normal = "# Nmap 7.93 scan initiated x as: nmap x\nPre-scan script results:\n| before: \n|_  a\n\
                  Nmap scan report for 10.0.0.1\nHost is up.\n\nPORT STATE SERVICE\n22/tcp open ssh\n\n\
                  Post-scan script results:\n|_behind: b\n# Nmap done at x\n";
    for file in [xml.repeat(2), normal.repeat(2)] {
        let pieces = pieces(file.as_bytes());
        let [Piece::Head(head), Piece::Host(host), Piece::Head(again), Piece::Host(_), Piece::Tail(tail)] =
            &pieces[..]
        else {
            panic!("{pieces:?}")
        };
        let said = |scripts: &[Script]| {
            scripts.iter().map(|script| format!("{}: {}", script.id, script.output)).collect::<Vec<_>>()
        };
        assert_eq!(
            (said(&head.scripts), said(&again.scripts)),
            (vec!["before: a".into()], vec!["before: a".into()])
        );
        assert_eq!(said(&tail.scripts), ["behind: b", "behind: b"]);
        assert!(host.scripts.is_empty() && host.ports.iter().all(|port| port.scripts.is_empty()), "{file}");
    }
}

#[test]
fn no_host_comes_before_its_head() {
    let pieces = pieces(b"<nmaprun><prescript><address addr=\"10.0.0.1\"/></host></prescript></nmaprun>");
    assert!(matches!(pieces[..], [Piece::Head(_), Piece::Tail(_)]), "{pieces:?}");
}

#[test]
fn reasons_of_other_transports_are_left_out() {
    let host = host(
        "<nmaprun><host><address addr=\"10.0.0.1\"/><ports><extraports state=\"closed\" count=\"9\">\
         <extrareasons reason=\"reset\" count=\"2\" proto=\"sctp\" ports=\"1-2\"/>\
         <extrareasons reason=\"reset\" count=\"3\" proto=\"tcp\" ports=\"3-5\"/>\
         <extrareasons reason=\"reset\" count=\"4\"/></extraports></ports></host>",
    );
    let counts: Vec<_> =
        host.rest[0].reasons.iter().map(|reason| (reason.count, reason.ports.len())).collect();
    assert_eq!(counts, [(3, 1), (4, 0)]);
}

#[test]
fn a_list_without_brackets_has_an_end_of_its_own() {
    let record = "{   \"ip\": \"10.0.0.1\",   \"timestamp\": \"1\", \"ports\": [ {\"port\": 80, \"proto\": \"tcp\", \
                  \"status\": \"open\"} ] },\n";
    let line = "{\"ip\":\"10.0.0.1\",\"timestamp\":\"1\",\"port\":80,\"proto\":\"tcp\",\"data\":{\"status\":\"open\"}}\n";
    for (file, is_whole, runs) in [
        (record.to_owned(), false, 1),
        (format!("{record}{{finished: 1}}\n"), true, 1),
        (format!("{record}{{finished: 1}}\n{record}"), false, 2),
        (line.to_owned(), true, 1),
    ] {
        let pieces = pieces(file.as_bytes());
        let Some(Piece::Tail(tail)) = pieces.last() else { panic!("no tail") };
        assert_eq!(tail.ending == Ending::Complete, is_whole, "{file}");
        assert_eq!(pieces.iter().filter(|piece| matches!(piece, Piece::Head(_))).count(), runs, "{file}");
    }
}

#[test]
fn what_nothing_is_judged_by_is_told_apart() {
    let host = host(
        "<nmaprun><host><address addr=\"10.0.0.1\"/><ports><extraports state=\"unfiltered\" count=\"9\"/>\
         <extraports state=\"closed\" count=\"8\"/>\
         <port protocol=\"tcp\" portid=\"22\"><state state=\"open\"/></port>\
         <port protocol=\"tcp\" portid=\"23\"><state state=\"closed|filtered\"/><service name=\"telnet\"/></port>\
         <port protocol=\"sctp\" portid=\"36412\"><state state=\"open\"/><script id=\"a\" output=\"b\"/></port>\
         <port protocol=\"ip\" portid=\"1\"><state state=\"open\"/></port>\
         <port protocol=\"smoke\" portid=\"1\"><state state=\"open\"/></port>\
         <port protocol=\"tcp\" portid=\"24\"><state state=\"ajar\"/></port></ports>\
         <os><osmatch name=\"Linux 5\" accuracy=\"98\"/><osmatch name=\"Linux 6\"/></os></host>",
    );
    assert_eq!((host.ports.len(), host.rest.len()), (1, 1));
    let ports = host.unjudged.ports.iter();
    let ports: Vec<_> =
        ports.map(|port| format!("{}/{} {}", port.number, port.transport, port.state)).collect();
    assert_eq!(ports, ["23/tcp closed|filtered", "36412/sctp open", "1/ip open"]);
    let [telnet, sctp, _] = &host.unjudged.ports[..] else { panic!("{host:?}") };
    assert_eq!((telnet.service.is_some(), sctp.scripts.len()), (true, 1));
    assert_eq!(host.unjudged.rest, [OtherRest { state: State::Unfiltered, count: 9 }]);
    assert_eq!(host.unjudged.systems, ["Linux 5", "Linux 6"].map(Excerpt::of));
}

#[test]
fn what_a_script_says_keeps_its_lines() {
    let long = "x".repeat(300);
    let xml = format!(
        "<nmaprun><host><address addr=\"10.0.0.1\"/><hostscript><script id=\"s\" output=\"&#xa;first&#xa;{long}&#xa;last\"/>\
         <script id=\"t\" output=\"one line\"/></hostscript></host>"
    );
    let normal = format!(
        "# Nmap 7.93 scan initiated x as: nmap x\nNmap scan report for 10.0.0.1\nHost is up.\n\nHost script results:\n| s: \n\
         | first\n| {long}\n|_last\n|_t: one line\n# Nmap done at x\n"
    );
    for file in [xml, normal] {
        let scripts = host(&file).scripts;
        assert_eq!(scripts[0].lines, ["", "first", &long, "last"].map(Excerpt::of), "{file}");
        assert_eq!((scripts[1].output.as_str(), scripts[1].lines.len()), ("one line", 0), "{file}");
    }
}

#[test]
fn dates_without_a_zone_are_the_readers() {
    let east = jiff::tz::TimeZone::fixed(jiff::tz::offset(3));
    for file in [
        "# Nmap 7.93 scan initiated Mon Nov 22 06:00:00 2026 as: nmap x\nHost: 10.0.0.1 ()\tStatus: Up\n\
         # Nmap done at Sun Nov 22 06:01:40 2026 -- 1 IP address (1 host up) scanned in 100.00 seconds\n",
        "# Nmap 7.93 scan initiated Sun Nov 22 06:00:00 2026 as: nmap x\nNmap scan report for 10.0.0.1\nHost is up.\n\
         Scanned at 2026-11-22 06:00:00 MSK for 100s\n\
         # Nmap done at Sun Nov 22 06:01:40 2026 -- 1 IP address (1 host up) scanned in 100.00 seconds\n",
        "<nmaprun start=\"1795316400\"><host endtime=\"1795316500\"><address addr=\"10.0.0.1\"/></host>\
         <runstats><finished time=\"1795316500\"/></runstats></nmaprun>",
        "Starting Nmap 7.93 ( https://nmap.org ) at 2026-11-22 03:00 UTC\nNmap scan report for 10.0.0.1\nHost is up.\n\
         Scanned at 2026-11-22 03:00:00 UTC for 100s\n\
         Nmap done: 1 IP address (1 host up) scanned in 100.00 seconds\n",
    ] {
        let pieces = Reader::new(file.as_bytes()).unwrap().in_zone(east.clone()).map(Result::unwrap);
        let (mut starts, mut ends) = (Vec::new(), Vec::new());
        for piece in pieces {
            match piece {
                Piece::Head(head) => starts.push(head.start),
                Piece::Host(host) => ends.extend(host.times.1),
                Piece::Tail(tail) => ends.extend(tail.end),
            }
        }
        let at = |second| jiff::Timestamp::from_second(second).unwrap();
        assert_eq!(starts, [Some(at(1_795_316_400))], "{file}");
        assert!(!ends.is_empty() && ends.iter().all(|end| *end == at(1_795_316_500)), "{file}: {ends:?}");
    }
}
