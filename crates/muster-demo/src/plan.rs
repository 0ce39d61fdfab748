//! Who sits where in the office, and which ports they have.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, SocketAddrV4};

use muster_model::{Endpoint, PortState};

use crate::speech::Speech;

/// The port the office is about: where the antivirus client of Symantec AntiVirus 10 listens.
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
    services: &'static [Service],
}

/// What is at an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    /// A computer with the agent: the agent's port is open and silent.
    Agent,
    /// A computer whose agent also hands out updates: the agent's port speaks HTTP.
    UpdateProvider,
    /// A computer with something else on the agent's port: a chat server.
    ChatServer,
    /// A computer without a listening agent: the agent's port is closed.
    Computer,
    /// A computer whose firewall drops whatever comes to the agent's port.
    Firewalled,
    /// A print server.
    PrintServer,
    /// The console that manages the agents.
    Console,
    /// A file server.
    FileServer,
    /// A web server.
    WebServer,
    /// A Linux server.
    LinuxServer,
    /// A Mac.
    Mac,
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Agent => "computer with the agent",
            Self::UpdateProvider => "update provider",
            Self::ChatServer => "chat server on the agent's port",
            Self::Computer => "computer without the agent",
            Self::Firewalled => "computer behind a firewall",
            Self::PrintServer => "print server",
            Self::Console => "management console",
            Self::FileServer => "file server",
            Self::WebServer => "web server",
            Self::LinuxServer => "Linux server",
            Self::Mac => "Mac",
        })
    }
}

/// Everybody in the office on 127.44.0.0/24, in order of address.
pub fn plan() -> Vec<Desk> {
    plan_in(NETWORK)
}

/// The same office in another /24.
pub(crate) fn plan_in(network: Ipv4Addr) -> Vec<Desk> {
    let [first, second, third, _] = network.octets();
    let at = |host| Ipv4Addr::new(first, second, third, host);
    let mut desks: Vec<Desk> = MACHINES.iter().map(|machine| machine.desk(at(machine.host))).collect();
    for (first_host, row) in ROWS {
        desks.extend((*first_host..).zip(row.chars()).map(|(host, seat)| computer(at(host), seat)));
    }
    desks.sort_by_key(|desk| desk.address);
    desks
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
        self.services.iter().map(|service| (SocketAddrV4::new(self.address, service.port), service.speech))
    }
}

/// A port with something behind it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Service {
    port: u16,
    speech: Speech,
}

impl Service {
    fn state(self) -> PortState {
        if self.speech == Speech::Deaf { PortState::Filtered } else { PortState::Open }
    }
}

/// A desk that is no ordinary computer.
struct Machine {
    host: u8,
    name: &'static str,
    role: Role,
    services: &'static [Service],
}

impl Machine {
    fn desk(&self, address: Ipv4Addr) -> Desk {
        Desk {
            address,
            name: format!("{}.office.example", self.name),
            role: self.role,
            services: self.services,
        }
    }
}

/// The computer on a seat of a row.
fn computer(address: Ipv4Addr, seat: char) -> Desk {
    let (role, services): (_, &[Service]) = match seat {
        'a' => (Role::Agent, const { &[on(AGENT_PORT, Speech::Silent)] }),
        'u' => (Role::UpdateProvider, const { &[on(AGENT_PORT, UPDATE_CACHE)] }),
        'i' => (Role::ChatServer, const { &[on(AGENT_PORT, CHAT)] }),
        'f' => (Role::Firewalled, const { &[on(AGENT_PORT, Speech::Deaf)] }),
        'r' => (Role::Computer, const { &[on(REMOTE_DESKTOP, Speech::Silent)] }),
        'w' => (Role::Computer, const { &[on(WEB_SERVICES_FOR_DEVICES, DEVICE_HOST)] }),
        _ => (Role::Computer, &[]),
    };
    Desk { address, name: format!("pc-{:03}.office.example", address.octets()[3]), role, services }
}

