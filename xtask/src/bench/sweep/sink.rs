//! Frames into a sink: how many a second by one sending thread, at what cost of processor, and how much memory a
//! sweep of 16.7 million addresses takes.

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use muster_testkit::lab::Sink;

use super::peers::{self, FULL_SPEED, Way, masscan, muster, zmap};
use super::{Findings, at_least, at_most, broken, present, read};
use crate::bench::report::{Scenario, middle};
use crate::bench::rounds::{Contestant, Place, Results, Run, in_turn, run};
use crate::bench::score::Truth;
use crate::bench::target::Target;
use crate::error::Error;
use crate::{project, shell};

/// 3,145,728 addresses.
const RATE_TARGETS: [&str; 2] = ["10.128.0.0/11", "10.160.0.0/12"];
const RATE_NETWORK: &str = "10.128.0.0/9";
const MEMORY_NETWORK: &str = "10.0.0.0/8";
const BARE: &str = "bare AF_XDP loop";
const EXAMPLE: &str = "crates/muster-platform/examples/bare_link.rs";

/// Frames a second, and processor seconds for a million of them.
pub(super) fn rate(folder: &Path, findings: &mut Findings) -> Result<(), Error> {
    let title = "3,145,728 frames into a sink";
    println!("bench: {title}");
    peers::build()?;
    let sink = Sink::start(RATE_NETWORK).map_err(broken)?;
    let way = Way::into_sink(&sink, &RATE_TARGETS);
    let once = ["--max-retries", "0", "--allow", RATE_NETWORK];
    let mut contestants = vec![muster(&way, &[&FULL_SPEED[..], &once].concat())];
    contestants.extend(bare_loop(&sink)?);
    contestants.push(zmap("zmap", &way, &["-r", "10000000", "-T", "1", "-c", "1"]));
    contestants.push(masscan("masscan", &way, &["--rate", "10000000", "--wait", "0"]));
    let contestants = present(contestants, findings.rounds);
    let results = race(&contestants, &sink, folder)?;
    let remark = format!(
        "Rounds: {}, the tools in turn, one sending thread each. The sink drops at the far interface's ingress and \
         counts. kframes/s: between the first and the last tenth of a run's frames, so that neither start nor \
         cool-down counts. CPU s/M: user and system seconds of the whole process for a million frames.",
        findings.rounds
    );
    let targets = rate_targets(&results);
    findings.add(Scenario { title, remark, results }, targets);
    Ok(())
}

/// Peak memory for a /8.
pub(super) fn memory(folder: &Path, findings: &mut Findings) -> Result<(), Error> {
    let title = "10.0.0.0/8, one port, into a sink";
    println!("bench: {title}");
    peers::build()?;
    let sink = Sink::start(MEMORY_NETWORK).map_err(broken)?;
    let way = Way::into_sink(&sink, &[MEMORY_NETWORK]);
    // The sink's own segment lies in it: its addresses are neighbours, and no business of this.
    let more = ["--allow", MEMORY_NETWORK, "--exclude", "10.78.0.0/24"];
    let contestants = vec![
        muster(&way, &[&FULL_SPEED[..], &more].concat()).once(180),
        zmap("zmap", &way, &["-r", "10000000", "-T", "1", "-c", "1"]).once(180),
    ];
    let contestants = present(contestants, findings.rounds);
    let results = race(&contestants, &sink, folder)?;
    let peak = results.first().map_or(f64::NAN, |first| middle(first, |run| run.peak_kib as f64 / 1024.0));
    let targets = vec![Target {
        what: "10.0.0.0/8 × 1 port into a sink: peak memory",
        must: "at most 32 MiB",
        figure: format!("{peak:.1} MiB"),
        holds: at_most(peak, 32.0),
    }];
    let remark = "Once each. muster asks twice, since nobody answers; zmap once.".to_owned();
    findings.add(Scenario { title, remark, results }, targets);
    Ok(())
}

/// A loop that sends one fixed frame again and again through the same link, where it is to be had.
fn bare_loop(sink: &Sink) -> Result<Option<Contestant>, Error> {
    if !project::root().join(EXAMPLE).exists() {
        println!("bench: {EXAMPLE} is missing and left out");
        return Ok(None);
    }
    let build = ["build", "--quiet", "--release", "--package", "muster-platform", "--example", "bare_link"];
    shell::run(&mut shell::cargo(&build))?;
    let program = project::target_folder().join("release/examples/bare_link");
    let words =
        ["best", "lab0", "3145728", &fixed_frame(sink.gateway_hardware())].map(str::to_owned).to_vec();
    Ok(Some(Contestant::new(BARE, program, words, read::nothing)))
}

