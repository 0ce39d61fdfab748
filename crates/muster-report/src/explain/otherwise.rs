//! What to do when something else listens, or has the name: how to find out what it is before anybody is alarmed.

use muster_catalog::{Catalog, Incident};
use muster_model::Protocol;

/// Steps for a port on which something else was found.
pub(super) fn of_port(catalog: &Catalog, port: u16, protocols: &[Protocol]) -> Vec<String> {
    let mut steps = vec![
        "Find the program by the commands above, with its path and who started it. A port proves no product, and many \
         programs may choose any port"
            .to_owned(),
    ];
    steps.extend(SIGNATURE.map(str::to_owned));
    let is_here = |one: &&Incident| one.ports.contains(&port) && protocols.contains(&one.protocol);
    if catalog.incidents().iter().any(|incident| is_here(&incident)) {
        steps.push(
            "Worms have used this port: if nobody knows the program, take the host off the network and keep its disk \
             and memory as they are, before anything is removed"
                .to_owned(),
        );
    }
    if catalog.listeners(Protocol::Tcp, port).any(|(product, _)| product.protects()) {
        steps.push(
            "The host is not protected by having the port open: see by the console or the programs whether its agent \
             runs"
                .to_owned(),
        );
    }
    steps.push(EXPECTED.to_owned());
    steps
}

/// Steps for a program that only has the name.
pub(super) fn of_program() -> Vec<String> {
    let mut steps = vec![
        "Look at the path: an agent is where its installer puts programs, not in a user's or a \
                          temporary folder"
            .to_owned(),
    ];
    steps.extend(SIGNATURE.map(str::to_owned));
    steps.push(
        "If neither fits, take the host off the network and keep its disk and memory as they are, before anything is \
         removed"
            .to_owned(),
    );
    steps
}

const SIGNATURE: [&str; 1] =
    ["See who signed or packed it: on Windows Get-AuthenticodeSignature PATH, on Linux dpkg -S \
                               PATH or rpm -qf PATH, on macOS codesign -dv PATH"];
const EXPECTED: &str =
    "If it belongs there, say so: an exemption of the policy, or a product of your own (muster catalog)";
