//! What a sweep will cost, worked out before it: bytes on the wire, time, and by which interfaces it goes. Nothing is
//! sent.

use std::collections::BTreeSet;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::time::Duration;

use muster_engine::{AddressSet, IntervalSet, Number, Payloads, Prefix, ProbeKind, Questions, SweepPlan};
use muster_platform::{Device, Routes, Unreachable, Wanted, Way, devices};

use super::network_args::NetworkArgs;
use crate::failure::Failure;
use crate::output::count;

/// The bytes of the frames of one round in which everything is asked, Ethernet headers included.
pub(crate) fn wire_bytes(plan: &SweepPlan, payloads: &Payloads) -> u128 {
    let targets = &plan.targets;
    let families = [(true, targets.v4().len(), IPV4_HEADER), (false, targets.v6().len(), IPV6_HEADER)];
    let of_family = |(is_ipv4, addresses, header): (bool, u128, u128)| {
        let questions = plan.questions.of_family(is_ipv4);
        addresses.saturating_mul(bytes_for_a_host(&questions, payloads, header))
    };
    families.into_iter().map(of_family).fold(0, u128::saturating_add)
}

/// How long a sweep of so many endpoints takes at the least, and where nothing answers.
pub(crate) fn duration(plan: &SweepPlan, endpoints: u64) -> (Duration, Duration) {
    let seconds = endpoints as f64 / plan.rate;
    let spaced = plan.host_spacing.as_secs_f64() * f64::from(plan.questions.total().saturating_sub(1));
    let sending = Duration::try_from_secs_f64(seconds.max(spaced)).unwrap_or(Duration::MAX);
    let round = sending.saturating_add(plan.timing.initial);
    (sending, round.saturating_mul(u32::from(plan.rounds.least)))
}

/// A line for each way that frames to `targets` take.
///
/// # Errors
/// The kernel does not tell, or the wanted interface or address is not this machine's.
pub(crate) fn ways(targets: &AddressSet, args: &NetworkArgs) -> Result<Vec<String>, Failure> {
    let devices = devices().map_err(|error| unknown(&error))?;
    let ways = ways_by(&devices, targets, args)?;
    Ok(ways.into_iter().map(|(way, addresses)| line(way, addresses, &devices)).collect())
}

/// Whether no way leads to any of `targets`; `false` where the system does not tell.
pub(crate) fn are_cut_off(targets: &AddressSet, args: &NetworkArgs) -> bool {
    let ways =
        devices().map_err(|error| unknown(&error)).and_then(|devices| ways_by(&devices, targets, args));
    let is_none = |way: &Way| matches!(way, Way::Unreachable(why) if *why != Unreachable::Encapsulated);
    ways.is_ok_and(|ways| ways.iter().all(|(way, _)| is_none(way)))
}

fn unknown(error: &io::Error) -> Failure {
    Failure::environment(format!("cannot read this machine's routes: {error}"))
}

/// The ways to `targets`, each with the number of addresses that it leads to.
fn ways_by(
    devices: &[Device],
    targets: &AddressSet,
    args: &NetworkArgs,
) -> Result<Vec<(Way, u128)>, Failure> {
    let wanted = Wanted { source: args.source, device: device_number(devices, args)? };
    let mut routes = Routes::open().map_err(|error| unknown(&error))?;
    let prefixes = routes.prefixes().map_err(|error| unknown(&error))?;
    let mut ways: Vec<(Way, u128)> = Vec::new();
    let mut ask = |address: IpAddr, addresses: u128| {
        let way = routes.way_to(address, &for_family(wanted, address)).map_err(|error| unknown(&error))?;
        match ways.iter_mut().find(|(known, _)| *known == way) {
            Some((_, sum)) => *sum += addresses,
            None => ways.push((way, addresses)),
        }
        Ok(())
    };
    let cuts = |is_ipv4: bool| {
        let of_family = prefixes.iter().filter(move |(address, _)| address.is_ipv4() == is_ipv4);
        of_family.filter_map(|(address, bits)| Prefix::new(*address, *bits))
    };
    let v4: BTreeSet<u32> = cuts(true).flat_map(|prefix| edges(prefix, number_v4)).collect();
    let v6: BTreeSet<u128> = cuts(false).flat_map(|prefix| edges(prefix, number_v6)).collect();
    pieces(targets.v4(), &v4, |first, many| ask(Ipv4Addr::from_bits(first).into(), many))?;
    pieces(targets.v6(), &v6, |first, many| ask(Ipv6Addr::from_bits(first).into(), many))?;
    Ok(ways)
}

