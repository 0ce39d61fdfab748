//! Which system a host runs, and what for.
//!
//! A life of packets alone is no sign: some telephones and print servers start with Windows' 128. Nor is a version that
//! Samba gives, whose build is 0, nor a maker who makes computers for every system.

use std::collections::{BTreeMap, BTreeSet};

use muster_model::{
    Asset, ComputerRole, DeviceSign, Endpoint, Excerpt, HostName, SignKind, System, SystemFamily, Told,
};

use super::names::{NameWords, sign as name_sign};
use super::ports::pattern;
use super::stack::Guess;
use super::{kinds, open_ports};

/// The signs of each family.
type Families = BTreeMap<SystemFamily, Vec<DeviceSign>>;

/// Knows the words by which computers are named.
#[derive(Debug)]
pub(super) struct Systems {
    families: NameWords<SystemFamily>,
    roles: NameWords<ComputerRole>,
}

impl Systems {
    pub(super) fn new() -> Self {
        Self { families: NameWords::of(NAMES.iter().copied()), roles: NameWords::of(ROLES.iter().copied()) }
    }

    /// The system by the asset, its stack, and the sign that Apple made the card.
    pub(super) fn system(
        &self,
        asset: &Asset,
        stack: Option<&Guess>,
        apple: Option<DeviceSign>,
    ) -> Option<System> {
        let mut families = Families::new();
        let open = open_ports(&asset.ports);
        said(asset, &mut families);
        for (family, ports) in PATTERNS {
            families.entry(*family).or_default().extend(pattern(ports, &open));
        }
        for HostName { name, .. } in &asset.names {
            for family in self.families.meanings(name) {
                families.entry(family).or_default().push(name_sign(name));
            }
        }
        if let Some(guess) = stack {
            families.entry(guess.family).or_default().push(guess.sign());
        }
        families.entry(SystemFamily::Macos).or_default().extend(apple);
        let (family, signs) = strongest(families)?;
        Some(System { family, role: self.role(asset, &open), signs })
    }

    /// What it is used for, if all that says so says the same.
    fn role(&self, asset: &Asset, open: &BTreeSet<Endpoint>) -> Option<ComputerRole> {
        let told = asset.services.iter().flat_map(|service| &service.told);
        let builds = told.filter_map(|told| match told {
            Told::System(text) => windows_build(text).and_then(of_build),
            _ => None,
        });
        let names = asset.names.iter().flat_map(|name| self.roles.meanings(&name.name));
        let mut roles: BTreeSet<ComputerRole> = builds.chain(names).collect();
        if roles.is_empty() && open.iter().any(|endpoint| endpoint.port == SHARES_UPDATES) {
            roles.insert(ComputerRole::Workstation);
        }
        if roles.len() == 1 { roles.pop_first() } else { None }
    }
}

/// The family with the most kinds of signs; none if two have as many. Where another has any, signs of one kind are all
/// that is given, so that it is not certain.
fn strongest(mut families: Families) -> Option<(SystemFamily, Vec<DeviceSign>)> {
    families.retain(|_, signs| !signs.is_empty());
    let most = families.values().map(|signs| kinds(signs)).max()?;
    let is_contradicted = families.len() > 1;
    let mut heaviest = families.into_iter().filter(|(_, signs)| kinds(signs) == most);
    let (family, mut signs) = heaviest.next()?;
    if heaviest.next().is_some() {
        return None;
    }
    if is_contradicted {
        let kind = signs[0].kind;
        signs.retain(|sign| sign.kind == kind);
    }
    Some((family, signs))
}

fn said(asset: &Asset, families: &mut Families) {
    for service in &asset.services {
        for told in &service.told {
            if let Some((family, seen)) = words(told) {
                let sign = told_sign(service.endpoint, seen);
                let known = families.entry(family).or_default();
                if !known.contains(&sign) {
                    known.push(sign);
                }
            }
        }
    }
}

fn told_sign(endpoint: Endpoint, seen: &Excerpt) -> DeviceSign {
    DeviceSign { kind: SignKind::Greeting, endpoint: Some(endpoint), seen: seen.clone() }
}

/// The family that something told names.
fn words(told: &Told) -> Option<(SystemFamily, &Excerpt)> {
    match told {
        Told::System(text) if windows_build(text).is_some() => Some((SystemFamily::Windows, text)),
        Told::Greeting(text) if text.as_str().starts_with("SSH-") => named(GREETINGS, text),
        Told::Server(text) => named(SERVERS, text),
        Told::Announced(text) => named(ANNOUNCED, text),
        _ => None,
    }
}

