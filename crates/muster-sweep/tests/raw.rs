//! `Raw` in network namespaces of the test's own, which have no way out, against the kernel's TCP. Needs root, `ip` and
//! `nft` on Linux, and says so where it has not got them.
//!
//! A test cannot enter a namespace without unsafe code: it starts itself there by `ip netns exec`, and what is to be
//! done there is a test of its own that does nothing when it is not asked.

use std::collections::BTreeMap;
use std::io::{self, BufRead, BufReader, Lines, Write};
use std::net::{IpAddr, Ipv6Addr, SocketAddr, TcpListener, TcpStream};
use std::process::{Child, ChildStdout, Command, Output, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;
use std::{env, fs, process, thread};

use muster_engine::{
    AddressSet, Network, ProbeKind, Questions, Seed, Sweep, SweepEvent, SweepKind, SweepPlan, TargetSpec,
};
use muster_model::{Observation, Reason};
use muster_sweep::{Capture, Ending, Flow, Raw, RawOptions, Scope, Scoped, Sink, drive};

const PORT: u16 = 2_967;
/// What a process in a namespace is to do.
const WORK: &str = "MUSTER_RAW_TEST";

/// The far kernel sends every ICMP error that is due.
const UNLIMITED: [&str; 4] = [
    "ipv4.icmp_ratemask=0",
    "ipv6.icmp.ratelimit=0",
    "ipv4.icmp_msgs_per_sec=1000000",
    "ipv4.icmp_msgs_burst=1000000",
];

/// Two namespaces: the near one, where the sweep runs, and the far one, which answers for 10.77.0.0/24 and fd77::/120
/// as a router, and for eleven hosts of the segment between them.
struct Pair {
    near: String,
    far: String,
    listener: Option<(Child, Lines<BufReader<ChildStdout>>)>,
}

impl Pair {
    fn start() -> Option<Self> {
        if let Some(reason) = missing() {
            say(&format!("skipped: raw sweep in namespaces {reason}"));
            return None;
        }
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let name = format!("mraw-{}-{}", process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let mut pair = Self { near: format!("{name}-near"), far: format!("{name}-far"), listener: None };
        for namespace in [&pair.near, &pair.far] {
            ip(&["netns", "add", namespace]);
            ip(&["-n", namespace, "link", "set", "lo", "up"]);
        }
        let link = ["link", "add", "raw0", "type", "veth", "peer", "name", "raw0", "netns", &pair.far];
        ip(&[&["-n", &pair.near], &link[..]].concat());
        pair.near_setup();
        pair.far_setup();
        pair.listen();
        // The kernel notices a link's carrier up to a second late, and what it learns then is to be learnt by us.
        pair.run("waiting");
        pair.near(&["neigh", "flush", "dev", "raw0"]);
        Some(pair)
    }

    fn near_setup(&self) {
        self.near(&["address", "add", "10.78.0.1/24", "dev", "raw0"]);
        self.near(&["address", "add", "fd78::1/64", "dev", "raw0", "nodad"]);
        self.near(&["link", "set", "raw0", "up"]);
        self.near(&["route", "add", "10.77.0.0/24", "via", "10.78.0.2"]);
        self.near(&["route", "add", "fd77::/120", "via", "fd78::2"]);
        self.near(&["route", "add", "prohibit", "10.79.0.0/24"]);
    }

    /// Of each network, addresses that end in 0 modulo 4 are open, in 1 closed, in 2 forbidden and in 3 silent.
    fn far_setup(&self) {
        for last in 2..=12 {
            self.far(&["address", "add", &format!("10.78.0.{last}/24"), "dev", "raw0"]);
            self.far(&["address", "add", &format!("fd78::{last:x}/64"), "dev", "raw0", "nodad"]);
        }
        self.far(&["link", "set", "raw0", "up"]);
        self.far(&["route", "add", "local", "10.77.0.0/24", "dev", "lo"]);
        self.far(&["route", "add", "local", "fd77::/120", "dev", "lo"]);
        let mut nft = in_namespace(&self.far, "nft");
        nft.args(["-f", "-"]).stdin(Stdio::piped());
        let mut nft = nft.spawn().unwrap();
        nft.stdin.take().unwrap().write_all(rules().as_bytes()).unwrap();
        assert!(nft.wait().unwrap().success());
        for setting in UNLIMITED {
            let mut sysctl = in_namespace(&self.far, "sysctl");
            assert!(sysctl.args(["-q", "-w", &format!("net.{setting}")]).status().unwrap().success());
        }
    }

    fn listen(&mut self) {
        let mut command = self.itself(&self.far, "listening");
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        assert!(lines.by_ref().map_while(Result::ok).any(|line| line.ends_with("ready")));
        self.listener = Some((child, lines));
    }

    /// Does what the test called `work` does, in the near namespace.
    fn run(&self, work: &str) {
        let output = self.itself(&self.near, work).output().unwrap();
        assert!(output.status.success(), "{work}: {}", text(&output));
    }

    fn itself(&self, namespace: &str, work: &str) -> Command {
        let mut command = in_namespace(namespace, env::current_exe().unwrap().to_str().unwrap());
        command.args(["--exact", "--nocapture", work]).env(WORK, work);
        command
    }

    fn near(&self, arguments: &[&str]) {
        ip(&[&["-n", &self.near], arguments].concat());
    }

    fn far(&self, arguments: &[&str]) {
        ip(&[&["-n", &self.far], arguments].concat());
    }
}

impl Drop for Pair {
    fn drop(&mut self) {
        // It ends when its stdin closes.
        if let Some((mut listener, _lines)) = self.listener.take() {
            drop(listener.stdin.take());
            let _ = listener.wait();
        }
        for namespace in [&self.near, &self.far] {
            let _ = Command::new("ip").args(["netns", "delete", namespace]).output();
        }
    }
}

fn rules() -> String {
    let addresses = |rest: u32| {
        let v4: Vec<_> =
            (0..256).filter(|last| last % 4 == rest).map(|last| format!("10.77.0.{last}")).collect();
        let v6: Vec<_> =
            (0..256).filter(|last| last % 4 == rest).map(|last| format!("fd77::{last:x}")).collect();
        (v4.join(", "), v6.join(", "))
    };
    let ((closed4, closed6), (no4, no6), (silent4, silent6)) = (addresses(1), addresses(2), addresses(3));
    format!(
        "table inet raw {{
        chain in {{
        type filter hook input priority 0;
        ip daddr {{ {closed4} }} tcp dport {PORT} reject with tcp reset
        ip6 daddr {{ {closed6} }} tcp dport {PORT} reject with tcp reset
        ip daddr {{ {no4} }} meta l4proto {{ tcp, udp }} reject with icmp type admin-prohibited
        ip6 daddr {{ {no6} }} meta l4proto {{ tcp, udp }} reject with icmpv6 type admin-prohibited
        ip daddr {{ {silent4} }} drop
        ip6 daddr {{ {silent6} }} drop
        ip daddr 10.78.0.12 tcp dport {PORT} reject with tcp reset
        ip6 daddr fd78::c tcp dport {PORT} reject with tcp reset
        }}
        }}\n"
    )
}

