//! Who was asked how often: SYNs of both families by address and port, counted where they arrive.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::net::IpAddr;
use std::process::{Command, Stdio};

use muster_testkit::lab::{Lab, Side};

/// How many SYNs came to each endpoint to which any came.
pub(crate) type Counts = BTreeMap<(IpAddr, u16), u64>;

/// Counting rules in the far namespace of a lab.
pub(crate) struct SynCounter<'a>(&'a Lab);

impl<'a> SynCounter<'a> {
    pub(crate) fn start(lab: &'a Lab) -> Self {
        let counter = Self(lab);
        counter.nft(&["-f", "-"], RULES);
        counter
    }

    pub(crate) fn counts(&self) -> Counts {
        let list = |set| self.nft(&["-n", "list", "set", "inet", "asked", set], "");
        ["v4", "v6"].into_iter().flat_map(|set| counts(&list(set))).collect()
    }

    /// Forgets what was counted.
    pub(crate) fn clear(&self) {
        for set in ["v4", "v6"] {
            self.nft(&["flush", "set", "inet", "asked", set], "");
        }
    }

    #[track_caller]
    fn nft(&self, words: &[&str], input: &str) -> String {
        let mut nft: Command = self.0.command(Side::Far, "nft");
        nft.args(words).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut nft = nft.spawn().unwrap();
        nft.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
        let output = nft.wait_with_output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }
}

/// Before the rules that lose packets: what was lost on the way has been sent too.
const RULES: &str = "table inet asked {
  set v4 { type ipv4_addr . inet_service; flags dynamic; size 131072; }
  set v6 { type ipv6_addr . inet_service; flags dynamic; size 131072; }
  chain arriving {
    type filter hook prerouting priority -400; policy accept;
    tcp flags & (syn|ack) == syn jump count
  }
  chain count {
    update @v4 { ip daddr . tcp dport counter }
    update @v6 { ip6 daddr . tcp dport counter }
  }
}
";

/// `elements = { 10.77.3.1 . 2967 counter packets 2 bytes 88, … }`
fn counts(listing: &str) -> Counts {
    let elements = listing.split_once("elements = {").map_or("", |(_, rest)| rest);
    let count = |element: &str| {
        let (endpoint, rest) = element.trim().split_once(" counter packets ")?;
        let (address, port) = endpoint.split_once(" . ")?;
        Some(((address.parse().ok()?, port.parse().ok()?), rest.split(' ').next()?.parse().ok()?))
    };
    elements.split(',').filter_map(count).collect()
}

#[test]
fn counters_are_read() {
    let listing = "table inet asked {\n\tset v6 {\n\t\ttype ipv6_addr . inet_service\n\t\telements = { fd77::1 . 80 counter \
                   packets 2 bytes 88,\n\t\t\t     fd77::2 . 443 counter packets 17 bytes 748 }\n\t}\n}\n";
    let found: Vec<_> = counts(listing).into_iter().collect();
    let at = |text: &str, port| (text.parse::<IpAddr>().unwrap(), port);
    assert_eq!(found, [(at("fd77::1", 80), 2), (at("fd77::2", 443), 17)]);
    assert!(counts("table inet asked {\n}\n").is_empty());
}
