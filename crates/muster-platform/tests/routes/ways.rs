//! The kernel's answers, by kind of route.

use std::io::ErrorKind;
use std::net::IpAddr;

use muster_platform::{Routes, Unreachable, Wanted, Way, devices};

use crate::network::{CABLE, in_own_network, ip, is_accepted, lay_out, say};

fn address(text: &str) -> IpAddr {
    text.parse().unwrap()
}

fn from(source: &str) -> Wanted {
    Wanted { source: Some(address(source)), device: None }
}

fn index_of(name: &str) -> u32 {
    devices().unwrap().iter().find(|device| device.name == name).unwrap().index
}

/// The answer in a word or three.
fn told(to: &str, wanted: &Wanted) -> String {
    let near = index_of("near");
    match Routes::open().unwrap().way_to(address(to), wanted).unwrap() {
        Way::Local => "local".to_owned(),
        Way::Unreachable(why) => format!("{why:?}"),
        Way::OnLink { device, source } if device == near => format!("on link from {source}"),
        Way::Via { device, source, gateway } if device == near => format!("via {gateway} from {source}"),
        other => panic!("{other:?}"),
    }
}

#[test]
fn each_kind_of_route_has_its_way() {
    in_own_network(|| {
        lay_out();
        for (to, expected) in [
            ("127.0.0.1", "local"),
            ("127.200.3.4", "local"),
            ("10.90.0.1", "local"),
            ("10.90.0.5", "local"),
            ("10.90.0.77", "on link from 10.90.0.1"),
            ("10.90.0.255", "NotOneHost"),
            ("10.91.0.1", "via 10.90.0.2 from 10.90.0.1"),
            ("10.91.7.1", "via 10.90.0.3 from 10.90.0.1"),
            ("10.92.0.1", "Blackhole"),
            ("10.92.1.1", "Unreachable"),
            ("10.92.2.1", "Prohibited"),
            ("10.92.3.1", "NoRoute"),
            ("10.93.0.1", "on link from 10.90.0.5"),
            ("10.94.0.1", "via 10.90.0.4 from 10.90.0.1"),
            ("10.95.0.1", "NoRoute"),
            ("10.95.9.1", "Prohibited"),
            ("10.99.0.1", "via fe80::99 from 10.90.0.1"),
            ("10.200.0.1", "NoRoute"),
            ("0.1.2.3", "NoRoute"),
            ("255.255.255.255", "NoRoute"),
            ("224.0.0.1", "NoRoute"),
            ("::1", "local"),
            ("fd90::1", "local"),
            ("fd90::77", "on link from fd90::1"),
            ("fd91::1", "via fd90::2 from fd90::1"),
            ("fd91:0:7::1", "via fe80::3 from fd90::1"),
            ("fd92::1", "Blackhole"),
            ("fd92:0:1::1", "Unreachable"),
            ("fd92:0:2::1", "Prohibited"),
            ("fd94::1", "via fd90::4 from fd90::1"),
            ("fd95::1", "NoRoute"),
            ("fd99::1", "NoRoute"),
            ("ff02::1", "NotOneHost"),
        ] {
            assert_eq!(told(to, &Wanted::default()), expected, "{to}");
        }
    });
}

#[test]
fn what_the_kernel_knows_by_heart_has_no_way_even_with_a_default_route() {
    in_own_network(|| {
        ip(CABLE);
        ip("route add default via 10.90.0.2");
        for (to, expected) in [
            ("224.0.0.1", "NotOneHost"),
            ("239.255.255.255", "NotOneHost"),
            ("240.0.0.1", "via 10.90.0.2 from 10.90.0.1"),
            ("255.255.255.255", "NotOneHost"),
            ("10.200.0.1", "via 10.90.0.2 from 10.90.0.1"),
        ] {
            assert_eq!(told(to, &Wanted::default()), expected, "{to}");
        }
    });
}

#[test]
fn the_kernel_is_told_the_wanted_source() {
    in_own_network(|| {
        lay_out();
        for (to, source, expected) in [
            ("10.90.0.77", "10.90.0.5", "on link from 10.90.0.5"),
            ("10.91.0.1", "10.90.0.5", "via 10.90.0.2 from 10.90.0.5"),
            ("10.95.0.1", "10.90.0.5", "via 10.90.0.6 from 10.90.0.5"),
            ("10.95.8.1", "10.90.0.5", "Unreachable"),
            ("10.92.0.1", "10.90.0.5", "Blackhole"),
            ("fd91::1", "fd90::5", "via fd90::2 from fd90::5"),
            ("fd95::1", "fd90::5", "via fd90::6 from fd90::5"),
            ("fd95::1", "fd90::1", "NoRoute"),
        ] {
            assert_eq!(told(to, &from(source)), expected, "{to} from {source}");
        }
    });
}

