//! Links that take a few frames at a time, refuse some, or fail.

use std::collections::HashMap;
use std::net::Ipv4Addr;
use std::time::Duration;

use muster_engine::{Network, NetworkError, Probe, ProbeKind};
use muster_model::Nature;

use super::packets::{destination, is_arp};
use super::world::{Cable, World, probe, replies};
use crate::raw::Raw;

fn probes(network: u8, count: u8) -> impl Iterator<Item = Probe> {
    (1..=count).map(move |last| probe(ProbeKind::Syn, &format!("10.{network}.0.{last}"), 80))
}

/// Probes that left by a cable, by their destination.
fn sent(cable: &Cable) -> Vec<Ipv4Addr> {
    let frames = cable.sent();
    frames.iter().filter(|frame| frame[0] == 0x45 || !is_arp(frame)).map(|frame| destination(frame)).collect()
}

/// Offers `probes` as the loop does, until all are taken; how often that took.
fn offer(raw: &mut Raw, probes: &[Probe]) -> usize {
    let (mut left, mut calls) = (probes, 0);
    while !left.is_empty() {
        left = &left[raw.send(left).unwrap()..];
        calls += 1;
        assert!(calls < 1_000);
    }
    calls
}

#[test]
fn a_link_that_takes_three_frames_a_call_gets_each_once() {
    let world = World::silent();
    let cable = world.eth0.clone();
    let mut raw = world.open("10.1.0.0/24").unwrap();
    cable.take(|_| Ok(3));
    let all: Vec<_> = probes(1, 200).collect();
    assert_eq!(offer(&mut raw, &all), 67);
    let expected: Vec<_> = (1..=200).map(|last| Ipv4Addr::new(10, 1, 0, last)).collect();
    assert_eq!(sent(&cable), expected);
    let (_, drops) = replies(&mut raw);
    assert_eq!(drops.sending, (1..67).map(|call| 200 - 3 * call).sum::<u64>());
}

#[test]
fn a_link_without_room_does_not_hold_another_up_nor_send_twice() {
    let world = World::silent();
    let (slow, quick) = (world.eth0.clone(), world.tun0.clone());
    let mut raw = world.open("10.1.0.0/24 10.2.0.0/24").unwrap();
    let mut calls = 0;
    slow.take(move |_| {
        calls += 1;
        Ok(if calls % 3 == 0 { 1 } else { 0 })
    });
    let all: Vec<_> = probes(1, 20).zip(probes(2, 20)).flat_map(|(one, other)| [one, other]).collect();
    assert_eq!(raw.send(&all).unwrap(), 0);
    assert_eq!(sent(&quick).len(), 20, "the tunnel had room");
    offer(&mut raw, &all);
    for cable in [&slow, &quick] {
        let mut times: HashMap<Ipv4Addr, u32> = HashMap::new();
        sent(cable).into_iter().for_each(|to| *times.entry(to).or_default() += 1);
        assert_eq!(times.len(), 20);
        assert!(times.values().all(|times| *times == 1), "{times:?}");
    }
}

#[test]
fn a_link_that_takes_nothing_is_given_up_and_tried_again() {
    let world = World::silent();
    let (stalled, quick) = (world.tun0.clone(), world.eth0.clone());
    let mut raw = world.open("10.1.0.0/24 10.2.0.0/24").unwrap();
    stalled.take(|_| Ok(0));
    let all: Vec<_> = probes(2, 20).zip(probes(1, 20)).flat_map(|(one, other)| [one, other]).collect();
    let started = std::time::Instant::now();
    while raw.send(&all).unwrap() == 0 {
        assert!(started.elapsed() < Duration::from_secs(20), "the sweep hangs");
        assert!(replies(&mut raw).0.is_empty());
    }
    assert!(started.elapsed() >= Duration::from_secs(3), "a short stall loses no probe");
    assert_eq!((sent(&quick).len(), sent(&stalled).len()), (20, 0));
    let (seen, _) = replies(&mut raw);
    let given_up: Vec<_> = seen.iter().map(|reply| (reply.endpoint, reply.nature)).collect();
    assert_eq!(given_up, probes(2, 20).map(|probe| (probe.endpoint, Nature::Local)).collect::<Vec<_>>());
    let said = "; it took no frames for seconds, and 20 probes were given up";
    assert!(raw.description().iter().any(|line| line.starts_with("tun0") && line.ends_with(said)));

    let more: Vec<_> = probes(2, 40).zip(probes(1, 40)).skip(20).flat_map(|(one, two)| [one, two]).collect();
    assert_eq!(raw.send(&more).unwrap(), 40, "nobody waits for it any more");
    assert_eq!(sent(&quick).len(), 40);
    let (_, drops) = replies(&mut raw);
    assert_eq!(drops.sending, 0, "nor is anybody slowed down");

    stalled.take(Ok);
    let second = raw.now() + Duration::from_millis(1_050);
    raw.receive(second, &mut Vec::new()).unwrap();
    let last: Vec<_> = probes(2, 60).skip(40).collect();
    assert_eq!(raw.send(&last).unwrap(), 20);
    assert_eq!(sent(&stalled).len(), 20, "it works again, from the first frame on");
}

