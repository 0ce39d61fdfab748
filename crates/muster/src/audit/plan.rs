//! From what was typed to what an audit will do: the policy is read, targets and ports are settled. No probe is sent
//! here.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use muster_audit::{Policy, PortGroup};
use muster_catalog::{Catalog, DECOY_PORT, SIGN_PORTS};
use muster_engine::{AddressSet, MAX_ENDPOINTS, PortSet, Seed};
use muster_model::Protocol;

use super::args::AuditArgs;
use crate::failure::{Failure, unread_hint};
use crate::sweep::{TargetArgs, Targets, parse_ports, surroundings};

/// A policy longer than this is none.
const MOST_POLICY_BYTES: u64 = 4 << 20;
/// The policy that is used where none is named, if it is there.
const USUAL_POLICY: &str = "muster.toml";

/// What an audit will do.
#[derive(Debug)]
pub(crate) struct AuditPlan {
    /// What is expected where.
    pub(crate) policy: Policy,
    /// The policy as it was written.
    pub(crate) policy_text: Option<String>,
    /// Where to look.
    pub(crate) targets: Targets,
    /// Which ports where; the decoy is not among them.
    pub(crate) groups: Vec<PortGroup>,
    /// The port on which nothing listens.
    pub(crate) decoy: Option<u16>,
    /// The ports that tell devices from computers, of living hosts only.
    pub(crate) signs: &'static [u16],
    /// The order of probes.
    pub(crate) seed: Seed,
}

impl AuditPlan {
    /// Reads and checks everything.
    ///
    /// # Errors
    /// A usage error that names what is wrong with which line, target, port, zone or product.
    pub(crate) fn new(args: &AuditArgs, catalog: &Catalog) -> Result<Self, Failure> {
        let (policy, policy_text) = policy_of(args.policy.as_deref(), catalog)?;
        let chosen = chosen_ports(args, catalog)?;
        let decoy = args.decoy.or(policy.decoy).unwrap_or(DECOY_PORT);
        let decoy = Some(decoy).filter(|&port| port != 0);
        decoy.map_or(Ok(()), |port| check_decoy(port, chosen.as_deref(), catalog))?;
        let signs = if args.no_devices { &[] } else { SIGN_PORTS };
        let targets = targets(&args.targets, &args.zone, &policy)?;
        let groups = match chosen {
            Some(ports) => vec![PortGroup { targets: targets.addresses.clone(), ports, zones: Vec::new() }],
            None => policy.port_groups(&targets.addresses, catalog),
        };
        let plan = Self { policy, policy_text, targets, groups, decoy, signs, seed: args.timing.seed() };
        plan.check_size()?;
        Ok(plan)
    }

    /// No group may be more than one sweep can hold.
    fn check_size(&self) -> Result<(), Failure> {
        for group in &self.groups {
            let admitted = self.targets.scope.admit(&group.targets, self.swept(group).total(), MAX_ENDPOINTS);
            admitted
                .map_err(|error| error.hints().into_iter().fold(Failure::usage(&error), Failure::hint))?;
        }
        Ok(())
    }

    /// When all is well, but for names that stand for no target.
    pub(crate) fn exit_code(&self) -> ExitCode {
        ExitCode::from(if self.targets.unresolved.is_empty() { 0 } else { 4 })
    }

    /// The ports of a group with the decoy.
    pub(crate) fn swept(&self, group: &PortGroup) -> PortSet {
        PortSet::of_tcp(group.ports.iter().copied().chain(self.decoy))
    }

    /// The files that an audit reads, which no output may overwrite.
    pub(crate) fn inputs(args: &AuditArgs) -> Vec<PathBuf> {
        let lists = crate::sweep::inputs(&args.targets).into_iter().map(Path::to_path_buf);
        let scans = args.from_scan.iter().filter(|path| !crate::output::is_stdout(path)).cloned();
        let others = policy_path(args.policy.as_deref()).into_iter().chain(args.snmp.input());
        lists.chain(scans).chain(others).chain(args.catalog.inputs()).collect()
    }
}

/// The policy that is named, or the usual one if it is there, and its text.
///
/// # Errors
/// A usage error that names what is wrong with which line.
pub(crate) fn policy_of(
    named: Option<&Path>,
    catalog: &Catalog,
) -> Result<(Policy, Option<String>), Failure> {
    let Some(path) = policy_path(named) else { return Ok((Policy::none(), None)) };
    let text = read_policy(&path)?;
    Ok((parse_policy(&path, &text, catalog)?, Some(text)))
}

fn policy_path(named: Option<&Path>) -> Option<PathBuf> {
    let usual = || Some(PathBuf::from(USUAL_POLICY)).filter(|path| path.is_file());
    named.map(Path::to_path_buf).or_else(usual)
}