#[test]
fn a_source_of_somebody_elses_is_an_error() {
    in_own_network(|| {
        lay_out();
        let mut routes = Routes::open().unwrap();
        for (to, source, expected) in [
            ("10.91.0.1", "10.90.0.2", ErrorKind::AddrNotAvailable),
            ("10.91.0.1", "10.200.0.1", ErrorKind::AddrNotAvailable),
            ("fd91::1", "fd90::2", ErrorKind::AddrNotAvailable),
            ("fd91::1", "10.90.0.1", ErrorKind::InvalidInput),
            ("10.91.0.1", "fd90::1", ErrorKind::InvalidInput),
        ] {
            let error = routes.way_to(address(to), &from(source)).unwrap_err();
            assert_eq!(error.kind(), expected, "{to} from {source}: {error}");
        }
        assert!(matches!(routes.way_to(address("10.91.0.1"), &from("10.90.0.1")), Ok(Way::Via { .. })));
    });
}

#[test]
fn the_kernel_is_told_the_wanted_device() {
    in_own_network(|| {
        ip(CABLE);
        ip("\
            link add other type veth peer name end
            link set other up
            link set end up
            addr add 10.80.0.1/24 dev other
            route add default via 10.90.0.2
            route add default via 10.80.0.2 metric 500
        ");
        let mut routes = Routes::open().unwrap();
        let [near, other, end] = ["near", "other", "end"].map(index_of);
        let mut by = |device| routes.way_to(address("10.91.0.1"), &Wanted { source: None, device });
        let via =
            |device, source, gateway| Way::Via { device, source: address(source), gateway: address(gateway) };
        assert_eq!(by(None).unwrap(), via(near, "10.90.0.1", "10.90.0.2"));
        assert_eq!(by(Some(near)).unwrap(), via(near, "10.90.0.1", "10.90.0.2"));
        assert_eq!(by(Some(other)).unwrap(), via(other, "10.80.0.1", "10.80.0.2"));
        // No route leads out by it: the address is taken to be on its link.
        assert!(matches!(by(Some(end)).unwrap(), Way::OnLink { device, .. } if device == end));
        assert_eq!(by(Some(NO_DEVICE)).unwrap_err().raw_os_error(), Some(libc::ENODEV));
        ip("link set other down");
        assert_eq!(by(Some(other)).unwrap(), Way::Unreachable(Unreachable::NoRoute));
    });
}

#[test]
fn a_machine_without_an_address_has_nothing_to_come_from() {
    in_own_network(|| {
        ip("link add near type veth peer name far\nlink set near addrgenmode none up\nlink set far up");
        ip("route add 10.91.0.0/16 dev near\nroute add fd91::/32 dev near");
        for to in ["10.91.0.1", "fd91::1"] {
            assert_eq!(told(to, &Wanted::default()), "NoSource", "{to}");
        }
    });
}

#[test]
fn of_several_gateways_the_kernel_names_one() {
    in_own_network(|| {
        ip(CABLE);
        ip("\
            route add 10.96.0.0/24 nexthop via 10.90.0.2 nexthop via 10.90.0.3
            route add fd96::/32 nexthop via fd90::2 nexthop via fd90::3
        ");
        let objects = is_accepted(
            "\
            nexthop add id 7 via 10.90.0.2 dev near
            nexthop add id 8 via 10.90.0.3 dev near
            nexthop add id 9 group 7/8
            nexthop add id 10 blackhole
            route add 10.97.0.0/24 nhid 7
            route add 10.98.0.0/24 nhid 9
            route add 10.98.1.0/24 nhid 10
        ",
        );
        let mut routes = Routes::open().unwrap();
        let networks: &[&str] = if objects { &["10.96.0", "10.97.0", "10.98.0"] } else { &["10.96.0"] };
        for to in networks.iter().flat_map(|network| (1..50).map(move |host| format!("{network}.{host}"))) {
            let way = routes.way_to(address(&to), &Wanted::default()).unwrap();
            let Way::Via { gateway, source, .. } = way else { panic!("{to}: {way:?}") };
            assert!(["10.90.0.2", "10.90.0.3"].map(address).contains(&gateway), "{to}: {way:?}");
            assert_eq!(source, address("10.90.0.1"));
        }
        let way = routes.way_to(address("fd96::1"), &Wanted::default()).unwrap();
        assert!(matches!(way, Way::Via { source, .. } if source.is_ipv6()), "{way:?}");
        let prefixes = routes.prefixes().unwrap();
        assert!(
            prefixes.contains(&(address("10.96.0.0"), 24)) && prefixes.contains(&(address("fd96::"), 32))
        );
        if !objects {
            return say("skipped: this kernel has no next-hop objects");
        }
        assert_eq!(told("10.98.1.1", &Wanted::default()), "Blackhole");
        assert!(prefixes.contains(&(address("10.98.0.0"), 24)));
    });
}

#[test]
fn a_route_that_wraps_packets_is_not_gone_around() {
    in_own_network(|| {
        ip(CABLE);
        if !is_accepted("route add fd97::/32 encap seg6 mode encap segs fd90::9 dev near") {
            return say("skipped: this kernel has no segment routing");
        }
        let way = Routes::open().unwrap().way_to(address("fd97::1"), &Wanted::default()).unwrap();
        assert_eq!(way, Way::Unreachable(Unreachable::Encapsulated));
    });
}

/// The number of no device.
const NO_DEVICE: u32 = 4_000_000;
