//! What is told of routes and rules at large.

use muster_platform::{Overview, Routes};

use crate::network::{CABLE, in_own_network, ip, ip_v6};

#[test]
fn defaults_and_rules_are_counted() {
    in_own_network(|| {
        ip(CABLE);
        let overview = || Routes::open().unwrap().overview().unwrap();
        assert_eq!(overview(), Overview::default());
        ip("route add default via 10.90.0.2\nrule add to 10.94.0.0/24 lookup 100");
        let v4 = Overview { has_default_v4: true, rules: 1, ..Overview::default() };
        assert_eq!(overview(), v4);
        ip("rule add fwmark 7 lookup 100\nrule add ipproto tcp dport 2967 lookup 100");
        ip_v6("rule add uidrange 1000-1000 lookup 100\nroute add default via fd90::2 table 100");
        assert_eq!(overview(), Overview { has_default_v6: true, rules: 4, rules_beyond_addresses: 3, ..v4 });
        // An unreachable default leads nowhere.
        ip("route del default\nroute add unreachable default metric 9");
        assert!(!overview().has_default_v4);
    });
}
