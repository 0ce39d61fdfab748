//! What strangers send changes nothing.

use muster_engine::{Network, ProbeKind};

use super::packets::{Asked, arp_answer};
use super::world::{World, probe, replies};

const STRANGER: [u8; 6] = [6, 6, 6, 6, 6, 6];

/// A million answers, in batches: right in all but what only a probe of ours can have told.
#[test]
fn a_flood_of_forged_answers_changes_nothing() {
    let world = World::silent();
    let cable = world.eth0.clone();
    let mut raw = world.open("10.1.0.0/24 10.0.0.0/30").unwrap();
    assert_eq!(raw.send(&[probe(ProbeKind::Syn, "10.1.0.9", 80)]).unwrap(), 1);
    let right = Asked::of(cable.sent().last().unwrap()).unwrap();
    let template = right.syn_ack();
    let mut forged = 0_u32;
    for _ in 0..1_000 {
        let flood = (0..1_000).map(|_| {
            forged += 1;
            let mut frame = template.clone();
            // The acknowledgement, never the right one, and the port.
            let acknowledged = u32::from_be_bytes(frame[42..46].try_into().unwrap()) ^ (forged << 3);
            frame[42..46].copy_from_slice(&acknowledged.to_be_bytes());
            frame
        });
        cable.bring(flood.collect::<Vec<_>>());
        let mut seen = Vec::new();
        raw.receive(raw.now(), &mut seen).unwrap();
        assert!(seen.is_empty(), "{seen:?}");
    }
    assert_eq!(forged, 1_000_000);
    cable.bring([template]);
    assert_eq!(replies(&mut raw).0.len(), 1, "the right one is still welcome");
}

#[test]
fn neighbours_that_nobody_asked_for_are_not_learnt() {
    let world = World::silent();
    let cable = world.eth0.clone();
    let mut raw = world.open("10.1.0.0/24 10.0.0.4/30").unwrap();
    let request = cable.sent()[0].clone();
    let answer = |address: [u8; 4]| {
        let mut request = request.clone();
        request[38..42].copy_from_slice(&address);
        arp_answer(&request, STRANGER)
    };
    for third in 0..=255 {
        cable.bring((0..=255).map(|last| answer([10, 9, third, last])));
    }
    // Another router, and other answers for the one we have.
    cable.bring([answer([10, 0, 0, 254]), answer([10, 0, 0, 253]), answer([10, 1, 0, 1])]);
    assert!(replies(&mut raw).0.is_empty());
    let strangers = (0..=255).flat_map(|third| (0..=255).map(move |last| [10, 9, third, last]));
    let known = strangers.chain([[10, 0, 0, 253], [10, 1, 0, 1]]);
    assert_eq!(known.filter_map(|address| raw.hardware_of(address.into())).count(), 0);
    assert_eq!(raw.send(&[probe(ProbeKind::Syn, "10.1.0.9", 80)]).unwrap(), 1);
    assert_ne!(cable.sent().last().unwrap()[..6], STRANGER);
}

#[test]
fn bytes_that_mean_nothing_mean_nothing() {
    let world = World::silent();
    let (eth0, tun0) = (world.eth0.clone(), world.tun0.clone());
    let mut raw = world.open("10.1.0.0/24 10.2.0.0/24").unwrap();
    assert_eq!(raw.send(&[probe(ProbeKind::Syn, "10.1.0.9", 80)]).unwrap(), 1);
    let answer = Asked::of(eth0.sent().last().unwrap()).unwrap().syn_ack();
    let cut = (0..answer.len()).map(|length| answer[..length].to_vec());
    eth0.bring(cut.clone());
    tun0.bring(cut);
    tun0.bring([answer, vec![0; 9_000]]);
    let (seen, _) = replies(&mut raw);
    assert!(seen.len() <= 1, "{seen:?}");
}
