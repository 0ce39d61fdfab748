//! Everything that is behind the verdict on one host.

use std::io::{self, Write};

use muster_catalog::Catalog;
use muster_model::{
    Device, DeviceSign, Exchange, Fact, Host, Judgement, Protection, Protocol, Said, Service, System,
};

use super::AuditReport;
use super::text::write_wrapped;
use super::words::{asked, card as card_text, count, identity, meaning, moment};
use crate::explain::port::datagrams;

const WIDTH: usize = 80;

/// Writes the chain from what was seen to the verdict on `host`, for a terminal of 80 columns.
///
/// # Errors
/// The writer's.
pub fn write_why(out: &mut impl Write, report: &AuditReport<'_>, host: &Host) -> io::Result<()> {
    write_head(out, host)?;
    write_judgement(out, &host.judgement)?;
    write_ports(out, host)?;
    write_datagrams(out, report.catalog, host)?;
    for service in &host.asset.services {
        write_service(out, service)?;
    }
    if let Some(system) = &host.asset.system {
        write_system(out, system)?;
    }
    if let Some(device) = &host.asset.device {
        write_device(out, device)?;
    }
    for protection in &host.judgement.protection {
        write_protection(out, protection)?;
    }
    write_run(out, report)
}

fn write_head(out: &mut impl Write, host: &Host) -> io::Result<()> {
    let names = host.asset.names.iter().map(|name| format!("{} ({})", name.name, name.source.name()));
    let names = names.collect::<Vec<_>>().join(", ");
    let text =
        format!("{} {}", host.asset.address, if names.is_empty() { "no name is known" } else { &names });
    write_wrapped(out, WIDTH, ("", "  "), &text)?;
    if let Some(zone) = &host.asset.zone {
        write_wrapped(out, WIDTH, ("", "  "), &format!("zone {zone}"))?;
    }
    if let Some(card) = host.asset.hardware {
        write_wrapped(out, WIDTH, ("", "  "), &format!("network card {}", card_text(card)))?;
    }
    if host.asset.is_phantom {
        let text = "even the decoy port is open: the host or something on the way accepts everything, so open ports \
                    that say nothing prove nothing";
        write_wrapped(out, WIDTH, ("", "  "), text)?;
    }
    let verdict = host.judgement.verdict;
    write_wrapped(out, WIDTH, ("", "  "), &format!("{verdict}: {}", meaning(verdict)))
}

fn write_judgement(out: &mut impl Write, judgement: &Judgement) -> io::Result<()> {
    writeln!(out, "\nwhy, strongest first")?;
    write_numbered(out, judgement.reasons.iter().map(|reason| &*reason.text))?;
    if !judgement.findings.is_empty() {
        writeln!(out, "\nto be put right")?;
    }
    for finding in &judgement.findings {
        let text = format!("{} ({})", finding.text, finding.code);
        write_wrapped(out, WIDTH, (&format!("  {:<10}", finding.severity.name()), "            "), &text)?;
        write_wrapped(out, WIDTH, ("        do  ", "            "), &finding.remedy.text)?;
    }
    if !judgement.next_steps.is_empty() {
        writeln!(out, "\nnext, cheapest first")?;
    }
    write_numbered(out, judgement.next_steps.iter().map(|step| &*step.text))
}

fn write_numbered<'a>(out: &mut impl Write, texts: impl Iterator<Item = &'a str>) -> io::Result<()> {
    for (number, text) in (1..).zip(texts) {
        write_wrapped(out, WIDTH, (&format!("  {number}. "), "     "), text)?;
    }
    Ok(())
}

fn write_ports(out: &mut impl Write, host: &Host) -> io::Result<()> {
    writeln!(out, "\nports that answered")?;
    if host.asset.ports.is_empty() {
        writeln!(out, "  none is recorded")?;
    }
    for seen in &host.asset.ports {
        let port = format!("{}/{}", seen.endpoint.port, seen.endpoint.protocol);
        let mut text = format!(
            "{} ({}), {:.3} s after the start",
            seen.state.name(),
            seen.reason,
            seen.at.since_start().as_secs_f64()
        );
        if seen.round > 0 {
            text += &format!(", round {}", seen.round);
        }
        if let Some(icmp) = &seen.icmp {
            text += &format!(", by ICMP {}/{} from {}", icmp.kind, icmp.code, icmp.from);
        }
        write_wrapped(out, WIDTH, (&format!("  {port:<10} "), "             "), &text)?;
    }
    Ok(())
}

/// What the UDP ports of agents leave to be learnt.
fn write_datagrams(out: &mut impl Write, catalog: &Catalog, host: &Host) -> io::Result<()> {
    let udp = host.asset.ports.iter().filter(|seen| seen.endpoint.protocol == Protocol::Udp);
    for text in udp.filter_map(|seen| datagrams(catalog, seen.endpoint.port)) {
        writeln!(out)?;
        write_wrapped(out, WIDTH, ("", "  "), &text)?;
    }
    Ok(())
}

