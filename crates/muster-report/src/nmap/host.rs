//! A host of a run as Nmap's formats have it.

use jiff::Timestamp;
use muster_catalog::{Catalog, registry};
use muster_model::{Asset, Host, Judgement, NameSource, Observation, Protocol, Reason};
use muster_nmap::output::{self, Script};

use super::service::service;
use super::xml::second;
use crate::audit::products::{consistent_with, identified, join};
use crate::audit::words::{clean, first_name};

/// The id under which a verdict stands among the results of scripts.
pub const VERDICT_SCRIPT: &str = "muster-verdict";

/// The host, of a run that began at `start`.
pub(crate) fn host(catalog: &Catalog, host: &Host, start: Timestamp) -> output::Host {
    let asset = &host.asset;
    let sign = asset.ports.iter().filter(|seen| seen.is_sign_of_life()).min_by_key(|seen| seen.at);
    let times = || asset.ports.iter().map(|seen| second(start, seen.at));
    output::Host {
        address: asset.address,
        up: true,
        phantom: None,
        reason: sign.map_or(Reason::UserSet, |seen| seen.reason),
        reason_ttl: sign.and_then(|seen| seen.ttl).unwrap_or(0),
        hardware: None,
        maker: None,
        given_name: name(asset, NameSource::Target),
        reverse_name: name(asset, NameSource::Reverse),
        ports: ports(catalog, asset),
        scripts: vec![verdict(host)],
        latency: None,
        timed_out: false,
        start: times().min().unwrap_or_else(|| start.as_second()),
        end: times().max().unwrap_or_else(|| start.as_second()),
    }
}

fn name(asset: &Asset, source: NameSource) -> Option<String> {
    asset.names.iter().find(|name| name.source == source).map(|name| name.name.to_string())
}

fn ports(catalog: &Catalog, asset: &Asset) -> Vec<output::Port> {
    let is_port = |seen: &&Observation| matches!(seen.endpoint.protocol, Protocol::Tcp | Protocol::Udp);
    asset.ports.iter().filter(is_port).map(|seen| port(catalog, asset, seen)).collect()
}

fn port(catalog: &Catalog, asset: &Asset, seen: &Observation) -> output::Port {
    let endpoint = seen.endpoint;
    let registered = registry::service_name(endpoint.port, endpoint.protocol);
    let told = asset.services.iter().find(|told| told.endpoint == endpoint);
    output::Port {
        number: endpoint.port,
        protocol: endpoint.protocol,
        state: seen.state,
        reason: seen.reason,
        reason_ttl: seen.ttl.unwrap_or(0),
        reason_from: seen.icmp.map(|icmp| icmp.from).filter(|from| *from != endpoint.address),
        phantom: None,
        service: match told {
            Some(told) => Some(service(catalog, told, registered)),
            None => registered.map(output::Service::registered),
        },
        scripts: Vec::new(),
    }
}

/// The verdict: its word and the reasons for people, and by keys what programs may want.
fn verdict(host: &Host) -> Script {
    let judgement = &host.judgement;
    let elements = elements(&host.asset, judgement);
    Script {
        id: VERDICT_SCRIPT.to_owned(),
        output: clean(&format!("{}: {}", judgement.verdict, reasons(judgement))).into_owned(),
        elements: elements
            .into_iter()
            .filter(|(_, value)| !value.is_empty())
            .map(|(key, value)| (key.to_owned(), clean(&value).into_owned()))
            .collect(),
    }
}

fn elements(asset: &Asset, judgement: &Judgement) -> [(&'static str, String); 10] {
    let finding = judgement.findings.iter();
    [
        ("verdict", judgement.verdict.name().to_owned()),
        ("reasons", reasons(judgement)),
        ("product", identified(&asset.services)),
        ("behaves-like", consistent_with(&asset.services)),
        ("device", asset.device.as_ref().map_or("", |device| device.class.name()).to_owned()),
        ("name", first_name(&asset.names).to_owned()),
        ("zone", asset.zone.as_ref().map(ToString::to_string).unwrap_or_default()),
        ("phantom", if asset.is_phantom { "yes" } else { "" }.to_owned()),
        ("findings", join(finding.map(|one| format!("{} {}: {}", one.severity, one.code, one.text)))),
        ("next-step", judgement.next_steps.first().map(ToString::to_string).unwrap_or_default()),
    ]
}

fn reasons(judgement: &Judgement) -> String {
    join(judgement.reasons.iter().map(ToString::to_string))
}
