//! Unknown: too little is known. It says what is known all the same, and what would tell more, cheapest first.

use std::collections::BTreeMap;

use muster_catalog::{Listener, Product};
use muster_model::{PortState, Protocol, Verdict};

use super::sighting::Appearance;
use super::{Case, Ruling, absent};
use crate::policy::{ListenerPolicy, Zone};
use crate::sentence::{NextStep, Titles, VerdictReason};

pub(super) fn ruling(case: &Case<'_>) -> Ruling {
    let mut known = Known::default();
    known.phantom(case);
    known.device(case);
    known.sightings(case);
    match (case.zone, case.expectation()) {
        (Some(_), Some(zone)) => known.expectation(case, zone),
        (Some(zone), None) => known.nothing_expected(zone),
        (None, _) => known.no_zone(case),
    }
    known.steps.push(NextStep::FindInLists);
    let cheapest = |step: &NextStep| COST.iter().position(|costs| costs(step)).unwrap_or(COST.len());
    known.steps.sort_by_key(cheapest);
    known.steps.dedup();
    known.steps.truncate(MOST_STEPS);
    Ruling { verdict: Verdict::Unknown, reasons: known.reasons, next_steps: known.steps }
}

/// What is known, and what would tell more.
#[derive(Default)]
struct Known {
    reasons: Vec<VerdictReason>,
    steps: Vec<NextStep>,
}

impl Known {
    fn phantom(&mut self, case: &Case<'_>) {
        if case.asset.is_phantom {
            self.reasons.push(VerdictReason::Phantom);
            self.steps.push(NextStep::WithinSegment);
        }
    }

    fn device(&mut self, case: &Case<'_>) {
        if let Some(device) = &case.asset.device {
            self.reasons.push(VerdictReason::DeviceSign { device: device.clone() });
            self.steps.push(NextStep::ConfirmDevice { class: device.class });
            if device.is_certain() && !case.was_looked_at() {
                self.not_looked_at();
            }
        }
    }

    fn not_looked_at(&mut self) {
        self.reasons.push(VerdictReason::NotLookedAt);
        self.steps.push(NextStep::AskDevicePorts);
    }

    /// Open ports that are not enough.
    fn sightings(&mut self, case: &Case<'_>) {
        let mut is_any_agent = false;
        for sighting in &case.sightings {
            let (agents, port) = (sighting.agents(), sighting.port);
            match sighting.appearance {
                Appearance::Genuine(product) => {
                    self.reasons.push(VerdictReason::ServerPart { port, product: Titles::of([product]) });
                }
                _ if agents.is_empty() => {}
                Appearance::NotTalkedTo(_) => {
                    is_any_agent = true;
                    self.reasons.push(sighting.reason(&agents));
                    self.steps.push(NextStep::AskPort { port });
                }
                // Servers that it fits as well as the agents are the reason why it proves nothing.
                Appearance::Consistent(..) => {
                    is_any_agent = true;
                    self.reasons.push(sighting.reason(sighting.products()));
                    self.steps.extend([NextStep::ListProgram { port }, NextStep::Explain { port }]);
                }
                _ => {
                    is_any_agent = true;
                    self.reasons.push(sighting.reason(&agents));
                    self.steps.extend([NextStep::ListProgram { port }, NextStep::Explain { port }]);
                }
            }
        }
        if !is_any_agent && !case.asset.is_phantom && case.expectation().is_none() {
            self.reasons.push(VerdictReason::NoAgentPort);
        }
    }

    fn no_zone(&mut self, case: &Case<'_>) {
        let (reason, step) = match case.policy.zones.is_empty() {
            true => (VerdictReason::NoPolicy, NextStep::ExpectProducts),
            false => (VerdictReason::OutsideZones, NextStep::AddZone),
        };
        self.reasons.push(reason);
        self.steps.push(step);
    }

    fn nothing_expected(&mut self, zone: &Zone) {
        self.reasons.push(VerdictReason::NothingExpected { zone: zone.name.clone() });
        self.steps.push(NextStep::ExpectProducts);
    }

