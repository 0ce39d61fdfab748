//! Coverage and the counts behind it.

use muster_model::{Run, Verdict};

use crate::audit::share::{Share, Tenths};
use crate::audit::words::{SILENT, count, grouped, meaning};
use muster_audit::Coverage;

/// Coverage, ready to be written.
pub(super) struct Answer {
    /// As in `41.7 % to 83.3 %`; `None`: nobody is in scope.
    pub(super) range: Option<String>,
    /// Where the bar's open part begins and how wide it is, in per cent.
    pub(super) bar: (String, String),
    pub(super) in_scope: String,
    pub(super) in_scope_number: String,
    pub(super) protected: String,
    pub(super) open: String,
    pub(super) at_most: String,
    pub(super) lacking: String,
    pub(super) verdicts: Vec<Count>,
    pub(super) addresses: [Count; 2],
}

impl Answer {
    pub(super) fn of(run: &Run) -> Self {
        let coverage = Coverage::of(run);
        let share = Share::from(&coverage);
        let tenths = |part| share.of(part).map_or(0, |Tenths(tenths)| tenths);
        let (lowest, highest) = (tenths(share.protected), tenths(share.protected + share.open));
        let per_cent = |tenths: u64| format!("{}.{}", tenths / 10, tenths % 10);
        Self {
            // A line must not end before its per cent.
            range: share.range().map(|range| range.replace(" %", "\u{a0}%")),
            bar: (per_cent(lowest), per_cent(highest - lowest)),
            in_scope: count(share.in_scope(), "computer"),
            in_scope_number: grouped(share.in_scope()),
            protected: grouped(share.protected),
            open: grouped(share.open),
            at_most: grouped(share.protected + share.open),
            lacking: grouped(share.lacking),
            verdicts: Verdict::ALL.map(|verdict| Count::of(verdict, &coverage)).into(),
            addresses: Count::of_addresses(&coverage),
        }
    }
}

/// A line of the table of counts.
pub(super) struct Count {
    /// The stable name, which is its mark's too.
    pub(super) name: &'static str,
    pub(super) word: String,
    pub(super) number: String,
    pub(super) meaning: &'static str,
}

impl Count {
    fn of(verdict: Verdict, coverage: &Coverage) -> Self {
        Self {
            name: verdict.name(),
            word: verdict.to_string(),
            number: grouped(coverage.count(verdict)),
            meaning: meaning(verdict),
        }
    }

    fn of_addresses(coverage: &Coverage) -> [Self; 2] {
        [
            Self {
                name: "phantom",
                word: "phantom addresses".to_owned(),
                number: grouped(coverage.phantom),
                meaning: "even the decoy port is open: not measured, no hosts",
            },
            Self {
                name: "silent",
                word: "silent addresses".to_owned(),
                number: grouped(coverage.silent),
                meaning: SILENT,
            },
        ]
    }
}
