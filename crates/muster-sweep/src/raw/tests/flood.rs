//! A million forged answers while a sweep runs: it finds the same, and no memory grows.

use std::net::{IpAddr, Ipv4Addr};
use std::process::Command;
use std::time::Duration;
use std::{env, fs};

use muster_engine::{
    Drops, Network, NetworkError, Probe, ProbeKind, Questions, Reply, Seed, Summary, Sweep, SweepEvent,
    SweepPlan,
};
use muster_model::{Instant, PortState, Reason};

use super::packets::Asked;
use super::states::tcp_world;
use super::world::{Cable, GATEWAY, World, probe, set};
use crate::raw::Raw;
use crate::{Ending, Flow, Sink, drive};

/// The process is to do what the tests of this file start it for.
const WORK: &str = "MUSTER_RAW_FLOOD";
const TARGETS: &str = "10.1.0.0/24";
const FORGED: usize = 1_000_000;
/// So many come whenever the network is asked for what has come.
const TOGETHER: usize = 10_000;
/// Those that wait together take less than half of it, and eight bytes kept of each would take twice of it.
const MOST_GROWTH_KIB: u64 = 4 * 1024;

/// The peak is that of a whole process, and this one runs other tests too: it starts itself once more.
#[test]
fn a_flood_in_mid_sweep_changes_no_state_and_takes_no_memory() {
    let mut itself = Command::new(env::current_exe().unwrap());
    itself.args(["--exact", "--nocapture", "raw::tests::flood::flooded"]).env(WORK, "1");
    let output = itself.output().unwrap();
    let said = [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
    assert!(output.status.success() && said[0].contains("1 passed"), "{}", said.concat());
}

/// Work for a process of its own; else it does nothing.
#[test]
fn flooded() {
    if env::var_os(WORK).is_none() {
        return;
    }
    let (quiet, expected, _) = sweep(0);
    let before = peak_kib();
    let (flooded, summary, left) = sweep(FORGED);
    assert_eq!(left, 0, "the sweep was over before they had all come");
    assert_eq!(flooded, quiet);
    let states = |of: &Summary| (of.answered, of.soft, of.silent, of.withheld, of.conflicts);
    assert_eq!(states(&summary), states(&expected));
    assert_eq!(states(&summary), (128, 64, 64, 0, 0));
    let grown = peak_kib().zip(before).map_or(0, |(after, before)| after - before);
    assert!(grown < MOST_GROWTH_KIB, "{grown} KiB more");
}

/// What was observed of whom, in the order of addresses, every time that something was.
type Observed = Vec<(IpAddr, u16, PortState, Reason, Option<u8>)>;

#[derive(Default)]
struct Seen(Observed);

impl Sink for Seen {
    fn event(&mut self, event: SweepEvent) -> Flow {
        if let SweepEvent::Observed(seen) = event {
            let at = seen.endpoint;
            self.0.push((at.address, at.port, seen.state, seen.reason, seen.ttl));
        }
        Flow::Continue
    }
}

/// A sweep while so many forged answers come; how many of them were left to come at its end.
fn sweep(forged: usize) -> (Observed, Summary, usize) {
    let world = World::new(tcp_world);
    let cable = world.eth0.clone();
    let mut raw = world.open(TARGETS).unwrap();
    let templates = templates(&mut raw, &cable);
    let mut network = Flooded { raw, cable, templates, left: forged };
    let questions = Questions::none().with(ProbeKind::Syn, (80..=80).into());
    // As slow as that, all of it comes in mid-sweep.
    let mut plan = SweepPlan { rate: 400.0, ..SweepPlan::new(set(TARGETS), questions) };
    plan.timing.initial = Duration::from_millis(300);
    plan.timing.floor = Duration::from_millis(300);
    plan.timing.patience = Duration::from_millis(600);
    let (mut sweep, mut seen) = (Sweep::new(plan, Seed(7)).unwrap(), Seen::default());
    assert_eq!(drive(&mut sweep, &mut network, &mut seen).unwrap(), Ending::Finished);
    seen.0.sort_by_key(|seen| seen.0);
    (seen.0, sweep.summary(), network.left)
}

/// A network on whose cable a crowd of answers comes whenever it is asked for some.
#[derive(Debug)]
struct Flooded {
    raw: Raw,
    cable: Cable,
    templates: Vec<Template>,
    left: usize,
}

/// A frame, and the place of the four bytes that only a probe of ours can have told.
type Template = (Vec<u8>, usize);

impl Network for Flooded {
    fn now(&self) -> Instant {
        self.raw.now()
    }

    fn room(&self) -> usize {
        self.raw.room()
    }

    fn send(&mut self, probes: &[Probe]) -> Result<usize, NetworkError> {
        self.raw.send(probes)
    }

    fn receive(&mut self, until: Instant, replies: &mut Vec<Reply>) -> Result<Drops, NetworkError> {
        let some = self.left.min(TOGETHER);
        let numbers = self.left - some..self.left;
        self.cable.bring(numbers.map(|number| forged(&self.templates, number)));
        self.left -= some;
        self.raw.receive(until, replies)
    }
}

fn forged(templates: &[Template], number: usize) -> Vec<u8> {
    let (frame, place) = &templates[number % templates.len()];
    let mut frame = frame.clone();
    let told = (number as u32 + 1).wrapping_mul(0x9e37_79b9);
    frame[*place..place + 4].copy_from_slice(&told.to_be_bytes());
    frame
}

/// Answers of every kind from every target, to a probe that one of them got: right in all but its cookie.
fn templates(raw: &mut Raw, cable: &Cable) -> Vec<Template> {
    assert_eq!(raw.send(&[probe(ProbeKind::Syn, "10.1.0.7", 80)]).unwrap(), 1);
    let one = Asked::of(cable.sent().last().unwrap()).unwrap();
    let of = |last| {
        let to = Ipv4Addr::new(10, 1, 0, last);
        let asked = one.by(to);
        // The number that a segment acknowledges, that a quotation shows, and an echo's identifier and number.
        [
            (asked.syn_ack(), 42),
            (asked.reset(), 42),
            (asked.unreachable(13, GATEWAY), 66),
            (asked.unreachable(1, to), 66),
            (asked.echo_reply(), 38),
        ]
    };
    (0..=255).flat_map(of).collect()
}

/// Where the system tells it.
fn peak_kib() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix(" kB")?.parse().ok()
}
