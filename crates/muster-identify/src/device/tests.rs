//! Signs, and what they add up to.

mod traps;

use std::time::Duration;

use muster_catalog::Sign;
use muster_model::{Conversation, Excerpt, HostName, Identity, Instant, NameSource, Reason, Request};

use super::*;
use crate::testing::at;

fn observed(port: u16, state: PortState) -> Observation {
    let rtt = Some(Duration::from_millis(1));
    Observation {
        stack: None,
        endpoint: at(port),
        state,
        reason: Reason::SynAck,
        icmp: None,
        ttl: None,
        rtt,
        round: 1,
        at: Instant::START,
    }
}

fn service(port: u16, told: &[Told]) -> Service {
    Service {
        endpoint: at(port),
        identity: None,
        speech: None,
        asked: vec![Request::HttpGet],
        told: told.to_vec(),
        end: Conversation::Satisfied,
        exchanges: Vec::new(),
    }
}

fn name(text: &str) -> HostName {
    HostName { name: Excerpt::of(text), source: NameSource::Reverse }
}

/// A host with these ports open, these services and these names.
fn asset(ports: &[u16], services: &[Service], names: &[&str]) -> Asset {
    Asset {
        address: at(0).address,
        names: names.iter().map(|text| name(text)).collect(),
        zone: None,
        ports: ports.iter().map(|&port| observed(port, PortState::Open)).collect(),
        services: services.to_vec(),
        hardware: None,
        system: None,
        device: None,
        is_phantom: false,
    }
}

fn classified(asset: &Asset) -> Option<Device> {
    Classifier::new(Catalog::builtin()).device(asset)
}

fn signature(class: DeviceClass, sign: Sign) -> DeviceSignature {
    DeviceSignature { class, sign, source: Vec::new() }
}

fn signatures() -> Vec<DeviceSignature> {
    use DeviceClass::{NetworkGear, Printer, Storage};
    vec![
        signature(Printer, Sign::Ports(vec![9100])),
        signature(Printer, Sign::Ports(vec![515, 631])),
        signature(Printer, Sign::Greeting("LaserJet".to_owned())),
        signature(Printer, Sign::Greeting("hp l".to_owned())),
        signature(Printer, Sign::Name("prn".to_owned())),
        signature(NetworkGear, Sign::Ports(vec![23])),
        signature(NetworkGear, Sign::Greeting("switch".to_owned())),
        signature(NetworkGear, Sign::Name("sw".to_owned())),
        signature(Storage, Sign::Name("nas".to_owned())),
        signature(Storage, Sign::Greeting(String::new())),
        signature(Storage, Sign::Ports(Vec::new())),
        signature(Storage, Sign::Name(String::new())),
    ]
}

/// Class, certainty and signs in words.
fn looks(ports: &[u16], services: &[Service], names: &[&str]) -> String {
    let signatures = signatures();
    match Classifier::of(&signatures).device(&asset(ports, services, names)) {
        None => "nothing".to_owned(),
        Some(device) => {
            let seen: Vec<String> =
                device.signs.iter().map(|sign| format!("{} {}", sign.kind.name(), sign.seen)).collect();
            let certainty = if device.is_certain() { "surely" } else { "perhaps" };
            format!("{certainty} {}: {}", device.class, seen.join("; "))
        }
    }
}

/// Open ports, services, names, and what the host looks like.
type Case<'a> = (&'a [u16], &'a [Service], &'a [&'a str], &'a str);

#[test]
fn signs_add_up() {
    let title = || service(80, &[Told::Title(Excerpt::of("HP LaserJet 4250"))]);
    let cases: &[Case<'_>] = &[
        (&[], &[], &[], "nothing"),
        (&[22, 80], &[service(80, &[Told::Title(Excerpt::of("Welcome"))])], &["pc-7"], "nothing"),
        (&[9100], &[], &[], "perhaps printer: port 9100 open"),
        (&[515], &[], &[], "nothing"),
        (&[515, 631], &[], &[], "perhaps printer: port 515, 631 open"),
        (&[515, 631, 9100], &[], &[], "perhaps printer: port 9100 open; port 515, 631 open"),
        (&[], &[title()], &[], "perhaps printer: greeting or title HP LaserJet 4250"),
        (&[9100], &[title()], &[], "surely printer: port 9100 open; greeting or title HP LaserJet 4250"),
        (
            &[9100],
            &[],
            &["prn-3.office.example"],
            "surely printer: port 9100 open; name prn-3.office.example",
        ),
        (&[23], &[], &["prn-3"], "perhaps network-gear: port 23 open"),
        (&[23, 9100], &[], &["sw1"], "surely network-gear: port 23 open; name sw1"),
        (&[515, 631, 9100], &[], &["nas"], "perhaps printer: port 9100 open; port 515, 631 open"),
        (&[23, 9100], &[], &["sw-prn"], "perhaps network-gear: port 23 open"),
    ];
    for (ports, services, names, expected) in cases {
        assert_eq!(looks(ports, services, names), *expected, "{ports:?} {names:?}");
    }
}

