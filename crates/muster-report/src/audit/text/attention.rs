//! The hosts that need attention and those of which too little is known, with what to do.

use std::collections::{HashMap, HashSet};
use std::io::{self, Write};
use std::net::IpAddr;

use muster_model::{Host, Verdict};

use super::super::AuditReport;
use super::super::groups::Group;
use super::super::words::{count, first_name, grouped};
use super::TextStyle;
use super::wrap::{write_items, write_wrapped};
use crate::map::{Judged, Mark};
use muster_audit::worklist;

/// How many hosts of each kind are shown, if there is room at all.
const FEWEST: usize = 4;
/// How many hosts without enough evidence are named for each reason.
const EXAMPLES: usize = 3;

/// Writes the worklist, hosts with equal reasons together, at most `style.most_hosts` hosts.
pub(super) fn write_attention(
    out: &mut impl Write,
    report: &AuditReport<'_>,
    style: TextStyle,
) -> io::Result<()> {
    let hosts = worklist(report.run);
    if hosts.is_empty() {
        return writeln!(out, "\nno host that answered is known to need attention");
    }
    let heading = format!("{} to attend to, worst first", count(hosts.len() as u64, "host"));
    writeln!(out, "\n{}", style.heading(&heading))?;
    let groups = Group::all(hosts.iter().copied());
    // No group takes the room of those behind it.
    let most = (style.most_hosts / groups.len()).max(FEWEST);
    let mut room = style.most_hosts;
    let mut groups = groups.into_iter();
    while room > 0
        && let Some(group) = groups.next()
    {
        let here = group.hosts.len().min(most).min(room);
        write_task(out, &group, here, style)?;
        room -= here;
    }
    write_rest(out, &groups.map(|group| group.hosts.len()).collect::<Vec<_>>(), report, style)
}

/// How many hosts are in groups that are not shown at all; `sizes` is theirs.
fn write_rest(
    out: &mut impl Write,
    sizes: &[usize],
    report: &AuditReport<'_>,
    style: TextStyle,
) -> io::Result<()> {
    if sizes.is_empty() {
        return Ok(());
    }
    let hosts = count(sizes.iter().sum::<usize>() as u64, "host");
    let groups = count(sizes.len() as u64, "further group");
    writeln!(out)?;
    write_wrapped(
        out,
        style.columns(),
        ("", "  "),
        &format!("and {hosts} in {groups}: {}", where_all_are(report)),
    )
}

/// Which report leaves nothing out.
fn where_all_are(report: &AuditReport<'_>) -> String {
    match report.id {
        Some(id) => format!("{} has all", report.command(&format!("report {id} --csv FILE"))),
        None => "--html or --csv has all".to_owned(),
    }
}

fn write_task(out: &mut impl Write, group: &Group<'_>, shown: usize, style: TextStyle) -> io::Result<()> {
    let mark = Judged::from(group.verdict());
    let label = format!("{:<12}", group.verdict().word());
    let first = format!("\n{} ", style.paint(mark.style(), &label));
    let names = names(&group.hosts, shown);
    write_items(out, style.columns(), (&first, INDENT), names.iter().map(String::as_str))?;
    let mut labels = ["why", ""].into_iter();
    for reason in group.reasons() {
        write_part(out, labels.next().unwrap_or_default(), &reason.text, style)?;
    }
    for finding in group.open_findings() {
        let code = finding.code;
        let text = if group.says(finding) { code.to_string() } else { format!("{code}: {}", finding.text) };
        write_part(out, finding.severity.name(), &text, style)?;
    }
    let mut labels = ["do", ""].into_iter();
    for step in group.steps() {
        write_part(out, labels.next().unwrap_or_default(), step, style)?;
    }
    Ok(())
}

fn write_part(out: &mut impl Write, label: &str, text: &str, style: TextStyle) -> io::Result<()> {
    write_wrapped(out, style.columns(), (&format!("  {label:<10} "), INDENT), text)
}

/// Writes the hosts of which too little is known and that are not on the worklist, by reason.
pub(super) fn write_unknown(
    out: &mut impl Write,
    report: &AuditReport<'_>,
    style: TextStyle,
) -> io::Result<()> {
    let listed: HashSet<IpAddr> = worklist(report.run).iter().map(|host| host.asset.address).collect();
    let unknown = report.run.hosts.iter().filter(|host| host.judgement.verdict == Verdict::Unknown);
    let unknown = unknown.filter(|host| !listed.contains(&host.asset.address));
    let mut groups: Vec<Reasoned<'_>> = Vec::new();
    let mut places = HashMap::new();
    for host in unknown {
        let why = host.judgement.reasons.first().map_or("no reason is recorded", |reason| &*reason.text);
        let next = host.judgement.next_steps.first().map(|step| &*step.text);
        let place = *places.entry((why, next)).or_insert_with(|| {
            groups.push(Reasoned { why, next, hosts: Vec::new() });
            groups.len() - 1
        });
        groups[place].hosts.push(host);
    }
    groups.sort_by_key(|group| std::cmp::Reverse(group.hosts.len()));
    if groups.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n{}", style.heading("not enough is known of"))?;
    let (shown, others) = groups.split_at(groups.len().min(style.most_hosts));
    shown.iter().try_for_each(|group| group.write(out, style))?;
    write_rest(out, &others.iter().map(|group| group.hosts.len()).collect::<Vec<_>>(), report, style)
}

/// Unknown hosts with the same strongest reason and the same cheapest next step.
struct Reasoned<'a> {
    why: &'a str,
    next: Option<&'a str>,
    hosts: Vec<&'a Host>,
}

impl Reasoned<'_> {
    fn write(&self, out: &mut impl Write, style: TextStyle) -> io::Result<()> {
        let shown = self.hosts.len().min(EXAMPLES);
        let label = count(self.hosts.len() as u64, "host");
        let first = format!("\n{label:<12} ");
        let names = names(&self.hosts, shown);
        write_items(out, style.columns(), (&first, INDENT), names.iter().map(String::as_str))?;
        write_part(out, "why", self.why, style)?;
        self.next.map_or(Ok(()), |next| write_part(out, "next", next, style))
    }
}

/// The first `shown` hosts by address and name, and how many more there are.
fn names(hosts: &[&Host], shown: usize) -> Vec<String> {
    let name = |host: &&Host| match first_name(&host.asset.names) {
        "" => host.asset.address.to_string(),
        name => format!("{} ({name})", host.asset.address),
    };
    let mut names: Vec<_> = hosts[..shown].iter().map(name).collect();
    if let more @ 1.. = (hosts.len() - shown) as u64 {
        names.push(format!("and {} more", grouped(more)));
    }
    let commas = names.len().saturating_sub(1);
    names[..commas].iter_mut().for_each(|name| name.push(','));
    names
}

const INDENT: &str = "             ";
