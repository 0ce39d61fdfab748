//! Names to addresses, before a sweep, and addresses to names, after it.
//!
//! A name is looked up once and its address kept, so that what was checked against the scope is what is probed. What a
//! name server answers are foreign bytes: a name that is not plainly a host name is dropped.

use std::collections::HashMap;
use std::io;
use std::net::{IpAddr, ToSocketAddrs};
use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use muster_engine::{AddressSet, Prefix, TargetSpec, TooManyRanges};

/// Looks names up, from several threads.
pub trait Resolve: Sync {
    /// The addresses of a host, best first.
    ///
    /// # Errors
    /// If the name does not exist or nobody could be asked.
    fn addresses(&self, name: &str) -> io::Result<Vec<IpAddr>>;

    /// The name of an address, if it has one.
    fn name(&self, address: IpAddr) -> Option<String>;
}

/// The resolver of the operating system.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemResolver;

impl Resolve for SystemResolver {
    fn addresses(&self, name: &str) -> io::Result<Vec<IpAddr>> {
        Ok((name, 0).to_socket_addrs()?.map(|address| address.ip()).collect())
    }

    fn name(&self, address: IpAddr) -> Option<String> {
        if is_never_asked(address) {
            return None;
        }
        // Without a name the system gives the address in digits.
        dns_lookup::lookup_addr(&address).ok().filter(|name| name.parse::<IpAddr>().is_err())
    }
}

/// The names of `addresses`, asked for by `workers` threads until the time is up: dead name servers cost seconds an
/// address. An address whose turn does not come has no name, as one whose name is not fit to be shown. Loopback and
/// link-local addresses are never asked for.
pub fn reverse_names(
    resolver: &dyn Resolve,
    addresses: &[IpAddr],
    workers: NonZeroUsize,
    limit: Duration,
) -> HashMap<IpAddr, String> {
    let asked: Vec<IpAddr> = addresses.iter().copied().filter(|&address| !is_never_asked(address)).collect();
    let start = Instant::now();
    let names = in_parallel(&asked, workers, |&address| {
        if start.elapsed() > limit { None } else { resolver.name(address).and_then(|name| host_name(&name)) }
    });
    asked.into_iter().zip(names).filter_map(|(address, name)| Some((address, name?))).collect()
}

/// Targets with every name looked up.
#[derive(Debug, Default)]
pub struct ResolvedTargets {
    /// The addresses.
    pub set: AddressSet,
    /// The same as they were given, target by target.
    pub in_order: Vec<AddressSet>,
    /// The names as they were given, by the address each stands for; of two names for one address the first.
    pub given_names: HashMap<IpAddr, String>,
    /// The further addresses of names that have several; they are not swept.
    pub others: Vec<(String, Vec<IpAddr>)>,
    /// The names that stand for no target.
    pub errors: Vec<ResolveError>,
}

/// Looks up the names among `specs`, each once. Of a name's addresses the first of `family` is the target, or its
/// network where the spec has a prefix; or all of them, where that is the `extent`. Addresses that are written out are taken
/// whatever their family.
///
/// # Errors
/// If the targets together are too scattered. Names that fail are in the result: the others can be swept.
pub fn resolve_targets(
    specs: &[TargetSpec],
    resolver: &dyn Resolve,
    family: Family,
    extent: Extent,
) -> Result<ResolvedTargets, TooManyRanges> {
    let mut resolved = ResolvedTargets::default();
    let found = look_up(specs, resolver);
    for spec in specs {
        let (name, prefix) = match spec {
            TargetSpec::Addresses(set) => {
                resolved.in_order.push(set.clone());
                continue;
            }
            TargetSpec::Name { name, prefix } => (name, *prefix),
        };
        let Some(answer) = found.get(name.as_str()) else { continue };
        match choose(name, prefix, answer, (family, extent)) {
            Ok(chosen) => {
                resolved.in_order.extend(chosen.iter().map(|(_, network)| AddressSet::from(*network)));
                resolved.remember(name, &chosen, answer);
            }
            Err(error) => resolved.errors.push(error),
        }
    }
    resolved.set = AddressSet::union_all(&resolved.in_order)?;
    Ok(resolved)
}

