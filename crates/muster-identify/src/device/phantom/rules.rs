//! When answers are phantoms.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;
use std::ops::RangeInclusive;
use std::time::Duration;

use muster_engine::{AddressSet, Prefix};
use muster_model::{Answered, Endpoint, Nature, Observation, PortState, Protocol};

use super::{CommonSigns, Decoys, Phantom, PhantomKind, block, stack_of};

/// Everything that TCP ports answered, by the networks they are in.
pub(super) struct Answers<'a> {
    blocks: BTreeMap<Prefix, Block<'a>>,
    alive: BTreeSet<IpAddr>,
}

/// One network.
#[derive(Default)]
struct Block<'a> {
    seen: Vec<&'a Observation>,
    decoys: Vec<&'a Observation>,
    asked: BTreeSet<IpAddr>,
}

impl<'a> Answers<'a> {
    pub(super) fn of(observations: &'a [Observation], decoys: &Decoys<'a>) -> Self {
        let mut blocks: BTreeMap<Prefix, Block<'a>> = BTreeMap::new();
        let is_tcp = |endpoint: &Endpoint| endpoint.protocol == Protocol::Tcp;
        let asked: BTreeSet<Endpoint> = decoys.asked.iter().copied().filter(is_tcp).collect();
        for endpoint in &asked {
            blocks.entry(block(endpoint.address)).or_default().asked.insert(endpoint.address);
        }
        for answer in decoys.answers.iter().filter(|answer| asked.contains(&answer.endpoint)) {
            blocks.entry(block(answer.endpoint.address)).or_default().decoys.push(answer);
        }
        // What was asked as a decoy is no finding of the sweep, even if the sweep asked it too.
        for seen in
            observations.iter().filter(|seen| is_tcp(&seen.endpoint) && !asked.contains(&seen.endpoint))
        {
            blocks.entry(block(seen.endpoint.address)).or_default().seen.push(seen);
        }
        let is_alive = |seen: &&Observation| seen.is_sign_of_life() && !asked.contains(&seen.endpoint);
        let alive = observations.iter().filter(is_alive).map(|seen| seen.endpoint.address).collect();
        Self { blocks, alive }
    }

    fn decoys(&self) -> impl Iterator<Item = &'a Observation> {
        self.blocks.values().flat_map(|block| block.decoys.iter().copied())
    }
}

/// Networks in which one device opens every port.
pub(super) fn proxies(answers: &Answers<'_>) -> Vec<Phantom> {
    let found = answers.blocks.iter().filter_map(|(prefix, block)| proxy(*prefix, block)).collect();
    joined(found)
}

/// Decoys of several addresses are open and answer alike, and few of those that were asked say otherwise.
fn proxy(prefix: Prefix, block: &Block<'_>) -> Option<Phantom> {
    let (signs, alike) = largest_alike(block.decoys.iter().copied(), PortState::Open)?;
    if alike.len() < LEAST_DECOYS {
        return None;
    }
    if signs.stack.is_some_and(|stack| TINY_WINDOWS.contains(&stack.window)) {
        return Some(block.phantom(prefix, PhantomKind::Tarpit, signs));
    }
    let covering = Prefix::covering(alike.iter().copied())?;
    let is_most = |prefix: &Prefix| {
        let asked = block.asked.iter().filter(|address| prefix.contains(**address)).count();
        alike.len() * 4 >= asked * 3
    };
    let prefix = [prefix, covering].into_iter().find(is_most)?;
    Some(block.phantom(prefix, PhantomKind::Proxy, signs))
}

/// Networks in which one device resets every connection: nearly every address answers, both ends among them, all with the
/// same time-to-live, window and options, and so do the decoys.
///
/// None of that convicts alone. Resets of equal computers look the same, their decoys are closed as well, and in the
/// middle of a larger network the ends of a block are hosts. But only who answers for everybody leaves no gap: of a
/// network of computers the silent addresses are asked as decoys first, and stay silent. Ends mean nothing in IPv6.
pub(super) fn refusers(answers: &Answers<'_>, targets: &AddressSet) -> Vec<Phantom> {
    let found =
        answers.blocks.iter().filter_map(|(prefix, block)| refuser(*prefix, block, targets)).collect();
    joined(found)
}

fn refuser(prefix: Prefix, block: &Block<'_>, targets: &AddressSet) -> Option<Phantom> {
    let signs = resets_alike(prefix, &block.seen, targets)?;
    block.is_refused(&signs).then(|| block.phantom(prefix, PhantomKind::Refuser, signs))
}

