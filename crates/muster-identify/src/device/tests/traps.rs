//! Hosts that look like what they are not, by the signs of the catalogue.

use muster_model::{ComputerRole, SignKind, System};

use super::*;

const WINDOWS_10: &str = "64240 1460 MNWNNS";
const LINUX: &str = "65160 1460 MSTNW";
const MACOS: &str = "65535 1460 MNWNNTSE";

const AXIS: [u8; 6] = [0x00, 0x40, 0x8C, 1, 2, 3];
const BROTHER: [u8; 6] = [0x00, 0x80, 0x77, 1, 2, 3];
const CISCO: [u8; 6] = [0x00, 0x00, 0x0C, 1, 2, 3];
const HEWLETT_PACKARD: [u8; 6] = [0x00, 0x01, 0xE6, 1, 2, 3];
const SYNOLOGY: [u8; 6] = [0x00, 0x11, 0x32, 1, 2, 3];
const APPLE: [u8; 6] = [0x00, 0x03, 0x93, 1, 2, 3];

fn host(ports: &[u16], names: &[&str]) -> Asset {
    asset(ports, &[], names)
}

/// All ports answer by this stack.
fn with_stack(mut host: Asset, stack: &str, ttl: u8) -> Asset {
    for port in &mut host.ports {
        (port.stack, port.ttl) = (stack.parse().ok(), Some(ttl));
    }
    host
}

fn with_card(mut host: Asset, card: [u8; 6]) -> Asset {
    host.hardware = Some(card);
    host
}

/// Class and whether it is certain.
fn device(host: &Asset) -> Option<(DeviceClass, bool)> {
    classified(host).map(|device| (device.class, device.is_certain()))
}

/// Family and whether it is certain.
fn family(host: &Asset) -> Option<(SystemFamily, bool)> {
    system(host).map(|system| (system.family, system.is_certain()))
}

fn system(host: &Asset) -> Option<System> {
    Classifier::new(Catalog::builtin()).system(host)
}

#[test]
fn a_card_and_a_port_are_two_signs() {
    use DeviceClass::{Camera, Printer};
    assert_eq!(device(&with_card(host(&[554], &[]), AXIS)), Some((Camera, true)));
    assert_eq!(device(&with_card(host(&[], &[]), AXIS)), Some((Camera, false)), "one sign never convicts");
    assert_eq!(device(&with_card(host(&[9100], &[]), BROTHER)), Some((Printer, true)));
    let drawn = [AXIS[0] | 2, AXIS[1], AXIS[2], 1, 2, 3];
    assert_eq!(device(&with_card(host(&[554], &[]), drawn)), Some((Camera, false)), "drawn: nobody made it");
    assert_eq!(device(&with_card(host(&[], &[]), drawn)), None);
}

#[test]
fn hewlett_packard_makes_printers_and_computers() {
    use DeviceClass::Printer;
    let card = |ports: &[u16]| with_card(host(ports, &[]), HEWLETT_PACKARD);
    assert_eq!(device(&card(&[])), None, "a card alone is no sign");
    assert_eq!(device(&card(&[80, 443])), None);
    assert_eq!(device(&card(&[9100])), Some((Printer, true)), "it bears out a port");
    let windows = with_stack(card(&[445, 9100]), WINDOWS_10, 128);
    assert_eq!(device(&windows), Some((Printer, false)), "a computer that shares its printer");
    let macos = with_stack(card(&[9100]), MACOS, 64);
    assert_eq!(device(&macos), Some((Printer, false)));
}

#[test]
fn telephones_and_print_servers_begin_with_the_life_of_windows() {
    use DeviceClass::{Phone, Printer};
    let print_server = with_stack(with_card(host(&[515], &[]), BROTHER), "5840 1460 M", 128);
    assert_eq!((device(&print_server), family(&print_server)), (Some((Printer, true)), None));
    let phone = with_stack(with_card(host(&[5060], &[]), CISCO), "65535 1460 MNNS", 128);
    assert_eq!((device(&phone), family(&phone)), (Some((Phone, true)), None));
    let lone = with_stack(host(&[80], &[]), "65535 1460 MNNS", 128);
    assert_eq!((device(&lone), family(&lone)), (None, None), "an old Windows or a telephone");
}

