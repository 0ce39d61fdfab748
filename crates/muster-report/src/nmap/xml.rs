//! A run of an audit in Nmap's XML, with the verdict in the place of a script's result.
//!
//! What answered is listed; silence is not, since a run keeps no record of which silent port was really asked. Addresses
//! from which nothing came are counted among those that are down.

use std::io::{self, Write};
use std::ops::RangeInclusive;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use muster_model::{AddressRange, Run, RunOutcome, SweepRecord};
use muster_nmap::output::{Ending, Format, Outcome, Scan, ScanKind, Xml};

use super::host::host;
use crate::audit::AuditReport;
use crate::audit::words::clean;

/// Writes the run in Nmap's XML. Dates for people are in `zone`, as Nmap writes them in that of its machine.
///
/// # Errors
/// The writer's.
pub fn write_xml(out: &mut impl Write, report: &AuditReport<'_>, zone: &TimeZone) -> io::Result<()> {
    let run = report.run;
    let scan = scan(run, zone);
    let mut xml = Xml::new(out);
    xml.begin(&scan)?;
    for one in &run.hosts {
        xml.host(&scan, &host(report.catalog, one, run.header.start))?;
    }
    xml.end(&scan, &ending(run, zone))
}

fn scan(run: &Run, zone: &TimeZone) -> Scan {
    let header = &run.header;
    let by_frames = header.network.as_deref().is_some_and(|network| network.starts_with(FRAMES));
    let (tcp, udp) = ports(&run.sweeps);
    Scan {
        program: "muster".to_owned(),
        version: clean(&header.version).into_owned(),
        arguments: clean(&header.arguments).into_owned(),
        start: header.start.to_zoned(zone.clone()),
        kind: if by_frames { ScanKind::Syn } else { ScanKind::Connect },
        tcp,
        udp,
        asks_services: true,
        verbosity: 0,
        debugging: 0,
        reasons: false,
        only_open: false,
        stylesheet: None,
    }
}

/// How a run's note on its network begins where it sent frames.
const FRAMES: &str = "frames";

fn ending(run: &Run, zone: &TimeZone) -> Ending {
    let up = run.hosts.len() as u64;
    let unknown = run.phantom.iter().map(AddressRange::len).fold(0, u128::saturating_add);
    Ending {
        end: run.end.to_zoned(zone.clone()),
        elapsed: run.end.duration_since(run.header.start).try_into().unwrap_or_default(),
        // An imported run may know of more hosts than of targets.
        total: run.header.addresses.max(up),
        up,
        unknown: unknown.try_into().unwrap_or(u64::MAX),
        phantoms: Vec::new(),
        outcome: match &run.outcome {
            RunOutcome::Complete => Outcome::Success,
            RunOutcome::Partial(why) => Outcome::Interrupted(clean(why).into_owned()),
        },
    }
}

type Ranges = Vec<RangeInclusive<u16>>;

/// The TCP and UDP ports of all sweeps, ascending and apart.
fn ports(sweeps: &[SweepRecord]) -> (Ranges, Ranges) {
    let (mut tcp, mut udp) = (Ranges::new(), Ranges::new());
    for sweep in sweeps {
        let mut is_udp = false;
        for word in sweep.ports.split(',').map(str::trim) {
            let (protocol, range) = word.split_once(':').unwrap_or(("", word));
            is_udp = if protocol.is_empty() { is_udp } else { protocol == "U" };
            // A sweep may be recorded in words, as that by ARP.
            if let Some(range) = port_range(range) {
                if is_udp { &mut udp } else { &mut tcp }.push(range);
            }
        }
    }
    (merged(tcp), merged(udp))
}

fn port_range(text: &str) -> Option<RangeInclusive<u16>> {
    let (first, last) = text.split_once('-').unwrap_or((text, text));
    let range = first.parse().ok()?..=last.parse().ok()?;
    (!range.is_empty()).then_some(range)
}

fn merged(mut ranges: Ranges) -> Ranges {
    ranges.sort_unstable_by_key(|range| *range.start());
    let mut merged = Ranges::new();
    for range in ranges {
        match merged.last_mut() {
            Some(last) if u32::from(*range.start()) <= u32::from(*last.end()) + 1 => {
                *last = *last.start()..=*last.end().max(range.end());
            }
            _ => merged.push(range),
        }
    }
    merged
}

/// The moment of an observation in a run that began at `start`, in Unix seconds.
pub(super) fn second(start: Timestamp, at: muster_model::Instant) -> i64 {
    start.checked_add(at.since_start()).unwrap_or(Timestamp::MAX).as_second()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn sweep(ports: &str) -> SweepRecord {
        SweepRecord {
            stage: "agents".to_owned(),
            zones: Vec::new(),
            ports: ports.to_owned(),
            endpoints: 0,
            answered: 0,
            open: 0,
            errors: 0,
            withheld: 0,
            not_tried: 0,
            silent: 0,
            probes: 0,
            rounds: 1,
            controls: (0, 0),
            conflicts: 0,
            blocked_since: None,
            missed_if_losses_alike: None,
            missed_if_no_host_loses_half: None,
            elapsed: Duration::ZERO,
            is_complete: true,
        }
    }

    #[test]
    fn ports_of_all_sweeps_are_told_once() {
        let sweeps =
            ["8081,22-25", "ARP and Neighbour Discovery", "24-26,27", "U:53,38293,T:9", "70000,9-1,x-"];
        let (tcp, udp) = ports(&sweeps.map(sweep));
        assert_eq!((tcp, udp), (vec![9..=9, 22..=27, 8081..=8081], vec![53..=53, 38293..=38293]));
        assert_eq!(merged(vec![1..=65535, 5..=6]), [1..=65535]);
    }
}
