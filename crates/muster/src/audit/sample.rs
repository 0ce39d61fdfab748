//! Which open ports are talked to of hosts that accept everything.
//!
//! Behind an open decoy every port that is asked for is open, and most often nobody speaks: each conversation there is
//! seconds of silence. Where a zone names its products there are few ports, and all are talked to. Where every product may
//! be, a few come first, those at which an agent can prove itself before all others; only a host where somebody spoke at
//! an agent's port is asked for the rest.

use std::collections::HashSet;
use std::net::IpAddr;

use muster_catalog::Catalog;
use muster_engine::AddressSet;
use muster_model::{Endpoint, Service};

/// The open ports of all hosts, cut in two.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Sample {
    /// Of an ordinary host all; of one that accepts everything the decoy, what tells devices, and a few others.
    pub(super) first: Vec<Endpoint>,
    /// What is left.
    pub(super) rest: Vec<Endpoint>,
}

impl Sample {
    /// Cuts `open`, which is in order, at the hosts that are `accepting` everything. Of the `telling` ports, which tell
    /// devices, and the decoy none is left.
    pub(super) fn of(catalog: &Catalog, open: &[Endpoint], accepting: &AddressSet, telling: &[u16]) -> Self {
        let mut sample = Self { first: Vec::new(), rest: Vec::new() };
        for ports in open.chunk_by(|one, other| one.address == other.address) {
            let mut ports = ports.to_vec();
            let is_long = accepting.contains(ports[0].address) && ports.len() > FEW;
            let is_telling = |endpoint: &Endpoint| telling.contains(&endpoint.port);
            let most = match is_long {
                true => MOST + ports.iter().filter(|endpoint| is_telling(endpoint)).count(),
                false => ports.len(),
            };
            ports.sort_by_key(|endpoint| (!is_telling(endpoint), !is_asked(catalog, endpoint)));
            let rest = ports.split_off(most.min(ports.len()));
            sample.first.extend(ports);
            sample.rest.extend(rest);
        }
        sample
    }

    /// What is left of the hosts where somebody spoke at an agent's port, rather than at one of the `telling`; then what is
    /// left of the others.
    pub(super) fn rest_of_speakers(
        self,
        services: &[Service],
        telling: &[u16],
    ) -> (Vec<Endpoint>, Vec<Endpoint>) {
        let is_own =
            |service: &&Service| !telling.contains(&service.endpoint.port) && !service.told.is_empty();
        let speakers: HashSet<IpAddr> =
            services.iter().filter(is_own).map(|service| service.endpoint.address).collect();
        self.rest.into_iter().partition(|endpoint| speakers.contains(&endpoint.address))
    }
}

/// Whether whoever is known to listen there has a question to answer.
fn is_asked(catalog: &Catalog, endpoint: &Endpoint) -> bool {
    let listeners = catalog.products().iter().flat_map(|product| &product.listeners);
    let mut here = listeners
        .filter(|it| it.protocol == endpoint.protocol && it.ports.contains(&endpoint.port))
        .filter(|it| it.request.is_some());
    here.next().is_some()
}

/// Agents' ports of a host that accepts everything that are talked to before it said anything.
const MOST: usize = 5;
/// So many are all talked to.
const FEW: usize = 12;

#[cfg(test)]
mod tests {
    use muster_model::{Conversation, Excerpt, Told};

    use super::*;

    const TELLING: [u16; 2] = [7239, 22];

    fn at(host: u8, port: u16) -> Endpoint {
        Endpoint::tcp(IpAddr::from([192, 0, 2, host]), port)
    }

    fn says(endpoint: Endpoint, told: &[Told]) -> Service {
        let end = Conversation::Satisfied;
        Service {
            endpoint,
            identity: None,
            speech: None,
            asked: Vec::new(),
            told: told.to_vec(),
            end,
            exchanges: Vec::new(),
        }
    }

    fn open() -> Vec<Endpoint> {
        let ports = [22, 2967, 3310, 4000, 4001, 4002, 4003, 4004, 4005, 4006, 4007, 4008, 7239, 8081];
        [1, 2].into_iter().flat_map(|host| ports.map(|port| at(host, port))).collect()
    }

    fn sample(accepting: &[u8]) -> Sample {
        let accepting = accepting.iter().map(|host| IpAddr::from([192, 0, 2, *host]));
        let accepting = AddressSet::of_addresses(accepting).unwrap();
        Sample::of(Catalog::builtin(), &open(), &accepting, &TELLING)
    }

    #[test]
    fn ordinary_hosts_are_talked_to_at_every_port() {
        let mut sample = sample(&[]);
        sample.first.sort_unstable();
        assert_eq!(sample, Sample { first: open(), rest: Vec::new() });
    }

    #[test]
    fn agents_that_can_prove_themselves_come_first() {
        let Sample { first, rest } = sample(&[2]);
        let of_second: Vec<u16> =
            first.iter().filter(|at| at.address == self::at(2, 1).address).map(|at| at.port).collect();
        assert_eq!(of_second, [22, 7239, 2967, 3310, 8081, 4000, 4001]);
        assert_eq!(rest, [4002, 4003, 4004, 4005, 4006, 4007, 4008].map(|port| at(2, port)));
    }

    #[test]
    fn who_says_something_is_asked_for_the_rest() {
        let greeting = [Told::Greeting(Excerpt::of("SSH-2.0-x"))];
        let speakers = |services: &[Service]| -> Vec<u8> {
            let (rest, left_out) = sample(&[1, 2]).rest_of_speakers(services, &TELLING);
            assert_eq!(rest.len() + left_out.len(), 14);
            assert!(rest.len() % 7 == 0);
            rest.chunks(7).map(|ports| if ports[0].address == at(1, 1).address { 1 } else { 2 }).collect()
        };
        assert!(speakers(&[says(at(1, 2967), &[]), says(at(2, 2967), &[])]).is_empty());
        assert!(speakers(&[says(at(1, 7239), &greeting), says(at(2, 22), &greeting)]).is_empty());
        assert_eq!(speakers(&[says(at(1, 2967), &greeting), says(at(2, 2967), &[])]), [1]);
    }

    #[test]
    fn few_ports_are_all_talked_to() {
        let accepting = AddressSet::of_addresses([at(1, 1).address]).unwrap();
        let few = &open()[..FEW];
        assert!(Sample::of(Catalog::builtin(), few, &accepting, &TELLING).rest.is_empty());
    }
}
