//! What every command that sweeps can be told: where to look, how fast, how long. Only validated, nothing touched.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use muster_engine::Seed;
use muster_sweep::{NameServer, NotANameServer};

use crate::failure::Failure;

use super::timing::{
    Template, parse_delay, parse_duration, parse_patience, parse_rate, parse_retries, parse_wait,
};

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
    /// Leave these out, separated by commas; may be given several times
    #[arg(long, value_name = "TARGETS")]
    pub(crate) exclude: Vec<String>,
    /// Leave out the targets in FILE too; may be given several times
    #[arg(long, value_name = "FILE", alias = "exclude-file")]
    pub(crate) excludefile: Vec<PathBuf>,
    /// Names stand for their IPv6 addresses
    #[arg(short = '6')]
    pub(crate) ipv6: bool,
    /// Of a name that has several addresses sweep all, not the first alone
    #[arg(long, help_heading = "Names")]
    pub(crate) resolve_all: bool,
    /// Never look up names of addresses, whatever else is said of names
    #[arg(short = 'n', help_heading = "Names")]
    pub(crate) never_resolve: bool,
    /// Ask these servers for the names of addresses, separated by commas, a port behind a colon: 192.0.2.53:5353. Names
    /// among the targets are the system's business
    #[arg(
        long,
        value_name = "SERVERS",
        value_delimiter = ',',
        value_parser = name_server,
        help_heading = "Names"
    )]
    pub(crate) dns_servers: Vec<NameServer>,
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
    #[arg(long, value_name = "N", value_parser = parse_retries)]
    pub(crate) max_retries: Option<u8>,
    /// Stop asking when fewer than X responders are expected to be missed [default: 1]
    #[arg(long, value_name = "X", value_parser = parse_rate)]
    pub(crate) max_missed: Option<f64>,
    /// At least TIME between two probes to a host [default: 25ms]
    #[arg(long, value_name = "TIME", value_parser = parse_delay)]
    pub(crate) scan_delay: Option<Duration>,
    /// Wait TIME for an answer before anything has answered
    #[arg(long, value_name = "TIME", value_parser = parse_wait)]
    pub(crate) initial_rtt_timeout: Option<Duration>,
    /// Never wait less than TIME for an answer, however quickly others answer
    #[arg(long, value_name = "TIME", value_parser = parse_wait)]
    pub(crate) min_rtt_timeout: Option<Duration>,
    /// Never wait longer than TIME for an answer
    #[arg(long, value_name = "TIME", value_parser = parse_wait)]
    pub(crate) max_rtt_timeout: Option<Duration>,
    /// Give a host up after TIME (30s, 5m; a bare number is seconds; 0 is never)
    #[arg(long, value_name = "TIME", value_parser = parse_patience)]
    pub(crate) host_timeout: Option<Duration>,
    /// Print how far the sweep is every TIME
    #[arg(long, value_name = "TIME", value_parser = parse_duration)]
    pub(crate) stats_every: Option<Duration>,
    /// The seed of the order of probes, to repeat a sweep exactly
    #[arg(long, value_name = "N", value_parser = parse_seed)]
    pub(crate) seed: Option<u64>,
    /// Print the plan and send no probe; names are looked up
    #[arg(long)]
    pub(crate) dry_run: bool,
}

impl Default for TimingArgs {
    fn default() -> Self {
        Self {
            template: Template::Normal,
            max_rate: None,
            min_rate: None,
            max_retries: None,
            max_missed: None,
            scan_delay: None,
            initial_rtt_timeout: None,
            min_rtt_timeout: None,
            max_rtt_timeout: None,
            host_timeout: None,
            stats_every: None,
            seed: None,
            dry_run: false,
        }
    }
}

impl TimingArgs {
    /// As the template has it, with nothing else typed.
    pub(crate) fn of(template: Template) -> Self {
        Self { template, ..Self::default() }
    }

    /// Sees that the options do not contradict each other.
    ///
    /// # Errors
    /// They do.
    pub(crate) fn check(&self) -> Result<(), Failure> {
        in_order(("--min-rate", self.min_rate), ("--max-rate", self.max_rate))?;
        let seconds = |time: Option<Duration>| time.map(|time| time.as_secs_f64());
        let initial = ("--initial-rtt-timeout", seconds(self.initial_rtt_timeout));
        let least = ("--min-rtt-timeout", seconds(self.min_rtt_timeout));
        let most = ("--max-rtt-timeout", seconds(self.max_rtt_timeout));
        [(least, most), (least, initial), (initial, most)]
            .into_iter()
            .try_for_each(|(least, most)| in_order(least, most))
    }

    /// How long conversations may take, measured by the usual time.
    pub(crate) fn patience(&self) -> f64 {
        self.template.conversation_patience()
    }

    /// The seed that was asked for, or any: it only has to differ from one sweep to the next.
    pub(crate) fn seed(&self) -> Seed {
        use std::hash::{BuildHasher as _, RandomState};
        Seed(self.seed.unwrap_or_else(|| RandomState::new().hash_one(std::process::id())))
    }
}

/// What was typed as less must not be more.
fn in_order((less, least): (&str, Option<f64>), (more, most): (&str, Option<f64>)) -> Result<(), Failure> {
    match (least, most) {
        (Some(least), Some(most)) if least > most => {
            Err(Failure::usage(format!("{less} {least} is more than {more} {most}"))
                .hint("lower one or raise the other, or leave one of them out".to_owned()))
        }
        _ => Ok(()),
    }
}

/// The command line's parser has no place for hints but what is marked as a tip.
fn name_server(text: &str) -> Result<NameServer, String> {
    text.parse().map_err(|error: NotANameServer| format!("{error}\n\n  tip: {}", error.hint()))
}

fn parse_seed(text: &str) -> Result<u64, String> {
    text.parse().map_err(|_| format!("not a whole number from 0 to {}", u64::MAX))
}
