//! What is told of routes and rules at large.

use super::answer::{FIXED, NEWROUTE, NEWRULE};
use crate::netlink::{Message, attributes, number};

/// What a rule goes by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rule {
    /// Addresses and devices.
    ByAddress,
    /// Mark, user, protocol or port too.
    ByMore,
}

/// Something, if it is a route for every other address of the family.
pub(super) fn is_default(route: &Message<'_>, family: u8) -> Option<()> {
    let (fixed, _) = route.parts::<FIXED>(NEWROUTE)?;
    (fixed[0] == family && fixed[1] == 0 && fixed[7] == UNICAST).then_some(())
}

/// What a rule goes by; nothing of the three that every system has.
pub(super) fn own_rule(rule: &Message<'_>, family: u8) -> Option<Rule> {
    let (fixed, rest) = rule.parts::<FIXED>(NEWRULE)?;
    let priority = attributes(rest).find(|(kind, _)| *kind == PRIORITY).and_then(|(_, value)| number(value));
    if fixed[0] != family || USUAL.contains(&priority.unwrap_or(0)) {
        return None;
    }
    let by_more = fixed[3] != 0 || attributes(rest).any(|(kind, _)| BEYOND_ADDRESSES.contains(&kind));
    Some(if by_more { Rule::ByMore } else { Rule::ByAddress })
}

/// `RTN_UNICAST`.
const UNICAST: u8 = 1;
/// The priorities of the rules for the tables local, main and default (ip-rule(8)).
const USUAL: [u32; 3] = [0, 32_766, 32_767];
/// `FRA_PRIORITY`.
const PRIORITY: u16 = 6;
/// `FRA_FWMARK`, `FRA_UID_RANGE`, `FRA_IP_PROTO`, `FRA_SPORT_RANGE` and `FRA_DPORT_RANGE` of linux/fib_rules.h.
const BEYOND_ADDRESSES: [u16; 5] = [10, 20, 22, 23, 24];
