//! Pages of machines that differ.

use std::path::PathBuf;

use muster_platform::{Grant, User};

use super::super::interfaces::Interface;
use super::*;

/// A machine where everything is as it should be.
fn root() -> Examination {
    let ethernet = Device {
        index: 2,
        name: "eth0".to_owned(),
        kind: DeviceKind::Ethernet,
        hardware: Some([2, 0, 0, 0, 0, 0xa1]),
        mtu: 1500,
        is_up: true,
        driver: Some("virtio_net".to_owned()),
    };
    let loopback = Device {
        index: 1,
        name: "lo".to_owned(),
        kind: DeviceKind::Loopback,
        hardware: None,
        mtu: 65_536,
        driver: None,
        ..ethernet.clone()
    };
    let tunnel = Device {
        index: 3,
        name: "wg0".to_owned(),
        kind: DeviceKind::RawIp,
        hardware: None,
        is_up: false,
        driver: Some("wireguard".to_owned()),
        ..ethernet.clone()
    };
    let interface = |device: Device, addresses: &[(&str, u8)], frames| Interface {
        name: device.name.clone(),
        device: Some(device),
        addresses: addresses.iter().map(|(address, prefix)| (address.parse().unwrap(), *prefix)).collect(),
        frames,
    };
    let why = Some("zero copy: the driver has none".to_owned());
    Examination {
        has_links: true,
        interfaces: Ok(vec![
            interface(loopback, &[("127.0.0.1", 8), ("::1", 128)], Frames::Untried),
            interface(
                ethernet,
                &[("10.0.0.5", 24), ("fd00::5", 64), ("fe80::aaaa:bbbb:cccc:dddd", 64)],
                Frames::By("AF_XDP (copy)".to_owned(), why),
            ),
            interface(tunnel, &[], Frames::Untried),
        ]),
        routes: Ok(Overview { has_default_v4: true, ..Overview::default() }),
        privilege: Privilege {
            can_send_frames: true,
            calling_user: None,
            is_caller_unknown: false,
            program: Some("/usr/local/bin/muster".into()),
            grant: Grant::default(),
        },
        descriptors: Ok(Descriptors { limit: 1_048_576, in_use: 4 }),
    }
}

/// The same for somebody without privilege, and with less of the rest.
fn user() -> Examination {
    let mut found = root();
    for interface in found.interfaces.as_mut().unwrap() {
        interface.frames = Frames::Untried;
    }
    found.privilege.can_send_frames = false;
    found.descriptors = Ok(Descriptors { limit: 1024, in_use: 4 });
    found
}

/// The page without its first line, which differs by machine.
fn page(found: &Examination) -> String {
    let mut out = Vec::new();
    write(&mut out, found).unwrap();
    let text = String::from_utf8(out).unwrap();
    for line in text.lines() {
        assert!(line.chars().count() <= 80 || line.starts_with("    sudo "), "{line}");
        assert!(!line.contains(char::is_control) && line.trim_end() == line, "{line:?}");
    }
    text.split_once("\n\n").unwrap().1.to_owned()
}

#[test]
fn a_machine_that_is_ready() {
    insta::assert_snapshot!(page(&root()));
}

#[test]
fn a_user_without_privilege() {
    insta::assert_snapshot!(page(&user()));
}

#[test]
fn every_obstacle_has_a_way_around() {
    let mut found = user();
    found.privilege.grant = Grant {
        is_given: true,
        obstacles: vec![Obstacle::NoNewPrivileges, Obstacle::NoSuid, Obstacle::OutOfBounds],
    };
    let text = page(&found);
    for word in ["no_new_privs", "nosuid", "--cap-add NET_RAW"] {
        assert!(text.contains(word), "{word}: {text}");
    }
    assert!(!text.contains("setcap"), "it is granted already: {text}");
    assert!(!text.contains("by sudo"), "sudo is held back as well: {text}");
}

#[test]
fn rules_are_told_with_what_they_go_by() {
    let mut found = root();
    found.routes = Ok(Overview { rules: 3, rules_beyond_addresses: 1, ..Overview::default() });
    let text = page(&found);
    assert!(text.contains("policy routing: 3 rules beside the usual"), "{text}");
    assert!(text.contains("1 of them goes by mark, user, protocol or port"), "{text}");
    assert_eq!(text.matches("no default route").count(), 2);
}

#[test]
fn under_sudo_the_user_is_named() {
    let mut found = root();
    let user = User { name: "ann".to_owned(), uid: 1000, gid: 1000, home: "/home/ann".into() };
    found.privilege.calling_user = Some(user);
    assert!(page(&found).contains("it becomes ann, whose store it uses."), "{}", page(&found));
}

#[test]
fn whom_no_database_knows_is_told_so() {
    let mut found = root();
    let user = User { name: "4242".to_owned(), uid: 4242, gid: 4242, home: PathBuf::new() };
    found.privilege.calling_user = Some(user);
    let text = page(&found).replace("\n  ", " ");
    assert!(
        text.contains("it becomes user 4242, of whom this machine's user database knows no folder: --store")
    );
    (found.privilege.calling_user, found.privilege.is_caller_unknown) = (None, true);
    let text = page(&found).replace("\n  ", " ");
    assert!(
        text.contains("The user who called it is not in this machine's user database: no other"),
        "{text}"
    );
}

#[test]
fn a_system_without_links_needs_no_privilege() {
    let mut found = user();
    found.has_links = false;
    found.routes = Err("unsupported".to_owned());
    found.descriptors = Ok(Descriptors { limit: u64::MAX, in_use: 16 });
    let text = page(&found);
    assert!(text.contains("By connections: frames are sent on Linux alone."), "{text}");
    assert!(
        !text.contains("Routes") && !text.contains("setcap") && text.contains("There is no limit."),
        "{text}"
    );
}

#[test]
fn what_cannot_be_found_out_is_said_in_its_place() {
    let mut found = user();
    found.interfaces = Err("no list".to_owned());
    found.routes = Err("no answer".to_owned());
    found.descriptors = Err("no limit".to_owned());
    let text = page(&found);
    for said in
        ["cannot be listed: no list", "cannot be read: no answer", "the limit cannot be read: no limit"]
    {
        assert!(text.contains(said), "{said}: {text}");
    }
}

#[test]
fn frames_that_no_interface_takes_leave_connections() {
    let mut found = root();
    for interface in found.interfaces.as_mut().unwrap() {
        interface.frames = Frames::Refused("eth0: socket: no buffers".to_owned());
    }
    let text = page(&found);
    assert!(text.contains("By connections: no interface that is up takes frames."), "{text}");
}

#[test]
fn names_reach_neither_terminal_nor_shell_raw() {
    let mut found = user();
    let interfaces = found.interfaces.as_mut().unwrap();
    interfaces[0].name = "a\x1b[31m".to_owned();
    interfaces[1].device.as_mut().unwrap().driver = Some("b\u{202e}c".to_owned());
    found.privilege.program = Some(PathBuf::from("/opt/it's $(here)/\x1bmuster"));
    let text = page(&found);
    assert!(!text.contains(['\x1b', '\u{202e}']), "{text:?}");
    assert!(text.contains(r"sudo setcap cap_net_raw+ep '/opt/it'\''s $(here)/muster'"), "{text}");
}