impl ResolvedTargets {
    fn remember(&mut self, name: &str, chosen: &[(IpAddr, Prefix)], answer: &Answer) {
        for (address, _) in chosen {
            self.given_names.entry(*address).or_insert_with(|| name.to_owned());
        }
        let is_other = |other: &IpAddr| chosen.iter().all(|(address, _)| address != other);
        let others: Vec<IpAddr> = answer.iter().flatten().copied().filter(is_other).collect();
        if !others.is_empty() && !self.others.iter().any(|(known, _)| known == name) {
            self.others.push((name.to_owned(), others));
        }
    }
}

/// The address family in which names are looked up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Family {
    /// IPv4.
    #[default]
    V4,
    /// IPv6 (`-6`).
    V6,
}

/// How many of a name's addresses are targets.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Extent {
    /// The first.
    #[default]
    First,
    /// All (`--resolve-all`).
    All,
}

impl Family {
    fn has(self, address: IpAddr) -> bool {
        address.is_ipv4() == (self == Self::V4)
    }
}

impl std::fmt::Display for Family {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(if *self == Self::V4 { "IPv4" } else { "IPv6" })
    }
}

/// Why a name stands for no target.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ResolveError {
    /// Nobody knows the name, or nobody could be asked.
    #[error("{name} does not resolve: {cause}")]
    Unresolved {
        /// The name.
        name: String,
        /// What the resolver says.
        cause: String,
    },
    /// All its addresses are of the other family.
    #[error("{name} has no {family} address")]
    NoSuchFamily {
        /// The name.
        name: String,
        /// The family asked for.
        family: Family,
    },
    /// The prefix behind the name is longer than the name's address.
    #[error("{name}/{bits}: the prefix is longer than its address {address}")]
    PrefixTooLong {
        /// The name.
        name: String,
        /// The prefix.
        bits: u8,
        /// The address of the name.
        address: IpAddr,
    },
}

impl ResolveError {
    /// What to do about it, where something can be said.
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::NoSuchFamily { family: Family::V4, .. } => Some("sweep it over IPv6 with -6"),
            Self::NoSuchFamily { family: Family::V6, .. } => Some("sweep it over IPv4 without -6"),
            Self::PrefixTooLong { .. } => Some("a single host has no prefix"),
            Self::Unresolved { .. } => None,
        }
    }
}

/// What the resolver said to a name; its error as text, since one answer may serve several specs.
type Answer = Result<Vec<IpAddr>, String>;

/// Look-ups at a time: names are few, and a name server is somebody else's.
const FORWARD_WORKERS: NonZeroUsize = NonZeroUsize::new(16).unwrap();

fn look_up<'a>(specs: &'a [TargetSpec], resolver: &dyn Resolve) -> HashMap<&'a str, Answer> {
    let mut names: Vec<&str> = specs
        .iter()
        .filter_map(|spec| match spec {
            TargetSpec::Name { name, .. } => Some(name.as_str()),
            TargetSpec::Addresses(_) => None,
        })
        .collect();
    names.sort_unstable();
    names.dedup();
    let answers = in_parallel(&names, FORWARD_WORKERS, |name| {
        resolver.addresses(name).map_err(|error| error.to_string())
    });
    names.into_iter().zip(answers).collect()
}

fn choose(
    name: &str,
    bits: Option<u8>,
    answer: &Answer,
    (family, extent): (Family, Extent),
) -> Result<Vec<(IpAddr, Prefix)>, ResolveError> {
    let name = name.to_owned();
    let addresses = match answer {
        Ok(addresses) if !addresses.is_empty() => addresses,
        Ok(_) => return Err(ResolveError::Unresolved { name, cause: "it has no address".to_owned() }),
        Err(cause) => return Err(ResolveError::Unresolved { name, cause: cause.clone() }),
    };
    let most = if extent == Extent::All { usize::MAX } else { 1 };
    let ours = addresses.iter().copied().filter(|&address| family.has(address)).take(most);
    let too_long = |bits, address| ResolveError::PrefixTooLong { name: name.clone(), bits, address };
    let network = |address: IpAddr| match bits {
        None => Ok((address, address.into())),
        Some(bits) => Ok((address, Prefix::new(address, bits).ok_or_else(|| too_long(bits, address))?)),
    };
    let networks = ours.map(network).collect::<Result<Vec<_>, _>>()?;
    if networks.is_empty() { Err(ResolveError::NoSuchFamily { name, family }) } else { Ok(networks) }
}

