//! What was not seen, how sure the rest is, and what every number means.

use muster_model::{AddressRange, Run, SweepRecord};

use crate::audit::words::{PHANTOM, SILENCE, bounds, clean, count, doubts, grouped, sweep_name};
use crate::duration_text;
use muster_audit::Coverage;

/// With more ranges than this the page names the first ones and their number.
const MOST_RANGES: usize = 2_000;

/// The limits of an audit, ready to be written.
pub(super) struct Limits {
    pub(super) silence: &'static str,
    pub(super) phantom: &'static str,
    pub(super) silent_number: String,
    pub(super) phantom_number: String,
    /// The ranges, and how many they are.
    pub(super) silent_ranges: (String, String),
    pub(super) phantom_ranges: (String, String),
    pub(super) sweeps: Vec<SweepRow>,
    pub(super) terms: &'static [(&'static str, &'static str)],
}

impl Limits {
    pub(super) fn of(run: &Run) -> Self {
        let coverage = Coverage::of(run);
        Self {
            silence: SILENCE,
            phantom: PHANTOM,
            silent_number: grouped(coverage.silent),
            phantom_number: grouped(coverage.phantom),
            silent_ranges: ranges(&run.silent),
            phantom_ranges: ranges(&run.phantom),
            sweeps: run.sweeps.iter().map(|sweep| SweepRow::of(run, sweep)).collect(),
            terms: TERMS,
        }
    }
}

fn ranges(ranges: &[AddressRange]) -> (String, String) {
    let mut names: Vec<_> = ranges.iter().take(MOST_RANGES).map(ToString::to_string).collect();
    if ranges.len() > MOST_RANGES {
        names.push(format!("and {} further ranges", grouped((ranges.len() - MOST_RANGES) as u64)));
    }
    (names.join(", "), count(ranges.len() as u64, "range"))
}

/// A sweep in numbers.
pub(super) struct SweepRow {
    pub(super) name: String,
    pub(super) ports: String,
    pub(super) took: String,
    /// With what makes them doubtful.
    pub(super) bounds: String,
    /// In the order of the table's columns.
    pub(super) numbers: [String; 10],
}

impl SweepRow {
    fn of(run: &Run, sweep: &SweepRecord) -> Self {
        Self {
            name: sweep_name(sweep),
            ports: clean(&sweep.ports).into_owned(),
            took: duration_text(sweep.elapsed, 1),
            bounds: [bounds(run, sweep)].into_iter().chain(doubts(sweep)).collect::<Vec<_>>().join("; "),
            numbers: [
                grouped(sweep.endpoints),
                grouped(sweep.answered),
                grouped(sweep.open),
                grouped(sweep.errors),
                grouped(sweep.silent),
                grouped(sweep.withheld),
                grouped(sweep.not_tried),
                grouped(sweep.probes),
                grouped(sweep.rounds),
                match sweep.controls {
                    (0, _) => "none".to_owned(),
                    (asked, silent) => format!("{} of {} silent", grouped(silent), grouped(asked)),
                },
            ],
        }
    }
}

/// Every number of the page and what it is.
const TERMS: &[(&str, &str)] = &[
    (
        "Coverage",
        "A range. Its lower end is the number of protected hosts divided by the hosts in scope; its upper end adds the \
         unknown and the suspect ones, as if all of them turned out to be protected. The truth about the hosts that \
         answered lies between the two, if every verdict is right.",
    ),
    (
        "In scope",
        "Hosts that answered, without those that are exempt or out of scope. Silent and phantom addresses are not among \
         them.",
    ),
    (
        "Host",
        "An address that gave a sign of life: a port that was open or closed, and not an error from the way.",
    ),
    (
        "Protected",
        "Verified: the agent identified itself. Likely: its port is open, nothing contradicts, and the policy expects \
         the product or it behaves like it.",
    ),
    (
        "Degraded",
        "The agent identified itself, but its signatures are stale, which is older than the policy allows (14 days if \
         it does not say), or its maker no longer supports it. Whether it is switched on is not looked at.",
    ),
    (
        "Out of scope",
        "A printer, a switch, a telephone or the like. At least two signs of different kinds have to agree.",
    ),
    (
        "Finding",
        "Something to be put right, whatever the verdict. Its severity: critical, may be an intrusion; high, to be put \
         right now; medium, soon; low, some day; info, worth knowing.",
    ),
    (
        "Silent address",
        "An address that was asked and gave no answer of its own at any port; at most an error came from the way. One \
         that was given up, or to which there is no route, is not called silent.",
    ),
    (
        "Phantom address",
        "An address of which even the decoy port is open, on which nothing listens: the host or something on the way \
         accepts everything, so open ports that say nothing prove nothing. Or an address of a network of which one device resets every \
         connection in the hosts' stead, and of which nothing else is known.",
    ),
    ("Endpoint", "One port of one address. A sweep asks each at least twice before it calls it silent."),
    ("Answered, open", "Endpoints from which the host itself answered, and of those the open ones."),
    ("Errors", "Endpoints of which only an error message from the way is known."),
    (
        "Withheld",
        "Endpoints that were not asked, or given up: no route, or out of time. They are not silent.",
    ),
    ("Not tried", "Endpoints that were still to be asked when the sweep was stopped."),
    ("Probes, rounds", "Probes that were sent, and how often the silent endpoints were gone through."),
    (
        "Controls",
        "Known responders that were asked again, and how many of them stayed silent: the measured loss.",
    ),
    (
        "Missed responders",
        "With 99 % confidence not more than these answered and went unseen. The first bound assumes that losses are \
         alike for all hosts; the second that no host loses more than half of its probes and that rounds are \
         independent. A firewall that drops everything is not loss: whoever is behind it stays silent. Nothing is \
         stated where the rest was not asked, given up, or is known only by errors.",
    ),
];