#[test]
fn words_in_names_stand_alone() {
    for (text, is_printer) in [
        ("prn", true),
        ("PRN-3", true),
        ("hp_prn3", true),
        ("3prn", true),
        ("prnt", false),
        ("aprn", false),
        ("aprn-prn", true),
        ("éprn", false),
        ("pc.prn.example", false),
        ("", false),
    ] {
        let expected =
            if is_printer { format!("perhaps printer: name {text}") } else { "nothing".to_owned() };
        assert_eq!(looks(&[], &[], &[text]), expected, "{text}");
    }
}

#[test]
fn everything_a_device_says_of_itself_counts() {
    let text = || Excerpt::of("an HP LASERJET here");
    for (told, is_sign) in [
        (Told::Greeting(text()), true),
        (Told::Answer(text()), true),
        (Told::Server(text()), true),
        (Told::Title(text()), true),
        (Told::CertificateSubject(text()), true),
        (Told::CertificateIssuer(text()), false),
        (Told::HostName(text()), false),
        (Told::Manager(text()), false),
    ] {
        assert_eq!(
            looks(&[], &[service(80, std::slice::from_ref(&told))], &[]) != "nothing",
            is_sign,
            "{told:?}"
        );
    }
}

#[test]
fn a_genuine_agent_and_closed_ports_are_no_device() {
    assert_eq!(classified(&asset(&[], &[], &[])), None);
    let open = open_ports(&[observed(9100, PortState::Closed), observed(23, PortState::Open)]);
    assert_eq!(open.into_iter().collect::<Vec<_>>(), [at(23)]);
}

#[test]
fn what_speaks_for_a_computer_settles_it() {
    let catalog = Catalog::builtin();
    let Some((ports, texts)) = certain_printer(catalog) else { panic!("the catalogue has no printer") };
    let mut host = asset(&ports, &[service(80, &[Told::Title(Excerpt::of(&texts))])], &[]);
    let device = classified(&host).unwrap();
    assert_eq!((device.class, device.is_certain()), (DeviceClass::Printer, true));

    host.services[0].identity =
        Some(Identity::Genuine { product: "symantec-sep".parse().unwrap(), fingerprint: Excerpt::of("any") });
    assert_eq!(classified(&host), None, "an agent");

    host.services[0].identity = None;
    for (greeting, is_device) in [
        ("SSH-2.0-OpenSSH_9.6p1 Ubuntu-3ubuntu13", false),
        ("SSH-2.0-OpenSSH_9.2p1 Debian-2", false),
        ("SSH-2.0-OpenSSH_for_Windows_9.5", false),
        ("SSH-2.0-OpenSSH_8.0", true),
        ("SSH-2.0-dropbear", true),
    ] {
        let mut all = host.clone();
        all.services.push(service(22, &[Told::Greeting(Excerpt::of(greeting))]));
        assert_eq!(classified(&all).is_some(), is_device, "{greeting}");
    }
    host.ports.push(observed(COMPUTER_PORTS[0], PortState::Open));
    assert_eq!(classified(&host), None, "a computer's port");
}

/// Ports and words by which the catalogue knows printers.
fn certain_printer(catalog: &Catalog) -> Option<(Vec<u16>, String)> {
    let of_printers = || catalog.devices().iter().filter(|device| device.class == DeviceClass::Printer);
    let ports = of_printers().find_map(|device| match &device.sign {
        Sign::Ports(ports) => Some(ports.clone()),
        _ => None,
    })?;
    let words = of_printers().find_map(|device| match &device.sign {
        Sign::Greeting(text) => Some(text.clone()),
        _ => None,
    })?;
    Some((ports, words))
}