const fn on(port: u16, speech: Speech) -> Service {
    Service { port, speech }
}

/// Rows of computers: the first one's host number, then a letter a seat. `a` agent, `u` update provider, `i` chat
/// server, `f` firewalled, and without an agent `c`, `r` (remote desktop), `w` (web services for devices).
const ROWS: &[(u8, &str)] =
    &[(17, "aaraufaaacaawafaca"), (80, "aafacraaifaawaafac"), (144, "acaafrawafacracf")];

const MACHINES: &[Machine] = &[
    Machine {
        host: 2,
        name: "console",
        role: Role::Console,
        services: &[on(8014, CONSOLE), on(8443, Speech::Tls)],
    },
    Machine { host: 3, name: "files", role: Role::FileServer, services: &[on(4450, Speech::Silent)] },
    Machine { host: 4, name: "intranet", role: Role::WebServer, services: &[on(8080, INTRANET)] },
    Machine { host: 5, name: "build", role: Role::LinuxServer, services: &[on(2222, SECURE_SHELL)] },
    Machine { host: 51, name: "studio", role: Role::Mac, services: &[on(5900, SCREEN_SHARING)] },
    Machine { host: 240, name: "printer-1", role: Role::PrintServer, services: &[on(9100, Speech::Silent)] },
    Machine { host: 241, name: "printer-2", role: Role::PrintServer, services: &[on(9100, Speech::Silent)] },
    Machine { host: 242, name: "printer-3", role: Role::PrintServer, services: &[on(9100, Speech::Silent)] },
];

const REMOTE_DESKTOP: u16 = 3389;
const WEB_SERVICES_FOR_DEVICES: u16 = 5357;

/// What a real update provider calls itself is not known to us: any answer in HTTP shows the role.
const UPDATE_CACHE: Speech = Speech::Http { status: "404 Not Found", server: "update cache" };
const CONSOLE: Speech = Speech::Http { status: "200 OK", server: "management console" };
const INTRANET: Speech = Speech::Http { status: "200 OK", server: "intranet" };
const DEVICE_HOST: Speech = Speech::Http { status: "503 Service Unavailable", server: "device host" };
/// RFC 2812: prefix, NOTICE, target, text.
const CHAT: Speech = Speech::Greets(":chat.office.example NOTICE * :Welcome to the office chat\r\n");
/// RFC 4253, 4.2.
const SECURE_SHELL: Speech = Speech::Greets("SSH-2.0-office\r\n");
/// RFC 6143, 7.1.1.
const SCREEN_SHARING: Speech = Speech::Greets("RFB 003.889\n");

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    fn count(role: Role) -> usize {
        plan().iter().filter(|desk| desk.role == role).count()
    }

    #[test]
    fn the_office_is_of_sixty_desks() {
        let desks = plan();
        assert_eq!(desks.len(), 60);
        assert!(desks.is_sorted_by(|a, b| a.address < b.address), "an address is taken twice");
        assert_eq!(desks.iter().map(|desk| &desk.name).collect::<BTreeSet<_>>().len(), desks.len());
        assert!(desks.iter().all(|desk| desk.address.octets()[..3] == NETWORK.octets()[..3]));
    }

    #[test]
    fn every_kind_is_there() {
        let kinds = [Role::Agent, Role::UpdateProvider, Role::ChatServer, Role::Computer, Role::Firewalled];
        assert_eq!(kinds.map(count), [28, 1, 1, 14, 8]);
        assert_eq!(count(Role::PrintServer), 3);
    }

    #[test]
    fn no_port_needs_privilege_and_the_agents_port_always_has_a_state() {
        for desk in plan() {
            let truth: Vec<_> = desk.truth().collect();
            assert!(truth.iter().all(|(endpoint, _)| endpoint.port >= 1024), "{desk:?}");
            assert_eq!(
                truth.iter().filter(|(endpoint, _)| endpoint.port == AGENT_PORT).count(),
                1,
                "{desk:?}"
            );
        }
    }
}
