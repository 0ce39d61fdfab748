//! From what was typed to what will be swept. No probe is sent here.

use muster_engine::{AddressSet, PortSet, Seed, SweepKind, SweepPlan};
use muster_model::Protocol;

use super::args::ScanArgs;
use crate::failure::Failure;
use crate::sweep::{Targets, TimingArgs, parse_ports, timed};

/// The ports that show whether a host is there, as an unprivileged Nmap asks them.
const DISCOVERY_PORTS: &str = "80,443";

/// What a scan will do.
#[derive(Debug)]
pub(crate) struct ScanPlan {
    /// Where.
    pub(crate) targets: Targets,
    /// The ports; none for `-sn`.
    pub(crate) ports: PortSet,
    /// The order of probes.
    pub(crate) seed: Seed,
}

impl ScanPlan {
    /// Reads and checks everything.
    ///
    /// # Errors
    /// A usage error that names what is wrong with which target, port, list or name.
    pub(crate) fn new(args: &ScanArgs) -> Result<Self, Failure> {
        let ports = ports(args)?;
        let targets = Targets::new(&args.targets, ports.total())?;
        Ok(Self { targets, ports, seed: args.timing.seed() })
    }

    /// The sweep that finds out which hosts are there.
    pub(crate) fn discovery(&self, timing: &TimingArgs, sockets: usize) -> Result<SweepPlan, Failure> {
        let ports = parse_ports(DISCOVERY_PORTS)?;
        let plan = SweepPlan::new(self.targets.addresses.clone(), ports);
        Ok(timed(SweepPlan { kind: SweepKind::Discovery, ..plan }, timing, sockets))
    }

    /// The sweep of the ports of `hosts`.
    pub(crate) fn port_sweep(&self, hosts: AddressSet, timing: &TimingArgs, sockets: usize) -> SweepPlan {
        timed(SweepPlan::new(hosts, self.ports.clone()), timing, sockets)
    }
}

fn ports(args: &ScanArgs) -> Result<PortSet, Failure> {
    if args.only_discovery {
        return Ok(PortSet::default());
    }
    let Some(text) = &args.ports else {
        let hint = "name them, for example -p 2967, the port of Symantec AntiVirus clients".to_owned();
        return Err(Failure::usage("no ports to sweep").hint(hint));
    };
    let ports = parse_ports(text)?;
    if ports.len(Protocol::Udp) > 0 {
        let hint = "leave the U: ports out; TCP is swept by ordinary connections".to_owned();
        return Err(Failure::usage(format!("UDP ports cannot be swept by this version: {text}")).hint(hint));
    }
    Ok(ports)
}
