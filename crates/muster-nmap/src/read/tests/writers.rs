//! What muster writes, muster reads: states, reasons, names, services and scripts come back, as far as the format has
//! them.

use std::collections::BTreeMap;

use jiff::tz::TimeZone;
use proptest::collection::{btree_map, vec};
use proptest::option;
use proptest::prelude::*;

use super::super::*;
use super::pieces;
use crate::output::{self, Format, Grepable, Normal, Outcome, Scan, ScanKind, Xml};

/// Transport and number.
type Key = (Protocol, u16);

fn scan(verbosity: u8, reasons: bool) -> Scan {
    Scan {
        program: "muster".into(),
        version: "0.1.0".into(),
        arguments: "muster scan typed 10.0.0.0/24".into(),
        start: Timestamp::from_second(1_795_316_400).unwrap().to_zoned(TimeZone::UTC),
        kind: ScanKind::Connect,
        tcp: vec![1..=200, 300..=400],
        udp: vec![1..=200],
        asks_services: true,
        verbosity,
        debugging: 0,
        reasons,
        only_open: false,
        stylesheet: None,
    }
}

fn written<'a, F: Format>(
    new: impl FnOnce(&'a mut Vec<u8>) -> F,
    out: &'a mut Vec<u8>,
    scan: &Scan,
    hosts: &[output::Host],
) {
    let mut format = new(out);
    format.begin(scan).unwrap();
    hosts.iter().for_each(|host| format.host(scan, host).unwrap());
    let up = hosts.iter().filter(|host| host.up).count() as u64;
    let elapsed = Duration::from_millis(2_350);
    let end = scan.start.checked_add(elapsed).unwrap();
    let (total, unknown, phantoms) = (hosts.len() as u64, 0, Vec::new());
    let ending = output::Ending { end, elapsed, total, up, unknown, phantoms, outcome: Outcome::Success };
    format.end(scan, &ending).unwrap();
}

/// The hosts of a file that the readers take for whole and muster's.
fn read(bytes: &[u8], scan: &Scan) -> Vec<Host> {
    let mut pieces = pieces(bytes);
    let Some(Piece::Tail(tail)) = pieces.pop() else { panic!("no tail") };
    assert_eq!((tail.ending, tail.total.is_some(), tail.up.is_some()), (Ending::Complete, true, true));
    assert_eq!(tail.elapsed, Some(Duration::from_millis(2_350)));
    assert_eq!(tail.end.map(Timestamp::as_second), Some(1_795_316_402));
    let Piece::Head(head) = pieces.remove(0) else { panic!("no head") };
    assert_eq!(head.scanner.as_str(), "muster");
    assert_eq!(head.start.map(Timestamp::as_second), Some(1_795_316_400));
    assert_eq!(head.arguments, Some(Excerpt::of(&scan.arguments)));
    pieces
        .into_iter()
        .map(|piece| if let Piece::Host(host) = piece { *host } else { panic!("{piece:?}") })
        .collect()
}

fn state() -> impl Strategy<Value = PortState> {
    prop::sample::select(&[PortState::Open, PortState::Closed, PortState::Filtered, PortState::OpenFiltered])
}

/// A text as a service or script may give it.
fn text() -> impl Strategy<Value = String> {
    "[a-z<>&\"'äß%][ -~ä電]{0,20}[a-z<>&)]"
}

fn service() -> impl Strategy<Value = output::Service> {
    let word = || option::of(text());
    let name = option::of("[a-z][a-z0-9-]{0,12}[a-m]");
    (name, word(), word(), word(), any::<bool>(), any::<bool>()).prop_map(
        |(name, product, version, extra, is_in_tls, is_probed): (Option<String>, _, _, _, _, bool)| {
            output::Service {
                method: if is_probed && name.is_some() {
                    output::Method::Probed
                } else {
                    output::Method::Table
                },
                name,
                product,
                version,
                extra,
                is_in_tls,
                ..output::Service::default()
            }
        },
    )
}

fn script() -> impl Strategy<Value = output::Script> {
    let output = vec(text(), 1..4).prop_map(|lines| lines.join("\n"));
    let elements = vec(("[a-z]{1,8}", text()), 0..3);
    ("[a-z]{1,8}-[a-z]{1,8}", output, elements).prop_map(|(id, output, elements)| output::Script {
        id,
        output,
        elements,
    })
}

fn port() -> impl Strategy<Value = output::Port> {
    let reason = prop::sample::select(Reason::ALL);
    let from = option::of((1..255_u8).prop_map(|last| IpAddr::from([10, 9, 9, last])));
    (state(), reason, any::<u8>(), from, option::of(service()), vec(script(), 0..2)).prop_map(
        |(state, reason, reason_ttl, reason_from, service, scripts)| output::Port {
            number: 0,
            protocol: Protocol::Tcp,
            state,
            reason,
            reason_ttl,
            reason_from,
            phantom: None,
            service,
            scripts,
        },
    )
}

