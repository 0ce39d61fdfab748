//! Ports as they are typed, with IANA's names.

use muster_catalog::registry;
use muster_engine::{PortNames, PortSet};
use muster_model::Protocol;

use super::targets::hinted;
use crate::failure::Failure;

/// Reads the value of `-p`, where TCP ports are meant unless it says otherwise.
///
/// # Errors
/// A usage error that names what is wrong.
pub(crate) fn parse_ports(text: &str) -> Result<PortSet, Failure> {
    parse_port_list("-p ", text, &[Protocol::Tcp])
}

/// Reads the ports that `option` is given, which stands before them as it is typed; those without a transport stand for each of `transports`.
///
/// # Errors
/// A usage error that names what is wrong.
pub(crate) fn parse_port_list(option: &str, text: &str, transports: &[Protocol]) -> Result<PortSet, Failure> {
    PortSet::parse(text, &Registry, transports).map_err(|error| {
        hinted(Failure::usage(format!("{option}{text}: {error}")), error.hint(), PORT_EXAMPLES)
    })
}

const PORT_EXAMPLES: &str = "write 2967, 1-1024, 80,443 or http*; ports are 0 to 65535";
/// IANA's names for `-p`.
struct Registry;

impl PortNames for Registry {
    fn numbers(&self, pattern: &str, protocol: Protocol) -> Vec<u16> {
        registry::numbers(pattern, protocol)
    }
}
