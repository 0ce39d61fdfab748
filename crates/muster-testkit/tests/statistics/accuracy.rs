//! How much of a large network is found, and how soon: a /16 like that of the namespace lab, in virtual time.

use std::fmt::Write as _;
use std::net::Ipv4Addr;
use std::time::Duration;

use muster_engine::{AddressSet, Network, PortSet, RoundLimits, Seed, Summary, Sweep, SweepPlan, Timing};
use muster_model::IcmpError;
use muster_sweep::{Flow, Sink, drive};
use muster_testkit::simulation::{Behaviour, Host, NetworkModel, SimulatedNetwork};

const FIRST: Ipv4Addr = Ipv4Addr::new(10, 77, 0, 0);
const ADDRESSES: u32 = 65_280;
/// Open and closed.
const RESPONDERS: u64 = 19_560 + 9_690;
const SWEEPS: u64 = 12;
/// What one sweep of each table may take, where a network is near and the timing the shortest.
const WITH_LOSS: Duration = Duration::from_millis(2_000);
const WITHOUT_LOSS: Duration = Duration::from_millis(800);
/// 0.005 %.
const MOST_MISSED: f64 = 0.000_05;

#[test]
fn the_usual_limits_find_all_but_one_in_20_000() {
    let runs = runs(0.05, RoundLimits::default(), &Timing::default());
    let missed: u64 = runs.iter().map(Run::missed).sum();
    let share = missed as f64 / (RESPONDERS * SWEEPS) as f64;
    assert!(share <= MOST_MISSED, "{missed} of {SWEEPS} times {RESPONDERS}");
    let is_told = |run: &&Run| run.summary.bounds.alike.is_some_and(|bound| run.missed() <= bound);
    assert_eq!(runs.iter().filter(is_told).count(), runs.len(), "bound A holds");
}

#[test]
fn a_near_network_takes_two_seconds_with_loss_and_less_than_one_without() {
    let timing = Timing {
        initial: Duration::from_millis(250),
        floor: Duration::from_millis(100),
        ceiling: Duration::from_millis(300),
        patience: Duration::from_millis(250),
        linger: Duration::from_millis(100),
    };
    for (loss, most) in [(0.0, WITHOUT_LOSS), (0.05, WITH_LOSS)] {
        let runs = runs(loss, RoundLimits::default(), &timing);
        let longest = runs.iter().map(|run| run.length).max().unwrap();
        assert!(longest <= most, "{longest:?} at {loss} loss each way: {:#?}", runs[0].summary);
        let missed: u64 = runs.iter().map(Run::missed).sum();
        assert!(missed as f64 / (RESPONDERS * SWEEPS) as f64 <= MOST_MISSED, "{missed} missed at {loss}");
    }
}

/// What further rounds bring, and take.
#[test]
fn smaller_limits_find_more() {
    let mut table =
        String::from("loss each way  max missed  rounds  missed in 12 sweeps  A   probes  longest\n");
    for loss in [0.05, 0.1] {
        for most in [1.0, 0.1, 0.01] {
            let runs = runs(loss, RoundLimits::within(most), &Timing::default());
            let rounds = runs.iter().map(|run| run.summary.rounds.len()).max().unwrap();
            let missed: u64 = runs.iter().map(Run::missed).sum();
            let bound = runs.iter().filter_map(|run| run.summary.bounds.alike).max().unwrap();
            let sent = runs.iter().map(|run| run.summary.sent).max().unwrap();
            let longest = runs.iter().map(|run| run.length).max().unwrap().as_secs_f64();
            let _ = writeln!(
                table,
                "{loss:<14} {most:<11} {rounds:<7} {missed:<20} {bound:<3} {sent}  {longest:.2} s"
            );
        }
    }
    insta::assert_snapshot!("smaller_limits_find_more", table);
}

struct Run {
    summary: Summary,
    length: Duration,
}

impl Run {
    fn missed(&self) -> u64 {
        RESPONDERS - self.summary.answered
    }
}

/// Sweeps at 300,000 probes a second of hosts 0.2 ms away.
fn runs(loss: f64, rounds: RoundLimits, timing: &Timing) -> Vec<Run> {
    let one = |number| {
        let mut plan = SweepPlan::new(targets(), PortSet::tcp(2967));
        (plan.rate, plan.rounds, plan.timing) = (300_000.0, rounds, *timing);
        let mut sweep = Sweep::new(plan, Seed(number)).unwrap();
        let mut network = SimulatedNetwork::new(model(loss), Seed(number + 1_000));
        drive(&mut sweep, &mut network, &mut Silent).unwrap();
        Run { summary: sweep.summary(), length: network.now().since_start() }
    };
    (0..SWEEPS).map(one).collect()
}

fn targets() -> AddressSet {
    AddressSet::from(FIRST..=Ipv4Addr::from_bits(FIRST.to_bits() + ADDRESSES - 1))
}

/// Probe and answer get lost alike.
fn model(loss: f64) -> NetworkModel {
    let prohibited = IcmpError { kind: 3, code: 13, from: [10, 77, 255, 254].into() };
    let kinds = [
        (19_560, Behaviour::Open),
        (9_690, Behaviour::Closed),
        (2_450, Behaviour::Rejected(prohibited)),
        (33_580, Behaviour::Silent),
    ];
    let hosts = kinds.into_iter().flat_map(|(count, kind)| std::iter::repeat_n(Host::new(kind), count));
    NetworkModel {
        loss: 1.0 - (1.0 - loss).powi(2),
        delay: Duration::from_micros(200),
        jitter: Duration::from_micros(50),
        ..NetworkModel::new(targets(), hosts.collect())
    }
}

struct Silent;

impl Sink for Silent {
    fn event(&mut self, _event: muster_engine::SweepEvent) -> Flow {
        Flow::Continue
    }
}