/// A wanted source counts for the targets of its family.
fn for_family(wanted: Wanted, target: IpAddr) -> Wanted {
    Wanted { source: wanted.source.filter(|source| source.is_ipv4() == target.is_ipv4()), ..wanted }
}

fn device_number(devices: &[Device], args: &NetworkArgs) -> Result<Option<u32>, Failure> {
    let Some(name) = &args.device else { return Ok(None) };
    match devices.iter().find(|device| device.name == *name) {
        Some(device) => Ok(Some(device.index)),
        None => {
            let names: Vec<&str> = devices.iter().map(|device| device.name.as_str()).collect();
            Err(Failure::usage(format!("no interface {name}: there are {}", names.join(", "))).hint(
                "name one of these, or leave out -e; what is taken up again needs the same one".to_owned(),
            ))
        }
    }
}

/// `by eth0 from 10.0.0.5, router 10.0.0.1: 256 addresses`.
fn line(way: Way, addresses: u128, devices: &[Device]) -> String {
    let name = |number: u32| {
        let known = devices.iter().find(|device| device.index == number);
        known.map_or(format!("interface {number}"), |device| device.name.clone())
    };
    let way = match way {
        Way::Local => "by connections, this machine itself".to_owned(),
        Way::OnLink { device, source } => format!("by {} from {source}, on the same link", name(device)),
        Way::Via { device, source, gateway } => {
            format!("by {} from {source}, router {gateway}", name(device))
        }
        Way::Unreachable(why @ Unreachable::Encapsulated) => format!("by connections, {why}"),
        Way::Unreachable(why) => format!("no way, {why}"),
    };
    format!("{way}: {}", count(addresses, "address"))
}

/// Goes through the parts of `set` between the `cuts`: the first address of each, and how many there are.
fn pieces<T: Number + Into<u128>>(
    set: &IntervalSet<T>,
    cuts: &BTreeSet<T>,
    mut each: impl FnMut(T, u128) -> Result<(), Failure>,
) -> Result<(), Failure> {
    for range in set.ranges() {
        let (mut first, end) = (*range.start(), *range.end());
        loop {
            let cut = cuts.range(first..=end).find(|cut| **cut > first).copied();
            let last = cut.and_then(Number::predecessor).unwrap_or(end);
            each(first, last.into() - first.into() + 1)?;
            match cut {
                Some(cut) => first = cut,
                None => break,
            }
        }
    }
    Ok(())
}

/// Where a prefix begins, and where what follows it begins.
fn edges<T: Number>(prefix: Prefix, number: impl Fn(IpAddr) -> Option<T>) -> impl Iterator<Item = T> {
    let after = number(prefix.last()).and_then(Number::successor);
    number(prefix.first()).into_iter().chain(after)
}

fn number_v4(address: IpAddr) -> Option<u32> {
    if let IpAddr::V4(v4) = address { Some(v4.to_bits()) } else { None }
}

fn number_v6(address: IpAddr) -> Option<u128> {
    if let IpAddr::V6(v6) = address { Some(v6.to_bits()) } else { None }
}

fn bytes_for_a_host(questions: &Questions, payloads: &Payloads, header: u128) -> u128 {
    let of_kind = |kind: ProbeKind| {
        let ports = questions.ports(kind);
        let each = |content: u128| (ETHERNET_HEADER + header + content).max(LEAST_FRAME);
        match kind {
            ProbeKind::Udp => {
                let ports = ports.ranges().iter().cloned().flatten();
                let length = |port| payloads.at(port).map_or(0, <[u8]>::len) as u128;
                ports.map(|port| each(UDP_HEADER + length(port))).sum()
            }
            ProbeKind::Syn => ports.len() * each(TCP_HEADER + SYN_OPTIONS),
            ProbeKind::Ack => ports.len() * each(TCP_HEADER),
            ProbeKind::Echo => ports.len() * each(ECHO),
            ProbeKind::Timestamp => ports.len() * each(TIMESTAMP),
            ProbeKind::AddressMask => ports.len() * each(ADDRESS_MASK),
            ProbeKind::Neighbor => {
                ports.len() * if header == IPV4_HEADER { LEAST_FRAME } else { each(SOLICITATION) }
            }
        }
    };
    ProbeKind::ALL.into_iter().map(of_kind).sum()
}

