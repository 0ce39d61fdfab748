//! The far namespace's rules as nftables text: one map per address family holds the truth.
//!
//! Stateless on purpose. No rule asks for connection tracking, so the kernel registers none in the namespace and a
//! sweep cannot overflow its table. What no map names is dropped by policy: silence costs no element.

use std::fmt::Write;
use std::net::IpAddr;

use super::namespace::LINK;
use super::plan::{Behaviour, LabPlan};

/// The ruleset for `plan`, to be loaded by one `nft -f`, which is one transaction.
pub(super) fn ruleset(plan: &LabPlan) -> String {
    let [v4, v6] = elements(plan);
    let [to_far, to_near] = [loss("iifname", plan.loss.to_far), loss("oifname", plan.loss.to_near)];
    format!(
        "table inet lab {{
  chain closed {{
    reject with tcp reset
  }}
  chain rejected {{
    reject with icmpx type admin-prohibited
  }}
  map v4 {{
    type ipv4_addr . inet_service : verdict
    {v4}
  }}
  map v6 {{
    type ipv6_addr . inet_service : verdict
    {v6}
  }}
  chain arriving {{
    type filter hook prerouting priority raw; policy accept;
    {to_far}
  }}
  chain leaving {{
    type filter hook output priority raw; policy accept;
    {to_near}
  }}
  chain input {{
    type filter hook input priority filter; policy drop;
    iifname lo accept
    {NEIGHBOUR_DISCOVERY} accept
    ip daddr . tcp dport vmap @v4
    ip6 daddr . tcp dport vmap @v6
  }}
}}
"
    )
}

const NEIGHBOUR_DISCOVERY: &str = "icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert }";

/// The element lists of the two maps.
fn elements(plan: &LabPlan) -> [String; 2] {
    let mut lists = [String::new(), String::new()];
    for (address, port, does) in plan.behaviours().chain(plan.segment_behaviours()) {
        if let Some(verdict) = verdict(does) {
            let list = &mut lists[usize::from(matches!(address, IpAddr::V6(_)))];
            let separator = if list.is_empty() { "elements = {" } else { "," };
            let _ = write!(list, "{separator} {address} . {port} : {verdict}");
        }
    }
    lists.map(|list| if list.is_empty() { list } else { list + " }" })
}

fn verdict(does: Behaviour) -> Option<&'static str> {
    match does {
        Behaviour::Open => Some("accept"),
        Behaviour::Closed => Some("goto closed"),
        Behaviour::Rejected => Some("goto rejected"),
        Behaviour::Silent => None,
    }
}

/// Neighbour Discovery is spared, as ARP is: without a neighbour there would be no loss but an unreachable host.
fn loss(direction: &str, percent: u8) -> String {
    if percent == 0 {
        return String::new();
    }
    format!(
        "{NEIGHBOUR_DISCOVERY} accept
    {direction} {LINK} numgen random mod 100 < {percent} drop"
    )
}

#[cfg(test)]
mod tests {
    use super::super::plan::{Loss, Truth};
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
    }
}
