//! What a device that resets every connection said in the hosts' stead: no evidence of any host.
//!
//! Where something opens everything in the hosts' stead the decoy is open, and assets are made with that in mind. A reset at
//! the decoy is what any host sends: only the network as a whole shows that one device sent them all.

use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr};

use muster_engine::AddressSet;
use muster_identify::{Phantom, PhantomKind};
use muster_model::{AddressRange, Observation};

use super::learnt::signs_of_life;

/// What was seen, parted.
pub(super) struct Parted {
    /// What the hosts said themselves, in the order of what was seen.
    pub(super) own: Vec<Observation>,
    /// The addresses of which nothing else is known.
    pub(super) nobody: AddressSet,
}

impl Parted {
    /// Parts `observations`. Where the addresses are too scattered to be kept apart, nothing is taken away.
    pub(super) fn of(observations: &[Observation], phantoms: &[Phantom]) -> Self {
        let refusers: Vec<&Phantom> =
            phantoms.iter().filter(|phantom| phantom.kind == PhantomKind::Refuser).collect();
        let is_refused = |seen: &&Observation| refusers.iter().any(|phantom| phantom.covers(seen));
        let (refused, own): (Vec<&Observation>, Vec<&Observation>) =
            observations.iter().partition(is_refused);
        let own: Vec<Observation> = own.into_iter().copied().collect();
        let living: BTreeSet<IpAddr> = signs_of_life(&own).map(|seen| seen.endpoint.address).collect();
        let nobody = refused.iter().map(|seen| seen.endpoint.address);
        match AddressSet::of_addresses(nobody.filter(|address| !living.contains(address))) {
            Ok(nobody) => Self { own, nobody },
            Err(_) => Self { own: observations.to_vec(), nobody: AddressSet::empty() },
        }
    }

    /// `phantom` with the addresses of which nothing is known, in order.
    pub(super) fn with_nobody(&self, mut phantom: Vec<AddressRange>) -> Vec<AddressRange> {
        // The ends of a network, by which it shows that one device resets for all, are known of IPv4 only.
        phantom.extend(self.nobody.v4().ranges().iter().map(|range| AddressRange {
            first: Ipv4Addr::from_bits(*range.start()).into(),
            last: Ipv4Addr::from_bits(*range.end()).into(),
        }));
        phantom.sort_by_key(|range| range.first);
        phantom
    }
}

#[cfg(test)]
mod tests {
    use muster_engine::Prefix;
    use muster_identify::CommonSigns;
    use muster_model::{Endpoint, Instant, PortState, Reason};

    use super::*;

    fn seen(last: u8, port: u16, state: PortState, ttl: u8) -> Observation {
        let endpoint = Endpoint::tcp([10, 0, 9, last].into(), port);
        let reason = if state == PortState::Open { Reason::SynAck } else { Reason::Reset };
        let (icmp, stack, rtt, round, at) = (None, None, None, 1, Instant::START);
        Observation { endpoint, state, reason, icmp, ttl: Some(ttl), stack, rtt, round, at }
    }

    fn phantom(kind: PhantomKind) -> Phantom {
        let prefix = "10.0.9.0/24".parse::<Prefix>().unwrap();
        let signs = CommonSigns { ttl: Some(63), ..CommonSigns::default() };
        Phantom { prefix, kind, addresses: 256, signs, decoys_asked: 8, decoys_answered: 8 }
    }

    #[test]
    fn resets_in_the_hosts_stead_are_no_evidence() {
        let (closed, open) = (PortState::Closed, PortState::Open);
        let observations = [
            seen(1, 2967, closed, 63),
            seen(2, 80, open, 62),
            seen(2, 2967, closed, 63),
            seen(3, 80, closed, 64),
        ];
        let parted = Parted::of(&observations, &[phantom(PhantomKind::Refuser)]);
        assert_eq!(parted.own, [observations[1], observations[3]], "of .2 the closed port is not known");
        let first = IpAddr::from([10, 0, 8, 0]);
        let ranges = parted.with_nobody(vec![AddressRange { first, last: first }]);
        assert_eq!(ranges.iter().map(ToString::to_string).collect::<Vec<_>>(), ["10.0.8.0", "10.0.9.1"]);

        let proxied = Parted::of(&observations, &[phantom(PhantomKind::Proxy)]);
        assert!(proxied.own == observations && proxied.nobody.is_empty());
    }
}
