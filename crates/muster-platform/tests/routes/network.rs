//! A network for one test: a namespace that belongs to one thread and is gone with it. Nothing leads out of it.

use std::io::{self, Write};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use std::{panic, thread};

use muster_platform::{Routes, Wanted, Way};

/// Runs a test in an empty network with its loopback up, or says visibly that it cannot.
pub(crate) fn in_own_network(test: impl FnOnce() + Send + 'static) {
    // A thread of its own: what runs on the harness' thread would take that along.
    let network = thread::spawn(|| {
        // SAFETY: the call takes a number alone; it moves this thread to a new, empty network.
        if unsafe { libc::unshare(libc::CLONE_NEWNET) } != 0 {
            return say("skipped: a network namespace needs root");
        }
        ip("link set lo up");
        test();
    });
    if let Err(cause) = network.join() {
        panic::resume_unwind(cause);
    }
}

/// Past the harness, which would keep a line of a test that passes to itself.
pub(crate) fn say(line: &str) {
    let _ = writeln!(io::stderr(), "{line}");
}

/// Two ends of a cable, and every kind of route.
pub(crate) fn lay_out() {
    ip(CABLE);
    ip(ROUTES);
    ip_v6(ROUTES_V6);
    // The kernel makes an IPv6 address the machine's own a little after it took it.
    let is_own = |text: &str| {
        let way = Routes::open().unwrap().way_to(text.parse().unwrap(), &Wanted::default());
        way.unwrap() == Way::Local
    };
    let deadline = Instant::now() + Duration::from_secs(10);
    while !(is_own("fd90::1") && is_own("fd90::5")) {
        assert!(Instant::now() < deadline, "the addresses are not there");
        thread::park_timeout(Duration::from_millis(5));
    }
}

/// Lines for ip(8), of which each must be accepted.
#[track_caller]
pub(crate) fn ip(lines: &str) {
    assert!(is_accepted(lines), "{lines}");
}

/// The same where ip(8) does not see by itself that IPv6 is meant.
#[track_caller]
pub(crate) fn ip_v6(lines: &str) {
    assert!(run(&["-6"], lines), "{lines}");
}

/// Whether ip(8) accepts all of `lines`.
pub(crate) fn is_accepted(lines: &str) -> bool {
    run(&[], lines)
}

fn run(family: &[&str], lines: &str) -> bool {
    let mut command = Command::new("ip");
    command.args(family).args(["-batch", "-"]).stdin(Stdio::piped());
    let mut running = command.spawn().unwrap();
    running.stdin.take().unwrap().write_all(lines.as_bytes()).unwrap();
    running.wait().unwrap().success()
}

/// Two ends of a cable; `near` has two addresses of each family, of which
/// the kernel prefers the first.
pub(crate) const CABLE: &str = "\
    link add near type veth peer name far
    link set near address 02:00:00:00:90:01 mtu 1400 addrgenmode none up
    link set far addrgenmode none up
    addr add 10.90.0.1/24 dev near
    addr add 10.90.0.5/24 dev near
    addr add fd90::1/64 dev near nodad
    addr add fd90::5/64 dev near nodad preferred_lft 0
";

/// Every kind of route, and rules with tables of their own.
const ROUTES: &str = "\
    route add 10.91.0.0/16 via 10.90.0.2
    route add 10.91.7.0/24 via 10.90.0.3
    route add blackhole 10.92.0.0/24
    route add unreachable 10.92.1.0/24
    route add prohibit 10.92.2.0/24
    route add throw 10.92.3.0/24
    route add 10.93.0.0/24 dev near scope link src 10.90.0.5
    rule add to 10.94.0.0/24 lookup 100
    route add default via 10.90.0.4 table 100
    rule add from 10.90.0.5 lookup 101
    route add 10.95.0.0/16 via 10.90.0.6 table 101
    route add unreachable 10.95.8.0/24 table 101
    rule add to 10.95.9.0/24 prohibit
    route add 10.99.0.0/24 via inet6 fe80::99 dev near
    route add fd91::/32 via fd90::2
    route add fd91:0:7::/48 via fe80::3 dev near
    route add blackhole fd92::/48
    route add unreachable fd92:0:1::/48
    route add prohibit fd92:0:2::/48
";

/// Rules of IPv6 with their tables.
const ROUTES_V6: &str = "\
    rule add to fd94::/32 lookup 100
    route add default via fd90::4 table 100
    rule add from fd90::5 lookup 101
    route add fd95::/32 via fd90::6 table 101
";
