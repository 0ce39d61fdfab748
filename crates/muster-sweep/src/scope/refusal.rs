//! Why an address or a plan is refused, and what to do about it.

use std::fmt;
use std::net::IpAddr;

use muster_engine::{AddressSet, Prefix};

use super::MOST_UNCONFIRMED;

/// Why an address is not probed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    /// The broadcast address of a network that this machine is in.
    Broadcast,
    /// The metadata service of a cloud, which answers whoever asks with the machine's credentials.
    Metadata,
    /// `224.0.0.0/4` and `ff00::/8`: a probe would reach many hosts.
    Multicast,
    /// `0.0.0.0/8` (RFC 1122 section 3.2.1.3) and `::`, which systems take for themselves.
    Unspecified,
    /// `240.0.0.0/4` (RFC 1112 section 4), with the limited broadcast address.
    Reserved,
    /// Nobody has said that it may be swept.
    OutOfScope,
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Broadcast => "broadcast",
            Self::Metadata => "cloud metadata service",
            Self::Multicast => "multicast",
            Self::Unspecified => "no host",
            Self::Reserved => "reserved",
            Self::OutOfScope => "not in the scope",
        })
    }
}

/// One address that is not to be probed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{address} is not probed: {reason}")]
pub struct Refusal {
    /// The address as it was asked about.
    pub address: IpAddr,
    /// Why it is not.
    pub reason: Refused,
}

/// Why a plan is not carried out.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ScopeError {
    /// Some of the targets may not be probed.
    #[error("{}", sentence(refused))]
    Refused {
        /// Which, and why; each once.
        refused: Vec<(Refused, AddressSet)>,
    },
    /// Too many targets for nobody to have named them.
    #[error("{} targets that no --allow names, at most {MOST_UNCONFIRMED}: {targets}", targets.len())]
    TooManyTargets {
        /// The targets that are not named.
        targets: Box<AddressSet>,
    },
    /// More than any sweep can hold.
    #[error("too much for one sweep: {targets} targets × {ports} ports, at most {most} in all")]
    TooManyEndpoints {
        /// How many targets.
        targets: u128,
        /// How many ports of each.
        ports: u32,
        /// How many endpoints one sweep may have.
        most: u64,
    },
}

impl ScopeError {
    /// What to do about it, a line each.
    pub fn hints(&self) -> Vec<String> {
        match self {
            Self::Refused { refused } => refused.iter().map(|(reason, set)| hint(*reason, set)).collect(),
            Self::TooManyTargets { targets } => {
                vec![format!("if you mean it, name them: {}", allow(targets))]
            }
            Self::TooManyEndpoints { .. } => vec!["sweep it in parts".to_owned()],
        }
    }
}

fn sentence(refused: &[(Refused, AddressSet)]) -> String {
    let part = |(reason, set): &(Refused, AddressSet)| format!("{reason}: {set}");
    format!("targets that may not be probed: {}", refused.iter().map(part).collect::<Vec<_>>().join("; "))
}

fn hint(reason: Refused, set: &AddressSet) -> String {
    match reason {
        Refused::OutOfScope => format!("if you are authorised to sweep them, say so: {}", allow(set)),
        Refused::Metadata => {
            format!("leave it out with --exclude {set}, or name it alone with --allow {set}")
        }
        _ => match one_prefix(set) {
            Some(prefix) => format!("leave them out: --exclude {prefix}"),
            None => "leave them out with --exclude".to_owned(),
        },
    }
}

fn allow(set: &AddressSet) -> String {
    one_prefix(set)
        .map_or_else(|| "--allow PREFIX for each network".to_owned(), |prefix| format!("--allow {prefix}"))
}

fn one_prefix(set: &AddressSet) -> Option<Prefix> {
    format!("{set}").parse().ok()
}
