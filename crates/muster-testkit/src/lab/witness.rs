//! Counts what arrives: how many SYNs each IPv4 address got, and how many of them so soon after the first that they
//! can hardly have helped.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;
use std::time::Duration;

use super::LabError;
use super::namespace::command;
use super::process::succeed;

/// Counting rules in the far namespace of a lab.
#[derive(Debug)]
pub struct Witness {
    namespace: String,
}

/// What came to one address.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Arrivals {
    /// SYNs.
    pub all: u64,
    /// Those that came within [`Witness::SOON`] of the first, the first left out.
    pub soon: u64,
}

impl Witness {
    /// A second probe that comes sooner shares its fate with the first: loss is correlated in time.
    pub const SOON: Duration = Duration::from_millis(100);

    pub(super) fn start(far: &str) -> Result<Self, LabError> {
        let witness = Self { namespace: far.to_owned() };
        witness.nft(&["-f", "-"], rules())?;
        Ok(witness)
    }

    /// What every address got that got anything.
    ///
    /// # Errors
    /// Where the counters cannot be read.
    pub fn arrivals(&self) -> Result<BTreeMap<Ipv4Addr, Arrivals>, LabError> {
        let list = |set| self.nft(&["list", "set", "inet", TABLE, set], String::new());
        let mut arrivals: BTreeMap<Ipv4Addr, Arrivals> = BTreeMap::new();
        counters(&list("every")?)
            .for_each(|(address, count)| arrivals.entry(address).or_default().all = count);
        counters(&list("soon")?)
            .for_each(|(address, count)| arrivals.entry(address).or_default().soon = count);
        Ok(arrivals)
    }

    /// Forgets what was counted.
    ///
    /// # Errors
    /// Where the counters cannot be cleared.
    pub fn clear(&self) -> Result<(), LabError> {
        let flush = |set| self.nft(&["flush", "set", "inet", TABLE, set], String::new());
        ["every", "soon", "first", "recent"].into_iter().try_for_each(|set| flush(set).map(drop))
    }

    fn nft(&self, words: &[&str], input: String) -> Result<String, LabError> {
        let mut nft = command(&self.namespace, "nft");
        nft.args(words);
        succeed(nft, input.into_bytes(), LIMIT)
    }
}

const TABLE: &str = "witness";
const LIMIT: Duration = Duration::from_secs(20);

/// Before the rules that lose packets: what was lost on the way has been sent too.
fn rules() -> String {
    let soon = Witness::SOON.as_millis();
    format!(
        "table inet {TABLE} {{
  set every {{ type ipv4_addr; flags dynamic; size 131072; }}
  set soon {{ type ipv4_addr; flags dynamic; size 131072; }}
  set first {{ type ipv4_addr; flags dynamic; size 131072; }}
  set recent {{ type ipv4_addr; flags dynamic,timeout; timeout {soon}ms; size 131072; }}
  chain arriving {{
    type filter hook prerouting priority -400; policy accept;
    tcp flags & (syn|ack) == syn jump count
  }}
  chain count {{
    update @every {{ ip daddr counter }}
    ip daddr @recent update @soon {{ ip daddr counter }}
    ip daddr @first return
    add @first {{ ip daddr }}
    add @recent {{ ip daddr }}
  }}
}}
"
    )
}

/// `elements = { 10.77.3.1 counter packets 2 bytes 88, … }`
fn counters(listing: &str) -> impl Iterator<Item = (Ipv4Addr, u64)> + '_ {
    let elements = listing.split_once("elements = {").map_or("", |(_, rest)| rest);
    elements.split(',').filter_map(|element| {
        let (address, rest) = element.trim().split_once(" counter packets ")?;
        Some((address.parse().ok()?, rest.split(' ').next()?.parse().ok()?))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counters_are_read() {
        let listing = "table inet witness {\n\tset every {\n\t\ttype ipv4_addr\n\t\telements = { 10.77.3.1 counter packets 2 \
                       bytes 88,\n\t\t\t     10.77.3.9 counter packets 17 bytes 748 }\n\t}\n}\n";
        let found: Vec<_> = counters(listing).collect();
        assert_eq!(found, [(Ipv4Addr::new(10, 77, 3, 1), 2), (Ipv4Addr::new(10, 77, 3, 9), 17)]);
        assert_eq!(counters("table inet witness {\n}\n").count(), 0);
    }
}
