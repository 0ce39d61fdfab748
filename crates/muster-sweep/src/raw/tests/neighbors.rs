//! Gateways and hosts on the local link.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use muster_engine::{Network, ProbeKind};
use muster_model::{Nature, PortState, Reason};
use muster_platform::Neighbor;

use super::packets::{Asked, ROUTER, arp_answer, destination, is_arp, router_answers};
use super::world::{ETH0, ETH1, GATEWAY, OURS, World, probe, replies, set};

const PROXY: [u8; 6] = [2, 9, 9, 9, 9, 9];

#[test]
fn a_gateway_that_the_kernel_knows_is_not_asked() {
    let mut world = World::new(|_| Vec::new());
    world.known = vec![Neighbor { device: ETH0, address: GATEWAY.into(), hardware: ROUTER }];
    let cable = world.eth0.clone();
    let before = Instant::now();
    let mut raw = world.open("10.1.0.0/24").unwrap();
    assert!(before.elapsed() < Duration::from_millis(300) && cable.sent().is_empty());
    assert_eq!(raw.send(&[probe(ProbeKind::Syn, "10.1.0.1", 80)]).unwrap(), 1);
    assert_eq!((&cable.sent()[0][..6], &cable.sent()[0][6..12]), (&ROUTER[..], &OURS[..]));
    let lines = raw.description();
    assert_eq!(lines[1], "eth0: from 10.0.0.1 by gateway 10.0.0.254 (02:00:00:00:00:02)", "{lines:?}");
}

#[test]
fn a_gateway_that_answers_is_asked_once() {
    let world = World::silent();
    let cable = world.eth0.clone();
    let raw = world.open("10.1.0.0/24").unwrap();
    assert_eq!(cable.sent().len(), 1);
    assert!(is_arp(&cable.sent()[0]) && cable.sent()[0][..6] == [0xff; 6]);
    assert!(raw.on_link().is_empty());
}

#[test]
fn a_silent_gateway_is_asked_three_times_and_again_later() {
    let answers = Arc::new(AtomicBool::new(false));
    let does = Arc::clone(&answers);
    let world = World::new(move |frame| {
        if does.load(Ordering::Relaxed) { router_answers(frame).into_iter().collect() } else { Vec::new() }
    });
    let cable = world.eth0.clone();
    let before = Instant::now();
    let mut raw = world.open("10.1.0.0/24").unwrap();
    assert!(before.elapsed() < Duration::from_millis(1_500));
    assert_eq!(cable.sent().len(), 3);
    let syn = probe(ProbeKind::Syn, "10.1.0.1", 80);
    assert_eq!(raw.send(&[syn; 4]).unwrap(), 4);
    let (seen, _) = replies(&mut raw);
    let expected = (PortState::Filtered, Reason::HostUnreach, Nature::Soft, None);
    assert_eq!(seen.len(), 4);
    assert!(seen.iter().all(|reply| (reply.state, reply.reason, reply.nature, reply.icmp) == expected));
    assert!(cable.sent().iter().all(|frame| is_arp(frame)));
    answers.store(true, Ordering::Relaxed);
    let until = Instant::now() + Duration::from_secs(5);
    while cable.sent().iter().all(|frame| is_arp(frame)) {
        assert!(Instant::now() < until, "the gateway is not asked again");
        assert_eq!(raw.send(&[syn]).unwrap(), 1);
        replies(&mut raw);
    }
    assert!(cable.sent().len() <= 6);
}

#[test]
fn hosts_on_the_link_are_asked_for_before_anything_is_sent_to_them() {
    let world = World::new(|frame| {
        let last = destination(frame).octets()[3];
        match Asked::of(frame) {
            None if last < 10 => vec![arp_answer(frame, [2, 0, 0, 0, 1, last])],
            Some(asked) => vec![asked.syn_ack()],
            None => Vec::new(),
        }
    });
    let cable = world.eth0.clone();
    let mut raw = world.open("10.0.0.0/28 10.2.0.0/28").unwrap();
    assert_eq!(*raw.on_link(), set("10.0.0.0 10.0.0.2-15"));
    let all: Vec<_> = (2..16).map(|last| probe(ProbeKind::Neighbor, &format!("10.0.0.{last}"), 0)).collect();
    assert_eq!(raw.send(&all).unwrap(), 14);
    let (seen, _) = replies(&mut raw);
    assert_eq!(seen.len(), 8);
    for reply in &seen {
        assert_eq!((reply.state, reply.reason, reply.ttl), (PortState::Open, Reason::ArpResponse, None));
        assert!(reply.rtt.is_some());
    }
    assert_eq!(raw.hardware_of([10, 0, 0, 5].into()), Some([2, 0, 0, 0, 1, 5]));
    let before = cable.sent().len();
    let syns = ["10.0.0.5", "10.0.0.12"].map(|to| probe(ProbeKind::Syn, to, 80));
    assert_eq!(raw.send(&syns).unwrap(), 2);
    let (mut seen, _) = replies(&mut raw);
    if seen.len() == 1 {
        seen.extend(replies(&mut raw).0);
    }
    seen.sort_by_key(|reply| reply.endpoint);
    assert_eq!((seen[0].state, seen[0].reason), (PortState::Open, Reason::SynAck));
    assert_eq!((seen[1].reason, seen[1].nature), (Reason::HostUnreach, Nature::Soft));
    let sent = cable.sent();
    assert_eq!(sent.len(), before + 1, "nothing is sent to whom nobody answers for");
    assert_eq!(sent[before][..6], [2, 0, 0, 0, 1, 5]);
}

#[test]
fn what_the_kernel_knows_of_a_host_on_the_link_serves() {
    let mut world = World::silent();
    let known = |device, last| Neighbor { device, address: [10, 0, 0, last].into(), hardware: PROXY };
    world.known = vec![known(ETH0, 7), known(ETH1, 8)];
    let cable = world.eth0.clone();
    let mut raw = world.open("10.0.0.0/28").unwrap();
    assert_eq!(raw.send(&["10.0.0.7", "10.0.0.8"].map(|to| probe(ProbeKind::Syn, to, 80))).unwrap(), 2);
    assert_eq!(cable.sent().len(), 1);
    assert_eq!(raw.hardware_of([10, 0, 0, 8].into()), None, "that one is on another link");
}

#[test]
fn only_hosts_on_a_link_can_be_asked_for_by_their_hardware_address() {
    let world = World::silent();
    let (eth0, tun0) = (world.eth0.clone(), world.tun0.clone());
    let mut raw = world.open("10.1.0.0/24 10.2.0.0/24").unwrap();
    let before = eth0.sent().len();
    let far = ["10.1.0.1", "10.2.0.1"].map(|to| probe(ProbeKind::Neighbor, to, 0));
    assert_eq!(raw.send(&far).unwrap(), 2);
    assert_eq!(replies(&mut raw).0.len(), 2);
    assert_eq!((eth0.sent().len(), tun0.sent().len()), (before, 0));
}