/// The signs of the resets that come alike for nearly every address of a network: of one device, or of equal computers.
/// Nothing else makes it worth while to ask decoys where no port is open.
pub(super) fn resets_alike(
    prefix: Prefix,
    seen: &[&Observation],
    targets: &AddressSet,
) -> Option<CommonSigns> {
    let least = BLOCK_SIZE * DENSE_PERCENT / 100 * DENSE_PERCENT / 100;
    if (seen.len() as u64) < least {
        return None;
    }
    let is_reset = |seen: &&Observation| seen.reason.nature() == Nature::Answer;
    let (signs, alike) = largest_alike(seen.iter().copied().filter(is_reset), PortState::Closed)?;
    // Without a time-to-live there is no sign at all that it is one device.
    (signs.ttl.is_some() && is_whole(prefix, &alike, targets)).then_some(signs)
}

/// Whether `addresses` are nearly all of an IPv4 network that was asked nearly whole, both ends among them.
fn is_whole(prefix: Prefix, addresses: &BTreeSet<IpAddr>, targets: &AddressSet) -> bool {
    let ends = [prefix.first(), prefix.last()];
    let asked = targets.count_within(prefix);
    prefix.first().is_ipv4()
        && asked * 100 >= BLOCK_SIZE * DENSE_PERCENT
        && addresses.len() as u64 * 100 >= asked * DENSE_PERCENT
        && ends.iter().all(|end| targets.contains(*end) && addresses.contains(end))
}

/// Decoys are open at addresses that give no other sign of life, in several unrelated networks, and either arrive far
/// sooner than what real hosts answer or all show the same time-to-live, window and options.
pub(super) fn beside_scanner(answers: &Answers<'_>) -> Option<Phantom> {
    let is_nobody = |address: &IpAddr| !answers.alive.contains(address);
    let asked: BTreeSet<IpAddr> =
        answers.blocks.values().flat_map(|block| &block.asked).copied().filter(is_nobody).collect();
    let open: Vec<&Observation> = answers
        .decoys()
        .filter(|answer| answer.state == PortState::Open && is_nobody(&answer.endpoint.address))
        .collect();
    let addresses: BTreeSet<IpAddr> = open.iter().map(|answer| answer.endpoint.address).collect();
    let regions: BTreeSet<Prefix> = addresses.iter().filter_map(|address| region(*address)).collect();
    if regions.len() < LEAST_REGIONS || addresses.len() * 4 < asked.len() * 3 {
        return None;
    }
    let (alike, like) = largest_alike(open.iter().copied(), PortState::Open)?;
    let is_equal = like.len() == addresses.len() && alike.ttl.is_some() && alike.stack.is_some();
    let rtt = median(open.iter().filter_map(|answer| answer.rtt));
    let others = median(closed_rtts(answers));
    let is_near = rtt.zip(others).is_some_and(|(rtt, others)| rtt * NEAR_FACTOR < others);
    if !is_equal && !is_near {
        return None;
    }
    let signs = if is_equal { alike } else { CommonSigns::default() };
    Some(Phantom {
        prefix: Prefix::covering(addresses.iter().copied())?,
        kind: PhantomKind::BesideScanner,
        addresses: answers.blocks.values().map(|block| block.count(PortState::Open, &signs)).sum(),
        signs: CommonSigns { rtt, ..signs },
        decoys_asked: asked.len() as u64,
        decoys_answered: addresses.len() as u64,
    })
}

/// Resets come from real hosts even where something near opens every connection.
fn closed_rtts<'a>(answers: &'a Answers<'_>) -> impl Iterator<Item = Duration> + 'a {
    let seen = answers.blocks.values().flat_map(|block| block.seen.iter().chain(&block.decoys));
    seen.filter(|seen| seen.state == PortState::Closed).filter_map(|seen| seen.rtt)
}

/// A network of which another is unrelated.
fn region(address: IpAddr) -> Option<Prefix> {
    Prefix::new(address, if address.is_ipv4() { 20 } else { 64 })
}

