//! Phantoms and what only looks like them.

use std::net::IpAddr;
use std::time::Duration;

use muster_engine::{AddressSet, Prefix, Seed};
use muster_model::{Endpoint, Instant, Observation, PortState, Protocol, Reason, Stack};
use proptest::prelude::*;

use super::*;

const PORT: u16 = 2967;
const DECOY: u16 = 7239;

/// Answers of addresses `from` to `to` of 10.0.`net`.0/24.
#[derive(Clone, Copy, Debug)]
struct Alike {
    state: PortState,
    ttl: Option<u8>,
    stack: Option<&'static str>,
    rtt: u64,
}

const OPEN: Alike = Alike { state: PortState::Open, ttl: Some(63), stack: Some("29200 1460 M"), rtt: 900 };
const CLOSED: Alike = Alike { state: PortState::Closed, ttl: Some(63), stack: Some("0 - "), rtt: 900 };
const HELD: Alike = Alike { stack: Some("10 - "), ..OPEN };
const BLIND: Alike = Alike { ttl: None, stack: None, ..OPEN };
/// What Linux tells of a connection that was not reset before it was looked at.
const AGREED: Alike = Alike { stack: Some("- - STW7"), ..BLIND };

impl Alike {
    fn at(self, address: IpAddr, port: u16) -> Observation {
        let reason = if self.state == PortState::Open { Reason::SynAck } else { Reason::Reset };
        let stack = self.stack.map(|text| text.parse::<Stack>().unwrap());
        let rtt = Some(Duration::from_micros(self.rtt));
        let endpoint = Endpoint::tcp(address, port);
        let (state, ttl, at) = (self.state, self.ttl, Instant::START);
        Observation { endpoint, state, reason, icmp: None, ttl, stack, rtt, round: 1, at }
    }

    fn of(self, net: u8, hosts: impl IntoIterator<Item = u8>, port: u16) -> Vec<Observation> {
        hosts.into_iter().map(|host| self.at(address(net, host), port)).collect()
    }
}

fn address(net: u8, host: u8) -> IpAddr {
    [10, 0, net, host].into()
}

fn targets(text: &str) -> AddressSet {
    text.parse::<Prefix>().unwrap().into()
}

fn asked(net: u8, hosts: impl IntoIterator<Item = u8>) -> Vec<Endpoint> {
    hosts.into_iter().map(|host| Endpoint::tcp(address(net, host), DECOY)).collect()
}

/// What is found, in words.
fn found(seen: &[Observation], asked: &[Endpoint], answers: &[Observation]) -> Vec<String> {
    let decoys = Decoys { asked, answers };
    phantoms(seen, &targets("10.0.0.0/16"), &decoys).iter().map(Phantom::to_string).collect()
}

/// Eight addresses of a network, as decoys are spread.
const EIGHT: [u8; 8] = [3, 40, 77, 110, 150, 180, 210, 250];

#[test]
fn a_proxy_is_open_at_the_decoys_of_its_network() {
    let seen = OPEN.of(7, 0..=255, PORT);
    let decoys = OPEN.of(7, EIGHT, DECOY);
    assert_eq!(
        found(&seen, &asked(7, EIGHT), &decoys),
        [
            "one device, a firewall or a SYN proxy, opens every connection to 10.0.7.0/24: 256 addresses answer alike (TTL 63, \
          window and options 29200 1460 M, 0.9 ms), and a port on which nothing listens is open at 8 of 8 addresses"
        ]
    );
    // Sockets see no signs: the decoys alone convict.
    let blind = found(&BLIND.of(7, 0..=255, PORT), &asked(7, EIGHT), &BLIND.of(7, EIGHT, DECOY));
    assert!(blind[0].contains("256 addresses answer alike (0.9 ms)"), "{blind:?}");
    // Of some it is known what they agreed on, of others not: that is no difference.
    let some = |hosts: &[u8], port| {
        let (agreed, reset) = hosts.split_at(hosts.len() / 2);
        [AGREED.of(7, agreed.iter().copied(), port), BLIND.of(7, reset.iter().copied(), port)].concat()
    };
    let all: Vec<u8> = (0..=255).collect();
    assert_eq!(found(&some(&all, PORT), &asked(7, EIGHT), &some(&EIGHT, DECOY)), blind);
}

