//! Connections or frames: which of the two a sweep uses, and why. Nothing is opened here.

use std::env;
use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use muster_engine::AddressSet;

use super::network_args::NetworkArgs;
use super::{departure, link_local};
use crate::failure::Failure;
use crate::output::{say, unbroken};

/// What a sweep asks by, and why that.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Choice {
    /// What it asks by.
    pub(crate) kind: NetworkKind,
    /// Why.
    pub(crate) why: Why,
    /// Why, in words.
    pub(crate) words: String,
    /// Whether every target is this machine itself.
    pub(crate) are_all_own: bool,
}

/// What a sweep asks by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NetworkKind {
    /// Ordinary connections: any system, no privilege, TCP alone.
    Connect,
    /// Frames of our own.
    Raw,
}

/// Why a sweep asks by what it asks by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Why {
    /// This process may send frames, and nothing speaks against it.
    Able,
    /// An option asks for connections.
    Asked(&'static str),
    /// Frames could not be sent after all, for this reason.
    Failed(String),
    /// This process may not send frames.
    NoPrivilege,
    /// Frames are sent on Linux alone.
    OtherSystem,
    /// What a frame carries to an address of this machine never arrives.
    OwnTargets,
}

/// What there is to choose from.
#[derive(Clone, Copy, Debug)]
struct Circumstances {
    is_linux: bool,
    may_send_frames: bool,
    are_all_own: bool,
}

impl Choice {
    /// Chooses for `targets`; `needed` is an option that only frames can do, as it is typed.
    ///
    /// # Errors
    /// What was asked for cannot be done here; says what can.
    pub(crate) fn new(
        targets: &AddressSet,
        args: &NetworkArgs,
        needed: Option<&'static str>,
    ) -> Result<Self, Failure> {
        args.check()?;
        let others = targets.difference(&own_addresses()?);
        let here = Circumstances {
            is_linux: env::consts::OS == "linux",
            may_send_frames: muster_platform::can_send_frames(),
            are_all_own: others.is_empty(),
        };
        let warning = if here.are_all_own { None } else { departure::check(targets, args)? };
        let choice = Self::under(here, args, needed)?;
        let unnamed = link_local::check(&others, args, choice.kind)?;
        warning.iter().chain(&unnamed).for_each(|warning| say(warning));
        Ok(choice)
    }

    fn under(here: Circumstances, args: &NetworkArgs, needed: Option<&'static str>) -> Result<Self, Failure> {
        let why = match args {
            _ if args.connect => Why::Asked("-sT"),
            _ if args.unprivileged => Why::Asked("--unprivileged"),
            _ if here.are_all_own => Why::OwnTargets,
            _ if !here.is_linux => Why::OtherSystem,
            _ if !here.may_send_frames => Why::NoPrivilege,
            _ => return Ok(Self::of(NetworkKind::Raw, Why::Able)),
        };
        let is_lacking = matches!(why, Why::OtherSystem | Why::NoPrivilege);
        let needed = needed.or(args.wants_frames());
        match needed.or(Some("--privileged").filter(|_| args.privileged && is_lacking)) {
            Some(option) => Err(why.refuse(option)),
            None => Ok(Self { are_all_own: here.are_all_own, ..Self::of(NetworkKind::Connect, why) }),
        }
    }

    /// Connections to this machine itself.
    pub(crate) fn for_this_machine() -> Self {
        Self { are_all_own: true, ..Self::of(NetworkKind::Connect, Why::OwnTargets) }
    }

    /// Connections, since what asks wants no more of any host than they do.
    pub(crate) fn for_connections() -> Self {
        Self::of(NetworkKind::Connect, Why::Asked("muster learn"))
    }

    /// Connections after all, since frames cannot be sent for this reason.
    pub(crate) fn failed(reason: String) -> Self {
        Self::of(NetworkKind::Connect, Why::Failed(reason))
    }

    fn of(kind: NetworkKind, why: Why) -> Self {
        Self { kind, words: why.to_string(), why, are_all_own: false }
    }

    /// What is said where half handshakes were asked for and are not what is done.
    pub(crate) fn warning(&self) -> Option<String> {
        if self.kind == NetworkKind::Raw {
            return None;
        }
        let hint = self.why.remedy().map_or(String::new(), |remedy| format!("hint: {remedy}\n"));
        Some(format!("warning: -sS: ports are asked by connections instead: {}\n{hint}", self.why))
    }
}

impl NetworkKind {
    /// The word in JSON.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Connect => "connect",
            Self::Raw => "raw",
        }
    }
}

impl Why {
    /// Why `option` cannot be done, and what can.
    fn refuse(&self, option: &str) -> Failure {
        match self {
            Self::Asked(by) => {
                Failure::usage(format!("{option} takes frames, and {by} asks for connections"))
                    .hint(format!("leave out one of them: {option} or {by}"))
            }
            Self::OwnTargets | Self::Able => {
                let listing = "ss -lunp lists what listens on UDP ports of this machine";
                Failure::usage(format!("{option} takes frames, and {}", Self::OwnTargets))
                    .hint(format!("leave out {option}"))
                    .hint(OF_UDP.contains(&option).then(|| listing.to_owned()))
            }
            Self::Failed(_) | Self::NoPrivilege | Self::OtherSystem => {
                Failure::environment(format!("{option} takes frames: {self}"))
                    .hint(self.remedy())
                    .hint(format!("or leave out {option}: {}", without(option)))
            }
        }
    }

