//! The two network namespaces: made, joined, checked for ways out, and removed with all that runs in them.
//!
//! ```text
//!   near  10.78.0.1 ── lab0 ═ veth ═ lab0 ── 10.78.0.2  far ── local 10.77.0.0/16
//!         10.79.0.1 ── lab1 ─ relay ─ lab2 ── 10.79.0.2         (where the plan has a relay)
//! ```
//! The veth pair and the tun devices are made inside the namespaces, so that no interface of a lab is ever seen outside
//! of them.

use std::collections::BTreeSet;
use std::fs;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::process::{self, Command};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use super::LabError;
use super::plan::{FAR_HOST, LabPlan, NEAR_HOST, SEGMENT_V4, SEGMENT_V6, segment_addresses};
use super::prefix::Prefix;
use super::process::{run, succeed};
use super::settings;
use super::truth::Behaviour;

/// The name of both ends of the veth pair.
pub(super) const LINK: &str = "lab0";
/// The near end of the relay.
pub(super) const RELAY_NEAR: &str = "lab1";
/// Its far end: made beside the near one and moved over.
pub(super) const RELAY_FAR: &str = "lab2";
/// The resolver's address in the near namespace: in 127.0.0.0/8, and never the machine's own stub resolver, which
/// lives in another namespace.
pub(super) const NAME_SERVER: &str = "127.0.0.53";

/// Where the ends of the relay have their addresses, but for the host number.
const RELAY_SEGMENT: (&str, &str) = ("10.79.0.", "fd79::");
const PREFIX: &str = "mlab-";
const NAMESPACES: &str = "/run/netns";
const ETC_NETNS: &str = "/etc/netns";
const LIMIT: Duration = Duration::from_secs(20);

/// The namespaces of one lab; dropping it removes everything.
#[derive(Debug)]
pub(super) struct Pair {
    pub(super) near: String,
    pub(super) far: String,
}

impl Pair {
    /// Makes both namespaces and the link between them, with the plan's addresses, routes and kernel settings.
    pub(super) fn create(plan: &LabPlan) -> Result<Self, LabError> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let name = format!("{PREFIX}{}-{}", process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let pair = Self { near: format!("{name}-near"), far: format!("{name}-far") };
        write_name_service(&pair.near)?;
        ip(&["netns", "add", &pair.near], String::new())?;
        ip(&["netns", "add", &pair.far], String::new())?;
        settings::apply(&pair.near, &settings::near())?;
        settings::apply(&pair.far, &settings::far(plan))?;
        let link = ["link", "add", LINK, "type", "veth", "peer", "name", LINK, "netns", &pair.far];
        ip(&[&["-n", &pair.near], &link[..]].concat(), String::new())?;
        ip(&["-n", &pair.far, "-batch", "-"], far_setup(plan))?;
        ip(&["-n", &pair.near, "-batch", "-"], near_setup(plan))?;
        pair.check_closed()?;
        Ok(pair)
    }

    /// Leads the plan's networks through the relay, which has made its devices in the near namespace.
    pub(super) fn join_relay(&self, plan: &LabPlan) -> Result<(), LabError> {
        ip(&["-n", &self.near, "link", "set", RELAY_FAR, "netns", &self.far], String::new())?;
        ip(&["-n", &self.far, "-batch", "-"], relay_end(RELAY_FAR, FAR_HOST).join("\n"))?;
        let mut lines = relay_end(RELAY_NEAR, NEAR_HOST);
        lines.extend(plan.prefixes().map(|network| format!("route add {network} dev {RELAY_NEAR}")));
        ip(&["-n", &self.near, "-batch", "-"], lines.join("\n"))?;
        self.check_closed()
    }

    /// Leads one more network over the segment.
    pub(super) fn lead(&self, network: &str) -> Result<(), LabError> {
        let [router, _] = segment_addresses(FAR_HOST);
        let words = ["-n", &self.near, "route", "add", network, "via", &router.to_string(), "dev", LINK];
        ip(&words, String::new())?;
        self.check_closed()
    }

