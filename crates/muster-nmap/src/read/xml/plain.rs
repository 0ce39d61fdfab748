//! A host as scanners write it, read in one go.
//!
//! Of the many ways in which XML can say something, scanners use one: no blanks but those that part two attributes, no
//! comments. A host in that hand, if all of it is in memory, is read here in a fraction of the time. What is written
//! otherwise is nothing to this reader: quick-xml reads such a host from its beginning, and what the elements mean is one
//! and the same code for both.

use std::io::{BufRead, Read};

use super::host::HostElement;
use super::known::KnownPorts;
use super::{Element, Fault};
use crate::read::source::Source;
use crate::read::{Form, Host};

/// The host that the text begins with, and how long its text is. It is nobody if it has no address.
fn host(text: &str, form: Form, known: &mut KnownPorts) -> Option<(Option<Box<Host>>, usize)> {
    let mut hand = Hand { text, at: 0 };
    hand.take(b'<').filter(|()| hand.name() == Some("host"))?;
    let mut host = HostElement::new(&mut hand, form).ok()?;
    let mut depth = usize::from(!hand.end_tag()?);
    let mut port = None;
    while depth > 0 {
        hand.text(&mut host)?;
        if hand.take(b'/').is_some() {
            depth -= 1;
            hand.end(&mut host, depth)?;
            if let Some(port) = port.take_if(|port: &mut PortInHand| port.depth == depth) {
                port.learn(&hand, &host, known);
            }
        } else if !hand.known_port(&mut host, known)? {
            let begun = PortInHand::here(&hand, &host, depth);
            let (name, is_over) = hand.start(&mut host)?;
            port = if name == "port" { begun } else { port.filter(|_| PortInHand::has(name)) };
            depth += usize::from(!is_over);
        }
        if depth > DEEPEST {
            return None;
        }
    }
    Some((host.finish(), hand.at))
}

/// A port that is being read, to be known the next time.
struct PortInHand {
    at: usize,
    depth: usize,
    /// How many ports the host had before.
    ports: usize,
}

impl PortInHand {
    /// One that begins here, unless it stands where the same text might mean something else. masscan's ports have the time
    /// of their host.
    fn here(hand: &Hand<'_>, host: &HostElement, depth: usize) -> Option<Self> {
        host.may_have_known_ports().then(|| Self { at: hand.at, depth, ports: host.ports().len() })
    }

    /// Whether an element within a port is of the port alone.
    fn has(name: &str) -> bool {
        matches!(name, "state" | "service" | "cpe")
    }

    fn learn(self, hand: &Hand<'_>, host: &HostElement, known: &mut KnownPorts) {
        if let (Some(text), [port]) = (hand.text.get(self.at..hand.at), &host.ports()[self.ports..]) {
            known.learn(text, port);
        }
    }
}

/// What a source has next.
#[derive(Debug)]
pub(super) enum Next {
    /// A host, which is taken.
    Host(Option<Box<Host>>),
    /// Up to this place something that is not read here.
    Other { until: u64 },
}

/// Takes a host from a source, if one comes next. Looks no further ahead than at its end.
pub(super) fn next<R: Read>(source: &mut Source<R>, form: Form, known: &mut KnownPorts) -> Next {
    let Some(begin) = beginning(source) else { return Next::Other { until: source.place() } };
    if let Some(host) = taken(source, begin, form, known) {
        return Next::Host(host);
    }
    // Either it is written otherwise, or not all of it is there.
    let looked_at = source.ahead().len();
    let end = ending(source, begin);
    let host = if end > looked_at { taken(source, begin, form, known) } else { None };
    host.map_or_else(|| Next::Other { until: source.place() + end as u64 }, Next::Host)
}

/// How far ahead a host begins.
fn beginning<R: Read>(source: &mut Source<R>) -> Option<usize> {
    loop {
        let ahead = source.ahead();
        let rest = ahead.trim_ascii_start();
        if !may_be_host(rest) {
            return None;
        }
        let begin = ahead.len() - rest.len();
        if rest.len() > OPENING.len() {
            return Some(begin);
        }
        if begin > LONGEST || !source.look_further() {
            return None;
        }
    }
}

/// How far ahead a host ends, or up to where it does not.
fn ending<R: Read>(source: &mut Source<R>, begin: usize) -> usize {
    let mut from = begin;
    loop {
        let ahead = source.ahead().as_bytes();
        if let Some(place) = memchr::memmem::find(&ahead[from..], CLOSING) {
            return from + place + CLOSING.len();
        }
        let length = ahead.len();
        from = begin.max(length.saturating_sub(CLOSING.len()));
        if length > LONGEST || !source.look_further() {
            return length;
        }
    }
}

