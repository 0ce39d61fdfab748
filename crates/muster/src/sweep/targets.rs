//! From what was typed to where probes may go: lists are read, names looked up, the scope asked. No probe is sent here.

use std::collections::HashMap;
use std::fs;
use std::io::{self, Read as _};
use std::net::IpAddr;
use std::path::{Path, PathBuf};

use muster_engine::{AddressSet, IntervalSet, MAX_ENDPOINTS, Prefix, TargetList, TargetSpec, parse_exclude};
use muster_sweep::{Extent, Family, ResolveError, Scope, SystemResolver, resolve_targets};

use super::args::TargetArgs;
use super::order::TypedOrder;
use crate::failure::{Failure, unread_hint};

/// A list of targets larger than this is a mistake, or an attack.
const MOST_LIST_BYTES: u64 = 64 << 20;

/// Where to sweep.
#[derive(Debug)]
pub(crate) struct Targets {
    /// The addresses, checked and without the excluded ones.
    pub(crate) addresses: AddressSet,
    /// In which order they were typed.
    pub(crate) order: TypedOrder,
    /// Names as they were typed, by address.
    pub(crate) given_names: HashMap<IpAddr, String>,
    /// Names that stand for no target; the sweep goes on without them.
    pub(crate) unresolved: Vec<ResolveError>,
    /// What may be probed.
    pub(crate) scope: Scope,
}

impl Targets {
    /// Reads and checks everything; each address is to be asked for `ports` ports.
    ///
    /// # Errors
    /// A usage error that names what is wrong with which target, list or name.
    pub(crate) fn new(args: &TargetArgs, ports: u32) -> Result<Self, Failure> {
        Self::with(&AddressSet::empty(), args, ports, surroundings(&[], &args.allow)?)
    }

    /// The same in a scope that is known, with targets that are known already.
    ///
    /// # Errors
    /// As [`Targets::new`].
    pub(crate) fn with(
        known: &AddressSet,
        args: &TargetArgs,
        ports: u32,
        scope: Scope,
    ) -> Result<Self, Failure> {
        let family = if args.ipv6 { Family::V6 } else { Family::V4 };
        let specs = target_specs(args)?;
        if specs.is_empty() && known.is_empty() {
            let hint = "name addresses, for example 192.168.0.0/24, or a list with -iL FILE".to_owned();
            return Err(Failure::usage("no targets").hint(hint));
        }
        let extent = if args.resolve_all { Extent::All } else { Extent::First };
        let resolved = resolve_targets(&specs, &SystemResolver, family, extent).map_err(Failure::usage)?;
        let wanted = resolved.set.union(known).map_err(Failure::usage)?;
        if wanted.is_empty() {
            return Err(no_targets(&resolved.errors));
        }
        let addresses = wanted.difference(&excluded(args, family)?);
        if addresses.is_empty() {
            let hint = "look through --exclude and --excludefile".to_owned();
            return Err(Failure::usage("every target is excluded").hint(hint));
        }
        let addresses = scope
            .admit(&addresses, ports.max(1), MAX_ENDPOINTS)
            .map_err(|error| error.hints().into_iter().fold(Failure::usage(&error), Failure::hint))?;
        let order = TypedOrder::new(&resolved.in_order).map_err(Failure::usage)?;
        Ok(Self { addresses, order, given_names: resolved.given_names, unresolved: resolved.errors, scope })
    }
}

/// The addresses that targets and lists write out, without the excluded ones; `None`: none are named, and none excluded.
/// Nobody is asked for anything.
///
/// # Errors
/// A usage error that names what is wrong with which target or list; a name, since it would have to be looked up.
pub(crate) fn written_out(known: &AddressSet, args: &TargetArgs) -> Result<Option<AddressSet>, Failure> {
    let named = literal(target_specs(args)?)?.union(known).map_err(Failure::usage)?;
    let excluded = literal(excluded_specs(args)?)?;
    if named.is_empty() && excluded.is_empty() {
        return Ok(None);
    }
    let everything = AddressSet::new(IntervalSet::full(), IntervalSet::full());
    let named = if named.is_empty() { everything } else { named };
    Ok(Some(named.difference(&excluded)))
}