    /// Refuses namespaces from which a packet could get anywhere but to the other one.
    fn check_closed(&self) -> Result<(), LabError> {
        for namespace in [&self.near, &self.far] {
            let links = ip(&["-n", namespace, "-brief", "link", "show"], String::new())?;
            let v4 = ip(&["-n", namespace, "-4", "route", "show", "table", "all"], String::new())?;
            let v6 = ip(&["-n", namespace, "-6", "route", "show", "table", "all"], String::new())?;
            let stranger = links.lines().find(|line| !is_own_link(line));
            let default = v4.lines().chain(v6.lines()).find(|line| line.starts_with("default"));
            if let Some(found) = stranger.or(default) {
                return Err(LabError::WayOut { namespace: namespace.clone(), found: found.to_owned() });
            }
        }
        Ok(())
    }
}

impl Drop for Pair {
    fn drop(&mut self) {
        // A destructor cannot report; what stays is removed by the next sweep for stale labs.
        let _ = remove(&self.near);
        let _ = remove(&self.far);
    }
}

/// A command inside a namespace.
pub(super) fn command(namespace: &str, program: &str) -> Command {
    let mut command = Command::new("ip");
    command.args(["netns", "exec", namespace, program]);
    command
}

/// Removes what labs of processes that live no more have left behind; gives the number of namespaces.
pub(super) fn sweep_stale() -> Result<usize, LabError> {
    let named = entries(NAMESPACES).chain(entries(ETC_NETNS)).filter(|name| is_stale(name));
    let stale: BTreeSet<String> = named.collect();
    stale.iter().try_for_each(|name| remove(name))?;
    Ok(stale.len())
}

fn is_own_link(line: &str) -> bool {
    let name = line.split([' ', '@']).next();
    name.is_some_and(|name| ["lo", LINK, RELAY_NEAR, RELAY_FAR].contains(&name))
}

fn far_setup(plan: &LabPlan) -> String {
    let mut lines = both_up(FAR_HOST);
    lines.extend(plan.segment.iter().flat_map(|(host, _)| addresses(*host)));
    lines.extend(plan.prefixes().map(|network| format!("route add local {network} dev lo")));
    lines.extend(v6_refusers(plan).map(|address| format!("address add {address}/128 dev lo nodad")));
    lines.join("\n")
}

fn near_setup(plan: &LabPlan) -> String {
    let [v4, v6] = segment_addresses(FAR_HOST);
    let mut lines = both_up(NEAR_HOST);
    let over_segment = |network: Prefix| {
        let router = if network.is_ipv4() { v4 } else { v6 };
        format!("route add {network} via {router} dev {LINK}")
    };
    lines.extend(plan.prefixes().filter(|_| plan.relay.is_none()).map(over_segment));
    lines.join("\n")
}

/// Who refuses datagrams over IPv6. The kernel sends the error from the address that was asked only where that is an
/// interface's own, and an error from another address would mean something else.
fn v6_refusers(plan: &LabPlan) -> impl Iterator<Item = IpAddr> + '_ {
    let refusers = plan.udp_behaviours().filter(|(.., does)| *does == Behaviour::Closed);
    let addresses: BTreeSet<IpAddr> = refusers.map(|(address, ..)| address).collect();
    let inside = move |address: &IpAddr| plan.networks.iter().any(|network| network.contains(*address));
    addresses.into_iter().filter(IpAddr::is_ipv6).filter(inside)
}

/// A tun device has no neighbours: every packet for a route through it goes to the relay.
fn relay_end(device: &str, host: u8) -> Vec<String> {
    let (v4, v6) = RELAY_SEGMENT;
    vec![
        format!("address add {v4}{host}/30 dev {device}"),
        format!("address add {v6}{host}/64 dev {device} nodad"),
        format!("link set {device} up"),
    ]
}

fn both_up(host: u8) -> Vec<String> {
    let [v4, v6] = addresses(host);
    vec!["link set lo up".to_owned(), v4, v6, format!("link set {LINK} up")]
}

fn addresses(host: u8) -> [String; 2] {
    let [v4, v6] = segment_addresses(host);
    [
        format!("address add {v4}/{} dev {LINK}", SEGMENT_V4.1),
        format!("address add {v6}/{} dev {LINK} nodad", SEGMENT_V6.1),
    ]
}