fn named<'t>(list: &[(SystemFamily, &str)], text: &'t Excerpt) -> Option<(SystemFamily, &'t Excerpt)> {
    let (family, _) = list.iter().find(|(_, word)| text.as_str().contains(word))?;
    Some((*family, text))
}

/// The build of a version as the challenge of NTLM gives it. Samba says that it is one of Windows, but not which.
fn windows_build(text: &Excerpt) -> Option<u16> {
    let (_, build) = text.as_str().strip_prefix("Windows ")?.rsplit_once('.')?;
    build.parse().ok().filter(|build| *build > 0)
}

/// Builds of which only one role exists; several are both.
fn of_build(build: u16) -> Option<ComputerRole> {
    match build {
        20_348 | 25_398 => Some(ComputerRole::Server),
        10_240
        | 10_586
        | 15_063
        | 16_299
        | 17_134
        | 18_362
        | 18_363
        | 19_041..=19_045
        | 22_000
        | 22_621
        | 22_631 => Some(ComputerRole::Workstation),
        _ => None,
    }
}

/// Windows 10 and later share updates there.
const SHARES_UPDATES: u16 = 7680;

/// A domain controller of Samba has 135 and 445 as well: a pattern is one sign.
const PATTERNS: &[(SystemFamily, &[u16])] = &[
    (SystemFamily::Windows, &[135, 445]),
    (SystemFamily::Windows, &[SHARES_UPDATES]),
    (SystemFamily::Macos, &[3283]),
    (SystemFamily::Macos, &[62_078]),
];

const GREETINGS: &[(SystemFamily, &str)] = &[
    (SystemFamily::Windows, "for_Windows"),
    (SystemFamily::Linux, "Debian"),
    (SystemFamily::Linux, "Ubuntu"),
    (SystemFamily::Linux, "Raspbian"),
    (SystemFamily::Linux, "dropbear"),
    (SystemFamily::Other, "FreeBSD"),
    (SystemFamily::Other, "NetBSD"),
    (SystemFamily::Other, "Cisco-"),
    (SystemFamily::Other, "Sun_SSH"),
];

const SERVERS: &[(SystemFamily, &str)] = &[
    (SystemFamily::Windows, "Microsoft-IIS/"),
    (SystemFamily::Windows, "Microsoft-HTTPAPI/"),
    (SystemFamily::Windows, "(Win32)"),
    (SystemFamily::Windows, "(Win64)"),
    (SystemFamily::Linux, "(Ubuntu)"),
    (SystemFamily::Linux, "(Debian)"),
    (SystemFamily::Linux, "(Red Hat"),
    (SystemFamily::Linux, "(CentOS"),
    (SystemFamily::Linux, "(Fedora"),
    (SystemFamily::Linux, "(Rocky"),
    (SystemFamily::Linux, "(AlmaLinux"),
    (SystemFamily::Linux, "(SUSE"),
    (SystemFamily::Macos, "(Darwin)"),
    (SystemFamily::Other, "(FreeBSD)"),
];

/// Services that one system alone announces: remote Apple events, Apple Remote Desktop, telephones and tablets that
/// synchronise.
const ANNOUNCED: &[(SystemFamily, &str)] = &[
    (SystemFamily::Macos, "_eppc._tcp"),
    (SystemFamily::Macos, "_net-assistant._udp"),
    (SystemFamily::Macos, "_apple-mobdev2._tcp"),
];

/// Names that a system gives itself.
const NAMES: &[(SystemFamily, &str)] = &[
    (SystemFamily::Macos, "macbook"),
    (SystemFamily::Macos, "imac"),
    (SystemFamily::Macos, "iphone"),
    (SystemFamily::Macos, "ipad"),
];

/// Words of names that many choose.
const ROLES: &[(ComputerRole, &str)] = &[
    (ComputerRole::Workstation, "desktop"),
    (ComputerRole::Workstation, "laptop"),
    (ComputerRole::Workstation, "macbook"),
    (ComputerRole::Workstation, "imac"),
    (ComputerRole::Workstation, "notebook"),
    (ComputerRole::Workstation, "workstation"),
    (ComputerRole::Server, "server"),
    (ComputerRole::Server, "srv"),
];
