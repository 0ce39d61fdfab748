//! What is told about neighbours.

use std::net::IpAddr;

use muster_platform::{devices, neighbors};

use crate::network::{CABLE, in_own_network, ip};

#[test]
fn neighbours_that_can_be_sent_to_and_no_others() {
    in_own_network(|| {
        ip(CABLE);
        ip("\
            neigh add 10.90.0.10 lladdr 02:00:00:00:00:10 dev near nud permanent
            neigh add 10.90.0.11 lladdr 02:00:00:00:00:11 dev near nud reachable
            neigh add 10.90.0.12 lladdr 02:00:00:00:00:12 dev near nud stale
            neigh add 10.90.0.13 lladdr 02:00:00:00:00:13 dev near nud noarp
            neigh add 10.90.0.14 dev near nud failed
            neigh add fd90::10 lladdr 02:00:00:00:00:20 dev near nud stale
        ");
        let near = devices().unwrap().into_iter().find(|device| device.name == "near").unwrap();
        let found = neighbors().unwrap();
        let told: Vec<(IpAddr, u8)> = found.iter().map(|one| (one.address, one.hardware[5])).collect();
        let expected = [("10.90.0.10", 0x10), ("10.90.0.11", 0x11), ("10.90.0.12", 0x12), ("fd90::10", 0x20)];
        assert_eq!(told, expected.map(|(address, last)| (address.parse().unwrap(), last)));
        assert!(found.iter().all(|one| one.device == near.index && one.hardware[..5] == [2, 0, 0, 0, 0]));
    });
}
