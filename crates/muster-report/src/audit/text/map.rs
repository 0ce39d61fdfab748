//! The address map of an audit: a letter an address, or a letter a /24 where there are many.

use std::cmp::Reverse;
use std::io::{self, Write};
use std::net::IpAddr;

use muster_model::{AddressRange, Verdict};

use super::super::AuditReport;
use super::super::networks::Network;
use super::super::words::{count, grouped};
use super::{TextStyle, write_wrapped};
use crate::map::{AddressMap, Drawing, Judged};

/// With more /24s than this a letter stands for a whole one.
const MOST_NETWORKS: usize = 4;
/// How many /24s are named of those where most hosts need attention.
const NAMED: usize = 5;

/// Writes the map; its letters were explained by the counts. Nothing where no IPv4 host answered.
pub(super) fn write_map(out: &mut impl Write, report: &AuditReport<'_>, style: TextStyle) -> io::Result<()> {
    let networks = Network::all(report.run);
    if networks.is_empty() {
        return Ok(());
    }
    // Address, blank and 64 letters need 80 columns.
    if style.columns() >= 80 {
        match networks.len() {
            ..=MOST_NETWORKS => write_addresses(out, report, &networks, style)?,
            _ => write_networks(out, &networks, style)?,
        }
    }
    let others = report.run.hosts.iter().filter(|host| host.asset.address.is_ipv6()).count();
    if others > 0 {
        writeln!(out, "\n{} of IPv6 are not on the map", count(others as u64, "host"))?;
    }
    Ok(())
}

fn write_addresses(
    out: &mut impl Write,
    report: &AuditReport<'_>,
    networks: &[Network<'_>],
    style: TextStyle,
) -> io::Result<()> {
    let mut map = AddressMap::default();
    for network in networks {
        let mut add = |ranges: &[AddressRange], mark| {
            for octet in network.within(ranges) {
                map.add(IpAddr::from((network.prefix << 8 | u32::from(octet)).to_be_bytes()), mark);
            }
        };
        add(&report.run.silent, Judged::Silent);
        add(&report.run.phantom, Judged::Phantom);
    }
    for host in networks.iter().flat_map(|network| &network.hosts) {
        map.add(host.asset.address, host.judgement.verdict.into());
    }
    writeln!(out)?;
    map.write_rows(out, Drawing { bits: 0, color: style.color })
}

fn write_networks(out: &mut impl Write, networks: &[Network<'_>], style: TextStyle) -> io::Result<()> {
    let mut map = AddressMap::default();
    for host in networks.iter().flat_map(|network| &network.hosts) {
        map.add(host.asset.address, Judged::from(host.judgement.verdict));
    }
    writeln!(out, "\na letter is a /24 by its worst host, a row is a /18:")?;
    map.write_rows(out, Drawing { bits: 8, color: style.color })?;
    write_worst(out, networks, style)
}

fn write_worst(out: &mut impl Write, networks: &[Network<'_>], style: TextStyle) -> io::Result<()> {
    let mut worst: Vec<(u64, &Network<'_>)> = networks
        .iter()
        .map(|network| (network.count(Verdict::needs_attention), network))
        .filter(|(hosts, _)| *hosts > 0)
        .collect();
    worst.sort_by_key(|(hosts, network)| (Reverse(*hosts), network.prefix));
    let names: Vec<_> = worst
        .iter()
        .take(NAMED)
        .map(|(hosts, network)| format!("{}/24 ({})", network.first(), grouped(*hosts)))
        .collect();
    if names.is_empty() {
        return Ok(());
    }
    let text = format!("most hosts that need attention: {}", names.join(", "));
    write_wrapped(out, style.columns(), ("", "  "), &text)
}
