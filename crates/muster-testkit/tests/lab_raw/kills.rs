//! `kill -9` in mid-sweep, by frames: it goes on from its journal, finds what an unbroken sweep finds, and asks nobody
//! again whose answer is in the journal.

use std::collections::BTreeSet;
use std::fs;
use std::net::IpAddr;
use std::path::PathBuf;
use std::process::Stdio;
use std::thread;
use std::time::Duration;

use muster_engine::SweepEvent;
use muster_model::Protocol;
use muster_sweep::read_bytes;
use muster_testkit::lab::{Asked, Lab, LabPlan, Relay, Running, Side};

use crate::asked::{Counts, SynCounter};
use crate::support::{Findings, assert_same, expected, lab, read, scan, scanned, scratch};

/// Probes a second: the first round of some 2,000 takes a second.
const RATE: u64 = 2_000;
/// The answers of a flush, and those that came while it went out, many times over.
const MOST_LOST: usize = RATE as usize / 5;
/// From the start of the program to a kill at most: the first round, and some of the second.
const LONGEST: u64 = 1_300;
/// What is under way when a program is killed has arrived after so long, whatever the way.
const UNDER_WAY: Duration = Duration::from_millis(200);
const LIMIT: Duration = Duration::from_secs(60);

#[test]
#[ignore = "needs root and the lab"]
fn a_killed_sweep_goes_on_and_asks_nobody_again() {
    let Some(lab) = lab(LabPlan::of("10.77.0.0/21").unwrap()) else { return };
    let truth = expected(lab.raw_truth(Asked::Syn));
    Broken::new(&lab, "10.77.0.0/21").ends_like_the_whole(&truth, 10);
}

/// Half of each network over the segment, half through a tun device, and neighbours, who are looked for before.
#[test]
#[ignore = "needs root and the lab"]
fn over_two_interfaces_and_both_families_too() {
    let networks = ["10.77.0.0/22", "fd77::/118"].map(|network| network.parse().unwrap()).to_vec();
    let relay = Some(Relay { late: 0, twice: 0, ..Relay::default() });
    let Some(lab) = lab(LabPlan { networks, relay, ..LabPlan::default() }) else { return };
    for way in ["10.77.0.0/23 via 10.78.0.2", "fd77::/119 via fd78::2"] {
        let mut ip = lab.command(Side::Near, "ip");
        ip.args(["route", "replace"]).args(way.split(' ')).args(["dev", "lab0"]);
        assert!(ip.status().unwrap().success());
    }
    let neighbours = lab.plan().segment_behaviours().map(|(at, port, does)| {
        let (state, reason) = does.finding(Asked::Syn, at);
        (at, port, state, reason)
    });
    let truth = expected(lab.raw_truth(Asked::Syn).chain(neighbours));
    let targets = "10.77.0.0/22 fd77::/118 10.78.0.10-13 fd78::a fd78::b fd78::c fd78::d";
    Broken::new(&lab, targets).ends_like_the_whole(&truth, 4);
}

/// One sweep that is killed again and again.
struct Broken<'a> {
    lab: &'a Lab,
    counter: SynCounter<'a>,
    words: String,
    out: PathBuf,
    journal: PathBuf,
    moments: Moments,
}

impl<'a> Broken<'a> {
    fn new(lab: &'a Lab, targets: &str) -> Self {
        Self {
            lab,
            counter: SynCounter::start(lab),
            words: format!("-sS -Pn -T5 --no-decoys --max-rate {RATE} -p 2967 {targets}"),
            out: scratch("killed"),
            journal: scratch("journal"),
            moments: Moments(0x5eed_0b97),
        }
    }

    /// Kills at so many moments, spread over the sweep; after every other one what goes on is killed once more.
    #[track_caller]
    fn ends_like_the_whole(mut self, truth: &Findings, kills: u64) {
        let whole = scanned(self.lab, &self.words);
        assert_same(&whole.findings("tcp"), truth);
        let mut inside = 0;
        for kill in 0..kills {
            let moment = self.moments.within(kill * LONGEST / kills, LONGEST / kills);
            inside += u64::from(self.is_killed_after(moment, truth));
            if kill % 2 == 1 {
                let moment = self.moments.within(0, LONGEST / 2);
                self.is_killed_after(moment, truth);
            }
            self.goes_on_to_its_end();
            let found = read(&self.out);
            assert_same(&found.findings("tcp"), truth);
            assert_eq!(found.ports("tcp").count(), truth.len(), "old and new answers, each once");
            assert_eq!(found.end()["silent"], whole.end()["silent"], "killed after {moment:?}");
            assert_eq!(found.end()["complete"], true);
            fs::remove_file(&self.journal).unwrap();
        }
        assert!(inside >= kills / 3, "{inside} of {kills} kills came in mid-sweep");
    }

