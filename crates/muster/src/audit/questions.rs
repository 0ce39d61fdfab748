//! What living hosts are asked over UDP, one by one, beyond their ports: their name, where none is known, by NetBIOS and
//! multicast DNS; what they are, by SNMP, where the user gave a community.

use std::collections::BTreeSet;
use std::net::IpAddr;

use muster_model::{Endpoint, Protocol, Service};

use super::learnt::{Learnt, signs_of_life};

/// Which questions are put.
#[derive(Clone, Copy, Debug)]
pub(super) struct Questions {
    /// For names.
    pub(super) names: bool,
    /// By SNMP.
    pub(super) snmp: bool,
}

impl Questions {
    /// Whom to ask, in order. SNMP too tells a name, but who has none is not asked later for that.
    pub(super) fn endpoints(self, learnt: &Learnt) -> Vec<Endpoint> {
        let living: BTreeSet<IpAddr> =
            signs_of_life(&learnt.observations).map(|seen| seen.endpoint.address).collect();
        let named = named(learnt);
        let ports = |address: &IpAddr| {
            let names = if self.names && !named.contains(address) { &NAMES[..] } else { &[] };
            let snmp = if self.snmp { &SNMP[..] } else { &[] };
            names.iter().chain(snmp)
        };
        let at = |address, port| Endpoint { protocol: Protocol::Udp, ..Endpoint::tcp(address, port) };
        living.iter().flat_map(|address| ports(address).map(|port| at(*address, *port))).collect()
    }
}

/// Adds what was answered, and forgets who said nothing: nobody knows whether somebody listens there.
pub(super) fn keep(learnt: &mut Learnt, services: Vec<Service>) {
    learnt.services.extend(services.into_iter().filter(|service| service.speech.is_some()));
    learnt.services.sort_by_key(|service| service.endpoint);
}

/// The hosts that a name is known of.
fn named(learnt: &Learnt) -> BTreeSet<IpAddr> {
    let told = learnt.services.iter().filter(|service| service.host_name().is_some());
    let told = told.map(|service| service.endpoint.address);
    learnt.names.keys().copied().chain(told).collect()
}

/// NetBIOS and multicast DNS.
const NAMES: [u16; 2] = [137, 5353];
const SNMP: [u16; 1] = [161];

#[cfg(test)]
mod tests {
    use muster_model::{
        Conversation, Excerpt, Instant, NameSource, Observation, PortState, Reason, Speech, Told,
    };

    use super::*;

    fn seen(last: u8, state: PortState, reason: Reason) -> Observation {
        let endpoint = Endpoint::tcp([10, 0, 0, last].into(), 80);
        let (icmp, ttl, stack, rtt, round, at) = (None, None, None, None, 1, Instant::START);
        Observation { endpoint, state, reason, icmp, ttl, stack, rtt, round, at }
    }

    fn service(endpoint: Endpoint, speech: Option<Speech>, told: Vec<Told>) -> Service {
        let end = Conversation::TimedOut;
        Service { endpoint, identity: None, speech, asked: Vec::new(), told, end, exchanges: Vec::new() }
    }

    #[test]
    fn the_living_without_a_name_are_asked_for_it() {
        let open = |last| seen(last, PortState::Open, Reason::SynAck);
        let silent = seen(4, PortState::Filtered, Reason::NoResponse);
        let mut learnt =
            Learnt { observations: vec![open(1), open(1), open(2), open(3), silent], ..Learnt::default() };
        learnt.name([10, 0, 0, 2].into(), "pc-2", NameSource::Reverse);
        let told = vec![Told::HostName(Excerpt::of("pc-3"))];
        learnt.services.push(service(open(3).endpoint, Some(Speech::Smb), told));
        let asked = |names, snmp| -> Vec<String> {
            Questions { names, snmp }.endpoints(&learnt).iter().map(ToString::to_string).collect()
        };
        assert_eq!(asked(true, false), ["10.0.0.1:137/udp", "10.0.0.1:5353/udp"]);
        assert_eq!(asked(false, true), ["10.0.0.1:161/udp", "10.0.0.2:161/udp", "10.0.0.3:161/udp"]);
        assert_eq!(asked(false, false), [""; 0]);
    }

    #[test]
    fn only_answers_are_kept() {
        let at = |port| Endpoint { protocol: Protocol::Udp, ..Endpoint::tcp([10, 0, 0, 1].into(), port) };
        let mut learnt = Learnt::default();
        keep(&mut learnt, vec![service(at(137), None, vec![]), service(at(161), Some(Speech::Snmp), vec![])]);
        assert_eq!(learnt.services.iter().map(|service| service.endpoint).collect::<Vec<_>>(), [at(161)]);
    }
}