fn missing() -> Option<&'static str> {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let user = status.lines().find_map(|line| line.strip_prefix("Uid:"));
    let has = |program: &str| Command::new(program).arg("-V").output().is_ok();
    match () {
        () if env::consts::OS != "linux" => Some("needs Linux"),
        () if user.and_then(|ids| ids.split_whitespace().nth(1)) != Some("0") => Some("needs root"),
        () if !has("ip") || !has("nft") => Some("needs ip and nft"),
        () => None,
    }
}

/// Past the harness, which would keep a line of a test that passes to itself.
fn say(line: &str) {
    let _ = writeln!(io::stderr(), "{line}");
}

fn ip(arguments: &[&str]) {
    let output = Command::new("ip").args(arguments).output().unwrap();
    assert!(output.status.success(), "ip {arguments:?}: {}", text(&output));
}

fn text(output: &Output) -> String {
    [&output.stdout, &output.stderr].map(|bytes| String::from_utf8_lossy(bytes).into_owned()).concat()
}

fn in_namespace(namespace: &str, program: &str) -> Command {
    let mut command = Command::new("ip");
    command.args(["netns", "exec", namespace, program]);
    command
}

fn is_asked(work: &str) -> bool {
    env::var(WORK).is_ok_and(|asked| asked == work)
}

#[test]
fn in_a_pair_of_namespaces_every_address_gets_its_state() {
    let Some(pair) = Pair::start() else { return };
    pair.run("behind_a_router");
    pair.run("on_the_segment");
    pair.run("two_at_once");
}

#[test]
fn an_interface_that_goes_down_in_the_midst_ends_the_sweep() {
    let Some(pair) = Pair::start() else { return };
    let sweep = pair.itself(&pair.near, "going_down").stdout(Stdio::piped()).spawn().unwrap();
    thread::park_timeout(Duration::from_millis(700));
    pair.near(&["link", "set", "raw0", "down"]);
    let output = sweep.wait_with_output().unwrap();
    assert!(output.status.success(), "{}", text(&output));
}

