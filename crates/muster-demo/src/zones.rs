//! The office's policy: what is expected where, and who is exempt.

use std::fmt::Write;
use std::net::Ipv4Addr;

use crate::plan::address;

/// A part of the office with an expectation.
#[derive(Debug)]
pub(crate) struct Zone {
    name: &'static str,
    /// Why it is as it is, for who reads the policy.
    comment: &'static str,
    /// First host and length of each prefix. They hold no empty address: on loopback that would be a living computer.
    prefixes: &'static [(u8, u8)],
    /// The key of the product or family that is expected.
    pub(crate) product: &'static str,
    /// Whether a closed listener means that the agent is not there.
    pub(crate) requires_listener: bool,
}

impl Zone {
    /// The zone of a host, that with the narrowest prefix around it; `None` where nothing is expected.
    pub(crate) fn of(host: u8) -> Option<&'static Self> {
        let around = |zone: &'static Self| zone.narrowest_around(host).map(|bits| (bits, zone));
        ZONES.iter().filter_map(around).max_by_key(|(bits, _)| *bits).map(|(_, zone)| zone)
    }

    fn narrowest_around(&self, host: u8) -> Option<u8> {
        let holds = |(first, bits): &&(u8, u8)| (first ^ host).leading_zeros() + 24 >= u32::from(*bits);
        self.prefixes.iter().filter(holds).map(|(_, bits)| *bits).max()
    }

    fn write(&self, text: &mut String, network: Ipv4Addr) {
        let Self { name, comment, product, .. } = self;
        let prefix = |(first, bits): &(u8, u8)| format!("\"{}/{bits}\"", address(network, *first));
        let ranges = self.prefixes.iter().map(prefix).collect::<Vec<_>>().join(", ");
        let _ = writeln!(text, "\n# {comment}\n[[zone]]\nname = \"{name}\"\nranges = [{ranges}]");
        let _ = writeln!(text, "products = [\"{product}\"]");
        if self.requires_listener {
            text.push_str("listener = \"required\"\n");
        }
    }
}

/// Whether the office's policy exempts a host today.
pub(crate) fn is_exempt(host: u8) -> bool {
    EXEMPTIONS.iter().any(|exemption| exemption.host == host && exemption.is_valid)
}

/// `muster.toml` of the office on a network.
pub(crate) fn policy_text(network: Ipv4Addr) -> String {
    let mut text = String::from(HEAD);
    for zone in ZONES {
        zone.write(&mut text, network);
    }
    for exemption in EXEMPTIONS {
        exemption.write(&mut text, network);
    }
    text
}

/// One entry in the register of exemptions.
#[derive(Debug)]
struct Exemption {
    host: u8,
    reason: &'static str,
    owner: &'static str,
    expires: &'static str,
    /// Whether it has still to expire.
    is_valid: bool,
}

impl Exemption {
    fn write(&self, text: &mut String, network: Ipv4Addr) {
        let Self { host, reason, owner, expires, .. } = self;
        let host = address(network, *host);
        let _ = writeln!(text, "\n[[exemption]]\nhosts = [\"{host}\"]\nreason = \"{reason}\"");
        let _ = writeln!(text, "owner = \"{owner}\"\nexpires = \"{expires}\"");
    }
}

const HEAD: &str = "# The policy of the simulated office.\n\n[freshness]\nsignatures = \"14d\"\n";

/// What is in none of them has no expectation: the desks from 144, devices, empty addresses.
const ZONES: &[Zone] = &[
    Zone {
        name: "offices",
        comment: "Moved to Trellix. A closed port proves nothing: the agent can be told not to listen.",
        prefixes: &[(2, 31), (104, 29), (112, 28), (128, 28), (176, 28), (192, 28), (208, 29)],
        product: "trellix-agent",
        requires_listener: false,
    },
    Zone {
        name: "servers",
        comment: "Linux. clamd listens where somebody has turned it on.",
        prefixes: &[(4, 30)],
        product: "clamav",
        requires_listener: false,
    },
    Zone {
        name: "workshop",
        comment: "Still with the old agent. Every client listens on TCP 2967.",
        prefixes: &[(16, 28), (32, 30)],
        product: "symantec-savce-10",
        requires_listener: true,
    },
    Zone {
        name: "depot",
        comment: "Hands out updates to clients of Symantec Endpoint Protection.",
        prefixes: &[(21, 32)],
        product: "symantec-sep",
        requires_listener: false,
    },
    Zone {
        name: "accounts",
        comment: "The old agent too, but nobody vouches for its port.",
        prefixes: &[(80, 28), (96, 31)],
        product: "symantec-savce-10",
        requires_listener: false,
    },
    Zone {
        name: "branch",
        comment: "Sophos Enterprise Console. Every client runs the message router.",
        prefixes: &[(52, 30), (56, 30)],
        product: "sophos-sec-rms",
        requires_listener: true,
    },
];

const EXEMPTIONS: &[Exemption] = &[
    Exemption {
        host: 26,
        reason: "runs a machine tool; its maker forbids other software",
        owner: "workshop",
        expires: "2099-12-31",
        is_valid: true,
    },
    Exemption {
        host: 33,
        reason: "was to be replaced",
        owner: "workshop",
        expires: "2020-12-31",
        is_valid: false,
    },
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::{NETWORK, plan};
    use jiff::Timestamp;

    #[test]
    fn zones_hold_no_empty_address() {
        let desks = plan(NETWORK, Timestamp::UNIX_EPOCH);
        let taken = |host: u8| desks.iter().any(|desk| desk.address.octets()[3] == host);
        for host in 0..=u8::MAX {
            assert!(Zone::of(host).is_none() || taken(host), "{host}");
        }
    }

    #[test]
    fn the_narrowest_prefix_decides() {
        for (host, name) in [
            (1, None),
            (2, Some("offices")),
            (4, Some("servers")),
            (16, Some("workshop")),
            (21, Some("depot")),
            (35, Some("workshop")),
            (36, None),
            (97, Some("accounts")),
            (98, None),
            (215, Some("offices")),
        ] {
            assert_eq!(Zone::of(host).map(|zone| zone.name), name, "{host}");
        }
    }

    #[test]
    fn prefixes_start_where_they_must() {
        let prefixes = || ZONES.iter().flat_map(|zone| zone.prefixes);
        assert!(prefixes().all(|(first, bits)| u32::from(*bits) + first.trailing_zeros().min(8) >= 32));
        assert!(policy_text(NETWORK).contains("\nranges = [\"127.44.0.16/28\", \"127.44.0.32/30\"]\n"));
    }
}
