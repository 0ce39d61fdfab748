//! From what was typed to what will be swept: files are read, names looked up, the scope asked. No probe is sent here.

use std::collections::HashMap;
use std::fs;
use std::io::{self, Read as _};
use std::net::IpAddr;
use std::path::{Path, PathBuf};

use muster_catalog::registry;
use muster_engine::{
    AddressSet, MAX_ENDPOINTS, PortNames, PortSet, Prefix, Seed, SweepKind, SweepPlan, TargetList,
    TargetSpec, parse_exclude,
};
use muster_model::Protocol;
use muster_sweep::{Family, ResolveError, Scope, SystemResolver, resolve_targets};

use super::args::{ScanArgs, TargetArgs, TimingArgs};
use crate::failure::Failure;

/// A list of targets larger than this is a mistake, or an attack.
const MOST_LIST_BYTES: u64 = 64 << 20;
/// The ports that show whether a host is there, as an unprivileged Nmap asks them.
const DISCOVERY_PORTS: &str = "80,443";

/// What a scan will do.
#[derive(Debug)]
pub(crate) struct ScanPlan {
    /// The addresses, checked and without the excluded ones.
    pub(crate) targets: AddressSet,
    /// The ports; none for `-sn`.
    pub(crate) ports: PortSet,
    /// Names as they were typed, by address.
    pub(crate) given_names: HashMap<IpAddr, String>,
    /// Names that stand for no target; the scan goes on without them.
    pub(crate) unresolved: Vec<ResolveError>,
    /// What may be probed.
    pub(crate) scope: Scope,
    /// The order of probes.
    pub(crate) seed: Seed,
}

impl ScanPlan {
    /// Reads and checks everything.
    ///
    /// # Errors
    /// A usage error that names what is wrong with which target, port, list or name.
    pub(crate) fn new(args: &ScanArgs) -> Result<Self, Failure> {
        let ports = ports(args)?;
        let family = if args.targets.ipv6 { Family::V6 } else { Family::V4 };
        let specs = target_specs(&args.targets)?;
        let resolved = resolve_targets(&specs, &SystemResolver, family).map_err(Failure::usage)?;
        if resolved.set.is_empty() {
            return Err(no_targets(&resolved.errors));
        }
        let targets = resolved.set.difference(&excluded(&args.targets, family)?);
        if targets.is_empty() {
            let hint = "look through --exclude and --excludefile".to_owned();
            return Err(Failure::usage("every target is excluded").hint(hint));
        }
        let scope = scope(&args.targets.allow)?;
        let targets = scope
            .admit(&targets, ports.total().max(1), MAX_ENDPOINTS)
            .map_err(|error| error.hints().into_iter().fold(Failure::usage(&error), Failure::hint))?;
        let seed = Seed(args.timing.seed.unwrap_or_else(random_seed));
        Ok(Self {
            targets,
            ports,
            given_names: resolved.given_names,
            unresolved: resolved.errors,
            scope,
            seed,
        })
    }

    /// The sweep that finds out which hosts are there.
    pub(crate) fn discovery(&self, timing: &TimingArgs, sockets: usize) -> Result<SweepPlan, Failure> {
        let ports = parse_ports(DISCOVERY_PORTS)?;
        let plan = SweepPlan { kind: SweepKind::Discovery, ..SweepPlan::new(self.targets.clone(), ports) };
        Ok(timed(plan, timing, sockets))
    }

    /// The sweep of the ports of `hosts`.
    pub(crate) fn port_sweep(&self, hosts: AddressSet, timing: &TimingArgs, sockets: usize) -> SweepPlan {
        timed(SweepPlan::new(hosts, self.ports.clone()), timing, sockets)
    }
}

/// Puts rate, rounds and waits of the timing options into a plan.
pub(crate) fn timed(plan: SweepPlan, args: &TimingArgs, sockets: usize) -> SweepPlan {
    let usual = args.max_rate.unwrap_or(args.template.rate());
    let rate = usual.max(args.min_rate.unwrap_or(0.0)).min(args.max_rate.unwrap_or(f64::INFINITY));
    let mut rounds = args.template.rounds();
    if let Some(retries) = args.max_retries {
        rounds.most = retries.saturating_add(1);
        rounds.least = rounds.least.min(rounds.most);
    }
    let timing = args.template.timing(rate, sockets);
    SweepPlan { rate, rounds, timing, host_timeout: args.host_timeout.filter(|time| !time.is_zero()), ..plan }
}

fn ports(args: &ScanArgs) -> Result<PortSet, Failure> {
    if args.only_discovery {
        return Ok(PortSet::default());
    }
    let Some(text) = &args.ports else {
        let hint = "name them, for example -p 2967, the port of Symantec AntiVirus clients".to_owned();
        return Err(Failure::usage("no ports to sweep").hint(hint));
    };
    let ports = parse_ports(text)?;
    if ports.len(Protocol::Udp) > 0 {
        let hint = "leave the U: ports out; TCP is swept by ordinary connections".to_owned();
        return Err(Failure::usage(format!("UDP ports cannot be swept by this version: {text}")).hint(hint));
    }
    Ok(ports)
}

fn parse_ports(text: &str) -> Result<PortSet, Failure> {
    PortSet::parse(text, &Registry, &[Protocol::Tcp])
        .map_err(|error| hinted(Failure::usage(format!("-p {text}: {error}")), error.hint(), PORT_EXAMPLES))
}