fn write_service(out: &mut impl Write, service: &Service) -> io::Result<()> {
    let port = format!("{}/{}", service.endpoint.port, service.endpoint.protocol);
    writeln!(out, "\nconversation on {port}")?;
    let mut part = |label: &str, text: &str| {
        write_wrapped(out, WIDTH, (&format!("  {label:<10} "), "             "), text)
    };
    part("who", &identity(service))?;
    if let Some(speech) = service.speech {
        part("speaks", speech.name())?;
    }
    part("asked", &asked(service))?;
    for told in &service.told {
        part("told", &format!("{}: {}", told.label(), told.value()))?;
    }
    if service.told.is_empty() {
        part("told", "nothing")?;
    }
    for Exchange { sent, heard, is_in_tls } in &service.exchanges {
        part("sent", &words(sent, *is_in_tls))?;
        part("came", &words(heard, *is_in_tls))?;
    }
    part("end", service.end.name())
}

/// What one side said: how much, and its beginning.
fn words(said: &Said, is_in_tls: bool) -> String {
    let place = if is_in_tls { " within TLS" } else { "" };
    let kept = said.bytes().len() as u64;
    let part = if (1..said.total()).contains(&kept) { format!("{kept} of ") } else { String::new() };
    let size = format!("{part}{}{place}", count(said.total(), "byte"));
    match said {
        _ if said.is_nothing() => "nothing".to_owned(),
        _ if said.is_secret() => format!("{size}, not kept: the community is in them"),
        // Lines are broken at blanks, and there several count as one.
        _ => format!("{size}: {}", said.to_string().replace("  ", "\\x20\\x20")),
    }
}

fn write_system(out: &mut impl Write, system: &System) -> io::Result<()> {
    let role = system.role.map(|role| format!(", a {}", role.name())).unwrap_or_default();
    writeln!(out, "\nruns {}{role}: {}", system.family.noun(), weight(system.is_certain()))?;
    write_signs(out, &system.signs)
}

fn write_device(out: &mut impl Write, device: &Device) -> io::Result<()> {
    writeln!(out, "\nlooks like {}: {}", device.class.noun(), weight(device.is_certain()))?;
    write_signs(out, &device.signs)
}

fn weight(is_certain: bool) -> &'static str {
    if is_certain { "signs of different kinds agree" } else { "one kind of sign alone" }
}

fn write_signs(out: &mut impl Write, signs: &[DeviceSign]) -> io::Result<()> {
    for sign in signs {
        let place = sign.endpoint.map(|at| format!(" on {}/{}", at.port, at.protocol)).unwrap_or_default();
        write_wrapped(out, WIDTH, ("  - ", "    "), &format!("{}{place}: {}", sign.kind.name(), sign.seen))?;
    }
    Ok(())
}

fn write_protection(out: &mut impl Write, protection: &Protection) -> io::Result<()> {
    writeln!(out, "\nwhat is known of {}", protection.product)?;
    for (label, fact) in facts(protection) {
        let first = format!("  {label:<19} ");
        write_wrapped(out, WIDTH, (&first, "                      "), &fact_text(fact))?;
    }
    Ok(())
}

/// The five facts about a product with their labels.
pub(super) fn facts(protection: &Protection) -> [(&'static str, Option<&Fact>); 5] {
    [
        ("installed", protection.present.as_ref()),
        ("running", protection.running.as_ref()),
        ("enforcing", protection.enforcing.as_ref()),
        ("signatures current", protection.fresh.as_ref()),
        ("seen by its console", protection.reporting.as_ref()),
    ]
}

/// Yes, no or not known, by whom and when.
pub(super) fn fact_text(fact: Option<&Fact>) -> String {
    fact.map_or_else(
        || "not known".to_owned(),
        |fact| {
            let word = if fact.holds { "yes" } else { "no" };
            format!("{word}, by {}, {}", fact.source, moment(fact.at))
        },
    )
}

fn write_run(out: &mut impl Write, report: &AuditReport<'_>) -> io::Result<()> {
    let run = match report.id {
        Some(id) => format!("run {id}"),
        None => "a run that is not stored".to_owned(),
    };
    let partial =
        if super::words::is_complete(report.run) { "" } else { ", which was stopped before its end" };
    let header = &report.run.header;
    let text = format!(
        "seen in {run}{partial}, began {}, by {}, muster {}",
        moment(header.start),
        header.operator,
        header.version
    );
    writeln!(out)?;
    write_wrapped(out, WIDTH, ("", "  "), &text)
}
