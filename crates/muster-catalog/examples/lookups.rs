//! Performs one look-up of the catalogue a given number of times, so that its instructions can be counted: `instructions WHICH
//! COUNT`. `cargo xtask bench instructions` runs it under callgrind. `time` in front of both prints nanoseconds instead.
//!
//! What the look-ups gave is folded into a number and printed, so that none of them can be optimised away.

use std::io::Write;
use std::process::ExitCode;
use std::time::Instant;

use muster_catalog::{Catalog, makers, stack};
use muster_model::Answered;

type Operation = fn(u64) -> u64;

const OPERATIONS: &[(&str, Operation)] = &[
    ("maker", maker),
    ("maker_first", maker_first),
    ("maker_signs", maker_signs),
    ("stack_families", stack_families),
];

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let (is_timed, words) = match &words[..] {
        ["time", words @ ..] => (true, words),
        words => (false, words),
    };
    let Some((operation, count)) = understood(words) else { return ExitCode::from(2) };
    let start = Instant::now();
    let result = operation(count);
    let each = start.elapsed().as_nanos() as f64 / count as f64;
    let told = if is_timed { format!("{each:.1} ns") } else { format!("{result:x}") };
    match writeln!(std::io::stdout(), "{told}") {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

fn understood(words: &[&str]) -> Option<(Operation, u64)> {
    let [which, count] = words else { return None };
    let &(_, operation) = OPERATIONS.iter().find(|(name, _)| name == which)?;
    Some((operation, count.parse().ok()?))
}

/// The maker of a card, of cards all over the listing: no two neighbours are asked one after the other.
fn maker(count: u64) -> u64 {
    (0..count).fold(0, |sum, turn| sum + u64::from(makers::maker(card(turn)).is_some()))
}

/// The first look-up of all, with its name.
fn maker_first(_: u64) -> u64 {
    makers::maker([0x00, 0x40, 0x8C, 1, 2, 3]).map_or(0, |maker| maker.name().len() as u64)
}

/// What a maker is a sign of.
fn maker_signs(count: u64) -> u64 {
    let catalog = Catalog::builtin();
    let signs = |turn| makers::maker(card(turn)).map_or(0, |maker| catalog.maker_signs(maker).len() as u64);
    (0..count).fold(0, |sum, turn| sum + signs(turn))
}

/// The families of a stack.
fn stack_families(count: u64) -> u64 {
    let stack = "65535 1460 MNWST".parse::<Answered>().unwrap_or_default().into();
    let families = |turn| stack::families(&stack, Some((turn % 128) as u8)).len() as u64;
    (0..count).fold(0, |sum, turn| sum + families(turn))
}

/// A card of a block that IEEE gave out, most likely: low numbers and a few thousand others are.
fn card(turn: u64) -> [u8; 6] {
    let [.., a, b, c, d, e] = (turn.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 24).to_be_bytes();
    match turn % 4 {
        0 => [0x8C, 0x1F, 0x64, c, d, e],
        1 => [0xC8, 0x5C, 0xE2, c, d, e],
        _ => [a & 0xFC & 0x1F, b, c, d, e, 0],
    }
}
