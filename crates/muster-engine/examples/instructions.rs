//! Performs one operation of the engine's hot paths a given number of times, so that its instructions can be counted:
//! `instructions WHICH COUNT`. `cargo xtask bench instructions` runs it under callgrind.
//!
//! What the operations gave is folded into a number and printed, so that none of them can be optimised away.

use std::io::Write;
use std::net::Ipv4Addr;
use std::process::ExitCode;
use std::time::Duration;

use muster_engine::{
    AddressSet, Attempt, Departure, Forge, ForgeSettings, Framing, Ledger, Mark, Payloads, Permutation,
    PortSet, Probe, ProbeBatch, ProbeKind, Purpose, Reply, Seed, Sweep, SweepPlan,
};
use muster_model::{Endpoint, Instant, Nature, PortState, Reason};

type Operation = fn(u64) -> u64;

const OPERATIONS: &[(&str, Operation)] = &[
    ("permutation", permutation),
    ("ledger", ledger),
    ("poll_transmit", poll_transmit),
    ("handle_reply", handle_reply),
    ("cookie", cookie),
    ("stamp", stamp),
    ("recognize", recognize),
];

/// Everything happens on a /8.
const FIRST: Ipv4Addr = Ipv4Addr::new(10, 0, 0, 0);
const SIZE: u64 = 1 << 24;
const PORT: u16 = 2967;
/// Where frames come from, and where they go to.
const SOURCE: Ipv4Addr = Ipv4Addr::new(10, 255, 0, 1);
const NEXT_HOP: [u8; 6] = [2, 0, 0, 0, 0, 2];
/// Probes in a batch, as the loop asks for them.
const BATCH: u64 = 512;

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let Some((operation, count)) = understood(&words) else { return ExitCode::from(2) };
    match writeln!(std::io::stdout(), "{:x}", operation(count)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

fn understood(words: &[String]) -> Option<(Operation, u64)> {
    let [which, count] = words else { return None };
    let &(_, operation) = OPERATIONS.iter().find(|(name, _)| name == which)?;
    Some((operation, count.parse().ok().filter(|count| *count <= SIZE)?))
}

/// One place of an order.
fn permutation(count: u64) -> u64 {
    let order = Permutation::new(SIZE, 1);
    (0..count).fold(0, |sum, place| fold(sum, order.at(place)))
}

/// One mark set and one read.
fn ledger(count: u64) -> u64 {
    let mut ledger = Ledger::new(SIZE);
    (0..count).fold(0, |sum, number| {
        // An odd stride reaches every mark once, and does not run along the words.
        let index = number.wrapping_mul(7_368_787) % SIZE;
        let before = ledger.set(index, Mark::Answered);
        fold(sum, before as u64 + ledger.mark(index ^ 1) as u64)
    })
}

/// One probe handed out and noted as sent, in batches.
fn poll_transmit(count: u64) -> u64 {
    let mut sweep = sweep();
    let mut batch = ProbeBatch::default();
    let mut now = Instant::START;
    let (mut sum, mut left) = (0, count);
    while left > 0 {
        now = now + Duration::from_micros(BATCH);
        batch.reset(BATCH.min(left) as usize);
        sweep.poll_transmit(now, &mut batch);
        let sent = batch.waiting().len();
        sum = batch.waiting().iter().fold(sum, |sum, probe| fold(sum, probe.expires.as_nanos()));
        sweep.handle_sent(now, sent);
        left -= sent as u64;
    }
    sum
}

/// One answer taken in, and its event given out.
fn handle_reply(count: u64) -> u64 {
    let mut sweep = sweep();
    (0..count).fold(0, |sum, number| {
        let address = Ipv4Addr::from_bits(FIRST.to_bits() + (number.wrapping_mul(7_368_787) % SIZE) as u32);
        sweep.handle_reply(Instant::from_nanos(number), answer(address));
        fold(sum, u64::from(sweep.poll_event().is_some()))
    })
}

/// One cookie, and the source port that follows from it.
fn cookie(count: u64) -> u64 {
    let forge = forge();
    (0..count).fold(0, |sum, number| {
        fold(sum, forge.source_port(&probe(number), SOURCE.into()).map_or(0, u64::from))
    })
}

/// One prepared SYN made the one for a probe.
fn stamp(count: u64) -> u64 {
    let forge = forge();
    let mut frame = prepared(&forge);
    (0..count).fold(0, |sum, number| {
        let length = forge.stamp(&probe(number), Some(NEXT_HOP), &mut frame);
        fold(sum, u64::from(frame[length - 23]))
    })
}

/// One SYN-ACK taken for an answer: all of them the same, since to write them anew would cost more than to read them.
fn recognize(count: u64) -> u64 {
    let forge = forge();
    let mut probe_frame = prepared(&forge);
    let length = forge.stamp(&probe(1), Some(NEXT_HOP), &mut probe_frame);
    let answer = syn_ack(&probe_frame[..length]);
    (0..count).fold(0, |sum, _| {
        let found = forge.recognize(Framing::Ethernet, std::hint::black_box(&answer));
        fold(sum, found.map_or(0, |found| u64::from(found.ttl)))
    })
}

fn forge() -> Forge {
    let payloads = Payloads::default();
    let settings = ForgeSettings { source_ports: 40_000..=56_383, ttl: 64, payloads, udp_empty: false };
    Forge::new([7; 16], settings)
}

fn prepared(forge: &Forge) -> [u8; 128] {
    let departure =
        Departure { framing: Framing::Ethernet, hardware: [2, 0, 0, 0, 0, 1], source: SOURCE.into() };
    let mut frame = [0; 128];
    forge.prepare(ProbeKind::Syn, &departure, &mut frame);
    frame
}

fn probe(number: u64) -> Probe {
    let address = Ipv4Addr::from_bits(FIRST.to_bits() + (number.wrapping_mul(7_368_787) % SIZE) as u32);
    Probe {
        endpoint: Endpoint::tcp(address.into(), PORT),
        kind: ProbeKind::Syn,
        attempt: Attempt { round: 1, purpose: Purpose::Target },
        expires: Instant::NEVER,
    }
}

/// The answer to a SYN: both ends change places, and the number comes back with one more. The IP checksum stays right.
fn syn_ack(syn: &[u8]) -> Vec<u8> {
    let mut answer = syn.to_vec();
    answer[26..30].copy_from_slice(&syn[30..34]);
    answer[30..34].copy_from_slice(&syn[26..30]);
    answer[34..36].copy_from_slice(&syn[36..38]);
    answer[36..38].copy_from_slice(&syn[34..36]);
    answer[42..46].copy_from_slice(&syn[38..42]);
    answer[45] |= 1;
    answer[47] = 0x12;
    answer
}

/// A sweep of a /8 at a million probes a second.
fn sweep() -> Sweep {
    let targets = AddressSet::from(FIRST..=Ipv4Addr::from_bits(FIRST.to_bits() + SIZE as u32 - 1));
    let mut plan = SweepPlan::new(targets, PortSet::tcp(PORT));
    plan.rate = 1e6;
    Sweep::new(plan, Seed(1)).expect("a /8 is not too much")
}

fn answer(address: Ipv4Addr) -> Reply {
    Reply {
        endpoint: Endpoint::tcp(address.into(), PORT),
        kind: ProbeKind::Syn,
        attempt: Some(Attempt { round: 1, purpose: Purpose::Target }),
        state: PortState::Open,
        reason: Reason::SynAck,
        nature: Nature::Answer,
        icmp: None,
        ttl: Some(64),
        stack: None,
        rtt: Some(Duration::from_millis(1)),
    }
}

fn fold(sum: u64, value: u64) -> u64 {
    sum.rotate_left(5) ^ value
}
