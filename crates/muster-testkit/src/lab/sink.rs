//! A lab that answers nothing: whatever comes for a network is dropped where it enters the far side, and counted by
//! the interface. It measures how fast something sends, and nothing else.

use std::fs;
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use super::LabError;
use super::namespace::{self, LINK, Pair};
use super::plan::LabPlan;
use super::process::{Running, succeed};

/// A sink at work; dropping it removes everything.
#[derive(Debug)]
pub struct Sink {
    /// A program in the far namespace: /proc shows its interfaces, so that nobody has to enter to read a counter.
    keeper: Running,
    pair: Pair,
    hardware: String,
}

impl Sink {
    /// Builds a sink for a private IPv4 network of any size, as `address/bits`.
    ///
    /// # Errors
    /// Where the machine does not allow it, or there would be a way out of the namespaces.
    pub fn start(network: &str) -> Result<Self, LabError> {
        if !is_private(network) {
            return Err(LabError::Plan("a sink takes a private IPv4 network"));
        }
        super::Lab::sweep_stale()?;
        let plan = LabPlan { networks: Vec::new(), ..LabPlan::default() };
        let pair = Pair::create(&plan)?;
        pair.lead(network)?;
        let mut nft = namespace::command(&pair.far, "nft");
        nft.args(["-f", "-"]);
        succeed(nft, rules(network).into_bytes(), LIMIT)?;
        let mut sleep = namespace::command(&pair.far, "sleep");
        sleep.arg(LIFETIME_SECONDS);
        let mut address = namespace::command(&pair.far, "cat");
        address.arg(format!("/sys/class/net/{LINK}/address"));
        let hardware = succeed(address, Vec::new(), LIMIT)?.trim().to_owned();
        let sink = Self { keeper: Running::start(sleep)?, pair, hardware };
        sink.await_keeper()?;
        Ok(sink)
    }

    /// A command that will run where scanners run.
    pub fn command(&self, program: &str) -> Command {
        namespace::command(&self.pair.near, program)
    }

    /// How many frames have arrived since the sink was made, ARP included.
    pub fn frames(&self) -> Option<u64> {
        let text = fs::read_to_string(format!("/proc/{}/net/dev", self.keeper.id())).ok()?;
        received(&text)
    }

    /// The hardware address of the far side, for programs that do not ask for it.
    pub fn gateway_hardware(&self) -> &str {
        &self.hardware
    }

    /// `ip netns exec` enters the namespace a moment after it was started.
    fn await_keeper(&self) -> Result<(), LabError> {
        let deadline = Instant::now() + LIMIT;
        while self.frames().is_none() {
            if Instant::now() > deadline {
                return Err(LabError::TimedOut { program: "sleep".to_owned(), limit: LIMIT });
            }
            thread::park_timeout(Duration::from_millis(2));
        }
        Ok(())
    }
}

const LIMIT: Duration = Duration::from_secs(20);
/// After this the keeper ends by itself, whatever happens.
const LIFETIME_SECONDS: &str = "3600";

fn is_private(network: &str) -> bool {
    ["10.", "172.16.", "192.168."].iter().any(|start| network.starts_with(start))
        && network.bytes().all(|byte| byte.is_ascii_digit() || b"./".contains(&byte))
}

fn rules(network: &str) -> String {
    format!(
        "table netdev sink {{
  chain entering {{
    type filter hook ingress device \"{LINK}\" priority -500; policy accept;
    ip daddr {network} drop
  }}
}}
"
    )
}

/// The second column of `lab0: bytes packets …`.
fn received(interfaces: &str) -> Option<u64> {
    let line = interfaces.lines().find_map(|line| line.trim_start().strip_prefix(LINK)?.strip_prefix(':'))?;
    line.split_whitespace().nth(1)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn received_packets_are_found() {
        let text =
            "Inter-|   Receive\n face |bytes packets\n    lo:       0       0\n  lab0: 1056   13 0 0\n";
        assert_eq!(received(text), Some(13));
        assert_eq!(received("  lab01: 1 2\n"), None);
    }

    #[test]
    fn only_private_networks_are_taken() {
        assert!(is_private("10.0.0.0/8"));
        for other in ["8.8.8.0/24", "10.0.0.0/8 dev eth0", "default"] {
            assert!(!is_private(other), "{other}");
        }
    }
}