fn ports() -> impl Strategy<Value = Vec<output::Port>> {
    btree_map((any::<bool>(), 1..200_u16), port(), 1..90).prop_map(|ports| {
        let placed = |((is_udp, number), port): ((bool, u16), output::Port)| {
            let protocol = if is_udp { Protocol::Udp } else { Protocol::Tcp };
            output::Port { number, protocol, ..port }
        };
        ports.into_iter().map(placed).collect()
    })
}

fn host() -> impl Strategy<Value = output::Host> {
    let names = (option::of(Just("typed".to_owned())), option::of("[a-z]{1,9}\\.example\\.lan"));
    let card = option::of(any::<[u8; 6]>());
    (
        any::<[u8; 3]>(),
        prop::sample::select(Reason::ALL),
        any::<u8>(),
        card,
        names,
        ports(),
        vec(script(), 0..2),
    )
        .prop_map(|(last, reason, reason_ttl, hardware, (given_name, reverse_name), ports, scripts)| {
            output::Host {
                address: IpAddr::from([10, last[0], last[1], last[2]]),
                up: true,
                phantom: None,
                reason,
                reason_ttl,
                hardware,
                maker: hardware.filter(|bytes| bytes[5] % 2 == 0).map(|_| "Seals & Sons (Ltd)".to_owned()),
                given_name,
                reverse_name,
                ports,
                scripts,
                latency: None,
                timed_out: false,
                start: 1_795_316_401,
                end: 1_795_316_402,
            }
        })
}

/// A host that is up, one that is down, one that was given up.
fn hosts() -> impl Strategy<Value = Vec<output::Host>> {
    vec((host(), 0..6_u8), 1..4).prop_map(|hosts| {
        let mut hosts: Vec<_> = hosts
            .into_iter()
            .map(|(host, kind)| output::Host { up: kind != 0, timed_out: kind == 1, ..host })
            .collect();
        hosts.dedup_by_key(|host| host.address);
        hosts
    })
}

/// What is said of each port, listed or counted.
fn states(host: &Host) -> BTreeMap<Key, (PortState, Option<Reason>)> {
    let listed = host.ports.iter().map(|port| ((port.protocol, port.number), (port.state, port.reason)));
    let counted = host.rest.iter().flat_map(|rest| {
        rest.reasons.iter().flat_map(move |RestReason { reason, ports, .. }| {
            let numbers =
                ports.iter().flat_map(|(protocol, range)| range.clone().map(|port| (*protocol, port)));
            numbers.map(move |key| (key, (rest.state, *reason)))
        })
    });
    listed.chain(counted).collect()
}

fn excerpt(text: &Option<String>) -> Option<Excerpt> {
    text.as_deref().map(Excerpt::of)
}

fn said(service: &output::Service) -> Option<Service> {
    let output::Service { name, product, version, extra, is_in_tls, method, .. } = service;
    let is_probed = *method == output::Method::Probed;
    let [name, product, version, extra] = [name, product, version, extra].map(excerpt);
    Service { name, product, version, extra, is_in_tls: *is_in_tls, is_probed, banner: None }.if_any()
}

fn scripts(scripts: &[output::Script]) -> Vec<Script> {
    let element = |(key, value): &(String, String)| (Excerpt::of(key), Excerpt::of(value));
    let script = |script: &output::Script| Script {
        elements: script.elements.iter().map(element).collect(),
        ..Script::of(&script.id, &script.output)
    };
    scripts.iter().map(script).collect()
}

/// Without blanks and elements, which normal output does not keep.
fn outputs(scripts: &[Script]) -> Vec<(String, String)> {
    let of = |script: &Script| (script.id.to_string(), script.output.as_str().replace([' ', '…'], ""));
    scripts.iter().map(of).collect()
}

fn status(host: &output::Host) -> (Status, bool) {
    (if host.up { Status::Up } else { Status::Down }, host.up && host.timed_out)
}

