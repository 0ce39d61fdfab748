//! Which ports a scan asks for: those that were typed, or the common ones, without those to be left out.

use muster_catalog::common_ports;
use muster_engine::{IntervalSet, PortSet};
use muster_model::Protocol;

use super::args::ScanArgs;
use super::program::Program;
use crate::failure::Failure;
use crate::sweep::parse_port_list;

/// How many ports `-F` stands for.
const FAST: u16 = 100;
/// How many ports whoever calls Nmap expects to be asked without a word about ports.
const USUAL_OF_NMAP: u16 = 1_000;

/// The ports, none where none are to be asked.
///
/// # Errors
/// A usage error that names what is wrong with which list, or that no port is left.
pub(super) fn chosen_ports(args: &ScanArgs) -> Result<PortSet, Failure> {
    if args.only_discovery || args.only_list {
        return Ok(PortSet::default());
    }
    let transports = transports(args);
    let typed = args.ports.as_ref().map(|text| parse_port_list("-p ", text, &transports)).transpose()?;
    let ports = match (typed, count(args)) {
        (Some(typed), None) => typed,
        (Some(typed), Some(count)) => {
            common(count, &TRANSPORTS, |transport, port| typed.contains(transport, port))?
        }
        (None, Some(count)) => common(count, &transports, |_, _| true)?,
        (None, None) => return Err(no_ports()),
    };
    match &args.choice.exclude_ports {
        Some(text) => without(ports, &parse_port_list("--exclude-ports ", text, &TRANSPORTS)?),
        None => Ok(ports),
    }
}

/// What a port without a transport stands for.
fn transports(args: &ScanArgs) -> Vec<Protocol> {
    let is_tcp = !args.udp || args.network.syn || args.network.connect;
    let transports = [(is_tcp, Protocol::Tcp), (args.udp, Protocol::Udp)];
    transports.into_iter().filter(|(is_typed, _)| *is_typed).map(|(_, transport)| transport).collect()
}

const TRANSPORTS: [Protocol; 2] = [Protocol::Tcp, Protocol::Udp];

/// How many of the common ports of each transport are asked, if it is they.
fn count(args: &ScanArgs) -> Option<u16> {
    let usual = || (args.program == Program::Nmap && args.ports.is_none()).then_some(USUAL_OF_NMAP);
    args.choice.top_ports.or(args.choice.fast.then_some(FAST)).or_else(usual)
}

/// The first `count` common ports of each transport that are wanted.
fn common(
    count: u16,
    transports: &[Protocol],
    is_wanted: impl Fn(Protocol, u16) -> bool,
) -> Result<PortSet, Failure> {
    let of = |transport, common: &[u16]| {
        let asked =
            common.iter().filter(|port| transports.contains(&transport) && is_wanted(transport, **port));
        IntervalSet::from_ranges(asked.take(count.into()).map(|port| *port..=*port)).map_err(Failure::usage)
    };
    let tcp = of(Protocol::Tcp, common_ports::tcp())?;
    let ports = PortSet::new(tcp, of(Protocol::Udp, common_ports::udp())?);
    if ports.is_empty() {
        let hint = "leave out --top-ports, or name ports that have a name in IANA's registry".to_owned();
        return Err(Failure::usage("-p: none of the ports is a common one").hint(hint));
    }
    Ok(ports)
}

fn without(ports: PortSet, excluded: &PortSet) -> Result<PortSet, Failure> {
    let (tcp, udp) = ports.into_sets();
    let (no_tcp, no_udp) = excluded.clone().into_sets();
    let left = PortSet::new(tcp.difference(&no_tcp), udp.difference(&no_udp));
    if left.is_empty() {
        return Err(Failure::usage("every port is excluded").hint("look through --exclude-ports".to_owned()));
    }
    Ok(left)
}

fn no_ports() -> Failure {
    Failure::usage("no ports to sweep")
        .hint("name them, for example -p 2967, the port of Symantec AntiVirus clients".to_owned())
        .hint("or take the 100 most common ones with -F".to_owned())
}
