//! Listeners that take one connection, do their part, and end.

use std::io::{ErrorKind, Read as _};
use std::net::TcpStream;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use mio::{Events, Interest, Poll, Token};
use muster_model::Endpoint;

/// Nothing here takes longer, whatever goes wrong.
const LONGEST: Duration = Duration::from_secs(10);

/// A thread that waits for one connection.
pub(crate) struct Listener<T> {
    pub(crate) endpoint: Endpoint,
    thread: JoinHandle<Option<T>>,
}

impl<T: Send + 'static> Listener<T> {
    /// A listener that does `part` with the first connection.
    pub(crate) fn start(
        address: &str,
        port: u16,
        part: impl FnOnce(TcpStream) -> T + Send + 'static,
    ) -> Self {
        Self::try_start(address, port, part).unwrap()
    }

    /// The same; `None` if the address cannot be had.
    pub(crate) fn try_start(
        address: &str,
        port: u16,
        part: impl FnOnce(TcpStream) -> T + Send + 'static,
    ) -> Option<Self> {
        let endpoint = endpoint(address, port);
        let listener = mio::net::TcpListener::bind(endpoint.socket_address()).ok()?;
        Some(Self { endpoint, thread: thread::spawn(move || accept(listener).map(part)) })
    }

    /// What the listener's part gave; `None` if nobody came.
    pub(crate) fn join(self) -> Option<T> {
        self.thread.join().unwrap()
    }
}

pub(crate) fn endpoint(address: &str, port: u16) -> Endpoint {
    Endpoint::tcp(address.parse().unwrap(), port)
}

/// Reads to the end: what was heard, and whether the end was an orderly one.
pub(crate) fn read_all(stream: &mut TcpStream) -> (Vec<u8>, bool) {
    let mut heard = Vec::new();
    let end = stream.read_to_end(&mut heard);
    (heard, end.is_ok())
}

/// Reads up to the empty line that ends an HTTP request.
pub(crate) fn read_request(stream: &mut TcpStream) {
    let mut heard = Vec::new();
    let mut buffer = [0; 512];
    while !heard.ends_with(b"\r\n\r\n") {
        let count = stream.read(&mut buffer).unwrap();
        assert!(count > 0, "no whole request: {heard:?}");
        heard.extend_from_slice(&buffer[..count]);
    }
}

/// Whether the other side goes away within `pause`. What it says meanwhile is lost.
pub(crate) fn is_left_within(pause: Duration, stream: &mut TcpStream) -> bool {
    stream.set_read_timeout(Some(pause)).unwrap();
    match stream.read(&mut [0; 1_024]) {
        Ok(count) => count == 0,
        Err(error) => !matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut),
    }
}

fn accept(mut listener: mio::net::TcpListener) -> Option<TcpStream> {
    let mut poll = Poll::new().unwrap();
    poll.registry().register(&mut listener, Token(0), Interest::READABLE).unwrap();
    poll.poll(&mut Events::with_capacity(1), Some(LONGEST)).unwrap();
    let stream = TcpStream::from(listener.accept().ok()?.0);
    stream.set_nonblocking(false).unwrap();
    stream.set_read_timeout(Some(LONGEST)).unwrap();
    stream.set_write_timeout(Some(LONGEST)).unwrap();
    Some(stream)
}