#[test]
fn networks_side_by_side_are_one_and_part_of_a_network_is_named() {
    let both = [OPEN.of(6, EIGHT, DECOY), OPEN.of(7, EIGHT, DECOY)].concat();
    let all = [asked(6, EIGHT), asked(7, EIGHT)].concat();
    let seen = [OPEN.of(6, 0..=255, PORT), OPEN.of(7, 0..=255, PORT)].concat();
    let phantoms = phantoms(&seen, &targets("10.0.0.0/16"), &Decoys { asked: &all, answers: &both });
    let [phantom] = &phantoms[..] else { panic!("{phantoms:?}") };
    assert_eq!((phantom.prefix.to_string().as_str(), phantom.addresses), ("10.0.6.0/23", 512));
    assert_eq!((phantom.decoys_asked, phantom.decoys_answered), (16, 16));
    assert!(seen.iter().all(|seen| phantom.covers(seen)));
    assert!(
        !phantom.covers(&OPEN.at(address(8, 1), PORT)) && !phantom.covers(&CLOSED.at(address(6, 1), PORT))
    );
    assert!(!phantom.covers(&Alike { ttl: Some(64), ..OPEN }.at(address(6, 1), PORT)));
    assert!(phantom.covers(&BLIND.at(address(6, 1), PORT)), "what is not known does not contradict");

    let part = found(&[], &asked(7, EIGHT), &OPEN.of(7, [3, 40, 110], DECOY));
    assert!(part[0].contains("to 10.0.7.0/25"), "{part:?}");
}

#[test]
fn what_only_looks_like_a_proxy_is_none() {
    let office = OPEN.of(7, 1..=250, PORT);
    for (what, decoys) in [
        ("a well-run office", vec![]),
        ("one honeypot", OPEN.of(7, [3], DECOY)),
        ("two of them", OPEN.of(7, [3, 40], DECOY)),
        ("computers that refuse", CLOSED.of(7, EIGHT, DECOY)),
        (
            "three honeypots of different makes",
            [OPEN.of(7, [3], DECOY), HELD.of(7, [40], DECOY), BLIND.of(7, [250], DECOY)].concat(),
        ),
        ("three equal ones among five that refuse", {
            [OPEN.of(7, [3, 110, 250], DECOY), CLOSED.of(7, [40, 77, 150, 180, 210], DECOY)].concat()
        }),
    ] {
        assert_eq!(found(&office, &asked(7, EIGHT), &decoys), [""; 0], "{what}");
    }
    assert_eq!(found(&office, &[], &OPEN.of(7, EIGHT, DECOY)), [""; 0], "nothing was asked");
}

#[test]
fn a_tarpit_holds_only_unused_addresses() {
    let seen = [OPEN.of(7, 1..=50, PORT), HELD.of(7, 51..=255, PORT)].concat();
    let decoys = [HELD.of(7, [77, 110, 150], DECOY), CLOSED.of(7, [3, 40], DECOY)].concat();
    let all = asked(7, EIGHT);
    let phantoms = phantoms(&seen, &targets("10.0.0.0/16"), &Decoys { asked: &all, answers: &decoys });
    let [phantom] = &phantoms[..] else { panic!("{phantoms:?}") };
    assert_eq!((phantom.kind, phantom.addresses), (PhantomKind::Tarpit, 205));
    assert_eq!(seen.iter().filter(|seen| phantom.covers(seen)).count(), 205, "the fifty hosts are real");
    assert!(
        phantom.to_string().starts_with("a tarpit holds connections to unused addresses of 10.0.7.0/24: 205")
    );
}

#[test]
fn a_refuser_answers_even_at_the_ends_and_at_the_decoys() {
    let decoys = CLOSED.of(7, EIGHT, DECOY);
    let whole = found(&CLOSED.of(7, 0..=255, PORT), &asked(7, EIGHT), &decoys);
    assert_eq!(
        whole,
        [
            "one device resets every connection to 10.0.7.0/24: 256 addresses answer alike (TTL 63, window and options 0 - , \
          0.9 ms), and a port on which nothing listens is closed at 8 of 8 addresses"
        ]
    );
    for (what, seen) in [
        ("the ends are silent: a full network of hosts", CLOSED.of(7, 1..=254, PORT)),
        ("a tenth is silent", CLOSED.of(7, (0..=255).filter(|host| host % 10 != 5), PORT)),
        ("sockets see no time-to-live", Alike { ttl: None, ..CLOSED }.of(7, 0..=255, PORT)),
        (
            "hosts of two kinds",
            [CLOSED.of(7, 0..=200, PORT), Alike { ttl: Some(127), ..CLOSED }.of(7, 201..=255, PORT)].concat(),
        ),
        ("open ones", [CLOSED.of(7, 0..=200, PORT), OPEN.of(7, 201..=255, PORT)].concat()),
    ] {
        assert_eq!(found(&seen, &asked(7, EIGHT), &decoys), [""; 0], "{what}");
    }
}

