//! What can be typed after `muster scan`: only validated, nothing touched.

use std::path::PathBuf;

use clap::{ArgAction, Args};
use muster_engine::Shard;

use crate::sweep::{NetworkArgs, TargetArgs, TimingArgs};

/// Sweep addresses for open ports, in Nmap's words
#[derive(Args, Debug)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct ScanArgs {
    /// Ports: numbers, ranges and registered names, as in 2967,8081,22-25,http*,T:1-100 or - for all
    #[arg(short = 'p', value_name = "PORTS")]
    pub(crate) ports: Option<String>,
    /// Take every address for a living host (also -P0, -PN): sweep the ports of all
    #[arg(long = "Pn")]
    pub(crate) skip_discovery: bool,
    /// Only find out which hosts answer (also -sP); no port sweep
    #[arg(long = "sn", conflicts_with = "ports")]
    pub(crate) only_discovery: bool,
    /// Ask UDP ports, alone or together with -sS or -sT; ports without T: or U: are then UDP ports, or both
    #[arg(long = "sU", conflicts_with = "only_discovery")]
    pub(crate) udp: bool,
    /// Send UDP ports of which no protocol is known an empty datagram; else they are not asked, but by -PU
    #[arg(long)]
    pub(crate) udp_empty: bool,
    /// Do not ask hosts at a port on which nothing listens (TCP 7239, or one below it): firewalls that answer for all
    /// are then not found out. Else a few are asked where ports seem open or a whole network resets alike
    #[arg(long)]
    pub(crate) no_decoys: bool,
    /// Look up names of all addresses, not only of those that answer
    #[arg(short = 'R', conflicts_with = "never_resolve")]
    pub(crate) always_resolve: bool,
    /// Sweep the Kth of N parts of the ports; the parts of one --seed are disjoint and together the whole. Needs -Pn
    #[arg(long, value_name = "K/N", requires_all = ["skip_discovery", "seed"])]
    pub(crate) shard: Option<Shard>,
    /// Note every answer in FILE, so that a sweep that was cut off can be taken up again
    #[arg(long, value_name = "FILE")]
    pub(crate) journal: Option<PathBuf>,
    /// Take up the sweep that FILE is the journal of, where it was cut off; everything else must be as it was
    #[arg(long, value_name = "FILE", conflicts_with = "journal")]
    pub(crate) resume: Option<PathBuf>,
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
}

impl ScanArgs {
    /// Whether a UDP port without a request of its own may be sent an empty datagram: any that discovery names, and of
    /// the ports those that the plan has.
    pub(crate) fn sends_empty_datagrams(&self) -> bool {
        self.udp_empty || self.pings.udp.is_some()
    }
}

/// How hosts are looked for; the usual way by frames is an echo request, a SYN to port 443 and an ACK to port 80, by
/// connections ports 80 and 443
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
    /// By ARP and Neighbour Discovery, which is done on the same link anyway
    #[arg(id = "PR", long = "PR")]
    pub(crate) neighbor: bool,
}

const AFTER_HELP: &str = "\
Exit codes: 0 done; 2 wrong arguments or input; 3 the machine lacks something; 4 done, but for names that do not \
resolve; 129, 130 and 143 ended by SIGHUP, Ctrl-C or SIGTERM, outputs valid and marked partial.

Examples:
  muster scan -p 2967 -Pn -oG - 192.168.0.0/24 | grep open
  muster scan -p 2967,8081 -Pn -oX out.xml --exclude 10.1.0.5 10.1.0.0/22
  muster scan -sS -sU -p T:2967,U:53,123 --reason 10.1.0.0/24";

/// What to write, and where
#[derive(Args, Debug)]
#[command(next_help_heading = "Output (FILE - is stdout)")]
pub(crate) struct OutputArgs {
    /// Normal output, as on the terminal
    #[arg(long = "oN", value_name = "FILE")]
    pub(crate) normal: Option<PathBuf>,
    /// Grepable output, a line a host
    #[arg(long = "oG", value_name = "FILE")]
    pub(crate) grepable: Option<PathBuf>,
    /// XML output, valid by nmap.dtd
    #[arg(long = "oX", value_name = "FILE")]
    pub(crate) xml: Option<PathBuf>,
    /// JSON, an object a line, streamed while the sweep runs
    #[arg(long = "oJ", value_name = "FILE")]
    pub(crate) json: Option<PathBuf>,
    /// Normal, XML and grepable output to BASE.nmap, BASE.xml and BASE.gnmap
    #[arg(long = "oA", value_name = "BASE")]
    pub(crate) all: Option<PathBuf>,
    /// Show only ports that are open
    #[arg(long)]
    pub(crate) open: bool,
    /// Show why each port is in its state
    #[arg(long)]
    pub(crate) reason: bool,
    /// Say more; twice for still more
    #[arg(short = 'v', action = ArgAction::Count)]
    pub(crate) verbose: u8,
}
