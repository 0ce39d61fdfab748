//! What conversations hold: the descriptors that the sweep used, and of each host few.

use std::io::{ErrorKind, Read as _};
use std::net::{TcpListener, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

use muster_platform::raise_descriptors;
use socket2::SockRef;

use crate::common::{finish, skip};
use crate::support::{Workplace, address, shell};

/// The sweep waits for more silent hosts than there are descriptors, and so uses them all.
#[test]
fn what_the_sweep_used_is_there_for_conversations() {
    raise_descriptors().unwrap();
    let at = |host| TcpListener::bind((address(73, host), 2967));
    let Ok(mut listeners) = (1..=2 * HOSTS).map(at).collect::<Result<Vec<_>, _>>() else {
        return skip("this machine has few loopback addresses");
    };
    let deaf = listeners.split_off(HOSTS.into());
    let _waiting: Vec<TcpStream> = deaf.iter().map(deafen).collect();
    let place = Workplace::new();
    let audit = format!(
        "ulimit -n {DESCRIPTORS}; exec $MUSTER audit -n -T5 -p 2967 --no-store {}-{}",
        address(73, 1),
        2 * HOSTS
    );
    let audit = place.at_home(shell(&audit));
    let audit = thread::spawn(move || finish(audit));
    let most = most_held(&listeners, || audit.is_finished());
    let ran = audit.join().unwrap().ok();
    assert!(most >= HOSTS.into(), "{most} conversations at once of {HOSTS}: {}", ran.stdout);
}

/// However many of its ports are open, and whatever the template: no agent is to notice that it is asked.
#[test]
fn a_host_has_two_conversations_at_once_at_most() {
    let ports = [2967, 2968, 3310, 5168, 8081, 8191, 8192, 8193, 8194, 9901];
    let at = |port| TcpListener::bind((address(74, 1), port));
    let Ok(listeners) = ports.into_iter().map(at).collect::<Result<Vec<_>, _>>() else {
        return skip("this machine has few loopback addresses");
    };
    let place = Workplace::new();
    let list = ports.map(|port| port.to_string()).join(",");
    let audit = format!("exec $MUSTER audit -n -T5 -p {list} --no-store {}", address(74, 1));
    let audit = place.at_home(shell(&audit));
    let audit = thread::spawn(move || finish(audit));
    let most = most_held(&listeners, || audit.is_finished());
    let ran = audit.join().unwrap().ok();
    assert_eq!(most, 2, "{}", ran.stdout);
}

/// Fills the queue of connections that wait to be accepted: Linux does not answer a SYN then.
fn deafen(listener: &TcpListener) -> TcpStream {
    let waiting = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    SockRef::from(listener).listen(0).unwrap();
    waiting
}

/// How many connections were held at once for longer than a sweep holds one, until `is_over`.
fn most_held(listeners: &[TcpListener], is_over: impl Fn() -> bool) -> usize {
    for listener in listeners {
        listener.set_nonblocking(true).unwrap();
    }
    let (mut held, mut most) = (Vec::new(), 0);
    while !is_over() {
        for (stream, _) in listeners.iter().flat_map(TcpListener::accept) {
            stream.set_nonblocking(true).unwrap();
            held.push((stream, Instant::now()));
        }
        held.retain_mut(|(stream, _)| is_held(stream));
        most = most.max(held.iter().filter(|(_, since)| since.elapsed() >= LONG).count());
        thread::park_timeout(Duration::from_millis(10));
    }
    most
}

fn is_held(stream: &mut TcpStream) -> bool {
    match stream.read(&mut [0; 4_096]) {
        Ok(length) => length > 0,
        Err(error) => error.kind() == ErrorKind::WouldBlock,
    }
}

const HOSTS: u8 = 60;
/// Enough for a conversation with each host that accepts one, but not for the sockets of the sweep besides.
const DESCRIPTORS: u16 = 100;
const LONG: Duration = Duration::from_millis(300);
