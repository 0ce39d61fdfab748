//! What can be typed after `muster learn`: only validated, nothing touched.

use std::path::PathBuf;

use clap::Args;

use crate::catalog::CatalogArgs;
use crate::sweep::{TargetArgs, TimingArgs};

/// Learn from a host that is known to have a product how it can be told, and propose a file for --catalog
///
/// Sweeps the host for the product's ports, asks what is open twice, as scan -sV does, and writes what both answers share
/// and other hosts will show too: never names, addresses, dates or numbers of the host. The file is a proposal with
/// comments on what was seen and how sure it is; read it before you use it. Several hosts are better than one: what they
/// do not share is left out. Where nobody is to be asked, --from takes what the host itself says of its ports.
#[derive(Args, Debug)]
#[command(next_help_heading = "What to learn")]
pub(crate) struct LearnArgs {
    /// The product that the host is known to have, by its key (see muster catalog list)
    #[arg(long, value_name = "ID")]
    pub(crate) product: Option<String>,
    /// Ask these TCP ports, too [default: those that the catalogue knows of the product; all 65,535 where its port is drawn
    /// at installation or not known: at the usual pace half an hour, with -T5 less]
    #[arg(short = 'p', value_name = "PORTS")]
    pub(crate) ports: Option<String>,
    /// Take the ports of the product's programs from FILE, which netstat -anob, ss -ltnup or lsof -i -nP wrote on the host (-
    /// is stdin). Without --product, of every product that muster knows. Without a host nothing is asked
    #[arg(long, value_name = "FILE")]
    pub(crate) from: Option<PathBuf>,
    /// Write the file to FILE, also as -o FILE; - is stdout, as without it
    // Its short form is not offered: fish would offer it behind `muster scan -o` as well.
    #[arg(long, short_alias = 'o', value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// Propose also what other programs are known to say: it tells the product from nothing
    #[arg(long)]
    pub(crate) force: bool,
    #[command(flatten)]
    pub(crate) catalog: CatalogArgs,
    #[command(flatten)]
    pub(crate) targets: TargetArgs,
    #[command(flatten)]
    pub(crate) timing: TimingArgs,
}