fn has_ports(host: &output::Host) -> bool {
    host.up && !host.timed_out
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn xml_comes_back(hosts in hosts(), verbosity in 1..3_u8) {
        let (scan, mut out) = (scan(verbosity, false), Vec::new());
        written(Xml::new, &mut out, &scan, &hosts);
        let found = read(&out, &scan);
        prop_assert_eq!(found.len(), hosts.len());
        for (found, host) in found.iter().zip(&hosts) {
            prop_assert_eq!(found.address, host.address);
            prop_assert_eq!((found.status, found.timed_out), status(host));
            prop_assert_eq!((found.reason, found.reason_ttl, found.hardware), (Some(host.reason), host.reason_ttl, host.hardware));
            if !has_ports(host) {
                prop_assert!(found.ports.is_empty() && found.rest.is_empty());
                continue;
            }
            let names = [(&host.given_name, NameKind::User), (&host.reverse_name, NameKind::Reverse)];
            let names: Vec<_> = names.into_iter().filter_map(|(name, kind)| Some((excerpt(name)?, kind))).collect();
            prop_assert_eq!(&found.names, &names);
            prop_assert_eq!(&found.scripts, &scripts(&host.scripts));
            let whole = host.ports.iter().map(|port| ((port.protocol, port.number), (port.state, Some(port.reason))));
            prop_assert_eq!(states(found), whole.collect());
            prop_assert_eq!(found.rest.iter().map(|rest| rest.count as usize).sum::<usize>() + found.ports.len(), host.ports.len());
            for port in &found.ports {
                let written = host.ports.iter().find(|one| (one.protocol, one.number) == (port.protocol, port.number)).unwrap();
                prop_assert_eq!((port.reason_ttl, port.reason_from), (written.reason_ttl, written.reason_from));
                prop_assert_eq!(&port.service, &written.service.as_ref().and_then(said));
                prop_assert_eq!(&port.scripts, &scripts(&written.scripts));
            }
        }
    }

    #[test]
    fn grepable_comes_back(hosts in hosts(), verbosity in 1..3_u8) {
        let (scan, mut out) = (scan(verbosity, false), Vec::new());
        written(Grepable::new, &mut out, &scan, &hosts);
        let found = read(&out, &scan);
        prop_assert_eq!(found.len(), hosts.len());
        for (found, host) in found.iter().zip(&hosts) {
            prop_assert_eq!(found.address, host.address);
            prop_assert_eq!((found.status, found.timed_out), status(host));
            let name = excerpt(&host.reverse_name).map(|name| (name, NameKind::Reverse));
            prop_assert_eq!(&found.names, &name.into_iter().collect::<Vec<_>>());
            let written: BTreeMap<_, _> = host.ports.iter().map(|port| ((port.protocol, port.number), port)).collect();
            for port in &found.ports {
                let written = written[&(port.protocol, port.number)];
                prop_assert_eq!(port.state, written.state);
                let name = |service: Option<&Option<String>>| service.cloned().flatten();
                let expected = name(written.service.as_ref().map(|service| &service.name));
                prop_assert_eq!(port.service.as_ref().and_then(|service| service.name.clone()), excerpt(&expected));
            }
            if let [rest] = &found.rest[..] {
                prop_assert_eq!(rest.count as usize + found.ports.len(), host.ports.len());
            }
            prop_assert_eq!(has_ports(host), !(found.ports.is_empty() && found.rest.is_empty()) && has_ports(host));
        }
    }

    #[test]
    fn normal_comes_back(hosts in hosts(), verbosity in 1..3_u8) {
        let (scan, mut out) = (scan(verbosity, true), Vec::new());
        written(Normal::new, &mut out, &scan, &hosts);
        let found = read(&out, &scan);
        prop_assert_eq!(found.len(), hosts.len());
        for (found, host) in found.iter().zip(&hosts) {
            prop_assert_eq!(found.address, host.address);
            prop_assert_eq!((found.status, found.timed_out), status(host));
            prop_assert_eq!((found.reason, found.reason_ttl), (Some(host.reason), host.reason_ttl));
            if !has_ports(host) {
                continue;
            }
            prop_assert_eq!(found.hardware, host.hardware);
            let written: BTreeMap<_, _> = host.ports.iter().map(|port| ((port.protocol, port.number), port)).collect();
            for port in &found.ports {
                let written = written[&(port.protocol, port.number)];
                prop_assert_eq!((port.state, port.reason), (written.state, Some(written.reason)));
                prop_assert_eq!((port.reason_ttl, port.reason_from), (written.reason_ttl, written.reason_from));
                prop_assert_eq!(outputs(&port.scripts), outputs(&scripts(&written.scripts)));
            }
            prop_assert_eq!(outputs(&found.scripts), outputs(&scripts(&host.scripts)));
            let counted: u32 = found.rest.iter().map(|rest| rest.count).sum();
            prop_assert_eq!(counted as usize + found.ports.len(), host.ports.len());
        }
    }

    #[test]
    fn nothing_panics(bytes: Vec<u8>, head in prop::sample::select(&["<nmaprun>", "Host: ", "Nmap scan report for ", "[{\"ip\":", "open tcp 1 ", ""])) {
        if let Ok(reader) = Reader::new(&[head.as_bytes(), &bytes].concat()[..]) {
            reader.for_each(drop);
        }
    }
}
