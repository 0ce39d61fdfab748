//! The address map: a place an address where there are few /24s, a bar a /24 where there are many.

use std::fmt::Write;
use std::net::IpAddr;

use muster_model::{AddressRange, Run, Verdict};

use crate::audit::groups::Groups;
use crate::audit::networks::Network;
use crate::audit::words::grouped;

/// With more /24s than this each is a bar.
const MOST_GRIDS: usize = 16;
/// With more /24s than this the further ones are not drawn.
const MOST_BARS: usize = 1_024;
/// Places in a row of a grid, their distance, and the room for the rows' names.
const IN_A_ROW: u8 = 16;
const STEP: u16 = 13;
const LEFT: u16 = 28;

/// The map and what is not on it.
pub(super) struct Map {
    pub(super) drawing: Drawing,
    /// Networks that are not drawn.
    pub(super) undrawn: usize,
    /// Hosts of IPv6.
    pub(super) ipv6: usize,
}

/// How the map is drawn.
pub(super) enum Drawing {
    Nothing,
    Grids(Vec<Grid>),
    Bars(Vec<Bar>),
}

impl Map {
    pub(super) fn of(run: &Run, groups: &Groups<'_>) -> Self {
        let networks = Network::all(run);
        let drawn = networks.len().min(MOST_BARS);
        let drawing = match networks.len() {
            0 => Drawing::Nothing,
            ..=MOST_GRIDS if !groups.are_told => {
                Drawing::Grids(networks.iter().map(|network| Grid::of(run, network)).collect())
            }
            _ => Drawing::Bars(networks[..drawn].iter().map(Bar::of).collect()),
        };
        let ipv6 = run.hosts.iter().filter(|host| host.asset.address.is_ipv6()).count();
        Self { drawing, undrawn: networks.len() - drawn, ipv6 }
    }
}

/// A /24, address by address.
pub(super) struct Grid {
    pub(super) network: String,
    pub(super) label: String,
    pub(super) cells: Vec<Cell>,
    /// The paths of the marks that are no hosts.
    pub(super) silent: String,
    pub(super) phantom: String,
}

/// A host on a grid.
pub(super) struct Cell {
    pub(super) target: String,
    pub(super) title: String,
    pub(super) verdict: Verdict,
    pub(super) x: u16,
    pub(super) y: u16,
}

impl Grid {
    fn of(run: &Run, network: &Network<'_>) -> Self {
        let cells: Vec<_> = network
            .hosts
            .iter()
            .filter_map(|host| match host.asset.address {
                IpAddr::V4(address) => Some((address, host.judgement.verdict)),
                IpAddr::V6(_) => None,
            })
            .map(|(address, verdict)| {
                let (x, y) = place(address.octets()[3]);
                let title = format!("{address} {verdict}");
                Cell { target: format!("h-{address}"), title, verdict, x, y }
            })
            .collect();
        let path = |ranges: &[AddressRange], stroke: &str| {
            let mut path = String::new();
            for (x, y) in network.within(ranges).into_iter().map(place) {
                if !cells.iter().any(|cell| (cell.x, cell.y) == (x, y)) {
                    let _ = write!(path, "M{} {}{stroke}", x + 5, y + 5);
                }
            }
            path
        };
        Self {
            network: format!("{}/24", network.first()),
            label: format!("{}/24: {}", network.first(), tally(network)),
            silent: path(&run.silent, "h.01"),
            phantom: path(&run.phantom, "m-4 .8q2-3 4-.8t4-.8"),
            cells,
        }
    }

    /// The first octet of every second row and where its name stands.
    pub(super) fn rows(&self) -> Vec<(u8, u16)> {
        (0..16 / 2).map(|row| (row * 2 * IN_A_ROW, u16::from(row) * 2 * STEP + 10)).collect()
    }
}

fn place(octet: u8) -> (u16, u16) {
    (LEFT + u16::from(octet % IN_A_ROW) * STEP, u16::from(octet / IN_A_ROW) * STEP + 1)
}

/// A /24 in one bar.
pub(super) struct Bar {
    pub(super) network: String,
    pub(super) title: String,
    /// How many of its hosts need attention.
    pub(super) attention: u64,
    /// Where each part begins, how wide it is, and of which verdict it is.
    pub(super) parts: Vec<(u64, u64, &'static str)>,
}

impl Bar {
    fn of(network: &Network<'_>) -> Self {
        let mut start = 0;
        let mut parts = Vec::new();
        for verdict in Verdict::ALL {
            let width = network.count(|own| own == verdict);
            if width > 0 {
                parts.push((start, width, verdict.name()));
            }
            start += width;
        }
        Self {
            network: network.first().to_string(),
            title: format!("{}/24: {}", network.first(), tally(network)),
            attention: network.count(Verdict::needs_attention),
            parts,
        }
    }
}

/// The hosts of a network by verdict, in words.
fn tally(network: &Network<'_>) -> String {
    let count = |verdict| (network.count(|own| own == verdict), verdict);
    let counts = Verdict::ALL.into_iter().map(count).filter(|(hosts, _)| *hosts > 0);
    counts.map(|(hosts, verdict)| format!("{} {verdict}", grouped(hosts))).collect::<Vec<_>>().join(", ")
}
