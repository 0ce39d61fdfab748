//! What can be typed after `muster scan`: only validated, nothing touched.

use std::path::PathBuf;

use clap::Args;
use muster_engine::Shard;

use super::output_args::OutputArgs;
use super::program::Program;
use crate::catalog::CatalogArgs;
use crate::sweep::{NetworkArgs, SnmpArgs, TargetArgs, TimingArgs};

/// Sweep addresses for open ports, in Nmap's words
///
/// Finds out which hosts answer, asks their ports, asks the silent again in rounds, and says how many answers it may have
/// missed. Results are on stdout or in files, in Nmap's formats or as JSON lines; progress and a summary go to stderr. Only
/// private addresses are swept, unless --allow says more.
#[derive(Args, Debug)]
pub(crate) struct ScanArgs {
    /// Ports: numbers, ranges and registered names, as in 2967,8081,22-25,http*,T:1-100 or - for all; a sweep of ports
    /// needs this, -F or --top-ports
    #[arg(short = 'p', value_name = "PORTS", help_heading = "Ports and probes")]
    pub(crate) ports: Option<String>,
    #[command(flatten)]
    pub(crate) choice: PortChoiceArgs,
    /// Take every address for a living host (also -P0, -PN): sweep the ports of all
    #[arg(long = "Pn", help_heading = "Discovery")]
    pub(crate) skip_discovery: bool,
    /// Only find out which hosts answer (also -sP); no port sweep
    #[arg(long = "sn", conflicts_with = "ports", help_heading = "Discovery")]
    pub(crate) only_discovery: bool,
    /// Ask UDP ports, alone or together with -sS or -sT; ports without T: or U: are then UDP ports, or both
    #[arg(long = "sU", conflicts_with = "only_discovery", help_heading = "Ports and probes")]
    pub(crate) udp: bool,
    /// Send UDP ports of which no protocol is known an empty datagram; else they are not asked, but by -PU
    #[arg(long, help_heading = "Ports and probes")]
    pub(crate) udp_empty: bool,
    /// Do not ask hosts at a port on which nothing listens (TCP 7239, or one below it): firewalls that answer for all
    /// are then not found out. Else a few are asked where ports seem open or a whole network resets alike
    #[arg(long, help_heading = "Ports and probes")]
    pub(crate) no_decoys: bool,
    /// Ask open ports what listens there: service, product and version (also -sR)
    #[arg(long = "sV", conflicts_with = "only_discovery", help_heading = "Ports and probes")]
    pub(crate) service_versions: bool,
    /// Only list the targets, with their names unless with -n; send them nothing
    #[arg(long = "sL", conflicts_with_all = ["ports", "only_discovery", "udp", "service_versions", "json"], help_heading = "Discovery")]
    pub(crate) only_list: bool,
    /// Show this machine's interfaces and routes, and do nothing else
    #[arg(long, help_heading = "Network")]
    pub(crate) iflist: bool,
    /// Look up names of all addresses, not only of those that answer. Under the name nmap those of hosts that are taken for
    /// up (-Pn) are looked up in any case, as Nmap does
    #[arg(short = 'R', help_heading = "Names")]
    pub(crate) always_resolve: bool,
    /// Sweep the Kth of N parts of the ports; the parts of one --seed are disjoint and together the whole. Needs -Pn
    #[arg(long, value_name = "K/N", requires_all = ["skip_discovery", "seed"], help_heading = "Ports and probes")]
    pub(crate) shard: Option<Shard>,
    /// Note every answer in FILE, so that a sweep that was cut off can be taken up again
    #[arg(long, value_name = "FILE", help_heading = "Journal")]
    pub(crate) journal: Option<PathBuf>,
    /// Take up the sweep that FILE is the journal of, where it was cut off; everything else must be as it was
    #[arg(long, value_name = "FILE", conflicts_with = "journal", help_heading = "Journal")]
    pub(crate) resume: Option<PathBuf>,
    #[command(flatten, next_help_heading = "Ports and probes")]
    pub(crate) catalog: CatalogArgs,
    #[command(flatten, next_help_heading = "Ports and probes")]
    pub(crate) snmp: SnmpArgs,
    #[command(flatten)]
    pub(crate) pings: PingArgs,
    #[command(flatten)]
    pub(crate) network: NetworkArgs,
    #[command(flatten)]
    pub(crate) targets: TargetArgs,
    #[command(flatten)]
    pub(crate) timing: TimingArgs,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
    /// By which name muster was called.
    #[arg(skip)]
    pub(crate) program: Program,
}

