//! Kernel settings of the namespaces: room for a fast sweep, and answers that are not rationed away.
//!
//! Only settings that belong to a network namespace; the machine's own are never touched.

use std::time::Duration;

use super::LabError;
use super::namespace::command;
use super::plan::{LabPlan, Middlebox};
use super::process::succeed;

/// A setting under /proc/sys/net and its value.
pub(super) type Setting = (&'static str, &'static str);

/// Nothing is forwarded, and IPv6 addresses are usable at once: a tentative link-local address could not ask for its
/// neighbours for two seconds.
const BOTH: [Setting; 5] = [
    ("ipv4/ip_forward", "0"),
    ("ipv6/conf/all/forwarding", "0"),
    ("ipv6/conf/all/disable_ipv6", "0"),
    ("ipv6/conf/all/accept_dad", "0"),
    ("ipv6/conf/default/accept_dad", "0"),
];

/// The scanner's side.
pub(super) fn near() -> Vec<Setting> {
    [&BOTH[..], &[("ipv4/ip_local_port_range", "1024 65535")]].concat()
}

/// The hosts' side. A /16 has some 20,000 open ports, all of which may be asked within a second: the accept queue must
/// hold them. SYN cookies stay on; with such a queue they are never needed. ICMP errors are exempt from the kernel's
/// limits by type, since there are two of those, one for each address and one for all. A SYN proxy sees the end of a
/// handshake of which it did not track the beginning.
pub(super) fn far(plan: &LabPlan) -> Vec<Setting> {
    let queues = [("core/somaxconn", "65535"), ("ipv4/tcp_max_syn_backlog", "65536")];
    let unlimited = [("ipv4/icmp_ratemask", "0"), ("ipv6/icmp/ratemask", "")];
    let errors = if plan.icmp_rate_limit { &[][..] } else { &unlimited[..] };
    let proxy = [("netfilter/nf_conntrack_tcp_loose", "0"), ("ipv4/tcp_syncookies", "1")];
    let has_proxy = plan.middleboxes.iter().any(|(_, middlebox)| *middlebox == Middlebox::SynProxy);
    let proxy = if has_proxy { &proxy[..] } else { &[][..] };
    [&BOTH[..], &queues, errors, proxy].concat()
}

/// Writes the settings into `namespace`, all by one process.
pub(super) fn apply(namespace: &str, settings: &[Setting]) -> Result<(), LabError> {
    let write = |(key, value): &Setting| format!("echo '{value}' > /proc/sys/net/{key}");
    let script = settings.iter().map(write).collect::<Vec<_>>().join("\n");
    let mut shell = command(namespace, "sh");
    shell.args(["-e", "-s"]);
    succeed(shell, script.into_bytes(), Duration::from_secs(20)).map(drop)
}
