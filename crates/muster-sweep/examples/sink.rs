//! Sweeps networks that never answer, twice over, as fast as a link takes it: what the whole way of a probe costs, to be
//! held against `bare_link` of `muster-platform`.
//!
//! `sink best|af-xdp|af-packet TARGETS RATE`; prints probes, seconds, probes a second and what this machine refused.
//! Needs `CAP_NET_RAW`, and a network without a way out.

#![expect(clippy::print_stdout, reason = "a benchmark reads what this prints")]

use std::env;
use std::error::Error;
use std::time::Instant;

use muster_engine::{PortSet, RoundLimits, Seed, Sweep, SweepEvent, SweepPlan, TargetSpec};
use muster_platform::link::SenderChoice;
use muster_sweep::{Flow, Raw, RawOptions, Scope, Scoped, Sink, drive};

struct Nobody;

impl Sink for Nobody {
    fn event(&mut self, _event: SweepEvent) -> Flow {
        Flow::Continue
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [sender, targets, rate] = &arguments[..] else {
        return Err("sink best|af-xdp|af-packet TARGETS RATE".into());
    };
    let TargetSpec::Addresses(targets) = TargetSpec::parse(targets)? else {
        return Err("TARGETS are addresses".into());
    };
    let sender = match sender.as_str() {
        "best" => SenderChoice::Best,
        "af-xdp" => SenderChoice::AfXdp,
        "af-packet" => SenderChoice::AfPacket,
        other => return Err(format!("no such sender: {other}").into()),
    };
    let raw = Raw::open(&targets, RawOptions { sender, ..RawOptions::default() })?;
    raw.description().iter().for_each(|line| println!("{line}"));
    let mut network = Scoped::new(raw, Scope::new(&[], &[])?);
    let rounds = RoundLimits { least: 2, most: 2, max_missed: None };
    let plan = SweepPlan { rate: rate.parse()?, rounds, ..SweepPlan::new(targets, PortSet::tcp(2_967)) };
    let mut sweep = Sweep::new(plan, Seed(1))?;
    let start = Instant::now();
    drive(&mut sweep, &mut network, &mut Nobody)?;
    let (seconds, summary) = (start.elapsed().as_secs_f64(), sweep.summary());
    let (sent, refused) = (summary.sent, summary.local_drops);
    println!("{sent} probes, {seconds:.3} s, {:.0} a second, {refused:?}", sent as f64 / seconds);
    Ok(())
}
