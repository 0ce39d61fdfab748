//! What a reader gives, in a few words a piece.

use std::fmt::Write as _;

use super::super::*;

/// Everything that a reader gives of a file, a line a piece, errors included.
pub(super) fn told(bytes: &[u8]) -> String {
    let reader = match Reader::new(bytes) {
        Ok(reader) => reader,
        Err(error) => return error.to_string(),
    };
    let mut text = String::new();
    for piece in reader {
        let line = match piece {
            Ok(Piece::Head(head)) => head_line(&head),
            Ok(Piece::Host(host)) => host_lines(&host),
            Ok(Piece::Tail(tail)) => tail_line(&tail),
            Err(error) => error.to_string(),
        };
        text += &(line + "\n");
    }
    text
}

fn head_line(head: &Head) -> String {
    let mut text = format!("{:?} by {}", head.form, head.scanner);
    let words = [&head.version, &head.arguments];
    words.into_iter().flatten().for_each(|word| write!(text, " | {word}").unwrap());
    head.start.iter().for_each(|start| write!(text, " | from {start}").unwrap());
    for asked in &head.asked {
        write!(text, " | {} {} {:?}", asked.kind, asked.protocol, asked.ports).unwrap();
    }
    text += if head.asked_otherwise { " | and more" } else { "" };
    text += if head.lists_down { " | lists down" } else { "" };
    text + &scripts(&head.scripts)
}

fn host_lines(host: &Host) -> String {
    let mut text = format!("{} {:?}", host.address, host.status);
    host.reason.iter().for_each(|reason| write!(text, " {reason} ttl {}", host.reason_ttl).unwrap());
    host.hardware.iter().for_each(|hardware| write!(text, " {hardware:x?}").unwrap());
    host.names.iter().for_each(|(name, kind)| write!(text, " {kind:?} {name}").unwrap());
    if let (start, Some(end)) = host.times {
        write!(text, " from {start:?} until {end}").unwrap();
    }
    text += if host.timed_out { " timed out" } else { "" };
    host.ports.iter().for_each(|port| write!(text, "\n  {}", port_line(port)).unwrap());
    for rest in &host.rest {
        write!(text, "\n  {} {}", rest.count, rest.state).unwrap();
        for RestReason { reason, count, ports } in &rest.reasons {
            write!(text, ", {count} {}", reason.map_or("?", Reason::name)).unwrap();
            ports.iter().for_each(|(protocol, range)| write!(text, " {range:?}/{protocol}").unwrap());
        }
    }
    text + &unjudged(&host.unjudged) + &scripts(&host.scripts)
}

fn unjudged(said: &Unjudged) -> String {
    let mut text = String::new();
    for OtherPort { transport, number, state, .. } in &said.ports {
        write!(text, "\n  {number}/{transport} {state}, not judged").unwrap();
    }
    said.rest.iter().for_each(|rest| write!(text, "\n  {} {}, not judged", rest.count, rest.state).unwrap());
    said.systems.iter().for_each(|name| write!(text, "\n  may be {name}").unwrap());
    text
}

fn port_line(port: &Port) -> String {
    let mut text = format!("{}/{} {}", port.number, port.protocol, port.state);
    port.reason.iter().for_each(|reason| write!(text, " {reason} ttl {}", port.reason_ttl).unwrap());
    port.reason_from.iter().for_each(|from| write!(text, " from {from}").unwrap());
    port.at.iter().for_each(|at| write!(text, " at {at}").unwrap());
    if let Some(service) = &port.service {
        let Service { name, product, version, extra, banner, .. } = service;
        for (key, word) in
            [("name", name), ("product", product), ("version", version), ("extra", extra), ("banner", banner)]
        {
            word.iter().for_each(|word| write!(text, " {key}={word}").unwrap());
        }
        text += if service.is_in_tls { " tls" } else { "" };
        text += if service.is_probed { " probed" } else { "" };
    }
    text + &scripts(&port.scripts)
}

fn scripts(scripts: &[Script]) -> String {
    scripts.iter().fold(String::new(), |text, script| {
        text + &format!("\n    {}: {} {:?}", script.id, script.output, script.elements)
    })
}

fn tail_line(tail: &Tail) -> String {
    let Tail { end, elapsed, up, total, scripts: said, ending } = tail;
    format!("end {end:?} after {elapsed:?}, {up:?} of {total:?} up: {ending:?}") + &scripts(said)
}
