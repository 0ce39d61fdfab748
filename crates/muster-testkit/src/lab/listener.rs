//! Accepts connections on every address of a port, as fast as they come, and answers datagrams.
//!
//! One blocking thread a socket, on purpose: under load the accept queue is never empty, so that a connection costs two
//! system calls and no sleep. Measured: 12 µs a connection, 20 µs with two threads, which get in each other's way.

use std::collections::VecDeque;
use std::io::{self, Write};
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::thread;
use std::time::Duration;

use socket2::{Domain, Protocol, SockAddr, Socket, Type};

use super::mask::serve_masks;
use super::plan::{LabPlan, Welcome};
use super::truth::Behaviour;

/// The accept queue; the kernel cuts it down to `net.core.somaxconn`.
const BACKLOG: i32 = 65_535;
/// What a UDP service says to whatever it is asked.
const ANSWER: &[u8] = b"here\r\n";
/// The line that says that requests for address masks are to be answered.
const MASKS: &str = "masks";
/// How many connections a listener keeps before it gives up the oldest: as many as a program talks to at once.
const KEPT: usize = 4_096;

/// Listens on the TCP ports of both families and accepts on threads of its own until the process ends.
///
/// # Errors
/// Where a port cannot be bound.
pub fn serve(ports: &[u16], welcome: &Welcome) -> io::Result<()> {
    // As many as there may be; where they are fewer, connections are given up sooner.
    let _ = muster_platform::raise_descriptors();
    for address in ports.iter().flat_map(everywhere) {
        let listener = listen(address, welcome)?;
        let welcome = welcome.clone();
        thread::spawn(move || accept(&listener, &welcome));
    }
    Ok(())
}

/// Answers every datagram to these UDP ports with a line, on threads of its own until the process ends.
fn serve_datagrams(ports: &[u16]) -> io::Result<()> {
    for address in ports.iter().flat_map(everywhere) {
        let socket = Socket::new(Domain::for_address(address), Type::DGRAM, Some(Protocol::UDP))?;
        if address.is_ipv6() {
            socket.set_only_v6(true)?;
        }
        socket.bind(&SockAddr::from(address))?;
        let socket = UdpSocket::from(socket);
        thread::spawn(move || {
            let mut buffer = [0; 2048];
            loop {
                // A client that closed its socket is reported by the next call: nothing to be done about it.
                let _ = socket.recv_from(&mut buffer).and_then(|(_, from)| socket.send_to(ANSWER, from));
            }
        });
    }
    Ok(())
}

fn everywhere(port: &u16) -> [SocketAddr; 2] {
    [(Ipv4Addr::UNSPECIFIED, *port).into(), (Ipv6Addr::UNSPECIFIED, *port).into()]
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
pub(super) fn work(plan: &LabPlan) -> Vec<String> {
    let words = match &plan.welcome {
        Welcome::Close => "close".to_owned(),
        Welcome::Reset => "reset".to_owned(),
        Welcome::Hold => "hold".to_owned(),
        Welcome::Greet(words) => format!("greet {}", words.replace(['\r', '\n'], " ")),
    };
    let line = |name: &str, ports: &[u16]| {
        let ports = ports.iter().map(u16::to_string);
        std::iter::once(name.to_owned()).chain(ports).collect::<Vec<_>>().join(" ")
    };
    let has_masks = plan.mask_behaviours().any(|(_, does)| does == Behaviour::Open);
    let masks = if has_masks { MASKS } else { "-" };
    vec![words, line("tcp", &plan.ports), line("udp", &plan.udp_ports), masks.to_owned()]
}

/// Does what the lines of a lab say.
///
/// # Errors
/// Where they cannot be read, or a port cannot be bound.
pub fn serve_work(lines: &[String]) -> io::Result<()> {
    let [words, tcp, udp, masks] = lines else { return Err(io::Error::other("four lines expected")) };
    let welcome = match words.split_once(' ') {
        Some(("greet", words)) => Welcome::Greet(words.to_owned()),
        _ if words == "hold" => Welcome::Hold,
        _ if words == "reset" => Welcome::Reset,
        _ => Welcome::Close,
    };
    serve(&ports(tcp)?, &welcome)?;
    serve_datagrams(&ports(udp)?)?;
    if masks == MASKS { serve_masks() } else { Ok(()) }
}

fn ports(line: &str) -> io::Result<Vec<u16>> {
    let ports: Result<Vec<u16>, _> = line.split(' ').skip(1).map(str::parse).collect();
    ports.map_err(io::Error::other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_is_read_as_it_was_written() {
        let welcome = Welcome::Greet("220 a\r\nb".to_owned());
        let plan = LabPlan { ports: vec![2967, 80], welcome, ..LabPlan::default() };
        let lines = work(&plan);
        assert_eq!(lines, ["greet 220 a  b", "tcp 2967 80", "udp", "-"]);
        assert_eq!(ports(&lines[1]).unwrap(), [2967, 80]);
        assert_eq!(ports(&lines[2]).unwrap(), [0; 0]);
        assert!(serve_work(&lines[..1]).is_err());
    }
}
