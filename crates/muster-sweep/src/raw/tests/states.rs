//! Every state of every kind, by whole sweeps over the made-up world.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::{Arc, Mutex};

use muster_engine::{Payloads, ProbeKind, Questions, Seed, Sweep, SweepEvent, SweepPlan};
use muster_model::{Observation, PortState, Reason};

use super::packets::{Asked, ROUTER, arp_answer, destination, is_arp, router_answers};
use super::world::{GATEWAY, World, set};
use crate::raw::{Raw, RawOptions};
use crate::{Ending, Flow, Sink, drive};

#[derive(Default)]
struct Seen(HashMap<(IpAddr, u16), Observation>);

impl Sink for Seen {
    fn event(&mut self, event: SweepEvent) -> Flow {
        if let SweepEvent::Observed(seen) = event {
            self.0.insert((seen.endpoint.address, seen.endpoint.port), seen);
        }
        Flow::Continue
    }
}

fn sweep(raw: &mut Raw, targets: &str, questions: Questions) -> (Seen, Sweep) {
    let mut plan = SweepPlan { rate: 1e6, ..SweepPlan::new(set(targets), questions) };
    plan.timing.initial = std::time::Duration::from_millis(50);
    plan.timing.floor = std::time::Duration::from_millis(20);
    plan.timing.patience = std::time::Duration::from_millis(100);
    let mut sweep = Sweep::new(plan, Seed(7)).unwrap();
    let mut seen = Seen::default();
    assert_eq!(drive(&mut sweep, raw, &mut seen).unwrap(), Ending::Finished);
    (seen, sweep)
}

/// By the last part of the address: open, closed, forbidden on the way, silent.
fn truth(address: Ipv4Addr) -> u8 {
    address.octets()[3] % 4
}

pub(super) fn tcp_world(frame: &[u8]) -> Vec<Vec<u8>> {
    if let Some(answer) = router_answers(frame) {
        return vec![answer];
    }
    let Some(asked) = Asked::of(frame) else { return Vec::new() };
    match truth(asked.to) {
        0 => vec![asked.syn_ack()],
        1 => vec![asked.reset()],
        2 => vec![asked.unreachable(13, GATEWAY)],
        _ => Vec::new(),
    }
}

#[test]
fn a_sweep_behind_a_router_a_tunnel_and_another_router_finds_the_truth() {
    let mut raw = World::new(tcp_world).open("10.1.0.0/22 10.2.0.0/22 10.3.0.0/22").unwrap();
    let questions = Questions::none().with(ProbeKind::Syn, (2_967..=2_967).into());
    let (seen, sweep) = sweep(&mut raw, "10.1.0.0/22 10.2.0.0/22 10.3.0.0/22", questions);
    assert_eq!(seen.0.len(), 3 * 1_024 * 3 / 4);
    for ((address, _), seen) in &seen.0 {
        let IpAddr::V4(address) = *address else { panic!("{address}") };
        let expected = match truth(address) {
            0 => (PortState::Open, Reason::SynAck),
            1 => (PortState::Closed, Reason::Reset),
            _ => (PortState::Filtered, Reason::AdminProhibited),
        };
        assert_eq!((seen.state, seen.reason), expected, "{address}");
        assert_eq!(seen.ttl, Some(60));
    }
    // All but those few that share a place in the table.
    assert!(seen.0.values().filter(|seen| seen.rtt.is_none()).count() < 100);
    let summary = sweep.summary();
    assert_eq!((summary.answered, summary.soft, summary.silent), (1_536, 768, 768));
    assert!(summary.local_drops.is_empty());
}

#[test]
fn what_never_left_does_not_count_as_sent() {
    let questions = || Questions::none().with(ProbeKind::Syn, (2_967..=2_967).into());
    let mut raw = World::new(|_| Vec::new()).open("10.1.0.0/26 10.2.0.0/26").unwrap();
    let (seen, all) = sweep(&mut raw, "10.1.0.0/26", questions());
    assert!(seen.0.values().all(|seen| seen.reason == Reason::HostUnreach));
    assert_eq!((seen.0.len(), all.summary().soft, all.summary().sent), (64, 64, 0));
    let (_, all) = sweep(&mut raw, "10.1.0.0/26 10.2.0.0/26", questions());
    let summary = all.summary();
    assert_eq!((summary.soft, summary.silent), (64, 64));
    let rounds = summary.rounds.len() as u64;
    assert_eq!(summary.sent, 64 * rounds, "of the tunnel alone");
    assert!(summary.rounds.iter().all(|round| round.sent == 64));
}

