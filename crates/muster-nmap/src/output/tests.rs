//! What the writers print for one small scan, and that no text breaks a format.

use std::net::Ipv4Addr;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use proptest::prelude::*;
use quick_xml::events::Event;

use super::*;
use PortState::{Closed, Filtered, Open};
use Reason::{AdminProhibited, ConnRefused, NoResponse, SynAck, UserSet};

/// 3 o'clock and some seconds on 2026-11-22.
fn moment(seconds: i64) -> Zoned {
    Timestamp::from_second(1_795_316_400 + seconds).unwrap().to_zoned(TimeZone::UTC)
}

pub(super) fn scan() -> Scan {
    Scan {
        program: "muster".into(),
        version: "0.1.0".into(),
        arguments: "muster scan -p 2967 -Pn 10.0.0.0/29".into(),
        start: moment(0),
        kind: ScanKind::Connect,
        tcp: vec![2967..=2967],
        udp: Vec::new(),
        asks_services: false,
        verbosity: 0,
        debugging: 0,
        reasons: false,
        only_open: false,
        stylesheet: None,
    }
}

/// 10.0.0.`last`, up, no ports.
pub(super) fn host(last: u8) -> Host {
    Host {
        address: Ipv4Addr::new(10, 0, 0, last).into(),
        up: true,
        phantom: None,
        reason: UserSet,
        reason_ttl: 0,
        hardware: None,
        maker: None,
        given_name: None,
        reverse_name: None,
        ports: Vec::new(),
        scripts: Vec::new(),
        latency: Some(Latency {
            srtt: Duration::from_micros(200),
            rttvar: Duration::from_micros(5_000),
            timeout: Duration::from_millis(100),
        }),
        timed_out: false,
        start: moment(0).timestamp().as_second(),
        end: moment(2).timestamp().as_second(),
    }
}

pub(super) fn port(number: u16, state: PortState, reason: Reason) -> Port {
    let service = (number == 2967).then(|| Service::registered("symantec-av"));
    Port {
        number,
        protocol: Protocol::Tcp,
        state,
        reason,
        reason_ttl: 0,
        reason_from: None,
        phantom: None,
        service,
        scripts: Vec::new(),
    }
}

fn ending(total: u64, up: u64) -> Ending {
    let elapsed = Duration::from_millis(2_346);
    let (unknown, phantoms, outcome) = (0, Vec::new(), Outcome::Success);
    Ending { end: moment(2), elapsed, total, up, unknown, phantoms, outcome }
}

/// One host of every sort.
fn office() -> Vec<Host> {
    let from = Some(Ipv4Addr::new(10, 0, 0, 254).into());
    let rejected = Port { reason_ttl: 63, reason_from: from, ..port(2967, Filtered, AdminProhibited) };
    let many = (2901..=2930).map(|number| port(number, Closed, ConnRefused));
    vec![
        Host {
            ports: vec![port(2967, Open, SynAck)],
            reverse_name: Some("pc1.example.lan".into()),
            ..host(1)
        },
        Host {
            ports: vec![port(9100, Open, SynAck), port(2967, Closed, ConnRefused)],
            given_name: Some("printer".into()),
            reverse_name: Some("hp.example.lan".into()),
            ..host(2)
        },
        Host { ports: vec![port(2967, Filtered, NoResponse)], latency: None, ..host(3) },
        Host { ports: vec![rejected], given_name: Some("10.0.0.4".into()), ..host(4) },
        Host { up: false, reason: NoResponse, latency: None, ..host(5) },
        Host { ports: vec![port(2967, Open, SynAck)], timed_out: true, ..host(6) },
        Host { ports: many.chain([port(2967, Open, SynAck)]).collect(), ..host(7) },
        Host {
            address: "2001:db8::1".parse().unwrap(),
            ports: vec![port(2967, Closed, ConnRefused)],
            ..host(0)
        },
    ]
}

fn run(format: &mut dyn Format, scan: &Scan, hosts: &[Host], ending: &Ending) {
    format.begin(scan).unwrap();
    for host in hosts {
        format.host(scan, host).unwrap();
    }
    format.end(scan, ending).unwrap();
}

