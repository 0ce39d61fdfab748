//! What can be typed of a scan's outputs: only validated, nothing touched.

use std::path::PathBuf;

use clap::{ArgAction, Args};

/// What to write, and where
#[derive(Args, Debug, Default)]
#[command(next_help_heading = "Output (FILE - is stdout; %F, %T and others stand for the date and the time)")]
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
    /// Add to the end of files that exist, instead of replacing them
    #[arg(long)]
    pub(crate) append_output: bool,
    /// Name FILE or a URL as the style sheet of the XML
    #[arg(long, value_name = "FILE")]
    pub(crate) stylesheet: Option<String>,
    /// Name Nmap's style sheet on the web as that of the XML
    #[arg(long, conflicts_with = "stylesheet")]
    pub(crate) webxml: bool,
    /// Name no style sheet in the XML, as is usual
    #[arg(long, conflicts_with_all = ["stylesheet", "webxml"])]
    pub(crate) no_stylesheet: bool,
    /// Show only ports that are open
    #[arg(long)]
    pub(crate) open: bool,
    /// Show why each port is in its state
    #[arg(long)]
    pub(crate) reason: bool,
    /// Say more; twice for still more
    #[arg(short = 'v', action = ArgAction::Count)]
    pub(crate) verbose: u8,
    /// Show reasons, and list ports that are else only counted
    #[arg(short = 'd', action = ArgAction::Count)]
    pub(crate) debug: u8,
    /// Leave the keyboard alone: else a key shows how far the sweep is, and ? which others there are
    #[arg(long)]
    pub(crate) noninteractive: bool,
}

impl OutputArgs {
    /// The style sheet that the XML is to name.
    pub(crate) fn stylesheet(&self) -> Option<String> {
        self.webxml.then(|| STYLESHEET_ON_THE_WEB.to_owned()).or_else(|| self.stylesheet.clone())
    }
}

/// Where Nmap's project keeps the style sheet that draws its XML, and ours.
const STYLESHEET_ON_THE_WEB: &str = "https://svn.nmap.org/nmap/docs/nmap.xsl";