impl Block<'_> {
    fn phantom(&self, prefix: Prefix, kind: PhantomKind, signs: CommonSigns) -> Phantom {
        let within = |address: &IpAddr| prefix.contains(*address);
        let state = kind.feigned();
        let alike = |answers: &[&Observation]| -> BTreeSet<IpAddr> {
            answers
                .iter()
                .filter(|seen| seen.state == state && signs_of(seen) == signs)
                .map(|seen| seen.endpoint.address)
                .filter(within)
                .collect()
        };
        let (seen, decoys) = (alike(&self.seen), alike(&self.decoys));
        let rtts = self.seen.iter().chain(&self.decoys).filter(|seen| signs_of(seen) == signs);
        Phantom {
            prefix,
            kind,
            addresses: seen.union(&decoys).count() as u64,
            signs: CommonSigns { rtt: median(rtts.filter_map(|seen| seen.rtt)), ..signs },
            decoys_asked: self.asked.iter().filter(|address| within(address)).count() as u64,
            decoys_answered: decoys.len() as u64,
        }
    }

    /// Whether enough decoys are closed with these signs and none says otherwise, be it by the silence of an address that
    /// is silent throughout.
    fn is_refused(&self, signs: &CommonSigns) -> bool {
        let is_alike = |answer: &&Observation| {
            let is_reset = answer.state == PortState::Closed && answer.reason.nature() == Nature::Answer;
            is_reset && signs_of(answer) == *signs
        };
        let (alike, others): (Vec<&Observation>, Vec<&Observation>) =
            self.decoys.iter().copied().partition(is_alike);
        let alike: BTreeSet<IpAddr> = alike.iter().map(|answer| answer.endpoint.address).collect();
        let heard: BTreeSet<IpAddr> = self.seen.iter().map(|seen| seen.endpoint.address).collect();
        let is_gap = |address: &&IpAddr| !heard.contains(*address) && !alike.contains(*address);
        let is_agreed = alike.len() >= LEAST_DECOYS && alike.len() * 4 >= self.asked.len() * 3;
        is_agreed && others.is_empty() && !self.asked.iter().any(|address| is_gap(&address))
    }

    /// Addresses in `state` that do not contradict the signs.
    fn count(&self, state: PortState, signs: &CommonSigns) -> u64 {
        let all = self.seen.iter().chain(&self.decoys);
        let alike = all.filter(|seen| {
            seen.state == state && (*signs == CommonSigns::default() || signs_of(seen) == *signs)
        });
        alike.map(|seen| seen.endpoint.address).collect::<BTreeSet<_>>().len() as u64
    }
}

/// The largest group of addresses in `state` whose answers have the same signs.
fn largest_alike<'a>(
    answers: impl Iterator<Item = &'a Observation>,
    state: PortState,
) -> Option<(CommonSigns, BTreeSet<IpAddr>)> {
    let mut groups: BTreeMap<(Option<u8>, Option<Answered>), BTreeSet<IpAddr>> = BTreeMap::new();
    for answer in answers.filter(|answer| answer.state == state) {
        groups.entry((answer.ttl, stack_of(answer))).or_default().insert(answer.endpoint.address);
    }
    let ((ttl, stack), addresses) = groups.into_iter().max_by_key(|(_, addresses)| addresses.len())?;
    Some((CommonSigns { ttl, stack, rtt: None }, addresses))
}

fn signs_of(seen: &Observation) -> CommonSigns {
    CommonSigns { ttl: seen.ttl, stack: stack_of(seen), rtt: None }
}

/// Networks side by side with the same device are one.
fn joined(found: Vec<Phantom>) -> Vec<Phantom> {
    let mut joined: Vec<Phantom> = Vec::new();
    for phantom in found {
        joined.push(phantom);
        while let [.., left, right] = &joined[..]
            && let Some(both) = union(left, right)
        {
            joined.truncate(joined.len() - 2);
            joined.push(both);
        }
    }
    joined
}

/// The two halves of a prefix with the same device, as one.
fn union(left: &Phantom, right: &Phantom) -> Option<Phantom> {
    let bits = left.prefix.bits();
    let parent = Prefix::new(left.prefix.first(), bits.checked_sub(1)?)?;
    let are_halves =
        right.prefix.bits() == bits && left.prefix != right.prefix && parent.contains(right.prefix.first());
    let are_alike =
        (left.kind, left.signs.ttl, left.signs.stack) == (right.kind, right.signs.ttl, right.signs.stack);
    (are_halves && are_alike).then(|| Phantom {
        prefix: parent,
        addresses: left.addresses + right.addresses,
        signs: CommonSigns { rtt: left.signs.rtt.max(right.signs.rtt), ..left.signs },
        decoys_asked: left.decoys_asked + right.decoys_asked,
        decoys_answered: left.decoys_answered + right.decoys_answered,
        kind: left.kind,
    })
}

fn median(values: impl Iterator<Item = Duration>) -> Option<Duration> {
    let mut values: Vec<Duration> = values.collect();
    values.sort_unstable();
    values.get(values.len() / 2).copied()
}

/// One open decoy may be a honeypot, two a pair of them; three in one network that look the same are one device.
const LEAST_DECOYS: usize = 3;
/// No TCP that means to receive anything offers less than the smallest segment it must take, 536 bytes (RFC 9293 section
/// 3.7.1); an eighth of that is generous to devices that have hardly any memory. None at all is what a SYN proxy offers
/// until it has a connection to the host.
const TINY_WINDOWS: RangeInclusive<u16> = 1..=67;
/// The addresses of a block of IPv4. Of a part of it every address may well be a host.
const BLOCK_SIZE: u64 = 256;
/// The loss of a bad way leaves so many.
const DENSE_PERCENT: u64 = 95;
/// Two networks may belong together and have one firewall; three that are unrelated hardly do.
const LEAST_REGIONS: usize = 3;
/// What answers on this machine or beside it takes well under a quarter of the way to anybody else.
const NEAR_FACTOR: u32 = 4;