#[test]
fn the_other_kinds_of_question_are_answered_too() {
    let world = World::new(|frame| {
        let Some(asked) = Asked::of(frame) else { return router_answers(frame).into_iter().collect() };
        match (asked.kind, truth(asked.to)) {
            (ProbeKind::Echo, 0) => vec![asked.echo_reply()],
            (ProbeKind::Ack, 0) => vec![asked.reset()],
            (ProbeKind::Udp, 0) => vec![asked.datagram()],
            (ProbeKind::Udp, 1) => vec![asked.unreachable(3, asked.to)],
            _ => Vec::new(),
        }
    });
    let payloads: Payloads = [(53, b"anybody there?".to_vec())].into_iter().collect();
    let options = RawOptions { payloads, ..RawOptions::default() };
    let mut raw = world.open_with("10.1.0.0/26 10.2.0.0/26", options).unwrap();
    assert!(raw.asks(ProbeKind::Udp, 53) && !raw.asks(ProbeKind::Udp, 54));
    let questions = Questions::none()
        .with(ProbeKind::Ack, (80..=80).into())
        .with(ProbeKind::Udp, (53..=54).into())
        .with_host(ProbeKind::Echo);
    let (seen, _) = sweep(&mut raw, "10.1.0.0/26 10.2.0.0/26", questions);
    let of = |port: u16, state| {
        seen.0
            .iter()
            .filter(move |((_, at), seen)| *at == port && seen.state == state)
            .map(|(_, seen)| seen.reason)
    };
    assert_eq!(of(0, PortState::Open).collect::<Vec<_>>(), [Reason::EchoReply; 32]);
    assert_eq!(of(53, PortState::Open).collect::<Vec<_>>(), [Reason::UdpResponse; 32]);
    assert_eq!(of(53, PortState::Closed).collect::<Vec<_>>(), [Reason::PortUnreach; 32]);
    assert_eq!(seen.0.keys().filter(|(_, port)| *port == 80).count(), 32);
    // There is nothing to say to port 54, so nothing was said.
    assert_eq!(of(54, PortState::OpenFiltered).collect::<Vec<_>>(), [Reason::PermDenied; 128]);
}

#[test]
fn hosts_are_asked_for_the_time_and_the_mask() {
    for (kind, reply, reason) in [
        (ProbeKind::Timestamp, 14, Reason::TimestampReply),
        (ProbeKind::AddressMask, 18, Reason::AddressMaskReply),
    ] {
        let world = World::new(move |frame| {
            let Some(asked) = Asked::of(frame) else { return router_answers(frame).into_iter().collect() };
            let answers = asked.kind == kind && truth(asked.to) == 0;
            if answers { vec![asked.reply_of_type(reply)] } else { Vec::new() }
        });
        let mut raw = world.open("10.1.0.0/26 10.2.0.0/26").unwrap();
        let (seen, _) = sweep(
            &mut raw,
            "10.1.0.0/26 10.2.0.0/26",
            Questions::none().with_host(kind).with_host(ProbeKind::Echo),
        );
        let reasons: Vec<_> = seen.0.values().map(|seen| seen.reason).collect();
        assert_eq!(reasons, [reason; 32], "{kind:?}");
    }
}

#[test]
fn targets_without_a_way_are_never_sent_to() {
    let world = World::silent();
    let cables = [world.eth0.clone(), world.tun0.clone(), world.eth1.clone()];
    let mut raw = world.open("10.4.0.0/28 10.9.0.0/28 10.1.0.0/30").unwrap();
    let questions = Questions::none().with(ProbeKind::Syn, (80..=80).into());
    let (seen, sweep) = sweep(&mut raw, "10.4.0.0/28 10.9.0.0/28", questions);
    let words = |second| {
        let of = seen.0.iter().filter(move |((address, _), _)| *address >= IpAddr::from([10, second, 0, 0]));
        of.take(16).map(|(_, seen)| (seen.state, seen.reason)).collect::<Vec<_>>()
    };
    assert!(seen.0.iter().all(|((address, _), seen)| {
        let forbidden = *address < IpAddr::from([10, 5, 0, 0]);
        let word = if forbidden { Reason::AdminProhibited } else { Reason::NetUnreach };
        (seen.state, seen.reason) == (PortState::Filtered, word)
    }));
    assert_eq!((words(4).len(), words(9).len()), (16, 16));
    assert_eq!(sweep.summary().withheld, 32);
    for cable in cables {
        assert!(cable.sent().iter().all(|frame| destination(frame).octets()[3] == 254));
    }
    let lines = raw.description();
    assert!(lines.contains(&"10.9.0.0/28: no route, net-unreach".to_owned()), "{lines:?}");
    assert!(lines.contains(&"10.4.0.0/28: a route forbids it, admin-prohibited".to_owned()), "{lines:?}");
}

/// An answer of ARP does not say which try it answers, and the sweep's own statistics need to know.
#[test]
fn who_answers_a_later_question_is_counted_there() {
    let asked = Arc::new(Mutex::new(HashMap::<Ipv4Addr, u8>::new()));
    let world = World::new(move |frame| {
        let to = destination(frame);
        let mut asked = asked.lock().unwrap();
        let times = asked.entry(to).or_default();
        *times += 1;
        let answers = is_arp(frame) && to.octets()[3] % 4 < 2 && *times > to.octets()[3] % 4;
        if answers { vec![arp_answer(frame, ROUTER)] } else { Vec::new() }
    });
    let mut raw = world.open("10.0.0.0/24").unwrap();
    let (seen, sweep) = sweep(&mut raw, "10.0.0.0 10.0.0.2-255", Questions::neighbor());
    assert_eq!(seen.0.len(), 64 + 63);
    let summary = sweep.summary();
    let found: Vec<u64> = summary.rounds.iter().map(|round| round.found).collect();
    assert_eq!(found[..3], [64, 63, 0], "{summary:?}");
    assert!(summary.open_controls.sent > 0 && summary.open_controls.silent == 0, "{summary:?}");
}
