//! What the sweeps of a scan found.

use std::collections::HashMap;
use std::fmt;

use muster_engine::AddressSet;
use muster_identify::Phantom;
use muster_model::{Endpoint, Observation, PortState, Reason};
use muster_nmap::output::Service;

use super::feigned::Feigned;
use super::services::ServicesAsked;
use crate::failure::Failure;
use crate::output::count;
use crate::sweep::Scanned;

/// What the sweeps of a scan found; those that were not made are missing.
#[derive(Default)]
pub(crate) struct Found {
    /// Who is there of the hosts on the same link, and who was asked.
    pub(crate) neighbors: Option<(AddressSet, Scanned)>,
    /// Who is there of the others, and who was asked.
    pub(crate) discovery: Option<(AddressSet, Scanned)>,
    /// The ports. What a phantom answered is no longer in it.
    pub(crate) ports: Option<Scanned>,
    /// What open ports said they are, in Nmap's fields (`-sV`).
    pub(crate) services: HashMap<Endpoint, Service>,
    /// How many were asked.
    pub(crate) services_asked: Option<ServicesAsked>,
    /// What phantoms answered in the hosts' stead.
    pub(crate) feigned: Feigned,
    /// The hosts that were asked at a port on which nothing listens.
    pub(crate) decoys: Option<DecoysAsked>,
    /// A search of which nothing else is kept did not come to its end.
    pub(crate) is_cut_short: bool,
    /// What is asked after the sweeps, decoys and services, did not come to its end.
    pub(crate) is_follow_up_cut_short: bool,
    /// What made the network give up then.
    pub(crate) failure: Option<Failure>,
}

/// Hosts that were asked at a port on which nothing listens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct DecoysAsked {
    /// The TCP port.
    pub(crate) port: u16,
    /// How many hosts were to be asked.
    pub(crate) hosts: u64,
    /// Where it seemed open: somebody answers for the host.
    pub(crate) open: u64,
}

/// `12 hosts asked at TCP 7239, where nothing listens: 3 seem open`.
impl fmt::Display for DecoysAsked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seem = if self.open == 1 { "seems" } else { "seem" };
        let Self { port, hosts, open } = *self;
        write!(f, "{} asked at TCP {port}, where nothing listens: {open} {seem} open", count(hosts, "host"))
    }
}

impl Found {
    /// The sweeps that were made, in order.
    pub(crate) fn sweeps(&self) -> impl Iterator<Item = &Scanned> {
        let searches = [&self.neighbors, &self.discovery].into_iter().flatten().map(|(_, scanned)| scanned);
        searches.chain(&self.ports)
    }

    /// Whether they all came to their end: silence then is a state.
    pub(crate) fn is_swept(&self) -> bool {
        !self.is_cut_short && self.sweeps().all(|scanned| scanned.complete)
    }

    /// Whether everything came to its end.
    pub(crate) fn is_complete(&self) -> bool {
        self.is_swept() && !self.is_follow_up_cut_short
    }

    /// What made the network give up, if it did.
    pub(crate) fn failure(&self) -> Option<&Failure> {
        self.sweeps().find_map(|scanned| scanned.failure.as_ref()).or(self.failure.as_ref())
    }

    /// The same, to be reported.
    pub(crate) fn into_failure(self) -> Option<Failure> {
        let searches = [self.neighbors, self.discovery].into_iter().flatten().map(|(_, scanned)| scanned);
        searches.chain(self.ports).find_map(|scanned| scanned.failure).or(self.failure)
    }

    /// What was seen of hosts that were looked for elsewhere than on the link.
    pub(crate) fn life(&self) -> &[Observation] {
        self.discovery.as_ref().map_or(&[], |(_, scanned)| &scanned.seen)
    }

    /// Takes back the open ports that a phantom feigned. From the hosts themselves nothing has come: they are filtered,
    /// as by any firewall that keeps others from answering. A port that a phantom refused stays closed, as the reset says.
    pub(crate) fn take_back(&mut self, phantoms: Vec<Phantom>) {
        let seen = self.ports.as_ref().map_or(&[][..], |ports| &ports.seen);
        self.feigned = Feigned::of(phantoms, self.life(), seen);
        let Some(ports) = &mut self.ports else { return };
        for taken_back in &self.feigned.ports {
            if let Ok(place) = ports.seen.binary_search_by_key(&taken_back.endpoint, |seen| seen.endpoint) {
                ports.seen[place] = Observation {
                    state: PortState::Filtered,
                    reason: Reason::NoResponse,
                    ttl: None,
                    stack: None,
                    rtt: None,
                    ..*taken_back
                };
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_asked_after_the_sweeps_takes_nothing_from_them() {
        let found = Found { is_follow_up_cut_short: true, ..Found::default() };
        assert_eq!((found.is_swept(), found.is_complete()), (true, false));
        let found = Found { is_cut_short: true, ..Found::default() };
        assert_eq!((found.is_swept(), found.is_complete()), (false, false));
    }

    #[test]
    fn decoys_are_counted() {
        let told = |hosts, open| DecoysAsked { port: 7239, hosts, open }.to_string();
        assert_eq!(told(12, 3), "12 hosts asked at TCP 7239, where nothing listens: 3 seem open");
        assert_eq!(told(1, 1), "1 host asked at TCP 7239, where nothing listens: 1 seems open");
    }
}