#[test]
fn windows_and_esxi_have_their_options_in_the_same_order() {
    use SystemFamily::{Other, Windows};
    let host = |ttl| with_stack(host(&[443], &[]), "65535 1460 MNWST", ttl);
    assert_eq!(family(&host(128)), Some((Windows, false)));
    assert_eq!(family(&host(64)), Some((Other, false)));
    assert_eq!(device(&host(64)), None, "FreeBSD answers like ESXi");
    let mut unknown = host(64);
    unknown.ports[0].ttl = None;
    assert_eq!(family(&unknown), None, "without the life of its packets nobody knows");
}

#[test]
fn who_shares_updates_is_a_computer_again() {
    let printer = with_card(host(&[515, 9100], &["printer-3"]), BROTHER);
    assert_eq!(device(&printer), Some((DeviceClass::Printer, true)));
    let mut windows = printer;
    windows.ports.push(observed(7680, PortState::Open));
    assert_eq!(device(&windows), None);
    assert_eq!(system(&windows).and_then(|system| system.role), Some(ComputerRole::Workstation));
}

#[test]
fn a_mac_is_a_workstation_and_an_iphone_is_none() {
    let mac = with_stack(with_card(host(&[22], &["macbook-7"]), APPLE), MACOS, 64);
    assert_eq!((device(&mac), family(&mac)), (None, Some((SystemFamily::Macos, true))));
    assert_eq!(system(&mac).and_then(|system| system.role), Some(ComputerRole::Workstation));
    let phone = with_card(host(&[], &["iphone-von-anna"]), APPLE);
    assert_eq!(device(&phone), Some((DeviceClass::Mobile, true)));
}

/// Both are Apple's, and either port is of one of the two alone.
#[test]
fn what_synchronises_is_a_telephone_and_what_shows_its_desktop_a_mac() {
    use DeviceClass::Mobile;
    use SystemFamily::Macos;
    let phone = host(&[62_078], &[]);
    assert_eq!((device(&phone), family(&phone)), (Some((Mobile, false)), Some((Macos, false))));
    assert_eq!(device(&with_card(phone, APPLE)), Some((Mobile, true)), "the card bears it out");
    let named = host(&[62_078], &["ipad-17"]);
    assert_eq!(device(&named), Some((Mobile, true)));
    let mac = with_card(host(&[3283, 62_078], &["imac-2"]), APPLE);
    assert_eq!((device(&mac), family(&mac)), (None, Some((Macos, true))), "a computer again");
    assert_eq!(device(&with_card(host(&[3283], &[]), APPLE)), None);
}

#[test]
fn a_storage_appliance_speaks_like_a_linux_server() {
    let storage = with_stack(with_card(host(&[445], &["nas-1"]), SYNOLOGY), LINUX, 64);
    assert_eq!(device(&storage), Some((DeviceClass::Storage, true)));
    assert_eq!(family(&storage), Some((SystemFamily::Linux, false)));
    assert_eq!(device(&with_stack(host(&[445], &[]), LINUX, 64)), None);
}

#[test]
fn systems_say_what_they_are() {
    use SystemFamily::{Linux, Other, Windows};
    let said = |told: Told| asset(&[22], &[service(22, &[told])], &[]);
    let text = Excerpt::of;
    for (told, expected) in [
        (Told::Greeting(text("SSH-2.0-OpenSSH_for_Windows_9.5")), Some(Windows)),
        (Told::Greeting(text("SSH-2.0-OpenSSH_9.2p1 Debian-2")), Some(Linux)),
        (Told::Greeting(text("SSH-2.0-OpenSSH_9.6 FreeBSD-20240806")), Some(Other)),
        (Told::Greeting(text("SSH-2.0-OpenSSH_9.6")), None),
        (Told::Greeting(text("220 welcome to Debian")), None),
        (Told::Server(text("Microsoft-IIS/10.0")), Some(Windows)),
        (Told::Server(text("Apache/2.4.57 (Debian)")), Some(Linux)),
        (Told::System(text("Windows 10.0.19045")), Some(Windows)),
        (Told::System(text("Windows 6.1.0")), None),
        (Told::Title(text("Microsoft-IIS/10.0")), None),
    ] {
        assert_eq!(family(&said(told.clone())), expected.map(|family| (family, false)), "{told:?}");
    }
    let both = with_stack(said(Told::Greeting(text("SSH-2.0-OpenSSH_for_Windows_9.5"))), WINDOWS_10, 127);
    assert_eq!(family(&both), Some((Windows, true)), "the stack bears it out");
    let against = with_stack(said(Told::Greeting(text("SSH-2.0-OpenSSH_for_Windows_9.5"))), LINUX, 64);
    assert_eq!(family(&against), None, "a contradiction");
}

