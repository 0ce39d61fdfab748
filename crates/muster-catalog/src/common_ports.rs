//! The ports that are asked where nobody says which: `-F`, `--top-ports`.
//!
//! The order is muster's own. TCP ports of protection agents come first, from the catalogue's listeners; then widely used
//! services, from `data/common-ports.toml`; then what IANA has registered, ascending. How often a port is open anywhere
//! was not measured.

use std::collections::HashSet;
use std::sync::LazyLock;

use muster_model::Protocol;
use serde::Deserialize;

use crate::{Catalog, payloads, registry};

/// All TCP ports that have a name or a listener in the catalogue, the most common first, each once.
///
/// ```
/// use muster_catalog::common_ports;
///
/// assert!(common_ports::tcp()[..100].contains(&443));
/// ```
pub fn tcp() -> &'static [u16] {
    static TCP: LazyLock<Vec<u16>> = LazyLock::new(|| {
        let agents = Catalog::builtin().default_ports();
        let registered = registry::numbers("*", Protocol::Tcp);
        each_once(agents.into_iter().chain(widely_used()).chain(registered))
    });
    &TCP
}

/// All UDP ports that can be asked something, as the catalogue has them.
pub fn udp() -> &'static [u16] {
    static UDP: LazyLock<Vec<u16>> = LazyLock::new(|| each_once(payloads::requests().map(|(port, _)| port)));
    &UDP
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    group: Vec<Group>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Group {
    /// Where they are found, for whoever reads the file.
    #[expect(dead_code, reason = "for whoever reads the file")]
    what: String,
    ports: Vec<u16>,
}

fn widely_used() -> Vec<u16> {
    let file: File = toml::from_str(FILE)
        .unwrap_or_else(|error| unreachable!("a test reads this very file: common-ports.toml: {error}"));
    file.group.into_iter().flat_map(|group| group.ports).collect()
}

const FILE: &str = include_str!("../data/common-ports.toml");

fn each_once(ports: impl IntoIterator<Item = u16>) -> Vec<u16> {
    let mut seen = HashSet::new();
    ports.into_iter().filter(|port| *port != 0 && seen.insert(*port)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agents_come_first_and_then_what_is_widely_used() {
        let agents = Catalog::builtin().default_ports();
        assert_eq!(tcp()[..agents.len()], agents);
        for port in [22, 80, 135, 139, 443, 445, 2967, 3389, 5900, 8080, 9100] {
            assert!(tcp()[..100].contains(&port), "{port} is not among the first hundred");
        }
    }

    #[test]
    fn there_are_enough_and_each_stands_once() {
        let mut ports = tcp().to_vec();
        assert!(ports.len() > 1_000, "{}", ports.len());
        ports.sort_unstable();
        ports.dedup();
        assert_eq!(ports.len(), tcp().len());
        assert!(!ports.contains(&0));
        assert_eq!(widely_used().len(), each_once(widely_used()).len(), "a port stands twice in the file");
    }

    #[test]
    fn the_rest_is_filled_up_in_order() {
        let known = Catalog::builtin().default_ports().len() + widely_used().len();
        assert!(known < 1_000);
        let rest = &tcp()[known..];
        assert!(rest.is_sorted(), "IANA's ports ascend");
    }

    #[test]
    fn udp_ports_are_those_that_can_be_asked() {
        assert_eq!(udp()[0], 53);
        assert!(udp().contains(&123));
    }
}