fn taken<R: Read>(
    source: &mut Source<R>,
    begin: usize,
    form: Form,
    known: &mut KnownPorts,
) -> Option<Option<Box<Host>>> {
    let (host, length) = host(source.ahead().get(begin..)?, form, known)?;
    source.consume(begin + length);
    Some(host)
}

/// Whether the text begins with a host, or is too short to tell.
fn may_be_host(text: &str) -> bool {
    match text.as_bytes().get(OPENING.len()) {
        Some(next) => text.starts_with(OPENING) && matches!(next, b' ' | b'>'),
        None => OPENING.starts_with(text),
    }
}

/// How a host begins.
const OPENING: &str = "<host";

/// How a host ends.
const CLOSING: &[u8] = b"</host>";

/// The longest host that is read here. A thousand listed ports take a sixth of it.
const LONGEST: usize = 1 << 20;

/// Goes through a text. Whatever gives nothing has met with something that scanners do not write, or with the end.
#[derive(Debug)]
struct Hand<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Hand<'a> {
    /// Text up to the next tag, of which the first sign is taken.
    fn text(&mut self, host: &mut HostElement) -> Option<()> {
        let text = self.until(b'<')?;
        if text.is_empty() {
            return Some(());
        }
        let is_kept = match distance(text.as_bytes(), b'&') {
            None => host.text(text),
            Some(first) => {
                let is_kept = host.text(&text[..first]);
                text[first + 1..].split('&').try_for_each(|part| reference(host, part))?;
                is_kept
            }
        };
        (is_kept || text.trim_ascii().is_empty()).then_some(())
    }

    /// Takes a whole port, if it is as one before; whether it is.
    fn known_port(&mut self, host: &mut HostElement, known: &KnownPorts) -> Option<bool> {
        let rest = self.text.get(self.at..)?;
        let Some((port, length)) = known.find(rest).filter(|_| host.may_have_known_ports()) else {
            return Some(false);
        };
        host.add_port(port.clone()).ok()?;
        self.at += length;
        Some(true)
    }

    /// An element begins; its name, and whether it is over with that.
    fn start(&mut self, host: &mut HostElement) -> Option<(&'a str, bool)> {
        let name = self.name()?;
        if matches!(name, "host" | "hosthint" | "runstats" | "nmaprun") {
            return None;
        }
        host.start(name, &mut *self).ok()?;
        let is_over = self.end_tag()?;
        if is_over {
            host.close(name).ok()?;
        }
        Some((name, is_over))
    }

    /// An element is over, and so many are left; the host is if none is.
    fn end(&mut self, host: &mut HostElement, left: usize) -> Option<()> {
        let name = self.name()?;
        self.take(b'>')?;
        if (name == "host") != (left == 0) {
            return None;
        }
        host.close(name).ok()
    }

    /// The rest of a tag; whether it is that of an empty element.
    fn end_tag(&mut self) -> Option<bool> {
        // Of most elements the attributes are taken already.
        self.each_attribute(|_, _| {}).ok()?;
        let is_empty = self.take(b'/').is_some();
        self.take(b'>')?;
        Some(is_empty)
    }

    fn take(&mut self, byte: u8) -> Option<()> {
        (self.text.as_bytes().get(self.at) == Some(&byte)).then(|| self.at += 1)
    }

    /// The name of an element or attribute.
    fn name(&mut self) -> Option<&'a str> {
        let rest = self.text.as_bytes().get(self.at..)?;
        let is_end = |byte: &u8| !IN_NAMES[usize::from(*byte)];
        let length = rest.iter().position(is_end).filter(|length| *length > 0)?;
        self.at += length;
        self.text.get(self.at - length..self.at)
    }

    /// The text up to a byte, which is taken as well.
    fn until(&mut self, end: u8) -> Option<&'a str> {
        let length = distance(self.text.as_bytes().get(self.at..)?, end)?;
        self.at += length + 1;
        self.text.get(self.at - length - 1..self.at - 1)
    }

    fn attribute(&mut self) -> Option<(&'a str, &'a str)> {
        let key = self.name()?;
        self.take(b'=')?;
        let quote = if self.take(b'"').is_some() { b'"' } else { self.take(b'\'').map(|()| b'\'')? };
        Some((key, self.until(quote)?))
    }
}

impl Element for &mut Hand<'_> {
    fn each_attribute(self, mut visit: impl FnMut(&str, &str)) -> Result<(), Fault> {
        while self.take(b' ').is_some() {
            // masscan has a blank at the end of some elements.
            if matches!(self.text.as_bytes().get(self.at), Some(b'/' | b'>')) {
                break;
            }
            let (key, value) = self.attribute().ok_or(Fault::Attributes)?;
            visit(key, value);
        }
        Ok(())
    }
}

