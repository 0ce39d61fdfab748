//! What an audit of the office must say, host by host: the truth that audits are held against. Whoever changes who sits
//! where says here what follows from it.

use muster_catalog::SIGN_PORTS;
use muster_model::{Assurance, Verdict};

use crate::plan::Desk;
use crate::role::Role;
use crate::zones::{Zone, is_exempt};

/// What an audit must say of an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Expected {
    /// There is a host, and this is the word about it.
    Verdict(Verdict),
    /// Something accepts connections for the address: not measured, no asset.
    Phantom,
    /// Nothing gives a sign of life: no asset.
    Silent,
}

/// Under the office's own policy. `desk`: who is there, if somebody is.
pub(crate) fn under_policy(host: u8, desk: Option<&Desk>) -> Expected {
    if is_exempt(host) {
        return Expected::Verdict(Verdict::Exempt);
    }
    let zone = Zone::of(host);
    match desk.map(|desk| desk.role) {
        // As likely as an open port makes it where it is expected, and long past its end of life.
        Some(Role::Agent) if zone.is_some_and(|zone| zone.product == "symantec-savce-10") => {
            Expected::Verdict(Verdict::Degraded)
        }
        Some(Role::Computer)
            if zone.is_some_and(|zone| zone.requires_listener) && desk.is_some_and(has_open_sign) =>
        {
            Expected::Verdict(Verdict::Unprotected)
        }
        _ => without_policy(desk),
    }
}

/// Whether a port is open that an audit asks of every host: what refuses everything may be no computer at all.
fn has_open_sign(desk: &Desk) -> bool {
    desk.services.iter().any(|service| SIGN_PORTS.contains(&service.port))
}

/// Without any policy.
pub(crate) fn without_policy(desk: Option<&Desk>) -> Expected {
    // Nobody is there, but the address is this machine's, which refuses every connection: a computer without a listener.
    let Some(desk) = desk else { return Expected::Verdict(Verdict::Unknown) };
    Expected::Verdict(match desk.role {
        Role::Phantom => return Expected::Phantom,
        Role::Silent => return Expected::Silent,
        Role::TrellixAgent | Role::ReservedTrellixAgent | Role::MovedComputer | Role::FreshScanner => {
            Verdict::Protected(Assurance::Verified)
        }
        // Any answer in HTTP fits; none is a proof.
        Role::UpdateProvider => Verdict::Protected(Assurance::Likely),
        // The router names itself, and its maker has given it up.
        Role::SophosRouter | Role::StaleScanner => Verdict::Degraded,
        Role::ChatServer | Role::ShellServer | Role::TransferServer => Verdict::Suspect,
        Role::PrintServer | Role::Switch => Verdict::OutOfScope,
        // An open port that says nothing fits the old agent, and anything else. Where everything is closed or filtered,
        // agents that do not listen may run. One sign of a device is not enough, and a real application behind a device
        // that accepts everything shows that there is a host, but not what protects it.
        Role::Agent
        | Role::Computer
        | Role::Console
        | Role::FileServer
        | Role::Firewalled
        | Role::LinuxServer
        | Role::Mac
        | Role::PlainPrintServer
        | Role::ShieldedApplication
        | Role::WebApplication
        | Role::WebServer => Verdict::Unknown,
    })
}