#[test]
fn without_decoys_that_agree_nobody_is_a_refuser() {
    let whole = CLOSED.of(7, 0..=255, PORT);
    for (what, asked, decoys) in [
        ("none was asked", vec![], vec![]),
        ("none answered", asked(7, EIGHT), vec![]),
        ("two answered", asked(7, [3, 40]), CLOSED.of(7, [3, 40], DECOY)),
        ("most stayed silent", asked(7, EIGHT), CLOSED.of(7, [3, 40, 77], DECOY)),
        ("another time-to-live", asked(7, EIGHT), Alike { ttl: Some(64), ..CLOSED }.of(7, EIGHT, DECOY)),
        ("one is open and somebody's own", asked(7, EIGHT), {
            [CLOSED.of(7, [3, 40, 77, 110, 150, 180, 210], DECOY), OPEN.of(7, [250], DECOY)].concat()
        }),
    ] {
        assert_eq!(found(&whole, &asked, &decoys), [""; 0], "{what}");
    }
    let gap = CLOSED.of(7, (0..=255).filter(|host| *host != 77), PORT);
    let but_the_gap = CLOSED.of(7, [3, 40, 110, 150, 180, 210, 250], DECOY);
    assert_eq!(found(&gap, &asked(7, EIGHT), &but_the_gap), [""; 0], "an address that is silent throughout");
    let filled = found(&gap, &asked(7, EIGHT), &CLOSED.of(7, EIGHT, DECOY));
    assert_eq!(filled.len(), 1, "the answer was lost: the decoy shows who answers there too");
}

#[test]
fn equal_hosts_in_a_part_of_a_larger_network_are_hosts() {
    let decoys = [190, 200, 210, 220, 230, 240, 250, 255];
    let hosts = CLOSED.of(1, 186..=255, PORT);
    let refused = |targets: &AddressSet, asked: &[Endpoint], answers: &[Observation]| {
        !phantoms(&hosts, targets, &Decoys { asked, answers }).is_empty()
    };
    let range = std::net::Ipv4Addr::new(10, 0, 1, 186)..=std::net::Ipv4Addr::new(10, 0, 1, 255);
    for targets in [AddressSet::from(range), targets("10.0.0.0/22")] {
        assert!(!refused(&targets, &[], &[]));
        assert!(!refused(&targets, &asked(1, decoys), &CLOSED.of(1, decoys, DECOY)));
    }
}

#[test]
fn in_ipv6_the_ends_of_a_block_are_hosts_like_others() {
    let of = |last: u16, port| CLOSED.at([0xfd00, 0, 0, 0, 0, 0, 0, last].into(), port);
    let hosts: Vec<_> = (0..=255).map(|last| of(last, PORT)).collect();
    let decoys: Vec<_> = EIGHT.iter().map(|last| of((*last).into(), DECOY)).collect();
    let asked: Vec<_> = decoys.iter().map(|answer| answer.endpoint).collect();
    let decoys = Decoys { asked: &asked, answers: &decoys };
    assert_eq!(phantoms(&hosts, &targets("fd00::/120"), &decoys), []);
}

