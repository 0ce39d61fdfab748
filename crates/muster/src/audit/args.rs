//! What can be typed after `muster audit`: only validated, nothing touched.

use std::path::PathBuf;

use clap::Args;
use muster_audit::{FailOn, UnknownCondition};

use crate::catalog::CatalogArgs;
use crate::documents::DocumentArgs;
use crate::keeping::StoreArgs;
use crate::sweep::{NetworkArgs, SnmpArgs, TargetArgs, TimingArgs};

/// Sweep networks for protection agents, find out who answers, and say which hosts are protected and which are not
///
/// Sweeps the agents' ports, asks the living for ports that tell computers from devices, talks to whatever is open, and
/// gives every host one verdict with its reasons. The run is stored; `muster why HOST` tells a verdict's reasons.
#[derive(Args, Debug)]
#[command(next_help_heading = "Policy and ports")]
pub(crate) struct AuditArgs {
    /// The policy: zones, expected products, exemptions, scope [default: muster.toml in this folder, if there is one]
    #[arg(long, value_name = "FILE")]
    pub(crate) policy: Option<PathBuf>,
    /// Judge what nmap, masscan or muster scan wrote into FILE (- is stdin), and send nothing; may be given several times.
    /// Targets and zones narrow it
    #[arg(long, value_name = "FILE", conflicts_with_all = ["ports", "product", "no_devices", "NetworkArgs"])]
    pub(crate) from_scan: Vec<PathBuf>,
    /// Audit the ranges of this zone of the policy; may be given several times
    #[arg(long, value_name = "NAME")]
    pub(crate) zone: Vec<String>,
    /// Sweep the ports of this product or family of products; may be given several times
    #[arg(long, value_name = "ID", conflicts_with = "ports")]
    pub(crate) product: Vec<String>,
    /// Sweep these TCP ports instead of those of the policy and the catalogue
    #[arg(short = 'p', value_name = "PORTS")]
    pub(crate) ports: Option<String>,
    /// A port on which nothing listens anywhere: a host that accepts connections there accepts them everywhere; 0 for
    /// none
    #[arg(long, value_name = "PORT")]
    pub(crate) decoy: Option<u16>,
    /// Do not ask living hosts for the ports that tell computers from printers and switches
    #[arg(long)]
    pub(crate) no_devices: bool,
    /// End with exit code 1 if there is such a finding: never, a severity (info to critical: that or worse), codes
    /// separated by commas, or new:CODE for findings that the run before did not have
    #[arg(long, value_name = "WHAT", default_value = "never", hide_default_value = true, value_parser = fail_on)]
    pub(crate) fail_on: FailOn,
    #[command(flatten)]
    pub(crate) catalog: CatalogArgs,
    #[command(flatten)]
    pub(crate) snmp: SnmpArgs,
    #[command(flatten)]
    pub(crate) network: NetworkArgs,
    #[command(flatten)]
    pub(crate) targets: TargetArgs,
    #[command(flatten)]
    pub(crate) timing: TimingArgs,
    #[command(flatten)]
    pub(crate) documents: DocumentArgs,
    #[command(flatten)]
    pub(crate) store: StoreArgs,
}

/// The command line's parser has no place for hints but what is marked as a tip.
fn fail_on(text: &str) -> Result<FailOn, String> {
    text.parse().map_err(|error: UnknownCondition| format!("{error}\n\n  tip: {}", error.hint()))
}
