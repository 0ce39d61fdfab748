//! A /24 where nobody answers, asked as a person would ask it: the tool is to find its own end soon, and not before
//! every address had a second, later chance.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;
use std::path::Path;

use muster_testkit::lab::{Arrivals, Lab, Witness, named};

use super::peers::{self, Way, masscan, muster, nmap, zmap};
use super::{Findings, at_least, at_most, broken, present};
use crate::bench::report::{Scenario, middle};
use crate::bench::rounds::{Place, Run, in_turn, run};
use crate::bench::score::Truth;
use crate::bench::target::Target;
use crate::error::Error;

const TARGET: &str = "10.77.3.0/24";

pub(super) fn part(folder: &Path, findings: &mut Findings) -> Result<(), Error> {
    let title = "a silent /24, off-link, at each tool's own rate";
    println!("bench: {title}");
    peers::build()?;
    let plan = named("silent").ok_or_else(|| Error::unexpected("lab", &"no silent one"))?;
    let lab = Lab::start(plan).map_err(broken)?;
    let way = Way::into_lab(&lab, &[TARGET.to_owned()])?;
    let contestants = vec![
        muster(&way, &[]),
        zmap("zmap", &way, &[]),
        masscan("masscan", &way, &[]),
        nmap("nmap", &way, &[]).once(120),
    ];
    let contestants = present(contestants, findings.rounds);
    let truth = Truth::raw(&lab, |_| true);
    let witness = lab.witness().map_err(broken)?;
    let results = in_turn(&contestants, |contestant| {
        witness.clear().map_err(broken)?;
        let (run, _) = run(contestant, Place::Lab(&lab), folder, &truth)?;
        let arrivals = witness.arrivals().map_err(broken)?;
        Ok(Run { extras: extras(&arrivals), ..run })
    })?;
    let targets = results.first().map(|first| {
        let wall = middle(first, |run| run.wall_seconds);
        let delayed = first.runs.iter().map(|run| run.extra(LATE)).fold(f64::NAN, f64::min);
        targets(wall, delayed)
    });
    let soon = Witness::SOON.as_millis();
    let remark = format!(
        "Rounds: {}, the tools in turn; nmap once. The far side counts: the least number of SYNs that any address \
         got, and how many of those came more than {soon} ms after its first.",
        findings.rounds
    );
    findings.add(Scenario { title, remark, results }, targets.unwrap_or_default());
    Ok(())
}

fn extras(arrivals: &BTreeMap<Ipv4Addr, Arrivals>) -> Vec<(&'static str, f64)> {
    let least = |of: fn(&Arrivals) -> u64| {
        // Who got nothing has no entry.
        if arrivals.len() < 256 { 0 } else { arrivals.values().map(of).min().unwrap_or(0) }
    };
    let all = least(|arrivals| arrivals.all);
    let late = least(|arrivals| arrivals.all.saturating_sub(1 + arrivals.soon));
    vec![("least probes", all as f64), (LATE, late as f64)]
}

const LATE: &str = "least late probes";

fn targets(wall: f64, late: f64) -> Vec<Target> {
    vec![
        Target {
            what: "silent /24: wall time",
            must: "at most 2.5 s",
            figure: format!("{wall:.2} s"),
            holds: at_most(wall, 2.5),
        },
        Target {
            what: "silent /24: probes to each address, the later ones delayed",
            must: "at least two",
            figure: format!("{:.0}", late + 1.0),
            holds: at_least(late, 1.0),
        },
    ]
}
