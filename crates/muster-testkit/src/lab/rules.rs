//! The far namespace's rules as nftables text: maps from endpoints to verdicts hold the truth.
//!
//! Stateless on purpose. Without UDP services and SYN proxies no rule asks for connection tracking, so the kernel
//! registers none in the namespace and a sweep cannot overflow its table; with them, everything else is exempt from it.
//! What no map names is dropped by policy: silence costs no element.

use std::net::IpAddr;

use super::namespace::{LINK, RELAY_FAR};
use super::plan::{LabPlan, Make, Middlebox};
use super::prefix::Prefix;
use super::truth::Behaviour;

/// The ruleset for `plan`, to be loaded by one `nft -f`, which is one transaction.
pub(super) fn ruleset(plan: &LabPlan) -> String {
    let sets = sets(plan).into_iter().map(|set| set.text());
    // Neighbour Discovery is spared, as ARP is: without a neighbour there would be no loss but an unreachable host.
    let spared = vec![format!("{NEIGHBOUR_DISCOVERY} accept")];
    let [to_far, to_near] = [loss("iifname", plan.loss.to_far), loss("oifname", plan.loss.to_near)];
    let arriving = [spared.clone(), to_far, untracked(plan, "daddr"), stripped(plan)].concat();
    let leaving = [spared.clone(), to_near, untracked(plan, "saddr"), dressed(plan)].concat();
    let input = [spared, vec!["iifname lo accept".to_owned()], middleboxes(plan), truth()].concat();
    let chains = [
        chain("closed", "", &["reject with tcp reset".to_owned()]),
        chain("unreachable", "", &["reject with icmpx type port-unreachable".to_owned()]),
        chain("rejected", "", &["reject with icmpx type admin-prohibited".to_owned()]),
        chain("arriving", "type filter hook prerouting priority raw; policy accept;", &arriving),
        services(plan),
        chain("leaving", "type filter hook output priority raw; policy accept;", &leaving),
        chain("input", "type filter hook input priority filter; policy drop;", &input),
    ];
    format!("table inet lab {{\n{}{}}}\n", sets.collect::<String>(), chains.concat())
}

const NEIGHBOUR_DISCOVERY: &str = "icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert }";

/// A named set or map with its elements.
struct Set {
    name: String,
    head: String,
    elements: Vec<String>,
}

impl Set {
    fn text(&self) -> String {
        let Self { name, head, elements } = self;
        let elements = match elements.as_slice() {
            [] => String::new(),
            elements => format!("    elements = {{ {} }}\n", elements.join(", ")),
        };
        format!("  {head}\n{elements}  }}\n", head = head.replace("NAME", name))
    }
}

/// For each family: what TCP and UDP endpoints and requests of ICMP meet, and which UDP endpoints are services.
fn sets(plan: &LabPlan) -> Vec<Set> {
    [("v4", "ipv4_addr"), ("v6", "ipv6_addr")]
        .into_iter()
        .flat_map(|(family, kind)| {
            let mine = |address: &IpAddr| address.is_ipv4() == (family == "v4");
            let tcp = plan.behaviours().chain(plan.segment_behaviours()).filter(|(at, ..)| mine(at));
            let tcp = tcp.filter_map(|(at, port, does)| verdict(does, "closed", &format!("{at} . {port}")));
            let udp = || plan.udp_behaviours().filter(|(at, ..)| mine(at));
            let services = udp().filter(|(.., does)| *does == Behaviour::Open);
            let refusals = udp().filter(|(.., does)| *does != Behaviour::Open);
            let refusals = refusals
                .filter_map(|(at, port, does)| verdict(does, "unreachable", &format!("{at} . {port}")));
            let map = |name: &str, key: &str, elements| Set {
                name: format!("{name}_{family}"),
                head: format!("map NAME {{\n    type {key} : verdict"),
                elements,
            };
            let endpoint = format!("{kind} . inet_service");
            let services = services.map(|(at, port, _)| format!("{at} . {port}")).collect();
            [
                map("tcp", &endpoint, tcp.collect()),
                map("udp", &endpoint, refusals.collect()),
                map("echo", kind, of_hosts(plan.echo_behaviours().filter(|(at, _)| mine(at)))),
                map("time", kind, of_hosts(plan.time_behaviours().filter(|(at, _)| mine(at)))),
                map("mask", kind, of_hosts(plan.mask_behaviours().filter(|(at, _)| mine(at)))),
                Set {
                    name: format!("services_{family}"),
                    head: format!("set NAME {{\n    type {endpoint}"),
                    elements: services,
                },
            ]
        })
        .collect()
}

/// What is asked of no port is refused by nobody.
fn of_hosts(behaviours: impl Iterator<Item = (IpAddr, Behaviour)>) -> Vec<String> {
    let known = behaviours.filter(|(_, does)| *does != Behaviour::Closed);
    known.filter_map(|(at, does)| verdict(does, "closed", &at.to_string())).collect()
}

fn verdict(does: Behaviour, closed: &str, key: &str) -> Option<String> {
    match does {
        Behaviour::Open => Some(format!("{key} : accept")),
        Behaviour::Closed => Some(format!("{key} : goto {closed}")),
        Behaviour::Rejected => Some(format!("{key} : goto rejected")),
        Behaviour::Silent => None,
    }
}

fn chain(name: &str, hook: &str, rules: &[String]) -> String {
    let lines = std::iter::once(hook).filter(|hook| !hook.is_empty()).chain(rules.iter().map(String::as_str));
    let lines = lines.map(|line| format!("    {line}\n")).collect::<String>();
    format!("  chain {name} {{\n{lines}  }}\n")
}

