//! A network to sweep, on one machine and without a way out: two namespaces joined by a veth pair, where the far one
//! answers for whole networks as a plan says.
//!
//! What is real: sockets, routes, ARP, the kernel's TCP, ICMP errors, loss. What is not: distance and time. The lab
//! needs root, `ip` and `nft` on Linux; tests ask [`Lab::available`] and say so where it is not to be had.
//!
//! ```no_run
//! use muster_testkit::lab::{Lab, LabPlan};
//!
//! let lab = Lab::start(LabPlan::of("10.77.3.0/24")?)?;
//! let output = lab.run("nmap", &["--unprivileged", "-sT", "-n", "-Pn", "-p", "2967", "10.77.3.0/24"])?;
//! # Ok::<(), muster_testkit::lab::LabError>(())
//! ```

pub mod companion;
pub mod dns;
pub mod listener;
mod mask;
mod named;
mod namespace;
mod plan;
mod prefix;
mod process;
pub mod programs;
pub mod relay;
pub mod replay;
pub mod resolver;
mod rules;
mod settings;
mod sink;
mod truth;
mod witness;

use std::io;
use std::net::IpAddr;
use std::path::PathBuf;
use std::process::{Command, Output};
use std::sync::OnceLock;
use std::time::Duration;

use muster_model::{PortState, Reason};

use companion::Companion;
use namespace::Pair;

pub use named::{NAMES, named};
pub use plan::{LabPlan, Loss, Make, Middlebox, Welcome, segment_addresses};
pub use prefix::Prefix;
pub use process::Running;
pub use relay::Relay;
pub use resolver::Resolver;
pub use sink::Sink;
pub use truth::{Asked, Behaviour, Shares, Truth};
pub use witness::{Arrivals, Witness};

/// How long a program may run where nothing else is said.
const RUN_LIMIT: Duration = Duration::from_secs(120);
const RULES_LIMIT: Duration = Duration::from_secs(30);

/// Why there is no lab, or a program in it did not do its work.
#[derive(Debug, thiserror::Error)]
pub enum LabError {
    /// This machine cannot have a lab.
    #[error("lab {0}")]
    Unavailable(String),
    /// The plan asks for what cannot be built.
    #[error("lab plan: {0}")]
    Plan(&'static str),
    /// A packet could leave the lab; it was not started.
    #[error("namespace {namespace} has a way out: {found}")]
    WayOut {
        /// The namespace.
        namespace: String,
        /// The interface or route, as `ip` prints it.
        found: String,
    },
    /// A program could not be started.
    #[error("{program}: {source}")]
    Start {
        /// The command.
        program: String,
        /// Why.
        source: io::Error,
    },
    /// A program that had to succeed did not.
    #[error("{program}: {said}")]
    Failed {
        /// The command.
        program: String,
        /// What it printed about it.
        said: String,
    },
    /// A program ran too long and was ended.
    #[error("{program}: still running after {limit:?}")]
    TimedOut {
        /// The command.
        program: String,
        /// What it was given.
        limit: Duration,
    },
    /// A file of the lab could not be written.
    #[error("{}: {source}", path.display())]
    File {
        /// The file or folder.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

/// One of the two namespaces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// Where scanners run.
    Near,
    /// Where the hosts are.
    Far,
}

/// A lab at work; dropping it ends and removes everything in it.
#[derive(Debug)]
pub struct Lab {
    plan: LabPlan,
    // Before the namespaces, so that they end before those go.
    _listener: Companion,
    _relay: Option<Companion>,
    pair: Pair,
}

impl Lab {
    /// Whether this machine can have a lab, tried once per process.
    ///
    /// # Errors
    /// The reason why not, to be printed by the test that skips.
    pub fn available() -> Result<(), String> {
        static TRIED: OnceLock<Result<(), String>> = OnceLock::new();
        TRIED.get_or_init(attempt).clone()
    }

    /// Builds the lab; what labs of dead processes left behind is removed first.
    ///
    /// # Errors
    /// Where the plan or the machine does not allow it, or there would be a way out of the namespaces.
    pub fn start(plan: LabPlan) -> Result<Self, LabError> {
        plan.check()?;
        Self::sweep_stale()?;
        let pair = Pair::create(&plan)?;
        let relay = plan.relay.as_ref().map(|relay| join_relay(&pair, &plan, relay)).transpose()?;
        load_rules(&pair, &plan)?;
        let listener = Companion::start(&pair.far, "muster-lab-listener", &listener::work(&plan))?;
        Ok(Self { plan, _listener: listener, _relay: relay, pair })
    }

    /// Removes what labs left behind whose processes were killed; gives the number of namespaces.
    ///
    /// # Errors
    /// Where the programs in them cannot be listed or ended.
    pub fn sweep_stale() -> Result<usize, LabError> {
        namespace::sweep_stale()
    }

    /// What the lab was built from.
    pub fn plan(&self) -> &LabPlan {
        &self.plan
    }

    /// The name of the namespace where scanners run.
    pub fn near(&self) -> &str {
        &self.pair.near
    }

    /// The name of the namespace where the hosts are.
    pub fn far(&self) -> &str {
        &self.pair.far
    }

    /// What a connect scan must find, with its reason, for every endpoint of the networks: by network, address, port.
    pub fn truth(&self) -> impl Iterator<Item = (IpAddr, u16, PortState, Reason)> + '_ {
        self.plan.findings(Asked::Connect)
    }

    /// What a raw sweep must find: TCP ports asked by SYNs, or UDP ports by datagrams, those of the segment's hosts
    /// included with UDP.
    pub fn raw_truth(&self, asked: Asked) -> impl Iterator<Item = (IpAddr, u16, PortState, Reason)> + '_ {
        self.plan.findings(asked)
    }

