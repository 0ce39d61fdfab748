//! Performs one operation of the engine's hot paths a given number of times, so that its instructions can be counted:
//! `instructions WHICH COUNT`. `cargo xtask bench instructions` runs it under callgrind.
//!
//! What the operations gave is folded into a number and printed, so that none of them can be optimised away.

use std::io::Write;
use std::net::Ipv4Addr;
use std::process::ExitCode;
use std::time::Duration;

use muster_engine::{
    AddressSet, Attempt, Ledger, Mark, Permutation, PortSet, ProbeBatch, ProbeKind, Purpose, Reply, Seed,
    Sweep, SweepPlan,
};
use muster_model::{Endpoint, Instant, Nature, PortState, Reason};

type Operation = fn(u64) -> u64;

const OPERATIONS: &[(&str, Operation)] = &[
    ("permutation", permutation),
    ("ledger", ledger),
    ("poll_transmit", poll_transmit),
    ("handle_reply", handle_reply),
];

/// Everything happens on a /8.
const FIRST: Ipv4Addr = Ipv4Addr::new(10, 0, 0, 0);
const SIZE: u64 = 1 << 24;
const PORT: u16 = 2967;
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
        attempt: Attempt { round: 1, purpose: Purpose::Target },
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