fn truth() -> Vec<String> {
    [
        "ip daddr . tcp dport vmap @tcp_v4",
        "ip6 daddr . tcp dport vmap @tcp_v6",
        "ip daddr . udp dport vmap @udp_v4",
        "ip6 daddr . udp dport vmap @udp_v6",
        "icmp type echo-request ip daddr vmap @echo_v4",
        "icmp type timestamp-request ip daddr vmap @time_v4",
        "icmp type address-mask-request ip daddr vmap @mask_v4",
        "icmpv6 type echo-request ip6 daddr vmap @echo_v6",
    ]
    .map(str::to_owned)
    .to_vec()
}

/// Datagrams to a service go to the one listener of their port, whose answer then leaves from the address that was
/// asked: by address translation, since no rule can exchange two addresses.
fn services(plan: &LabPlan) -> String {
    if plan.udp_ports.is_empty() {
        return String::new();
    }
    let rules = ["ip daddr . udp dport @services_v4 redirect", "ip6 daddr . udp dport @services_v6 redirect"];
    chain("services", "type nat hook prerouting priority dstnat; policy accept;", &rules.map(str::to_owned))
}

/// A SYN proxy needs the handshake's end tracked, and its beginning not; nothing else is to be tracked but datagrams.
fn untracked(plan: &LabPlan, side: &str) -> Vec<String> {
    let proxied = proxied(plan);
    if plan.udp_ports.is_empty() && proxied.is_empty() {
        return Vec::new();
    }
    let mut rules = Vec::new();
    for prefix in proxied {
        let of = of(side, prefix);
        if side == "daddr" {
            rules.push(format!("{of} tcp flags & (fin|syn|rst|ack) == syn notrack accept"));
        }
        rules.push(format!("{of} accept"));
    }
    rules.push("meta l4proto { tcp, icmp, icmpv6 } notrack".to_owned());
    rules
}

fn proxied(plan: &LabPlan) -> Vec<Prefix> {
    let boxes = plan.middleboxes.iter();
    boxes.filter(|(_, kind)| *kind == Middlebox::SynProxy).map(|(prefix, _)| *prefix).collect()
}

fn middleboxes(plan: &LabPlan) -> Vec<String> {
    let mut rules: Vec<String> = plan.middleboxes.iter().map(|(prefix, kind)| match kind {
        Middlebox::SynProxy => format!(
            "{} meta l4proto tcp ct state invalid,untracked synproxy mss 1460 wscale 7 timestamp sack-perm",
            of("daddr", *prefix)
        ),
        Middlebox::Resets => format!("{} meta l4proto tcp reject with tcp reset", of("daddr", *prefix)),
    })
    .collect();
    if !plan.udp_ports.is_empty() {
        rules.push("ct status dnat accept".to_owned());
    }
    rules
}

/// What a stack of this make does not know is taken out of the SYN, so that the kernel's answer is without it.
fn stripped(plan: &LabPlan) -> Vec<String> {
    let strip = |(prefix, make): &(Prefix, Make)| {
        let options = match make {
            Make::Windows => &["timestamp"][..],
            Make::Printer => &["timestamp", "window", "sack-perm"],
        };
        let of = of("daddr", *prefix);
        options.iter().map(move |option| format!("{of} tcp flags syn reset tcp option {option}")).collect()
    };
    plan.makes.iter().flat_map(strip as fn(&(Prefix, Make)) -> Vec<String>).collect()
}

/// TTL and window as a stack of this make sends them.
fn dressed(plan: &LabPlan) -> Vec<String> {
    let dress = |(prefix, make): &(Prefix, Make)| {
        let of = of("saddr", *prefix);
        let ttl = if prefix.is_ipv4() { "ip ttl" } else { "ip6 hoplimit" };
        [
            format!("{of} {ttl} set {}", make.ttl()),
            format!("{of} tcp flags & (syn|ack) == syn|ack tcp window set {}", make.window()),
        ]
    };
    plan.makes.iter().flat_map(dress).collect()
}

fn loss(direction: &str, percent: u8) -> Vec<String> {
    let drop = format!("{direction} {{ {LINK}, {RELAY_FAR} }} numgen random mod 100 < {percent} drop");
    Vec::from_iter((percent > 0).then_some(drop))
}

fn of(side: &str, prefix: Prefix) -> String {
    format!("{} {side} {prefix}", if prefix.is_ipv4() { "ip" } else { "ip6" })
}

#[cfg(test)]
mod tests {
    use super::super::plan::Loss;
    use super::super::truth::Truth;
    use super::*;
    use std::sync::Arc;

    #[test]
    fn only_what_answers_has_an_element() {
        let truth = |address: IpAddr, _| match address.to_string().as_str() {
            "10.77.0.1" => Behaviour::Open,
            "10.77.0.2" => Behaviour::Closed,
            _ => Behaviour::Silent,
        };
        let plan = LabPlan {
            truth: Truth::Function(Arc::new(truth)),
            segment: Vec::new(),
            loss: Loss { to_far: 5, to_near: 0 },
            ..LabPlan::of("10.77.0.0/30").unwrap()
        };
        let text = ruleset(&plan);
        assert!(
            text.contains("elements = { 10.77.0.1 . 2967 : accept, 10.77.0.2 . 2967 : goto closed }"),
            "{text}"
        );
        assert!(!text.contains("10.77.0.3"));
        assert_eq!(text.matches("numgen").count(), 1);
        assert_eq!(text.matches("elements").count(), 1);
        assert_eq!(text.matches("notrack").count() + text.matches(" ct ").count(), 0, "{text}");
    }
}
