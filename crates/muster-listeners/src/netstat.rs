//! `netstat`: of Windows (Microsoft's page "netstat"), with programs in brackets in the line behind; of Linux' net-tools, with
//! `PID/program` at the end; of macOS, without either.

use muster_model::Protocol;

use crate::place::Place;
use crate::{Line, Listener, Program, Tool};

/// Reads a line that begins with a transport.
pub(crate) fn read(words: &[&str], number: usize) -> Option<Line> {
    let (first, rest) = words.split_first()?;
    let protocol = match first.to_ascii_lowercase().trim_end_matches(['4', '6']) {
        "tcp" => Protocol::Tcp,
        "udp" => Protocol::Udp,
        _ => return None,
    };
    windows(protocol, rest, number).or_else(|| unix(protocol, rest, number))
}

/// `0.0.0.0:135 0.0.0.0:0 LISTENING 920`: the state's word depends on the language, a foreign end that is nobody does not.
fn windows(protocol: Protocol, words: &[&str], number: usize) -> Option<Line> {
    let [local, foreign, rest @ ..] = words else { return None };
    let (local, foreign) = (Place::read(local)?, Place::read(foreign)?);
    let process = rest.last().and_then(|word| word.parse().ok());
    Some(line(Tool::WindowsNetstat, protocol, [local, foreign], (None, process), number))
}

/// `0 0 0.0.0.0:22 0.0.0.0:* LISTEN 812/sshd: /usr/sbin`.
fn unix(protocol: Protocol, words: &[&str], number: usize) -> Option<Line> {
    let [received, sent, local, foreign, rest @ ..] = words else { return None };
    let _: (u64, u64) = (received.parse().ok()?, sent.parse().ok()?);
    let (local, foreign) = (Place::read(local)?, Place::read(foreign)?);
    let owner = rest.iter().find_map(|word| {
        let (process, name) = word.split_once('/')?;
        Some((process.parse::<u32>().ok()?, name.trim_end_matches(':')))
    });
    // Twenty characters are shown, the number among them.
    let program = owner.and_then(|(_, name)| Program::new(name, name.len() >= SHORTEST_CUT));
    let process = owner.map(|(process, _)| process);
    Some(line(Tool::UnixNetstat, protocol, [local, foreign], (program, process), number))
}

const SHORTEST_CUT: usize = 12;

fn line(
    tool: Tool,
    protocol: Protocol,
    [local, foreign]: [Place; 2],
    (program, process): (Option<Program>, Option<u32>),
    line: usize,
) -> Line {
    match local.port.filter(|port| *port != 0 && foreign.is_nobody()) {
        Some(port) => {
            Line::Listens(tool, Listener { protocol, address: local.address, port, program, process, line })
        }
        None => Line::Other(tool),
    }
}

/// ` [svchost.exe]`.
pub(crate) fn program(line: &str) -> Option<Line> {
    let name = line.trim().strip_prefix('[')?.strip_suffix(']')?;
    Program::new(name, false).map(Line::Program)
}
