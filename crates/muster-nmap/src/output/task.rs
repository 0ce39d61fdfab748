//! How far a scan is, in Nmap's words: the parts of the work as they begin and end, and the state on request.

use std::fmt;
use std::net::IpAddr;
use std::time::Duration;

use jiff::Zoned;
use muster_model::Endpoint;

/// A moment of a part of the work.
#[derive(Clone, Debug)]
pub struct Task<'a> {
    /// What Nmap calls the part: `SYN Stealth Scan`.
    pub name: &'a str,
    /// When.
    pub at: Zoned,
    /// What happened.
    pub step: Step,
}

/// What happens in a part of the work.
#[derive(Clone, Debug, PartialEq)]
pub enum Step {
    /// It begins, with so many hosts and questions for each.
    Begins {
        /// How many hosts.
        hosts: u64,
        /// The host, if it is one alone.
        only: Option<IpAddr>,
        /// How many questions each is asked.
        ports: u64,
    },
    /// It begins, with so many services to be asked what they are.
    Talks {
        /// How many services.
        services: u64,
        /// On how many hosts.
        hosts: u64,
        /// The host, if it is one alone.
        only: Option<IpAddr>,
    },
    /// A port turned out to be open.
    Found(Endpoint),
    /// It is so far.
    IsAt(Share),
    /// It is over.
    Ends {
        /// How long it took.
        elapsed: Duration,
        /// What it went through.
        total: Total,
    },
}

/// How much of a part is done.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Share {
    /// From 0 to 1.
    pub done: f64,
    /// How long the rest will take, if that can be said.
    pub left: Option<Duration>,
}

/// What a part went through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Total {
    /// So many hosts were looked for.
    Hosts(u64),
    /// So many ports were asked.
    Ports(u64),
    /// So many services were asked.
    Services {
        /// How many.
        services: u64,
        /// On how many hosts.
        hosts: u64,
    },
}

/// `Stats: 0:00:05 elapsed; 12 hosts completed (3 up), 64 undergoing SYN Stealth Scan`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stats<'a> {
    /// Since the scan began.
    pub elapsed: Duration,
    /// Hosts that are done with.
    pub completed: u64,
    /// Hosts that are known to be up.
    pub up: u64,
    /// Hosts that are worked on.
    pub undergoing: u64,
    /// The part of the work.
    pub task: &'a str,
}

impl fmt::Display for Stats<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { elapsed, completed, up, undergoing, task } = *self;
        let elapsed = clock(elapsed);
        write!(
            f,
            "Stats: {elapsed} elapsed; {completed} hosts completed ({up} up), {undergoing} undergoing {task}"
        )
    }
}

impl Task<'_> {
    /// The line on a terminal, and a second one where there is more to say.
    pub(super) fn lines(&self) -> Vec<String> {
        let Self { name, at, .. } = self;
        let hour = at.strftime("%H:%M");
        match self.step {
            Step::Begins { hosts, only, ports } => {
                vec![
                    format!("Initiating {name} at {hour}"),
                    format!("Scanning {}", scope(hosts, only, ports)),
                ]
            }
            Step::Talks { services, hosts, only } => {
                let (services, hosts) = (plural(services, "service"), plural(hosts, "host"));
                let place = only.map_or(hosts, |address| address.to_string());
                vec![format!("Initiating {name} at {hour}"), format!("Scanning {services} on {place}")]
            }
            Step::Found(Endpoint { address, protocol, port }) => {
                vec![format!("Discovered open port {port}/{protocol} on {address}")]
            }
            Step::IsAt(_) => Vec::new(),
            Step::Ends { elapsed, total } => {
                let seconds = elapsed.as_secs_f64();
                vec![format!("Completed {name} at {hour}, {seconds:.2}s elapsed ({total})")]
            }
        }
    }
}

impl Share {
    /// `SYN Stealth Scan Timing: About 12.34% done; ETC: 15:22 (0:03:02 remaining)`, as of `now`.
    pub fn line(&self, task: &str, now: &Zoned) -> String {
        let percent = self.percent();
        match self.expected(now).filter(|_| self.done >= LEAST_KNOWN) {
            Some((end, left)) => {
                let (end, left) = (end.strftime("%H:%M"), clock(left));
                format!("{task} Timing: About {percent:.2}% done; ETC: {end} ({left} remaining)")
            }
            None => format!("{task} Timing: About {percent:.2}% done"),
        }
    }

    pub(super) fn percent(&self) -> f64 {
        self.done.clamp(0.0, 1.0) * 100.0
    }

