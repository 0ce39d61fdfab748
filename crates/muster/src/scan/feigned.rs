//! Answers that are not the hosts': what phantoms feigned, and of whom nothing else is known.

use std::collections::{HashMap, HashSet};
use std::net::IpAddr;

use muster_identify::Phantom;
use muster_model::{Observation, PortState};

/// What phantoms feigned; nothing, if there are none.
#[derive(Default)]
pub(crate) struct Feigned {
    /// Networks where somebody answers who is not the host.
    pub(crate) phantoms: Vec<Phantom>,
    /// Ports that seemed open, as they were before that was taken back, in order.
    pub(crate) ports: Vec<Observation>,
    /// Answers by which hosts seemed to be there, of ports that seemed open.
    pub(crate) life: Vec<Observation>,
    /// Hosts of which nothing is known but a phantom's answers, with the phantom's place in the list.
    unproven: HashMap<IpAddr, usize>,
}

impl Feigned {
    /// What `phantoms` feigned of the answers of hosts that were looked for, `life`, and of their ports.
    pub(crate) fn of(phantoms: Vec<Phantom>, life: &[Observation], ports: &[Observation]) -> Self {
        let mut feigned = Self { phantoms, ..Self::default() };
        feigned.ports = feigned.opened(ports);
        feigned.life = feigned.opened(life);
        feigned.unproven = feigned.unproven_of(life, ports);
        feigned
    }

    /// Who answers in the stead of the host of an observation, if it was not the host.
    pub(crate) fn whose(&self, seen: &Observation) -> Option<&Phantom> {
        self.phantoms.get(self.place(seen)?)
    }

    /// The same of a port, be it that it seemed open and was taken back.
    pub(crate) fn whose_port(&self, seen: &Observation) -> Option<&Phantom> {
        let taken_back = self.ports.binary_search_by_key(&seen.endpoint, |port| port.endpoint);
        self.whose(taken_back.map_or(seen, |place| &self.ports[place]))
    }

    /// Who answers in a host's stead, if nothing else is known of it.
    pub(crate) fn whose_host(&self, address: IpAddr) -> Option<&Phantom> {
        self.phantoms.get(*self.unproven.get(&address)?)
    }

    /// Hosts of which nothing is known but the answers of phantoms.
    pub(crate) fn unproven(&self) -> u64 {
        self.unproven.len() as u64
    }

    /// The same, of one phantom.
    pub(crate) fn unproven_by(&self, phantom: usize) -> u64 {
        self.unproven.values().filter(|place| **place == phantom).count() as u64
    }

    /// Those that seemed open. A port that a phantom refused stays closed, as the reset says.
    fn opened(&self, observations: &[Observation]) -> Vec<Observation> {
        let is_feigned = |seen: &&Observation| {
            self.whose(seen).is_some_and(|phantom| phantom.kind.feigned() == PortState::Open)
        };
        observations.iter().filter(is_feigned).copied().collect()
    }

    fn place(&self, seen: &Observation) -> Option<usize> {
        self.phantoms.iter().position(|phantom| phantom.covers(seen))
    }

    fn unproven_of(&self, life: &[Observation], ports: &[Observation]) -> HashMap<IpAddr, usize> {
        let mut unproven = HashMap::new();
        if self.phantoms.is_empty() {
            return unproven;
        }
        for seen in life.iter().filter(|seen| seen.is_sign_of_life()) {
            if let Some(place) = self.place(seen) {
                unproven.entry(seen.endpoint.address).or_insert(place);
            }
        }
        let own =
            life.iter().chain(ports).filter(|seen| seen.is_sign_of_life() && self.place(seen).is_none());
        let proven: HashSet<IpAddr> = own.map(|seen| seen.endpoint.address).collect();
        unproven.retain(|address, _| !proven.contains(address));
        unproven
    }
}

#[cfg(test)]
mod tests {
    use muster_engine::Prefix;
    use muster_identify::{CommonSigns, PhantomKind};
    use muster_model::{Endpoint, Instant, Protocol, Reason};

