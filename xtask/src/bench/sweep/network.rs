//! The /16 of the lab, as mixed as an office, without loss and with: how long, and how truly.

use std::net::IpAddr;
use std::path::Path;

use muster_testkit::lab::{Lab, LabPlan, Loss};

use super::peers::{self, FULL_SPEED, Way, masscan, muster, nmap, zmap};
use super::{Findings, at_most, broken, present};
use crate::bench::report::{Scenario, middle};
use crate::bench::rounds::{Contestant, Place, Results, Run, in_turn, run};
use crate::bench::score::{Report, Truth};
use crate::bench::target::{Holds, Target};
use crate::error::Error;

/// All but the first /24 of 10.77.0.0/16: 65,280 addresses, in words that every contestant understands.
fn targets() -> Vec<String> {
    (0..8).map(|bit| format!("10.77.{}.0/{}", 1 << bit, 24 - bit)).collect()
}

fn is_target(address: IpAddr) -> bool {
    matches!(address, IpAddr::V4(address) if address.octets()[2] > 0)
}

/// Without loss.
pub(super) fn clean(folder: &Path, findings: &mut Findings) -> Result<(), Error> {
    let contestants = |way: &Way| {
        vec![
            muster(way, &FULL_SPEED),
            zmap("zmap", way, &["-r", "500000", "-c", "2"]),
            masscan("masscan", way, &["--rate", "100000", "--wait", "3"]),
            nmap("nmap -T5", way, &NMAP_FAST),
            nmap("nmap -T4", way, &["-T4"]).once(300),
        ]
    };
    let title = "65,280 addresses, one port, no loss";
    let (lab, results_of) = prepare(title, Loss::default(), findings.rounds, contestants)?;
    let results = results_of.run(&lab, folder)?;
    let targets = clean_targets(&results);
    findings.add(results_of.scenario(&lab, results)?, targets);
    Ok(())
}

/// With 5 % of the packets to the hosts lost at random.
pub(super) fn lossy(folder: &Path, findings: &mut Findings) -> Result<(), Error> {
    let contestants = |way: &Way| {
        vec![
            // -T5 alone ends after two retries, as it does for Nmap: too few for what is asked here.
            muster(way, &[&FULL_SPEED[..], &["--max-retries", "6"]].concat()),
            zmap("zmap, 1 probe", way, &["-r", "500000", "-c", "2"]),
            zmap("zmap, 3 probes", way, &["-r", "500000", "-c", "2", "-P", "3"]),
            masscan("masscan, 2 retries", way, &["--rate", "100000", "--wait", "3", "--retries", "2"]),
            nmap("nmap -T5", way, &NMAP_FAST).once(180),
        ]
    };
    let title = "the same, 5 % of the packets to the hosts lost";
    let (lab, results_of) = prepare(title, Loss { to_far: 5, to_near: 0 }, findings.rounds, contestants)?;
    let results = results_of.run(&lab, folder)?;
    let targets = lossy_targets(&results, &results_of.truth);
    findings.add(results_of.scenario(&lab, results)?, targets);
    Ok(())
}

const NMAP_FAST: [&str; 5] = ["-T5", "--min-rate", "20000", "--max-retries", "2"];

/// A scenario that is ready to run.
struct Prepared {
    title: &'static str,
    contestants: Vec<Contestant>,
    truth: Truth,
    rounds: usize,
}

fn prepare(
    title: &'static str,
    loss: Loss,
    rounds: usize,
    contestants: impl Fn(&Way) -> Vec<Contestant>,
) -> Result<(Lab, Prepared), Error> {
    println!("bench: {title}");
    peers::build()?;
    let plan = LabPlan { loss, ..LabPlan::of("10.77.0.0/16").map_err(broken)? };
    let lab = Lab::start(plan).map_err(broken)?;
    let way = Way::into_lab(&lab, &targets())?;
    let contestants = present(contestants(&way), rounds);
    let truth = Truth::raw(&lab, is_target);
    Ok((lab, Prepared { title, contestants, truth, rounds }))
}

