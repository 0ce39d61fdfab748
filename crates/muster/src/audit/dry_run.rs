//! What an audit would do, without doing it.

use std::process::ExitCode;

use muster_audit::PortGroup;
use muster_engine::PortSet;
use muster_model::Protocol;

use super::args::AuditArgs;
use super::plan::AuditPlan;
use crate::failure::Failure;
use crate::output::{count, print, text_width, write_row};
use crate::sweep::{Choice, NetworkKind, ways};

/// Prints the plan to stdout.
///
/// # Errors
/// If stdout cannot be written.
pub(crate) fn dry_run(args: &AuditArgs, plan: &AuditPlan, choice: &Choice) -> Result<ExitCode, Failure> {
    let by_frames = choice.kind == NetworkKind::Raw;
    let ways = if by_frames { ways(&plan.targets.addresses, &args.network)? } else { Vec::new() };
    let addresses = &plan.targets.addresses;
    let mut rows = vec![
        ("targets", format!("{}: {addresses}", count(addresses.len(), "address"))),
        ("network", choice.to_string()),
    ];
    rows.extend(ways.into_iter().map(|way| ("", way)));
    rows.push(("policy", policy(plan)));
    rows.extend(plan.groups.iter().map(|group| ("sweep", sweep(plan, group))));
    rows.push(("decoy", decoy(plan)));
    if !plan.signs.is_empty() {
        let signs = PortSet::of_tcp(plan.signs.iter().copied());
        rows.push(("devices", format!("living hosts: TCP {}", signs.list(Protocol::Tcp))));
    }
    rows.push(("identify", "every open port: listen, then one benign request".to_owned()));
    let names = if args.targets.never_resolve { "none" } else { "of hosts that answer" };
    rows.push(("names", names.to_owned()));
    rows.extend(plan.targets.unresolved.iter().map(|error| ("left out", error.to_string())));
    rows.push(("seed", plan.seed.0.to_string()));
    print(|out| {
        rows.iter().try_for_each(|(key, text)| write_row(out, text_width(), key, text))?;
        writeln!(out, "no probe was sent")
    })?;
    Ok(plan.exit_code())
}

fn policy(plan: &AuditPlan) -> String {
    let (zones, exemptions) = (plan.policy.zones.len() as u64, plan.policy.exemptions.len() as u64);
    match &plan.policy_text {
        Some(_) => format!("{}, {}", count(zones, "zone"), count(exemptions, "exemption")),
        None => "none: nothing is expected, so nothing is missing".to_owned(),
    }
}

/// `4 addresses (servers): TCP 2967-2968,3310`
fn sweep(plan: &AuditPlan, group: &PortGroup) -> String {
    let ports = plan.swept(group);
    let zones = if group.zones.is_empty() { String::new() } else { format!(" ({})", group.zones.join(", ")) };
    format!("{}{zones}: TCP {}", count(group.targets.len(), "address"), ports.list(Protocol::Tcp))
}

fn decoy(plan: &AuditPlan) -> String {
    plan.decoy.map_or("none".to_owned(), |port| format!("TCP {port}, on which nothing listens"))
}