#[test]
fn whoever_opens_everything_sits_beside_the_scanner() {
    let near = Alike { rtt: 50, ttl: Some(64), ..OPEN };
    let real = [CLOSED.of(16, 1..=20, PORT), CLOSED.of(99, 1..=20, PORT)].concat();
    let nets = [1, 40, 80, 120, 200];
    let decoys: Vec<_> = nets.iter().flat_map(|&net| near.of(net, [9, 200], DECOY)).collect();
    let all: Vec<_> = nets.iter().flat_map(|&net| asked(net, [9, 200])).collect();
    let seen = found(&real, &all, &decoys);
    assert!(
        seen[0].starts_with("something on this machine or right beside it, a proxy or an antivirus"),
        "{seen:?}"
    );
    assert!(seen[0].ends_with("is open at 10 of 10 addresses") && seen.len() == 1, "{seen:?}");

    // Without signs a round-trip time far below that of the others still tells, and one like theirs does not.
    let blind: Vec<_> =
        nets.iter().flat_map(|&net| Alike { rtt: 50, ..BLIND }.of(net, [9, 200], DECOY)).collect();
    assert_eq!(found(&real, &all, &blind).len(), 1);
    let far: Vec<_> = nets.iter().flat_map(|&net| BLIND.of(net, [9, 200], DECOY)).collect();
    assert_eq!(found(&real, &all, &far), [""; 0]);
    // Two neighbouring networks may have one firewall.
    let two: Vec<_> = [1, 2].iter().flat_map(|&net| near.of(net, [9, 200], DECOY)).collect();
    assert_eq!(found(&real, &all, &two), [""; 0]);
    // Whoever shows other signs of life may really be open there.
    let alive: Vec<_> = nets.iter().flat_map(|&net| CLOSED.of(net, [9, 200], PORT)).collect();
    assert_eq!(found(&alive, &all, &decoys), [""; 0]);
}

/// Decoys where every target is taken for living.
fn chosen(seen: &[Observation], targets: &AddressSet) -> Vec<IpAddr> {
    decoy_addresses(seen, targets, targets, Seed(1))
}

#[test]
fn decoys_are_asked_where_many_are_open_or_all_are_closed() {
    let everywhere = targets("10.0.0.0/16");
    assert_eq!(chosen(&[], &everywhere), [] as [IpAddr; 0], "nothing is to be explained");
    assert_eq!(chosen(&OPEN.of(9, [1], PORT), &everywhere).len(), DECOYS_OVER_ALL);
    let seen = [OPEN.of(7, 0..=200, PORT), OPEN.of(9, 0..=10, PORT), CLOSED.of(11, 0..=255, PORT)].concat();
    let decoys = chosen(&seen, &everywhere);
    let of = |net: u8| decoys.iter().filter(|&&decoy| block(decoy) == block(address(net, 0))).count();
    assert!((8..=10).contains(&of(7)) && of(9) < 3 && of(11) == 8, "{decoys:?}");
    let heard = |address: &&IpAddr| seen.iter().any(|seen| seen.endpoint.address == **address);
    let (closed, silent): (Vec<&IpAddr>, Vec<&IpAddr>) = decoys.iter().partition(heard);
    assert_eq!((closed.len(), silent.len()), (8, decoys.len() - 8), "there are enough silent ones elsewhere");
    let full = chosen(&OPEN.of(7, 0..=255, PORT), &targets("10.0.7.0/24"));
    assert_eq!(full.len(), 8, "where nobody is silent, those that answered are asked");
    assert!(chosen(&seen, &AddressSet::empty()).is_empty());
    let v6 = targets("fd00::/8");
    let decoys = chosen(&[OPEN.at([0xfd00, 0, 0, 0, 0, 0, 0, 1].into(), PORT)], &v6);
    assert!(decoys.len() == DECOYS_OVER_ALL && decoys.iter().all(IpAddr::is_ipv6));
}

#[test]
fn where_nothing_is_open_only_a_network_that_resets_alike_is_asked() {
    let everywhere = targets("10.0.0.0/16");
    assert_eq!(chosen(&CLOSED.of(7, 0..=255, PORT), &everywhere).len(), 8);
    for (what, seen) in [
        ("some hosts", CLOSED.of(7, 1..=80, PORT)),
        ("a full network of hosts", CLOSED.of(7, 1..=254, PORT)),
        ("a tenth is silent", CLOSED.of(7, (0..=255).filter(|host| host % 10 != 5), PORT)),
        ("sockets see no time-to-live", Alike { ttl: None, ..CLOSED }.of(7, 0..=255, PORT)),
        (
            "hosts of two kinds",
            [CLOSED.of(7, 0..=200, PORT), Alike { ttl: Some(127), ..CLOSED }.of(7, 201..=255, PORT)].concat(),
        ),
        ("many ports of some hosts", (1..=9).flat_map(|port| CLOSED.of(7, 0..=60, port)).collect()),
    ] {
        assert_eq!(chosen(&seen, &everywhere), [] as [IpAddr; 0], "{what}");
    }
}