    /// When it will be over, and in how long.
    pub(super) fn expected(&self, now: &Zoned) -> Option<(Zoned, Duration)> {
        let left = self.left?;
        Some((now.checked_add(left).ok()?, left))
    }
}

impl fmt::Display for Total {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Hosts and ports in the plural always, as Nmap has it.
        match *self {
            Self::Hosts(count) => write!(f, "{count} total hosts"),
            Self::Ports(count) => write!(f, "{count} total ports"),
            Self::Services { services, hosts } => {
                write!(f, "{} on {}", plural(services, "service"), plural(hosts, "host"))
            }
        }
    }
}

/// Before so much is done nothing can be said of the end.
const LEAST_KNOWN: f64 = 0.01;

/// `8 hosts [1 port/host]`, `10.0.0.1 [1 port]`.
fn scope(hosts: u64, only: Option<IpAddr>, ports: u64) -> String {
    let plural = if ports == 1 { "" } else { "s" };
    match only {
        Some(address) => format!("{address} [{ports} port{plural}]"),
        None => format!("{hosts} hosts [{ports} port{plural}/host]"),
    }
}

/// `1 service`, `2 services`.
fn plural(count: u64, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}

/// `0:03:02`.
fn clock(duration: Duration) -> String {
    let seconds = duration.as_secs();
    format!("{}:{:02}:{:02}", seconds / 3_600, seconds / 60 % 60, seconds % 60)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use jiff::tz::TimeZone;
    use muster_model::Protocol;

    use super::*;

    fn noon() -> Zoned {
        date(2026, 11, 22).at(12, 0, 0, 0).to_zoned(TimeZone::UTC).unwrap()
    }

    #[test]
    fn the_state_is_told_in_nmaps_words() {
        let stats = Stats {
            elapsed: Duration::from_secs(3_725),
            completed: 12,
            up: 3,
            undergoing: 64,
            task: "SYN Stealth Scan",
        };
        assert_eq!(
            stats.to_string(),
            "Stats: 1:02:05 elapsed; 12 hosts completed (3 up), 64 undergoing SYN Stealth Scan"
        );
        let share = |done, left: Option<u64>| {
            Share { done, left: left.map(Duration::from_secs) }.line("Connect Scan", &noon())
        };
        assert_eq!(
            share(0.12344, Some(182)),
            "Connect Scan Timing: About 12.34% done; ETC: 12:03 (0:03:02 remaining)"
        );
        assert_eq!(share(0.005, Some(182)), "Connect Scan Timing: About 0.50% done");
        assert_eq!(share(7.0, None), "Connect Scan Timing: About 100.00% done");
        assert_eq!(
            share(0.5, Some(u64::MAX)),
            "Connect Scan Timing: About 50.00% done",
            "no calendar has that"
        );
    }

    #[test]
    fn parts_begin_find_and_end() {
        let told = |step| Task { name: "Connect Scan", at: noon(), step }.lines().join("\n");
        let address = IpAddr::from([10, 0, 0, 1]);
        assert_eq!(
            told(Step::Begins { hosts: 8, only: None, ports: 1 }),
            "Initiating Connect Scan at 12:00\nScanning 8 hosts [1 port/host]"
        );
        assert_eq!(
            told(Step::Begins { hosts: 1, only: Some(address), ports: 2 }),
            "Initiating Connect Scan at 12:00\nScanning 10.0.0.1 [2 ports]"
        );
        assert_eq!(
            told(Step::Talks { services: 1, hosts: 1, only: Some(address) }),
            "Initiating Connect Scan at 12:00\nScanning 1 service on 10.0.0.1"
        );
        assert!(told(Step::Talks { services: 3, hosts: 2, only: None }).ends_with("3 services on 2 hosts"));
        let found = Endpoint { address, protocol: Protocol::Udp, port: 53 };
        assert_eq!(told(Step::Found(found)), "Discovered open port 53/udp on 10.0.0.1");
        let elapsed = Duration::from_millis(1_234);
        assert_eq!(
            told(Step::Ends { elapsed, total: Total::Ports(8) }),
            "Completed Connect Scan at 12:00, 1.23s elapsed (8 total ports)"
        );
        assert!(told(Step::Ends { elapsed, total: Total::Hosts(1) }).ends_with("(1 total hosts)"));
        let total = Total::Services { services: 3, hosts: 1 };
        assert!(told(Step::Ends { elapsed, total }).ends_with("(3 services on 1 host)"));
    }
}
