//! The network in words: interfaces, senders, gateways, and what cannot be reached.

use std::net::IpAddr;

use super::Raw;
use super::lane::Lane;
use super::roads::{Barrier, Exit, Hop, Road, Why, word};

pub(super) fn lines(raw: &Raw) -> Vec<String> {
    let mut lines: Vec<String> = raw.lanes.iter().map(interface).collect();
    lines.extend(raw.roads.all().iter().filter_map(|road| self::road(raw, road)));
    let unreachable = raw.roads.unreachable().iter();
    lines
        .extend(unreachable.map(|(why, targets)| format!("{targets}: {}, {}", cause(raw, *why), word(*why))));
    lines
}

fn interface(lane: &Lane) -> String {
    let can = lane.link.capabilities();
    let instead = can.instead.as_ref().map(|why| format!(" ({why})")).unwrap_or_default();
    let given_up = match lane.given_up() {
        0 => String::new(),
        probes => format!("; it took no frames for seconds, and {probes} probes were given up"),
    };
    format!("{}: {}{instead}, MTU {}{given_up}", lane.device.name, can.sender, can.mtu)
}

fn road(raw: &Raw, road: &Road) -> Option<String> {
    let Exit { lane, departure, hop } = match road {
        Road::Out(exit) => *exit,
        Road::Connect(Why::Own) => return Some("this machine itself: by connections".to_owned()),
        Road::Connect(Why::Encapsulated) => return Some("wrapped routes: by connections".to_owned()),
        Road::Nowhere(_) => return None,
    };
    let (device, source) = (&raw.lanes[lane].device.name, raw.departures[departure].source);
    Some(match hop {
        Hop::Gateway(number) => format!("{device}: from {source} by {}", gateway(raw, number)),
        Hop::OtherEnd => format!("{device}: from {source}"),
        Hop::Target => format!("{device}: from {source} on the link itself"),
    })
}

fn gateway(raw: &Raw, number: usize) -> String {
    let gateway = &raw.neighbors.gateways()[number];
    let address: IpAddr = gateway.address;
    gateway.hardware.map_or_else(
        || format!("gateway {address}, which does not answer"),
        |hardware| format!("gateway {address} ({})", hardware.map(|byte| format!("{byte:02x}")).join(":")),
    )
}

fn cause(raw: &Raw, barrier: Barrier) -> String {
    match barrier {
        Barrier::Kernel(why) => why.to_string(),
        Barrier::Down(number) => {
            format!("interface {} is switched off or has no carrier", raw.down[number])
        }
    }
}
