//! Hosts for tests, written in few words.

use std::net::IpAddr;

use jiff::Timestamp;
use jiff::civil::Date;
use muster_catalog::Catalog;
use muster_engine::{AddressSet, IntervalSet, PortSet};
use muster_model::{
    Asset, Conversation, Device, DeviceClass, DeviceSign, Endpoint, Excerpt, Finding, FindingCode, Host,
    HostName, Identity, Instant, Judgement, NameSource, Observation, PortState, ProductId, Reason, Run,
    RunHeader, RunOutcome, Service, Severity, SignKind, Speech, Statement, Told, Trait, Verdict,
};

use crate::{Asked, Judge, Policy};

/// The address of most hosts in tests.
pub(crate) const ADDRESS: &str = "10.1.0.9";

pub(crate) fn ip(text: &str) -> IpAddr {
    text.parse().unwrap()
}

pub(crate) fn now() -> Timestamp {
    "2026-11-22T12:00:00Z".parse().unwrap()
}

pub(crate) fn day(text: &str) -> Date {
    text.parse().unwrap()
}

pub(crate) fn policy(text: &str) -> Policy {
    Policy::parse(text, Catalog::builtin()).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

/// A policy with one zone around every address of tests.
pub(crate) fn expecting(products: &str, listener: &str) -> Policy {
    policy(&format!(
        "[[zone]]\nname = \"clients\"\nranges = [\"10.0.0.0/8\"]\nproducts = [{products}]\nlistener = \"{listener}\"\n"
    ))
}

pub(crate) fn judged(policy: &Policy, asset: &Asset) -> Judgement {
    judged_after(&everything(), policy, asset)
}

/// The same, where only some things were asked.
pub(crate) fn judged_after(asked: &Asked, policy: &Policy, asset: &Asset) -> Judgement {
    Judge { policy, catalog: Catalog::builtin(), asked, now: now() }.judge(asset)
}

/// Every port of every host.
pub(crate) fn everything() -> Asked {
    let mut asked = Asked::default();
    let all = AddressSet::new(IntervalSet::full(), IntervalSet::full());
    asked.add(all, PortSet::new(IntervalSet::full(), IntervalSet::empty()));
    asked
}

pub(crate) fn seen_at(address: &str, port: u16, state: PortState) -> Observation {
    let reason = match state {
        PortState::Open => Reason::SynAck,
        PortState::Closed => Reason::ConnRefused,
        PortState::Filtered | PortState::OpenFiltered => Reason::HostUnreach,
    };
    Observation {
        stack: None,
        endpoint: Endpoint::tcp(ip(address), port),
        state,
        reason,
        icmp: None,
        ttl: None,
        rtt: None,
        round: 1,
        at: Instant::START,
    }
}

pub(crate) fn ids(keys: &[&str]) -> Vec<ProductId> {
    keys.iter().map(|key| key.parse().unwrap()).collect()
}

pub(crate) fn genuine(product: &str) -> Identity {
    Identity::Genuine { product: product.parse().unwrap(), fingerprint: Excerpt::of("print") }
}

pub(crate) fn service_at(address: &str, port: u16, identity: Option<Identity>, told: &[Told]) -> Service {
    let speech = match &identity {
        Some(Identity::Consistent { by: Trait::Speaks(speech), .. })
        | Some(Identity::Impostor { by: Trait::Speaks(speech), .. }) => Some(*speech),
        _ => None,
    };
    Service {
        endpoint: Endpoint::tcp(ip(address), port),
        identity,
        speech,
        asked: Vec::new(),
        told: told.to_vec(),
        end: Conversation::TimedOut,
        exchanges: Vec::new(),
    }
}

/// An asset that grows by what is seen of it.
pub(crate) fn host() -> Asset {
    Asset {
        address: ip(ADDRESS),
        names: Vec::new(),
        zone: None,
        ports: Vec::new(),
        services: Vec::new(),
        hardware: None,
        system: None,
        device: None,
        is_phantom: false,
    }
}

pub(crate) trait Grow: Sized {
    fn open(self, port: u16) -> Self;
    fn closed(self, port: u16) -> Self;
    fn filtered(self, port: u16) -> Self;
    fn says(self, port: u16, identity: Identity, told: &[Told]) -> Self;
    fn spoken(self, speech: Speech) -> Self;
    fn named(self, name: &str, source: NameSource) -> Self;
    fn looks_like(self, class: DeviceClass, kinds: &[SignKind]) -> Self;
    fn phantom(self) -> Self;
}

impl Grow for Asset {
    fn open(self, port: u16) -> Self {
        with_state(self, port, PortState::Open)
    }

    fn closed(self, port: u16) -> Self {
        with_state(self, port, PortState::Closed)
    }

    fn filtered(self, port: u16) -> Self {
        with_state(self, port, PortState::Filtered)
    }

    fn says(self, port: u16, identity: Identity, told: &[Told]) -> Self {
        let mut asset = self.open(port);
        asset.services.push(service_at(ADDRESS, port, Some(identity), told));
        asset
    }

    /// What the last service spoke.
    fn spoken(mut self, speech: Speech) -> Self {
        self.services.last_mut().unwrap().speech = Some(speech);
        self
    }

    fn named(mut self, name: &str, source: NameSource) -> Self {
        self.names.push(HostName { name: Excerpt::of(name), source });
        self
    }

    fn looks_like(mut self, class: DeviceClass, kinds: &[SignKind]) -> Self {
        let sign = |&kind| DeviceSign { kind, endpoint: None, seen: Excerpt::of("sign") };
        self.device = Some(Device { class, signs: kinds.iter().map(sign).collect() });
        self
    }

    fn phantom(mut self) -> Self {
        self.is_phantom = true;
        self
    }
}

pub(crate) fn with_state(mut asset: Asset, port: u16, state: PortState) -> Asset {
    asset.ports.push(seen_at(ADDRESS, port, state));
    asset.ports.sort_by_key(|seen| seen.endpoint);
    asset
}

/// A run in which nothing was found.
pub(crate) fn empty_run() -> Run {
    Run {
        header: RunHeader {
            start: now(),
            arguments: String::new(),
            operator: String::new(),
            version: String::new(),
            policy: None,
            targets: String::new(),
            addresses: 0,
            seed: 0,
            network: None,
        },
        end: now(),
        outcome: RunOutcome::Complete,
        sweeps: Vec::new(),
        silent: Vec::new(),
        phantom: Vec::new(),
        not_tried: Vec::new(),
        hosts: Vec::new(),
    }
}

/// A host with that verdict and those findings, and nothing else to say.
pub(crate) fn with_verdict(asset: Asset, verdict: Verdict, findings: &[(FindingCode, Severity)]) -> Host {
    let said = || Statement { code: "code".into(), text: "text".into() };
    let finding = |&(code, severity)| Finding { code, severity, text: said(), remedy: said() };
    let judgement = Judgement {
        verdict,
        reasons: vec![said()],
        findings: findings.iter().map(finding).collect(),
        next_steps: Vec::new(),
        protection: Vec::new(),
    };
    Host { asset, judgement }
}
