//! This machine's own addresses, and what keeps the network from being opened.

use std::net::{Ipv4Addr, TcpListener};

use muster_engine::{Network, ProbeKind};
use muster_model::{Nature, PortState, Reason};
use muster_platform::Way;

use super::world::{ETH0, ETH1, World, probe, replies};
use crate::raw::{Raw, RawOptions};

fn open(options: RawOptions) -> Result<Raw, crate::raw::RawError> {
    World::silent().open_with("10.1.0.0/24", options)
}

#[test]
fn this_machine_is_asked_by_connections() {
    let listener = TcpListener::bind((Ipv4Addr::new(127, 92, 0, 1), 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    let world = World::silent();
    let cable = world.eth0.clone();
    let mut raw = world.open("127.92.0.0/30 10.1.0.0/30").unwrap();
    let sent = cable.sent().len();
    let mut all = ["127.92.0.1", "127.92.0.2"].map(|to| probe(ProbeKind::Syn, to, port)).to_vec();
    all.push(probe(ProbeKind::Echo, "127.92.0.1", 0));
    all.push(probe(ProbeKind::Udp, "127.92.0.1", 53));
    assert_eq!(raw.send(&all).unwrap(), 4);
    let mut seen = Vec::new();
    let until = raw.now() + std::time::Duration::from_secs(5);
    while seen.len() < 4 && raw.now() < until {
        raw.receive(until, &mut seen).unwrap();
    }
    seen.sort_by_key(|reply| reply.endpoint);
    let found: Vec<_> = seen.iter().map(|reply| (reply.state, reply.reason)).collect();
    let expected = [
        (PortState::Open, Reason::SynAck),
        (PortState::OpenFiltered, Reason::LocalhostResponse),
        (PortState::Open, Reason::LocalhostResponse),
        (PortState::Closed, Reason::ConnRefused),
    ];
    assert_eq!(found, expected);
    assert_eq!(seen[1].nature, Nature::Local);
    assert_eq!(cable.sent().len(), sent);
}

#[test]
fn nothing_but_this_machine_needs_no_link() {
    let mut raw = World::silent().open("127.92.1.0/30").unwrap();
    let most = raw.room();
    assert_eq!(raw.send(&[probe(ProbeKind::Syn, "127.92.1.1", 9)]).unwrap(), 1);
    assert!(raw.room() <= most && raw.on_link().is_empty());
    assert_eq!(raw.description(), ["this machine itself: by connections"]);
}

#[test]
fn an_interface_that_is_down_does_not_keep_the_others_from_being_swept() {
    let mut world = World::silent();
    world.down = vec![ETH1];
    let cable = world.tun0.clone();
    let mut raw = world.open("10.2.0.0/30 10.3.0.0/30").unwrap();
    let said = "10.3.0.0/30: interface eth1 is switched off or has no carrier, net-unreach";
    assert_eq!(raw.description().last().unwrap(), said);
    let all = ["10.2.0.1", "10.3.0.1"].map(|to| probe(ProbeKind::Syn, to, 80));
    assert_eq!(raw.send(&all).unwrap(), 2);
    assert_eq!(cable.sent().len(), 1);
    let (seen, _) = replies(&mut raw);
    assert_eq!(seen.len(), 1);
    assert_eq!((seen[0].reason, seen[0].nature), (Reason::NetUnreach, Nature::Local));
}

#[test]
fn without_any_interface_that_is_up_there_is_nothing_to_sweep_by() {
    let world = |down| {
        let mut world = World::silent();
        world.down = down;
        world
    };
    let error = world(vec![ETH0, ETH1]).open("10.1.0.0/30 10.3.0.0/30 10.4.0.0/30").unwrap_err();
    assert_eq!(error.to_string(), "interface eth0 is switched off or has no carrier");
    assert!(error.hint().unwrap().contains("ip link set dev eth0 up"));
    let named = RawOptions { device: Some("eth1".to_owned()), ..RawOptions::default() };
    let error = world(vec![ETH1]).open_with("10.2.0.0/30 10.3.0.0/30", named).unwrap_err();
    assert_eq!(error.to_string(), "interface eth1 is switched off or has no carrier");
}

#[test]
fn what_cannot_be_had_is_said_with_a_hint() {
    let source = |address: [u8; 4]| RawOptions { source: Some(address.into()), ..RawOptions::default() };
    let device = |name: &str| RawOptions { device: Some(name.to_owned()), ..RawOptions::default() };
    let foreign = open(source([10, 0, 0, 77])).unwrap_err();
    assert_eq!(foreign.to_string(), "source address 10.0.0.77: not an address of this machine");
    assert!(foreign.hint().is_some() && open(source([10, 0, 0, 1])).is_ok());
    let unknown = open(device("eth7")).unwrap_err();
    assert_eq!(unknown.to_string(), "no interface eth7: there are eth0, tun0, eth1, ib0");
    assert!(unknown.hint().is_some() && open(device("eth0")).is_ok());
    let mut world = World::silent();
    world.ways = vec![("10.0.0.0/8", Way::OnLink { device: 9, source: Ipv4Addr::LOCALHOST.into() })];
    let strange = world.open("10.1.0.0/24").unwrap_err();
    let said = "interface ib0: neither Ethernet nor raw IP, so no frames can be made for it";
    assert_eq!(strange.to_string(), said);
    assert_eq!(strange.hint().unwrap(), "use -sT to sweep by ordinary connections");
}