/// The run in normal, grepable and XML output.
fn written(scan: &Scan, hosts: &[Host], ending: &Ending) -> [String; 3] {
    let (mut normal, mut grepable, mut xml) = (Vec::new(), Vec::new(), Vec::new());
    run(&mut Normal::new(&mut normal), scan, hosts, ending);
    run(&mut Grepable::new(&mut grepable), scan, hosts, ending);
    run(&mut Xml::new(&mut xml), scan, hosts, ending);
    [normal, grepable, xml].map(|bytes| String::from_utf8(bytes).unwrap())
}

fn together(scan: &Scan, hosts: &[Host], ending: &Ending) -> String {
    written(scan, hosts, ending).join("\n=====\n\n")
}

#[test]
fn an_office() {
    let scan = Scan { stylesheet: Some("file:///usr/share/nmap/nmap.xsl".into()), ..scan() };
    insta::assert_snapshot!(together(&scan, &office(), &ending(8, 7)));
}

#[test]
fn an_office_with_v_and_reasons() {
    let scan = Scan { verbosity: 1, reasons: true, ..scan() };
    insta::assert_snapshot!(together(&scan, &office(), &ending(8, 7)));
}

#[test]
fn an_office_with_open_only() {
    let scan = Scan { only_open: true, verbosity: 2, ..scan() };
    insta::assert_snapshot!(together(&scan, &office(), &ending(8, 7)));
}

#[test]
fn discovery_of_an_office() {
    let scan = Scan { kind: ScanKind::Discovery, verbosity: 1, ..scan() };
    insta::assert_snapshot!(together(&scan, &office()[..5], &ending(5, 4)));
}

/// A verdict needs no port: what is said of a host that was only looked for stands apart, as Nmap has it.
#[test]
fn a_host_that_was_looked_for_has_scripts_too() {
    let scan = Scan { kind: ScanKind::Discovery, ..scan() };
    let verdict =
        Script { id: "muster-verdict".into(), output: "unknown: silent".into(), elements: Vec::new() };
    let [normal, grepable, xml] =
        written(&scan, &[Host { scripts: vec![verdict], ..host(1) }, host(2)], &ending(2, 2));
    let said = "Host is up (0.00020s latency).\n\nHost script results:\n|_muster-verdict: unknown: silent\n\n\
                Nmap scan report for 10.0.0.2\nHost is up (0.00020s latency).\n# muster done";
    assert!(normal.contains(said), "{normal}");
    assert!(grepable.contains("\tStatus: Up\n\nHost: 10.0.0.2 ()\tStatus: Up\n#"), "{grepable}");
    assert_eq!(xml.matches("<host starttime=").count(), 1, "{xml}");
}

#[test]
fn an_office_by_frames() {
    use Reason::{ArpResponse, PortUnreach, Reset};
    let scan =
        Scan { kind: ScanKind::Syn, udp: vec![53..=53, 161..=162], verbosity: 1, reasons: true, ..scan() };
    let tcp = |state, reason, reason_ttl| Port { reason_ttl, ..port(2967, state, reason) };
    let udp = |number, state, reason| Port { protocol: Protocol::Udp, ..port(number, state, reason) };
    let near = Host { reason: ArpResponse, hardware: Some([2, 0, 0x5e, 0, 0xab, 1]), ..host(1) };
    let hosts = [
        Host {
            ports: vec![
                udp(161, Closed, PortUnreach),
                tcp(Open, SynAck, 128),
                udp(53, PortState::OpenFiltered, NoResponse),
            ],
            ..near.clone()
        },
        Host { ports: vec![tcp(Closed, Reset, 64)], reason: Reason::EchoReply, reason_ttl: 64, ..host(2) },
        Host {
            ports: (1..=60).map(|number| port(number, Closed, Reset)).collect(),
            hardware: Some([0, 0x1b, 0x78, 0, 0xab, 1]),
            maker: Some("Seals & \"Sons\" <Ltd>".to_owned()),
            ..near.clone()
        },
        Host { up: false, reason: NoResponse, latency: None, hardware: None, ..near.clone() },
    ];
    insta::assert_snapshot!(together(&scan, &hosts, &ending(4, 3)));
    let discovery = Scan { kind: ScanKind::Discovery, ..scan };
    insta::assert_snapshot!("an_office_by_frames_discovered", together(&discovery, &[near], &ending(1, 1)));
}

