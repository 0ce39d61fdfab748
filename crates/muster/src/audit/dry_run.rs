//! What an audit would do, without doing it.

use std::process::ExitCode;

use muster_engine::PortSet;
use muster_model::Protocol;

use super::args::AuditArgs;
use super::plan::AuditPlan;
use crate::failure::Failure;
use crate::output::{count, print};
use crate::sweep::{Choice, NetworkKind, ways};

/// Prints the plan to stdout.
///
/// # Errors
/// If stdout cannot be written.
pub(crate) fn dry_run(args: &AuditArgs, plan: &AuditPlan, choice: &Choice) -> Result<ExitCode, Failure> {
    let by_frames = choice.kind == NetworkKind::Raw;
    let ways = if by_frames { ways(&plan.targets.addresses, &args.network)? } else { Vec::new() };
    print(|out| {
        let addresses = &plan.targets.addresses;
        writeln!(out, "targets    {}: {addresses}", count(addresses.len(), "address"))?;
        writeln!(out, "network    {choice}")?;
        ways.iter().try_for_each(|way| writeln!(out, "           {way}"))?;
        let policy = match &plan.policy_text {
            Some(_) => {
                let (zones, exemptions) = (plan.policy.zones.len(), plan.policy.exemptions.len());
                format!("{}, {}", count(zones as u64, "zone"), count(exemptions as u64, "exemption"))
            }
            None => "none: nothing is expected, so nothing is missing".to_owned(),
        };
        writeln!(out, "policy     {policy}")?;
        for group in &plan.groups {
            let ports = plan.swept(group);
            let zones =
                if group.zones.is_empty() { String::new() } else { format!(" ({})", group.zones.join(", ")) };
            let (addresses, ports) = (count(group.targets.len(), "address"), ports.list(Protocol::Tcp));
            writeln!(out, "sweep      {addresses}{zones}: TCP {ports}")?;
        }
        match plan.decoy {
            Some(port) => writeln!(out, "decoy      TCP {port}, on which nothing listens")?,
            None => writeln!(out, "decoy      none")?,
        }
        if !plan.signs.is_empty() {
            let signs = PortSet::of_tcp(plan.signs.iter().copied());
            writeln!(out, "devices    living hosts: TCP {}", signs.list(Protocol::Tcp))?;
        }
        writeln!(out, "identify   every open port: listen, then one benign request")?;
        let names = if args.targets.never_resolve { "none" } else { "of hosts that answer" };
        writeln!(out, "names      {names}")?;
        for error in &plan.targets.unresolved {
            writeln!(out, "left out   {error}")?;
        }
        writeln!(out, "seed       {}\nno probe was sent", plan.seed.0)
    })?;
    Ok(plan.exit_code())
}