    /// The same for the hosts on the common segment. Its other addresses are filtered for `host-unreach` once three
    /// requests for a neighbour have gone unanswered, which takes about three seconds.
    pub fn segment_truth(&self) -> impl Iterator<Item = (IpAddr, u16, PortState, Reason)> + '_ {
        self.plan.segment_behaviours().map(|endpoint| finding(Asked::Connect, endpoint))
    }

    /// Begins to count the TCP SYNs that arrive at each address.
    ///
    /// # Errors
    /// Where the rules cannot be loaded.
    pub fn witness(&self) -> Result<Witness, LabError> {
        Witness::start(&self.pair.far)
    }

    /// Cuts the line between the two sides, or mends it: the near end goes down or up.
    ///
    /// # Errors
    /// Where `ip` says no.
    pub fn set_line(&self, is_up: bool) -> Result<(), LabError> {
        let mut ip = self.command(Side::Near, "ip");
        ip.args(["link", "set", namespace::LINK, if is_up { "up" } else { "down" }]);
        process::succeed(ip, Vec::new(), RUN_LIMIT).map(drop)
    }

    /// A command that will run inside one of the namespaces.
    pub fn command(&self, side: Side, program: &str) -> Command {
        let namespace = if side == Side::Near { self.near() } else { self.far() };
        namespace::command(namespace, program)
    }

    /// Runs a program in the near namespace, for two minutes at most.
    ///
    /// # Errors
    /// Where it cannot be started, or runs longer: then it is killed. Its exit status is not looked at.
    pub fn run(&self, program: &str, arguments: &[&str]) -> Result<Output, LabError> {
        self.run_within(RUN_LIMIT, program, arguments)
    }

    /// The same with another limit.
    ///
    /// # Errors
    /// As [`Lab::run`].
    pub fn run_within(&self, limit: Duration, program: &str, arguments: &[&str]) -> Result<Output, LabError> {
        let mut command = self.command(Side::Near, program);
        command.args(arguments);
        process::run(command, Vec::new(), limit)
    }

    /// Starts a program in the near namespace and leaves it to the caller; dropping the result kills it.
    ///
    /// # Errors
    /// Where it cannot be started.
    pub fn spawn(&self, program: &str, arguments: &[&str]) -> Result<Running, LabError> {
        let mut command = self.command(Side::Near, program);
        command.args(arguments);
        Running::start(command)
    }

    /// Connections that the lab itself lost for lack of room, not by plan: the far side's overflows of accept and SYN
    /// queues. A measurement is worth nothing unless this is zero.
    ///
    /// # Errors
    /// Where the kernel's counters cannot be read.
    pub fn overflows(&self) -> Result<u64, LabError> {
        let mut cat = self.command(Side::Far, "cat");
        cat.arg("/proc/net/netstat");
        let counters = process::succeed(cat, Vec::new(), RUN_LIMIT)?;
        let of = |name| counter(&counters, name).unwrap_or(0);
        Ok(of("ListenOverflows") + of("ListenDrops") + of("TCPReqQFullDrop") + of("TCPReqQFullDoCookies"))
    }
}

