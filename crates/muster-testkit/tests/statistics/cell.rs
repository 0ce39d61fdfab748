//! One cell of a table: a network, a plan, and many sweeps of it.

use std::thread;
use std::time::Duration;

use muster_engine::{
    AddressSet, Bounds, PortSet, RoundLimits, Seed, Summary, Sweep, SweepEvent, SweepPlan, TargetSpec,
};
use muster_sweep::{Flow, Sink, drive};
use muster_testkit::simulation::{Behaviour, Burst, Host, NetworkModel, SimulatedNetwork};

/// Sweeps of a cell, unless it says otherwise.
pub(crate) const SWEEPS: u64 = 1_000;

/// A network and a plan.
#[derive(Clone, Debug)]
pub(crate) struct Cell {
    pub(crate) name: String,
    pub(crate) responders: usize,
    pub(crate) behaviour: Behaviour,
    pub(crate) loss: f64,
    /// A share of the hosts, and the loss each of them has instead.
    pub(crate) lossy: Option<(f64, f64)>,
    pub(crate) burst: Option<Burst>,
    pub(crate) resets_per_second: Option<f64>,
    pub(crate) capacity: Option<f64>,
    pub(crate) rate: f64,
    pub(crate) rounds: RoundLimits,
    pub(crate) sweeps: u64,
}

/// How one sweep ended.
#[derive(Clone, Debug)]
pub(crate) struct Run {
    pub(crate) missed: u64,
    pub(crate) bounds: Bounds,
    pub(crate) summary: Summary,
}

impl Cell {
    /// `responders` open hosts with uniform loss, `rounds` rounds without the stop rule.
    pub(crate) fn uniform(responders: usize, loss: f64, rounds: u8) -> Self {
        Self {
            name: format!("uniform N={responders} loss={loss} rounds={rounds}"),
            responders,
            behaviour: Behaviour::Open,
            loss,
            lossy: None,
            burst: None,
            resets_per_second: None,
            capacity: None,
            rate: 10_000.0,
            rounds: RoundLimits { least: rounds, most: rounds, max_missed: None },
            sweeps: SWEEPS,
        }
    }

    /// The same with the default stop rule.
    pub(crate) fn with_stop_rule(mut self) -> Self {
        self.name = format!("{} stop rule", self.name);
        self.rounds = RoundLimits::default();
        self
    }

    /// How long one round takes, in seconds.
    pub(crate) fn seconds(&self) -> f64 {
        f64::from(1_u32 << (32 - self.prefix())) / self.rate
    }

    /// All sweeps of the cell, in the order of their seeds.
    pub(crate) fn run(&self) -> Vec<Run> {
        let threads = thread::available_parallelism().map_or(1, usize::from) as u64;
        thread::scope(|scope| {
            let parts: Vec<_> = (0..threads)
                .map(|part| {
                    scope.spawn(move || {
                        (part..self.sweeps)
                            .step_by(threads as usize)
                            .map(|n| self.sweep(n))
                            .collect::<Vec<_>>()
                    })
                })
                .collect();
            let parts: Vec<Vec<Run>> =
                parts.into_iter().map(|part| part.join().expect("a sweep panicked")).collect();
            (0..self.sweeps as usize)
                .map(|n| parts[n % threads as usize][n / threads as usize].clone())
                .collect()
        })
    }

    fn sweep(&self, number: u64) -> Run {
        let seed = Seed(fnv(&self.name)).derive("sweep", number);
        let targets = addresses(&format!("10.0.0.0/{}", self.prefix()));
        let mut plan = SweepPlan::new(targets, PortSet::tcp(2967));
        plan.rate = self.rate;
        plan.rounds = self.rounds;
        let mut sweep = Sweep::new(plan, Seed(seed)).unwrap();
        let mut network = SimulatedNetwork::new(self.model(seed), Seed(seed ^ 1));
        let mut found = Found(0);
        drive(&mut sweep, &mut network, &mut found).unwrap();
        let summary = sweep.summary();
        assert_eq!(summary.sent, network.sent(), "the sweep's count of probes is the network's");
        Run { missed: self.responders as u64 - found.0, bounds: summary.bounds, summary }
    }

    /// Responders sit among silent addresses, at least as many.
    fn prefix(&self) -> u32 {
        32 - (self.responders as u32 * 3 / 2).next_power_of_two().trailing_zeros().max(8)
    }

    fn model(&self, seed: u64) -> NetworkModel {
        let set = addresses(&format!("10.0.0.0/{}", self.prefix()));
        let mut hosts = vec![Host::new(Behaviour::Silent); set.len() as usize];
        let step = hosts.len() / self.responders;
        for number in 0..self.responders {
            let mut host = Host::new(self.behaviour);
            if let Some((share, loss)) = self.lossy {
                let draw = Seed(seed).derive("lossy", number as u64) as f64 / u64::MAX as f64;
                host.loss = if draw < share { loss } else { 0.0 };
            }
            hosts[number * step] = host;
        }
        NetworkModel {
            loss: self.loss,
            burst: self.burst,
            resets_per_second: self.resets_per_second,
            capacity: self.capacity,
            jitter: Duration::from_millis(2),
            ..NetworkModel::new(set, hosts)
        }
    }
}

/// Counts the endpoints that answered.
struct Found(u64);

impl Sink for Found {
    fn event(&mut self, event: SweepEvent) -> Flow {
        if let SweepEvent::Observed(seen) = event {
            self.0 += u64::from(seen.is_sign_of_life());
        }
        Flow::Continue
    }
}

/// The middle of `values`.
pub(crate) fn median(values: impl Iterator<Item = u64>) -> u64 {
    let mut values: Vec<u64> = values.collect();
    values.sort_unstable();
    values[values.len() / 2]
}

fn addresses(text: &str) -> AddressSet {
    match TargetSpec::parse(text) {
        Ok(TargetSpec::Addresses(set)) => set,
        other => panic!("{text}: {other:?}"),
    }
}

/// FNV-1a: a seed from a name.
fn fnv(name: &str) -> u64 {
    name.bytes()
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3))
}
