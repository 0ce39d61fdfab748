//! The office's ports as somebody who connects to them sees them, and how it opens and closes.

use std::collections::BTreeMap;
use std::io::{ErrorKind, Write};
use std::net::{IpAddr, Ipv4Addr, SocketAddr, SocketAddrV4, TcpStream};
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use muster_demo::{AGENT_PORT, Office, OfficeError, Role};
use muster_model::{Endpoint, PortState};
use socket2::{Domain, Socket, Type};

use crate::support::{desk, network, open, read_to_end, say, skip, state};

#[test]
fn every_endpoint_is_as_the_office_says() {
    let Some(office) = open(1) else { return };
    for (endpoint, expected) in office.truth() {
        assert_eq!(state(endpoint.socket_address(), Duration::from_millis(100)), expected, "{endpoint}");
    }
    let unnamed = SocketAddr::new(office.targets()[0], 10_000);
    assert_eq!(state(unnamed, Duration::from_secs(1)), PortState::Closed);
    office.close().unwrap();
}

#[test]
fn the_filtered_stay_silent_for_long_and_to_everybody() {
    let Some(office) = open(2) else { return };
    let silent = Duration::from_millis(5500);
    let filtered: Vec<Endpoint> = office
        .truth()
        .into_iter()
        .filter_map(|(endpoint, state)| (state == PortState::Filtered).then_some(endpoint))
        .collect();
    assert_eq!(filtered.iter().filter(|endpoint| endpoint.port == AGENT_PORT).count(), 8);
    thread::scope(|scope| {
        for source in 1..=4 {
            for endpoint in &filtered {
                scope.spawn(move || {
                    let socket = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
                    let from = SocketAddrV4::new(Ipv4Addr::new(127, 0, 0, source), 0);
                    socket.bind(&from.into()).unwrap();
                    let outcome = socket.connect_timeout(&endpoint.socket_address().into(), silent);
                    assert_eq!(outcome.unwrap_err().kind(), ErrorKind::TimedOut, "{endpoint} from {from}");
                });
            }
        }
    });
}

#[test]
fn connections_end_by_themselves() {
    let Some(office) = open(4) else { return };
    let agent = desk(&office, Role::Agent);
    let start = Instant::now();
    assert_eq!(read_to_end(&mut say(agent, AGENT_PORT, b"is anybody there?\r\n\r\n")), b"");
    let lasted = start.elapsed();
    assert!((Duration::from_secs(4)..Duration::from_secs(7)).contains(&lasted), "{lasted:?}");

    let mut talker = TcpStream::connect((agent.address, AGENT_PORT)).unwrap();
    let start = Instant::now();
    while talker.write_all(&[0; 1000]).is_ok() {
        assert!(start.elapsed() < Duration::from_secs(2), "somebody listens without end");
    }
}

#[test]
fn more_connections_than_it_keeps_leave_the_ports_open() {
    let Some(office) = open(5) else { return };
    let agent = SocketAddr::from((desk(&office, Role::Agent).address, AGENT_PORT));
    let kept: Vec<_> = (0..400).map(|_| TcpStream::connect_timeout(&agent, Duration::from_secs(1))).collect();
    assert_eq!(
        kept.iter().filter_map(|outcome| outcome.as_ref().err()).next().map(ToString::to_string),
        None
    );
    assert_eq!(state(agent, Duration::from_secs(1)), PortState::Open);
}

#[test]
fn closing_leaves_nothing_and_the_office_opens_again_at_once() {
    let Some(office) = open(6) else { return };
    let truth = office.truth();
    let agent = desk(&office, Role::Agent);
    let held: Vec<_> = (0..20).map(|_| TcpStream::connect((agent.address, AGENT_PORT)).unwrap()).collect();
    let start = Instant::now();
    office.close().unwrap();
    assert!(start.elapsed() < Duration::from_millis(500), "{:?}", start.elapsed());
    for (endpoint, _) in truth {
        let after = state(endpoint.socket_address(), Duration::from_secs(1));
        assert_eq!(after, PortState::Closed, "{endpoint} after closing");
    }
    drop(open(6));
    drop(open(6));
    drop(held);
}

#[test]
fn a_second_office_is_an_error_that_names_the_port() {
    let Some(office) = open(7) else { return };
    match Office::open_in(network(7)) {
        Err(OfficeError::PortInUse { address }) => assert_eq!(IpAddr::V4(*address.ip()), office.targets()[0]),
        other => panic!("{other:?}"),
    }
    assert!(matches!(
        Office::open_in(Ipv4Addr::new(10, 0, 0, 0)),
        Err(OfficeError::NotLoopback { network }) if network == Ipv4Addr::new(10, 0, 0, 0)
    ));
}

#[test]
fn nmap_sees_the_same() {
    let Some(office) = open(8) else { return };
    let truth: BTreeMap<_, _> = office.truth().into_iter().filter(|(at, _)| at.port == AGENT_PORT).collect();
    let mut nmap = Command::new("nmap");
    nmap.args(["--unprivileged", "-sT", "-n", "-Pn", "-oG", "-", "-p", &AGENT_PORT.to_string()]);
    nmap.args(office.targets().iter().map(ToString::to_string));
    let Ok(output) = nmap.output() else { return skip("nmap is not installed") };
    let printed = String::from_utf8(output.stdout).unwrap();
    let seen: BTreeMap<Endpoint, &str> = printed.lines().filter_map(port_line).collect();
    for (endpoint, expected) in &truth {
        assert_eq!(seen.get(endpoint), Some(&expected.name()), "{endpoint}\n{printed}");
    }
}

/// `Host: 127.44.0.17 () Ports: 2967/open/tcp//symantec-av///`
fn port_line(line: &str) -> Option<(Endpoint, &str)> {
    let address = line.strip_prefix("Host: ")?.split(' ').next()?.parse().ok()?;
    let (port, rest) = line.split_once("Ports: ")?.1.split_once('/')?;
    Some((Endpoint::tcp(address, port.parse().ok()?), rest.split('/').next()?))
}