const PORT_EXAMPLES: &str = "write 2967, 1-1024, 80,443 or http*; ports are 0 to 65535";
const TARGET_EXAMPLES: &str = "write 10.0.0.1, 10.0.0.0/24, 10.0.0-3.1,5,7 or a host name";

/// With the hint that fits, or else one that always does.
fn hinted(failure: Failure, hint: Option<String>, examples: &str) -> Failure {
    failure.hint(hint.unwrap_or_else(|| examples.to_owned()))
}

/// IANA's names for `-p`.
struct Registry;

impl PortNames for Registry {
    fn numbers(&self, pattern: &str, protocol: Protocol) -> Vec<u16> {
        registry::numbers(pattern, protocol)
    }
}

fn target_specs(args: &TargetArgs) -> Result<Vec<TargetSpec>, Failure> {
    let mut specs = args.targets.iter().map(|text| spec(text)).collect::<Result<Vec<_>, _>>()?;
    if let Some(path) = &args.list {
        specs.extend(read_list(path)?);
    }
    if specs.is_empty() {
        let hint = "name addresses, for example 192.168.0.0/24, or a list with -iL FILE".to_owned();
        return Err(Failure::usage("no targets").hint(hint));
    }
    Ok(specs)
}

fn spec(text: &str) -> Result<TargetSpec, Failure> {
    TargetSpec::parse(text).map_err(|error| hinted(Failure::usage(&error), error.hint(), TARGET_EXAMPLES))
}

fn excluded(args: &TargetArgs, family: Family) -> Result<AddressSet, Failure> {
    let mut specs = Vec::new();
    if let Some(text) = &args.exclude {
        let parsed = parse_exclude(text);
        specs.extend(parsed.map_err(|error| {
            hinted(Failure::usage(format!("--exclude: {error}")), error.hint(), TARGET_EXAMPLES)
        })?);
    }
    if let Some(path) = &args.excludefile {
        specs.extend(read_list(path)?);
    }
    let resolved = resolve_targets(&specs, &SystemResolver, family).map_err(Failure::usage)?;
    match resolved.errors.first() {
        // Whoever excludes a host wants it left alone, and it cannot be if nobody knows where it is.
        Some(error) => Err(Failure::usage(format!("cannot exclude: {error}"))
            .hint("give its address instead of its name".to_owned())),
        None => Ok(resolved.set),
    }
}

fn read_list(path: &Path) -> Result<Vec<TargetSpec>, Failure> {
    let place = if path == Path::new("-") { "stdin".to_owned() } else { path.display().to_string() };
    let bytes = read(path).map_err(|error| {
        Failure::usage(format!("cannot read {place}: {error}")).hint("check the name of the list".to_owned())
    })?;
    if bytes.len() as u64 > MOST_LIST_BYTES {
        let hint = "name whole networks, or sweep it in parts".to_owned();
        return Err(Failure::usage(format!("{place} is longer than {} MB", MOST_LIST_BYTES >> 20)).hint(hint));
    }
    let list = TargetList::parse(&bytes);
    let Some(first) = list.errors.first() else { return Ok(list.targets) };
    let further = list.errors.len() - 1 + list.further_errors;
    let more = if further > 0 { format!(" (and {further} more)") } else { String::new() };
    Err(hinted(Failure::usage(format!("{place}: {first}{more}")), first.hint(), TARGET_EXAMPLES))
}

fn read(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    if path == Path::new("-") {
        io::stdin().lock().take(MOST_LIST_BYTES + 1).read_to_end(&mut bytes)?;
    } else {
        fs::File::open(path)?.take(MOST_LIST_BYTES + 1).read_to_end(&mut bytes)?;
    }
    Ok(bytes)
}

fn scope(allow: &[String]) -> Result<Scope, Failure> {
    let prefixes = allow.iter().map(|text| {
        text.parse::<Prefix>().map_err(|error| {
            Failure::usage(format!("--allow {text}: {error}"))
                .hint("write it as in --allow 203.0.113.0/24".to_owned())
        })
    });
    let prefixes = prefixes.collect::<Result<Vec<_>, _>>()?;
    let interfaces = muster_platform::interfaces()
        .map_err(|error| Failure::environment(format!("cannot list this machine's interfaces: {error}")))?;
    let broadcasts: Vec<IpAddr> = interfaces.iter().filter_map(|interface| interface.broadcast).collect();
    Scope::new(&prefixes, &broadcasts).map_err(Failure::usage)
}

fn no_targets(errors: &[ResolveError]) -> Failure {
    match errors.first() {
        Some(error) => {
            let hint = error.hint().unwrap_or("check the spelling, or give the address");
            Failure::usage(error).hint(hint.to_owned())
        }
        None => Failure::usage("no targets"),
    }
}

/// Any number will do: it only has to differ from one scan to the next.
fn random_seed() -> u64 {
    use std::hash::{BuildHasher as _, RandomState};
    RandomState::new().hash_one(std::process::id())
}

/// The files that a scan reads, which no output may overwrite.
pub(crate) fn inputs(args: &TargetArgs) -> Vec<&Path> {
    [&args.list, &args.excludefile]
        .into_iter()
        .flatten()
        .map(PathBuf::as_path)
        .filter(|path| *path != Path::new("-"))
        .collect()
}
