//! `ss` of iproute2: `tcp LISTEN 0 128 0.0.0.0:22 0.0.0.0:* users:(("sshd",pid=812,fd=3))`, the transport only where several
//! were asked for.

use muster_model::Protocol;

use crate::place::Place;
use crate::{Line, Listener, Program, Tool};

/// Reads a line whose state is one of sockets without a peer.
pub(crate) fn read(words: &[&str], number: usize) -> Option<Line> {
    let (named, words) = match words {
        ["tcp", rest @ ..] => (Some(Protocol::Tcp), rest),
        ["udp", rest @ ..] => (Some(Protocol::Udp), rest),
        all => (None, all),
    };
    let [state, received, sent, local, foreign, rest @ ..] = words else { return None };
    let _: (u64, u64) = (received.parse().ok()?, sent.parse().ok()?);
    let (local, foreign) = (Place::read(local)?, Place::read(foreign)?);
    let protocol = match *state {
        "LISTEN" => named.unwrap_or(Protocol::Tcp),
        "UNCONN" => named.unwrap_or(Protocol::Udp),
        _ => return Some(Line::Other(Tool::Ss)),
    };
    let Some(port) = local.port.filter(|_| foreign.is_nobody()) else { return Some(Line::Other(Tool::Ss)) };
    let users = rest.join(" ");
    // The kernel keeps fifteen bytes of a name.
    let program = between(&users, "((\"", "\"").and_then(|name| Program::new(name, name.len() >= KEPT));
    let process = between(&users, "pid=", ",").and_then(|digits| digits.parse().ok());
    let listener = Listener { protocol, address: local.address, port, program, process, line: number };
    Some(Line::Listens(Tool::Ss, listener))
}

const KEPT: usize = 15;

fn between<'a>(text: &'a str, before: &str, behind: &str) -> Option<&'a str> {
    let (_, rest) = text.split_once(before)?;
    rest.split_once(behind).map(|(found, _)| found)
}
