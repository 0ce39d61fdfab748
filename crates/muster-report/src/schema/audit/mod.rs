//! The public JSON contract of an audit: one object a line, told apart by `type`.
//!
//! `audit` comes first, then a `sweep` line each, a `host` line each in order of address, `silent` and `phantom` ranges,
//! at the end one `coverage`. A stream without a `coverage` was cut off. Fields that are null are not known.

mod host;

use std::io::{self, Write};
use std::net::IpAddr;

use jiff::Timestamp;
use muster_audit::Coverage;
use muster_model::{AddressRange, RunId, RunOutcome, SweepRecord};
use serde::Serialize;

use super::SCHEMA;
use crate::audit::words::are_bounds_stated;

pub use host::{
    Asked, Device, Fact, Finding, Host, Identity, Name, Port, Protection, Service, Sign, Statement, System,
    Told,
};

/// One line of the stream.
#[derive(Debug, Serialize)]
#[serde(tag = "type", rename_all = "kebab-case")]
pub enum Line<'a> {
    /// What was asked for, and how it ended.
    Audit(Audit<'a>),
    /// A sweep in numbers.
    Sweep(Sweep<'a>),
    /// A host that answered, with its verdict.
    Host(Box<Host<'a>>),
    /// Addresses that gave no answer of their own, at most an error came from the way: nobody there, or a firewall.
    Silent(Range),
    /// Addresses of which even the decoy port was open, or for which one device resets every connection: not measured.
    Phantom(Range),
    /// The hosts by verdict.
    Coverage(Totals),
}

impl Line<'_> {
    /// Writes the line with its line end, in one call.
    ///
    /// # Errors
    /// The writer's.
    pub fn write(&self, out: &mut impl Write) -> io::Result<()> {
        let mut text = serde_json::to_vec(self)?;
        text.push(b'\n');
        out.write_all(&text)
    }
}

/// What was asked for, and how it ended.
#[derive(Debug, Serialize)]
pub struct Audit<'a> {
    /// The contract's version.
    pub schema: u32,
    /// The program's version.
    pub muster: &'a str,
    /// The run's number in its store; null: it is not stored.
    pub run: Option<u64>,
    /// The command line.
    pub arguments: &'a str,
    /// Who, as `user@machine`.
    pub operator: &'a str,
    /// When it began (RFC 3339).
    pub start: Timestamp,
    /// When it ended (RFC 3339).
    pub end: Timestamp,
    /// `false` if it was stopped before its end.
    pub complete: bool,
    /// What stopped it; null if nothing did.
    pub stopped_by: Option<&'a str>,
    /// The targets in words.
    pub targets: &'a str,
    /// How many addresses they are.
    pub addresses: u64,
    /// The seed of the order of probes.
    pub seed: u64,
    /// By what was asked and why, with the interfaces, a line each.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub network: Option<&'a str>,
    /// The policy's text; null: there was none.
    pub policy: Option<&'a str>,
    /// What was not looked at, a sentence each.
    pub not_tried: &'a [String],
}

impl<'a> Audit<'a> {
    /// The line for `run`.
    pub fn new(run: &'a muster_model::Run, id: Option<RunId>) -> Self {
        let header = &run.header;
        Self {
            schema: SCHEMA,
            muster: &header.version,
            run: id.map(|id| id.0),
            arguments: &header.arguments,
            operator: &header.operator,
            start: header.start,
            end: run.end,
            complete: run.outcome == RunOutcome::Complete,
            stopped_by: match &run.outcome {
                RunOutcome::Complete => None,
                RunOutcome::Partial(why) => Some(why),
            },
            targets: &header.targets,
            addresses: header.addresses,
            seed: header.seed,
            network: header.network.as_deref(),
            policy: header.policy.as_deref(),
            not_tried: &run.not_tried,
        }
    }
}

