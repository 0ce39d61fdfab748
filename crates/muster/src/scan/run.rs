//! `muster scan`: the sweep alone, in Nmap's dialect.

use std::collections::HashMap;
use std::io::{self, Write as _};
use std::net::IpAddr;
use std::process::ExitCode;

use jiff::Zoned;
use muster_engine::{Network, SweepPlan};
use muster_model::Protocol;
use muster_nmap::output::{Ending, Outcome, Scan, ScanKind};
use muster_report::write_summary;
use muster_sweep::{Connect, Scoped};

use super::args::ScanArgs;
use super::dry_run::dry_run;
use super::hosts::Roster;
use super::outputs::Outputs;
use super::plan::ScanPlan;
use crate::failure::Failure;
use crate::output::say;
use crate::signals::Signals;
use crate::sweep::{Scanned, Stage, inputs, names_of, network_failure, states, sweep_stage};

/// Runs the scan that `args` describes; `arguments` is the command line as typed, for the outputs.
pub(crate) fn scan(args: &ScanArgs, arguments: &str) -> Result<ExitCode, Failure> {
    let plan = ScanPlan::new(args)?;
    let connect = Connect::new().map_err(|error| network_failure(&error))?;
    let sockets = connect.most_sockets();
    if args.timing.dry_run {
        return dry_run(args, &plan, sockets);
    }
    let mut run = Run {
        args,
        arguments,
        signals: Signals::catch()?,
        outputs: Outputs::open(&args.output, &inputs(&args.targets))?,
        header: header(args, &plan, arguments),
        network: Scoped::new(connect, plan.targets.scope.clone()),
        sockets,
        plan,
    };
    for error in &run.plan.targets.unresolved {
        say(&format!("warning: {error}; the scan goes on without it\n"));
    }
    run.outputs.begin(&run.header);
    let found = run.sweep()?;
    run.write(&found);
    run.exit_code(found)
}

/// A scan under way.
struct Run<'a> {
    args: &'a ScanArgs,
    arguments: &'a str,
    signals: Signals,
    outputs: Outputs,
    header: Scan,
    network: Scoped<Connect>,
    sockets: usize,
    plan: ScanPlan,
}

/// What the sweeps of a scan found.
struct Found {
    discovery: Option<Scanned>,
    ports: Option<Scanned>,
}

