//! Which addresses should be asked at the decoy port.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::net::IpAddr;

use muster_engine::{AddressSet, Prefix, Seed};
use muster_model::{Observation, PortState, Protocol};

use super::block;
use super::rules::is_whole;

/// The addresses to ask at the decoy port, all of them targets, in their order: eight of every network with suspiciously
/// many answers, those that gave no answer before the others, and sixteen from all over the targets that gave none.
pub fn decoy_addresses(observations: &[Observation], targets: &AddressSet, seed: Seed) -> Vec<IpAddr> {
    let heard: HashSet<IpAddr> = observations.iter().map(|seen| seen.endpoint.address).collect();
    let mut chosen = BTreeSet::new();
    for network in suspicious(observations, targets) {
        chosen.extend(of_network(network, targets, &heard, seed));
    }
    chosen.extend(of_all(targets, &heard, seed));
    chosen.into_iter().collect()
}

/// Networks in which at least three addresses and a quarter of those asked have an open port, or nearly all a closed one.
fn suspicious(observations: &[Observation], targets: &AddressSet) -> BTreeSet<Prefix> {
    let are_many = |network: Prefix, open: u64| {
        open >= LEAST_OPEN && open.saturating_mul(SUSPICIOUS_SHARE) >= targets.count_within(network)
    };
    let open = by_network(observations, PortState::Open, targets).into_iter();
    let closed = by_network(observations, PortState::Closed, targets).into_iter();
    let taken = open.filter(|(network, open)| are_many(*network, open.len() as u64));
    let refused = closed.filter(|(network, closed)| is_whole(*network, closed, targets));
    taken.chain(refused).map(|(network, _)| network).collect()
}

/// The targets with a TCP port in `state`, by their networks.
fn by_network(
    observations: &[Observation],
    state: PortState,
    targets: &AddressSet,
) -> BTreeMap<Prefix, BTreeSet<IpAddr>> {
    let mut networks: BTreeMap<Prefix, BTreeSet<IpAddr>> = BTreeMap::new();
    let is_tcp = |seen: &&Observation| seen.state == state && seen.endpoint.protocol == Protocol::Tcp;
    let addresses = observations.iter().filter(is_tcp).map(|seen| seen.endpoint.address);
    for address in addresses.filter(|address| targets.contains(*address)) {
        networks.entry(block(address)).or_default().insert(address);
    }
    networks
}

fn of_network(network: Prefix, targets: &AddressSet, heard: &HashSet<IpAddr>, seed: Seed) -> Vec<IpAddr> {
    let all = AddressSet::from(network);
    let mut members: Vec<IpAddr> = all.iter().filter(|address| targets.contains(*address)).collect();
    members.sort_by_cached_key(|address| (heard.contains(address), draw(seed, *address), *address));
    members.truncate(DECOYS_A_NETWORK);
    members
}

/// Addresses that gave no answer, drawn at random; fewer where hardly any target is silent.
fn of_all(targets: &AddressSet, heard: &HashSet<IpAddr>, seed: Seed) -> BTreeSet<IpAddr> {
    let size = u64::try_from(targets.len()).unwrap_or(u64::MAX - 1);
    if size == 0 {
        return BTreeSet::new();
    }
    let drawn = (0..MOST_DRAWS).map(|number| targets.select(seed.derive("decoy", number) % size));
    let mut silent = BTreeSet::new();
    for address in drawn.filter(|address| !heard.contains(address)) {
        silent.insert(address);
        if silent.len() == DECOYS_OVER_ALL {
            break;
        }
    }
    silent
}

fn draw(seed: Seed, address: IpAddr) -> u64 {
    match address {
        IpAddr::V4(v4) => seed.derive("decoy of a network", v4.to_bits().into()),
        // The low half tells the members of one network apart.
        IpAddr::V6(v6) => seed.derive("decoy of a network", v6.to_bits() as u64),
    }
}

/// Three open decoys convict, so that fewer open answers need no explanation.
const LEAST_OPEN: u64 = 3;
/// One in four asked is more than an office has of most services. Where every computer runs the agent, eight probes more
/// are a small price.
const SUSPICIOUS_SHARE: u64 = 4;
/// Enough that three are left when half of them are lost or belong to hosts.
const DECOYS_A_NETWORK: usize = 8;
/// Enough to fall into several unrelated networks.
const DECOYS_OVER_ALL: usize = 16;
/// Where only one target in 250 is silent, this still finds the sixteen.
const MOST_DRAWS: u64 = 4_096;
