//! What a scan found, in every format, and in sentences on stderr.

use std::io::{self, Write as _};
use std::net::IpAddr;

use jiff::Zoned;
use muster_engine::Network as _;
use muster_model::Protocol;
use muster_nmap::output::{Ending, Host, Outcome, Phantom};
use muster_report::schema::{Line, Name, NameSource};
use muster_report::write_summary;

use super::args::ScanArgs;
use super::found::Found;
use super::hosts::{Life, Roster};
use super::outputs::Outputs;
use super::program::Program;
use super::stages::Stages;
use crate::output::{count, say};
use crate::sweep::{Levels, LineStream as _, NetworkKind, names_of, states};

/// Hosts that were written.
#[derive(Default)]
struct Tally {
    up: u64,
    /// Nothing is known of them but a phantom's answers.
    unknown: u64,
    total: u64,
}

/// A scan whose sweeps are over.
pub(crate) struct Telling<'a, 'b> {
    pub(crate) stages: &'a mut Stages<'b>,
    pub(crate) found: &'a Found,
    /// How much is told.
    pub(crate) levels: &'a Levels,
}

impl Telling<'_, '_> {
    /// Writes every host in every format, and the summary to stderr.
    pub(crate) fn write(mut self) {
        let header = &mut self.stages.header;
        // Keys may have changed them.
        (header.verbosity, header.debugging) = (self.levels.verbosity(), self.levels.debugging());
        let start = &header.start;
        let end = Zoned::now().with_time_zone(start.time_zone().clone());
        let Tally { up, unknown, total } = self.write_hosts(&end);
        let addresses = self.stages.plan.targets.addresses.len() as u64;
        let total = if self.found.is_swept() { addresses } else { total };
        let elapsed = self.stages.lead() + self.stages.network.now().since_start();
        let ending =
            Ending { end, elapsed, total, up, unknown, phantoms: self.phantoms(), outcome: self.outcome() };
        self.stages.outputs.end(&self.stages.header, &ending);
        let mut text = Vec::new();
        // Writing to memory cannot fail.
        let _ = self.write_summaries(&mut text);
        if self.stages.args.program.tells_all(self.levels.verbosity()) {
            say(&String::from_utf8_lossy(&text));
        }
    }

    fn write_hosts(&mut self, end: &Zoned) -> Tally {
        let found = self.found;
        let Stages { args, signals, outputs, header, network, plan, choice, .. } = &mut *self.stages;
        let searches = [&found.neighbors, &found.discovery].into_iter().flatten();
        let life: Vec<Life<'_>> =
            searches.map(|(asked, scanned)| Life { asked, seen: &scanned.seen }).collect();
        let none = Default::default();
        let roster = Roster {
            targets: &plan.targets.addresses,
            order: &plan.targets.order,
            ports: &plan.ports,
            seen: found.ports.as_ref().map_or(&[], |scanned| &scanned.seen),
            life: &life,
            feigned: &found.feigned,
            timed_out: found.ports.as_ref().map_or(&none, |scanned| &scanned.timed_out),
            given_names: &plan.targets.given_names,
            hardware: &|address| network.inner().hardware_of(address),
            services: &found.services,
            by_frames: choice.kind == NetworkKind::Raw,
            part: found.ports.as_ref().and_then(|scanned| scanned.part.as_ref()),
            complete: found.is_swept(),
            times: (header.start.timestamp(), end.timestamp()),
        };
        let asked = if is_named(args, found) { to_be_named(args, found, &roster) } else { Vec::new() };
        let mut names = names_of(&asked, &args.targets.dns_servers, signals).told();
        let mut tally = Tally::default();
        for host in roster.hosts() {
            let host = Host { reverse_name: names.remove(&host.address), ..host };
            tell_names(outputs, &host);
            tally.total += 1;
            tally.up += u64::from(host.up);
            tally.unknown += u64::from(host.phantom.is_some());
            outputs.host(header, &host);
        }
        tally
    }

    /// Who answers in the hosts' stead, for the formats.
    fn phantoms(&self) -> Vec<Phantom> {
        let told = |phantom: &muster_identify::Phantom| Phantom {
            network: phantom.prefix.to_string(),
            evidence: phantom.to_string(),
        };
        self.found.feigned.phantoms.iter().map(told).collect()
    }

    fn outcome(&self) -> Outcome {
        let by = match (self.stages.signals.received(), self.found.failure()) {
            (Some(signal), _) => signal.name(),
            (None, Some(failure)) => failure.message(),
            (None, None) if self.found.is_complete() => return Outcome::Success,
            (None, None) => "the reader of the output has gone",
        };
        Outcome::Interrupted(by.to_owned())
    }