/// Services that were asked, in every way that they are written.
fn asked() -> Vec<Host> {
    let text = |text: &str| Some(text.to_owned());
    let web = Service {
        name: text("http"),
        product: text("nginx"),
        version: text("1.22/a"),
        extra: text("some & more"),
        method: Method::Probed,
        confidence: 10,
        ..Service::default()
    };
    let agent = Service { host_name: text("PC-7"), is_in_tls: true, extra: None, ..web.clone() };
    let script = |id: &str, output: &str, elements: &[(&str, &str)]| Script {
        id: id.to_owned(),
        output: output.to_owned(),
        elements: elements.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect(),
    };
    let at = |number, service| Port { service, ..port(number, Open, SynAck) };
    vec![
        Host {
            ports: vec![
                Port { scripts: vec![script("title", "one line", &[])], ..at(80, Some(web)) },
                at(443, Some(agent)),
                at(2967, Some(Service::registered("symantec-av"))),
                at(2968, Some(Service { confidence: 3, ..Service::registered("unknown") })),
                at(2969, None),
                Port { service: Some(Service::registered("ssh")), ..port(22, Closed, ConnRefused) },
            ],
            scripts: vec![
                script("muster-verdict", "unprotected", &[("verdict", "unprotected"), ("why", "<none>")]),
                script("muster-device", "\nseveral\nlines\n", &[]),
            ],
            ..host(1)
        },
        Host { ports: vec![port(2967, Closed, ConnRefused)], ..host(2) },
    ]
}

#[test]
fn services_that_were_asked() {
    let scan = Scan { asks_services: true, ..scan() };
    insta::assert_snapshot!(together(&scan, &asked(), &ending(2, 2)));
    let scan = Scan { reasons: true, ..scan };
    insta::assert_snapshot!("services_with_reasons", together(&scan, &asked(), &ending(2, 2)));
}

#[test]
fn a_list_of_targets() {
    let scan = Scan { kind: ScanKind::List, tcp: Vec::new(), ..scan() };
    let hosts = [
        Host { latency: None, ..host(1) },
        Host { reverse_name: Some("pc2.example.lan".into()), latency: None, ..host(2) },
    ];
    insta::assert_snapshot!(together(&scan, &hosts, &ending(2, 0)));
}

#[test]
fn how_far_the_work_is() {
    let task = |step| Task { name: "Connect Scan", at: moment(1), step };
    let found = muster_model::Endpoint::tcp([10, 0, 0, 1].into(), 2967);
    let share = |done, left| Share { done, left };
    let steps = [
        task(Step::Begins { hosts: 8, only: None, ports: 1 }),
        task(Step::Found(found)),
        task(Step::IsAt(share(0.25, Some(Duration::from_secs(90))))),
        task(Step::IsAt(share(0.0, None))),
        task(Step::Ends { elapsed: Duration::from_secs(2), total: Total::Ports(8) }),
    ];
    let (mut terminal, mut file, mut grepable, mut xml) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for step in &steps {
        Normal::interactive(&mut terminal).task(step).unwrap();
        Normal::new(&mut file).task(step).unwrap();
        Grepable::new(&mut grepable).task(step).unwrap();
        Xml::new(&mut xml).task(step).unwrap();
    }
    assert!(file.is_empty() && grepable.is_empty(), "only the terminal and programs are told");
    let text = [terminal, xml].map(|bytes| String::from_utf8(bytes).unwrap()).concat();
    insta::assert_snapshot!(text);
}

/// Ports that somebody else answers at, and hosts of whom nothing else is known.
fn phantoms() -> (Vec<Host>, Ending) {
    let says = |text: &str| Some(text.to_owned());
    let proxied = says("one device opens every connection to 10.0.0.0/24");
    let feigned = |number| Port { phantom: proxied.clone(), ..port(number, Filtered, NoResponse) };
    let refused = Port {
        phantom: says("one device resets every connection to 10.0.1.0/24"),
        reason_ttl: 63,
        ..port(2967, Closed, Reason::Reset)
    };
    let unheard = Host { up: false, phantom: proxied.clone(), reason: SynAck, latency: None, ..host(3) };
    let hosts = vec![
        Host { ports: vec![feigned(2967), port(22, Open, SynAck)], ..host(1) },
        Host { ports: vec![refused], ..host(2) },
        Host { ports: vec![feigned(2967), port(22, Filtered, NoResponse)], ..unheard.clone() },
        Host { ports: (1..=30).map(feigned).collect(), address: [10, 0, 0, 4].into(), ..unheard },
        Host { up: false, reason: NoResponse, latency: None, ..host(5) },
    ];
    let phantom = |network: &str| Phantom {
        network: network.to_owned(),
        evidence: format!("one device answers for {network}: 256 addresses answer alike"),
    };
    let phantoms = vec![phantom("10.0.0.0/24"), phantom("10.0.1.0/24")];
    (hosts, Ending { unknown: 2, phantoms, ..ending(5, 2) })
}

