//! Who ran what, when.

use muster_model::RunOutcome;

use crate::audit::AuditReport;
use crate::audit::words::{clean, count, moment, took};

/// What a run was, ready to be written.
pub(super) struct About {
    pub(super) number: String,
    /// What the page is called: the targets, or their number where they are many ranges.
    pub(super) title: String,
    /// The other of the two; the targets cut short, since the end of the page has them all.
    pub(super) subtitle: String,
    pub(super) targets: String,
    pub(super) targets_number: String,
    pub(super) operator: String,
    pub(super) arguments: String,
    /// By what was asked, in one line.
    pub(super) network: Option<String>,
    pub(super) version: String,
    pub(super) began: String,
    pub(super) ended: String,
    pub(super) took: String,
    pub(super) made: String,
    pub(super) stopped_by: Option<String>,
    pub(super) has_policy: bool,
    /// The command that tells every reason of one host.
    pub(super) why: String,
}

impl About {
    pub(super) fn of(report: &AuditReport<'_>) -> Self {
        let (run, header) = (report.run, &report.run.header);
        let targets = clean(&header.targets).into_owned();
        let number = count(header.addresses, "address");
        let is_long = targets.chars().count() > LONGEST_TITLE;
        Self {
            title: if is_long { number.clone() } else { targets.clone() },
            subtitle: if is_long { shortened(&targets) } else { number.clone() },
            number: report.id.map_or_else(|| "not stored".to_owned(), |id| format!("run {id}")),
            targets,
            targets_number: number,
            operator: clean(&header.operator).into_owned(),
            arguments: clean(&header.arguments).into_owned(),
            network: header.network.as_deref().map(|lines| clean(&lines.replace('\n', "; ")).into_owned()),
            version: clean(&header.version).into_owned(),
            began: moment(header.start),
            ended: moment(run.end),
            took: format!("took {}", took(run)),
            made: moment(report.made),
            stopped_by: match &run.outcome {
                RunOutcome::Complete => None,
                RunOutcome::Partial(why) => Some(clean(why).into_owned()),
            },
            has_policy: header.policy.is_some(),
            why: clean(&report.why()).into_owned(),
        }
    }
}

fn shortened(targets: &str) -> String {
    let mut short: String = targets.chars().take(LONGEST_SUBTITLE).collect();
    if short.len() < targets.len() {
        short.push('…');
    }
    short
}

/// Characters of a title.
const LONGEST_TITLE: usize = 48;
/// Characters of what stands under it.
const LONGEST_SUBTITLE: usize = 300;
