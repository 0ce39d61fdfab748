//! The ports that an audit asks, as far as the office can listen on them without privilege.

use std::collections::BTreeSet;

use muster_catalog::{Catalog, DECOY_PORT, SIGN_PORTS};

/// What a device that accepts everything is asked: by the first sweep, and for signs of what it is.
pub(crate) fn accepted_ports() -> Vec<u16> {
    unprivileged(swept().chain(SIGN_PORTS.iter().copied()))
}

/// What the first sweep asks under any policy: agents' ports, those with incidents, and the decoy.
pub(crate) fn swept_ports() -> Vec<u16> {
    let incidents = Catalog::builtin().incidents().iter().flat_map(|incident| incident.ports.iter().copied());
    unprivileged(swept().chain(incidents))
}

fn swept() -> impl Iterator<Item = u16> {
    AGENT_PORTS.iter().copied().chain(Catalog::builtin().default_ports()).chain([DECOY_PORT])
}

fn unprivileged(ports: impl Iterator<Item = u16>) -> Vec<u16> {
    ports.filter(|&port| port >= FIRST_UNPRIVILEGED).collect::<BTreeSet<_>>().into_iter().collect()
}

/// Listeners of the agents that the office's policy knows, and of their like.
const AGENT_PORTS: &[u16] = &[2967, 3310, 8081, 8192, 8193, 8194, 12_345, 21_112];

/// Below it Unix asks for a privilege.
const FIRST_UNPRIVILEGED: u16 = 1024;