/// Work in the far namespace: accepts and closes until stdin ends.
#[test]
fn listening() {
    if !is_asked("listening") {
        return;
    }
    let listener = TcpListener::bind((Ipv6Addr::UNSPECIFIED, PORT)).unwrap();
    thread::spawn(move || listener.incoming().for_each(drop));
    let _ = writeln!(io::stdout(), "\nready");
    let _ = io::stdin().lines().count();
}

/// Work in the near namespace: waits until the far one answers.
#[test]
fn waiting() {
    if !is_asked("waiting") {
        return;
    }
    let address = SocketAddr::new(Ipv6Addr::new(0xfd78, 0, 0, 0, 0, 0, 0, 2).into(), PORT);
    let answers = || TcpStream::connect_timeout(&address, Duration::from_millis(200)).is_ok();
    assert!((0..50).any(|_| answers() || {
        thread::park_timeout(Duration::from_millis(50));
        false
    }));
}

#[derive(Default)]
struct Seen(BTreeMap<(IpAddr, u16), Observation>);

impl Sink for Seen {
    fn event(&mut self, event: SweepEvent) -> Flow {
        if let SweepEvent::Observed(seen) = event {
            self.0.insert((seen.endpoint.address, seen.endpoint.port), seen);
        }
        Flow::Continue
    }
}

impl Seen {
    fn words(&self) -> BTreeMap<IpAddr, String> {
        let words = self.0.iter();
        words.map(|((address, _), seen)| (*address, format!("{} {}", seen.state, seen.reason))).collect()
    }
}

fn set(targets: &[&str]) -> AddressSet {
    let parse = |text: &&str| match TargetSpec::parse(text) {
        Ok(TargetSpec::Addresses(set)) => set,
        other => panic!("{other:?}"),
    };
    AddressSet::union_all(&targets.iter().map(parse).collect::<Vec<_>>()).unwrap()
}

fn syns() -> Questions {
    Questions::none().with(ProbeKind::Syn, (PORT..=PORT).into())
}

fn sweep(network: &mut impl Network, plan: SweepPlan) -> (Seen, Sweep) {
    let mut sweep = Sweep::new(plan, Seed(11)).unwrap();
    let mut seen = Seen::default();
    assert_eq!(drive(&mut sweep, network, &mut seen).unwrap(), Ending::Finished);
    (seen, sweep)
}

fn expected(last: u32) -> Option<&'static str> {
    match last % 4 {
        0 => Some("open syn-ack"),
        1 => Some("closed reset"),
        2 => Some("filtered admin-prohibited"),
        _ => None,
    }
}

fn behind() -> BTreeMap<IpAddr, String> {
    let v4 = (0..256).map(|last| (IpAddr::from([10, 77, 0, last as u8]), expected(last)));
    let v6 = (0..256_u32)
        .map(|last| (IpAddr::from(Ipv6Addr::new(0xfd77, 0, 0, 0, 0, 0, 0, last as u16)), expected(last)));
    v4.chain(v6).filter_map(|(address, words)| Some((address, words?.to_owned()))).collect()
}

/// Says only where the two differ.
fn assert_same(found: &BTreeMap<IpAddr, String>, truth: &BTreeMap<IpAddr, String>) {
    let differing =
        found.keys().chain(truth.keys()).filter(|address| found.get(address) != truth.get(address));
    let lines: Vec<_> = differing
        .map(|address| format!("{address}: {:?} in place of {:?}", found.get(address), truth.get(address)))
        .collect();
    assert!(lines.is_empty(), "{}", lines.join("\n"));
}

#[test]
fn behind_a_router() {
    if !is_asked("behind_a_router") {
        return;
    }
    let targets = set(&["10.77.0.0/24", "fd77::/120", "10.79.0.4"]);
    let file = env::temp_dir().join(format!("muster-raw-{}.pcapng", process::id()));
    let capture = Capture::new(io::BufWriter::new(fs::File::create(&file).unwrap())).unwrap();
    let options = RawOptions { taps: vec![Box::new(capture)], ..RawOptions::default() };
    let raw = Raw::open(&targets, options).unwrap();
    raw.description().iter().for_each(|line| say(line));
    assert!(raw.on_link().is_empty());
    let mut scoped = Scoped::new(raw, Scope::new(&[], &[]).unwrap());
    let plan = SweepPlan { rate: 20_000.0, ..SweepPlan::new(targets, syns()) };
    let (seen, sweep) = sweep(&mut scoped, plan);
    let mut words = seen.words();
    assert_eq!(words.remove(&[10, 79, 0, 4].into()).as_deref(), Some("filtered admin-prohibited"));
    assert_same(&words, &behind());
    let timed = seen.0.values().filter(|seen| seen.rtt.is_some_and(|rtt| rtt < Duration::from_millis(500)));
    assert!(timed.count() > 300);
    let summary = sweep.summary();
    assert_eq!((summary.silent, summary.conflicts), (128, 0));
    assert!(scoped.inner_mut().finish_taps().is_empty());
    let bytes = fs::read(&file).unwrap();
    if let Ok(output) = Command::new("tcpdump").args(["-nr", file.to_str().unwrap()]).output() {
        let read = String::from_utf8_lossy(&output.stdout).into_owned();
        let count = |what: &str| read.lines().filter(|line| line.contains(what)).count();
        // Of the second round come controls too.
        assert!(count("Flags [S.], ") >= 128, "{}", text(&output));
        assert!(count("Flags [S], ") > 512 && count("unreachable") >= 128, "{read}");
        assert!(output.status.success());
    } else {
        say("skipped: tcpdump reads the capture: it is not there");
    }
    fs::remove_file(&file).unwrap();
    assert!(bytes.starts_with(&[0x0a, 0x0d, 0x0d, 0x0a]) && bytes.len() > 50_000);
}