fn literal(specs: Vec<TargetSpec>) -> Result<AddressSet, Failure> {
    let sets = specs.into_iter().map(|spec| match spec {
        TargetSpec::Addresses(addresses) => Ok(addresses),
        TargetSpec::Name { name, .. } => {
            Err(Failure::usage(format!("a name would have to be looked up, and nobody is asked: {name}"))
                .hint("give its address instead".to_owned()))
        }
    });
    let sets = sets.collect::<Result<Vec<_>, _>>()?;
    AddressSet::union_all(&sets).map_err(Failure::usage)
}

const TARGET_EXAMPLES: &str = "write 10.0.0.1, 10.0.0.0/24, 10.0.0-3.1,5,7 or a host name";

/// With the hint that fits, or else one that always does.
pub(crate) fn hinted(failure: Failure, hint: Option<String>, examples: &str) -> Failure {
    failure.hint(hint.unwrap_or_else(|| examples.to_owned()))
}

fn target_specs(args: &TargetArgs) -> Result<Vec<TargetSpec>, Failure> {
    let mut specs = args.targets.iter().map(|text| spec(text)).collect::<Result<Vec<_>, _>>()?;
    if let Some(path) = &args.list {
        specs.extend(read_list(path)?);
    }
    Ok(specs)
}

fn spec(text: &str) -> Result<TargetSpec, Failure> {
    TargetSpec::parse(text).map_err(|error| hinted(Failure::usage(&error), error.hint(), TARGET_EXAMPLES))
}

/// What is to be left alone; of a name all addresses.
fn excluded(args: &TargetArgs, family: Family) -> Result<AddressSet, Failure> {
    let specs = excluded_specs(args)?;
    let resolved = resolve_targets(&specs, &SystemResolver, family, Extent::All).map_err(Failure::usage)?;
    match resolved.errors.first() {
        // Whoever excludes a host wants it left alone, and it cannot be if nobody knows where it is.
        Some(error) => Err(Failure::usage(format!("cannot exclude: {error}"))
            .hint("give its address instead of its name".to_owned())),
        None => Ok(resolved.set),
    }
}

fn excluded_specs(args: &TargetArgs) -> Result<Vec<TargetSpec>, Failure> {
    let mut specs = Vec::new();
    for text in &args.exclude {
        let parsed = parse_exclude(text);
        specs.extend(parsed.map_err(|error| {
            hinted(Failure::usage(format!("--exclude: {error}")), error.hint(), TARGET_EXAMPLES)
        })?);
    }
    for path in &args.excludefile {
        specs.extend(read_list(path)?);
    }
    Ok(specs)
}

fn read_list(path: &Path) -> Result<Vec<TargetSpec>, Failure> {
    let place = if path == Path::new("-") { "stdin".to_owned() } else { path.display().to_string() };
    let bytes = read(path).map_err(|error| {
        let hint = unread_hint(&error, "check the name of the list");
        Failure::usage(format!("cannot read {place}: {error}")).hint(hint.to_owned())
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

/// The scope of a policy, or else this machine's private surroundings, with what `--allow` adds.
///
/// # Errors
/// An `--allow` that is no prefix; interfaces that cannot be listed.
pub(crate) fn surroundings(named: &[Prefix], allow: &[String]) -> Result<Scope, Failure> {
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
    let scope = match named {
        [] => Scope::new(&prefixes, &broadcasts),
        _ => Scope::of_policy(named, &prefixes, &broadcasts),
    };
    scope.map_err(Failure::usage)
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

/// The files that a sweep reads, which no output may overwrite.
pub(crate) fn inputs(args: &TargetArgs) -> Vec<&Path> {
    let lists = args.list.iter().chain(&args.excludefile);
    lists.map(PathBuf::as_path).filter(|path| *path != Path::new("-")).collect()
}