/// Nobody outside knows the names of these, and to ask would tell them what we sweep.
pub fn is_never_asked(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(v4) => v4.is_loopback() || v4.is_link_local() || v4.is_unspecified(),
        IpAddr::V6(v6) => v6.is_loopback() || v6.is_unicast_link_local() || v6.is_unspecified(),
    }
}

/// A name from the network, if it is one: letters, digits, hyphens, underscores and dots, at most 253 of them
/// (RFC 1035 section 2.3.4). Anything else has no business in a terminal, a report or somebody's `grep`.
pub(crate) fn host_name(name: &str) -> Option<String> {
    let name = name.strip_suffix('.').unwrap_or(name);
    let belongs = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    (!name.is_empty() && name.len() <= 253 && name.bytes().all(belongs)).then(|| name.to_owned())
}

/// Does `work` to every item on at most `workers` threads; the results are in the order of the items.
fn in_parallel<T: Sync, R: Send>(
    items: &[T],
    workers: NonZeroUsize,
    work: impl Fn(&T) -> R + Sync,
) -> Vec<R> {
    let next = AtomicUsize::new(0);
    let run = || {
        let mut done = Vec::new();
        while let Some((at, item)) = take(&next, items) {
            done.push((at, work(item)));
        }
        done
    };
    let mut done: Vec<(usize, R)> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..workers.get().min(items.len())).map(|_| scope.spawn(run)).collect();
        threads
            .into_iter()
            .flat_map(|thread| thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
            .collect()
    });
    done.sort_unstable_by_key(|(at, _)| *at);
    done.into_iter().map(|(_, result)| result).collect()
}