fn read_policy(path: &Path) -> Result<String, Failure> {
    let failed = |what: &dyn std::fmt::Display, hint: &str| {
        Failure::usage(format!("cannot read {}: {what}", path.display())).hint(hint.to_owned())
    };
    let mut bytes = Vec::new();
    let opened = File::open(path).and_then(|file| file.take(MOST_POLICY_BYTES + 1).read_to_end(&mut bytes));
    opened.map_err(|error: io::Error| {
        failed(&error, unread_hint(&error, "name the policy's file with --policy FILE"))
    })?;
    if bytes.len() as u64 > MOST_POLICY_BYTES {
        let what = format!("longer than {} MB", MOST_POLICY_BYTES >> 20);
        return Err(failed(&what, "a policy has a few lines a zone; is this another file?"));
    }
    String::from_utf8(bytes).map_err(|error| {
        let valid = &error.as_bytes()[..error.utf8_error().valid_up_to()];
        let line = 1 + valid.iter().filter(|&&byte| byte == b'\n').count();
        failed(&format!("line {line} is not UTF-8"), "save it as UTF-8, or is this another file?")
    })
}

fn parse_policy(path: &Path, text: &str, catalog: &Catalog) -> Result<Policy, Failure> {
    Policy::parse(text, catalog)
        .map_err(|error| Failure::usage(format!("{}: {error}", path.display())).hint(error.hint()))
}

/// An open decoy says that a host accepts everything: that cannot be told from a port that is looked for.
fn check_decoy(port: u16, chosen: Option<&[u16]>, catalog: &Catalog) -> Result<(), Failure> {
    if chosen.is_some_and(|chosen| chosen.contains(&port)) {
        let error = format!("the decoy port is among the ports to be swept: {port}");
        let hint = "name one that is not with --decoy PORT, or go without with --decoy 0".to_owned();
        return Err(Failure::usage(error).hint(hint));
    }
    muster_audit::check_decoy(port, catalog)
        .map_err(|error| Failure::usage(format!("--decoy: {error}")).hint(error.hint()))
}

/// The ports of `-p` or `--product`, if either was typed.
fn chosen_ports(args: &AuditArgs, catalog: &Catalog) -> Result<Option<Vec<u16>>, Failure> {
    if let Some(text) = &args.ports {
        let ports = parse_ports(text)?;
        if ports.len(Protocol::Udp) > 0 {
            let hint = "leave the U: ports out; muster scan -sU asks them".to_owned();
            return Err(Failure::usage(format!("UDP ports are not swept by an audit: {text}")).hint(hint));
        }
        return Ok(Some(ports.iter().map(|(_, port)| port).collect()));
    }
    if args.product.is_empty() {
        return Ok(None);
    }
    let mut ports = Vec::new();
    for key in &args.product {
        ports.extend(ports_of(key, catalog)?);
    }
    ports.sort_unstable();
    ports.dedup();
    Ok(Some(ports))
}

fn ports_of(key: &str, catalog: &Catalog) -> Result<Vec<u16>, Failure> {
    let products = muster_audit::products_of(key, catalog)
        .map_err(|error| Failure::usage(format!("--product: {error}")).hint(error.hint()))?;
    let listeners = products.iter().flat_map(|product| &product.listeners);
    let tcp = listeners.filter(|listener| listener.protocol == Protocol::Tcp);
    let ports: Vec<u16> = tcp.flat_map(|listener| listener.ports.iter().copied()).collect();
    if ports.is_empty() {
        return Err(Failure::usage(format!("--product {key}: no TCP port is known on which it listens"))
            .hint(format!("no sweep can see it; muster explain {key} says where else it shows")));
    }
    Ok(ports)
}

fn targets(args: &TargetArgs, zones: &[String], policy: &Policy) -> Result<Targets, Failure> {
    let scope = surroundings(&policy.scope, &args.allow)?;
    let named = zones.iter().map(|name| zone(name, policy)).collect::<Result<Vec<_>, _>>()?;
    let named = AddressSet::union_all(&named).map_err(Failure::usage)?;
    let known: Vec<AddressSet> = policy.zones.iter().map(|zone| zone.ranges.clone()).collect();
    let known = AddressSet::union_all(&known).map_err(Failure::usage)?;
    let scope = scope.confirmed(&known).map_err(Failure::usage)?;
    Targets::with(&named, args, ONE_PORT, scope).map_err(|failure| {
        let names: Vec<&str> = policy.zones.iter().map(|zone| zone.name.as_str()).collect();
        let is_lost = zones.is_empty() && args.targets.is_empty() && args.list.is_none() && !names.is_empty();
        if is_lost {
            failure.hint(format!("or a zone of the policy: --zone {}", names.join(", ")))
        } else {
            failure
        }
    })
}

/// The ranges of a zone that is named.
pub(super) fn zone(name: &str, policy: &Policy) -> Result<AddressSet, Failure> {
    if let Some(zone) = policy.zone_named(name) {
        return Ok(zone.ranges.clone());
    }
    let names: Vec<&str> = policy.zones.iter().map(|zone| zone.name.as_str()).collect();
    Err(Failure::usage(format!("the policy has no zone {name}")).hint(match names.is_empty() {
        true => "name the file that has it with --policy FILE".to_owned(),
        false => format!("it has {}", names.join(", ")),
    }))
}

/// Which ports are swept depends on the zones in which the targets lie; with them the size is checked once more.
const ONE_PORT: u32 = 1;