#[test]
fn more_probes_than_slots_leave_in_turn() {
    let world = World::silent();
    let cable = world.tun0.clone();
    let mut raw = world.open("10.2.0.0/16").unwrap();
    let hosts = (0..8).flat_map(|third| (0..=250).map(move |last| format!("10.2.{third}.{last}")));
    let all: Vec<_> = hosts.map(|host| probe(ProbeKind::Syn, &host, 80)).collect();
    assert_eq!(raw.send(&all).unwrap(), all.len());
    assert_eq!(sent(&cable).len(), all.len());
    assert!(raw.room() >= 512);
}

#[test]
fn a_slot_is_prepared_anew_only_for_another_kind_of_probe() {
    let world = World::silent();
    let cable = world.tun0.clone();
    let mut raw = world.open("10.2.0.0/24").unwrap();
    let protocol = |frame: &Vec<u8>| (frame[9], frame[0], destination(frame));
    for (kind, number) in
        [(ProbeKind::Syn, 6), (ProbeKind::Echo, 1), (ProbeKind::Ack, 6), (ProbeKind::Syn, 6)]
    {
        let before = cable.sent().len();
        let port = if kind == ProbeKind::Echo { 0 } else { 80 };
        let two = ["10.2.0.7", "10.2.0.8"].map(|to| probe(kind, to, port));
        assert_eq!(raw.send(&two).unwrap(), 2);
        let sent: Vec<_> = cable.sent()[before..].iter().map(protocol).collect();
        let expected = [7, 8].map(|last| (number, 0x45, Ipv4Addr::new(10, 2, 0, last)));
        assert_eq!(sent, expected, "{kind:?}");
    }
    let sent = cable.sent();
    assert_eq!((sent[0].len(), sent[6].len()), (sent[6].len(), sent[0].len()));
    assert_eq!(sent[0][20..], sent[6][20..], "the same probe makes the same segment");
}

#[test]
fn a_frame_that_the_interface_cannot_carry_is_no_probe() {
    let mut world = World::silent();
    world.mtu = 50;
    let cable = world.tun0.clone();
    let mut raw = world.open("10.2.0.0/24").unwrap();
    assert_eq!(raw.send(&[probe(ProbeKind::Syn, "10.2.0.1", 80)]).unwrap(), 1);
    assert_eq!(replies(&mut raw).0.len(), 1);
    assert!(cable.sent().is_empty());
}

#[test]
fn an_interface_that_goes_down_ends_the_sweep_and_is_named() {
    let world = World::silent();
    let cable = world.eth1.clone();
    let mut raw = world.open("10.3.0.0/24 10.2.0.0/24").unwrap();
    cable.go_down();
    let error = raw.send(&[probe(ProbeKind::Syn, "10.3.0.1", 80)]).unwrap_err();
    assert!(matches!(&error, NetworkError::Io { .. }));
    assert_eq!(error.to_string(), "cannot send frames: interface eth1: network down");
    let error = raw.receive(raw.now(), &mut Vec::new()).unwrap_err();
    assert_eq!(error.to_string(), "cannot receive frames: interface eth1: network down");
}

#[test]
fn frames_that_a_ring_lost_are_told() {
    let world = World::silent();
    let cable = world.eth0.clone();
    let mut raw = world.open("10.1.0.0/24").unwrap();
    cable.lose(5);
    let (_, drops) = replies(&mut raw);
    assert_eq!((drops.receiving, drops.sending), (5, 0));
}
