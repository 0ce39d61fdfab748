//! Servers, devices and whatever else is the only one of its kind.

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use crate::page;
use crate::plan::{Occupant, Service, on};
use crate::role::Role;
use crate::rows::{SECURE_SHELL, TRELLIX_PORT};
use crate::speech::Speech;

/// All of them. Ages of signatures count from `opened`.
pub(crate) fn machines(opened: Timestamp) -> Vec<Occupant> {
    let mut machines = servers(opened);
    machines.push(machine(51, "studio", Role::Mac, vec![on(5900, SCREEN_SHARING)]));
    machines.extend((1..).zip(PRINTERS).map(|(number, (host, model))| printer(number, *host, *model)));
    machines.push(switch());
    machines
}

fn servers(opened: Timestamp) -> Vec<Occupant> {
    let console = page::empty("200 OK", "management console");
    let wiki = page::titled("office web", "Office wiki");
    vec![
        machine(2, "console", Role::Console, vec![on(8014, console), on(8443, Speech::Tls)]),
        machine(3, "files", Role::FileServer, vec![on(4450, Speech::Silent)]),
        machine(4, "intranet", Role::WebServer, vec![on(page::PORT, page::empty("200 OK", "intranet"))]),
        machine(5, "build", Role::LinuxServer, vec![shell()]),
        machine(6, "mail", Role::FreshScanner, vec![shell(), clamd(opened - YESTERDAY)]),
        machine(7, "archive", Role::StaleScanner, vec![shell(), clamd(opened - LONG_AGO)]),
        machine(8, "wiki", Role::WebApplication, vec![shell(), on(TRELLIX_PORT, wiki)]),
    ]
}

fn machine(host: u8, name: &str, role: Role, services: Vec<Service>) -> Occupant {
    Occupant { host, name: name.to_owned(), role, services }
}

fn shell() -> Service {
    on(2222, SECURE_SHELL)
}

/// Where clamd is reached over TCP in its own example. It tells version, number and date of its signatures, the last as
/// ctime(3) writes it.
fn clamd(signatures: Timestamp) -> Service {
    let date = signatures.to_zoned(TimeZone::UTC).strftime("%a %b %e %H:%M:%S %Y");
    on(3310, Speech::Clamd(format!("ClamAV 1.4.1/27461/{date}").into()))
}

/// A printer takes jobs on 9100. `model` is what its page is called, if it has one.
fn printer(number: usize, host: u8, model: Option<&str>) -> Occupant {
    let mut services = vec![on(9100, Speech::Silent)];
    services.extend(model.map(|model| on(page::PORT, page::titled("embedded web", model))));
    let role = if model.is_some() { Role::PrintServer } else { Role::PlainPrintServer };
    machine(host, &format!("printer-{number}"), role, services)
}

/// Known by the port over which switches are set up, and by its page.
fn switch() -> Occupant {
    let page = page::titled("embedded web", "ProCurve Switch 2824");
    machine(250, "switch-1", Role::Switch, vec![on(4786, Speech::Silent), on(page::PORT, page)])
}

const PRINTERS: &[(u8, Option<&str>)] = &[
    (240, Some("HP LaserJet P3015")),
    (241, Some("HP LaserJet M402dn")),
    (242, Some("HP LaserJet 4250")),
    // It stands in the workshop, where every computer must have the agent.
    (16, None),
];

/// RFC 6143, 7.1.1.
const SCREEN_SHARING: Speech = Speech::Greets("RFB 003.889\n");

const YESTERDAY: SignedDuration = SignedDuration::from_hours(24);
const LONG_AGO: SignedDuration = SignedDuration::from_hours(60 * 24);