/// Packets that this machine has dropped since its start because more came at once than it keeps for later
/// (`net.core.netdev_max_backlog`, 1,000 a processor): the difference over a measurement must be zero too. The veth
/// pair meets that limit where thousands of connections repeat their SYN at the same moment.
pub fn backlog_drops() -> Option<u64> {
    let text = std::fs::read_to_string("/proc/net/softnet_stat").ok()?;
    let column = |line: &str| u64::from_str_radix(line.split(' ').nth(1)?, 16).ok();
    text.lines().map(column).sum()
}

/// What a question to an endpoint must bring to light.
fn finding(
    asked: Asked,
    (address, port, does): (IpAddr, u16, Behaviour),
) -> (IpAddr, u16, PortState, Reason) {
    let (state, reason) = does.finding(asked, address);
    (address, port, state, reason)
}

impl LabPlan {
    /// What every endpoint of the networks must be found to be, asked this way.
    pub fn findings(&self, asked: Asked) -> impl Iterator<Item = (IpAddr, u16, PortState, Reason)> + '_ {
        let tcp = (asked != Asked::Udp).then(|| self.behaviours());
        let udp = (asked == Asked::Udp).then(|| self.udp_behaviours());
        let endpoints = tcp.into_iter().flatten().chain(udp.into_iter().flatten());
        endpoints.map(move |endpoint| finding(asked, endpoint))
    }
}

/// Starts the relay, which makes both tun devices, and leads the networks through it.
fn join_relay(pair: &Pair, plan: &LabPlan, relay: &Relay) -> Result<Companion, LabError> {
    let work = relay.work(namespace::RELAY_NEAR, namespace::RELAY_FAR);
    let companion = Companion::start(&pair.near, "muster-lab-relay", &work)?;
    pair.join_relay(plan)?;
    Ok(companion)
}

/// Tries everything a lab needs with the smallest lab.
fn attempt() -> Result<(), String> {
    if std::env::consts::OS != "linux" {
        return Err("needs Linux".to_owned());
    }
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let user = status.lines().find_map(|line| line.strip_prefix("Uid:"));
    if user.and_then(|ids| ids.split_whitespace().nth(1)) != Some("0") {
        return Err("needs root".to_owned());
    }
    let plan = LabPlan { loss: Loss { to_far: 1, to_near: 1 }, ..LabPlan::default() };
    let plan = LabPlan { networks: Vec::new(), ..plan };
    Pair::create(&plan)
        .and_then(|pair| load_rules(&pair, &plan))
        .map_err(|error| format!("does not work: {error}"))
}

fn load_rules(pair: &Pair, plan: &LabPlan) -> Result<(), LabError> {
    let mut nft = namespace::command(&pair.far, "nft");
    nft.args(["-f", "-"]);
    process::succeed(nft, rules::ruleset(plan).into_bytes(), RULES_LIMIT).map(drop)
}

/// A counter of /proc/net/netstat, where a line of names is followed by a line of values.
fn counter(text: &str, name: &str) -> Option<u64> {
    let lines: Vec<&str> = text.lines().collect();
    lines.chunks_exact(2).find_map(|pair| {
        let at = pair[0].split(' ').position(|word| word == name)?;
        pair[1].split(' ').nth(at)?.parse().ok()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counters_are_found_by_name() {
        let text = "TcpExt: A ListenDrops\nTcpExt: 1 27\nIpExt: B\nIpExt: 3\n";
        assert_eq!(counter(text, "ListenDrops"), Some(27));
        assert_eq!(counter(text, "B"), Some(3));
        assert_eq!(counter(text, "C"), None);
    }
}
