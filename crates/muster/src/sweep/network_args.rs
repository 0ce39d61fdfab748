//! How to ask: by connections or by frames, and what the frames look like. Only validated, nothing touched.

use std::net::IpAddr;
use std::path::{Path, PathBuf};

use clap::Args;

use crate::failure::Failure;

/// How to ask
#[derive(Args, Debug, Default)]
#[command(next_help_heading = "Network")]
pub(crate) struct NetworkArgs {
    /// Ask TCP ports by half a handshake, which needs the privilege to send frames; the default where there is one
    #[arg(long = "sS", conflicts_with = "connect", help_heading = "Ports and probes")]
    pub(crate) syn: bool,
    /// Ask by ordinary connections, which needs no privilege; the default where there is none
    #[arg(long = "sT", help_heading = "Ports and probes")]
    pub(crate) connect: bool,
    /// Do not use the privilege to send frames
    #[arg(long)]
    pub(crate) unprivileged: bool,
    /// Rely on the privilege to send frames: without it end, instead of asking by connections, as this machine's own
    /// addresses are all the same
    #[arg(long, conflicts_with_all = ["unprivileged", "connect"])]
    pub(crate) privileged: bool,
    /// Send by this interface; else the routing table chooses
    #[arg(short = 'e', value_name = "IFACE", value_parser = clap::builder::NonEmptyStringValueParser::new())]
    pub(crate) device: Option<String>,
    /// Send from this address, one of this machine's
    #[arg(short = 'S', value_name = "ADDRESS")]
    pub(crate) source: Option<IpAddr>,
    /// Send from this port
    #[arg(short = 'g', long = "source-port", value_name = "PORT", value_parser = clap::value_parser!(u16).range(1..))]
    pub(crate) source_port: Option<u16>,
    /// The time-to-live of what is sent [default: 64]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u8).range(1..))]
    pub(crate) ttl: Option<u8>,
    /// Take hosts on the same link for living without asking for them by ARP and Neighbour Discovery (also --send-ip)
    #[arg(long, alias = "send-ip")]
    pub(crate) disable_arp_ping: bool,
    /// Print a line for every frame to stderr
    #[arg(long)]
    pub(crate) packet_trace: bool,
    /// Write every frame to FILE, for Wireshark and tcpdump
    #[arg(long, value_name = "FILE")]
    pub(crate) capture: Option<PathBuf>,
}

impl NetworkArgs {
    /// Sees that the file of frames is one.
    ///
    /// # Errors
    /// It is stdout, which belongs to the results.
    pub(crate) fn check(&self) -> Result<(), Failure> {
        match &self.capture {
            Some(path) if path == Path::new("-") => {
                Err(Failure::usage("a capture cannot go to stdout").hint("name a file".to_owned()))
            }
            _ => Ok(()),
        }
    }

    /// The first of the options that only frames can do, as it is typed.
    pub(crate) fn wants_frames(&self) -> Option<&'static str> {
        let options = [
            (self.device.is_some(), "-e"),
            (self.source.is_some(), "-S"),
            (self.source_port.is_some(), "-g"),
            (self.ttl.is_some(), "--ttl"),
            (self.packet_trace, "--packet-trace"),
            (self.capture.is_some(), "--capture"),
        ];
        options.into_iter().find(|(is_typed, _)| *is_typed).map(|(_, option)| option)
    }
}
