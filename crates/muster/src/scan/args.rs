//! What can be typed after `muster scan`: only validated, nothing touched.

use std::path::PathBuf;

use clap::{ArgAction, Args};

use crate::sweep::{TargetArgs, TimingArgs};

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
    /// Sweep by ordinary connections, which needs no privilege; the only way in this version
    #[arg(long = "sT")]
    pub(crate) connect: bool,
    /// Look up names of all addresses, not only of those that answer
    #[arg(short = 'R', conflicts_with = "never_resolve")]
    pub(crate) always_resolve: bool,
    #[command(flatten)]
    pub(crate) targets: TargetArgs,
    #[command(flatten)]
    pub(crate) timing: TimingArgs,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
}

const AFTER_HELP: &str = "\
Exit codes: 0 done; 2 wrong arguments or input; 3 the machine lacks something; 4 done, but for names that do not \
resolve; 130 and 143 ended by Ctrl-C or SIGTERM, outputs valid and marked partial.

Examples:
  muster scan -p 2967 -Pn -oG - 192.168.0.0/24 | grep open
  muster scan -p 2967,8081 -Pn -oX out.xml --exclude 10.1.0.5 10.1.0.0/22";

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
