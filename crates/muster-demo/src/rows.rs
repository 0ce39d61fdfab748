//! Rows of computers that are alike but for a letter.

use crate::audited::{accepted_ports, swept_ports};
use crate::page;
use crate::plan::{AGENT_PORT, Occupant, Service, on};
use crate::role::Role;
use crate::speech::Speech;

/// Everybody who sits in a row.
pub(crate) fn rows() -> impl Iterator<Item = Occupant> {
    ROWS.iter()
        .flat_map(|(first_host, row)| (*first_host..).zip(row.chars()).map(|(host, seat)| take(host, seat)))
}

/// The computer on a seat of a row.
fn take(host: u8, seat: char) -> Occupant {
    let name = format!("{}-{host:03}", if matches!(seat, 'p' | 'b') { "dmz" } else { "pc" });
    let (role, services) = match seat {
        'a' => (Role::Agent, vec![old_agent()]),
        'u' => (Role::UpdateProvider, vec![on(AGENT_PORT, page::empty("404 Not Found", "update cache"))]),
        'i' => (Role::ChatServer, vec![on(AGENT_PORT, CHAT)]),
        'h' => (Role::ShellServer, vec![on(AGENT_PORT, SECURE_SHELL)]),
        'f' => (Role::Firewalled, vec![on(AGENT_PORT, Speech::Deaf)]),
        's' => (Role::Silent, on_each(&swept_ports(), &Speech::Deaf)),
        'r' => (Role::Computer, vec![on(REMOTE_DESKTOP, Speech::Silent)]),
        'w' => (Role::Computer, vec![on(WEB_SERVICES_FOR_DEVICES, device_host())]),
        't' => (Role::TrellixAgent, vec![trellix(host, &name)]),
        'q' => (Role::ReservedTrellixAgent, vec![on(TRELLIX_PORT, page::agent_refusal())]),
        'm' => (Role::MovedComputer, vec![old_agent(), trellix(host, &name)]),
        'o' => (Role::SophosRouter, vec![on(SOPHOS_PORT, MESSAGE_ROUTER)]),
        'x' => (Role::TransferServer, vec![on(SOPHOS_PORT, FILE_TRANSFER)]),
        'p' => (Role::Phantom, on_each(&accepted_ports(), &Speech::Phantom)),
        'b' => (Role::ShieldedApplication, shielded()),
        _ => (Role::Computer, Vec::new()),
    };
    Occupant { host, name, role, services }
}

fn on_each(ports: &[u16], speech: &Speech) -> Vec<Service> {
    ports.iter().map(|&port| on(port, speech.clone())).collect()
}

/// Everything seems open, and one port is.
fn shielded() -> Vec<Service> {
    let mut services = on_each(&accepted_ports(), &Speech::Phantom);
    services.retain(|service| service.port != page::PORT);
    services.push(on(page::PORT, page::titled("office web", "Office time sheets")));
    services
}

fn old_agent() -> Service {
    on(AGENT_PORT, Speech::Silent)
}

fn trellix(host: u8, name: &str) -> Service {
    on(TRELLIX_PORT, page::agent_log(&name.to_uppercase(), host))
}

fn device_host() -> Speech {
    page::empty("503 Service Unavailable", "device host")
}

/// Where the agent of Trellix, formerly McAfee, listens.
pub(crate) const TRELLIX_PORT: u16 = 8081;
/// Where Sophos' message router says how it is to be reached.
pub(crate) const SOPHOS_PORT: u16 = 8192;
const REMOTE_DESKTOP: u16 = 3389;
const WEB_SERVICES_FOR_DEVICES: u16 = 5357;

/// RFC 2812: prefix, NOTICE, target, text.
const CHAT: Speech = Speech::Greets(":chat.office.example NOTICE * :Welcome to the office chat\r\n");
/// RFC 4253, 4.2.
pub(crate) const SECURE_SHELL: Speech = Speech::Greets("SSH-2.0-office\r\n");
/// RFC 959, 4.2.
const FILE_TRANSFER: Speech = Speech::Greets("220 files.office.example FTP server ready\r\n");
/// A CORBA object reference (CORBA 3.3 part 2, 7.6.9) in hexadecimal digits: little-endian, the type
/// `IDL:office/Router:1.0`, and no address to go on to.
const MESSAGE_ROUTER: Speech =
    Speech::Greets("IOR:010000001600000049444c3a6f66666963652f526f757465723a312e3000000000000000");

/// Rows of computers: the first one's host number, then a letter a seat. `a` old agent, `u` update provider, `i` chat
/// server, `h` secure shell, `f` firewalled, `s` silent, `t` Trellix agent, `q` the same with its page reserved, `m`
/// the same with the old agent beside it, `o` Sophos' message router, `x` FTP in its place, `p` phantom, `b` web
/// application behind one, and without an agent `c`, `r` (remote desktop), `w` (web services for devices).
const ROWS: &[(u8, &str)] = &[
    (17, "aaraufaaaraacafarah"),
    (52, "oooroxoo"),
    (64, "ppppppbppppbpppp"),
    (80, "aafacraaifaawaafac"),
    (104, "ttttttqtttttmtttttrttttttttttctttttmtttt"),
    (144, "acaafrawafacracs"),
    (176, "tttttttttctttttttttqttttttwtttttttmttttr"),
];