const ETHERNET_HEADER: u128 = 14;
const IPV4_HEADER: u128 = 20;
const IPV6_HEADER: u128 = 40;
const TCP_HEADER: u128 = 20;
const UDP_HEADER: u128 = 8;
/// Largest segment, selective acknowledgement, time stamps, window scale, as kernels send them too.
const SYN_OPTIONS: u128 = 20;
/// An ICMP header without data.
const ECHO: u128 = 8;
/// The same with three time stamps, and with a mask.
const TIMESTAMP: u128 = 20;
const ADDRESS_MASK: u128 = 12;
/// A Neighbour Solicitation with the sender's hardware address (RFC 4861 section 4.3).
const SOLICITATION: u128 = 32;
/// Shorter ones are filled up (IEEE 802.3), the checksum not counted.
const LEAST_FRAME: u128 = 60;

#[cfg(test)]
mod tests {
    use muster_engine::{PortSet, TargetSpec};

    use super::*;

    fn targets(text: &str) -> AddressSet {
        let Ok(TargetSpec::Addresses(targets)) = TargetSpec::parse(text) else { panic!("{text}") };
        targets
    }

    #[test]
    fn every_frame_is_counted_by_its_kind() {
        let payloads: Payloads = [(53_u16, vec![0_u8; 100])].into_iter().collect();
        let udp = IntervalSet::from_ranges([53..=54]).unwrap();
        let ping = Questions::none().with(ProbeKind::Ack, (80..=80).into()).with_host(ProbeKind::Echo);
        for (text, questions, expected) in [
            ("10.0.0.0/24", Questions::from(PortSet::tcp(2967)), 256 * 74),
            ("fd00::/120", Questions::from(PortSet::tcp(2967)), 256 * 94),
            ("10.0.0.1", Questions::none().with(ProbeKind::Udp, udp), 142 + 60),
            ("10.0.0.1", ping, 60 + 60),
            ("10.0.0.1", Questions::neighbor(), 60),
            ("fd00::1", Questions::neighbor(), 86),
        ] {
            assert_eq!(wire_bytes(&SweepPlan::new(targets(text), questions), &payloads), expected, "{text}");
        }
    }

    #[test]
    fn a_source_is_wanted_for_its_family_alone() {
        let (source, device) = (Some(IpAddr::from([10, 0, 0, 1])), Some(3));
        let wanted = Wanted { source, device };
        assert_eq!(for_family(wanted, [10, 9, 9, 9].into()).source, source);
        let other = for_family(wanted, Ipv6Addr::LOCALHOST.into());
        assert_eq!((other.source, other.device), (None, device));
    }

    #[test]
    fn time_is_that_of_sending_or_of_waiting_in_vain() {
        let mut plan = SweepPlan::new(targets("10.0.0.0/24"), PortSet::tcp(2967));
        plan.rate = 256.0;
        let seconds = Duration::from_secs;
        assert_eq!(duration(&plan, 256), (seconds(1), seconds(4)));
        assert_eq!(duration(&plan, 512), (seconds(2), seconds(6)));
    }

    #[test]
    fn sets_are_cut_where_the_way_may_change() {
        let told = |text: &str, prefixes: &[&str]| {
            let prefixes = prefixes.iter().map(|text| text.parse::<Prefix>().unwrap());
            let cuts = prefixes.flat_map(|prefix| edges(prefix, number_v4)).collect();
            let mut told = Vec::new();
            let note = |first: u32, many| {
                told.push(format!("{} {many}", Ipv4Addr::from_bits(first)));
                Ok(())
            };
            pieces(targets(text).v4(), &cuts, note).unwrap();
            told.join(", ")
        };
        assert_eq!(told("10.0.0.0/24", &["0.0.0.0/0"]), "10.0.0.0 256");
        assert_eq!(
            told("10.0.0.0/24", &["10.0.0.4/30", "10.0.0.0/25"]),
            "10.0.0.0 4, 10.0.0.4 4, 10.0.0.8 120, 10.0.0.128 128"
        );
        assert_eq!(
            told("255.255.255.254-255", &["255.255.255.255/32"]),
            "255.255.255.254 1, 255.255.255.255 1"
        );
    }
}
