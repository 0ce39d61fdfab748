//! Which addresses may be probed at all.
//!
//! | addresses | may be probed |
//! |---|---|
//! | private, loopback, link-local, unique local | yes |
//! | multicast, `0.0.0.0/8`, `::`, `240.0.0.0/4` with the limited broadcast | never |
//! | broadcast addresses of this machine's own networks | never; a plan around one goes on without it |
//! | the metadata services of clouds | if an `--allow` names exactly that address |
//! | all others | if an `--allow` covers them |
//!
//! IPv6 has several ways to write an IPv4 address, and a packet to one may arrive there. Instead of taking the disguise
//! off every address, each IPv4 rule is written into every place of IPv6 where its addresses can appear, once, when the
//! scope is made. A check is then one binary search, and a whole plan is checked by the arithmetic of sets.
//!
//! It does not decide who is authorised to sweep what; it makes that a decision somebody has written down.

mod disguise;
mod refusal;
#[cfg(test)]
mod tests;

use std::net::IpAddr;

use muster_engine::{AddressSet, IntervalSet, Prefix, TooManyRanges};

use disguise::{in_every_form, undisguised};
pub use refusal::{Refusal, Refused, ScopeError};

/// The addresses that may be probed.
#[derive(Clone, Debug)]
pub struct Scope {
    passes: AddressSet,
    /// What an `--allow` names, also in disguise.
    allowed: AddressSet,
    broadcasts: AddressSet,
    /// What is refused however much is allowed.
    never: Vec<(Refused, AddressSet)>,
}

impl Scope {
    /// The scope of this machine's private surroundings and what `allow` adds. An `allow` inside one of the IPv6 forms
    /// of IPv4 stands for the IPv4 addresses in it; a wider one, such as `::/0`, allows none of those.
    ///
    /// # Errors
    /// If `allow` is too scattered.
    pub fn new(allow: &[Prefix], on_link_broadcasts: &[IpAddr]) -> Result<Self, TooManyRanges> {
        Self::around(&set_of(HOME)?, allow, on_link_broadcasts)
    }

    /// The scope that a policy names in place of the private surroundings, and what `allow` adds.
    ///
    /// # Errors
    /// If either is too scattered.
    pub fn of_policy(
        named: &[Prefix],
        allow: &[Prefix],
        on_link_broadcasts: &[IpAddr],
    ) -> Result<Self, TooManyRanges> {
        let both: Vec<Prefix> = named.iter().chain(allow).copied().collect();
        Self::around(&AddressSet::empty(), &both, on_link_broadcasts)
    }

    /// The same scope, where these targets are confirmed already: they do not count towards [`MOST_UNCONFIRMED`].
    ///
    /// # Errors
    /// If they are too scattered.
    pub fn confirmed(self, targets: &AddressSet) -> Result<Self, TooManyRanges> {
        Ok(Self { allowed: self.allowed.union(targets)?, ..self })
    }

    fn around(
        home: &AddressSet,
        allow: &[Prefix],
        on_link_broadcasts: &[IpAddr],
    ) -> Result<Self, TooManyRanges> {
        let allow: Vec<AddressSet> = allow.iter().map(undisguised).collect();
        let metadata = set_of(METADATA)?.intersection(&not_named_alone(&allow));
        let broadcasts: Vec<AddressSet> = on_link_broadcasts.iter().map(|&address| address.into()).collect();
        let broadcasts = in_every_form(&AddressSet::union_all(&broadcasts)?)?;
        let mut never =
            vec![(Refused::Broadcast, broadcasts.clone()), (Refused::Metadata, in_every_form(&metadata)?)];
        for &(reason, prefixes) in NEVER {
            never.push((reason, in_every_form(&set_of(prefixes)?)?));
        }
        let allowed = in_every_form(&AddressSet::union_all(&allow)?)?;
        let reachable = in_every_form(home)?.union(&allowed)?;
        let passes = never.iter().fold(reachable, |passes, (_, set)| passes.difference(set));
        Ok(Self { passes, allowed, broadcasts, never })
    }