impl Prepared {
    fn run(&self, lab: &Lab, folder: &Path) -> Result<Vec<Results<'_>>, Error> {
        in_turn(&self.contestants, |contestant| {
            let (run, report) = run(contestant, Place::Lab(lab), folder, &self.truth)?;
            Ok(Run { extras: extras(&run, &report), ..run })
        })
    }

    fn scenario<'a>(&self, lab: &Lab, results: Vec<Results<'a>>) -> Result<Scenario<'a>, Error> {
        let [open, closed, rejected, silent] = self.truth.counts();
        let overflows = lab.overflows().map_err(broken)?;
        let remark = format!(
            "{open} open, {closed} closed, {rejected} rejected by ICMP, {silent} silent. {} rounds, the tools in \
             turn. zmap and masscan report open ports only. The lab itself lost {overflows} packets or connections for \
             lack of room.",
            self.rounds
        );
        Ok(Scenario { title: self.title, remark, results })
    }
}

fn extras(run: &Run, report: &Report) -> Vec<(&'static str, f64)> {
    let reasons = if report.reasons.is_empty() { f64::NAN } else { run.score.wrong_reasons as f64 };
    let stated = report.stated.map_or(f64::NAN, |stated| stated as f64);
    vec![("reasons wrong", reasons), (STATED, stated)]
}

const STATED: &str = "stated bound";

fn clean_targets(results: &[Results<'_>]) -> Vec<Target> {
    let wall = |name: &str| wall(results, name);
    let worst = most(results, |run| {
        run.score.wrong + run.score.missed_open + run.score.missed_closed + run.score.wrong_reasons
    });
    let ratio = wall("muster") / wall("zmap");
    vec![
        Target {
            what: "/16 without loss: wrong states and reasons, worst round",
            must: "0",
            figure: worst.to_string(),
            holds: Holds::of(worst == 0),
        },
        Target {
            what: "/16 without loss: wall time",
            must: "at most 1.0 s",
            figure: format!("{:.2} s", wall("muster")),
            holds: at_most(wall("muster"), 1.0),
        },
        Target {
            what: "/16 without loss: wall time over zmap's",
            must: "at most 0.4",
            figure: format!("{ratio:.2}"),
            holds: at_most(ratio, 0.4),
        },
    ]
}

fn lossy_targets(results: &[Results<'_>], truth: &Truth) -> Vec<Target> {
    let [open, closed, ..] = truth.counts();
    let missed = |run: &Run| run.score.wrong + run.score.missed_open + run.score.missed_closed;
    let runs = muster_runs(results).count().max(1);
    let all: usize = muster_runs(results).map(missed).sum();
    let right = 1.0 - all as f64 / ((open + closed) * runs) as f64;
    // A sweep that states nothing keeps no bound.
    let kept = muster_runs(results).filter(|run| missed(run) as f64 <= run.extra(STATED)).count();
    let broken = muster_runs(results).count() - kept;
    let time = wall(results, "muster");
    vec![
        Target {
            what: "/16 with 5 % loss: open and closed right, all rounds",
            must: "at least 99.995 %",
            figure: format!("{:.4} %", right * 100.0),
            holds: super::at_least(right, 0.999_95),
        },
        Target {
            what: "/16 with 5 % loss: wall time",
            must: "at most 2.0 s",
            figure: format!("{time:.2} s"),
            holds: at_most(time, 2.0),
        },
        Target {
            what: "/16 with 5 % loss: rounds that missed more than stated",
            must: "0",
            figure: broken.to_string(),
            holds: Holds::of(broken == 0),
        },
    ]
}

/// The median wall time of a contestant; not a number where it did not run.
fn wall(results: &[Results<'_>], name: &str) -> f64 {
    let of = results.iter().find(|results| results.contestant.name == name);
    of.map_or(f64::NAN, |results| middle(results, |run| run.wall_seconds))
}

fn muster_runs<'a>(results: &'a [Results<'_>]) -> impl Iterator<Item = &'a Run> {
    results.iter().filter(|results| results.contestant.name == "muster").flat_map(|results| &results.runs)
}

fn most(results: &[Results<'_>], of: impl Fn(&Run) -> usize) -> usize {
    muster_runs(results).map(of).max().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_targets_are_all_but_one_24th() {
        let targets = targets();
        assert_eq!((targets[0].as_str(), targets[7].as_str()), ("10.77.1.0/24", "10.77.128.0/17"));
        let bits = targets
            .iter()
            .map(|target| target.split('/').nth(1).expect("bits").parse::<u32>().expect("bits"));
        assert_eq!(bits.map(|bits| 1 << (32 - bits)).sum::<u32>(), 65_280);
    }
}