/// A sweep in numbers.
#[derive(Debug, Serialize)]
pub struct Sweep<'a> {
    /// What it was for, as in `agents`.
    pub stage: &'a str,
    /// The zones whose addresses it asked; empty where they lie outside every zone.
    pub zones: &'a [String],
    /// The ports, as in `2967,8081`.
    pub ports: &'a str,
    /// `false` if it was stopped before its end.
    pub complete: bool,
    /// How long it took, in seconds.
    pub elapsed_s: f64,
    /// Endpoints to be asked.
    pub endpoints: u64,
    /// Endpoints that answered.
    pub answered: u64,
    /// Of those, open ones.
    pub open: u64,
    /// Endpoints known only by an error from the way.
    pub errors: u64,
    /// Endpoints not asked, or given up.
    pub withheld: u64,
    /// Endpoints from which nothing came.
    pub silent: u64,
    /// Endpoints that were still to be asked when the sweep was stopped.
    pub not_tried: u64,
    /// Probes sent.
    pub probes: u64,
    /// Rounds made.
    pub rounds: u8,
    /// Known responders probed again, and how many of them stayed silent.
    pub controls: super::Controls,
    /// Endpoints that answered differently when they were asked again.
    pub conflicts: u64,
    /// From this second of the sweep on every known responder was silent: blocked, or overloaded; null: no.
    pub blocked_since_s: Option<f64>,
    /// Missed responders at most, at 99 % confidence, if losses are alike (bound A); null: not measurable, nothing
    /// settled for want of a route, time or answers, or the run was stopped before its end.
    pub missed_if_losses_alike: Option<u64>,
    /// Missed responders at most, at 99 % confidence, if no host loses more than half and rounds are independent
    /// (bound B); null as above.
    pub missed_if_no_host_loses_half: Option<u64>,
}

impl<'a> Sweep<'a> {
    /// The line for a sweep of `run`.
    pub fn new(run: &muster_model::Run, sweep: &'a SweepRecord) -> Self {
        let is_stated = are_bounds_stated(run, sweep);
        Self {
            stage: &sweep.stage,
            zones: &sweep.zones,
            ports: &sweep.ports,
            complete: sweep.is_complete,
            elapsed_s: sweep.elapsed.as_secs_f64(),
            endpoints: sweep.endpoints,
            answered: sweep.answered,
            open: sweep.open,
            errors: sweep.errors,
            withheld: sweep.withheld,
            silent: sweep.silent,
            not_tried: sweep.not_tried,
            probes: sweep.probes,
            rounds: sweep.rounds,
            controls: super::Controls { sent: sweep.controls.0, silent: sweep.controls.1 },
            conflicts: sweep.conflicts,
            blocked_since_s: sweep.blocked_since.map(|since| since.as_secs_f64()),
            missed_if_losses_alike: sweep.missed_if_losses_alike.filter(|_| is_stated),
            missed_if_no_host_loses_half: sweep.missed_if_no_host_loses_half.filter(|_| is_stated),
        }
    }
}

/// Consecutive addresses.
#[derive(Debug, Serialize)]
pub struct Range {
    /// The first address.
    pub first: IpAddr,
    /// The last address.
    pub last: IpAddr,
}

impl From<AddressRange> for Range {
    fn from(range: AddressRange) -> Self {
        Self { first: range.first, last: range.last }
    }
}

/// The hosts by verdict. Coverage is `lowest` to `highest`.
#[derive(Debug, Serialize)]
pub struct Totals {
    /// Hosts that count: neither exempt nor out of scope.
    pub in_scope: u64,
    /// Hosts that are protected, as a part of those in scope, from 0 to 1; null: none is in scope.
    pub lowest: Option<f64>,
    /// Hosts that are protected, unknown or suspect, as a part of those in scope; null: none is in scope.
    pub highest: Option<f64>,
    /// Hosts where something that is not the agent answers on its port.
    pub suspect: u64,
    /// Hosts from which the agent is known to be absent.
    pub unprotected: u64,
    /// Hosts with an agent that does not do its work.
    pub degraded: u64,
    /// Hosts of which too little is known.
    pub unknown: u64,
    /// Hosts that seem protected.
    pub protected_likely: u64,
    /// Hosts whose agent identified itself.
    pub protected_verified: u64,
    /// Hosts that the register of exemptions names.
    pub exempt: u64,
    /// Hosts that are no computers with an agent.
    pub out_of_scope: u64,
    /// Addresses that gave no answer of their own.
    pub silent_addresses: u128,
    /// Addresses of which even the decoy port was open.
    pub phantom_addresses: u128,
}

impl From<&Coverage> for Totals {
    fn from(coverage: &Coverage) -> Self {
        Self {
            in_scope: coverage.in_scope(),
            lowest: coverage.lowest(),
            highest: coverage.highest(),
            suspect: coverage.suspect,
            unprotected: coverage.unprotected,
            degraded: coverage.degraded,
            unknown: coverage.unknown,
            protected_likely: coverage.protected_likely,
            protected_verified: coverage.protected_verified,
            exempt: coverage.exempt,
            out_of_scope: coverage.out_of_scope,
            silent_addresses: coverage.silent,
            phantom_addresses: coverage.phantom,
        }
    }
}