    /// Whether one address may be probed: asked for every probe.
    ///
    /// # Errors
    /// Why not.
    pub fn check(&self, address: IpAddr) -> Result<(), Refusal> {
        if self.passes.contains(address) {
            return Ok(());
        }
        let never = self.never.iter().find(|(_, set)| set.contains(address));
        Err(Refusal { address, reason: never.map_or(Refused::OutOfScope, |&(reason, _)| reason) })
    }

    /// Holds a whole plan of `ports` ports on each of `targets` against the scope, and gives back the targets that are
    /// to be probed: all but the broadcast addresses of this machine's networks, which lie in any network one sweeps
    /// from inside.
    ///
    /// # Errors
    /// If any other target is refused, if there are more than `most_endpoints` endpoints, or more than
    /// [`MOST_UNCONFIRMED`] targets that no `allow` names.
    pub fn admit(
        &self,
        targets: &AddressSet,
        ports: u32,
        most_endpoints: u64,
    ) -> Result<AddressSet, ScopeError> {
        let probed = targets.difference(&self.broadcasts);
        let refused = self.refused(if probed.is_empty() { targets } else { &probed });
        if !refused.is_empty() {
            return Err(ScopeError::Refused { refused });
        }
        let count = probed.len();
        if count.saturating_mul(ports.into()) > most_endpoints.into() {
            return Err(ScopeError::TooManyEndpoints { targets: count, ports, most: most_endpoints });
        }
        let unconfirmed = probed.difference(&self.allowed);
        if unconfirmed.len() > MOST_UNCONFIRMED {
            return Err(ScopeError::TooManyTargets { targets: Box::new(unconfirmed) });
        }
        Ok(probed)
    }

    /// The targets that do not pass, by reason.
    fn refused(&self, targets: &AddressSet) -> Vec<(Refused, AddressSet)> {
        let mut rest = targets.difference(&self.passes);
        let mut refused = Vec::new();
        for (reason, set) in &self.never {
            refused.push((*reason, rest.intersection(set)));
            rest = rest.difference(set);
        }
        refused.push((Refused::OutOfScope, rest));
        refused.retain(|(_, set)| !set.is_empty());
        refused
    }
}

/// The most targets that may be swept without an `--allow` that names them: a /16. A typing error in a prefix should
/// not start a sweep of a whole /8.
pub const MOST_UNCONFIRMED: u128 = 1 << 16;

/// In scope without an `--allow`: RFC 1918, RFC 1122 section 3.2.1.3, RFC 3927, RFC 4193, RFC 4291.
const HOME: &[&str] = &[
    "10.0.0.0/8",
    "172.16.0.0/12",
    "192.168.0.0/16",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "fc00::/7",
    "fe80::/10",
    "::1",
];

const METADATA: &[&str] = &["169.254.169.254", "fd00:ec2::254"];

const NEVER: &[(Refused, &[&str])] = &[
    (Refused::Multicast, &["224.0.0.0/4", "ff00::/8"]),
    (Refused::Unspecified, &["0.0.0.0/8", "::"]),
    (Refused::Reserved, &["240.0.0.0/4"]),
];

fn set_of(prefixes: &[&str]) -> Result<AddressSet, TooManyRanges> {
    let sets: Vec<AddressSet> =
        prefixes.iter().filter_map(|text| text.parse::<Prefix>().ok()).map(Into::into).collect();
    AddressSet::union_all(&sets)
}

/// All addresses but those that a set holds alone.
fn not_named_alone(sets: &[AddressSet]) -> AddressSet {
    let all = AddressSet::new(IntervalSet::full(), IntervalSet::full());
    sets.iter().filter(|set| set.len() == 1).fold(all, |rest, set| rest.difference(set))
}
