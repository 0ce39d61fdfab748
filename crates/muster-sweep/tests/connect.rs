//! `Connect` against real sockets on loopback.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use muster_engine::{AddressSet, PortSet, Seed, Sweep, SweepEvent, SweepPlan, TargetSpec};
use muster_model::{Observation, PortState, Reason};
use muster_sweep::{Connect, Ending, Flow, Sink, drive};
use socket2::{Domain, SockRef, Socket, Type};

#[derive(Default)]
struct Seen(HashMap<SocketAddr, Observation>);

impl Sink for Seen {
    fn event(&mut self, event: SweepEvent) -> Flow {
        if let SweepEvent::Observed(seen) = event {
            self.0.insert(seen.endpoint.socket_address(), seen);
        }
        Flow::Continue
    }
}

impl Seen {
    fn state(&self, address: SocketAddr) -> Option<(PortState, Reason)> {
        self.0.get(&address).map(|seen| (seen.state, seen.reason))
    }
}

const OPEN: Option<(PortState, Reason)> = Some((PortState::Open, Reason::SynAck));
const CLOSED: Option<(PortState, Reason)> = Some((PortState::Closed, Reason::ConnRefused));

fn sweep(targets: &[&str], port: u16, rate: f64) -> (Seen, Sweep) {
    let sets: Vec<AddressSet> = targets
        .iter()
        .map(|text| match TargetSpec::parse(text) {
            Ok(TargetSpec::Addresses(set)) => set,
            other => panic!("{other:?}"),
        })
        .collect();
    let plan =
        SweepPlan { rate, ..SweepPlan::new(AddressSet::union_all(&sets).unwrap(), PortSet::tcp(port)) };
    let mut sweep = Sweep::new(plan, Seed(7)).unwrap();
    let mut seen = Seen::default();
    let ending = drive(&mut sweep, &mut Connect::new().unwrap(), &mut seen).unwrap();
    assert_eq!(ending, Ending::Finished);
    (seen, sweep)
}

/// A listener on an address of the test's own; the port is free on all of 127/8.
fn listen(address: Ipv4Addr, port: u16) -> TcpListener {
    TcpListener::bind((address, port)).unwrap()
}

#[test]
fn open_and_closed_among_many_addresses() {
    let listeners = [3, 77, 250].map(|last| listen(Ipv4Addr::new(127, 91, 0, last), 21_967));
    let (seen, sweep) = sweep(&["127.91.0.0/22"], 21_967, 100_000.0);
    assert_eq!(seen.0.len(), 1_024);
    for listener in &listeners {
        assert_eq!(seen.state(listener.local_addr().unwrap()), OPEN);
    }
    let closed = seen.0.values().filter(|seen| (Some((seen.state, seen.reason))) == CLOSED).count();
    assert_eq!(closed, 1_021);
    assert_eq!(sweep.summary().sent, 1_024, "nothing was silent, so nothing is asked twice");
}

/// On Linux the system says what a connection agreed on, in whose order nobody knows; of closed ports it says nothing.
#[test]
fn what_connections_agree_on_is_seen() {
    let listener = listen(Ipv4Addr::new(127, 91, 9, 1), 21_966);
    let (seen, _) = sweep(&["127.91.9.0/30"], 21_966, 100_000.0);
    let stack = |address: SocketAddr| seen.0[&address].stack.map(|stack| stack.to_string());
    let open = stack(listener.local_addr().unwrap());
    assert_eq!(open.is_some(), std::env::consts::OS == "linux", "{open:?}");
    assert!(open.is_none_or(|text| text.starts_with("- - ")));
    assert_eq!(stack("127.91.9.2:21966".parse().unwrap()), None, "nothing was agreed on");
}

#[test]
fn both_families_in_one_sweep() {
    let Ok(six) = TcpListener::bind("[::1]:21968") else {
        return; // A machine without IPv6.
    };
    let four = listen(Ipv4Addr::new(127, 91, 1, 1), 21_968);
    let (seen, _) = sweep(&["127.91.1.0/30", "::1", "::1"], 21_968, 100_000.0);
    assert_eq!(seen.state(six.local_addr().unwrap()), OPEN);
    assert_eq!(seen.state(four.local_addr().unwrap()), OPEN);
    assert_eq!(seen.state("127.91.1.2:21968".parse().unwrap()), CLOSED);
}

/// A server that resets whatever it accepts is open, whichever of SYN-ACK and RST is looked at first.
#[test]
fn a_server_that_hangs_up_at_once_is_open() {
    let listeners: Vec<_> = (1..=20).map(|last| listen(Ipv4Addr::new(127, 91, 2, last), 21_969)).collect();
    let stop = Arc::new(AtomicBool::new(false));
    let servers: Vec<_> = listeners
        .iter()
        .map(|listener| {
            let (listener, stop) = (listener.try_clone().unwrap(), Arc::clone(&stop));
            thread::spawn(move || {
                for stream in listener.incoming() {
                    if stop.load(Ordering::Relaxed) {
                        return;
                    }
                    let stream = stream.unwrap();
                    SockRef::from(&stream).set_linger(Some(Duration::ZERO)).unwrap();
                }
            })
        })
        .collect();
    for _ in 0..5 {
        let (seen, _) = sweep(&["127.91.2.1-20"], 21_969, 100_000.0);
        for listener in &listeners {
            assert_eq!(seen.state(listener.local_addr().unwrap()), OPEN);
        }
    }
    stop.store(true, Ordering::Relaxed);
    for (listener, server) in listeners.iter().zip(servers) {
        let _ = TcpStream::connect(listener.local_addr().unwrap());
        server.join().unwrap();
    }
}

/// On Linux a full accept queue drops SYNs: silence, asked in every round and never reported as a state.
#[test]
#[cfg(target_os = "linux")]
fn silence_is_asked_again_and_stays_silence() {
    let address: SocketAddr = "127.91.3.1:21970".parse().unwrap();
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
    socket.bind(&address.into()).unwrap();
    socket.listen(0).unwrap();
    let _filler = TcpStream::connect(address).unwrap();
    let neighbour = listen(Ipv4Addr::new(127, 91, 3, 2), 21_970);
    let (seen, sweep) = sweep(&["127.91.3.0/29"], 21_970, 100_000.0);
    assert_eq!(seen.state(address), None);
    assert_eq!(seen.state(neighbour.local_addr().unwrap()), OPEN);
    let summary = sweep.summary();
    assert_eq!((summary.silent, summary.answered), (1, 7));
    assert!(summary.rounds.len() >= 2);
    assert_eq!(sweep.unanswered().next().unwrap().0.address, IpAddr::from([127, 91, 3, 1]));
}

/// No connection is left behind: the peer sees each one reset.
#[test]
fn connections_are_reset() {
    let listener = listen(Ipv4Addr::new(127, 91, 4, 1), 21_971);
    let (seen, _) = sweep(&["127.91.4.1"], 21_971, 100.0);
    assert_eq!(seen.state(listener.local_addr().unwrap()), OPEN);
    let (stream, _) = listener.accept().unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
    let outcome = std::io::Read::read(&mut &stream, &mut [0; 1]);
    assert_eq!(outcome.unwrap_err().kind(), std::io::ErrorKind::ConnectionReset);
}