/// `ip netns exec` puts the files of /etc/netns/NAME in the place of those in /etc: a program in the near namespace
/// asks nobody but the lab's resolver for names.
fn write_name_service(namespace: &str) -> Result<(), LabError> {
    let folder = Path::new(ETC_NETNS).join(namespace);
    fs::create_dir_all(&folder).map_err(|source| LabError::File { path: folder.clone(), source })?;
    let resolver = format!("nameserver {NAME_SERVER}\noptions timeout:1 attempts:2\n");
    let files = [
        ("resolv.conf", resolver.as_str()),
        (
            "nsswitch.conf",
            "passwd: files\ngroup: files\nhosts: files dns\nservices: files\nprotocols: files\n",
        ),
        ("hosts", "127.0.0.1 localhost\n::1 localhost\n"),
    ];
    files.into_iter().try_for_each(|(name, text)| {
        let path = folder.join(name);
        fs::write(&path, text).map_err(|source| LabError::File { path, source })
    })
}

/// Kills what runs in the namespace, then removes it and its files. What is not there is no error.
fn remove(namespace: &str) -> Result<(), LabError> {
    if Path::new(NAMESPACES).join(namespace).exists() {
        kill_all(namespace)?;
        // Another process may have swept it at the same time.
        let _ = ip(&["netns", "del", namespace], String::new());
    }
    let _ = fs::remove_dir_all(Path::new(ETC_NETNS).join(namespace));
    // Goes only when it is empty.
    let _ = fs::remove_dir(ETC_NETNS);
    Ok(())
}

fn kill_all(namespace: &str) -> Result<(), LabError> {
    let mut listing = Command::new("ip");
    listing.args(["netns", "pids", namespace]);
    let pids = String::from_utf8_lossy(&run(listing, Vec::new(), LIMIT)?.stdout).into_owned();
    if pids.trim().is_empty() {
        return Ok(());
    }
    let mut kill = Command::new("sh");
    kill.args(["-c", r#"kill -KILL "$@""#, "kill"]).args(pids.split_whitespace());
    // One of them may have ended by itself.
    run(kill, Vec::new(), LIMIT).map(drop)
}

/// Whether this is the name of a lab whose process is gone.
fn is_stale(name: &str) -> bool {
    let rest = name.strip_prefix(PREFIX).and_then(|rest| rest.split_once('-'));
    let pid = rest.and_then(|(pid, _)| pid.parse::<u32>().ok());
    pid.is_some_and(|pid| !PathBuf::from(format!("/proc/{pid}")).exists())
}

fn entries(folder: &str) -> impl Iterator<Item = String> + use<> {
    let listing = fs::read_dir(folder).into_iter().flatten().flatten();
    listing.filter_map(|entry| entry.file_name().into_string().ok())
}

fn ip(arguments: &[&str], input: String) -> Result<String, LabError> {
    let mut command = Command::new("ip");
    command.args(arguments);
    succeed(command, input.into_bytes(), LIMIT)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_labs_of_dead_processes_are_stale() {
        assert!(is_stale("mlab-4294967290-0-near"));
        assert!(!is_stale(&format!("mlab-{}-0-far", process::id())));
        for other in ["mlab-x-0-far", "mlab-", "office", "xmlab-4294967290-0-near"] {
            assert!(!is_stale(other), "{other}");
        }
    }

    #[test]
    fn links_are_known_by_their_whole_name() {
        assert!(is_own_link("lo               UNKNOWN        00:00:00:00:00:00 <LOOPBACK,UP,LOWER_UP>"));
        assert!(is_own_link("lab0@if2         UP             06:8c:8f:0f:0d:5f <BROADCAST,MULTICAST>"));
        assert!(!is_own_link("lab01@if2        UP             06:8c:8f:0f:0d:5f <BROADCAST,MULTICAST>"));
        assert!(!is_own_link("tunl0@NONE       DOWN           0.0.0.0 <NOARP>"));
    }
}
