//! An office of a test's own, and how tests talk to it.

use std::io::{ErrorKind, Read, Write};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpStream};
use std::process;
use std::time::Duration;

use muster_demo::{Desk, Office, OfficeError, Role};
use muster_model::PortState;
use muster_platform::raise_descriptors;

/// Another process that tests at the same time has other networks: process ids that live together differ.
pub(crate) fn network(test: u8) -> Ipv4Addr {
    let process = (process::id() % 50) as u8;
    Ipv4Addr::new(127, 100 + process, test, 0)
}

/// What all addresses of that network begin with.
pub(crate) fn prefix(test: u8) -> String {
    network(test).to_string().strip_suffix('0').unwrap().to_owned()
}

/// `None` where a system has no more loopback addresses than one.
pub(crate) fn open(test: u8) -> Option<Office> {
    // Both ends of every connection are in this process, and so are the offices of the other tests.
    raise_descriptors().unwrap();
    match Office::open_in(network(test)) {
        Err(OfficeError::AddressUnavailable { address }) => {
            skip(&format!("this machine does not have {}", address.ip()));
            None
        }
        office => Some(office.unwrap()),
    }
}

/// The state of a port as std's connect tells it. `patience` is how long silence must last.
pub(crate) fn state(address: SocketAddr, patience: Duration) -> PortState {
    match TcpStream::connect_timeout(&address, patience).map_err(|error| error.kind()) {
        Ok(_) => PortState::Open,
        Err(ErrorKind::ConnectionRefused) => PortState::Closed,
        Err(ErrorKind::TimedOut) => PortState::Filtered,
        Err(other) => panic!("{address}: {other}"),
    }
}

pub(crate) fn desk(office: &Office, role: Role) -> &Desk {
    office.desks().iter().find(|desk| desk.role == role).unwrap()
}

/// Says `words`, says no more, and returns all that comes back until the other side closes.
pub(crate) fn converse(desk: &Desk, port: u16, words: &[u8]) -> Vec<u8> {
    let mut stream = say(desk, port, words);
    stream.shutdown(Shutdown::Write).unwrap();
    read_to_end(&mut stream)
}

pub(crate) fn say(desk: &Desk, port: u16, words: &[u8]) -> TcpStream {
    let mut stream = TcpStream::connect((desk.address, port)).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    stream.write_all(words).unwrap();
    stream
}

pub(crate) fn read_to_end(stream: &mut TcpStream) -> Vec<u8> {
    let mut heard = Vec::new();
    stream.read_to_end(&mut heard).unwrap();
    heard
}

#[expect(clippy::print_stderr, reason = "a skipped test says so")]
pub(crate) fn skip(why: &str) {
    eprintln!("skipped: {why}");
}