#[test]
fn whoever_answers_in_a_hosts_stead_is_told() {
    let (hosts, ending) = phantoms();
    let scan = Scan { kind: ScanKind::Syn, reasons: true, ..scan() };
    insta::assert_snapshot!(together(&scan, &hosts, &ending));
    let discovery = Scan { kind: ScanKind::Discovery, reasons: false, ..scan };
    insta::assert_snapshot!(
        "whoever_answers_in_a_hosts_stead_is_not_up",
        together(&discovery, &hosts, &ending)
    );
    let only_open = Scan { only_open: true, ..discovery };
    let [normal, ..] = written(&only_open, &hosts, &ending);
    assert!(normal.contains("10.0.0.2") && !normal.contains("10.0.0.3"), "{normal}");
}

#[test]
fn an_interrupted_run_says_so_and_is_complete() {
    let outcome = Outcome::Interrupted("signal: SIGINT".into());
    insta::assert_snapshot!(together(&scan(), &office()[..1], &Ending { outcome, ..ending(1, 1) }));
}

#[test]
fn a_terminal_gets_the_short_frame() {
    let mut bytes = Vec::new();
    run(&mut Normal::interactive(&mut bytes), &scan(), &[], &ending(1, 0));
    let expected = "Starting muster 0.1.0 at 2026-11-22 03:00 UTC\n\
                    muster done: 1 IP address (0 hosts up) scanned in 2.35 seconds\n";
    assert_eq!(String::from_utf8(bytes).unwrap(), expected);
}

/// Scripts look for this line.
#[test]
fn under_the_name_nmap_a_terminal_gets_nmaps_first_line() {
    let mut bytes = Vec::new();
    let scan = Scan { program: "Nmap".into(), version: "7.93".into(), ..scan() };
    run(&mut Normal::interactive(&mut bytes), &scan, &[], &ending(1, 0));
    let text = String::from_utf8(bytes).unwrap();
    assert!(
        text.starts_with("Starting Nmap 7.93 ( https://nmap.org ) at 2026-11-22 03:00 UTC\nNmap done: "),
        "{text}"
    );
}

/// As in Nmap: whoever is up has a list of names, whoever is down only if there is one.
#[test]
fn names_of_hosts_that_are_down_are_kept() {
    let scan = Scan { kind: ScanKind::Discovery, verbosity: 1, tcp: Vec::new(), ..scan() };
    let down = |last| Host { up: false, reason: NoResponse, latency: None, ..host(last) };
    let reverse_name = || Some("pc1.example.lan".to_owned());
    let hosts = [
        Host { reverse_name: reverse_name(), ..down(1) },
        Host { given_name: Some("pc2".into()), ..down(2) },
        down(3),
        host(4),
    ];
    let [normal, grepable, xml] = written(&scan, &hosts, &ending(4, 1));
    assert!(normal.contains("Nmap scan report for pc1.example.lan (10.0.0.1) [host down]\n"), "{normal}");
    assert!(grepable.contains("Host: 10.0.0.1 (pc1.example.lan)\tStatus: Down\n"), "{grepable}");
    let of =
        |last: u8| xml.split("<host>").find(|host| host.contains(&format!("\"10.0.0.{last}\""))).unwrap();
    assert!(
        of(1).contains("<hostname name=\"pc1.example.lan\" type=\"PTR\"/>\n</hostnames>\n</host>"),
        "{xml}"
    );
    assert!(of(2).contains("<hostname name=\"pc2\" type=\"user\"/>"), "{xml}");
    assert_eq!([3, 4].map(|last| of(last).contains("hostnames")), [false, true], "{xml}");
}

#[test]
fn a_computer_that_names_itself_often_is_named_once() {
    let named = |number, name: &str| {
        let service = Service { host_name: Some(name.to_owned()), ..Service::registered("http") };
        Port { service: Some(service), ..port(number, Open, SynAck) }
    };
    let ports = vec![named(80, "PC-7"), named(81, "OTHER"), named(82, "PC-7"), named(83, "OTHER")];
    let [normal, ..] = written(&scan(), &[Host { ports, ..host(1) }], &ending(1, 1));
    assert!(normal.contains("\nService Info: Hosts: PC-7, OTHER\n"), "{normal}");
}