    /// What the ports of the expected products say, a port at a time.
    fn expectation(&mut self, case: &Case<'_>, zone: &Zone) {
        let agents = case.expected();
        let (seen, unseen): (Vec<&Product>, Vec<&Product>) =
            agents.iter().partition(|agent| tcp_ports(agent).next().is_some());
        for (port, products) in by_port(&seen) {
            self.port(case, zone, port, &products);
        }
        let (udp, unseen): (Vec<&Product>, Vec<&Product>) =
            unseen.into_iter().partition(|agent| agent.listeners.iter().any(is_udp));
        if !udp.is_empty() {
            let products = Titles::of(udp);
            self.reasons.push(VerdictReason::UdpAlone { products: products.clone() });
            self.steps.push(NextStep::Console { products });
        }
        if !unseen.is_empty() {
            let products = Titles::of(unseen.iter().copied());
            self.reasons.push(VerdictReason::NoListener { products: products.clone() });
            self.steps.push(NextStep::ConsoleOnly { products });
        }
        if !seen.is_empty() {
            self.steps.push(NextStep::Console { products: Titles::of(seen.iter().copied()) });
        }
        let products = Titles::of(agents.iter().copied());
        self.reasons.push(VerdictReason::Unexpected { zone: zone.name.clone(), products });
    }

    fn port(&mut self, case: &Case<'_>, zone: &Zone, port: u16, agents: &[&Product]) {
        let products = Titles::of(agents.iter().copied());
        match case.observation(port) {
            // The sightings say what is to be said.
            Some(seen) if seen.state == PortState::Open => {}
            Some(_) if case.is_closed(port) => self.closed(case, zone, port, agents),
            Some(seen) => {
                let word = seen.reason.name();
                self.reasons.push(VerdictReason::NotReached { port, word, products });
                self.steps.push(NextStep::AllowScanner { port });
            }
            None if !case.was_asked(port) => {
                self.reasons.push(VerdictReason::NotAsked { port, products });
                self.steps.push(NextStep::AskPort { port });
            }
            None => {
                self.reasons.push(VerdictReason::NoAnswer { port, products });
                self.steps.push(NextStep::AllowScanner { port });
            }
        }
    }

    fn closed(&mut self, case: &Case<'_>, zone: &Zone, port: u16, agents: &[&Product]) {
        let is_required =
            |agent: &&Product| absent::required_ports(agent).is_some_and(|ports| ports.contains(&port));
        let (required, others): (Vec<&Product>, Vec<&Product>) =
            agents.iter().partition(|agent| is_required(agent));
        if !others.is_empty() {
            let products = Titles::of(others);
            self.reasons.push(VerdictReason::ClosedProvesNothing { port, products });
        }
        if required.is_empty() {
            return;
        }
        self.reasons.push(VerdictReason::ClosedListener { port, product: Titles::of(required) });
        if zone.listener == ListenerPolicy::Catalogue {
            self.steps.push(NextStep::RequireListener { port });
        } else if !case.was_looked_at() {
            self.not_looked_at();
        } else if !case.is_anything_open() {
            self.reasons.push(VerdictReason::OnlySign);
            self.steps.push(NextStep::FindInLists);
        }
    }
}

fn is_udp(listener: &Listener) -> bool {
    listener.protocol == Protocol::Udp
}

fn tcp_ports(product: &Product) -> impl Iterator<Item = u16> {
    let is_tcp = |listener: &&Listener| listener.protocol == Protocol::Tcp;
    product.listeners.iter().filter(is_tcp).flat_map(|listener| listener.ports.iter().copied())
}

fn by_port<'a>(agents: &[&'a Product]) -> BTreeMap<u16, Vec<&'a Product>> {
    let mut ports: BTreeMap<u16, Vec<&Product>> = BTreeMap::new();
    for &agent in agents {
        for port in tcp_ports(agent) {
            ports.entry(port).or_default().push(agent);
        }
    }
    ports
}

/// What costs least comes first: a look at a screen, then at the policy, then at the host, then at firewalls.
const COST: &[fn(&NextStep) -> bool] = &[
    |step| matches!(step, NextStep::ConsoleOnly { .. }),
    |step| matches!(step, NextStep::Console { .. }),
    |step| matches!(step, NextStep::Explain { .. }),
    |step| matches!(step, NextStep::AskDevicePorts | NextStep::AskPort { .. }),
    |step| matches!(step, NextStep::ConfirmDevice { .. }),
    |step| matches!(step, NextStep::ExpectProducts | NextStep::AddZone | NextStep::RequireListener { .. }),
    |step| matches!(step, NextStep::ListProgram { .. }),
    |step| matches!(step, NextStep::WithinSegment),
    |step| matches!(step, NextStep::AllowScanner { .. }),
];
const MOST_STEPS: usize = 5;