    /// Begins the sweep, or goes on with it, and kills it. Whether the journal then had some answers and not all.
    #[track_caller]
    fn is_killed_after(&self, after: Duration, truth: &Findings) -> bool {
        let (known, before) = (self.known(), self.counter.counts());
        let mut running = self.started();
        thread::park_timeout(after);
        running.child().kill().unwrap();
        running.child().wait().unwrap();
        thread::park_timeout(UNDER_WAY);
        let asked = since(&before, &self.counter.counts());
        let others = self.unknown(&known).map(|at| asked.get(&at).copied().unwrap_or(0));
        // Only in a later round are answers asked for again, to see how many get lost.
        let rounds = others.clone().max().unwrap_or(0);
        let allowed = if others.min() == Some(0) { 0 } else { rounds };
        assert_asked(&known, &asked, allowed);
        let noted = self.known();
        let lost = asked.keys().filter(|at| truth.contains_key(at) && !noted.contains(at)).count();
        assert!(lost <= MOST_LOST, "{lost} answers were lost, killed after {after:?}");
        assert!(noted.is_superset(&known), "the journal forgets");
        (1..truth.len()).contains(&noted.len())
    }

    #[track_caller]
    fn goes_on_to_its_end(&self) {
        let (known, before) = (self.known(), self.counter.counts());
        let status = self.started().wait(LIMIT).unwrap();
        assert!(status.success(), "{status}");
        thread::park_timeout(UNDER_WAY);
        let asked = since(&before, &self.counter.counts());
        // Who is silent is asked in every round, and who answered in none but the later ones.
        let rounds = asked.iter().filter(|(at, _)| !known.contains(at)).map(|(_, times)| *times).max();
        assert_asked(&known, &asked, rounds.unwrap_or(0).saturating_sub(1));
    }

    fn started(&self) -> Running {
        let mut command = match fs::metadata(&self.journal) {
            Ok(there) if there.len() > 0 => scan(self.lab, "--resume"),
            _ => {
                let mut command = scan(self.lab, &self.words);
                command.args(["-n", "-oJ"]).arg(&self.out).arg("--journal");
                command
            }
        };
        command.arg(&self.journal).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        Running::start(command).unwrap()
    }

    /// The endpoints whose answers, and errors, are in the journal.
    fn known(&self) -> BTreeSet<(IpAddr, u16)> {
        let bytes = fs::read(&self.journal).unwrap_or_default();
        if bytes.is_empty() {
            return BTreeSet::new();
        }
        let (_, events, _) = read_bytes(&bytes).unwrap();
        let observed = events.into_iter().filter_map(|event| match event {
            SweepEvent::Observed(seen) if seen.endpoint.protocol == Protocol::Tcp => Some(seen.endpoint),
            _ => None,
        });
        observed.map(|at| (at.address, at.port)).collect()
    }

    /// The others, of the networks.
    fn unknown(&self, known: &BTreeSet<(IpAddr, u16)>) -> impl Iterator<Item = (IpAddr, u16)> + Clone {
        let all = self.lab.raw_truth(Asked::Syn).map(|(at, port, ..)| (at, port));
        let unknown: Vec<_> = all.filter(|at| !known.contains(at)).collect();
        unknown.into_iter()
    }
}

/// Moments drawn from a seed (xorshift, Marsaglia 2003).
struct Moments(u64);

impl Moments {
    /// Some milliseconds after `first`, fewer than `span`.
    fn within(&mut self, first: u64, span: u64) -> Duration {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        Duration::from_millis(first + self.0 % span)
    }
}

fn since(before: &Counts, after: &Counts) -> Counts {
    let more = after.iter().map(|(at, times)| (*at, times - before.get(at).copied().unwrap_or(0)));
    more.filter(|(_, times)| *times > 0).collect()
}

#[track_caller]
fn assert_asked(known: &BTreeSet<(IpAddr, u16)>, asked: &Counts, at_most: u64) {
    let again: Vec<_> = asked.iter().filter(|(at, times)| known.contains(at) && **times > at_most).collect();
    let first = &again[..again.len().min(5)];
    assert!(
        again.is_empty(),
        "{} in the journal were asked more than {at_most} times: {first:?}",
        again.len()
    );
}
