//! Labs that have a name: to be built by hand and tried out.

use super::plan::{LabPlan, Loss, Make, Middlebox};
use super::prefix::Prefix;
use super::relay::Relay;
use super::truth::{Behaviour, Shares, Truth};

/// Every name with what it stands for.
pub const NAMES: &[(&str, &str)] = &[
    ("office", "10.77.0.0/16 and fd77::/112: 30 % open, 15 % closed, 4 % rejected, the rest silent"),
    ("lossy", "the same, 5 % of the packets to it lost"),
    ("limited", "the same, with the kernel's limits on ICMP errors"),
    ("silent", "10.77.3.0/24: nobody answers"),
    ("stacks", "10.77.1.0/24 Windows, 10.77.2.0/24 printers, 10.77.3.0/24 Linux"),
    (
        "phantoms",
        "10.77.8.0/24 behind a SYN proxy, 10.77.9.0/24 behind a firewall that resets, 10.77.3.0/24 real",
    ),
    (
        "services",
        "10.77.3.0/24 and fd77::100/120: UDP 53, 123 and 161 as mixed as TCP 2967, half answer an echo request, \
         fewer one for the time or the address mask",
    ),
    ("slow", "10.77.3.0/24 and fd77::100/120 behind a way of 20 to 40 ms that reorders and doubles"),
];

/// The plan of that name.
pub fn named(name: &str) -> Option<LabPlan> {
    let office = LabPlan::default();
    let small = || vec![prefix("10.77.3.0/24"), prefix("fd77::100/120")];
    Some(match name {
        "office" => office,
        "lossy" => LabPlan { loss: Loss { to_far: 5, to_near: 0 }, ..office },
        "limited" => LabPlan { icmp_rate_limit: true, ..office },
        "silent" => {
            LabPlan { networks: vec![prefix("10.77.3.0/24")], truth: Truth::all(Behaviour::Silent), ..office }
        }
        "stacks" => stacks(),
        "phantoms" => phantoms(),
        "services" => LabPlan { networks: small(), ..services() },
        "slow" => LabPlan { networks: small(), relay: Some(Relay::default()), ..office },
        _ => return None,
    })
}

fn stacks() -> LabPlan {
    LabPlan {
        networks: ["10.77.1.0/24", "10.77.2.0/24", "10.77.3.0/24"].map(prefix).to_vec(),
        makes: vec![(prefix("10.77.1.0/24"), Make::Windows), (prefix("10.77.2.0/24"), Make::Printer)],
        ..LabPlan::default()
    }
}

fn phantoms() -> LabPlan {
    LabPlan {
        networks: vec![prefix("10.77.3.0/24")],
        middleboxes: vec![
            (prefix("10.77.8.0/24"), Middlebox::SynProxy),
            (prefix("10.77.9.0/24"), Middlebox::Resets),
        ],
        ..LabPlan::default()
    }
}

fn services() -> LabPlan {
    LabPlan {
        udp_ports: vec![53, 123, 161],
        udp: Truth::Seeded(Shares::default(), 2),
        echo: Truth::Seeded(Shares { open: 50, closed: 0, rejected: 4 }, 3),
        times: Truth::Seeded(Shares { open: 40, closed: 0, rejected: 4 }, 4),
        masks: Truth::Seeded(Shares { open: 30, closed: 0, rejected: 4 }, 5),
        ..LabPlan::default()
    }
}

fn prefix(text: &str) -> Prefix {
    text.parse().expect("written here")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_has_a_plan_that_can_be_built() {
        for (name, _) in NAMES {
            let plan = named(name).unwrap_or_else(|| panic!("{name}"));
            assert!(plan.check().is_ok(), "{name}");
        }
        assert!(named("no such").is_none());
    }
}
