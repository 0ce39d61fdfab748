//! What was asked of whom: what was not looked at is unknown, never absent.

use std::net::IpAddr;

use muster_engine::{AddressSet, PortSet};
use muster_model::Protocol;

/// The sweeps that came to their end. An endpoint that is not in it may have been asked, or not.
#[derive(Clone, Debug, Default)]
pub struct Asked {
    sweeps: Vec<(AddressSet, PortSet)>,
}

impl Asked {
    /// Adds a sweep of `ports` of each of `hosts` that came to its end.
    pub fn add(&mut self, hosts: AddressSet, ports: PortSet) {
        self.sweeps.push((hosts, ports));
    }

    /// Whether a TCP port of a host was asked.
    pub fn has(&self, host: IpAddr, port: u16) -> bool {
        self.sweeps.iter().any(|(hosts, ports)| ports.contains(Protocol::Tcp, port) && hosts.contains(host))
    }
}

#[cfg(test)]
mod tests {
    use muster_engine::Prefix;

    use super::*;

    #[test]
    fn only_what_was_asked_was_asked() {
        let set = |text: &str| AddressSet::from(text.parse::<Prefix>().unwrap());
        let mut asked = Asked::default();
        asked.add(set("10.0.0.0/24"), PortSet::tcp(2967));
        asked.add(set("10.0.1.0/24"), PortSet::of_tcp([22, 8081]));
        for (host, port, expected) in [
            ("10.0.0.7", 2967, true),
            ("10.0.0.7", 22, false),
            ("10.0.1.7", 22, true),
            ("10.0.2.7", 22, false),
        ] {
            assert_eq!(asked.has(host.parse().unwrap(), port), expected, "{host} {port}");
        }
    }
}