#[test]
fn on_the_segment() {
    if !is_asked("on_the_segment") {
        return;
    }
    let targets = set(&["10.78.0.0/24", "fd78::/124"]);
    let mut raw = Raw::open(&targets, RawOptions::default()).unwrap();
    let on_link = raw.on_link().clone();
    // Our own address is asked otherwise, and the broadcast address is not one host's.
    assert_eq!(on_link.v4().len(), 256 - 2);
    let plan = SweepPlan {
        kind: SweepKind::Discovery,
        rate: 20_000.0,
        ..SweepPlan::new(on_link, Questions::neighbor())
    };
    let (up, _) = sweep(&mut raw, plan);
    let hosts: Vec<IpAddr> = (2..=12).map(|last| IpAddr::from([10, 78, 0, last])).collect();
    let hosts6 = (2..=12).map(|last| IpAddr::from(Ipv6Addr::new(0xfd78, 0, 0, 0, 0, 0, 0, last)));
    let all: Vec<IpAddr> = hosts.into_iter().chain(hosts6).collect();
    assert_eq!(up.0.keys().map(|(address, _)| *address).collect::<Vec<_>>(), all);
    let reason = |address: &IpAddr| up.0[&(*address, 0)].reason;
    assert_eq!((reason(&all[0]), reason(&all[11])), (Reason::ArpResponse, Reason::NdResponse));
    let hardware = raw.hardware_of(all[0]).unwrap();
    // All of them are at the one interface of the far side.
    assert!(all.iter().all(|host| raw.hardware_of(*host) == Some(hardware)));
    let targets = AddressSet::of_addresses(all.iter().copied().chain([[10, 78, 0, 99].into()])).unwrap();
    let (ports, _) = sweep(&mut raw, SweepPlan { rate: 20_000.0, ..SweepPlan::new(targets, syns()) });
    let words = ports.words();
    assert_eq!(words.len(), 23);
    for (address, words) in words {
        let expected = match address.to_string().as_str() {
            "10.78.0.12" | "fd78::c" => "closed reset",
            "10.78.0.99" => "filtered host-unreach",
            _ => "open syn-ack",
        };
        assert_eq!(words, expected, "{address}");
    }
}

/// Each sees the answers to the other, and takes none for its own.
#[test]
fn two_at_once() {
    if !is_asked("two_at_once") {
        return;
    }
    let work = || {
        let targets = set(&["10.77.0.0/24", "fd77::/120"]);
        let mut raw = Raw::open(&targets, RawOptions::default()).unwrap();
        let (seen, sweep) = sweep(&mut raw, SweepPlan { rate: 2_000.0, ..SweepPlan::new(targets, syns()) });
        assert_eq!(sweep.summary().conflicts, 0);
        seen.words()
    };
    let (first, second) = (thread::spawn(work), thread::spawn(work));
    assert_same(&first.join().unwrap(), &behind());
    assert_same(&second.join().unwrap(), &behind());
}

#[test]
fn going_down() {
    if !is_asked("going_down") {
        return;
    }
    let targets = set(&["10.77.0.0/24"]);
    let mut raw = Raw::open(&targets, RawOptions::default()).unwrap();
    let mut sweep =
        Sweep::new(SweepPlan { rate: 50.0, ..SweepPlan::new(targets, syns()) }, Seed(11)).unwrap();
    let mut seen = Seen::default();
    let error = drive(&mut sweep, &mut raw, &mut seen).unwrap_err().to_string();
    assert!(error.contains("interface raw0: "), "{error}");
    assert!(!seen.0.is_empty(), "what was seen before stands");
}