/// Whoever was silent when hosts were looked for is no host whose ports are asked, but shows that nobody answers for all.
#[test]
fn of_a_network_that_resets_the_silent_targets_are_asked_too() {
    let network = targets("10.0.7.0/24");
    let living = network.difference(&targets("10.0.7.77/32"));
    let seen = CLOSED.of(7, (0..=255).filter(|host| *host != 77), PORT);
    let decoys = decoy_addresses(&seen, &living, &network, Seed(1));
    assert!(decoys.len() == 8 && decoys.contains(&address(7, 77)), "{decoys:?}");
}

#[test]
fn a_phantom_answers_nothing_but_tcp() {
    let (seen, decoys) = (OPEN.of(7, 0..=255, PORT), OPEN.of(7, EIGHT, DECOY));
    let asked = asked(7, EIGHT);
    let phantoms = phantoms(&seen, &targets("10.0.0.0/16"), &Decoys { asked: &asked, answers: &decoys });
    let tcp = Alike { stack: None, ..OPEN }.at(address(7, 1), 53);
    for protocol in [Protocol::Udp, Protocol::Icmp] {
        let other = Observation { endpoint: Endpoint { protocol, ..tcp.endpoint }, ..tcp };
        assert!(phantoms[0].covers(&tcp) && !phantoms[0].covers(&other), "{protocol}");
    }
}

const DECOYS_OVER_ALL: usize = 16;

fn observation() -> impl Strategy<Value = Observation> {
    let alike = prop::sample::select(vec![OPEN, CLOSED, HELD, BLIND]);
    (alike, 0_u8..3, any::<u8>(), prop::sample::select(vec![PORT, DECOY]))
        .prop_map(|(alike, net, host, port)| alike.at(address(net, host), port))
}

proptest! {
    #[test]
    fn decoys_are_targets_few_and_the_same_again(
        seen in prop::collection::vec(observation(), 0..300),
        (first, more) in (0_u32..600, 0_u32..600),
        seed: u64,
    ) {
        let first = u32::from_be_bytes([10, 0, 0, 0]) + first;
        let range = std::net::Ipv4Addr::from_bits(first)..=std::net::Ipv4Addr::from_bits(first + more);
        let targets = AddressSet::from(range);
        let chosen = decoy_addresses(&seen, &targets, &targets, Seed(seed));
        prop_assert!(chosen.iter().all(|address| targets.contains(*address)));
        prop_assert!(chosen.is_sorted_by(|a, b| a < b));
        prop_assert!(chosen.len() <= 16 + 8 * 6, "{}", chosen.len());
        prop_assert_eq!(decoy_addresses(&seen, &targets, &targets, Seed(seed)), chosen);
    }

    #[test]
    fn no_decoy_open_means_no_open_phantom(
        seen in prop::collection::vec(observation(), 0..600),
        decoys in prop::collection::vec(observation(), 0..60),
    ) {
        let closed: Vec<Observation> = decoys.iter().filter(|seen| seen.state == PortState::Closed).copied().collect();
        let all: Vec<Endpoint> = decoys.iter().map(|seen| seen.endpoint).collect();
        let found = phantoms(&seen, &targets("10.0.0.0/16"), &Decoys { asked: &all, answers: &closed });
        prop_assert!(found.iter().all(|phantom| phantom.kind == PhantomKind::Refuser), "{:?}", found);
    }

    #[test]
    fn the_order_of_what_was_seen_does_not_matter(
        seen in prop::collection::vec(observation(), 0..300),
        decoys in prop::collection::vec(observation(), 0..60),
    ) {
        let all: Vec<Endpoint> = decoys.iter().map(|seen| seen.endpoint).collect();
        let everywhere = targets("10.0.0.0/16");
        let found = phantoms(&seen, &everywhere, &Decoys { asked: &all, answers: &decoys });
        let (mut back, mut answers) = (seen.clone(), decoys.clone());
        back.reverse();
        answers.reverse();
        prop_assert_eq!(phantoms(&back, &everywhere, &Decoys { asked: &all, answers: &answers }), found.clone());
        for pair in found.windows(2) {
            prop_assert!(pair[0].prefix != pair[1].prefix || pair[0].kind.feigned() != pair[1].kind.feigned());
        }
    }
}
