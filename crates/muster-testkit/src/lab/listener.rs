//! Accepts connections on every address of a port, as fast as they come.
//!
//! One blocking thread a socket, on purpose: under load the accept queue is never empty, so that a connection costs two
//! system calls and no sleep. Measured: 12 µs a connection, 20 µs with two threads, which get in each other's way.

use std::collections::VecDeque;
use std::io::{self, Write};
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

use socket2::{Domain, Protocol, SockAddr, Socket, Type};

use super::plan::Welcome;

/// The accept queue; the kernel cuts it down to `net.core.somaxconn`.
const BACKLOG: i32 = 65_535;
/// How many connections a listener keeps before it gives up the oldest: as many as a program talks to at once.
const KEPT: usize = 4_096;

/// Listens on the ports of both families and accepts on threads of its own until the process ends.
///
/// # Errors
/// Where a port cannot be bound.
pub fn serve(ports: &[u16], welcome: &Welcome) -> io::Result<()> {
    // As many as there may be; where they are fewer, connections are given up sooner.
    let _ = muster_platform::raise_descriptors();
    for port in ports {
        for address in
            [SocketAddr::from((Ipv4Addr::UNSPECIFIED, *port)), (Ipv6Addr::UNSPECIFIED, *port).into()]
        {
            let listener = listen(address, welcome)?;
            let welcome = welcome.clone();
            thread::spawn(move || accept(&listener, &welcome));
        }
    }
    Ok(())
}

fn listen(address: SocketAddr, welcome: &Welcome) -> io::Result<TcpListener> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
    socket.set_reuse_address(true)?;
    if address.is_ipv6() {
        socket.set_only_v6(true)?;
    }
    if *welcome == Welcome::Reset {
        // Linux hands it on to accepted connections.
        socket.set_linger(Some(Duration::ZERO))?;
    }
    socket.bind(&SockAddr::from(address))?;
    socket.listen(BACKLOG)?;
    Ok(socket.into())
}

fn accept(listener: &TcpListener, welcome: &Welcome) {
    let mut kept = VecDeque::new();
    loop {
        match (listener.accept(), welcome) {
            (Ok(_), Welcome::Close | Welcome::Reset) => {}
            (Ok((stream, _)), Welcome::Hold) => keep(&mut kept, stream),
            (Ok((mut stream, _)), Welcome::Greet(words)) => {
                // A peer that is gone already needs no greeting.
                let _ = stream.write_all(format!("{words}\r\n").as_bytes());
                keep(&mut kept, stream);
            }
            // No descriptors left, or a connection that broke in the queue.
            (Err(_), _) => kept.clear(),
        }
    }
}

fn keep(kept: &mut VecDeque<TcpStream>, stream: TcpStream) {
    if kept.len() == KEPT {
        kept.pop_front();
    }
    kept.push_back(stream);
}

/// The lines by which a lab tells its listener what to do, and back.
pub(super) fn work(ports: &[u16], welcome: &Welcome) -> Vec<String> {
    let words = match welcome {
        Welcome::Close => "close".to_owned(),
        Welcome::Reset => "reset".to_owned(),
        Welcome::Hold => "hold".to_owned(),
        Welcome::Greet(words) => format!("greet {}", words.replace(['\r', '\n'], " ")),
    };
    let ports = ports.iter().map(u16::to_string).collect::<Vec<_>>().join(" ");
    vec![words, ports]
}

/// Does what the lines of a lab say.
///
/// # Errors
/// Where they cannot be read, or a port cannot be bound.
pub fn serve_work(lines: &[String]) -> io::Result<()> {
    let [words, ports] = lines else { return Err(io::Error::other("two lines expected")) };
    let welcome = match words.split_once(' ') {
        Some(("greet", words)) => Welcome::Greet(words.to_owned()),
        _ if words == "hold" => Welcome::Hold,
        _ if words == "reset" => Welcome::Reset,
        _ => Welcome::Close,
    };
    let ports: Result<Vec<u16>, _> = ports.split(' ').map(str::parse).collect();
    serve(&ports.map_err(io::Error::other)?, &welcome)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_is_read_as_it_was_written() {
        let lines = work(&[2967, 80], &Welcome::Greet("220 a\r\nb".to_owned()));
        assert_eq!(lines, ["greet 220 a  b", "2967 80"]);
        assert!(serve_work(&lines[..1]).is_err());
    }
}
