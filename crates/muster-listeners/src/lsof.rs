//! `lsof -i -nP`: `sshd 812 root 3u IPv4 23456 0t0 TCP *:22 (LISTEN)`.

use muster_model::Protocol;

use crate::place::Place;
use crate::{Line, Listener, Program, Tool};

/// Reads a line that has a kind of address, and behind it a transport and a place.
pub(crate) fn read(words: &[&str], number: usize) -> Option<Line> {
    let kind = words.iter().position(|word| matches!(*word, "IPv4" | "IPv6"))?;
    let node = kind + 1 + words[kind..].iter().skip(1).position(|word| matches!(*word, "TCP" | "UDP"))?;
    let protocol = if words[node] == "TCP" { Protocol::Tcp } else { Protocol::Udp };
    let (name, state) = (words.get(node + 1)?, words.get(node + 2).copied());
    let is_listener = match protocol {
        Protocol::Tcp => state == Some("(LISTEN)"),
        _ => !name.contains("->"),
    };
    let place = Place::read(name).filter(|_| is_listener);
    let Some((address, port)) = place.and_then(|place| Some((place.address, place.port?))) else {
        return Some(Line::Other(Tool::Lsof));
    };
    // Nine characters of a name are shown, blanks as \x20.
    let command = words.first()?.replace("\\x20", " ");
    let program = Program::new(&command, command.len() >= SHOWN);
    let process = words.get(1).and_then(|word| word.parse().ok());
    Some(Line::Listens(Tool::Lsof, Listener { protocol, address, port, program, process, line: number }))
}

const SHOWN: usize = 9;