/// `lt; and text`, of which the first sign is taken.
fn reference(host: &mut HostElement, part: &str) -> Option<()> {
    let (name, text) = part.split_once(';')?;
    let is_name = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'#';
    name.bytes().all(is_name).then(|| {
        host.reference(name);
        host.text(text);
    })
}

/// Which bytes names are made of.
const IN_NAMES: [bool; 256] = {
    let (mut bytes, mut byte) = ([false; 256], 0);
    while byte < 256 {
        bytes[byte] = (byte as u8).is_ascii_alphanumeric() || byte == b'_' as usize || byte == b'-' as usize;
        byte += 1;
    }
    bytes
};

/// How far away a byte is. Most are near, where to begin a search costs more than to look at eight bytes at once.
fn distance(bytes: &[u8], byte: u8) -> Option<usize> {
    let (words, _) = bytes.as_chunks::<8>();
    for (place, word) in words.iter().take(NEAR).enumerate() {
        let differing = u64::from_le_bytes(*word) ^ (LOWEST * u64::from(byte));
        // The lowest of the bits that this sets is in the first byte that does not differ.
        let same = differing.wrapping_sub(LOWEST) & !differing & (LOWEST << 7);
        if same != 0 {
            return Some(8 * place + same.trailing_zeros() as usize / 8);
        }
    }
    let near = 8 * words.len().min(NEAR);
    memchr::memchr(byte, &bytes[near..]).map(|far| near + far)
}

/// The lowest bit of each byte.
const LOWEST: u64 = u64::MAX / 0xff;

/// How many words are near.
const NEAR: usize = 3;

/// How deep elements of a host stand in one another, at most.
const DEEPEST: usize = 64;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::read::tests::sample;

    /// What `tests/plain.rs` compares are two readers only if this one reads.
    #[test]
    fn hosts_of_scanners_are_read_here() {
        for (name, form, expected) in [("nmap.xml", Form::Xml, 5), ("masscan.xml", Form::MasscanXml, 3)] {
            let text = str::from_utf8(sample(name)).unwrap();
            let texts = text.match_indices("<host").map(|(at, _)| &text[at..]);
            let hosts = texts
                .filter(|text| may_be_host(text) && host(text, form, &mut KnownPorts::new()).is_some())
                .count();
            assert_eq!(hosts, expected, "{name}");
        }
    }

    #[test]
    fn a_byte_is_found_wherever_it_is() {
        for length in 0..60 {
            let mut text = vec![b'!'; length];
            assert_eq!(distance(&text, b'"'), None);
            for at in (0..length).rev() {
                text[at] = b'"';
                assert_eq!(distance(&text, b'"'), Some(at), "{length}");
            }
        }
        assert_eq!(distance(b"\x80\xff\x00\x21\xa2\x23\x22\x22", b'"'), Some(6));
    }

    #[test]
    fn a_port_that_stood_there_before_is_known() {
        let port =
            |more: &str| format!("<port protocol=\"tcp\" portid=\"22\"><state state=\"open\"/>{more}</port>");
        let read = |known: &mut KnownPorts, inside: &str| {
            let text = format!("<host><address addr=\"10.0.0.1\"/><ports>{inside}</ports></host>");
            host(&text, Form::Xml, known).and_then(|(host, _)| host).map(|host| (host.address, host.ports))
        };
        for (inside, is_known) in [
            (port(""), true),
            (port("<service name=\"ssh\"><cpe>cpe:/a:x</cpe></service>"), true),
            (port("<script id=\"a\" output=\"b\"/>"), false),
            (port("<address addr=\"10.0.0.9\" addrtype=\"mac\"/>"), false),
            (port(&port("")), false),
            (port(&format!("<service name=\"{}\"/>", "s".repeat(600))), false),
        ] {
            let mut known = KnownPorts::new();
            let first = read(&mut known, &inside);
            assert!(first.is_some() && first == read(&mut KnownPorts::new(), &inside));
            assert_eq!(known.find(&inside[1..]).is_some(), is_known, "{inside}");
            assert_eq!(read(&mut known, &inside), first, "{inside}");
            let again = format!("{inside}<script id=\"s\" output=\"t\">{inside}</script>{inside}");
            assert_eq!(read(&mut known, &again), read(&mut KnownPorts::new(), &again), "{inside}");
        }
    }

    #[test]
    fn what_may_be_a_host() {
        for (text, expected) in [
            ("", true),
            ("<ho", true),
            ("<host", true),
            ("<host>", true),
            ("<host a", true),
            ("<hosthint>", false),
            ("<host\n", false),
            ("</host>", false),
            ("x", false),
        ] {
            assert_eq!(may_be_host(text), expected, "{text}");
        }
    }
}