#[test]
fn ports_with_different_stacks_are_not_one_hosts() {
    let mut host = with_stack(host(&[80, 443], &[]), WINDOWS_10, 128);
    assert_eq!(family(&host), Some((SystemFamily::Windows, false)));
    (host.ports[1].stack, host.ports[1].ttl) = (LINUX.parse().ok(), Some(64));
    assert_eq!(family(&host), None);
}

/// All ports answer to connections that agree on this.
fn with_connections(mut host: Asset, agreed: &str) -> Asset {
    host.ports.iter_mut().for_each(|port| port.stack = agreed.parse().ok());
    host
}

#[test]
fn what_connections_agree_on_is_one_sign() {
    use SystemFamily::{Linux, Windows};
    let of = |agreed: &str| with_connections(host(&[22, 80], &[]), agreed);
    for (agreed, expected) in [
        ("- - SW8/T", Some(Windows)),
        ("- - STW7", Some(Linux)),
        ("- - STW8", None),
        ("- - STW9", None),
        ("- - SW8", None),
        ("- - /STW", None),
        ("- - ", None),
    ] {
        assert_eq!(family(&of(agreed)), expected.map(|family| (family, false)), "{agreed}");
        assert_eq!(device(&of(agreed)), None, "{agreed}: no device shows by what it agrees on");
    }
    let seen = system(&of("- - SW8/T")).unwrap().signs.remove(0);
    let said = "connection with selective acknowledgement, no time stamps, windows shifted by 8";
    assert_eq!((seen.kind, seen.seen.as_str()), (SignKind::Stack, said));
    let telling = with_connections(host(&[135, 445], &[]), "- - SW8/T");
    assert_eq!(family(&telling), Some((Windows, true)), "its ports bear it out");
}

#[test]
fn segments_say_more_than_connections() {
    let mut host = with_connections(host(&[22, 80], &[]), "- - SW8/T");
    (host.ports[1].stack, host.ports[1].ttl) = (LINUX.parse().ok(), Some(64));
    assert_eq!(family(&host), Some((SystemFamily::Linux, false)));
    let mut mixed = with_connections(host, "- - SW8/T");
    mixed.ports[1].stack = "- - STW7".parse().ok();
    assert_eq!(family(&mixed), None, "something on the way has one of them");
}

#[test]
fn what_a_host_announces_is_one_sign() {
    use DeviceClass::{Camera, Mobile, NetworkGear, Printer};
    let announced = |kinds: &str, ports: &[u16]| {
        asset(ports, &[service(5353, &[Told::Announced(Excerpt::of(kinds))])], &[])
    };
    for (kinds, ports, expected) in [
        ("_airport._tcp, _sleep-proxy._udp", &[80][..], Some((NetworkGear, false))),
        ("_apple-mobdev2._tcp", &[62_078], Some((Mobile, true))),
        ("_axis-video._tcp", &[554], Some((Camera, true))),
        ("_ipp._tcp, _pdl-datastream._tcp", &[9100], Some((Printer, true))),
        ("_ipp._tcp, _printer._tcp", &[22], None),
        ("_ipp._tcp, _printer._tcp", &[515], Some((Printer, false))),
    ] {
        assert_eq!(
            device(&announced(kinds, ports)),
            expected,
            "{kinds}: a computer shares its printers as well"
        );
    }
    assert_eq!(family(&announced("_eppc._tcp, _ssh._tcp", &[22])), Some((SystemFamily::Macos, false)));
    assert_eq!(family(&announced("_smb._tcp, _ssh._tcp", &[22])), None);
}

#[test]
fn roles_come_from_builds_and_names() {
    let of = |build: &str, name: &str| {
        let told = [Told::System(Excerpt::of(build))];
        system(&asset(&[445], &[service(445, &told)], &[name])).and_then(|system| system.role)
    };
    assert_eq!(of("Windows 10.0.19045", "depot"), Some(ComputerRole::Workstation));
    assert_eq!(of("Windows 10.0.20348", "depot"), Some(ComputerRole::Server));
    assert_eq!(of("Windows 10.0.17763", "depot"), None, "both have it");
    assert_eq!(of("Windows 10.0.17763", "srv-3"), Some(ComputerRole::Server));
    assert_eq!(of("Windows 10.0.19045", "srv-3"), None, "a contradiction");
}