/// A SYN as long as muster's, to 10.128.0.1, in hexadecimal digits: it goes the way of all others and is dropped where
/// they are. Nobody looks at its checksums.
fn fixed_frame(gateway: &str) -> String {
    let ethernet = gateway.replace(':', "") + "0200000000010800";
    let ipv4 = "4500003c00004000400600000a4e00010a800001";
    let tcp = "c0000b970000000100000000a002faf000000000";
    let options = "020405b40402080a000000010000000001030307";
    [&ethernet, ipv4, tcp, options].concat()
}

fn race<'a>(contestants: &'a [Contestant], sink: &Sink, folder: &Path) -> Result<Vec<Results<'a>>, Error> {
    in_turn(contestants, |contestant| {
        let nobody = Truth::default();
        let (run, samples) = watched(sink, || Ok(run(contestant, Place::Sink(sink), folder, &nobody)?.0))?;
        let (frames, rate) = steady(&samples);
        let cost = run.cpu_seconds / (frames / 1e6);
        let extras = vec![("Mframes", frames / 1e6), ("kframes/s", rate / 1e3), ("CPU s/M", cost)];
        Ok(Run { extras, ..run })
    })
}

/// When how many frames had come.
type Samples = Vec<(Instant, u64)>;

/// Reads the sink's counter all the while `work` runs.
fn watched<T>(sink: &Sink, work: impl FnOnce() -> Result<T, Error>) -> Result<(T, Samples), Error> {
    let is_over = AtomicBool::new(false);
    thread::scope(|scope| {
        let sampler = scope.spawn(|| {
            let mut samples = Samples::new();
            while !is_over.load(Ordering::Relaxed) {
                samples.extend(sink.frames().map(|frames| (Instant::now(), frames)));
                thread::park_timeout(GLANCE);
            }
            samples.extend(sink.frames().map(|frames| (Instant::now(), frames)));
            samples
        });
        let outcome = work();
        is_over.store(true, Ordering::Relaxed);
        let samples = sampler.join().map_err(|_| Error::unexpected("the sampler", &"panicked"))?;
        Ok((outcome?, samples))
    })
}

/// A glance costs some 30 µs.
const GLANCE: Duration = Duration::from_millis(10);

/// All frames, and frames a second between the first and the last tenth of them.
fn steady(samples: &Samples) -> (f64, f64) {
    let (Some((_, first)), Some((_, last))) = (samples.first(), samples.last()) else { return (0.0, 0.0) };
    let all = last - first;
    let reached = |share: f64| {
        let wanted = first + (all as f64 * share) as u64;
        samples.iter().find(|(_, frames)| *frames >= wanted)
    };
    let rate = match (reached(0.1), reached(0.9)) {
        (Some((from, few)), Some((to, many))) if to > from => {
            (many - few) as f64 / (*to - *from).as_secs_f64()
        }
        _ => f64::NAN,
    };
    (all as f64, rate)
}

fn rate_targets(results: &[Results<'_>]) -> Vec<Target> {
    let figure = |name: &str, extra: &str| {
        let of = results.iter().find(|results| results.contestant.name == name);
        of.map_or(f64::NAN, |results| middle(results, |run| run.extra(extra)))
    };
    let rate = |name: &str| figure(name, "kframes/s");
    let peers = rate("zmap").max(rate("masscan"));
    let (over_peers, of_bare) = (rate("muster") / peers, rate("muster") / rate(BARE));
    let cost = figure("muster", "CPU s/M") / figure("zmap", "CPU s/M");
    vec![
        Target {
            what: "frames a second into a sink, over the better of zmap and masscan",
            must: "at least 2",
            figure: format!("{over_peers:.2}"),
            holds: at_least(over_peers, 2.0),
        },
        Target {
            what: "frames a second into a sink, of a bare AF_XDP loop's",
            must: "at least 0.85",
            figure: format!("{of_bare:.2}"),
            holds: at_least(of_bare, 0.85),
        },
        Target {
            what: "processor seconds for a million probes, over zmap's",
            must: "at most 0.5",
            figure: format!("{cost:.2}"),
            holds: at_most(cost, 0.5),
        },
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_steady_rate_leaves_out_start_and_end() {
        let start = Instant::now();
        let at = |millis, frames| (start + Duration::from_millis(millis), frames);
        // A second of start, then a thousand frames a second for ten seconds, then nothing for ten.
        let mut samples: Samples = vec![at(0, 50)];
        samples.extend((0..=100).map(|tenth| at(1000 + tenth * 100, 50 + tenth * 100)));
        samples.push(at(21_000, 10_050));
        let (all, rate) = steady(&samples);
        assert!((all - 10_000.0).abs() < 1.0 && (rate - 1000.0).abs() < 1.0, "{all} {rate}");
        assert_eq!(steady(&Vec::new()), (0.0, 0.0));
    }

    #[test]
    fn the_fixed_frame_is_as_long_as_a_syn_with_options() {
        assert_eq!(fixed_frame("02:00:00:00:00:02").len(), 2 * 74);
    }
}