    use super::*;

    fn phantom(network: &str, kind: PhantomKind) -> Phantom {
        let prefix = network.parse::<Prefix>().unwrap();
        let signs = CommonSigns { ttl: Some(63), ..CommonSigns::default() };
        Phantom { prefix, kind, addresses: 256, signs, decoys_asked: 8, decoys_answered: 8 }
    }

    fn seen(net: u8, port: u16, (state, reason): (PortState, Reason), ttl: u8) -> Observation {
        let endpoint = Endpoint::tcp([10, 0, net, 1].into(), port);
        let (icmp, stack, rtt, round, at) = (None, None, None, 1, Instant::START);
        Observation { endpoint, state, reason, icmp, ttl: Some(ttl), stack, rtt, round, at }
    }

    const OPEN: (PortState, Reason) = (PortState::Open, Reason::SynAck);
    const CLOSED: (PortState, Reason) = (PortState::Closed, Reason::Reset);

    fn names(feigned: &Feigned, net: u8) -> Option<String> {
        feigned.whose_host([10, 0, net, 1].into()).map(|phantom| phantom.prefix.to_string())
    }

    #[test]
    fn a_host_is_proven_by_whatever_is_not_the_phantoms() {
        let phantoms =
            || vec![phantom("10.0.7.0/24", PhantomKind::Proxy), phantom("10.0.8.0/24", PhantomKind::Refuser)];
        let life = [seen(7, 80, OPEN, 63), seen(8, 80, CLOSED, 63), seen(9, 80, CLOSED, 63)];
        let feigned = Feigned::of(phantoms(), &life, &[]);
        assert_eq!(names(&feigned, 7).as_deref(), Some("10.0.7.0/24"));
        assert_eq!(names(&feigned, 8).as_deref(), Some("10.0.8.0/24"));
        assert_eq!((names(&feigned, 9), feigned.unproven()), (None, 2));
        assert_eq!((feigned.unproven_by(0), feigned.unproven_by(1), feigned.life.len()), (1, 1, 1));

        let echo = Observation {
            endpoint: Endpoint { protocol: Protocol::Icmp, port: 0, ..life[0].endpoint },
            reason: Reason::EchoReply,
            ..life[0]
        };
        let of_itself = [seen(7, 22, CLOSED, 63), seen(7, 22, OPEN, 64), echo];
        for own in of_itself {
            assert_eq!(names(&Feigned::of(phantoms(), &life, &[own]), 7), None, "{own:?}");
        }
        let none = Feigned::of(Vec::new(), &life, &[]);
        assert!(none.unproven() == 0 && none.life.is_empty() && none.whose(&life[0]).is_none());
    }

    #[test]
    fn hosts_that_were_taken_for_living_need_no_proof() {
        let feigned =
            Feigned::of(vec![phantom("10.0.7.0/24", PhantomKind::Proxy)], &[], &[seen(7, 80, OPEN, 63)]);
        assert_eq!((feigned.unproven(), feigned.ports.len()), (0, 1));
    }

    #[test]
    fn a_port_that_was_taken_back_is_still_somebodys() {
        let phantoms =
            vec![phantom("10.0.7.0/24", PhantomKind::Proxy), phantom("10.0.8.0/24", PhantomKind::Refuser)];
        let (open, refused) = (seen(7, 80, OPEN, 63), seen(8, 80, CLOSED, 63));
        let feigned = Feigned::of(phantoms, &[], &[open, refused]);
        let back = Observation { state: PortState::Filtered, reason: Reason::NoResponse, ttl: None, ..open };
        let whose = |seen: &Observation| feigned.whose_port(seen).map(|phantom| phantom.kind);
        assert_eq!((whose(&back), whose(&refused)), (Some(PhantomKind::Proxy), Some(PhantomKind::Refuser)));
        assert_eq!(whose(&seen(7, 81, OPEN, 64)), None);
        assert_eq!(feigned.ports.len(), 1, "what was refused is closed");
    }
}