impl Run<'_> {
    /// Finds out which hosts are there, unless told that all are, and sweeps their ports, unless told not to.
    fn sweep(&mut self) -> Result<Found, Failure> {
        let discovery = if self.args.skip_discovery {
            None
        } else {
            let plan = self.plan.discovery(&self.args.timing, self.sockets)?;
            Some(self.stage("discovery", plan)?)
        };
        let hosts = match &discovery {
            None => self.plan.targets.addresses.clone(),
            Some(scanned) => scanned.living()?,
        };
        let is_complete = discovery.as_ref().is_none_or(|scanned| scanned.complete);
        let ports = if self.args.only_discovery || hosts.is_empty() || !is_complete {
            None
        } else {
            let plan = self.plan.port_sweep(hosts, &self.args.timing, self.sockets);
            Some(self.stage("ports", plan)?)
        };
        Ok(Found { discovery, ports })
    }

    fn stage(&mut self, name: &'static str, plan: SweepPlan) -> Result<Scanned, Failure> {
        let stage = Stage {
            name,
            seed: self.plan.seed,
            arguments: self.arguments,
            stats_every: self.args.timing.stats_every,
            only_open: self.args.output.open,
            signals: &self.signals,
            start: self.header.start.timestamp(),
        };
        sweep_stage(plan, &mut self.network, &stage, &mut self.outputs)
    }

    /// Writes every host in every format, and the summary to stderr.
    fn write(&mut self, found: &Found) {
        let end = Zoned::now().with_time_zone(self.header.start.time_zone().clone());
        let names = self.names(found);
        let none = Default::default();
        let roster = Roster {
            targets: &self.plan.targets.addresses,
            ports: &self.plan.ports,
            seen: found.ports.as_ref().map_or(&[], |scanned| &scanned.seen),
            discovered: found.discovery.as_ref().map(|scanned| scanned.seen.as_slice()),
            timed_out: found.ports.as_ref().map_or(&none, |scanned| &scanned.timed_out),
            given_names: &self.plan.targets.given_names,
            reverse_names: &names,
            complete: found.is_complete(),
            times: (self.header.start.timestamp(), end.timestamp()),
        };
        let (mut up, mut total) = (0, 0);
        for host in roster.hosts() {
            total += 1;
            up += u64::from(host.up);
            self.outputs.host(&self.header, &host);
        }
        let elapsed = self.network.now().since_start();
        let total = if found.is_complete() { self.plan.targets.addresses.len() as u64 } else { total };
        self.outputs.end(&self.header, &Ending { end, elapsed, total, up, outcome: self.outcome(found) });
        self.summarise(found);
    }

    fn outcome(&self, found: &Found) -> Outcome {
        let by = match (self.signals.received(), found.failure()) {
            (Some(signal), _) => signal.name(),
            (None, Some(failure)) => failure.message(),
            (None, None) if found.is_complete() => return Outcome::Success,
            (None, None) => "the reader of the output has gone",
        };
        Outcome::Interrupted(by.to_owned())
    }

    /// Names of the hosts that answered, or of all with `-R`.
    fn names(&self, found: &Found) -> HashMap<IpAddr, String> {
        if self.args.targets.never_resolve || !found.is_complete() {
            return HashMap::new();
        }
        let addresses: Vec<IpAddr> = if self.args.always_resolve {
            self.plan.targets.addresses.iter().collect()
        } else {
            let seen =
                [&found.discovery, &found.ports].into_iter().flatten().flat_map(|scanned| &scanned.seen);
            let mut living: Vec<_> =
                seen.filter(|seen| seen.is_sign_of_life()).map(|seen| seen.endpoint.address).collect();
            living.sort_unstable();
            living.dedup();
            living
        };
        names_of(&addresses, &self.signals).names
    }

    fn summarise(&self, found: &Found) {
        let mut text = Vec::new();
        // Writing to memory cannot fail.
        let _ = self.write_summaries(&mut text, found);
        say(&String::from_utf8_lossy(&text));
    }

    fn write_summaries(&self, text: &mut Vec<u8>, found: &Found) -> io::Result<()> {
        if let Some(scanned) = &found.discovery {
            let up = scanned.seen.iter().filter(|seen| seen.is_sign_of_life()).count() as u128;
            let silent = self.plan.targets.addresses.len() - up.min(self.plan.targets.addresses.len());
            writeln!(text, "discovery by ports 80 and 443: {up} hosts answered, {silent} did not")?;
            if silent > 0 && !self.args.only_discovery {
                writeln!(text, "not swept: the {silent} hosts that did not answer; -Pn sweeps them too")?;
            }
        }
        if let Some(scanned) = found.ports.as_ref().or(found.discovery.as_ref()) {
            write_summary(text, &scanned.summary, states(&scanned.seen), scanned.elapsed, scanned.complete)?;
        }
        if found.ports.is_some() {
            let ports = &self.plan.ports;
            let swept = ports.list(Protocol::Tcp);
            writeln!(text, "not looked at: TCP ports other than {swept}, UDP")?;
        }
        writeln!(text, "seed {}", self.plan.seed.0)
    }

    fn exit_code(&self, found: Found) -> Result<ExitCode, Failure> {
        if let Some(failure) = found.into_failure().or_else(|| self.outputs.failure()) {
            return Err(failure);
        }
        if let Some(signal) = self.signals.received() {
            return Ok(signal.exit_code());
        }
        Ok(ExitCode::from(if self.plan.targets.unresolved.is_empty() { 0 } else { 4 }))
    }
}

impl Found {
    fn is_complete(&self) -> bool {
        [&self.discovery, &self.ports].into_iter().flatten().all(|scanned| scanned.complete)
    }

    fn failure(&self) -> Option<&Failure> {
        [&self.discovery, &self.ports].into_iter().flatten().find_map(|scanned| scanned.failure.as_ref())
    }

    fn into_failure(self) -> Option<Failure> {
        [self.discovery, self.ports].into_iter().flatten().find_map(|scanned| scanned.failure)
    }
}

fn header(args: &ScanArgs, plan: &ScanPlan, arguments: &str) -> Scan {
    Scan {
        program: "muster".to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        arguments: arguments.to_owned(),
        start: Zoned::now(),
        kind: if args.only_discovery { ScanKind::Discovery } else { ScanKind::Connect },
        tcp: plan.ports.ranges(Protocol::Tcp).to_vec(),
        verbosity: args.output.verbose,
        debugging: 0,
        reasons: args.output.reason,
        only_open: args.output.open,
        stylesheet: None,
    }
}