fn take<'a, T>(next: &AtomicUsize, items: &'a [T]) -> Option<(usize, &'a T)> {
    let at = next.fetch_add(1, Ordering::Relaxed);
    items.get(at).map(|item| (at, item))
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;

    /// Knows a few names, and writes down what it was asked.
    #[derive(Default)]
    struct Book {
        asked: Mutex<Vec<String>>,
    }

    impl Resolve for Book {
        fn addresses(&self, name: &str) -> io::Result<Vec<IpAddr>> {
            self.asked.lock().unwrap().push(name.to_owned());
            let addresses: &[&str] = match name {
                "pc" => &["10.0.0.7"],
                "alias" => &["10.0.0.7"],
                "both" => &["fd00::5", "10.0.0.5", "10.0.0.6"],
                "six" => &["fd00::6"],
                "none" => &[],
                _ => return Err(io::Error::other("no such name")),
            };
            Ok(addresses.iter().map(|text| text.parse().unwrap()).collect())
        }

        fn name(&self, address: IpAddr) -> Option<String> {
            self.asked.lock().unwrap().push(address.to_string());
            match address.to_string().as_str() {
                "10.0.0.1" => Some("gate.example.".to_owned()),
                "10.0.0.2" => Some("evil\x1b[2J.example".to_owned()),
                "10.0.0.3" => Some("a".repeat(254)),
                "10.0.0.4" => Some("two words".to_owned()),
                "10.0.0.5" => Some(String::new()),
                _ => Some(format!("host-{}", address.to_string().replace('.', "-"))),
            }
        }
    }

    fn resolve(texts: &[&str], family: Family) -> (ResolvedTargets, usize) {
        let specs: Vec<TargetSpec> = texts.iter().map(|text| text.parse().unwrap()).collect();
        let book = Book::default();
        let resolved = resolve_targets(&specs, &book, family, Extent::First).unwrap();
        let asked = book.asked.lock().unwrap().len();
        (resolved, asked)
    }

    #[test]
    fn all_addresses_of_a_name_may_be_wanted() {
        let specs = ["both", "both/31", "six", "pc"].map(|text| text.parse().unwrap());
        let resolved = resolve_targets(&specs, &Book::default(), Family::V4, Extent::All).unwrap();
        let in_order: Vec<String> = resolved.in_order.iter().map(ToString::to_string).collect();
        assert_eq!(in_order, ["10.0.0.5", "10.0.0.6", "10.0.0.4/31", "10.0.0.6/31", "10.0.0.7"]);
        assert_eq!(resolved.given_names[&IpAddr::from([10, 0, 0, 6])], "both");
        assert_eq!(resolved.others[0].1.len(), 1, "of the other family");
        assert_eq!(resolved.errors.len(), 1);
    }

    #[test]
    fn a_name_is_its_first_address_of_the_family() {
        let (resolved, asked) =
            resolve(&["both", "pc/30", "alias", "both", "10.0.9.0/31", "::1"], Family::V4);
        assert_eq!(resolved.set.to_string(), "10.0.0.4/30, 10.0.9.0/31, ::1");
        let in_order: Vec<String> = resolved.in_order.iter().map(ToString::to_string).collect();
        let expected = ["10.0.0.5", "10.0.0.4/30", "10.0.0.7", "10.0.0.5", "10.0.9.0/31", "::1"];
        assert_eq!(in_order, expected);
        assert_eq!(resolved.given_names[&IpAddr::from([10, 0, 0, 5])], "both");
        assert_eq!(resolved.given_names[&IpAddr::from([10, 0, 0, 7])], "pc");
        assert_eq!(resolved.others.len(), 1);
        assert_eq!(resolved.others[0].1.len(), 2);
        assert!(resolved.errors.is_empty());
        assert_eq!(asked, 3, "each name once, and no address");
        let (resolved, _) = resolve(&["both", "six/127"], Family::V6);
        assert_eq!(resolved.set.to_string(), "fd00::5, fd00::6/127");
    }

    #[test]
    fn names_that_fail_are_reported_and_the_others_stay() {
        let (resolved, _) = resolve(&["nowhere", "six", "none", "pc/33", "pc"], Family::V4);
        assert_eq!(resolved.set.to_string(), "10.0.0.7");
        let messages: Vec<String> = resolved.errors.iter().map(ToString::to_string).collect();
        assert_eq!(
            messages,
            [
                "nowhere does not resolve: no such name",
                "six has no IPv4 address",
                "none does not resolve: it has no address",
                "pc/33: the prefix is longer than its address 10.0.0.7",
            ]
        );
        assert!(resolved.errors[1].hint().is_some());
    }

    const FOUR: NonZeroUsize = NonZeroUsize::new(4).unwrap();

    #[test]
    fn names_from_the_network_are_names_or_nothing() {
        let addresses: Vec<IpAddr> = (1..=200).map(|last| [10, 0, 0, last].into()).collect();
        let book = Book::default();
        let names = reverse_names(&book, &addresses, FOUR, Duration::from_secs(60));
        assert_eq!(names.len(), 196);
        assert_eq!(names[&addresses[0]], "gate.example");
        assert_eq!(names[&addresses[199]], "host-10-0-0-200");
        assert!(!names.contains_key(&addresses[1]));
        assert_eq!(book.asked.lock().unwrap().len(), 200);
    }

    #[test]
    fn loopback_and_link_local_are_never_asked_for() {
        let texts =
            ["127.0.0.1", "127.44.0.9", "169.254.1.1", "::1", "fe80::1", "::ffff:127.0.0.1", "0.0.0.0", "::"];
        let addresses: Vec<IpAddr> = texts.iter().map(|text| text.parse().unwrap()).collect();
        let book = Book::default();
        assert!(reverse_names(&book, &addresses, FOUR, Duration::from_secs(60)).is_empty());
        assert!(book.asked.lock().unwrap().is_empty());
        assert!(addresses.iter().all(|&address| SystemResolver.name(address).is_none()));
    }

    #[test]
    fn nobody_is_asked_when_the_time_is_up() {
        let book = Book::default();
        assert!(reverse_names(&book, &[[10, 0, 0, 1].into()], FOUR, Duration::ZERO).is_empty());
        assert!(reverse_names(&book, &[], FOUR, Duration::from_secs(60)).is_empty());
        assert!(book.asked.lock().unwrap().is_empty());
    }
}
