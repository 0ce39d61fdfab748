//! Hosts of which the same is to be said.

use std::collections::HashMap;
use std::hash::Hash;
use std::net::IpAddr;

use muster_model::{Finding, FindingCode, Host, Run, Severity, Statement, Verdict};

use muster_audit::open_findings;

/// With more hosts than this a page tells them by groups.
const MOST_ROWS: usize = 2_000;

/// The groups of a whole run.
#[derive(Debug)]
pub(crate) struct Groups<'a> {
    /// All of them, in the order of their first hosts.
    pub(crate) all: Vec<Group<'a>>,
    /// Whether there are too many hosts for a row each.
    pub(crate) are_told: bool,
    places: HashMap<IpAddr, usize>,
}

impl<'a> Groups<'a> {
    /// The groups of `run`. Where hosts are told by groups and hardly two are alike, the small groups are merged with
    /// others of their kind.
    pub(crate) fn of(run: &'a Run) -> Self {
        let mut all = Group::all(&run.hosts);
        if run.hosts.len() > MOST_ROWS && all.len() > MOST_GROUPS {
            all = merge(all);
        }
        let members = |(place, group): (usize, &Group<'a>)| {
            group.hosts.iter().map(move |host| (host.asset.address, place)).collect::<Vec<_>>()
        };
        let places = all.iter().enumerate().flat_map(members).collect();
        Self { are_told: run.hosts.len() > MOST_ROWS, all, places }
    }

    /// The number of the group that `host`, one of the run's, is in.
    pub(crate) fn place(&self, host: &Host) -> usize {
        self.places.get(&host.asset.address).copied().unwrap_or_default()
    }
}

/// The large groups as they are, the hosts of the small ones by kind.
fn merge(groups: Vec<Group<'_>>) -> Vec<Group<'_>> {
    let (mut large, small): (Vec<_>, Vec<_>) =
        groups.into_iter().partition(|group| group.hosts.len() >= LEAST_HOSTS);
    let hosts = small.into_iter().flat_map(|group| group.hosts);
    large.extend(Group::by(hosts, Kind::of).into_iter().map(|hosts| Group { hosts, is_mixed: true }));
    large
}

/// With more groups than this, those with fewer hosts are merged.
const MOST_GROUPS: usize = 500;
const LEAST_HOSTS: usize = 16;

/// Hosts with the same verdict, reasons, findings and next steps; in a mixed group the words may differ.
#[derive(Clone, Debug)]
pub(crate) struct Group<'a> {
    /// The hosts, in the order they came; not empty.
    pub(crate) hosts: Vec<&'a Host>,
    is_mixed: bool,
}

impl<'a> Group<'a> {
    /// The groups of `hosts`, in the order of their first hosts.
    pub(crate) fn all(hosts: impl IntoIterator<Item = &'a Host>) -> Vec<Self> {
        Self::by(hosts, Sameness::of).into_iter().map(|hosts| Self { hosts, is_mixed: false }).collect()
    }

    fn by<K: Eq + Hash>(
        hosts: impl IntoIterator<Item = &'a Host>,
        key: fn(&'a Host) -> K,
    ) -> Vec<Vec<&'a Host>> {
        let mut groups: Vec<Vec<&Host>> = Vec::new();
        let mut places = HashMap::new();
        for host in hosts {
            let place = *places.entry(key(host)).or_insert_with(|| {
                groups.push(Vec::new());
                groups.len() - 1
            });
            groups[place].push(host);
        }
        groups
    }

    /// Whether only the kinds of reasons, findings and next steps are the same, and the words are the first host's.
    pub(crate) fn is_mixed(&self) -> bool {
        self.is_mixed && self.hosts.len() > 1
    }

    /// What is said of `host` in other words than of the first one.
    pub(crate) fn own_words(&self, host: &'a Host) -> Vec<&'a str> {
        if !self.is_mixed() {
            return Vec::new();
        }
        let pairs = statements(self.hosts[0]).zip(statements(host));
        pairs.filter(|(first, own)| first.text != own.text).map(|(_, own)| &*own.text).collect()
    }

    /// The verdict on all of them.
    pub(crate) fn verdict(&self) -> Verdict {
        self.hosts[0].judgement.verdict
    }

    /// Why, the strongest first.
    pub(crate) fn reasons(&self) -> &'a [Statement] {
        &self.hosts[0].judgement.reasons
    }

    /// What is to be put right on all of them and no exemption covers.
    pub(crate) fn open_findings(&self) -> impl Iterator<Item = &'a Finding> {
        open_findings(self.hosts[0])
    }

    /// Whether a finding's sentence is a reason's too: it need not be said twice.
    pub(crate) fn says(&self, finding: &Finding) -> bool {
        self.reasons().iter().any(|reason| reason.text == finding.text.text)
    }

    /// What to do: the remedies of the findings and the next steps, each once.
    pub(crate) fn steps(&self) -> Vec<&'a str> {
        let remedies = self.open_findings().map(|finding| &finding.remedy);
        let mut steps: Vec<&str> = Vec::new();
        for step in remedies.chain(self.next_steps()) {
            if !steps.contains(&&*step.text) {
                steps.push(&step.text);
            }
        }
        steps
    }

    /// What would tell more or put it right.
    pub(crate) fn next_steps(&self) -> &'a [Statement] {
        &self.hosts[0].judgement.next_steps
    }
}

/// What makes two hosts alike.
#[derive(PartialEq, Eq, Hash)]
struct Sameness<'a> {
    verdict: Verdict,
    reasons: &'a [Statement],
    next_steps: &'a [Statement],
    findings: Vec<(FindingCode, Severity, &'a Statement, &'a Statement)>,
}

impl<'a> Sameness<'a> {
    fn of(host: &'a Host) -> Self {
        let Host { judgement, .. } = host;
        let parts = |finding: &'a Finding| (finding.code, finding.severity, &finding.text, &finding.remedy);
        Self {
            verdict: judgement.verdict,
            reasons: &judgement.reasons,
            next_steps: &judgement.next_steps,
            findings: judgement.findings.iter().map(parts).collect(),
        }
    }
}

/// What makes two hosts alike but for the words.
#[derive(PartialEq, Eq, Hash)]
struct Kind<'a> {
    verdict: Verdict,
    codes: Vec<&'a str>,
    findings: Vec<(FindingCode, Severity)>,
    lengths: (usize, usize),
}

impl<'a> Kind<'a> {
    fn of(host: &'a Host) -> Self {
        let Host { judgement, .. } = host;
        Self {
            verdict: judgement.verdict,
            codes: statements(host).map(|statement| &*statement.code).collect(),
            findings: judgement.findings.iter().map(|finding| (finding.code, finding.severity)).collect(),
            lengths: (judgement.reasons.len(), judgement.next_steps.len()),
        }
    }
}

/// Everything that is said of a host, in the order of its page.
fn statements(host: &Host) -> impl Iterator<Item = &Statement> {
    let Host { judgement, .. } = host;
    let findings = judgement.findings.iter().flat_map(|finding| [&finding.text, &finding.remedy]);
    judgement.reasons.iter().chain(findings).chain(&judgement.next_steps)
}
