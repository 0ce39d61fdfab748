//! What every command that sweeps can be told: where to look, how fast, how long. Only validated, nothing touched.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use muster_engine::Seed;

use crate::failure::Failure;

use super::timing::{Template, parse_duration, parse_rate};

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
    #[arg(short = 'n')]
    pub(crate) never_resolve: bool,
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
    /// Stop asking when fewer than X responders are expected to be missed [default: 1]
    #[arg(long, value_name = "X", value_parser = parse_rate)]
    pub(crate) max_missed: Option<f64>,
    /// Give a host up after TIME (30s, 5m; a bare number is seconds)
    #[arg(long, value_name = "TIME", value_parser = parse_duration)]
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
            host_timeout: None,
            stats_every: None,
            seed: None,
            dry_run: false,
        }
    }
}

impl TimingArgs {
    /// Sees that the options do not contradict each other.
    ///
    /// # Errors
    /// They do.
    pub(crate) fn check(&self) -> Result<(), Failure> {
        match (self.min_rate, self.max_rate) {
            (Some(least), Some(most)) if least > most => {
                Err(Failure::usage(format!("--min-rate {least} is more than --max-rate {most}"))
                    .hint("lower one or raise the other, or leave one of them out".to_owned()))
            }
            _ => Ok(()),
        }
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

fn parse_seed(text: &str) -> Result<u64, String> {
    text.parse().map_err(|_| format!("not a whole number from 0 to {}", u64::MAX))
}