/// Which ports, where -p does not say so, or not all
#[derive(Args, Debug, Default)]
pub(crate) struct PortChoiceArgs {
    /// Leave these ports out
    #[arg(long, value_name = "PORTS", conflicts_with = "only_discovery", help_heading = "Ports and probes")]
    pub(crate) exclude_ports: Option<String>,
    /// Sweep the 100 most common ports: those of protection agents first, then widely used services
    #[arg(short = 'F', conflicts_with_all = ["ports", "top_ports", "only_discovery", "only_list"], help_heading = "Ports and probes")]
    pub(crate) fast: bool,
    /// Sweep the N most common ports, of -p if there is one; the order of commonness is muster's own
    #[arg(long, value_name = "N", conflicts_with_all = ["only_discovery", "only_list"],
        value_parser = clap::value_parser!(u16).range(1..), help_heading = "Ports and probes")]
    pub(crate) top_ports: Option<u16>,
    /// Ask the ports of a host in ascending order, instead of a random one
    #[arg(short = 'r', conflicts_with = "shard", help_heading = "Ports and probes")]
    pub(crate) sequential: bool,
}

impl ScanArgs {
    /// The same, to go on with `journal` if there is one, in place of the one that it was to begin.
    pub(crate) fn going_on(mut self, journal: Option<PathBuf>) -> Self {
        if journal.is_some() {
            (self.journal, self.resume) = (None, journal);
        }
        self
    }

    /// The same for who called by this name. Whoever debugs wants to be told more, as in Nmap.
    pub(crate) fn called(mut self, program: Program) -> Self {
        self.program = program;
        self.output.verbose = self.output.verbose.saturating_add(self.output.debug);
        self
    }

    /// Whether a UDP port without a request of its own may be sent an empty datagram: any that discovery names, and of
    /// the ports those that the plan has.
    pub(crate) fn sends_empty_datagrams(&self) -> bool {
        self.udp_empty || self.pings.udp.is_some()
    }
}

/// How hosts are looked for; the usual way by frames is an echo request, a SYN to port 443, an ACK to port 80 and, of
/// IPv4, a request for the time, by connections ports 80 and 443
#[derive(Args, Debug, Default)]
#[command(next_help_heading = "Discovery")]
pub(crate) struct PingArgs {
    /// Look for hosts by a SYN to these ports [without a list: 80]
    #[arg(id = "PS", long = "PS", value_name = "PORTS", num_args = 0..=1, require_equals = true, default_missing_value = "80")]
    pub(crate) syn: Option<String>,
    /// By an ACK to these ports [without a list: 80]
    #[arg(id = "PA", long = "PA", value_name = "PORTS", num_args = 0..=1, require_equals = true, default_missing_value = "80")]
    pub(crate) ack: Option<String>,
    /// By a UDP datagram to these ports, empty where no protocol is known [without a list: 40125]
    #[arg(id = "PU", long = "PU", value_name = "PORTS", num_args = 0..=1, require_equals = true, default_missing_value = "40125")]
    pub(crate) udp: Option<String>,
    /// By an ICMP or ICMPv6 echo request (also -PI)
    #[arg(id = "PE", long = "PE")]
    pub(crate) echo: bool,
    /// By an ICMP request for the host's time; IPv4 only
    #[arg(id = "PP", long = "PP")]
    pub(crate) timestamp: bool,
    /// By an ICMP request for the host's address mask; IPv4 only
    #[arg(id = "PM", long = "PM")]
    pub(crate) address_mask: bool,
    /// Take no reset for a sign of life: many a firewall sends them in the place of hosts
    #[arg(long = "discovery-ignore-rst")]
    pub(crate) ignore_resets: bool,
}
