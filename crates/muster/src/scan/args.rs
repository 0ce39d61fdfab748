//! What can be typed after `muster scan`: only validated, nothing touched.

use std::path::PathBuf;
use std::time::Duration;

use clap::{ArgAction, Args};

use super::timing::{Template, parse_duration, parse_rate};

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

/// Where to look
#[derive(Args, Debug)]
#[command(next_help_heading = "Targets")]
pub(crate) struct TargetArgs {
    /// Addresses, ranges and names: 192.168.0.0/24 10.0-3.*.1-9 fd00::/120 host.example
    #[arg(value_name = "TARGET")]
    pub(crate) targets: Vec<String>,
    /// Read targets from FILE, - for stdin
    #[arg(long = "iL", value_name = "FILE")]
    pub(crate) list: Option<PathBuf>,
    /// Leave these out, separated by commas
    #[arg(long, value_name = "TARGETS")]
    pub(crate) exclude: Option<String>,
    /// Leave out the targets in FILE
    #[arg(long, value_name = "FILE", alias = "exclude-file")]
    pub(crate) excludefile: Option<PathBuf>,
    /// Names stand for their IPv6 addresses
    #[arg(short = '6')]
    pub(crate) ipv6: bool,
    /// Never look up names of addresses
    #[arg(short = 'n', conflicts_with = "always_resolve")]
    pub(crate) never_resolve: bool,
    /// Look up names of all addresses, not only of those that answer
    #[arg(short = 'R')]
    pub(crate) always_resolve: bool,
    /// Allow addresses beyond the private ranges, or more than 65,536 of them; may be given several times
    #[arg(long, value_name = "PREFIX")]
    pub(crate) allow: Vec<String>,
}

/// How fast, how often, how long
#[derive(Args, Debug)]
#[command(next_help_heading = "Timing")]
pub(crate) struct TimingArgs {
    /// Timing template: 0 to 5, or paranoid, sneaky, polite, normal, aggressive, insane
    #[arg(short = 'T', value_name = "TEMPLATE", default_value = "3", hide_default_value = true)]
    pub(crate) template: Template,
    /// Probes a second [default: 2,000]
    #[arg(long, value_name = "RATE", value_parser = parse_rate)]
    pub(crate) max_rate: Option<f64>,
    /// At least so many probes a second, as far as the machine can
    #[arg(long, value_name = "RATE", value_parser = parse_rate)]
    pub(crate) min_rate: Option<f64>,
    /// Ask what stays silent at most so many times again [default: 4]
    #[arg(long, value_name = "N")]
    pub(crate) max_retries: Option<u8>,
    /// Give a host up after TIME (30s, 5m; a bare number is seconds)
    #[arg(long, value_name = "TIME", value_parser = parse_duration)]
    pub(crate) host_timeout: Option<Duration>,
    /// Print how far the sweep is every TIME
    #[arg(long, value_name = "TIME", value_parser = parse_duration)]
    pub(crate) stats_every: Option<Duration>,
    /// The seed of the order of probes, to repeat a sweep exactly
    #[arg(long, value_name = "N", value_parser = parse_seed)]
    pub(crate) seed: Option<u64>,
    /// Print the plan and send nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
}

fn parse_seed(text: &str) -> Result<u64, String> {
    text.parse().map_err(|_| format!("not a whole number from 0 to {}", u64::MAX))
}

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