    fn write_summaries(&self, text: &mut Vec<u8>) -> io::Result<()> {
        let Stages { choice, plan, network, .. } = &*self.stages;
        let found = self.found;
        writeln!(text, "asked by {choice}")?;
        for line in network.inner().description() {
            writeln!(text, "  {line}")?;
        }
        self.write_searches(text)?;
        if let Some(scanned) = found.sweeps().last() {
            write_summary(text, &scanned.summary, states(&scanned.seen), scanned.elapsed, scanned.complete)?;
        }
        self.write_journal(text)?;
        if let Some(asked) = &found.services_asked {
            writeln!(text, "services: {asked}")?;
        }
        if let Some(decoys) = &found.decoys {
            writeln!(text, "decoys: {decoys} (--no-decoys leaves this out)")?;
        }
        self.write_phantoms(text)?;
        if found.ports.is_some() {
            writeln!(text, "not looked at: {}", self.left_out())?;
        }
        writeln!(text, "seed {}", plan.seed.0)
    }

    /// Who answers in the hosts' stead, and what became of it.
    fn write_phantoms(&self, text: &mut Vec<u8>) -> io::Result<()> {
        let feigned = &self.found.feigned;
        for phantom in &feigned.phantoms {
            writeln!(text, "not hosts: {phantom}")?;
        }
        if !feigned.ports.is_empty() {
            let count = feigned.ports.len();
            let ports = if count == 1 { "port that seemed open is" } else { "ports that seemed open are" };
            writeln!(text, "{count} {ports} listed as filtered: the answer is not the host's")?;
        }
        if feigned.unproven() > 0 {
            let hosts = count(feigned.unproven(), "host");
            writeln!(text, "neither up nor down: {hosts} of which nothing is known but such answers")?;
        }
        Ok(())
    }

    /// What was known before, and how a scan that was cut short goes on.
    fn write_journal(&self, text: &mut Vec<u8>) -> io::Result<()> {
        let Some(journal) = &self.stages.journal else { return Ok(()) };
        let restored: u64 = self.found.sweeps().map(|scanned| scanned.summary.restored).sum();
        if journal.is_resumed() {
            writeln!(text, "known from the journal and not asked again: {}", count(restored, "endpoint"))?;
        }
        if !self.found.is_complete() {
            writeln!(text, "it can go on: muster scan --resume {}", journal.path().display())?;
        }
        Ok(())
    }

    /// Who was looked for, how, and how many are there.
    fn write_searches(&self, text: &mut Vec<u8>) -> io::Result<()> {
        let Stages { args, choice, plan, .. } = &*self.stages;
        let searches = [
            (&self.found.neighbors, "ARP and Neighbour Discovery".to_owned(), "nobody has their addresses"),
            (&self.found.discovery, plan.discovery_words(choice.kind), "-Pn sweeps them too"),
        ];
        for (search, by, fate) in searches {
            let Some((asked, scanned)) = search else { continue };
            let up = scanned.living().map_or(0, |living| living.len());
            let silent = asked.len().saturating_sub(up);
            let answered = count(up, "host");
            writeln!(text, "discovery by {by}: {answered} answered, {silent} did not")?;
            if silent > 0 && !args.only_discovery {
                writeln!(text, "not swept: the {} that did not answer; {fate}", count(silent, "host"))?;
            }
        }
        Ok(())
    }

    /// What of the hosts that were swept was not looked at.
    fn left_out(&self) -> String {
        let ports = &self.stages.plan.ports;
        let of = |protocol, name: &str| match ports.list(protocol) {
            none if none.is_empty() => name.to_owned(),
            swept => format!("{name} ports other than {swept}"),
        };
        format!("{}, {}", of(Protocol::Tcp, "TCP"), of(Protocol::Udp, "UDP"))
    }
}

/// Whether name servers are asked: of a scan that was cut short nobody waits for them.
fn is_named(args: &ScanArgs, found: &Found) -> bool {
    !args.targets.never_resolve && found.is_complete()
}

/// Whose names are asked for: of all with `-R`, else of the hosts that answered. Under the name `nmap` of all that are said to
/// be up, as by Nmap: with `-Pn` that is everybody.
fn to_be_named(args: &ScanArgs, found: &Found, roster: &Roster<'_>) -> Vec<IpAddr> {
    match args.program {
        _ if args.always_resolve => roster.targets.iter().collect(),
        Program::Nmap => roster.living(),
        Program::Muster => {
            let seen = found.sweeps().flat_map(|scanned| &scanned.seen);
            let mut living: Vec<_> =
                seen.filter(|seen| seen.is_sign_of_life()).map(|seen| seen.endpoint.address).collect();
            living.sort_unstable();
            living.dedup();
            living
        }
    }
}

/// Streams the names of a host.
fn tell_names(outputs: &mut Outputs, host: &Host) {
    let names = [(&host.given_name, NameSource::Given), (&host.reverse_name, NameSource::Reverse)];
    for (name, source) in names {
        if let Some(name) = name {
            outputs.line(&Line::Name(Name { address: host.address, name, source }));
        }
    }
}