    fn remedy(&self) -> Option<String> {
        let program = env::current_exe().map_or("muster".to_owned(), |path| path.display().to_string());
        match self {
            Self::NoPrivilege => {
                let grant = unbroken(&format!("sudo setcap cap_net_raw+ep {program}"));
                Some(format!("{grant} grants it, or run it by sudo"))
            }
            Self::OtherSystem => Some("sweep from a Linux machine".to_owned()),
            Self::Able | Self::Asked(_) | Self::Failed(_) | Self::OwnTargets => None,
        }
    }
}

/// `frames: this process may send them`, `connections: asked for by -sT`.
impl fmt::Display for Choice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = match self.kind {
            NetworkKind::Connect => "connections",
            NetworkKind::Raw => "frames",
        };
        write!(f, "{kind}: {}", self.why)
    }
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Able => f.write_str("this process may send them"),
            Self::Asked(option) => write!(f, "asked for by {option}"),
            Self::Failed(reason) => write!(f, "frames cannot be sent: {reason}"),
            Self::NoPrivilege => f.write_str("this process may not send frames"),
            Self::OtherSystem => f.write_str("frames are sent on Linux alone"),
            Self::OwnTargets => f.write_str("every target is an address of this machine itself"),
        }
    }
}

/// What is done where an option is left out that only frames can do.
fn without(option: &str) -> &'static str {
    match option.starts_with("-P") {
        true => "hosts are then looked for by connections to 80 and 443, or to the ports of -PS",
        false => "TCP ports are then asked by connections",
    }
}

/// Options that ask for UDP ports.
const OF_UDP: [&str; 4] = ["-sU", "-p U:", "-PU", "--udp-empty"];

/// Loopback and what the interfaces have.
fn own_addresses() -> Result<AddressSet, Failure> {
    let interfaces = muster_platform::interfaces()
        .map_err(|error| Failure::environment(format!("cannot list this machine's interfaces: {error}")))?;
    let loopback = [Ipv4Addr::new(127, 0, 0, 0), Ipv4Addr::new(127, 255, 255, 255)].map(Ipv4Addr::to_bits);
    let loopback = AddressSet::from(muster_engine::IntervalSet::from(loopback[0]..=loopback[1]));
    let addresses = interfaces.into_iter().map(|interface| interface.address);
    let own = AddressSet::of_addresses(addresses.chain([IpAddr::from(Ipv6Addr::LOCALHOST)]));
    own.and_then(|own| own.union(&loopback)).map_err(Failure::environment)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROOT: Circumstances = Circumstances { is_linux: true, may_send_frames: true, are_all_own: false };
    const USER: Circumstances = Circumstances { may_send_frames: false, ..ROOT };
    const ALONE: Circumstances = Circumstances { are_all_own: true, ..ROOT };
    const ELSEWHERE: Circumstances = Circumstances { is_linux: false, ..USER };

    fn args(words: &[&str]) -> NetworkArgs {
        let has = |word: &str| words.contains(&word);
        NetworkArgs {
            syn: has("-sS"),
            connect: has("-sT"),
            unprivileged: has("--unprivileged"),
            privileged: has("--privileged"),
            ttl: has("--ttl").then_some(64),
            disable_arp_ping: has("--disable-arp-ping"),
            ..NetworkArgs::default()
        }
    }

    #[test]
    fn frames_are_sent_where_they_may_and_reach_somebody() {
        for (here, words, expected) in [
            (ROOT, &[][..], "frames: this process may send them"),
            (ROOT, &["-sS"], "frames: this process may send them"),
            (ROOT, &["--privileged", "--ttl"], "frames: this process may send them"),
            (ROOT, &["-sT"], "connections: asked for by -sT"),
            (ROOT, &["--unprivileged"], "connections: asked for by --unprivileged"),
            (USER, &["-sS", "--disable-arp-ping"], "connections: this process may not send frames"),
            (
                ALONE,
                &["-sS", "--privileged"],
                "connections: every target is an address of this machine itself",
            ),
            (ELSEWHERE, &[], "connections: frames are sent on Linux alone"),
        ] {
            let choice = Choice::under(here, &args(words), None).unwrap();
            assert_eq!(choice.to_string(), expected, "{words:?}");
            let is_warned = choice.warning().is_some();
            assert_eq!(is_warned, choice.kind == NetworkKind::Connect);
        }
    }

    #[test]
    fn what_takes_frames_is_refused_without_them() {
        for (here, words, needed, expected) in [
            (ROOT, &["-sT"][..], Some("-sU"), "-sU takes frames, and -sT asks for connections"),
            (
                ROOT,
                &["--unprivileged", "--ttl"],
                None,
                "--ttl takes frames, and --unprivileged asks for connections",
            ),
            (USER, &[], Some("-PE"), "-PE takes frames: this process may not send frames"),
            (USER, &["--privileged"], None, "--privileged takes frames: this process may not send frames"),
            (
                ALONE,
                &[],
                Some("-sU"),
                "-sU takes frames, and every target is an address of this machine itself",
            ),
            (ELSEWHERE, &["--ttl"], None, "--ttl takes frames: frames are sent on Linux alone"),
        ] {
            let failure = Choice::under(here, &args(words), needed).unwrap_err();
            assert_eq!(failure.message(), expected, "{words:?}");
        }
    }

    #[test]
    fn whoever_lacks_the_privilege_is_told_how_to_grant_it() {
        let fallen_back = Choice::under(USER, &args(&["-sS"]), None).unwrap().warning().unwrap();
        assert!(
            fallen_back.contains(&format!("hint: {}", unbroken("sudo setcap cap_net_raw+ep "))),
            "{fallen_back}"
        );
        let refused = format!("{:?}", Choice::under(USER, &args(&[]), Some("-PE")).unwrap_err());
        assert!(refused.contains("setcap") && refused.contains("Environment"), "{refused}");
        assert!(refused.contains("hosts are then looked for by connections to 80 and 443"), "{refused}");
    }
}