#[test]
fn a_failing_writer_is_an_error() {
    struct Full;
    impl io::Write for Full {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::ErrorKind::StorageFull.into())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let formats: [&mut dyn Format; 3] =
        [&mut Normal::new(Full), &mut Grepable::new(Full), &mut Xml::new(Full)];
    for format in formats {
        assert_eq!(format.begin(&scan()).unwrap_err().kind(), io::ErrorKind::StorageFull);
        assert_eq!(format.host(&scan(), &office()[0]).unwrap_err().kind(), io::ErrorKind::StorageFull);
        assert_eq!(format.end(&scan(), &ending(1, 1)).unwrap_err().kind(), io::ErrorKind::StorageFull);
    }
}

/// The attribute `name` of each element, unescaped; panics if the document is not well-formed.
fn attributes(xml: &str, name: &str) -> Vec<String> {
    let mut reader = quick_xml::Reader::from_str(xml);
    reader.config_mut().check_comments = true;
    let mut values = Vec::new();
    loop {
        match reader.read_event().unwrap() {
            Event::Eof => return values,
            Event::Start(element) | Event::Empty(element) => {
                for attribute in element.attributes() {
                    let attribute = attribute.unwrap();
                    if attribute.key.as_ref() == name {
                        values.push(quick_xml::escape::unescape(&attribute.value).unwrap().into_owned());
                    }
                }
            }
            _ => {}
        }
    }
}

/// What XML 1.0 cannot hold. Tabs and line ends it can, as references.
fn is_forbidden(character: char) -> bool {
    let whitespace = matches!(character, '\t' | '\n' | '\r');
    (character < ' ' && !whitespace) || matches!(character, '\u{fffe}' | '\u{ffff}')
}

proptest! {
    #[test]
    fn foreign_text_cannot_forge_lines_fields_or_elements(text in any::<String>(), service in any::<String>()) {
        let scan =
            Scan { asks_services: true, arguments: text.clone(), stylesheet: Some(text.clone()), ..scan() };
        let script = Script { id: "id".into(), output: "said".into(), elements: vec![(service.clone(), text.clone())] };
        let asked = Service {
            product: Some(text.clone()),
            extra: Some(service.clone()),
            host_name: Some(text.clone()),
            ..Service::registered(service)
        };
        let (scripts, phantom) = (vec![script], Some(text.clone()));
        let found = Port { service: Some(asked), scripts, phantom, ..port(2967, Closed, ConnRefused) };
        let names = |host: Host| Host { given_name: Some(text.clone()), reverse_name: Some(text.clone()), ..host };
        let hosts = [Host { ports: vec![found], ..names(host(1)) }];
        let outcome = Outcome::Interrupted(text.clone());
        let phantoms = vec![Phantom { network: text.clone(), evidence: text.clone() }];
        // Blanks at the end of what a script says are left out, and with them the line.
        let is_told = !text::line(&text).trim_end().is_empty();
        let [normal, grepable, xml] = written(&scan, &hosts, &Ending { outcome, phantoms, ..ending(1, 1) });

        prop_assert_eq!(normal.lines().count(), 12 + usize::from(!text.is_empty()) + usize::from(is_told));
        prop_assert!(!normal.contains(|character: char| character.is_control() && character != '\n'));
        let fields: Vec<_> = grepable.lines().map(|line| line.split('\t').count()).collect();
        prop_assert_eq!(fields, [1, 2, 2, 1, 1]);
        let item = grepable.lines().nth(2).unwrap().split("Ports: ").nth(1).unwrap();
        prop_assert_eq!(item.matches('/').count(), 7);
        prop_assert!(!grepable.contains(|character: char| character.is_control() && !"\n\t".contains(character)));
        prop_assert!(!xml.contains(is_forbidden));
        let whole = text.replace(is_forbidden, "\u{fffd}");
        prop_assert_eq!(attributes(&xml, "args"), [whole.clone()]);
        prop_assert_eq!(attributes(&xml, "errormsg"), [whole]);
        prop_assert_eq!(attributes(&xml, "exit"), ["error"]);
    }
}
