//! The office's addresses: who is where, and on which ports something listens.

use std::net::{IpAddr, Ipv4Addr, SocketAddrV4};

use jiff::Timestamp;
use muster_model::{Endpoint, PortState};

use crate::machines::machines;
use crate::role::Role;
use crate::rows::rows;
use crate::speech::Speech;

/// The port the office began with: where the antivirus client of Symantec AntiVirus 10 listens.
pub const AGENT_PORT: u16 = 2967;

/// The office's network, a /24.
pub const NETWORK: Ipv4Addr = Ipv4Addr::new(127, 44, 0, 0);

/// One address of the office.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Desk {
    /// Its address.
    pub address: Ipv4Addr,
    /// Its name, below `office.example` (RFC 2606).
    pub name: String,
    /// What is there.
    pub role: Role,
    pub(crate) services: Vec<Service>,
}

impl Desk {
    /// What a sweep must find: the state of the agent's port, and of every port with something behind it.
    pub(crate) fn truth(&self) -> impl Iterator<Item = (Endpoint, PortState)> + '_ {
        let closed = self.services.iter().all(|service| service.port != AGENT_PORT);
        let closed = closed.then_some((AGENT_PORT, PortState::Closed));
        let states =
            closed.into_iter().chain(self.services.iter().map(|service| (service.port, service.state())));
        states.map(|(port, state)| (Endpoint::tcp(IpAddr::V4(self.address), port), state))
    }

    /// Where the desk listens and what it says there.
    pub(crate) fn listeners(&self) -> impl Iterator<Item = (SocketAddrV4, Speech)> + '_ {
        self.services
            .iter()
            .map(|service| (SocketAddrV4::new(self.address, service.port), service.speech.clone()))
    }
}

/// A port with something behind it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Service {
    pub(crate) port: u16,
    pub(crate) speech: Speech,
}

impl Service {
    fn state(&self) -> PortState {
        if self.speech == Speech::Deaf { PortState::Filtered } else { PortState::Open }
    }
}

/// Who sits at a desk, wherever the office is.
#[derive(Debug)]
pub(crate) struct Occupant {
    /// The last octet.
    pub(crate) host: u8,
    /// The name's first label.
    pub(crate) name: String,
    pub(crate) role: Role,
    pub(crate) services: Vec<Service>,
}

/// Everybody in the office on a /24, in order of address. Ages of signatures count from `opened`.
pub(crate) fn plan(network: Ipv4Addr, opened: Timestamp) -> Vec<Desk> {
    let mut desks: Vec<Desk> =
        machines(opened).into_iter().chain(rows()).map(|occupant| seat(network, occupant)).collect();
    desks.sort_by_key(|desk| desk.address);
    desks
}

fn seat(network: Ipv4Addr, occupant: Occupant) -> Desk {
    Desk {
        address: address(network, occupant.host),
        name: format!("{}.office.example", occupant.name),
        role: occupant.role,
        services: occupant.services,
    }
}

/// The address of that last octet.
pub(crate) fn address(network: Ipv4Addr, host: u8) -> Ipv4Addr {
    let [first, second, third, _] = network.octets();
    Ipv4Addr::new(first, second, third, host)
}

/// Something that listens.
pub(crate) fn on(port: u16, speech: Speech) -> Service {
    Service { port, speech }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    fn desks() -> Vec<Desk> {
        plan(NETWORK, Timestamp::UNIX_EPOCH)
    }

    fn count(role: Role) -> usize {
        desks().iter().filter(|desk| desk.role == role).count()
    }

    #[test]
    fn no_two_share_an_address_or_a_name() {
        let desks = desks();
        assert!(desks.is_sorted_by(|a, b| a.address < b.address), "an address is taken twice");
        assert_eq!(desks.iter().map(|desk| &desk.name).collect::<BTreeSet<_>>().len(), desks.len());
        assert!(desks.iter().all(|desk| desk.address.octets()[..3] == NETWORK.octets()[..3]));
    }

    #[test]
    fn every_kind_is_there() {
        let kinds = [Role::Agent, Role::UpdateProvider, Role::ChatServer, Role::Firewalled, Role::Silent];
        assert_eq!(kinds.map(count), [28, 1, 1, 7, 1]);
        let kinds = [Role::TrellixAgent, Role::ReservedTrellixAgent, Role::MovedComputer, Role::SophosRouter];
        assert_eq!(kinds.map(count), [70, 2, 3, 6]);
        let kinds = [Role::ShellServer, Role::TransferServer, Role::WebApplication, Role::Switch];
        assert_eq!(kinds.map(count), [1, 1, 1, 1]);
        let kinds = [Role::FreshScanner, Role::StaleScanner, Role::PrintServer, Role::PlainPrintServer];
        assert_eq!(kinds.map(count), [1, 1, 3, 1]);
        assert_eq!([Role::Phantom, Role::ShieldedApplication].map(count), [14, 2]);
    }

    #[test]
    fn no_port_needs_privilege_and_the_agents_port_always_has_a_state() {
        for desk in desks() {
            let ports: Vec<u16> = desk.truth().map(|(endpoint, _)| endpoint.port).collect();
            assert!(ports.iter().all(|&port| port >= 1024), "{desk:?}");
            assert_eq!(ports.iter().filter(|&&port| port == AGENT_PORT).count(), 1, "{desk:?}");
            assert_eq!(ports.iter().collect::<BTreeSet<_>>().len(), ports.len(), "{desk:?}");
        }
    }
}
