//! Which addresses should be asked at the decoy port.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::net::IpAddr;

use muster_engine::{AddressSet, Prefix, Seed};
use muster_model::{Observation, PortState, Protocol};

use super::block;
use super::rules::resets_alike;

/// The addresses to ask at the decoy port, in their order; none where nothing looks like a phantom.
///
/// Where a port is open: eight of the `hosts`, those that the sweep took for living, of every network with suspiciously
/// many open ones, and sixteen from all over them that gave no answer. Where nearly a whole network resets alike: eight
/// of its `targets`. Of a network those that gave no answer come before the others.
pub fn decoy_addresses(
    observations: &[Observation],
    hosts: &AddressSet,
    targets: &AddressSet,
    seed: Seed,
) -> Vec<IpAddr> {
    let heard: HashSet<IpAddr> = observations.iter().map(|seen| seen.endpoint.address).collect();
    let mut chosen = BTreeSet::new();
    for network in opened(observations, hosts) {
        chosen.extend(of_network(network, hosts, &heard, seed));
    }
    for network in refused(observations, targets) {
        chosen.extend(of_network(network, targets, &heard, seed));
    }
    if observations.iter().any(|seen| is_tcp(seen, PortState::Open)) {
        chosen.extend(of_all(hosts, &heard, seed));
    }
    chosen.into_iter().collect()
}

/// Networks in which at least three addresses and a quarter of the hosts have an open port.
fn opened(observations: &[Observation], hosts: &AddressSet) -> Vec<Prefix> {
    let is_many = |(network, seen): (Prefix, Vec<&Observation>)| {
        let open = seen.iter().map(|seen| seen.endpoint.address).collect::<BTreeSet<_>>().len() as u64;
        let is_many =
            open >= LEAST_OPEN && open.saturating_mul(SUSPICIOUS_SHARE) >= hosts.count_within(network);
        is_many.then_some(network)
    };
    by_network(observations, PortState::Open, hosts).into_iter().filter_map(is_many).collect()
}

/// Networks in which nearly every address resets alike.
fn refused(observations: &[Observation], targets: &AddressSet) -> Vec<Prefix> {
    let is_alike =
        |(network, seen): (Prefix, Vec<&Observation>)| resets_alike(network, &seen, targets).map(|_| network);
    by_network(observations, PortState::Closed, targets).into_iter().filter_map(is_alike).collect()
}

/// The TCP ports of the targets that are in `state`, by their networks.
fn by_network<'a>(
    observations: &'a [Observation],
    state: PortState,
    targets: &AddressSet,
) -> BTreeMap<Prefix, Vec<&'a Observation>> {
    let mut networks: BTreeMap<Prefix, Vec<&Observation>> = BTreeMap::new();
    let is_asked = |seen: &&Observation| is_tcp(seen, state) && targets.contains(seen.endpoint.address);
    for seen in observations.iter().filter(is_asked) {
        networks.entry(block(seen.endpoint.address)).or_default().push(seen);
    }
    networks
}

fn is_tcp(seen: &Observation, state: PortState) -> bool {
    seen.state == state && seen.endpoint.protocol == Protocol::Tcp
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
